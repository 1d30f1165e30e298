"""A collections policy file: TOML -> the dataclasses of `policy_model`, checked whole before anything of it is used.

The policy says which stage a customer's overdue items reach; the evaluation itself is SQL. An error names the file, the
line and the key.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from clearaccounts import toml_tables
from clearaccounts.collections.policy_model import (
    ACTIONS,
    BUILT_IN_HOLDS,
    CLEAR,
    CLOCKS,
    LONGEST_DISPUTE_DAYS,
    LONGEST_PROMISE_DAYS,
    NOTICES,
    HoldRules,
    NoticeRule,
    Policy,
    Stage,
    Variant,
)
from clearaccounts.errors import PolicyError, SettingsError
from clearaccounts.settings import SAMPLE_POLICY, DataFolder, Settings
from clearaccounts.text import N_
from clearaccounts.toml_tables import TableReader

__all__ = [
    "ACTIONS", "CLEAR", "CLOCKS", "NOTICES", "HoldRules", "NoticeRule", "Policy", "Stage", "Variant", "files", "load", "parse", "read",
]

_POLICY_KEYS = ("name", "version", "effective_on", "clock", "stages", "holds", "notices", "segments")
_CONDITION_KEYS = ("min_overdue_days", "min_overdue_invoices", "min_overdue_amount", "requires_notice", "notice_days")
_STAGE_KEYS = ("name", "action", *_CONDITION_KEYS)
_HOLD_KEYS = ("promise_to_pay_days", "dispute_days", *BUILT_IN_HOLDS, "switched_off_because")
_NOTICE_KEYS = ("notice_type", "days_before_due", "days_after_due", "min_amount", "waiting_days")
_SEGMENT_KEYS = ("segment", "clock", "stages", "thresholds")
_THRESHOLD_KEYS = ("stage", *_CONDITION_KEYS)
_TWICE = N_("{file}, line {line}: two stages have this name; each needs its own.")


def load(path: Path) -> Policy:
    """Read and check one policy file.

    Raises:
        PolicyError: the file cannot be read, is not TOML, or a key is missing, unknown or of a wrong value.
    """
    return parse(read(path), path.name)


def read(path: Path) -> str:
    """The text of a policy file.

    Raises:
        PolicyError: the file cannot be read.
    """
    return toml_tables.read(path, PolicyError)


def parse(text: str, file: str) -> Policy:
    """Check a policy's text; `file` is the name that errors give.

    Raises:
        PolicyError: naming file, line and key.
    """
    top = toml_tables.top(text, file, _POLICY_KEYS, PolicyError)
    notices = _notices(top)
    clock = top.choice("clock", CLOCKS) or CLOCKS[0]
    stages = _stages(top, notices)
    return Policy(
        name=top.text("name"),
        version=top.required("version", top.whole("version")),
        effective_on=top.day("effective_on"),
        clock=clock,
        stages=stages,
        holds=_holds(top),
        notices=notices,
        variants=_variants(top, clock, stages, notices),
    )


def files(settings: Settings, folder: DataFolder) -> tuple[Path, ...]:
    """The policy files that count without anybody's approval here: the sample's own, and those that the settings name.

    Raises:
        SettingsError: a file that the settings name does not exist.
    """
    paths = [SAMPLE_POLICY] if folder.is_sample else []
    for name in settings.collections.policies:
        if not Path(name).is_file():
            raise SettingsError(
                N_("clearaccounts.toml: [collections] policies names {path}, and there is no such file."), path=name,
            )
        paths.append(Path(name))
    return tuple(paths)


def _stages(reader: TableReader, notices: tuple[NoticeRule, ...]) -> tuple[Stage, ...]:
    stages: list[Stage] = []
    for own in reader.tables("stages", _STAGE_KEYS):
        stage = _conditions(own, Stage(own.text("name"), own.required("action", own.choice("action", ACTIONS))), notices)
        if stage.name == CLEAR:
            raise own.refuse("name", N_("{file}, line {line}: {key} is taken: {clear} means that no stage matches."), clear=CLEAR)
        if any(stage.name == other.name for other in stages):
            raise own.refuse("name", _TWICE)
        stages.append(stage)
    return tuple(stages)


def _conditions(reader: TableReader, stage: Stage, notices: tuple[NoticeRule, ...]) -> Stage:
    """`stage` with the conditions that the table gives; the others stay as they are."""
    given = {
        "min_overdue_days": reader.whole("min_overdue_days"),
        "min_overdue_invoices": reader.whole("min_overdue_invoices"),
        "min_overdue_amount": reader.amounts("min_overdue_amount"),
        "requires_notice": reader.choice("requires_notice", NOTICES),
        "notice_days": reader.whole("notice_days"),
    }
    changed: dict[str, object] = {key: value for key, value in given.items() if value is not None}
    found = replace(stage, **changed)  # type: ignore[arg-type]  # each value was read as its own field's type
    if found.notice_days is not None and found.requires_notice is None:
        raise reader.refuse("notice_days", N_("{file}, line {line}: {key} needs requires_notice beside it."))
    promised = max((notice.waiting_days for notice in notices if notice.notice_type == found.requires_notice), default=0)
    if found.notice_days is not None and found.notice_days < promised:
        raise reader.refuse(
            "notice_days", N_("{file}, line {line}: {key} is {days}, and the notice gives the customer {promised} days; wait as long."),
            days=found.notice_days, promised=promised,
        )
    return replace(found, notice_days=promised) if found.notice_days is None and promised else found


def _holds(top: TableReader) -> HoldRules:
    reader = top.table("holds", _HOLD_KEYS)
    switches = {name: reader.switch(name) for name in BUILT_IN_HOLDS}
    off = [name for name, is_on in switches.items() if not is_on]
    reason = reader.text("switched_off_because") if reader.has("switched_off_because") else ""
    if off and not reason:
        raise reader.refuse(off[0], N_("{file}, line {line}: a hold that is switched off needs its reason in switched_off_because."))
    return HoldRules(
        promise_to_pay_days=reader.at_most("promise_to_pay_days", LONGEST_PROMISE_DAYS),
        dispute_days=reader.at_most("dispute_days", LONGEST_DISPUTE_DAYS),
        switched_off_because=reason if off else "",
        **switches,
    )


def _notices(top: TableReader) -> tuple[NoticeRule, ...]:
    notices: list[NoticeRule] = []
    for reader in top.tables("notices", _NOTICE_KEYS):
        before, after = reader.whole("days_before_due"), reader.whole("days_after_due")
        notice = NoticeRule(
            notice_type=reader.required("notice_type", reader.choice("notice_type", NOTICES)),
            days_before_due=before, days_after_due=after, min_amount=reader.amounts("min_amount"),
            waiting_days=reader.whole("waiting_days") or 0,
        )
        if (before is None) == (after is None):
            raise reader.refuse("days_before_due" if before is not None else "notice_type", N_(
                "{file}, line {line}: a notice is sent on one day; give it days_before_due or days_after_due, one of the two."))
        if before is not None and notice.notice_type != "reminder":
            raise reader.refuse("days_before_due", N_("{file}, line {line}: only a reminder is sent before the due date."))
        if any((notice.notice_type, before, after) == (one.notice_type, one.days_before_due, one.days_after_due) for one in notices):
            raise reader.refuse("notice_type", N_("{file}, line {line}: this notice is sent on the same day as one above it."))
        notices.append(notice)
    return tuple(notices)


def _variants(top: TableReader, clock: str, stages: tuple[Stage, ...], notices: tuple[NoticeRule, ...]) -> tuple[Variant, ...]:
    variants: list[Variant] = []
    for reader in top.tables("segments", _SEGMENT_KEYS):
        segment = reader.text("segment")
        if any(segment.lower() == other.segment.lower() for other in variants):
            raise reader.refuse("segment", N_("{file}, line {line}: this segment was given above; each is given once."))
        if reader.has("stages") == reader.has("thresholds"):
            raise reader.refuse("segment", N_(
                "{file}, line {line}: a segment has stages of its own or other thresholds for the policy's stages, one of the two."))
        own = _stages(reader, notices) if reader.has("stages") else _other_thresholds(reader, stages, notices)
        variants.append(Variant(segment, reader.choice("clock", CLOCKS) or clock, own))
    return tuple(variants)


def _other_thresholds(segment: TableReader, stages: tuple[Stage, ...], notices: tuple[NoticeRule, ...]) -> tuple[Stage, ...]:
    """The policy's stages with the conditions that the segment gives in place of theirs."""
    found = {stage.name: stage for stage in stages}
    changed: set[str] = set()
    for reader in segment.tables("thresholds", _THRESHOLD_KEYS):
        name = reader.text("stage")
        if name not in found:
            raise reader.refuse("stage", N_("{file}, line {line}: {key} is {name}, and the policy has no such stage."), name=name)
        if name in changed:
            raise reader.refuse("stage", _TWICE)
        found[name] = _conditions(reader, found[name], notices)
        changed.add(name)
    return tuple(found.values())
