"""Where a refresh works: a database in memory beside the copy of the warehouse, with one catalogue per state of the rows touched.

warehouse   the copy of the current warehouse; at the end the new one
touched     keys: what of each kind the new landings touch; `changed` those that they hold themselves
cut         rows of all landings, cut down to the keys touched
before      the canonical rows and marts of the keys touched, as they were
fresh       the same as they are now
whole       small kinds and the marts made of them, all rows
mentions    customers without a row of their own, and what mentions them; `mentioned` its rows of all landings
held        the marts' rows of the keys touched, as the copy holds them, with their place in it
former      marts as they were that are looked up in others, and are made anew whole
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from clearaccounts.importing import build as building
from clearaccounts.importing.cancelling import Asked, interruptible
from clearaccounts.query_files import steps
from clearaccounts.settings import Limits

STATES = ("before", "fresh")
_SCHEMAS = ("changed", "touched", "front", "cut", "mentioned", "held", "former")
_CATALOGUES = ("schemas", "whole", "mentions", *STATES)


class NotRefreshed(Exception):
    """Why the warehouse is not made of the current one, in words for whoever runs the program."""


class Database:
    """The connection of one refresh; every name of a table is ours, every value is bound."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, sql: str, values: dict[str, Any] | Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run statements; the rows of the last one."""
        return self._connection.execute(sql, values).fetchall()

    def count(self, rows: str) -> int:
        """How many rows there are of a table, or of what follows `from`."""
        return int(self.run(f"select count(*) from {rows}")[0][0])

    def columns(self, sql: str) -> list[str]:
        """The names of a statement's columns."""
        return [row[0] for row in self.run(f"describe {sql}")]

    def has(self, table: str) -> bool:
        """Whether there is a table or view of that name, `schema.name`, in memory."""
        schema, name = table.split(".")
        return self.count(f"duckdb_columns() where database_name = 'memory' and schema_name = '{schema}' and table_name = '{name}'") > 0

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """A statement's columns and its rows."""
        found = self._connection.execute(sql)
        return [column[0] for column in found.description or []], found.fetchall()

    def replace(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Let a table of the warehouse hold these rows and no others."""
        self.run(f"delete from warehouse.main.{table}")
        self.use("warehouse")
        building.insert(self._connection, table, rows)
        self.use("memory")

    def define_macros(self) -> None:
        """Define the macros of the warehouse anew: each time that a file is written they would come back with more parentheses."""
        self.use("warehouse")
        building.define_macros(self._connection)
        self.use("memory")

    def use(self, catalogue: str) -> None:
        """Let bare names mean this catalogue's tables."""
        self._connection.execute(f"use {catalogue}")

    def register(self, name: str, table: object) -> None:
        """Let `name` mean an Arrow table."""
        self._connection.register(name, table)

    def make_canonical(self, catalogue: str, kind: str, rows: str, *, is_view: bool = False) -> None:
        """Make a canonical table, with the schema's columns in their order, of these rows."""
        self.run(
            f"create {'view if not exists' if is_view else 'table'} {catalogue}.canonical.{kind} as "
            f"select * from schemas.canonical.{kind} union all by name {rows}"
        )


@contextmanager
def opened(warehouse: Path, work: Path, limits: Limits, readable: Sequence[Path], cancelled: Asked) -> Iterator[Database]:
    """The database of a refresh of `warehouse`, a file of ours that nobody else has open; it reads the landed files named and no other.

    Raises:
        Cancelled: somebody wants it to stop.
    """
    connection = duckdb.connect(config={
        "memory_limit": limits.memory,
        "threads": str(limits.threads),
        "temp_directory": str(work / "spill"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
    })
    try:
        connection.execute(f"attach '{str(warehouse).replace(chr(39), chr(39) * 2)}' as warehouse")
        for catalogue in _CATALOGUES:
            connection.execute(f"attach ':memory:' as {catalogue}; create schema {catalogue}.canonical")
        for schema in _SCHEMAS:
            connection.execute(f"create schema {schema}")
        connection.execute("set allowed_paths = $paths", {"paths": [str(path) for path in readable]})
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        with interruptible(connection, cancelled):
            _make_schemas(connection)
            yield Database(connection)
    finally:
        connection.close()


def _make_schemas(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("use schemas")
    for step in steps("schema").values():
        # The table alone: what its columns are called for people is of no use here.
        connection.execute(next(iter(connection.extract_statements(step.sql))))
    connection.execute("use memory")
