"""What a profile can say: the parts of a format, and how it finds its columns in a header.

`profiles/README.md` explains each part to people who write one; `profile_files.py` reads them from TOML.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from string import Formatter

import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts.errors import FileRefused
from clearaccounts.text import N_

# What a template may name beside the profile's own columns; `entry` counts the entries of a list from 1.
BUILT_IN = frozenset({"file_hash", "line", "entry"})
# What a profile may name like a column of the file: the company currency of the settings, which many exports leave out.
COMPANY_CURRENCY = "company_currency"
# A date order that differs from one file of the format to the next.
ORDER_OPEN = "ask"
# The fields of a list that is made of columns: the header of each, and what stands below it.
COLUMN_LIST_FIELDS = ("name", "value")


@dataclass(frozen=True)
class Header:
    """One column of a file: the names it may have, which one of several equal names, whether it must be there.

    One that `may_repeat` is there as often as a row may have values; the others are left aside.

    A dotted name ("profile.domain") is also found in a column of its beginning ("profile") whose cells hold JSON objects.
    """

    names: tuple[str, ...]
    occurrence: int = 1
    is_required: bool = True
    may_repeat: bool = False


@dataclass(frozen=True)
class Condition:
    """A row becomes the target, or a value is given, only if this holds of `column`.

    `test`: given, empty, is or is_not (one of `values`, in any letter case), is_above or is_below (the one of `values`), same_as or
    not_same_as (what stands in the column that `values` names; an empty one is the same as any).
    """

    column: str
    test: str = "given"
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Value:
    """What fills one canonical column.

    One of `columns` (handles; the first one that is given, or with `is_not_zero` that is no zero either), `constant` or
    `template` ("{invoice}-settled"). Of a list such as [14, "Azure"] `item` takes one, from 1. Then `without_prefix`
    goes from the beginning; `words` translates a text ("" = empty) and `otherwise` stands for one that `words` lacks; a
    number has `minus` taken off and is made `absolute`, `negated` or `inverted`; `is_day` leaves the day of a time.
    Unless all of `when` hold it is empty. `default` stands for an empty one.
    """

    columns: tuple[str, ...] = ()
    constant: str = ""
    template: str = ""
    without_prefix: str = ""
    words: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""
    default: str = ""
    minus: str = ""
    is_negated: bool = False
    is_absolute: bool = False
    is_inverted: bool = False
    is_day: bool = False
    is_not_zero: bool = False
    item: int = 0
    when: tuple[Condition, ...] = ()

    @property
    def handles(self) -> tuple[str, ...]:
        """The columns of the file that it reads."""
        named = [name for _, name, _, _ in Formatter().parse(self.template) if name and name not in BUILT_IN]
        columns = [handle for handle in self.columns if handle != COMPANY_CURRENCY]
        return (*named, *columns, *([self.minus] if self.minus else []), *(one.column for one in self.when))


@dataclass(frozen=True)
class Target:
    """One canonical kind that rows become.

    `repeated` says what several rows with one key are: "same" (they must be equal), or "last" (several
    rows make one thing; the last one counts, in the order of `order_by` and then of the file). With `each`,
    every entry of that list becomes one.
    """

    kind: str
    columns: tuple[tuple[str, Value], ...]
    when: tuple[Condition, ...] = ()
    repeated: str = "same"
    order_by: str = ""
    each: str = ""


@dataclass(frozen=True)
class Entries:
    """A list within a row: the objects in a cell of `column`, or the cells of every column whose name matches `headers`.

    `fields` are (handle, paths): of an object the first path that it has; of columns `name` and `value`. One that `is_whole`
    is always told to the end: what an earlier version of the row held in it and a later one does not is gone.
    """

    column: str = ""
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    headers: str = ""
    is_whole: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The handles of its fields, without the list's own name."""
        return tuple(name for name, _ in self.fields) if self.column else COLUMN_LIST_FIELDS

    def positions(self, header: Sequence[str]) -> list[int]:
        """The columns of a file that it is made of, if it is made of columns."""
        if not self.headers:
            return []
        names = pa.array([name.strip() for name in header], pa.string())
        found = pc.match_substring_regex(names, self.headers, ignore_case=True).to_pylist()
        return [position for position, is_one in enumerate(found) if is_one]


@dataclass(frozen=True)
class Report:
    """A file that holds only what is open: of the kinds in `closes`, what it no longer holds is closed as of its `day`."""

    day: str
    closes: tuple[str, ...]


@dataclass(frozen=True)
class Habits:
    """How a file writes its values; those of canonical files are plain, nothing in them is translated.

    Where `date_order` is ORDER_OPEN each file tells whether day or month comes first, or a person does: `day_orders`.
    """

    date_order: str = "YMD"
    time_zone: str = ""
    null: tuple[str, ...] = ()
    null_dates: tuple[str, ...] = ()
    decimal_sign: str = "."
    thousands_sign: str = ""
    leading_apostrophe: bool = False
    exponent: bool = False
    currency_signs: bool = False
    month_names: bool = False
    encodings: tuple[str, ...] = ("utf-8",)
    is_plain: bool = False


