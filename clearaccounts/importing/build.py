"""Write one warehouse file: canonical tables -> marts -> macros -> checks.

The steps are the files of `queries/schema`, `queries/marts`, `queries/macros` and `queries/checks`; this module only
puts them in order and refuses to finish when a check marked `fail` has offenders.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Protocol, TypeAlias

import duckdb
import pyarrow as pa

from clearaccounts.errors import BuildError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.importing import files, history
from clearaccounts.importing.cancelling import Asked, interruptible, never
from clearaccounts.money import minor_units
from clearaccounts.query_files import Query, steps
from clearaccounts.settings import Limits
from clearaccounts.text import N_
from clearaccounts.warehouse import Build

# What a canonical table is filled from: Arrow, or the typed Parquet files of landings.
Source: TypeAlias = "pa.Table | Sequence[Path]"

_BUILD_TABLE = """
create table build (
    build_id text, built_at timestamp, as_of_on date, newest_import_at timestamp,
    newest_receivables_import_at timestamp, company_currency text, time_zone text, is_sample boolean
)
"""
OFFENDERS_KEPT = 1000


class Marts(Protocol):
    """Marts that another engine has made: what the connection must be allowed to read, and how they become tables of the warehouse."""

    @property
    def files(self) -> Sequence[Path]:
        """The files that they stand in."""

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table of every mart; BuildError if one is not what the marts' SQL makes here."""


# What makes the marts of a build elsewhere, in a scratch folder, from the Parquet files of each canonical kind.
Maker: TypeAlias = Callable[[Mapping[str, Sequence[Path]], Build, Path, Asked], Marts]


def failed_by(problem: Exception) -> BuildError:
    """A build's failure by what stopped it, in one sentence."""
    if files.is_no_room(problem):
        return BuildError(N_("The new warehouse could not be built: there is not enough room on the disk; make room and try again."))
    return BuildError(N_("The new warehouse could not be built: {problem}"), problem=str(problem).split("\n", maxsplit=1)[0])


def prepare(target: Path) -> None:
    """Write a file with every table and macro and without rows, for `write_warehouse` to begin many small warehouses with."""
    with connect(target, Limits()) as connection:
        connection.execute("begin")
        _create_canonical(connection)
        _fill_marts(connection)
        define_macros(connection)
        connection.execute("commit")


def write_warehouse(
    target: Path,
    tables: Mapping[str, Source],
    build: Build,
    limits: Limits | None = None,
    cancelled: Asked = never,
    *,
    prepared: Path | None = None,
    marts: Marts | None = None,
) -> None:
    """Write the warehouse of `build` to `target`, a file that must not exist.

    Args:
        target: the new DuckDB file; on any error it is removed again.
        tables: per canonical kind its rows, one row per key, columns by name; kinds left out are empty and
            columns left out are null or take the schema's default.
        build: stored in table `build`.
        limits: memory and threads.
        cancelled: whether somebody wants it to stop.
        prepared: a file of `prepare`, of the same version; the warehouse is the same without one.
        marts: the marts of these very tables, if another engine has made them; else they are made here.

    Raises:
        Cancelled: somebody does.
        BuildError: a check marked `fail` found offenders, or a step could not run; says which.
    """
    if prepared:
        shutil.copyfile(prepared, target)
    files_read = [path for source in tables.values() if not isinstance(source, pa.Table) for path in source]
    files_read += marts.files if marts else []
    connection = connect(target, limits or Limits(), files_read)
    try:
        with interruptible(connection, cancelled):
            # One transaction for the many small statements: each on its own would be synced to the disk.
            connection.execute("begin")
            if not prepared:
                _create_canonical(connection)
            connection.execute("insert into build values (?, ?, ?, ?, ?, ?, ?, ?)", astuple(build))
            _fill_canonical(connection, tables)
            connection.execute("commit")
            if marts:
                marts.fill(connection)
            else:
                _fill_marts(connection)
            if not prepared:
                define_macros(connection)
            _run_checks(connection)
            connection.execute("drop schema canonical cascade")
            connection.execute("checkpoint")
    except duckdb.Error as error:
        connection.close()
        target.unlink(missing_ok=True)
        raise failed_by(error) from error
    except BaseException:
        connection.close()
        target.unlink(missing_ok=True)
        raise
    connection.close()


def connect(target: Path, limits: Limits, readable: Sequence[Path] = ()) -> duckdb.DuckDBPyConnection:
    """A connection that writes `target` and may read the files named, and no other; its configuration is locked (threats T16, T17)."""
    connection = duckdb.connect(
        str(target),
        config={
            "memory_limit": limits.memory,
            "threads": str(limits.threads),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        },
    )
    # One after the other: what may be read cannot be said once everything is closed.
    connection.execute("set allowed_paths = $paths", {"paths": [str(path) for path in readable]})
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _create_canonical(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(_BUILD_TABLE)
    connection.execute("create schema canonical")
    for step in steps("schema").values():
        for statement in connection.extract_statements(step.sql):
            connection.execute(statement)


def _fill_canonical(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Source]) -> None:
    for kind in steps("schema"):
        # Keys are unique by construction; an index of 10 million ids would cost more than the build.
        source = tables.get(kind)
        if source is None:
            continue
        if isinstance(source, pa.Table):
            connection.register("incoming", source)
            connection.execute(f"insert into canonical.{kind} by name select * from incoming")  # noqa: S608 - a file's name
            connection.unregister("incoming")
        elif source:
            _view_parquet(connection, kind, source)


