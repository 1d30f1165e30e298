"""What a mart may say is the same in both engines on what is odd about it; and what it may not say differs: each by a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq
import pytest
import sqlglot

from clearaccounts.errors import BuildError
from clearaccounts.importing.spark.dialect import translate
from clearaccounts.importing.spark.shapes import Shapes

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COLUMNS = {
    "id": "INTEGER", "whole": "INTEGER", "long": "BIGINT", "amount": "DECIMAL(18,4)", "big": "DECIMAL(38,4)",
    "rate": "DECIMAL(24,10)", "text": "VARCHAR", "other": "VARCHAR", "day": "DATE",
    "later": "DATE", "moment": "TIMESTAMP", "yes": "BOOLEAN",
}
WORLD: Shapes = {"odd": COLUMNS, "build": {"time_zone": "VARCHAR"}}
ZONE = "America/Havana"
ROWS: list[tuple[Any, ...]] = [
    (1, 7, 2**40, Decimal("0.0050"), Decimal("0.9123456789"), "a", "B", date(2024, 2, 29), date(2025, 3, 1),
     datetime(2024, 11, 3, 4, 30), True),
    (2, -7, -(2**40), Decimal("-0.0050"), Decimal("1234567.0000000005"), "A", "a", date(2026, 1, 31), date(2026, 2, 1),
     datetime(2024, 11, 3, 5, 30), False),
    (3, 0, 0, Decimal("99999999999999.9999"), Decimal("0.0000000001"), "\u0130\u03a3", "\ua7da\u10d5", date(1900, 1, 1), date(2199, 12, 30),
     datetime(2024, 3, 10, 5, 30, 0, 123456), True),
    (4, -1, 9, Decimal("-99999999999999.9999"), Decimal(3), " a\u00a0", "\u2003x\t", date(2025, 12, 29), date(2026, 12, 31),
     datetime(2024, 3, 10, 4, 59, 59, 999999), False),
    (5, 3, -9, Decimal("2.5000"), Decimal("-2.5"), "", "ß", date(2021, 1, 3), date(2020, 12, 28), datetime(1999, 12, 31, 23, 59, 59), True),
    (6, None, None, None, None, None, "z", None, date(2026, 1, 1), None, None),
    (7, 1, None, Decimal(0), None, "Ä", None, date(2026, 1, 1), None, datetime(2026, 7, 1), None),
    (8, 2**31 - 1, 2**53 + 1, Decimal("1.0050"), Decimal("1.5"), "ä", "a ", date(2026, 6, 30), date(2026, 7, 1), datetime(2027, 1, 1),
     True),
]

# Expressions of one row that are allowed.
OF_A_ROW = (
    "whole // 2", "whole // -2", "-7 // 2", "long // 3", "whole % 3", "whole % -3", "long % 7", "sign(whole)", "sign(amount)",
    "abs(amount)",
    "amount * rate", "amount + rate", "amount - 1", "cast(amount * rate as decimal(38, 4))", "cast(amount as decimal(18, 2))",
    "cast(big * 10000 as hugeint)", "cast(big * 10000 as hugeint) // 3", "cast(big * 10000 as hugeint) // -3",
    "cast(big * 10000 as hugeint) % 7", "cast(amount as hugeint)", "cast(power(10, 18) as hugeint)", "cast(whole as decimal(38, 4))",
    "-amount", "nullif(amount, 0)", "coalesce(amount, rate, 0)",
    "greatest(whole, long)", "least(whole, long)", "greatest(day, later)", "least(text, other)", "greatest(amount, null)",
    "text || other", "text || whole", "text < other", "text = other", "lower(text)", "upper(other)", "lower(other)", "upper(text)",
    "trim(text)", "trim(other)",
    "trim(text, 'a ')", "length(text)", "text in ('a', 'A')", "text is distinct from other", "text is not distinct from null",
    "day + 30", "day - 30", "day + whole % 1000", "later - day", "date_diff('day', day, later)", "cast(date_trunc('month', day) as date)",
    "cast(date_trunc('quarter', day) as date)", "cast(date_trunc('year', day) as date)", "cast(date_trunc('week', day) as date)",
    "last_day(day)", "year(day)", "quarter(day)",
    "month(day)", "day(day)", "cast(moment as date)", "cast(day as timestamp)", "cast(day as text)", "cast(long as text)",
    "cast(amount as text)", "cast(rate as text)", "cast(moment as text)",
    "day between date '2021-01-03' and later", "case when yes then 1 when not yes then 2 end", "yes and whole > 0", "yes or whole > 0",
    "timezone('UTC', timezone(build.time_zone, moment))", "timezone(build.time_zone, timezone('UTC', moment))",
)
# What is computed of several rows, in one order without ties where there is one.
OF_ROWS = (
    "sum(amount)", "sum(whole)", "sum(long)", "sum(amount * rate)", "sum(cast(big * 10000 as hugeint))", "count(*)", "count(text)",
    "count(distinct lower(text))", "min(text)", "max(text)", "min(day)", "max(moment)", "bool_and(yes)", "bool_or(yes)",
    "sum(amount) filter (where yes)", "count_if(yes)", "sum(amount) filter (where id > 100)",
)
BY_THEIR_ORDER = (
    "row_number() over (order by text, id)", "row_number() over (order by text desc, id)",
    "row_number() over (order by day nulls first, id)",
    "rank() over (order by yes)", "dense_rank() over (order by yes desc)", "lag(amount) over (order by id)",
    "lead(text, 2) over (order by id)", "sum(amount) over (order by id rows between 1 preceding and current row)",
    "sum(whole) over (partition by yes order by id)", "sum(whole) over (order by yes)", "max(day) over (partition by yes)",
    "first_value(text) over (order by id)", "last_value(text) over (order by id rows between unbounded preceding and unbounded following)",
)
STATEMENTS = (
    "select id from odd where text > '' union select whole as id from odd",
    "select id from odd except select whole as id from odd",
    "select whole from odd intersect select id as whole from odd",
    "select a.id, b.id as other_id from odd as a left join odd as b on a.day < b.later and a.id <> b.id",
    "select a.id from odd as a where not exists (select 1 from odd as b where b.day > a.day)",
    "select yes, sum(amount) as amount, count(*) as lines from odd group by yes having count(*) > 1",
    "select id from odd qualify row_number() over (partition by yes order by day desc, id) = 1",
    "select id, text from odd union all by name select text, id from odd",
    "select distinct yes, whole > 0 as is_more from odd",
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The odd rows as a Parquet file."""
    path = tmp_path_factory.mktemp("odd") / "odd.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table odd ({', '.join(f'{name} {type_}' for name, type_ in COLUMNS.items())})")
        connection.executemany(f"insert into odd values ({', '.join('?' * len(COLUMNS))})", [[*row[:4], row[3], *row[4:]] for row in ROWS])
        pq.write_table(connection.execute("from odd").to_arrow_table(), path)
    return path


