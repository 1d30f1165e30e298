"""One case for each habit in which programs for receivables differ, with the answer that ours gives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from clearaccounts.access import OPERATOR
from clearaccounts.receivables import AgeingFilter, DayFilter, OpenItemsFilter, ageing, documents_apart, open_items
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

DAY = date(2026, 6, 30)


def invoice(number: str, amount: str, due: str | None = "2026-06-10", **more: str) -> Row:
    return {"invoice_id": number, "issued_on": "2026-05-01", "due_on": due, "amount_total": amount, **more}


def applied(number: str, source_type: str, source: str | None, amount: str, on: str = "2026-05-20", **more: str) -> Row:
    return {"allocation_id": number, "applied_on": on, "source_type": source_type, "source_id": source, "invoice_id": "I1",
            "amount_applied": amount, **more}


def payment(number: str, amount: str, on: str = "2026-05-20") -> Row:
    return {"payment_id": number, "received_on": on, "amount_total": amount}


def credit(number: str, amount: str) -> Row:
    return {"credit_note_id": number, "issued_on": "2026-05-20", "amount_total": amount}


def buckets(warehouse: Warehouse, day: date = DAY) -> dict[str, Decimal]:
    return {row["bucket"]: row["amount_outstanding"] for row in ageing(warehouse, AgeingFilter(day), OPERATOR).to_pylist()}


def signed_days(warehouse: Warehouse) -> list[tuple[int | None, int]]:
    rows = open_items(warehouse, OpenItemsFilter(DAY), OPERATOR).to_pylist()
    return [(row["instalment_number"], row["overdue_days"]) for row in rows]


def test_a_credit_note_applied_lowers_its_invoice_and_ages_nowhere_else(tmp_path: Path) -> None:
    assert buckets(world(
        tmp_path, customer_invoices=[invoice("I1", "100.00")], credit_notes=[credit("N1", "40.00")],
        allocations=[applied("A1", "credit_note", "N1", "40.00")],
    )) == {"1-30": Decimal(60)}


def test_a_credit_note_not_applied_is_never_netted_into_a_bucket(tmp_path: Path) -> None:
    assert buckets(world(tmp_path, customer_invoices=[invoice("I1", "100.00")], credit_notes=[credit("N1", "40.00")])) == {
        "1-30": Decimal(100), "unapplied": Decimal(-40)}


def test_a_full_credit_after_a_part_payment_leaves_its_rest_unapplied(tmp_path: Path) -> None:
    assert buckets(world(
        tmp_path, customer_invoices=[invoice("I1", "100.00")], payments=[payment("P1", "30.00")], credit_notes=[credit("N1", "100.00")],
        allocations=[applied("A1", "payment", "P1", "30.00"), applied("A2", "credit_note", "N1", "100.00", "2026-05-21")],
    )) == {"unapplied": Decimal(-30)}


def test_an_over_payment_after_the_day_leaks_nothing_into_it(tmp_path: Path) -> None:
    paid = world(
        tmp_path, customer_invoices=[invoice("I1", "100.00")], payments=[payment("P1", "130.00", "2026-07-01")],
        allocations=[applied("A1", "payment", "P1", "130.00", "2026-07-01")],
    )
    assert buckets(paid) == {"1-30": Decimal(100)}
    assert buckets(paid, date(2026, 7, 1)) == {"unapplied": Decimal(-30)}


def test_not_yet_due_has_negative_days_and_is_in_the_total(tmp_path: Path) -> None:
    young = world(tmp_path, customer_invoices=[invoice("I1", "100.00", "2026-07-16")])
    assert signed_days(young) == [(None, -16)] and buckets(young) == {"current": Decimal(100)}


def test_no_due_date_is_aged_from_the_issue_date_and_counted(tmp_path: Path) -> None:
    without = world(tmp_path, customer_invoices=[invoice("I1", "100.00", None)])
    assert signed_days(without) == [(None, 60)] and buckets(without) == {"31-60": Decimal(100)}
    assert [(row["reason"], row["document_count"]) for row in documents_apart(without, DayFilter(DAY), OPERATOR).to_pylist()] == [
        ("no_due_date", 1)]


def test_each_instalment_has_its_own_age_and_money_goes_to_the_oldest(tmp_path: Path) -> None:
    parts = world(
        tmp_path, customer_invoices=[invoice("I1", "90.00", None)], payments=[payment("P1", "35.00")],
        instalments=[
            {"invoice_id": "I1", "instalment_number": str(n), "due_on": due, "amount_total": "30.00"}
            for n, due in ((1, "2026-05-10"), (2, "2026-06-10"), (3, "2026-07-10"))
        ],
        allocations=[applied("A1", "payment", "P1", "35.00")],
    )
    assert signed_days(parts) == [(2, 20), (3, -10)]
    assert buckets(parts) == {"current": Decimal(30), "1-30": Decimal(25)}


def test_a_write_off_settles_and_can_be_taken_back(tmp_path: Path) -> None:
    written = world(
        tmp_path, customer_invoices=[invoice("I1", "100.00")],
        allocations=[applied("A1", "write_off", None, "100.00"), applied("A2", "write_off", None, "-40.00", "2026-06-25")],
    )
    assert buckets(written, date(2026, 6, 24)) == {}
    assert buckets(written) == {"1-30": Decimal(40)}


def test_a_cent_that_is_left_is_shown(tmp_path: Path) -> None:
    assert buckets(world(
        tmp_path, customer_invoices=[invoice("I1", "100.00")], payments=[payment("P1", "99.99")],
        allocations=[applied("A1", "payment", "P1", "99.99")],
    )) == {"1-30": Decimal("0.01")}


def test_drafts_and_voids_are_in_no_bucket_and_counted_apart(tmp_path: Path) -> None:
    apart = world(tmp_path, customer_invoices=[
        invoice("I1", "1.00", invoice_status="draft"), invoice("I2", "2.00", invoice_status="void"), invoice("I3", "4.00"),
    ])
    assert buckets(apart) == {"1-30": Decimal(4)}
    rows = documents_apart(apart, DayFilter(DAY), OPERATOR).to_pylist()
    assert {row["reason"]: (row["document_count"], row["amount_total"]) for row in rows} == {
        "draft": (1, Decimal(1)), "void": (1, Decimal(2))}