def _view_parquet(connection: duckdb.DuckDBPyConnection, kind: str, paths: Sequence[Path]) -> None:
    # Read where it lies: a copy of every row would cost as much as the marts made of it, and the file would keep its room. The
    # view has the schema's columns and types; a column that no file has is the schema's default, or null.
    columns = connection.execute(
        "select column_name, data_type, column_default from duckdb_columns() "
        "where schema_name = 'canonical' and table_name = $kind order by column_index",
        {"kind": kind},
    ).fetchall()
    rows = history.parquet(paths)
    held = {row[0] for row in connection.execute(f"describe from {rows}").fetchall()}
    chosen = ", ".join(
        f"cast({name if name in held else default or 'null'} as {type_}) as {name}" for name, type_, default in columns
    )
    connection.execute(f"drop table canonical.{kind}")
    connection.execute(f"create view canonical.{kind} as select {chosen} from {rows}")  # noqa: S608 - names of ours, paths quoted


def mart_order(marts: Mapping[str, Query]) -> list[str]:
    """The names of marts, or of macros, so that each comes after those it reads; a name in the SQL is a reading."""
    reads = {
        name: {other for other in marts if other != name and re.search(rf"(?:from|join) {other}\b", query.sql)}
        for name, query in marts.items()
    }
    ordered: list[str] = []
    while len(ordered) < len(marts):
        ready = [name for name in sorted(marts) if name not in ordered and reads[name] <= set(ordered)]
        if not ready:
            raise BuildError(N_("The marts read each other in a circle: {names}."), names=", ".join(sorted(set(marts) - set(ordered))))
        ordered.extend(ready)
    return ordered


def iso_currencies() -> pa.Table:
    """Every currency with its minor units, as the library gives them: what mart `currencies` is made of."""
    units = minor_units()
    return pa.table({
        "currency": pa.array(list(units), pa.string()),
        "minor_units": pa.array(list(units.values()), pa.int32()),
    })


def _fill_marts(connection: duckdb.DuckDBPyConnection) -> None:
    marts = steps("marts")
    connection.register("iso_currencies", iso_currencies())
    for name in mart_order(marts):
        connection.execute(f"create or replace table {name} as {marts[name].sql}")
    connection.unregister("iso_currencies")


def define_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Define every macro of the warehouse in the catalogue in use, in the place of what it was."""
    # What several queries must read alike and a parameter decides, so that no mart can hold it. Each is a table
    # macro of the parameters that its header names, or a scalar one if the header says its value's type, kept in the warehouse's file.
    macros = steps("macros")
    # A macro may read a table that only its reader is handed: here it has to be there, with its columns.
    for table, empty in EMPTY_TABLES.items():
        connection.register(table, empty)
    # Those of a value first: the others may use them in any place.
    for name in sorted(mart_order(macros), key=lambda name: not macros[name].value):
        macro = macros[name]
        kind = "" if macro.value else "table "
        connection.execute(f"create or replace macro {name}({', '.join(p.name for p in macro.parameters)}) as {kind}{macro.sql}")
    for table in EMPTY_TABLES:
        connection.unregister(table)


def _run_checks(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table check_results (check_name text, check_level text, title text, offender_count integer)")
    connection.execute("create table check_offenders (check_name text, offender_number integer, offender text, offender_key text[])")
    results, kept, failures = [], [], []
    for name, check in steps("checks").items():
        # As a table, so that a check that finds a million rows costs no memory of ours; its answer is how many it found.
        count = int(connection.execute(f"create or replace temp table found as {check.sql}").fetchall()[0][0])
        results.append((name, check.level, check.title, count))
        if not count:
            continue
        offenders = connection.execute(f"from found limit {OFFENDERS_KEPT}")
        columns = [column[0] for column in offenders.description or []]
        said = [in_words(check, columns, row) for row in offenders.fetchall()]
        found = [(name, number, offender, list(key)) for number, (key, offender) in enumerate(said, start=1)]
        kept += found
        if check.level == "fail":
            failures.append(f"{check.title} ({count}: {found[0][2]})")
    connection.execute("drop table found")
    # Handed over as tables: row by row the inserts would take longer than the checks.
    insert(connection, "check_results", results)
    insert(connection, "check_offenders", kept)
    if failures:
        raise BuildError(N_("The new warehouse failed its checks: {failures}"), failures="; ".join(failures))


def in_words(check: Query, columns: Sequence[str], row: Sequence[object]) -> tuple[tuple[str, ...], str]:
    """Where an offender stands in its check's order, which is that of its grain, and what there is to say of it."""
    key = tuple(str(row[columns.index(name)]) for name in check.grain)
    return key, ", ".join(f"{c} {v}" for c, v in zip(columns, row, strict=True) if v is not None)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Rows of text, whole numbers and lists of text, in the order of the table's columns."""
    if rows:
        connection.register("incoming", pa.table([pa.array(column) for column in zip(*rows, strict=True)], names=[
            f"column_{number}" for number in range(len(rows[0]))
        ]))
        connection.execute(f"insert into {table} select * from incoming")  # noqa: S608 - a table of ours
        connection.unregister("incoming")