def in_duckdb(table: Path, sql: str) -> list[tuple[Any, ...]]:
    """A statement's answer here."""
    with duckdb.connect() as connection:
        connection.execute(f"create table odd as from '{table}'; create table build as select '{ZONE}' as time_zone")
        return connection.execute(sql).fetchall()


def in_spark(spark: SparkSession, table: Path, sql: str) -> list[tuple[Any, ...]]:
    """A statement's answer there; in Spark's own dialect."""
    spark.read.parquet(table.as_uri()).createOrReplaceTempView("odd")
    spark.sql(f"select '{ZONE}' as time_zone").createOrReplaceTempView("build")
    return [tuple(row) for row in spark.sql(sql).collect()]


def test_every_allowed_expression(spark: SparkSession, table: Path) -> None:
    found = {}
    for expressions, rest in ((OF_A_ROW, "cross join build order by id"), (BY_THEIR_ORDER, "order by id"), (OF_ROWS, "")):
        key = "" if expressions is OF_ROWS else "id, "
        sql = f"select {key}{', '.join(f'{expression} as c{at}' for at, expression in enumerate(expressions))} from odd {rest}"
        here = in_duckdb(table, sql)
        there = in_spark(spark, table, translate("expressions", sql, WORLD, ZONE).sql)
        assert len(here) == len(there)
        for at, expression in enumerate(expressions, start=1 if key else 0):
            answers = sorted((row[0], row[at]) for row in here) if key else [row[at] for row in here]
            others = sorted((row[0], row[at]) for row in there) if key else [row[at] for row in there]
            if [plain(one) for one in answers] != [plain(one) for one in others]:
                found[expression] = (answers, others)
    assert found == {}


def plain(value: Any) -> Any:
    """A value that is equal where the two engines' are: of one type where they count in whole numbers and in decimals."""
    if isinstance(value, tuple):
        return tuple(plain(one) for one in value)
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("sql", STATEMENTS)
def test_every_allowed_statement(spark: SparkSession, table: Path, sql: str) -> None:
    here, there = in_duckdb(table, sql), in_spark(spark, table, translate("statement", sql, WORLD, ZONE).sql)
    assert sorted(map(repr, here)) == sorted(map(repr, there))
    assert here


