"""A session on a Spark cluster: what it needs on this machine, what it is told, and how long one waits for it."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from clearaccounts.errors import BuildError
from clearaccounts.text import N_

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_KNOCK_SECONDS = 5
# From the session's start until the first worker gives an executor; and how long a build goes on waiting after it has lost the last.
WORKER_SECONDS = 120
_STANDALONE = re.compile(r"spark://(?P<hosts>[^/]+)")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
# What the marts mean depends on these; whatever the cluster's own settings say.
_MEANING = {
    # A number that does not fit is an error, as in DuckDB, and not null or another number.
    "spark.sql.ansi.enabled": "true",
    # Decimals keep their scale and fail when they are too long, instead of being rounded to fit.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.legacy.decimal.retainFractionDigitsOnTruncate": "true",
    # Moments are without a zone, as in DuckDB's TIMESTAMP; days are those of our calendar, before 1582 too.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.caseSensitive": "false",
}
_RUNNING = {
    # It breaks plans in which a table meets itself and gives one column two names (Spark 4.3: PLAN_VALIDATION_FAILED).
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases",
    "spark.app.name": "Clear Accounts",
    "spark.sql.adaptive.enabled": "true",
    "spark.ui.showConsoleProgress": "false",
    # A lost worker is noticed, its part is done again elsewhere; a few losses are no reason to give up.
    "spark.task.maxFailures": "8",
    "spark.shuffle.io.retryWait": "2s",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
OPEN = (
    "The Spark cluster at {master} does not authenticate: whoever reaches it can run programs there and read what passes."
    " docs/spark.md says how to close it."
)
_LOG = """
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {file}
appender.file.append = false
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{yyyy-MM-dd HH:mm:ss}} %p %c{{1}}: %m%n%ex{{3}}
logger.scheduler.name = org.apache.spark.scheduler
logger.scheduler.level = info
"""


def require() -> None:
    """See that this machine can talk to a cluster.

    Raises:
        BuildError: a package or a Java is missing; says how to get it.
    """
    missing = [name for name in ("pyspark", "sqlglot") if find_spec(name) is None]
    if missing:
        raise BuildError(
            N_("A build on Spark needs the Python packages {names}: run `pip install -r requirements-spark.txt` (about 500 MB)."),
            names=" and ".join(missing),
        )
    home = os.environ.get("JAVA_HOME")
    if shutil.which(str(Path(home) / "bin" / "java") if home else "java") is None:
        raise BuildError(N_(
            "A build on Spark needs Java 17 or newer: install it (Debian: `apt install default-jre-headless`),"
            " or name its folder in JAVA_HOME."
        ))


def knock(master: str) -> None:
    """See that somebody answers at a standalone master's address; of another kind of address nothing is known beforehand.

    Raises:
        BuildError: the address cannot be read, or nobody answers at any of its hosts.
    """
    if not master.startswith("spark://"):
        return
    problem = "it has no port"
    for address in _hosts(master):
        host, _, port = address.rpartition(":")
        if not (host and port.isdigit() and 0 < int(port) < 65536):
            continue
        try:
            with socket.create_connection((host.strip("[]"), int(port)), _KNOCK_SECONDS):
                return
        except OSError as error:
            problem = error.strerror or str(error)
    raise BuildError(
        N_("No Spark master answers at {master} ({problem}): start it, or give its address as --master spark://HOST:7077."),
        master=master, problem=problem,
    )


def _hosts(master: str) -> list[str]:
    found = _STANDALONE.fullmatch(master)
    return found["hosts"].split(",") if found else []


def is_loopback(master: str) -> bool:
    """Whether a cluster stands on this machine alone: then nothing of ours listens on the network."""
    return master.startswith("local") or all(address.rpartition(":")[0] in _LOOPBACK for address in _hosts(master) or [":"])


@contextmanager
def session(master: str, log: Path) -> Iterator[SparkSession]:
    """A session on the cluster at `master`, ended with the block.

    Args:
        master: as Spark takes it: `spark://HOST:7077` of a standalone cluster, or what another manager is called by.
        log: the file that Spark writes its own lines to.

    Raises:
        BuildError: something is missing here, nobody answers there, or no worker gives an executor in time.
    """
    require()
    knock(master)
    with warnings.catch_warnings():
        # Its tools for pandas are not of this pandas; none of them is used here.
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark.errors import PySparkException  # noqa: PLC0415 - optional, see `require`
        from pyspark.sql import SparkSession  # noqa: PLC0415

    log = log.absolute()
    log.parent.mkdir(parents=True, exist_ok=True)
    words = log.with_suffix(".properties")
    words.write_text(_LOG.format(file=log), encoding="utf-8")
    builder = SparkSession.builder.master(master).config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile=file:{words}")
    # Spark wants a place for tables of its own, of which there are none.
    tables = log.with_suffix(".tables")
    for key, value in {**_MEANING, **_RUNNING, "spark.sql.warehouse.dir": tables.as_uri()}.items():
        builder = builder.config(key, value)
    if is_loopback(master):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        for key in ("spark.driver.host", "spark.driver.bindAddress"):
            builder = builder.config(key, "127.0.0.1")
    # pyspark tells its own errors to standard error as well as raising them.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    logging.getLogger("DataFrameQueryContextLogger").setLevel(logging.CRITICAL)
    try:
        with _quiet(log.with_suffix(".java.log")):
            spark = builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as problem:
        raise _refused(master, problem) from problem
    except Exception as problem:
        if type(problem).__module__.split(".")[0] != "py4j":
            raise
        raise _refused(master, problem) from problem
    try:
        _wait_for_worker(spark, master)
        yield spark
    finally:
        spark.stop()
        words.unlink(missing_ok=True)
        shutil.rmtree(tables, ignore_errors=True)


@contextmanager
def _quiet(log: Path) -> Iterator[None]:
    """Have a Java that starts meanwhile talk to a file, for as long as it lives, and not to whoever reads our errors."""
    kept = os.dup(1), os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        for descriptor, held in enumerate(kept, start=1):
            os.dup2(held, descriptor)
            os.close(held)


def _refused(master: str, problem: Exception) -> BuildError:
    return BuildError(
        N_("Spark could not start with {master}: {problem}"), master=master, problem=str(problem).strip().split("\n", maxsplit=1)[0],
    )


def is_open(spark: SparkSession) -> bool:
    """Whether a standalone cluster beyond this machine takes work from anybody; other managers have a guard of their own."""
    context = spark.sparkContext
    is_guarded = context.getConf().get("spark.authenticate", "false") == "true"
    return context.master.startswith("spark://") and not is_loopback(context.master) and not is_guarded


def executors(spark: SparkSession) -> int:
    """How many executors the cluster gives this session now; the session's own process is counted where it does the work itself."""
    context = spark.sparkContext
    count = int(context._jsc.sc().getExecutorMemoryStatus().size())
    return count if context.master.startswith("local") else count - 1


def _wait_for_worker(spark: SparkSession, master: str) -> None:
    give_up_at = time.monotonic() + WORKER_SECONDS
    while not executors(spark):
        if time.monotonic() > give_up_at:
            raise BuildError(
                N_("The Spark cluster at {master} has given no worker in {seconds} seconds: see that its workers run and have room."),
                master=master, seconds=WORKER_SECONDS,
            )
        time.sleep(0.2)
