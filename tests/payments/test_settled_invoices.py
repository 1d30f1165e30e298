"""The mart of settled invoices says of every day what the items and allocations of that day say, and so does the macro that reads it."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clearaccounts.warehouse import Warehouse
from tests.payments.test_payments_property import RUNS, opened
from tests.receivables import ledger as plain
from tests.receivables.test_ageing_property import START, ledgers
from tests.worlds import world

# Straight from the items: slow, without the mart, and nothing is remembered from day to day.
FROM_ITEMS = """
with items as (
    select
        invoice_id,
        max(due_on) as last_due_on,
        max(open_until_on) as closed_on,
        count(*) filter (where open_until_on is null or open_until_on > $day) as open_count,
        coalesce(sum(amount_outstanding) filter (where open_until_on is null or open_until_on > $day), 0) as amount_outstanding
    from open_items where open_from_on <= $day group by invoice_id
),
paid as (
    select invoice_id from allocations_in_force
    where source_type = 'payment' and in_force_from_on <= $day and (in_force_until_on is null or in_force_until_on > $day)
    union
    select invoice_id from settlements_stated
    where has_day and settled_from_on <= $day and (settled_until_on is null or settled_until_on > $day)
)
select
    invoices.invoice_id,
    case when items.open_count > 0 then null else paid.invoice_id is not null end as has_payment,
    coalesce(invoices.due_on, items.last_due_on) as due_on,
    coalesce(items.last_due_on, invoices.due_on) as last_due_on,
    case when items.invoice_id is null then invoices.issued_on when items.open_count = 0 then items.closed_on end as settled_on,
    coalesce(items.amount_outstanding, 0) as amount_outstanding
from invoices
left join items on items.invoice_id = invoices.invoice_id
left join paid on paid.invoice_id = invoices.invoice_id
where is_counted and issued_on <= $day and (counts_until_on is null or counts_until_on > $day)
order by all
"""
FROM_MART = """
select invoice_id, has_payment, due_on, last_due_on, settled_on, amount_outstanding from invoice_settlements($day, null) order by all
"""


def ask(warehouse: Warehouse, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    return warehouse._connection.cursor().execute(sql, values).fetchall()


@RUNS
@given(ledgers(), st.lists(st.none() | st.tuples(st.integers(0, 3), st.integers(0, 40)), min_size=8, max_size=8))
def test_an_invoice_is_settled_on_the_days_on_which_nothing_is_open(rows: plain.Ledger, stated: list[tuple[int, int] | None]) -> None:
    # Some lists of invoices tell what is still owed: then it is settled without an allocation.
    for row, said in zip(rows.customer_invoices, stated, strict=False):
        if said is not None:
            amount, after = said
            row["amount_outstanding_stated"] = str(min(Decimal(amount), Decimal(str(row["amount_total"]))))  # type: ignore[index]
            row["stated_on"] = (START + timedelta(days=after)).isoformat()  # type: ignore[index]
    with tempfile.TemporaryDirectory() as folder:
        warehouse = opened(folder, rows)
        for number in range(0, 75, 9):
            day = START + timedelta(days=number)
            assert ask(warehouse, FROM_MART, day=day) == ask(warehouse, FROM_ITEMS, day=day), day


def test_what_is_settled_twice_has_a_row_for_each_time(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        customers=[{"customer_id": "C1"}],
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-01-01", "due_on": "2026-01-31", "amount_total": "10.00"}],
        payments=[
            {"payment_id": "P1", "received_on": "2026-01-20", "amount_total": "10.00"},
            {"payment_id": "P2", "received_on": "2026-03-05", "amount_total": "10.00"},
        ],
        allocations=[
            {"allocation_id": "A1", "applied_on": "2026-01-20", "source_type": "payment", "source_id": "P1", "invoice_id": "I1",
             "amount_applied": "10.00"},
            {"allocation_id": "A2", "applied_on": "2026-02-10", "source_type": "payment", "source_id": "P1", "invoice_id": "I1",
             "amount_applied": "-10.00"},
            {"allocation_id": "A3", "applied_on": "2026-03-05", "source_type": "payment", "source_id": "P2", "invoice_id": "I1",
             "amount_applied": "10.00"},
        ],
    )
    assert ask(warehouse, "select from_on, until_on, settled_on, has_payment from settled_invoices order by from_on") == [
        (date(2026, 1, 20), date(2026, 2, 10), date(2026, 1, 20), True), (date(2026, 3, 5), None, date(2026, 3, 5), True)]


def test_every_way_to_an_amount_at_a_rate_rounds_alike(tmp_path: Path) -> None:
    warehouse = world(tmp_path)
    amounts = [Decimal(text) for text in (
        "0", "0.01", "-0.01", "0.5", "1.25", "-1.25", "4998.99", "4999", "-4999", "4999.0001", "123456.78", "99999999999999.9999")]
    rates = [Decimal(text) for text in ("1", "0.0000000001", "0.5", "1.0005", "1.1234567891", "2", "2.0000000001", "155.5")]
    for units in (0, 2, 3, 4):
        for amount in amounts:
            for rate in rates:
                found = ask(
                    warehouse,
                    "select in_minor_units_at(cast($amount as decimal(18, 4)), cast($rate as decimal(24, 10)), $units)",
                    amount=amount, rate=rate, units=units,
                )[0][0]
                assert found == (amount * rate).quantize(Decimal(1).scaleb(-units), ROUND_HALF_UP), (amount, rate, units)
