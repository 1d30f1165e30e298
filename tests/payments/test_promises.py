"""Promises to pay: what became of each, as of a day, by hand-made cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.payments import PromisesFilter, promises
from clearaccounts.warehouse import Warehouse
from tests.payments.payers import Book

DAY = date(2026, 6, 30)
FIRST, LAST = date(2026, 5, 10), date(2026, 5, 20)


def book() -> Book:
    """Two invoices overdue on 10 May, and one that falls due later."""
    made = Book()
    made.invoice("OLD", date(2026, 4, 1), "100.00")
    made.invoice("OLDER", date(2026, 3, 1), "50.00")
    made.invoice("NEW", date(2026, 6, 15), "70.00")
    return made


def promise(made: Book, **more: object) -> None:
    made.hold("H", "promise_to_pay", FIRST, LAST, **more)


def one(warehouse: Warehouse, day: date = DAY) -> dict[str, Any]:
    (row,) = promises(warehouse, PromisesFilter(day), OPERATOR).to_pylist()
    return dict(row)


def outcome(warehouse: Warehouse, day: date = DAY) -> tuple[object, ...]:
    row = one(warehouse, day)
    return row["promise_status"], row["kept_on"], row["amount_promised"], row["amount_received"]


def test_kept_on_its_last_day_broken_the_day_after(tmp_path: Path) -> None:
    made = book()
    promise(made)
    made.pay("OLD", date(2026, 5, 15), "100.00")
    made.pay("OLDER", date(2026, 5, 20), "50.00")
    warehouse = made.open(tmp_path)
    assert outcome(warehouse, date(2026, 5, 19)) == ("running", None, 150, 100)
    assert outcome(warehouse, LAST) == outcome(warehouse) == ("kept", date(2026, 5, 20), 150, 150)


def test_a_day_late_is_broken(tmp_path: Path) -> None:
    made = book()
    promise(made)
    made.pay("OLD", date(2026, 5, 15), "100.00")
    made.pay("OLDER", date(2026, 5, 21), "50.00")
    warehouse = made.open(tmp_path)
    assert outcome(warehouse, LAST) == ("running", None, 150, 100)
    assert outcome(warehouse, date(2026, 5, 21)) == outcome(warehouse) == ("broken", None, 150, 100)


def test_paid_on_the_first_day_is_kept_then(tmp_path: Path) -> None:
    made = book()
    promise(made)
    made.pay("OLD", FIRST, "100.00")
    made.pay("OLDER", FIRST, "50.00")
    assert outcome(made.open(tmp_path), FIRST) == ("kept", FIRST, 150, 150)


def test_money_for_the_newest_invoice_keeps_no_promise_about_the_old(tmp_path: Path) -> None:
    made = book()
    promise(made)
    made.pay("NEW", date(2026, 5, 12), "70.00")
    made.pay("OLD", date(2026, 5, 12), "100.00")
    assert outcome(made.open(tmp_path)) == ("broken", None, 150, 100)


def test_money_that_came_in_and_is_not_applied_counts(tmp_path: Path) -> None:
    made = book()
    promise(made)
    made.payments.append({"payment_id": "P", "received_on": "2026-05-18", "amount_total": "150.00"})
    assert outcome(made.open(tmp_path)) == ("kept", date(2026, 5, 18), 150, 150)


def test_money_that_had_come_before_does_not(tmp_path: Path) -> None:
    made = book()
    promise(made)
    made.payments.append({"payment_id": "P", "received_on": "2026-05-09", "amount_total": "150.00"})
    assert outcome(made.open(tmp_path)) == ("broken", None, 150, 0)


def test_a_debit_that_comes_back_keeps_nothing(tmp_path: Path) -> None:
    made = book()
    promise(made, invoice_id="OLD")
    made.pay("OLD", date(2026, 5, 12), "100.00")
    made.pay("OLD", date(2026, 5, 16), "-100.00")
    warehouse = made.open(tmp_path)
    assert outcome(warehouse, date(2026, 5, 14)) == ("kept", date(2026, 5, 12), 100, 100)
    assert outcome(warehouse) == ("broken", None, 100, 0)


def test_one_that_comes_back_after_the_last_day_changes_nothing(tmp_path: Path) -> None:
    made = book()
    promise(made, invoice_id="OLD")
    made.pay("OLD", date(2026, 5, 12), "100.00")
    made.pay("OLD", date(2026, 5, 21), "-100.00")
    assert outcome(made.open(tmp_path)) == ("kept", date(2026, 5, 12), 100, 100)


def test_a_credit_note_keeps_it_and_a_write_off_does_not(tmp_path: Path) -> None:
    made = book()
    promise(made, invoice_id="OLD")
    made.credit("OLD", date(2026, 5, 12), "100.00")
    made.hold("H2", "promise_to_pay", FIRST, LAST, invoice_id="OLDER")
    made.write_off("OLDER", date(2026, 5, 12), "50.00")
    rows = {row["hold_id"]: row["promise_status"] for row in promises(made.open(tmp_path), PromisesFilter(DAY), OPERATOR).to_pylist()}
    assert rows == {"H": "kept", "H2": "broken"}


def test_an_amount_is_what_is_promised(tmp_path: Path) -> None:
    made = book()
    promise(made, amount_held="60.00", currency="EUR")
    made.pay("OLD", date(2026, 5, 12), "40.00")
    made.pay("NEW", date(2026, 5, 14), "20.00")
    assert outcome(made.open(tmp_path)) == ("kept", date(2026, 5, 14), 60, 60)


def test_an_amount_of_one_invoice(tmp_path: Path) -> None:
    made = book()
    promise(made, invoice_id="OLD", amount_held="60.00", currency="EUR")
    made.pay("OLD", date(2026, 5, 12), "59.99")
    assert outcome(made.open(tmp_path)) == ("broken", None, 60, Decimal("59.99"))


def test_an_invoice_that_is_not_overdue_can_be_promised(tmp_path: Path) -> None:
    made = book()
    made.invoice("FAR", date(2026, 7, 1), "10.00", issued_on=date(2026, 5, 1))
    promise(made, invoice_id="FAR")
    made.pay("FAR", date(2026, 5, 19), "10.00")
    assert outcome(made.open(tmp_path)) == ("kept", date(2026, 5, 19), 10, 10)


def test_what_is_paid_beyond_what_was_overdue_on_one_helps_no_other(tmp_path: Path) -> None:
    made = book()
    made.invoice("PLAN", date(2026, 8, 1), "300.00", issued_on=date(2026, 4, 1))
    made.instalments += [
        {"invoice_id": "PLAN", "instalment_number": 1, "due_on": "2026-05-01", "amount_total": "100.00"},
        {"invoice_id": "PLAN", "instalment_number": 2, "due_on": "2026-08-01", "amount_total": "200.00"},
    ]
    promise(made)
    # 100 of the instalment overdue, 50 of the next: nothing for OLD and OLDER.
    made.pay("PLAN", date(2026, 5, 12), "150.00")
    assert outcome(made.open(tmp_path)) == ("broken", None, 250, 100)


def test_each_currency_is_a_promise_of_its_own(tmp_path: Path) -> None:
    made = book()
    made.invoice("USD", date(2026, 4, 1), "80.00", currency="USD")
    promise(made)
    made.pay("USD", date(2026, 5, 12), "80.00", currency="USD")
    rows = promises(made.open(tmp_path), PromisesFilter(DAY), OPERATOR).to_pylist()
    assert [(row["currency"], row["promise_status"], row["amount_promised"]) for row in rows] == [
        ("EUR", "broken", 150), ("USD", "kept", 80),
    ]


def test_about_nothing_and_without_an_end(tmp_path: Path) -> None:
    made = Book()
    made.invoice("I", date(2026, 4, 1), paid=[(date(2026, 4, 1), "100.00")])
    made.invoice("J", date(2026, 4, 1), "20.00")
    made.customer("C2")
    made.hold("NOTHING", "promise_to_pay", FIRST, LAST, customer_id="C2")
    made.hold("ENDLESS", "promise_to_pay", FIRST, None)
    rows = {row["hold_id"]: row["promise_status"] for row in promises(made.open(tmp_path), PromisesFilter(DAY), OPERATOR).to_pylist()}
    assert rows == {"NOTHING": "nothing_due", "ENDLESS": "running"}


@pytest.mark.parametrize(("paid_on", "status"), [(date(2026, 5, 14), "ended_early"), (date(2026, 5, 13), "kept")])
def test_taken_back_before_its_last_day(tmp_path: Path, paid_on: date, status: str) -> None:
    made = book()
    promise(made, invoice_id="OLD", withdrawn_on=date(2026, 5, 14))
    made.pay("OLD", paid_on, "100.00")
    warehouse = made.open(tmp_path)
    assert one(warehouse)["promise_status"] == status
    assert one(warehouse, date(2026, 5, 12))["promise_status"] == "running"


def test_not_known_before_it_began_and_narrowed_to_what_is_asked(tmp_path: Path) -> None:
    made = book()
    promise(made)
    warehouse = made.open(tmp_path)
    assert promises(warehouse, PromisesFilter(date(2026, 5, 9)), OPERATOR).num_rows == 0
    for status, count in (("broken", 1), ("kept", 0), ("running", 0)):
        assert promises(warehouse, PromisesFilter(DAY, promise_status=status), OPERATOR).num_rows == count
    assert promises(warehouse, PromisesFilter(DAY, since_on=LAST), OPERATOR).num_rows == 1
    assert promises(warehouse, PromisesFilter(DAY, since_on=date(2026, 5, 21)), OPERATOR).num_rows == 0


def test_a_promise_about_an_invoice_voided_since_is_not_broken(tmp_path: Path) -> None:
    made = book()
    promise(made, invoice_id="OLD", amount_held="100.00", currency="EUR")
    made.customer_invoices[0] = {**made.customer_invoices[0], "invoice_status": "void", "voided_on": "2026-05-18"}
    warehouse = made.open(tmp_path)
    assert one(warehouse, date(2026, 5, 17))["promise_status"] == "running"
    assert one(warehouse)["promise_status"] == "nothing_due"


def test_an_invoice_voided_after_the_last_day_leaves_the_promise_broken(tmp_path: Path) -> None:
    made = book()
    promise(made, invoice_id="OLD")
    made.customer_invoices[0] = {**made.customer_invoices[0], "invoice_status": "void", "voided_on": "2026-05-21"}
    assert one(made.open(tmp_path))["promise_status"] == "broken"


def test_an_amount_in_another_currency_than_the_invoices_promises_what_is_open(tmp_path: Path) -> None:
    made = book()
    promise(made, invoice_id="OLD", amount_held="20.00", currency="USD")
    made.pay("OLD", date(2026, 5, 15), "20.00")
    row = one(made.open(tmp_path))
    assert (row["promise_status"], row["currency"], row["amount_promised"]) == ("broken", "EUR", 100)
