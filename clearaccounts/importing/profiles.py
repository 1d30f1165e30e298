"""What a file's columns mean: the canonical kinds by their header names, foreign formats by TOML.

A profile says by which header names it knows a file, which habits its values have (date order, null
tokens, decimal sign), and what each row becomes: one or several targets, each a canonical kind with
an expression per column. `profiles/README.md` explains the keys; a new format is a new TOML file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from clearaccounts.errors import FileRefused, LandingError
from clearaccounts.importing.canonical import FOREIGN_KINDS, kinds
from clearaccounts.text import N_

FOLDER = Path(__file__).parent / "profiles"
# What a template may name beside the profile's own columns.
BUILT_IN = frozenset({"file_hash", "line"})


@dataclass(frozen=True)
class Header:
    """One column of a file: the names it may have, which one of several equal names, whether it must be there."""

    names: tuple[str, ...]
    occurrence: int = 1
    is_required: bool = True


@dataclass(frozen=True)
class Value:
    """What fills one canonical column.

    One of `column` (a header's handle), `constant` or `template` ("{invoice}-settled"); then `words` translates
    a value, `otherwise` stands for one that `words` lacks, and `default` for an empty one.
    """

    column: str = ""
    constant: str = ""
    template: str = ""
    words: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""
    default: str = ""

    @property
    def handles(self) -> tuple[str, ...]:
        """The columns of the file that it reads."""
        named = [name for _, name, _, _ in Formatter().parse(self.template) if name]
        return tuple(name for name in [*named, self.column] if name and name not in BUILT_IN)


@dataclass(frozen=True)
class Condition:
    """A row becomes the target only if `column` is given, or is (not) one of `values`, in any letter case."""

    column: str
    test: str = "given"
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """One canonical kind that rows become.

    `repeated` says what several rows with one key are: "same" (they must be equal), or "last" (several
    rows make one thing; the last one counts, in the order of `order_by` and then of the file).
    """

    kind: str
    columns: tuple[tuple[str, Value], ...]
    when: tuple[Condition, ...] = ()
    repeated: str = "same"
    order_by: str = ""


@dataclass(frozen=True)
class Habits:
    """How a file writes its values."""

    date_order: str = "YMD"
    time_zone: str = ""
    null: tuple[str, ...] = ()
    null_dates: tuple[str, ...] = ()
    decimal_sign: str = "."
    thousands_sign: str = ""
    leading_apostrophe: bool = False
    exponent: bool = False


@dataclass(frozen=True)
class Profile:
    """A format of files; `is_canonical` for those of the contract itself."""

    name: str
    title: str
    headers: tuple[tuple[str, Header], ...]
    targets: tuple[Target, ...]
    habits: Habits = field(default_factory=Habits)
    is_canonical: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """The first name of each header that must be there."""
        return tuple(header.names[0] for _, header in self.headers if header.is_required)

    def bind(self, file: str, header: Sequence[str]) -> dict[str, int]:
        """Positions in the file by handle; optional columns that the file lacks are left out.

        Raises:
            FileRefused: a required column is missing, or a known one is there more often than the profile says.
        """
        positions: dict[str, int] = {}
        for handle, wanted in self.headers:
            found = _positions(header, wanted)
            most = max(other.occurrence for _, other in self.headers if other.names == wanted.names)
            if len(found) > most:
                raise FileRefused(
                    N_("{file}, line 1: the column {column} is there {count} times; keep one of them."),
                    file=file, column=wanted.names[0], count=len(found),
                )
            if len(found) >= wanted.occurrence:
                positions[handle] = found[wanted.occurrence - 1]
            elif wanted.is_required:
                raise FileRefused(
                    N_("{file}, line 1: the required column {column} of {profile} is missing; add it to the header."),
                    file=file, column=wanted.names[0], profile=self.name,
                )
        return positions

    def matches(self, header: Sequence[str]) -> tuple[int, int, int]:
        """(required columns found, required columns, all known columns found)."""
        required = [wanted for _, wanted in self.headers if wanted.is_required]
        hits = [len(_positions(header, wanted)) >= wanted.occurrence for wanted in required]
        known = [len(_positions(header, wanted)) >= wanted.occurrence for _, wanted in self.headers]
        return sum(hits), len(required), sum(known)


def _positions(header: Sequence[str], wanted: Header) -> list[int]:
    names = {name.casefold() for name in wanted.names}
    return [position for position, name in enumerate(header) if name.strip().casefold() in names]


@cache
def profiles() -> dict[str, Profile]:
    """Every profile by name: the canonical kinds, then those of `profiles/*.toml`."""
    found = {
        kind.name: Profile(
            name=kind.name,
            title=kind.name.replace("_", " ").capitalize(),
            headers=tuple((c.name, Header((c.name,), is_required=c.is_required)) for c in kind.columns),
            targets=(Target(kind.name, tuple((c.name, Value(column=c.name)) for c in kind.columns)),),
            is_canonical=True,
        )
        for kind in kinds().values() if kind.name not in FOREIGN_KINDS
    }
    for path in sorted(FOLDER.glob("*.toml")):
        found[path.stem] = read_profile(path)
    return found


def recognise(file: str, header: Sequence[str], name: str | None = None) -> Profile:
    """The profile of a file by its header, or the one of that `name`.

    Of several that fit, the one with the most required columns, then the most known ones, is meant.

    Raises:
        FileRefused: none fits; names the column that is missing if the file is nearly one we know.
    """
    known = profiles()
    if name is not None:
        if name not in known:
            raise FileRefused(
                N_("{file}: there is no profile {profile}; use one of {known}."), file=file, profile=name, known=", ".join(known)
            )
        return known[name]
    scores = {profile.name: profile.matches(header) for profile in known.values()}
    whole = {key: (required, all_known) for key, (hits, required, all_known) in scores.items() if hits == required}
    if whole:
        best = max(whole.values())
        chosen = [key for key, score in whole.items() if score == best]
        if len(chosen) > 1:
            raise FileRefused(
                N_("{file}, line 1: the header fits {profiles}; say which with --profile."), file=file, profiles=", ".join(chosen)
            )
        return known[chosen[0]]
    # A file that has a table's own key and most of its columns is that table with a column missing: say which.
    near = max(scores, key=lambda key: (scores[key][0] / max(scores[key][1], 1), scores[key][2]))
    hits, required, _ = scores[near]
    if hits * 2 >= required and hits >= 2:
        known[near].bind(file, header)
    raise FileRefused(
        N_("{file}, line 1: the header is not one we know; name the columns as in the data guide, or choose a profile with --profile."),
        file=file,
    )


def read_profile(path: Path) -> Profile:
    """Read one TOML profile.

    Raises:
        LandingError: the profile holds a key, a kind or a column that we do not know; names it.
    """
    def refuse(problem: str) -> LandingError:
        return LandingError(N_("Profile {file}: {problem}."), file=path.name, problem=problem)

    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise refuse(str(error)) from None
    if unknown := set(raw) - {"title", "source", "is_proven", "habits", "columns", "targets"}:
        raise refuse(f"there is no key {sorted(unknown)[0]}")
    headers = tuple((handle, _header(content)) for handle, content in raw["columns"].items())
    habits: dict[str, Any] = raw.get("habits", {})
    if unknown := set(habits) - {f.name for f in fields(Habits)}:
        raise refuse(f"[habits] has no key {sorted(unknown)[0]}")
    targets = tuple(_target(content, refuse) for content in raw["targets"])
    handles = {handle for handle, _ in headers}
    for target in targets:
        named = [h for _, value in target.columns for h in value.handles] + [c.column for c in target.when]
        for handle in [*named, *([target.order_by] if target.order_by else [])]:
            if handle not in handles:
                raise refuse(f"{target.kind} reads {handle}, which [columns] does not name")
    return Profile(
        name=path.stem,
        title=raw["title"],
        headers=headers,
        targets=targets,
        habits=_habits(habits),
    )


def _habits(content: dict[str, Any]) -> Habits:
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}
    return Habits(**given)


def _header(content: Any) -> Header:
    if isinstance(content, str):
        return Header((content,))
    if isinstance(content, list):
        return Header(tuple(content))
    names = content["names"] if isinstance(content["names"], list) else [content["names"]]
    return Header(tuple(names), content.get("occurrence", 1), content.get("required", True))


def _target(content: dict[str, Any], refuse: Any) -> Target:
    kind = kinds().get(content["kind"])
    if kind is None:
        raise refuse(f"there is no kind {content['kind']}")
    if content.get("repeated", "same") not in {"same", "last"}:
        raise refuse("repeated must be same or last")
    values = tuple((name, _value(value)) for name, value in content["columns"].items())
    for name, _ in values:
        if not kind.has(name):
            raise refuse(f"{kind.name} has no column {name}")
    if missing := set(kind.required) - {name for name, _ in values}:
        raise refuse(f"{kind.name} needs {sorted(missing)[0]}")
    return Target(
        kind=kind.name,
        columns=values,
        when=tuple(_condition(item, refuse) for item in content.get("when", [])),
        repeated=content.get("repeated", "same"),
        order_by=content.get("order_by", ""),
    )


def _value(content: Any) -> Value:
    if isinstance(content, str):
        return Value(column=content)
    return Value(
        column=content.get("column", ""),
        constant=content.get("constant", ""),
        template=content.get("template", ""),
        words=tuple(content.get("words", {}).items()),
        otherwise=content.get("otherwise", ""),
        default=content.get("default", ""),
    )


def _condition(content: dict[str, Any], refuse: Any) -> Condition:
    test = next((name for name in ("is", "is_not", "given") if name in content), None)
    if test is None:
        raise refuse("a condition needs is, is_not or given")
    values = content[test]
    if test == "given":
        return Condition(content["column"], "given" if values else "empty")
    return Condition(content["column"], test, tuple(values) if isinstance(values, list) else (values,))
