"""One world built by both engines, and what differs between the two warehouses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from clearaccounts.importing.build import write_warehouse
from clearaccounts.importing.spark import engine
from clearaccounts.warehouse import Build

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LAST_DAY = date(2026, 6, 30)
# When and under which number a warehouse was built, and answers that it keeps under that number.
OWN_TO_EACH = frozenset({"build", "first_answers"})


def written(folder: Path, given: Mapping[str, pa.Table]) -> dict[str, list[Path]]:
    """Each kind as a Parquet file."""
    found = {}
    for kind, table in given.items():
        path = folder / f"{kind}.parquet"
        pq.write_table(table, path)
        found[kind] = [path]
    return found


def on_both(
    spark: SparkSession, folder: Path, given: Mapping[str, Sequence[Path]], *, zone: str = "UTC", currency: str = "EUR",
) -> tuple[Path, Path]:
    """One world, built with Spark's marts and with DuckDB's own."""
    moment = datetime(2026, 6, 30, 6)
    build = Build("test", moment, LAST_DAY, moment, moment, currency, zone, is_sample=False)
    ours, theirs = folder / "spark.duckdb", folder / "duckdb.duckdb"
    write_warehouse(ours, given, build, marts=engine.make(spark, given, build, folder))
    write_warehouse(theirs, given, build)
    return ours, theirs


def differences(ours: Path, theirs: Path) -> list[str]:
    """The tables whose columns, types or rows are not the same in both, each with how many rows only one of them has."""
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{ours}' as ours (read_only)")
        connection.execute(f"attach '{theirs}' as theirs (read_only)")
        columns = {
            side: connection.execute(
                "select table_name, column_name, data_type from duckdb_columns() where database_name = $side and not internal"
                " order by table_name, column_index", {"side": side},
            ).fetchall()
            for side in ("ours", "theirs")
        }
        assert columns["ours"], "there are no tables at all"
        found += sorted({f"{table}.{column} {type_}" for table, column, type_ in set(columns["ours"]) ^ set(columns["theirs"])})
        for table in sorted({table for table, _, _ in columns["theirs"]} - OWN_TO_EACH):
            if found:
                break
            for one, other in (("ours", "theirs"), ("theirs", "ours")):
                [(count,)] = connection.execute(
                    f"select count(*) from (from {one}.{table} except all from {other}.{table})"
                ).fetchall()
                if count:
                    found.append(f"{table}: {count} rows only in {one}")
    return found


def rows(path: Path, table: str) -> int:
    """How many rows a table has."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def firsts(path: Path, table: str, columns: str) -> list[tuple[object, ...]]:
    """A table's rows in the order in which they lie."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(f"select {columns} from {table}").fetchall()
