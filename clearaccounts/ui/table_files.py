"""A list of a page as a file to take away: CSV for other programs, a workbook for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from clearaccounts.exporting.tables import to_csv
from clearaccounts.exporting.workbooks import Control, Field, Words, to_xlsx
from clearaccounts.text import N_, Language
from clearaccounts.ui import labels
from clearaccounts.ui.columns import WORDED, Column, value_of

# What the column is called that holds the currency of an amount; `Currency` where it is not one of these.
_CURRENCIES = {
    "company_currency": N_("Company currency"), "source_currency": N_("Document currency"), "document_currency": N_("Document currency"),
}


def xlsx_of(
    table: pa.Table, columns: Sequence[Column], caption: str, language: Language, *, sheet: str, control: Control | None = None,
) -> bytes:
    """The rows as a workbook with the reader's headings and words; numbers and days are numbers and days."""
    translate = language.gettext
    fields = [
        Field(column.name, translate(column.title), "text" if column.kind in WORDED else column.kind,  # type: ignore[arg-type]
              column.currency, column.is_summed)
        for column in columns
    ]
    said = Words(
        sheet, translate(N_("Currency")), translate(N_("Total {currency}")), translate(N_("Control total")),
        translate(N_("In this list")), translate(N_("Difference")),
        translate(N_("An amount of more than 15 digits stands as text, to the last digit: a spreadsheet would round it.")),
        {name: translate(title) for name, title in _CURRENCIES.items()},
    )
    return to_xlsx(_in_words(table, columns, language), fields, caption, said, control)


def _in_words(table: pa.Table, columns: Sequence[Column], language: Language) -> pa.Table:
    """The rows with the reader's words where the data have codes: a spreadsheet reads the bucket `1-30` as a day of January."""
    rows = table.to_pylist()
    for column in columns:
        if column.kind in WORDED:
            place = table.column_names.index(column.name)
            table = table.set_column(place, column.name, pa.array([_worded(column, row, language) for row in rows], pa.string()))
    return table


def _worded(column: Column, row: Mapping[str, Any], language: Language) -> str | None:
    """What the reader sees in a cell that holds words."""
    value = row[column.name]
    if column.kind == "bucket" and value is not None:
        return labels.bucket(str(value), language)
    return value_of(column, row, language) or None


def csv_of(table: pa.Table, columns: Sequence[Column], caption: str, language: Language) -> bytes:
    """The rows as CSV with the reader's headings and words; an amount's currency stands in a column of its own."""
    names = [column.name for column in columns]
    names += [column.currency for column in columns if column.kind == "amount" and column.currency in table.column_names]
    headings = {"currency": N_("Currency")} | _CURRENCIES | {column.name: column.title for column in columns}
    titles = {name: language.gettext(title) for name, title in headings.items()}
    amounts = {column.name: column.currency for column in columns if column.kind == "amount"}
    return to_csv(_in_words(table, columns, language), caption, titles, list(dict.fromkeys(names)), amounts)
