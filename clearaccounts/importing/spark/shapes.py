"""The columns of every table that a mart may read, as DuckDB makes them: what a translation has to know, and to come back to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import duckdb

from clearaccounts.importing.build import prepare

# Table -> column -> DuckDB's type, in the order of the table. A canonical table stands under its flat name.
Shapes: TypeAlias = Mapping[str, Mapping[str, str]]

# What the build hands over as a table; see `build`.
ISO_CURRENCIES = {"currency": "VARCHAR", "minor_units": "INTEGER"}


def flat(kind: str) -> str:
    """The name of canonical table `kind` where there are no schemas."""
    return f"canonical_{kind}"


@cache
def shapes() -> Shapes:
    """Every canonical table, every mart, `build` and `iso_currencies`, read off a warehouse without rows."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        prepare(path)
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(
                "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal"
                " order by table_name, column_index"
            ).fetchall()
    found: dict[str, dict[str, str]] = {"iso_currencies": dict(ISO_CURRENCIES)}
    for schema, table, column, type_ in rows:
        found.setdefault(flat(table) if schema == "canonical" else table, {})[column] = type_
    return found
