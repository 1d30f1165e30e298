"""Invoiced against paid by month: every kind of document in its column, and opening to closing adds up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from clearaccounts.access import OPERATOR
from clearaccounts.payments import TimelineFilter, timeline
from tests.payments.payers import Book

NOTHING = {
    name: Decimal(0) for name in (
        "amount_invoiced", "amount_credited", "amount_paid", "amount_paid_back", "amount_written_off", "amount_moved",
        "amount_settled_stated", "amount_unapplied",
    )
}


def moved(row: dict[str, Any]) -> dict[str, Decimal]:
    """The columns of a month that are not 0."""
    return {name: value for name, value in row.items() if name.startswith("amount_") and value != 0}


def test_each_document_stands_in_its_month_and_column(tmp_path: Path) -> None:
    book = Book()
    book.invoice("I1", date(2026, 2, 10), "100.00", issued_on=date(2026, 1, 10))
    book.invoice("I2", date(2026, 3, 10), "50.00", issued_on=date(2026, 2, 10))
    book.credit("I1", date(2026, 2, 5), "15.00")
    book.pay("I1", date(2026, 2, 20), "80.00")
    book.write_off("I1", date(2026, 3, 31), "5.00")
    book.payments += [
        {"payment_id": "ON ACCOUNT", "received_on": "2026-03-05", "amount_total": "30.00"},
        {"payment_id": "BACK", "received_on": "2026-04-05", "amount_total": "-30.00"},
    ]
    book.customer_invoices.append({
        "invoice_id": "VOID", "issued_on": "2026-03-15", "due_on": "2026-04-15", "amount_total": "7.00", "invoice_status": "void",
        "voided_on": "2026-04-10",
    })
    rows = timeline(book.open(tmp_path), TimelineFilter(date(2026, 4, 20), "C1"), OPERATOR).to_pylist()
    assert [(row["month_on"], row["ended_on"]) for row in rows] == [
        (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 20)),
    ]
    assert [moved(row) for row in rows] == [
        {"amount_invoiced": 100, "amount_closing": 100, "amount_outstanding": 100},
        {"amount_opening": 100, "amount_invoiced": 50, "amount_credited": 15, "amount_paid": 80, "amount_closing": 55,
         "amount_outstanding": 55},
        {"amount_opening": 55, "amount_invoiced": 7, "amount_paid": 30, "amount_written_off": 5, "amount_closing": 27,
         "amount_outstanding": 57, "amount_unapplied": -30},
        {"amount_opening": 27, "amount_invoiced": -7, "amount_paid_back": 30, "amount_closing": 50, "amount_outstanding": 50},
    ]


def test_a_parent_that_pays_moves_the_debt_between_the_two(tmp_path: Path) -> None:
    book = Book()
    book.invoice("I1", date(2026, 2, 10), "100.00", issued_on=date(2026, 1, 10), customer_id="CHILD")
    book.pay("I1", date(2026, 1, 20), "100.00", customer_id="PARENT")
    warehouse = book.open(tmp_path)
    day = date(2026, 1, 31)
    (child,) = timeline(warehouse, TimelineFilter(day, "CHILD"), OPERATOR).to_pylist()
    (parent,) = timeline(warehouse, TimelineFilter(day, "PARENT"), OPERATOR).to_pylist()
    (both,) = timeline(warehouse, TimelineFilter(day), OPERATOR).to_pylist()
    assert moved(child) == {"amount_invoiced": 100, "amount_moved": -100}
    assert moved(parent) == {"amount_paid": 100, "amount_moved": 100}
    assert moved(both) == {"amount_invoiced": 100, "amount_paid": 100}


def test_earlier_months_are_in_the_opening_amount_and_quiet_months_stand(tmp_path: Path) -> None:
    book = Book()
    book.invoice("I1", date(2026, 2, 10), "100.00", issued_on=date(2026, 1, 10))
    rows = timeline(book.open(tmp_path), TimelineFilter(date(2026, 6, 30), "C1", month_count=2), OPERATOR).to_pylist()
    assert [(row["month_on"], row["amount_opening"], row["amount_closing"]) for row in rows] == [
        (date(2026, 5, 1), 100, 100), (date(2026, 6, 1), 100, 100),
    ]
    assert all({name: row[name] for name in NOTHING} == NOTHING for row in rows)


def test_a_later_document_changes_no_earlier_month(tmp_path: Path) -> None:
    book = Book()
    book.invoice("I1", date(2026, 2, 10), "100.00", issued_on=date(2026, 1, 10))
    asked = TimelineFilter(date(2026, 3, 31), "C1")
    before = timeline(book.open(tmp_path), asked, OPERATOR)
    book.pay("I1", date(2026, 4, 1), "100.00")
    assert timeline(book.open(tmp_path), asked, OPERATOR).equals(before)
