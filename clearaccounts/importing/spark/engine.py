"""Make the marts on a Spark cluster and hand them to the build as Parquet.

Spark reads what DuckDB's build reads: one Parquet file for each kind with the newest version of every row. Choosing those versions
stays with `history.latest`, which knows how landings, snapshots and parts of documents follow on each other; it is one pass over the
files, and to write it a second time for another engine would be to have two truths. Each mart is written before the next one reads
it, so that a lost worker costs its part of one mart. What comes after the marts (macros, checks, the swap) is one code for both engines.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from clearaccounts.errors import BuildError, ClearAccountsError
from clearaccounts.importing import history
from clearaccounts.importing.build import Maker, iso_currencies
from clearaccounts.importing.cancelling import Asked, check, never
from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.spark import cluster
from clearaccounts.importing.spark.dialect import Translated, spark_type, translate
from clearaccounts.importing.spark.shapes import Shapes, flat, shapes
from clearaccounts.query_files import steps
from clearaccounts.text import N_
from clearaccounts.warehouse import Build

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Marts that do not read each other are made at the same time, so that a cluster is not idle while a small one ends.
_AT_ONCE = 4
_LOOK_SECONDS = 1.0
# What one task of a shuffle should have of the landed bytes; Spark itself puts small ones together.
_BYTES_PER_TASK = 16 * 2**20
# Sorts of types that hold the same values in both engines.
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"})


@dataclass(frozen=True)
class MadeMarts:
    """The marts of one build as Spark wrote them, each in a folder of Parquet files; see `build.Marts`."""

    folders: Mapping[str, Path]
    orders: Mapping[str, str]

    @property
    def files(self) -> list[Path]:
        """Every file that is to be read."""
        return [path for folder in self.folders.values() for path in _parts(folder)]

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the marts' tables, in DuckDB's own types and in the order that each mart asks for.

        Raises:
            BuildError: Spark made a column of another sort than DuckDB makes.
        """
        for name, folder in self.folders.items():
            rows = history.parquet(_parts(folder))
            made = {row[0]: str(row[1]) for row in connection.execute(f"describe from {rows}").fetchall()}
            wanted = shapes()[name]
            for column, type_ in wanted.items():
                if not is_alike(made.get(column, ""), type_):
                    raise BuildError(
                        N_("Spark made {mart}.{column} as {made} where DuckDB makes {wanted}; the marts' SQL must cast it."),
                        mart=name, column=column, made=made.get(column, "nothing"), wanted=type_,
                    )
            chosen = ", ".join(f'cast("{column}" as {type_}) as "{column}"' for column, type_ in wanted.items())
            order = f" order by {self.orders[name]}" if self.orders[name] else ""
            connection.execute(f"create or replace table {name} as select {chosen} from {rows}{order}")


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*.parquet"))


def is_alike(made: str, wanted: str) -> bool:
    """Whether a column of Spark's holds what a column of DuckDB's does, to the last decimal."""
    (kind, scale), (wanted_kind, wanted_scale) = _sort(made), _sort(wanted)
    return (kind, scale) == (wanted_kind, wanted_scale)


def _sort(type_: str) -> tuple[str, int]:
    if type_ in _WHOLE:
        return "DECIMAL", 0
    if type_.startswith("DECIMAL("):
        return "DECIMAL", int(type_.rstrip(")").split(",")[1])
    return type_, 0


@contextmanager
def on(master: str, log: Path, warn: Callable[[str], None] = lambda _: None) -> Iterator[Maker]:
    """What makes the marts of a build on the cluster at `master`, until the block ends.

    Args:
        master: as Spark takes it.
        log: the file that Spark writes its own lines to.
        warn: told what is to be known of the cluster, in a sentence.

    Raises:
        BuildError: something is missing here, or the cluster cannot be reached.
    """
    with cluster.session(master, log) as spark:
        if cluster.is_open(spark):
            warn(cluster.OPEN.format(master=master))
        yield partial(make, spark)


def make(
    spark: SparkSession, tables: Mapping[str, Sequence[Path]], build: Build, work: Path, cancelled: Asked = never,
) -> MadeMarts:
    """Make the marts of `build`.

    Args:
        spark: a session of `cluster.session`.
        tables: per canonical kind the Parquet files of its rows, one row per key; kinds left out are empty.
        build: what table `build` says.
        work: a scratch folder that the workers see under this very path.
        cancelled: whether somebody wants it to stop.

    Raises:
        BuildError: a mart's SQL does not travel, Spark failed at one, or the last worker is gone and none came.
        Cancelled: somebody wanted it to stop.
    """
    known, marts = shapes(), steps("marts")
    translated = {name: translate(name, mart.sql, known, build.time_zone) for name, mart in marts.items()}
    folder = work.absolute() / f"marts-{build.build_id}"
    folder.mkdir()
    try:
        _set_partitions(spark, tables)
        _hand_over(spark, tables, build, folder, known)
        _make_all(spark, translated, folder, cancelled)
    except ClearAccountsError:
        raise
    except Exception as problem:
        if not _is_of_spark(problem):
            raise
        raise _failed(problem) from problem
    return MadeMarts({name: folder / name for name in marts}, {name: one.order for name, one in translated.items()})


