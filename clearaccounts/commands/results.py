"""A query's result for people and for programs: table, CSV, JSON, Parquet; amounts stay exact."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clearaccounts.importing.canonical import is_amount
from clearaccounts.money import exact
from clearaccounts.text import ENGLISH

FORMATS = ("table", "csv", "json", "parquet")


def as_csv(table: pa.Table, company_currency: str) -> str:
    """CSV with its header first; empty for null."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in _rows(table, company_currency):
        writer.writerow(["" if value is None else _word(value) for value in row.values()])
    return buffer.getvalue()


def as_json(table: pa.Table, company_currency: str) -> str:
    """A list of objects; decimals are strings, instants end in Z."""
    return json.dumps(list(_rows(table, company_currency)), ensure_ascii=False, indent=1) + "\n"


def as_text(table: pa.Table, company_currency: str) -> str:
    """Aligned columns for a person: amounts grouped, numbers to the right."""
    shown = [
        {name: _shown(name, value, _currency(row, name, company_currency)) for name, value in row.items()} for row in table.to_pylist()
    ]
    widths = {name: max([len(name), *(len(row[name]) for row in shown)]) for name in table.column_names}
    is_number = {field.name: pa.types.is_decimal(field.type) or pa.types.is_integer(field.type) for field in table.schema}

    def line(cells: dict[str, str]) -> str:
        parts = [cells[name].rjust(widths[name]) if is_number[name] else cells[name].ljust(widths[name]) for name in table.column_names]
        return "  ".join(parts).rstrip()

    rows = [line({name: name for name in table.column_names}), line({name: "-" * widths[name] for name in table.column_names})]
    count = "1 row" if len(shown) == 1 else f"{len(shown):,} rows"
    return "\n".join([*rows, *(line(row) for row in shown), f"({count})", ""])


def as_parquet(table: pa.Table, path: Path) -> None:
    """A Parquet file; decimals stay decimals."""
    pq.write_table(table, path)


def _rows(table: pa.Table, company_currency: str) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield {name: _plain(name, value, _currency(row, name, company_currency)) for name, value in row.items()}


def _currency(row: dict[str, Any], name: str, company_currency: str) -> str:
    own = None if name.endswith("_company") else row.get("currency")
    return own if isinstance(own, str) else company_currency


def _plain(name: str, value: Any, currency: str) -> Any:
    match value:
        case Decimal():
            return exact(value, currency) if is_amount(name) else format(value, "f")
        case datetime():
            moment = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
            return moment.isoformat() + "Z"
        case date():
            return value.isoformat()
        case list():
            return [_plain(name, item, currency) for item in value]
        case _:
            return value


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _shown(name: str, value: Any, currency: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal) and is_amount(name):
        # The currency stands in its own column; here only grouping and minor units.
        return ENGLISH.amount(value, currency).removesuffix(currency).strip()
    return _word(_plain(name, value, currency)).replace("\n", " ")
