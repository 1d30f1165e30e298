"""Whether a file writes its day before its month, where its format leaves that to whoever exports.

A day that fits one order only (28/03/2026) tells it for the whole file. Where none tells, or they contradict each other, a person has to;
until then the file is refused, for a day taken for a month would make every age wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from clearaccounts.errors import FileRefused
from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.mapping import guessing
from clearaccounts.importing.profiles.language import ORDER_OPEN, Profile
from clearaccounts.importing.validation.cells import Cells
from clearaccounts.importing.validation.expressions import literal
from clearaccounts.importing.validation.normal_forms import DAY
from clearaccounts.text import N_

DMY, MDY = "DMY", "MDY"
ORDERS = (DMY, MDY)
# Nothing in the file depends on it.
_EITHER = "YMD"

_UNTOLD = N_(
    "{file}, line {line}, column {column}: {value} may be day before month or month before day, and no day of the file tells which;"
    " choose DMY or MDY."
)
_BOTH = N_(
    "{file}: the days contradict each other: {first} in line {first_line} has the day first, {second} in line {second_line} the month;"
    " mend them, or choose DMY or MDY, and the rows of the other order are rejected."
)
_AGAINST = N_("{file}, line {line}, column {column}: {value} is no day in the order {order}; choose the other one.")
_PROVEN = {
    DMY: N_("Days are read as day before month, as {value} in line {line} proves."),
    MDY: N_("Days are read as month before day, as {value} in line {line} proves."),
}
_CHOSEN = {
    DMY: N_("Days are read as day before month, as was chosen."),
    MDY: N_("Days are read as month before day, as was chosen."),
}
_FIXED = {
    DMY: N_("Days are read as day before month, as this format has them, whatever was chosen."),
    MDY: N_("Days are read as month before day, as this format has them, whatever was chosen."),
}


class OrderOpen(FileRefused):
    """Nobody has said whether the day or the month comes first in this file, or what was said cannot be."""


@dataclass(frozen=True)
class Settled:
    """The profile with the order that its file has, and what there is to say of that (templates with their values)."""

    profile: Profile
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass(frozen=True)
class _Example:
    line: int
    column: str
    value: str


def settle(connection: duckdb.DuckDBPyConnection, file: str, profile: Profile, cells: Cells, chosen: str) -> Settled:
    """Find out the order of a file whose cells have been filled.

    Args:
        connection: with the tables of `cells`.
        file: what people call the file.
        profile: its profile; one that fixes the order keeps it.
        cells: its cells.
        chosen: DMY or MDY, if a person chose; else empty.

    Raises:
        OrderOpen: no day tells the order or they contradict each other, and nobody chose; or every day that tells is against the choice.
    """
    fixed = profile.habits.date_order
    if fixed != ORDER_OPEN:
        return Settled(profile, ((_FIXED[fixed], {}),) if chosen and fixed in ORDERS and fixed != chosen else ())
    found = _examples(connection, profile, cells)
    day_first, month_first, untold = found.get(DMY), found.get(MDY), found.get("")
    if chosen:
        other = month_first if chosen == DMY else day_first
        if other and not (day_first and month_first):
            raise OrderOpen(_AGAINST, file=file, line=other.line, column=other.column, value=other.value, order=chosen)
        return Settled(_in_order(profile, chosen), ((_CHOSEN[chosen], {}),) if found else ())
    if day_first and month_first:
        raise OrderOpen(
            _BOTH, file=file, first=day_first.value, first_line=day_first.line, second=month_first.value, second_line=month_first.line
        )
    for order, proof in ((DMY, day_first), (MDY, month_first)):
        if proof:
            return Settled(_in_order(profile, order), ((_PROVEN[order], {"value": proof.value, "line": proof.line}),))
    if untold:
        raise OrderOpen(_UNTOLD, file=file, line=untold.line, column=untold.column, value=untold.value)
    # 5/5/2026 is one day in both.
    return Settled(_in_order(profile, DMY if found else _EITHER))


def settle_by_sample(profile: Profile, rows: Sequence[Sequence[str]], chosen: str) -> Profile:
    """The profile with the order that the first rows of its file tell, or that was chosen; where nothing tells, as it is."""
    if profile.habits.date_order != ORDER_OPEN:
        return profile
    found = guessing.date_order([value for row in rows for value in row]).order
    return _in_order(profile, chosen or found or ORDER_OPEN)


def _in_order(profile: Profile, order: str) -> Profile:
    return replace(profile, habits=replace(profile.habits, date_order=order))


def _examples(connection: duckdb.DuckDBPyConnection, profile: Profile, cells: Cells) -> dict[str, _Example]:
    """The first day of each sort: that tells DMY, that tells MDY, that may be both ("") or is one day in both ("same")."""
    columns = []
    for target in profile.targets:
        names = cells.names(target)
        columns += [
            f"select line, entry, {literal(handle)} as handle, {names[handle]} as value from {cells.rows(target)}"
            for handle in _day_handles(profile, target.kind, dict(target.columns)) if handle in names
        ]
    if not columns:
        return {}
    # Several targets may read the same column.
    values = " union all ".join(f"select {place} as place, * from ({one})" for place, one in enumerate(dict.fromkeys(columns)))
    first, second = (f"regexp_extract(value, {literal(_WHOLE)}, {group})::integer" for group in (1, 2))
    found = connection.execute(f"""
        with days as (
            select *, {first} as first, {second} as second
            from ({values}) where regexp_full_match(value, {literal(_WHOLE)})
        ),
        told as (
            select *, case
                when first = second then 'same' when second > 12 then '{MDY}' when first > 12 then '{DMY}' else ''
            end as tells
            from days where least(first, second) between 1 and 12 and greatest(first, second) <= 31
        )
        select distinct on (tells) tells, line, entry, handle, value from told order by tells, line, place, entry
    """).fetchall()
    return {tells: _Example(line, cells.column(handle, entry), value) for tells, line, entry, handle, value in found}


_WHOLE = f"{DAY}(?:[Tt ].*)?"


def _day_handles(profile: Profile, kind: str, values: dict[str, Any]) -> list[str]:
    """What fills the days and times of a kind, and the day of a report."""
    handles = [
        handle for column in kinds()[kind].columns if column.form in {"date", "timestamp"} and column.name in values
        for handle in values[column.name].columns
    ]
    return [*handles, profile.report.day] if profile.report else handles
