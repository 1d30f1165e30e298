"""A table's columns: what kind of thing stands in each, and what a cell is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from clearaccounts.escalations.vehicles import VEHICLES
from clearaccounts.text import Language
from clearaccounts.ui import labels

Kind = Literal["text", "amount", "number", "figure", "day", "moment", "share", "flag", "label", "labels", "bucket", "vehicle", "notice"]
Width = Literal["small", "medium", "large"] | int

SORTED_BY_VALUE = frozenset({"amount", "number", "figure", "share", "day", "moment", "bucket", "flag"})
WORDED = frozenset({"text", "label", "labels", "bucket", "vehicle", "notice"})


@dataclass(frozen=True)
class Column:
    """One column: `name` in the result, `title` (marked with N_) for the reader.

    `currency` names the column that holds an amount's currency, or is a currency's code itself; `missing` is what
    stands (marked with N_) where a text is missing and that means something. `is_summed` is False for amounts that mean
    nothing added up (a balance after each row, a price per unit): a workbook has no total of those.
    """

    name: str
    title: str
    kind: Kind = "text"
    width: Width | None = None
    currency: str = "currency"
    help: str | None = None
    missing: str = ""
    is_summed: bool = True


def value_of(column: Column, row: Mapping[str, Any], language: Language) -> Any:
    """What a cell is sorted by: the value itself, or its words where those are what people look for."""
    value = row[column.name]
    if value is None:
        return None if column.kind in SORTED_BY_VALUE else language.gettext(column.missing)
    match column.kind:
        case "label":
            return labels.title(str(value), language)
        case "vehicle":
            return language.gettext(VEHICLES.get(value, str(value)))
        case "notice":
            return labels.notice(str(value), language)
        case "bucket":
            return labels.bucket_order(str(value))
        case "labels":
            return labels.titles(str(value), language)
        case "text":
            return str(value)
        case _:
            return value
