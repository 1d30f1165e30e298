"""Which customers are others than before: a customer is known by a row of its own, or else by whatever mentions it."""

from __future__ import annotations

from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.history import parquet
from clearaccounts.importing.refreshing.database import Database
from clearaccounts.importing.refreshing.plan import CUSTOMERS, canonical_kinds
from clearaccounts.importing.refreshing.states import Cut, make_mart, whole_view
from clearaccounts.importing.refreshing.touched import Landed
from clearaccounts.query_files import steps

# What the checks ask of a customer beside its id: when that turns, its cases and requests are touched.
_ASKED = "customer_id, is_known"


def make_customers(database: Database, landed: Landed, changed: frozenset[str]) -> None:
    """Make `touched.customers`, those whose row may be another, `mentions.customers` with their rows now, and `touched.turned`.

    Of a customer without a row of its own every mention counts, not only those that are touched. `cut` is there for documents.
    """
    mentioning = canonical_kinds(steps("marts")[CUSTOMERS].sql) - {CUSTOMERS}
    whole_view(database, landed, "mentions", CUSTOMERS)
    database.run("create table touched.customers (customer_id text); create table touched.mentioned (customer_id text)")
    if CUSTOMERS in changed:
        database.run("insert into touched.customers from changed.customers")
    for kind in sorted(mentioning & changed):
        key = ", ".join(kinds()[kind].key)
        rows = f"cut.{kind}" if database.has(f"cut.{kind}") else parquet(landed.files(kind))
        database.run(f"insert into touched.mentioned select customer_id from {rows} semi join changed.{kind} using ({key})")
    database.run("""
        create table touched.unknown as
            select distinct customer_id from (from touched.mentioned union all from touched.customers)
            anti join mentions.canonical.customers as known using (customer_id)
            where customer_id is not null;
        insert into touched.customers from touched.unknown
    """)
    _mention(database, landed, mentioning)
    make_mart(database, "mentions", CUSTOMERS)
    database.run(f"""
        create table touched.customers_now as from mentions.customers semi join touched.customers using (customer_id);
        create table touched.customers_then as from warehouse.main.customers semi join touched.customers using (customer_id);
        create table touched.turned as
            select distinct customer_id from (
                (select {_ASKED} from touched.customers_now except select {_ASKED} from touched.customers_then)
                union all
                (select {_ASKED} from touched.customers_then except select {_ASKED} from touched.customers_now)
            );
        create view before.customers as from warehouse.main.customers;
        create view fresh.customers as
            from warehouse.main.customers anti join memory.touched.customers using (customer_id) union all from memory.touched.customers_now
    """)


def _mention(database: Database, landed: Landed, mentioning: frozenset[str]) -> None:
    """Make in `mentions` the canonical rows that mention customers who have no row of their own, all of these rows."""
    is_any = database.count("touched.unknown") > 0
    everything = Cut(database, landed, "mentioned")
    for kind in sorted(mentioning):
        files, key = landed.files(kind), ", ".join(kinds()[kind].key)
        if not (files and is_any):
            database.make_canonical("mentions", kind, f"from schemas.canonical.{kind}")
            continue
        database.run(f"""
            create table mentioned.keys_{kind} as
                select distinct {key} from {parquet(files)} semi join touched.unknown using (customer_id)
        """)
        everything.make(kind, f"mentioned.keys_{kind}", key)
        rows = everything.latest(kind, is_before=False)
        database.make_canonical("mentions", kind, f"from ({rows})")
