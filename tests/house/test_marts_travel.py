"""The SQL of the marts means the same in DuckDB and in Spark: a warehouse too large for one machine is built elsewhere from these files."""

from __future__ import annotations

import pytest
from sqlglot import exp, parse_one

from clearaccounts.errors import BuildError
from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.spark.dialect import OWN, spark_type, translate, typed
from clearaccounts.importing.spark.portable import refusals
from clearaccounts.importing.spark.shapes import Shapes, flat, shapes
from clearaccounts.query_files import steps

WORLD: Shapes = {
    "sold": {
        "customer_id": "VARCHAR", "sold_on": "DATE", "paid_on": "DATE", "sold_at": "TIMESTAMP", "amount": "DECIMAL(18,4)",
        "number": "INTEGER", "share": "DOUBLE", "is_paid": "BOOLEAN",
    },
    "rates": {"customer_id": "VARCHAR", "rate_on": "DATE", "rate": "DECIMAL(24,10)"},
    "build": {"time_zone": "VARCHAR"},
}


@pytest.mark.parametrize("name", sorted(steps("marts")))
def test_a_mart_travels(name: str) -> None:
    tree, _ = typed(steps("marts")[name].sql, shapes())
    assert refusals(tree, OWN) == []
    assert translate(name, steps("marts")[name].sql, shapes(), "Europe/Madrid").sql


@pytest.mark.parametrize("name", sorted(steps("marts")))
def test_a_mart_is_ordered_by_its_own_columns(name: str) -> None:
    order = translate(name, steps("marts")[name].sql, shapes()).order
    columns = list(parse_one(f"select 1 order by {order}", read="duckdb").find_all(exp.Column)) if order else []
    assert {column.sql() for column in columns} <= set(shapes()[name])


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_canonical_table_has_types_that_both_engines_have(kind: str) -> None:
    spoken = {"STRING", "DATE", "INT", "BOOLEAN", "TIMESTAMP_NTZ", "DECIMAL(18, 4)", "DECIMAL(24, 10)", "DECIMAL(38, 18)"}
    assert {spark_type(type_) for type_ in shapes()[flat(kind)].values()} <= spoken


# What is refused: an example, and a piece of the sentence that says why.
REFUSED = {
    "select date_diff('month', sold_on, paid_on) as months from sold": "boundaries",
    "select date_diff('day', sold_at, sold_at) as days from sold": "boundaries",
    "select sold.* from sold asof join rates on sold.customer_id = rates.customer_id and sold.sold_on >= rates.rate_on": "ASOF",
    "select * from sold positional join rates": "no such join",
    "select ageing_of(amount) as bucket from sold": "a macro lives in DuckDB alone",
    "select hash(customer_id) as number from sold": "no function that both engines know",
    "select md5(customer_id) as number from sold": "hash",
    "select * from (pivot sold on is_paid using sum(amount))": "only inside a FROM",
    "select quantile_cont(number, 0.9) as high from sold": "rank the rows",
    "select median(number) as middle from sold": "rank the rows",
    "select range as number from range(31)": "another name",
    "select unnest([1, 2]) as number from sold": "unfolds",
    "select string_agg(customer_id, ', ' order by number) over (partition by is_paid) as ids from sold": "order in which rows arrive",
    "select array_agg(customer_id) as ids from sold": "order in which rows arrive",
    "select avg(amount) as mean from sold": "divide a sum",
    "select sum(amount) / count(*) as mean from sold": "whole units",
    "select amount // 2 as half from sold": "whole numbers",
    "select amount % 2 as rest from sold": "whole numbers",
    "select sold_on + interval 30 day as due_on from sold": "whole days",
    "select sold_on + amount as due_on from sold": "whole days",
    "select sold_at - sold_at as lasted from sold": "between two moments",
    "select cast(amount as integer) as amount from sold": "rounded in DuckDB",
    "select cast(share as decimal(18, 4)) as share from sold": "no exact value",
    "select cast(customer_id as date) as day from sold": "typed columns",
    "select cast(share as text) as said from sold": "in its own way",
    "select cast(amount as double) as amount from sold": "not the same",
    "select try_cast(customer_id as integer) as number from sold": "typed columns",
    "select sum(share) as shares from sold": "any order",
    "select share + 1 as more from sold": "exactly",
    "select power(10, number) as ten from sold": "hugeint",
    "select round(amount, 2) as rounded from sold": "decimal of the scale",
    "select concat(customer_id, 'x') as name from sold": "||",
    "select any_value(customer_id) as one from sold": "row_number",
    "select arg_max(customer_id, number) as one from sold": "row_number",
    "select distinct on (is_paid) customer_id from sold": "row_number",
    "select customer_id from sold order by number limit 3": "row_number",
    "select customer_id from sold using sample 3": "something else each time",
    "select random() as chance from sold": "something else each time",
    "select current_date as today from sold": "no clock",
    "select is_paid, count(*) as sales from sold group by rollup (is_paid)": "union",
    "select date_trunc('day', sold_at) as day from sold": "date",
    "select year(sold_at) as year from sold": "of a date",
    "select sold_at at time zone 'UTC' as moment from sold": "opposite things",
    "select timezone('Europe/Madrid', sold_at) as moment from sold": "no function that both engines know",
    "select customer_id from sold where sold_on > customer_id": "text is compared",
    "select regexp_matches(customer_id, '^C') as is_customer from sold": "a language of its own",
    "select regexp_replace(customer_id, 'C', 'D') as name from sold": "a language of its own",
    "select customer_id from sold where customer_id like 'C%'": "backslash",
    "select customer_id from sold where customer_id = 'c1' collate nocase": "lower()",
    "select number / 2 as half from sold": "whole units",
    "select ceil(amount) as amount from sold": "nobody has run it",
    "select dayofweek(sold_on) as weekday from sold": "nobody has run it",
    "select date_trunc('decade', sold_on) as years from sold": "year, quarter, month or week",
    "select sum(number) over (order by number range between 3 preceding and current row) as recent from sold": "count rows",
    "with recursive days as (select 1 as number union all select number + 1 from days) select number from days": "one pass",
}