def _is_of_spark(problem: BaseException) -> bool:
    return type(problem).__module__.split(".", maxsplit=1)[0] in {"pyspark", "py4j"}


def _failed(problem: BaseException, mart: str = "") -> BuildError:
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    # Of an error in Java the first line says only that there was one.
    cause = next((line for line in lines if line.startswith(": ")), lines[0] if lines else type(problem).__name__).removeprefix(": ")
    if mart:
        return BuildError(N_("Spark could not make the mart {mart}: {problem}"), mart=mart, problem=cause)
    return BuildError(N_("Spark could not make the marts: {problem}"), problem=cause)


def _set_partitions(spark: SparkSession, tables: Mapping[str, Sequence[Path]]) -> None:
    landed = sum(path.stat().st_size for paths in tables.values() for path in paths)
    tasks = max(spark.sparkContext.defaultParallelism, -(-landed // _BYTES_PER_TASK))
    spark.conf.set("spark.sql.shuffle.partitions", str(tasks))


def _hand_over(spark: SparkSession, tables: Mapping[str, Sequence[Path]], build: Build, folder: Path, known: Shapes) -> None:
    """Give the session everything that the marts read: canonical tables, `build`, the currencies, and our own functions."""
    for kind in kinds().values():
        columns = known[flat(kind.name)]
        defaults = {column.name: column.default for column in kind.columns}
        paths = tables.get(kind.name, ())
        if paths:
            held = _columns(paths)
            rows = _read(spark, held, paths)
        else:
            held, rows = {}, spark.range(0)
        rows.selectExpr(*(
            f"cast({f'`{name}`' if name in held else _literal(defaults.get(name))} as {spark_type(type_)}) as `{name}`"
            for name, type_ in columns.items()
        )).createOrReplaceTempView(flat(kind.name))
    row = {name: [value] for name, value in asdict(build).items()}
    schema = pa.schema([(name, _ARROW[type_]) for name, type_ in known["build"].items()])
    for name, table in (("build", pa.table(row, schema)), ("iso_currencies", iso_currencies())):
        path = folder / f"{name}.parquet"
        pq.write_table(table, path)
        _read(spark, known[name], [path]).createOrReplaceTempView(name)


def _read(spark: SparkSession, columns: Mapping[str, str], paths: Sequence[Path]) -> DataFrame:
    """Parquet files of known columns: to find them Spark would start a job, which nobody watches over."""
    schema = ", ".join(f"`{name}` {spark_type(type_)}" for name, type_ in columns.items())
    return spark.read.schema(schema).parquet(*(path.absolute().as_uri() for path in paths))


def _columns(paths: Sequence[Path]) -> dict[str, str]:
    """The columns of Parquet files, by name, with DuckDB's types."""
    with duckdb.connect() as connection:
        return {row[0]: str(row[1]) for row in connection.execute(f"describe from {history.parquet(paths)}").fetchall()}


_ARROW = {"VARCHAR": pa.string(), "TIMESTAMP": pa.timestamp("us"), "DATE": pa.date32(), "BOOLEAN": pa.bool_()}


def _literal(default: str | None) -> str:
    return "null" if default is None else "'" + default.replace("'", "\\'") + "'"


def _make_all(spark: SparkSession, translated: Mapping[str, Translated], folder: Path, cancelled: Asked) -> None:
    """Make every mart, each after those it reads; a mart that is made can be read under its name."""
    waiting, running = dict(translated), dict[Future[None], str]()
    done: set[str] = set()
    last_seen_at = time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            while waiting or running:
                for name in [name for name, one in waiting.items() if one.reads & translated.keys() <= done]:
                    running[pool.submit(_make, spark, name, waiting.pop(name).sql, folder / name)] = name
                ended, _ = wait(running, _LOOK_SECONDS, FIRST_COMPLETED)
                for one in ended:
                    name = running.pop(one)
                    try:
                        one.result()
                    except Exception as problem:
                        if not _is_of_spark(problem):
                            raise
                        raise _failed(problem, name) from problem
                    done.add(name)
                check(cancelled)
                if cluster.executors(spark):
                    last_seen_at = time.monotonic()
                elif time.monotonic() - last_seen_at > cluster.WORKER_SECONDS:
                    raise BuildError(
                        N_("The Spark cluster has lost its last worker, and in {seconds} seconds no other came."),
                        seconds=cluster.WORKER_SECONDS,
                    )
        except BaseException:
            for one in running:
                one.cancel()
            spark.sparkContext.cancelAllJobs()
            # A mart that was only being planned starts its job after that.
            while wait(running, _LOOK_SECONDS).not_done:
                spark.sparkContext.cancelAllJobs()
            raise


def _make(spark: SparkSession, name: str, sql: str, folder: Path) -> None:
    made = spark.sql(sql)
    made.write.parquet(folder.as_uri())
    if not _parts(folder):
        raise BuildError(
            N_("Spark's workers wrote the mart {mart} where this machine does not see it:"
               " the data folder must stand under one path on every machine."), mart=name,
        )
    spark.read.schema(made.schema).parquet(folder.as_uri()).createOrReplaceTempView(name)

