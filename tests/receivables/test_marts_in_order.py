"""Documents that need no running balance get none, and come out as if they had one; checks that pass over them miss nothing.

`in_order/` holds the same marts with everything run in order, whether it needs it or not: slow, and written once more from the rules.
"""

from __future__ import annotations

import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clearaccounts.importing.build import write_warehouse
from clearaccounts.query_files import steps
from clearaccounts.warehouse import Build
from tests.receivables.ledger import Ledger
from tests.receivables.test_ageing_property import CUSTOMERS, START, ledgers
from tests.worlds import LAST_DAY, tables

IN_ORDER = Path(__file__).parent / "in_order"
MARTS = ("allocations_in_force", "unapplied", "open_items")
IDS = {"invoice_id", "payment_id", "credit_note_id", "allocation_id", "source_id"}
ONE_DAY = timedelta(days=1)


@st.composite
def usual_ledgers(draw: st.DrawFn) -> Ledger:
    """Random documents, and beside them what most partners have: invoices paid whole, in parts, together, too early or too much."""
    found = draw(ledgers())
    for n in range(draw(st.integers(1, 4))):
        issued_on = START + draw(st.integers(0, 20)) * ONE_DAY
        found.customer_invoices.append({
            "invoice_id": f"U{n}", "customer_id": draw(st.sampled_from(CUSTOMERS)), "issued_on": issued_on.isoformat(),
            "currency": "EUR", "amount_total": "100.00", "due_on": None, "invoice_status": "posted", "voided_on": None,
        })
        for part, amount in enumerate(draw(st.sampled_from([(100,), (100,), (40, 60), (40,), (60, 60), ()]))):
            paid_on = issued_on + draw(st.integers(-2, 10)) * ONE_DAY
            found.payments.append({
                "payment_id": f"U{n}-{part}", "customer_id": draw(st.sampled_from(CUSTOMERS)), "received_on": paid_on.isoformat(),
                "currency": "EUR", "amount_total": str(draw(st.sampled_from([amount, amount, 100, 150, 30]))),
            })
            found.allocations.append({
                "allocation_id": f"U{n}-{part}", "applied_on": (paid_on + draw(st.integers(0, 3)) * ONE_DAY).isoformat(),
                "source_type": "payment", "source_id": draw(st.sampled_from([f"U{n}-{part}"] * 3 + ["U0-0"])), "invoice_id": f"U{n}",
                "instalment_number": None, "amount_applied": str(amount), "amount_from_source": None,
            })
    return found


def settled_whole() -> Ledger:
    """One invoice, and the payment that settles it."""
    return Ledger(
        customer_invoices=[{"invoice_id": "I", "customer_id": "C1", "issued_on": "2026-01-05", "currency": "EUR", "amount_total": "80.00"}],
        payments=[{"payment_id": "P", "customer_id": "C1", "received_on": "2026-02-01", "currency": "EUR", "amount_total": "80.00"}],
        allocations=[{
            "allocation_id": "A", "applied_on": "2026-02-03", "source_type": "payment", "source_id": "P", "invoice_id": "I",
            "amount_applied": "80.00",
        }],
    )


def together(ledgers_: list[Ledger]) -> Ledger:
    """Several of them in one, whose documents know nothing of each other."""
    found = Ledger()
    for number, one in enumerate(ledgers_):
        for kind, rows in vars(one).items():
            getattr(found, kind).extend(
                {name: f"{number}/{value}" if name in IDS and value else value for name, value in row.items()} for row in rows
            )
    return found


@settings(
    max_examples=int(os.environ.get("CLEARACCOUNTS_EXAMPLES", "40")) // 10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(st.lists(usual_ledgers(), min_size=5, max_size=5).map(together))
@example(settled_whole())
def test_what_needs_no_order_comes_out_as_in_order(rows: Ledger) -> None:
    kinds: dict[str, Any] = tables(customers=[{"customer_id": one} for one in CUSTOMERS], **vars(rows))
    moment = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 6)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "warehouse.duckdb"
        write_warehouse(path, kinds, Build("test", moment, LAST_DAY, moment, moment, "EUR", "UTC", is_sample=False))
        connection.execute(f"attach '{path}' as warehouse (read_only)")
        connection.execute("create schema canonical")
        for kind, step in steps("schema").items():
            connection.execute(step.sql)
            if kind in kinds:
                connection.register("incoming", kinds[kind])
                connection.execute(f"insert into canonical.{kind} by name from incoming")
        for read in ("invoices", "sources", "settlements_stated"):
            connection.execute(f"create view {read} as from warehouse.main.{read}")
        for mart in MARTS:
            connection.execute(f"create table {mart} as {(IN_ORDER / f'{mart}.sql').read_text(encoding='utf-8')}")
            columns = ", ".join(row[0] for row in connection.execute(f"describe {mart}").fetchall())
            ours, theirs = f"select {columns} from warehouse.main.{mart}", f"select {columns} from {mart}"
            assert connection.execute(f"({ours}) except all ({theirs})").fetchall() == [], mart
            assert connection.execute(f"({theirs}) except all ({ours})").fetchall() == [], mart
        _compare_checks(connection)


def _compare_checks(connection: duckdb.DuckDBPyConnection) -> None:
    """Checks that leave out what is plain find as much as when they look at every allocation."""
    connection.execute("alter table allocations_in_force add column is_plain boolean default false")
    connection.execute("create view allocations_apart as from canonical.allocations")
    for name, check in steps("checks").items():
        if "allocations_" in check.sql:
            found = connection.execute(f"select count(*) from ({check.sql}) as found").fetchall()
            kept = connection.execute("select offender_count from warehouse.main.check_results where check_name = $name", {"name": name})
            assert found == kept.fetchall(), name


def test_a_usual_invoice_takes_the_short_way() -> None:
    rows = settled_whole()
    kinds: dict[str, Any] = tables(customers=[{"customer_id": "C1"}], **vars(rows))
    moment = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 6)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        write_warehouse(path, kinds, Build("test", moment, LAST_DAY, moment, moment, "EUR", "UTC", is_sample=False))
        with duckdb.connect(str(path), read_only=True) as connection:
            found = connection.execute("select is_plain, settles_alone, uses_up_alone from allocations_in_force").fetchall()
    assert found == [(True, True, True)]
