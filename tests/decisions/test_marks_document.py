"""docs/suspension-marks.md draws the transitions that the code holds, all of them and no other."""

from __future__ import annotations

from clearaccounts.access import ROLE_TITLES, Role, Viewer
from clearaccounts.collections.marks import TRANSITIONS, Status, Transition
from tests.house.source import ROOT

DOCUMENT = ROOT / "docs" / "suspension-marks.md"


def drawing() -> str:
    """The transitions as a state diagram."""
    lines = ["stateDiagram-v2"]
    for step in TRANSITIONS.values():
        lines += [f"    {before or '[*]'} --> {after}: {step.event_type}" for before, afters in step.leads.items() for after in afters]
    leaving = {before for step in TRANSITIONS.values() for before in step.before}
    lines += [f"    {status} --> [*]" for status in Status if status not in leaving]
    return "\n".join(lines)


def who(step: Transition) -> str:
    """The roles that hold one of the step's permissions."""
    return ", ".join(
        title.lower() for role, title in ROLE_TITLES.items()
        if role is not Role.OPERATOR and any(Viewer("", "", role, "").may(permission) for permission in step.permissions)
    )


def leading_to(step: Transition) -> str:
    """Where a step may lead to; of several places, what is known of each subscription decides."""
    return ", ".join(dict.fromkeys(after for afters in step.leads.values() for after in afters))


def rows() -> list[str]:
    """The transitions as rows of a table."""
    def said(answer: bool) -> str:
        return "yes" if answer else "no"

    return [
        f"| {step.event_type} | {', '.join(step.before) or 'none'} | {leading_to(step)} | {who(step)} | {said(step.by_another)} | "
        f"{said(step.needs_reason)} | {said(step.needs_evidence)} |"
        for step in TRANSITIONS.values()
    ]


def test_the_diagram_is_the_codes_own() -> None:
    assert f"```mermaid\n{drawing()}\n```" in DOCUMENT.read_text(encoding="utf-8")


def test_the_table_is_the_codes_own() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| step | from |")) + 2
    end = lines.index("", start)
    assert lines[start:end] == rows()