@dataclass(frozen=True)
class Profile:
    """A format of files; `is_canonical` for those of the contract itself.

    `source` names where its columns come from, and `is_proven` says whether a real file of it has been seen.
    """

    name: str
    title: str
    headers: tuple[tuple[str, Header], ...]
    targets: tuple[Target, ...]
    habits: Habits = field(default_factory=Habits)
    lists: tuple[tuple[str, Entries], ...] = ()
    report: Report | None = None
    source: str = ""
    is_proven: bool = True
    is_canonical: bool = False

    @property
    def is_kept_only(self) -> bool:
        """Whether its files are only kept: they belong to an export and hold nothing that we use."""
        return not self.targets

    @property
    def required(self) -> tuple[str, ...]:
        """The first name of each header that must be there."""
        return tuple(header.names[0] for _, header in self.headers if header.is_required)

    def parts(self, bound: Collection[str]) -> dict[str, str]:
        """The kinds whose rows are no more than parts of another's, each with that other kind.

        Parts are the entries of lists that are always told whole, where the file has the column of the list.

        Args:
            bound: the handles of the columns that the file has.
        """
        lists = dict(self.lists)
        owners = [target.kind for target in self.targets if not target.each]
        whole = {name for name, entries in lists.items() if entries.is_whole and entries.column in bound}
        parts = {target.kind for target in self.targets if target.each in whole}
        parts -= {target.kind for target in self.targets if target.each not in whole}
        return dict.fromkeys(sorted(parts), owners[0]) if owners else {}

    @cached_property
    def _plain(self) -> frozenset[str]:
        """The names, in small letters, under which the profile reads whole cells."""
        return frozenset(name.casefold() for _, header in self.headers for name in header.names)

    def bind(self, file: str, header: Sequence[str]) -> dict[str, int]:
        """Positions in the file by handle; optional columns that the file lacks are left out.

        Raises:
            FileRefused: a required column is missing, or a known one is there more often than the profile says.
        """
        positions: dict[str, int] = {}
        for handle, wanted in self.headers:
            found = columns_of(header, wanted, self._plain)
            most = max(other.occurrence for _, other in self.headers if other.names == wanted.names)
            if len(found) > most and not wanted.may_repeat:
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
        for _, entries in self.lists:
            if entries.headers and not entries.positions(header):
                raise FileRefused(
                    N_("{file}, line 1: no column is named as {profile} wants it ({pattern}); add one to the header."),
                    file=file, profile=self.name, pattern=entries.headers,
                )
        return positions

    def wanted(self, file: str, header: Sequence[str]) -> set[int]:
        """The positions of every column that the profile reads.

        Raises:
            FileRefused: as `bind`.
        """
        listed = [position for _, entries in self.lists for position in entries.positions(header)]
        return {*self.bind(file, header).values(), *listed}

    def matches(self, header: Sequence[str]) -> tuple[int, int, int]:
        """(required columns found, required columns, all known columns found)."""
        required = [wanted for _, wanted in self.headers if wanted.is_required]
        hits = [len(columns_of(header, wanted, self._plain)) >= wanted.occurrence for wanted in required]
        known = [len(columns_of(header, wanted, self._plain)) >= wanted.occurrence for _, wanted in self.headers]
        listed = [bool(entries.positions(header)) for _, entries in self.lists if entries.headers]
        return sum(hits) + sum(listed), len(required) + len(listed), sum(known) + sum(listed)


def columns_of(header: Sequence[str], wanted: Header, plain: Collection[str] = ()) -> list[int]:
    """The positions of a column: under one of its names, or else under the longest beginning of a dotted one.

    A beginning among `plain` is a column of its own, whose cells are no objects.
    """
    written = _positions(tuple(header))
    names = [name.casefold() for name in wanted.names]
    if found := [position for name in dict.fromkeys(names) for position in written.get(name, ())]:
        return sorted(found)
    dotted = [name for name in names if "." in name]
    beginnings = {name[:end] for name in dotted for end, letter in enumerate(name) if letter == "."} - set(plain) if dotted else set()
    known = [beginning for beginning in beginnings if beginning in written]
    return list(written[max(known, key=len)]) if known else []


def path_within(name: str, wanted: Header) -> tuple[str, ...]:
    """The paths from the objects in the cells of the column `name` to what is wanted; none if it is the value itself."""
    written, names = name.strip().casefold(), [known.casefold() for known in wanted.names]
    if written in names:
        return ()
    return tuple(known[len(written) + 1:] for known in names if known.startswith(written + "."))


@lru_cache(maxsize=8)
def _positions(header: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        found.setdefault(name.strip().casefold(), []).append(position)
    return {name: tuple(positions) for name, positions in found.items()}