@pytest.mark.parametrize("sql", REFUSED)
def test_what_does_not_travel_is_refused_with_its_reason(sql: str) -> None:
    with pytest.raises(BuildError) as caught:
        translate("example", sql, WORLD)
    assert REFUSED[sql] in str(caught.value)


# What is put right on the way: what stands in Spark's SQL.
TRANSLATED = {
    "select paid_on - sold_on + 1 as days from sold": "DATEDIFF(DAY, `sold`.`sold_on`, `sold`.`paid_on`) + 1",
    "select sold_on + 30 as due_on from sold": "DATE_ADD(`sold`.`sold_on`, CAST(30 AS INT))",
    "select sign(amount) * amount as amount from sold": "CAST(SIGN(`sold`.`amount`) AS INT)",
    "select cast(amount * 10000 as hugeint) as units from sold": "CAST(`sold`.`amount` * 10000 AS DECIMAL(38, 0))",
    "select cast(amount as hugeint) // 3 as third from sold": "% (",
    "select trim(customer_id) as name from sold": "TRIM(BOTH ",
    "select date_trunc('month', sold_on) as month_on from sold": "TRUNC(`sold`.`sold_on`, 'MONTH')",
    "select number from sold order by number": "FROM `sold`",
    "select row_number() over (order by number) as place from sold": "ORDER BY `sold`.`number` NULLS LAST",
    "select * replace (number + 1 as number) from sold": "`sold`.`number` + 1 AS `number`",
    "select customer_id, rate_on from rates union all by name select rate_on, customer_id from rates": "`customer_id`",
    "select timezone('UTC', timezone(build.time_zone, sold_at)) as moment from sold cross join build": "sold_at",
}


@pytest.mark.parametrize("sql", TRANSLATED)
def test_what_spark_means_differently_is_put_right(sql: str) -> None:
    assert TRANSLATED[sql] in translate("example", sql, WORLD).sql


def test_days_taken_from_a_date_twice_are_not_taken_for_days_between_two() -> None:
    sql = "with a as (select paid_on - sold_on as days, paid_on from sold) select paid_on - days as sold_on from a"
    assert "DATE_SUB(`a`.`paid_on`, CAST(`a`.`days` AS INT))" in translate("example", sql, WORLD).sql


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(BuildError, match="missing"):
        translate("example", "select missing from sold", WORLD)


def test_a_union_by_name_is_one_by_position() -> None:
    sql = "select customer_id, rate_on from rates union all by name select rate, customer_id from rates"
    tree = parse_one(translate("example", sql, WORLD).sql, read="spark")
    assert isinstance(tree, exp.Union)
    assert tree.args.get("by_name") in (None, False)
    assert [select.named_selects for select in (tree.left, tree.right)] == [["customer_id", "rate_on", "rate"]] * 2
