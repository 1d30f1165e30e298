"""A table as a CSV file for people, safe to open in a spreadsheet.

A cell of text that a spreadsheet would take for a formula gets an apostrophe in front, and so does
what follows a separator inside a text, because the same file may be opened with another separator.
The rule can be undone: `restored` gives the text back. Numbers are written as numbers, never touched.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from clearaccounts.money import exact

# What a spreadsheet skips before it looks at the first character, our own apostrophe included.
_SKIPPED = "[ \u00a0\u1680\u180e\u2000-\u200f\u2028\u2029\u202a-\u202f\u205f-\u2064\u3000\ufeff\u00ad'\"\u2018\u2019\u201c\u201d]*"
_TRIGGER = "[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20|]"
_SEPARATOR = "[,;\t\r\n|]"
_DANGEROUS = re.compile(f"(^|{_SEPARATOR})(?={_SKIPPED}{_TRIGGER})")
_NEUTRALISED = re.compile(f"(^|{_SEPARATOR})'(?={_SKIPPED}{_TRIGGER})")


def neutralised(text: str) -> str:
    """`text` so that no part of it starts a formula: `=1+1` becomes `'=1+1`."""
    return _DANGEROUS.sub(r"\1'", text)


def restored(text: str) -> str:
    """The inverse of `neutralised`."""
    return _NEUTRALISED.sub(r"\1", text)


def _cell(value: object) -> object:
    """A value as `csv` shall write it: numbers as numbers, the rest as text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return Decimal(format(value, "f"))
        case int() | float():
            return value
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds") + "Z"
        case date():
            return value.isoformat()
        case _:
            return neutralised(str(value))


def _amount(row: Mapping[str, Any], name: str, currency: str) -> object:
    value = row[name]
    return "" if value is None else Decimal(exact(value, str(row.get(currency, currency))))


def to_csv(
    table: pa.Table,
    caption: str,
    titles: Mapping[str, str] | None = None,
    columns: Sequence[str] | None = None,
    amounts: Mapping[str, str] | None = None,
) -> bytes:
    """A table as CSV in UTF-8 with a byte order mark, which spreadsheets need.

    Args:
        table: the rows.
        caption: the file's first line, alone in its row: what this shows.
        titles: headings by column name; a column without one is headed by its name.
        columns: which columns, in which order; all of them by default.
        amounts: for a column of amounts, the column that holds its currency, or the currency itself;
            such a column is written with the currency's minor units.

    Returns:
        The file's bytes. Dates are ISO 8601, instants UTC, amounts exact decimals with a point.
    """
    names = list(columns or table.column_names)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([neutralised(caption)])
    writer.writerow([neutralised((titles or {}).get(name, name)) for name in names])
    for row in table.select(names).to_pylist():
        writer.writerow([_amount(row, name, amounts[name]) if amounts and name in amounts else _cell(row[name]) for name in names])
    return buffer.getvalue().encode("utf-8-sig")


def file_name(stem: str, content: bytes, extension: str = "csv") -> str:
    """A name that carries the SHA-256 of its content, so that no server can mix up two downloads."""
    return f"{stem}-{hashlib.sha256(content).hexdigest()}.{extension}"
