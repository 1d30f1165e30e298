"""Disputes: since when, about how much, still open, and what resolved them, by hand-made cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.payments import DisputesFilter, disputes
from clearaccounts.warehouse import Warehouse
from tests.payments.payers import Book

DAY = date(2026, 6, 30)
FIRST, LAST = date(2026, 5, 10), date(2026, 6, 20)


def book(**more: object) -> Book:
    """An invoice of 100, of which 10 were paid before 40 or all of the rest came into dispute."""
    made = Book()
    made.invoice("I", date(2026, 4, 1), "100.00", paid=[(date(2026, 4, 20), "10.00")])
    made.hold("H", "dispute", FIRST, LAST, **{"invoice_id": "I", **more})
    return made


def one(warehouse: Warehouse, day: date = DAY) -> dict[str, Any]:
    (row,) = disputes(warehouse, DisputesFilter(day), OPERATOR).to_pylist()
    return dict(row)


def test_open_until_its_last_day_then_lapsed(tmp_path: Path) -> None:
    warehouse = book().open(tmp_path)
    row = one(warehouse, LAST)
    assert (row["dispute_status"], row["amount_disputed"], row["amount_outstanding"], row["held_days"]) == ("open", 90, 90, 41)
    assert (one(warehouse)["dispute_status"], one(warehouse)["resolution_type"]) == ("lapsed", None)


def test_one_without_an_end_stays_open(tmp_path: Path) -> None:
    made = book()
    made.holds[0] = {**made.holds[0], "ends_on": None}
    assert one(made.open(tmp_path))["dispute_status"] == "open"


@pytest.mark.parametrize(("kind", "resolved"), [("pay", "payment"), ("credit", "credit_note"), ("write_off", "write_off")])
def test_what_settled_the_invoice_resolved_it(tmp_path: Path, kind: str, resolved: str) -> None:
    made = book()
    getattr(made, kind)("I", date(2026, 6, 1), "90.00")
    warehouse = made.open(tmp_path)
    assert one(warehouse, date(2026, 5, 31))["dispute_status"] == "open"
    row = one(warehouse)
    assert (row["dispute_status"], row["resolution_type"], row["last_settled_on"]) == ("resolved", resolved, date(2026, 6, 1))


def test_several_kinds_together(tmp_path: Path) -> None:
    made = book()
    made.credit("I", date(2026, 6, 1), "30.00")
    made.pay("I", date(2026, 6, 2), "60.00")
    row = one(made.open(tmp_path))
    assert (row["dispute_status"], row["resolution_type"], row["amount_credited"], row["amount_paid"]) == ("resolved", "several", 30, 60)


def test_a_credit_of_the_disputed_part_resolves_it_while_the_rest_is_open(tmp_path: Path) -> None:
    made = book(amount_held="40.00", currency="EUR")
    made.credit("I", date(2026, 6, 1), "40.00")
    row = one(made.open(tmp_path))
    assert (row["dispute_status"], row["resolution_type"], row["amount_disputed"], row["amount_outstanding"]) == (
        "resolved", "credit_note", 40, 50)


def test_an_invoice_that_was_settled_before(tmp_path: Path) -> None:
    made = book()
    made.pay("I", date(2026, 5, 1), "90.00")
    row = one(made.open(tmp_path))
    assert (row["dispute_status"], row["resolution_type"], row["amount_disputed"]) == ("resolved", "earlier", None)


def test_a_dispute_with_the_whole_customer(tmp_path: Path) -> None:
    warehouse = book(invoice_id=None).open(tmp_path)
    row = one(warehouse, LAST)
    assert (row["dispute_status"], row["currency"], row["amount_disputed"], row["amount_outstanding"]) == ("open", "EUR", None, None)
    assert (one(warehouse)["dispute_status"], one(warehouse)["resolution_type"]) == ("lapsed", None)


def test_an_invoice_voided_since_is_no_longer_disputed(tmp_path: Path) -> None:
    made = book()
    made.customer_invoices[0] = {**made.customer_invoices[0], "invoice_status": "void", "voided_on": "2026-06-05"}
    warehouse = made.open(tmp_path)
    assert one(warehouse, date(2026, 6, 4))["dispute_status"] == "open"
    row = one(warehouse)
    assert (row["dispute_status"], row["resolution_type"], row["amount_outstanding"]) == ("resolved", "voided", 0)


def test_an_amount_in_another_currency_than_the_invoices_is_not_read_as_the_invoices(tmp_path: Path) -> None:
    made = book(amount_held="20.00", currency="USD")
    made.credit("I", date(2026, 6, 1), "20.00")
    row = one(made.open(tmp_path), LAST)
    assert (row["dispute_status"], row["currency"], row["amount_disputed"]) == ("open", "EUR", 90)


def test_an_invoice_issued_later_has_resolved_nothing(tmp_path: Path) -> None:
    made = book()
    made.invoice("J", date(2026, 7, 30), issued_on=date(2026, 6, 25))
    made.holds[0] = {**made.holds[0], "invoice_id": "J"}
    assert one(made.open(tmp_path), LAST)["dispute_status"] == "open"
