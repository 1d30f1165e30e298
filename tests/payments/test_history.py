"""One customer's payment history as known on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from clearaccounts.access import OPERATOR
from clearaccounts.payments import BehaviourFilter, HistoryFilter, behaviour, history
from clearaccounts.receivables import PeriodFilter, kpis
from tests.worlds import Row, world

INVOICES: list[Row] = [
    {"invoice_id": "I1", "issued_on": "2026-01-01", "due_on": "2026-01-31", "amount_total": "100.00"},
    {"invoice_id": "I2", "issued_on": "2026-02-01", "due_on": "2026-03-03", "amount_total": "200.00"},
    {"invoice_id": "I3", "issued_on": "2026-03-01", "amount_total": "30.00"},
]
PAYMENTS: list[Row] = [
    {"payment_id": "P1", "received_on": "2026-01-21", "amount_total": "100.00"},
    {"payment_id": "P2", "received_on": "2026-03-13", "amount_total": "150.00"},
    {"payment_id": "P3", "received_on": "2026-03-20", "amount_total": "50.00"},
]
ALLOCATIONS: list[Row] = [
    {"allocation_id": "A1", "applied_on": "2026-01-21", "source_id": "P1", "invoice_id": "I1", "amount_applied": "100.00"},
    {"allocation_id": "A2", "applied_on": "2026-03-13", "source_id": "P2", "invoice_id": "I2", "amount_applied": "150.00"},
    {"allocation_id": "A3", "applied_on": "2026-03-20", "source_id": "P3", "invoice_id": "I2", "amount_applied": "50.00"},
]


def test_settled_when_nothing_is_open_any_longer(tmp_path: Path) -> None:
    warehouse = world(tmp_path, customer_invoices=INVOICES, payments=PAYMENTS, allocations=ALLOCATIONS)
    rows = history(warehouse, HistoryFilter("C1", date(2026, 3, 15)), OPERATOR).to_pylist()
    assert [(r["invoice_id"], r["settled_on"], r["days_late"], r["amount_outstanding"]) for r in rows] == [
        ("I3", None, 14, Decimal(30)),
        ("I2", None, 12, Decimal(50)),
        ("I1", date(2026, 1, 21), -10, Decimal(0)),
    ]
    later = history(warehouse, HistoryFilter("C1", date(2026, 3, 31)), OPERATOR).to_pylist()
    assert [(r["invoice_id"], r["settled_on"], r["days_late"]) for r in later if r["invoice_id"] == "I2"] == [("I2", date(2026, 3, 20), 17)]


def test_how_a_customer_pays(tmp_path: Path) -> None:
    warehouse = world(tmp_path, customer_invoices=INVOICES, payments=PAYMENTS, allocations=ALLOCATIONS)
    row = behaviour(warehouse, BehaviourFilter(date(2026, 3, 31), "C1"), OPERATOR).to_pylist()[0]
    assert (row["invoice_count"], row["average_days_to_pay"], row["average_late_days"], row["on_time_rate"]) == (
        3,
        Decimal("33.5"),
        # 10 days early, 17 late, and one open for 30 days past the issue date it is due on.
        Decimal("12.3333"),
        Decimal("0.3333"),
    )


def test_paid_on_the_day_of_its_issue_is_settled_in_no_time(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-01-01", "due_on": "2026-01-31", "amount_total": "100.00"}],
        payments=[{"payment_id": "P1", "received_on": "2025-12-31", "amount_total": "100.00"}],
        allocations=[
            {"allocation_id": "A1", "applied_on": "2025-12-31", "source_id": "P1", "invoice_id": "I1", "amount_applied": "100.00"}
        ],
    )
    day = date(2026, 3, 31)
    assert history(warehouse, HistoryFilter("C1", day), OPERATOR).to_pylist()[0]["settled_on"] == date(2026, 1, 1)
    row = behaviour(warehouse, BehaviourFilter(day, "C1"), OPERATOR).to_pylist()[0]
    assert (row["invoice_count"], row["average_days_to_pay"], row["average_late_days"]) == (1, 0, -30)
    figures = kpis(warehouse, PeriodFilter(date(2026, 1, 1), day), OPERATOR).to_pylist()[0]
    assert (figures["average_days_to_pay"], figures["weighted_days_late"]) == (0, -30)


def test_an_instalment_that_is_not_due_makes_nobody_late(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        customer_invoices=[{"invoice_id": "PLAN", "issued_on": "2026-01-01", "due_on": "2026-02-01", "amount_total": "200.00"}],
        instalments=[
            {"invoice_id": "PLAN", "instalment_number": 1, "due_on": "2026-02-01", "amount_total": "100.00"},
            {"invoice_id": "PLAN", "instalment_number": 2, "due_on": "2026-06-01", "amount_total": "100.00"},
        ],
        payments=[{"payment_id": "P1", "received_on": "2026-02-01", "amount_total": "100.00"}],
        allocations=[
            {"allocation_id": "A1", "applied_on": "2026-02-01", "source_id": "P1", "invoice_id": "PLAN", "amount_applied": "100.00"}],
    )

    def late(day: str) -> int | None:
        row = history(warehouse, HistoryFilter("C1", date.fromisoformat(day)), OPERATOR).to_pylist()[0]
        found: int | None = row["days_late"]
        return found

    assert [late(day) for day in ("2026-02-01", "2026-05-31", "2026-06-01", "2026-06-11")] == [None, None, None, 10]
