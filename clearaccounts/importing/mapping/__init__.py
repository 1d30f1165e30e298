"""A profile made by hand: what a person decided about the columns of one file, as the TOML of a profile.

A row becomes one canonical kind, or (`paid_invoices`) an invoice together with what has been paid of it already.
"""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from clearaccounts.importing.canonical import FOREIGN_KINDS, Column, kinds
from clearaccounts.importing.mapping import guessing
from clearaccounts.importing.mapping.guessing import FileColumn

PAID_INVOICES = "paid_invoices"
# The order in which people look for them.
_FIRST = ("customer_invoices", "payments", "credit_notes", "allocations", "customers", "subscriptions", "support_cases", "exchange_rates")
_AMOUNT_PAID = Column("amount_paid", "DECIMAL(18,4)", "amount", is_required=True)
_PAID_ON = Column("paid_on", "DATE", "date", is_required=False)
# What an invoice's list says of what is still owed; with what was paid it is told by a difference.
_STATED = frozenset({"amount_outstanding_stated", "stated_on"})


@dataclass(frozen=True)
class Decided:
    """What a person decided about one file.

    Attributes:
        shape: what a row is: a canonical kind or `paid_invoices`.
        title: what the profile is called by people.
        source: the file that it was made from.
        header: the file's column names.
        columns: our column -> the position of the file's column.
        constants: our column -> the one value of all rows.
        words: our column of a closed list -> the file's word -> our word.
        date_order: YMD, DMY or MDY.
        decimal_sign: point or comma.
        thousands_sign: what parts thousands, or nothing.
        currency_signs: whether amounts carry the sign of their currency.
        time_zone: of instants that name no offset.
        encodings: in which the file is read, the first that fits.
    """

    shape: str
    title: str
    source: str
    header: tuple[str, ...]
    columns: Lookup[str, int]
    constants: Lookup[str, str] = field(default_factory=dict)
    words: Lookup[str, Lookup[str, str]] = field(default_factory=dict)
    date_order: str = "YMD"
    decimal_sign: str = "."
    thousands_sign: str = ""
    currency_signs: bool = False
    time_zone: str = ""
    encodings: tuple[str, ...] = ("utf-8",)

    @property
    def missing(self) -> tuple[str, ...]:
        """Our required columns that nothing fills yet."""
        return tuple(
            column.name for column in columns_of(self.shape)
            if column.is_required and column.name not in self.columns and not self.constants.get(column.name)
        )


def shapes() -> tuple[str, ...]:
    """What a row may be, the commonest first."""
    others = [name for name in kinds() if name not in FOREIGN_KINDS and name not in _FIRST]
    return (_FIRST[0], PAID_INVOICES, *_FIRST[1:], *others)


def columns_of(shape: str) -> tuple[Column, ...]:
    """Our columns that a row of this shape may fill."""
    if shape == PAID_INVOICES:
        own = tuple(column for column in kinds()["customer_invoices"].columns if column.name not in _STATED)
        return (*own, _AMOUNT_PAID, _PAID_ON)
    return kinds()[shape].columns


def likeliest(file: Sequence[FileColumn]) -> tuple[str, ...]:
    """The shapes in the order of how well they fit the file.

    Invoices with a column of what was paid of them are taken so, unless another column says what is still owed.
    """
    ranked = guessing.rank({shape: columns_of(shape) for shape in shapes()}, file)
    if ranked[0] in {"customer_invoices", PAID_INVOICES}:
        is_told = "amount_outstanding_stated" in guessing.propose(columns_of("customer_invoices"), file).columns
        is_paid = "amount_paid" in guessing.propose(columns_of(PAID_INVOICES), file).columns
        first = PAID_INVOICES if is_paid and not is_told else "customer_invoices"
        ranked.remove(first)
        ranked.insert(0, first)
    return tuple(ranked)


def proposal(shape: str, file: Sequence[FileColumn]) -> guessing.Proposal:
    """The first guess for a shape."""
    return guessing.propose(columns_of(shape), file)


def values_of(shape: str, forms: frozenset[str], chosen: Lookup[str, int], file: Sequence[FileColumn]) -> list[str]:
    """The values of all the file's columns that fill columns of ours of these forms."""
    return [
        value for column in columns_of(shape) if column.form in forms and column.name in chosen
        for value in file[chosen[column.name]].values
    ]


DAYS = frozenset({"date", "timestamp"})
INSTANTS = frozenset({"timestamp"})
NUMBERS = frozenset({"amount", "rate", "quantity", "figure"})


def document(decided: Decided) -> dict[str, Any]:
    """The profile as the TOML of it would be read; see `profiles/README.md` for its keys.

    Every column that is mapped must be there in the next file too: one without its due dates is refused, not aged otherwise.
    """
    content: dict[str, Any] = {"title": decided.title, "source": decided.source, "is_proven": True}
    if habits := _habits(decided):
        content["habits"] = habits
    content["columns"] = {name: _header(decided.header, position) for name, position in decided.columns.items()}
    content["targets"] = _targets(decided)
    return content


def _habits(decided: Decided) -> dict[str, Any]:
    every = {
        "date_order": (decided.date_order, "YMD"), "time_zone": (decided.time_zone, ""), "decimal_sign": (decided.decimal_sign, "."),
        "thousands_sign": (decided.thousands_sign, ""), "currency_signs": (decided.currency_signs, False),
        "encodings": (list(decided.encodings), ["utf-8"]),
    }
    return {key: value for key, (value, usual) in every.items() if value != usual}


def _header(header: Sequence[str], position: int) -> str | dict[str, Any]:
    """How the column at `position` is found again: by its name, and of several equal ones by which it is."""
    name = header[position].strip()
    same = [number for number, other in enumerate(header) if other.strip().casefold() == name.casefold()]
    return name if len(same) == 1 else {"names": name, "occurrence": same.index(position) + 1}


def _targets(decided: Decided) -> list[dict[str, Any]]:
    kind = kinds()["customer_invoices" if decided.shape == PAID_INVOICES else decided.shape]
    columns = {
        column.name: _value(decided, column.name) for column in kind.columns
        if column.name in decided.columns or decided.constants.get(column.name)
    }
    if decided.shape == PAID_INVOICES and "amount_paid" in decided.columns:
        columns["amount_outstanding_stated"] = {"column": "amount_total", "minus": "amount_paid"}
        if "paid_on" in decided.columns:
            columns["stated_on"] = "paid_on"
    return [{"kind": kind.name, "columns": columns}]


def _value(decided: Decided, name: str) -> str | dict[str, Any]:
    if name not in decided.columns:
        return {"constant": decided.constants[name]}
    words = decided.words.get(name)
    return {"column": name, "words": dict(words)} if words else name
