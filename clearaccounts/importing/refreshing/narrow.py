"""Marts made row by row of keyed marts: the rows made of what was touched are taken out, and those made of it now are put in.

Such a row has no key. Of rows that are alike it does not matter which are taken out, only how many.
"""

from __future__ import annotations

from clearaccounts.importing.refreshing.database import Database, NotRefreshed
from clearaccounts.importing.refreshing.plan import CUSTOMERS, Plan
from clearaccounts.importing.refreshing.states import make_mart
from clearaccounts.query_files import steps


def keep_former(database: Database, plan: Plan) -> None:
    """Keep in `former` what marts of this kind look up and the refresh makes anew whole."""
    looked_up = frozenset[str]().union(*(one.looks_up for one in plan.narrow.values()))
    for name in plan.summaries:
        if name in looked_up:
            database.run(f"create table former.{name} as from warehouse.main.{name}")


def make_over(database: Database, plan: Plan, families: frozenset[frozenset[str]], remade: frozenset[str]) -> None:
    """Make the summaries and the narrow marts of the warehouse anew, of its new marts; `fresh` and `before` hold the keyed ones.

    Args:
        database: with the new keyed marts, small marts and customers in the warehouse.
        plan: of the marts.
        families: the kinds of documents that are touched.
        remade: the small marts that are others than before.

    Raises:
        NotRefreshed: a mart has not the rows that it must have.
    """
    changed = remade | ({CUSTOMERS} if _differ(database, "touched.customers_now", "touched.customers_then") else frozenset[str]())
    for name in plan.order:
        if name in plan.summaries:
            _make_whole(database, name)
            if database.has(f"former.{name}") and _differ(database, f"warehouse.main.{name}", f"former.{name}"):
                changed |= {name}
        elif name in plan.narrow:
            narrow = plan.narrow[name]
            if narrow.looks_up & changed:
                _make_whole(database, name)
                changed |= {name}
            elif narrow.kinds in families:
                _make_touched(database, name, narrow.looks_up)


def _make_whole(database: Database, name: str) -> None:
    database.use("warehouse")
    database.run(f"create or replace table {name} as {steps('marts')[name].sql}")
    database.use("memory")


def _differ(database: Database, one: str, other: str) -> bool:
    return any(database.count(f"(from {a} except all from {b})") for a, b in ((one, other), (other, one)))


def _make_touched(database: Database, name: str, looks_up: frozenset[str]) -> None:
    for state in ("before", "fresh"):
        for read in looks_up:
            database.run(f"create view if not exists {state}.main.{read} as from warehouse.main.{read}")
        make_mart(database, state, name)
    columns = database.columns(f"from before.{name}")
    alike = " and ".join(f"rows.{column} is not distinct from former.{column}" for column in columns)
    of_rows, of_former = (", ".join(f"{which}.{column}" for column in columns) for which in ("rows", "former"))
    database.run(f"""
        create or replace temp table taken_out as
            with candidates as (
                select rows.rowid as place, rows.* from warehouse.main.{name} as rows semi join before.{name} as former on {alike}
            ),
            numbered as (select *, row_number() over (partition by {of_rows}) as turn from candidates as rows),
            wanted as (select *, row_number() over (partition by {of_former}) as turn from before.{name} as former)
            select rows.place from numbered as rows inner join wanted as former on rows.turn = former.turn and {alike}
    """)
    if database.count("taken_out") != database.count(f"before.{name}"):
        raise NotRefreshed(f"mart {name} had other rows than those that were touched")
    database.run(f"delete from warehouse.main.{name} where rowid in (select place from taken_out)")
    database.run(f"insert into warehouse.main.{name} by name from fresh.{name}")