# What fails in both engines, instead of becoming null or another number.
FAILING = ("select cast(amount as decimal(38, 4)) * 100000000000 * 100000000000 as much from odd", "select whole + whole as more from odd",
           "select cast(amount as decimal(6, 4)) as less from odd", "select cast(long as integer) as less from odd")


@pytest.mark.parametrize("sql", FAILING)
def test_what_does_not_fit_fails_in_both(spark: SparkSession, table: Path, sql: str) -> None:
    from pyspark.errors import PySparkException

    with pytest.raises(duckdb.Error):
        in_duckdb(table, sql)
    with pytest.raises(PySparkException):
        in_spark(spark, table, translate("statement", sql, WORLD, ZONE).sql)


# What is refused, as sqlglot alone translates it: DuckDB's answer and Spark's; None where it fails.
REFUSED: dict[str, tuple[object, object]] = {
    "select date_diff('month', date '2026-01-31', date '2026-02-01')": (1, 0),
    "select date_diff('hour', timestamp '2026-01-31 10:59:00', timestamp '2026-01-31 11:01:00')": (1, 0),
    "select date '2026-01-31' + interval 1 month": (datetime(2026, 2, 28), date(2026, 2, 28)),
    "select date_trunc('decade', date '2026-01-05')": (datetime(2020, 1, 1), None),
    "select dayofweek(date '2026-01-04')": (0, 1),
    "select isodow(date '2026-01-04')": (7, 2),
    "select cast(1 as decimal(18, 4)) / 3": (0.3333333333333333, Decimal("0.333333")),
    "select cast(10 as decimal(18, 4)) // 3": (3.3333333333333335, 3),
    "select avg(x) from (values (cast(1 as decimal(18, 4))), (2), (2)) as t(x)": (1.6666666666666667, Decimal("1.66666667")),
    "select median(x) from (values (cast(1 as decimal(18, 4))), (1.0001)) as t(x)": (Decimal("1.0000"), 1.0000499999999999),
    "select quantile_cont(x, 0.9) from (values (1), (2), (10), (20)) as t(x)": (17.0, None),
    "select cast(cast(2.5 as decimal(4, 1)) as integer)": (3, 2),
    "select cast(cast(2.6 as double) as integer)": (3, 2),
    "select round(cast(1.005 as double), 2)": (1.0, 1.01),
    "select cast(cast(1e20 as double) as decimal(38, 4))": (Decimal("99999999999999998322.2784"), Decimal("100000000000000000000.0000")),
    "select cast(cast(10000000 as double) as text)": ("10000000.0", "1.0E7"),
    "select try_cast('1.5' as integer)": (2, None),
    "select try_cast('2026' as date)": (None, date(2026, 1, 1)),
    "select regexp_matches('a1', '[[:digit:]]')": (True, False),
    "select regexp_replace('aaa', 'a', 'b')": ("baa", "bbb"),
    "select 'a_b' like 'a\\_b'": (False, True),
    "select 'a' = 'A' collate nocase": (True, None),
    "select list(x) from (values (1), (null)) as t(x)": ([1, None], [1]),
    "select range from range(1)": (0, None),
    "select x < 9 from (values ('10')) as t(x)": (None, False),
    "select t.x from (values (1)) as t(x) asof join (values (1)) as u(x) on t.x >= u.x": (1, None),
    "select t.x from (values (1)) as t(x) positional join (values (3)) as u(y)": (1, None),
    "select * from (pivot (select 1 as a, 'x' as b) on b using sum(a))": (1, None),
    "with recursive d as (select 1 as n union all select n + 1 from d where n < 150) select max(n) from d": (150, None),
}


def test_what_is_refused_differs(spark: SparkSession) -> None:
    found: dict[str, tuple[object, object]] = {}
    for sql in REFUSED:
        with pytest.raises(BuildError):
            translate("refused", sql, WORLD)
        found[sql] = (answered(duckdb_alone, sql), answered(partial(spark_alone, spark), sql))
    assert found == REFUSED


def duckdb_alone(sql: str) -> list[Any]:
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


def spark_alone(spark: SparkSession, sql: str) -> list[Any]:
    return list(spark.sql(sqlglot.transpile(sql, read="duckdb", write="spark")[0]).collect())


def answered(ask: Callable[[str], list[Any]], sql: str) -> object:
    """The one value of an answer, or None where the engine fails."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        return ask(sql)[0][0]
    except (duckdb.Error, PySparkException, Py4JJavaError):
        return None
