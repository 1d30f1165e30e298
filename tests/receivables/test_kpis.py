"""Key figures: worked examples by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from clearaccounts.access import OPERATOR
from clearaccounts.receivables import PeriodFilter, kpis
from tests.worlds import world


def figures(folder: Path, from_on: date, to_on: date, **kinds: Any) -> dict[str, Any]:
    rows = kpis(world(folder, **kinds), PeriodFilter(from_on, to_on), OPERATOR).to_pylist()
    assert len(rows) == 1
    row: dict[str, Any] = rows[0]
    return row


def invoice(number: str, issued: str, due: str, amount: str) -> dict[str, str]:
    return {"invoice_id": number, "issued_on": issued, "due_on": due, "amount_total": amount}


def payment(number: str, received: str, invoice_id: str, amount: str) -> tuple[dict[str, str], dict[str, str]]:
    return (
        {"payment_id": number, "received_on": received, "amount_total": amount},
        {"allocation_id": number, "applied_on": received, "source_id": number, "invoice_id": invoice_id, "amount_applied": amount},
    )


def test_simple_and_best_possible_dso(tmp_path: Path) -> None:
    # Receivables 15,000 of which 4,000 not yet due, sales of April 10,000: 45, 12 and 33 days.
    row = figures(
        tmp_path,
        date(2026, 4, 1),
        date(2026, 4, 30),
        customer_invoices=[
            invoice("I1", "2026-03-01", "2026-03-15", "5000.00"),
            invoice("I2", "2026-04-01", "2026-04-15", "6000.00"),
            invoice("I3", "2026-04-02", "2026-04-30", "4000.00"),
        ],
    )
    assert (row["amount_opening"], row["amount_sales"], row["amount_closing"], row["amount_closing_current"]) == (5000, 10000, 15000, 4000)
    assert (row["dso_days"], row["best_possible_dso_days"], row["average_days_delinquent"]) == (45, 12, 33)


def test_count_back_takes_whole_months_and_a_fraction(tmp_path: Path) -> None:
    # June 100 (30 days), May 80 (31), April 70 (30): 212 open = 30 + 31 + 32/70 x 30.
    row = figures(
        tmp_path,
        date(2026, 6, 1),
        date(2026, 6, 30),
        customer_invoices=[
            invoice("I1", "2026-04-10", "2026-05-10", "70.00"),
            invoice("I2", "2026-05-10", "2026-06-10", "80.00"),
            invoice("I3", "2026-06-10", "2026-07-10", "100.00"),
        ],
        payments=[payment("P1", "2026-05-20", "I1", "38.00")[0]],
        allocations=[payment("P1", "2026-05-20", "I1", "38.00")[1]],
    )
    assert row["amount_closing"] == 212
    assert row["dso_countback_days"] == Decimal("74.7143")


def test_count_back_is_blank_when_receivables_exceed_all_sales(tmp_path: Path) -> None:
    # A credit note takes the sales of its month below the receivables that it did not settle.
    row = figures(
        tmp_path,
        date(2026, 6, 1),
        date(2026, 6, 30),
        customer_invoices=[invoice("I1", "2026-05-10", "2026-06-10", "100.00"), invoice("I2", "2026-06-10", "2026-07-10", "50.00")],
        credit_notes=[{"credit_note_id": "N1", "issued_on": "2026-06-15", "amount_total": "80.00"}],
        allocations=[
            {
                "allocation_id": "A1",
                "applied_on": "2026-06-15",
                "source_type": "credit_note",
                "source_id": "N1",
                "invoice_id": "I1",
                "amount_applied": "80.00",
            }
        ],
    )
    # June sells 50 - 80 < 0: its days count, nothing is taken off; May's 100 takes the 70 that are open.
    assert row["amount_sales"] == -30
    assert row["dso_countback_days"] == Decimal("51.7000")


def test_collection_effectiveness_a_write_off_collects_nothing(tmp_path: Path) -> None:
    paid, applied = payment("P1", "2026-06-20", "I2", "60.00")
    row = figures(
        tmp_path,
        date(2026, 6, 1),
        date(2026, 6, 30),
        customer_invoices=[
            invoice("I1", "2026-05-01", "2026-05-15", "40.00"),
            invoice("I2", "2026-06-01", "2026-06-15", "60.00"),
            invoice("I3", "2026-06-02", "2026-07-15", "100.00"),
        ],
        payments=[paid],
        allocations=[
            applied,
            {"allocation_id": "W1", "applied_on": "2026-06-25", "source_type": "write_off", "invoice_id": "I1", "amount_applied": "15.00"},
        ],
    )
    assert row["amount_written_off"] == 15
    # (40 + 160 - 15 - 125) / (40 + 160 - 100) x 100
    assert row["collection_effectiveness_index"] == 60


def test_days_to_pay_and_weighted_days_late(tmp_path: Path) -> None:
    early, early_applied = payment("P1", "2026-06-05", "I1", "100.00")
    late, late_applied = payment("P2", "2026-06-25", "I2", "300.00")
    row = figures(
        tmp_path,
        date(2026, 6, 1),
        date(2026, 6, 30),
        customer_invoices=[
            invoice("I1", "2026-05-16", "2026-06-15", "100.00"),
            invoice("I2", "2026-05-16", "2026-06-15", "300.00"),
            invoice("I3", "2026-05-01", "2026-06-10", "100.00"),
        ],
        payments=[early, late],
        allocations=[early_applied, late_applied],
    )
    assert row["average_days_to_pay"] == 30  # (20 + 40) / 2
    assert row["weighted_days_late"] == 8  # (100 x -10 + 300 x 10 + 100 x 20) / 500


def test_figures_without_a_divisor_are_blank(tmp_path: Path) -> None:
    row = figures(tmp_path, date(2026, 6, 1), date(2026, 6, 30), customer_invoices=[invoice("I1", "2026-05-01", "2026-05-10", "10.00")])
    assert row["amount_sales"] == 0
    assert row["dso_days"] is None and row["best_possible_dso_days"] is None and row["average_days_to_pay"] is None


def test_a_currency_paid_on_the_day_of_issue_has_a_row_in_every_period(tmp_path: Path) -> None:
    paid, applied = payment("P1", "2026-04-03", "I1", "100.00")
    row = figures(
        tmp_path, date(2026, 5, 1), date(2026, 5, 31), customer_invoices=[invoice("I1", "2026-04-03", "2026-05-03", "100.00")],
        payments=[paid], allocations=[applied])
    assert (row["amount_opening"], row["amount_sales"], row["amount_closing"], row["dso_days"]) == (0, 0, 0, None)


def test_a_currency_first_billed_after_the_period_has_no_row(tmp_path: Path) -> None:
    warehouse = world(tmp_path, customer_invoices=[
        {"invoice_id": "I1", "issued_on": "2026-01-05", "amount_total": "10.00"},
        {"invoice_id": "I2", "issued_on": "2026-03-05", "amount_total": "10.00", "currency": "USD"},
    ])

    def currencies(last_on: date) -> list[str]:
        return [row["currency"] for row in kpis(warehouse, PeriodFilter(date(2026, 1, 1), last_on), OPERATOR).to_pylist()]

    assert currencies(date(2026, 3, 4)) == ["EUR"]
    assert currencies(date(2026, 3, 5)) == ["EUR", "USD"]
