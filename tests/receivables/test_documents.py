"""The documents behind an open item: each allocation once, the taken-back ones too, adding up to what is settled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts import documents
from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.documents import InvoiceFilter, UnappliedFilter
from clearaccounts.errors import NotFound
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

DAY = date(2026, 6, 30)


def on(day: str) -> date:
    return date.fromisoformat(day)


def allocation(number: str, day: str, amount: str, source: str = "P1", **more: str) -> Row:
    return {
        "allocation_id": number, "applied_on": day, "invoice_id": "I1", "amount_applied": amount,
        "source_id": None if more.get("source_type") == "write_off" else source, **more,
    }


def trail(warehouse: Warehouse, day: date = DAY, viewer: Viewer = OPERATOR, invoice: str = "I1") -> list[dict[str, Any]]:
    """The allocations, after a look at whether they agree with the invoice's own row."""
    wanted = InvoiceFilter(invoice, day)
    applied = documents.allocations(warehouse, wanted, viewer)
    assert documents.difference(documents.customer_invoice(warehouse, wanted, viewer), applied) == 0
    return list(applied.to_pylist())


@pytest.fixture
def story(tmp_path: Path) -> Warehouse:
    """100 in two instalments: 30 paid, 20 credited by a note that is void later, 5 un-applied again, 10 written off."""
    return world(
        tmp_path,
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-01-10", "due_on": "2026-03-10", "amount_total": "100.00"}],
        instalments=[
            {"invoice_id": "I1", "instalment_number": "1", "due_on": "2026-02-10", "amount_total": "40.00"},
            {"invoice_id": "I1", "instalment_number": "2", "due_on": "2026-07-10", "amount_total": "60.00"},
        ],
        payments=[{"payment_id": "P1", "received_on": "2026-02-01", "amount_total": "30.00", "reference": "two, 1 of 2"}],
        credit_notes=[
            {"credit_note_id": "N1", "issued_on": "2026-02-05", "amount_total": "20.00", "credit_note_status": "void",
             "voided_on": "2026-04-01"},
        ],
        allocations=[
            allocation("A1", "2026-02-03", "30.00"),
            allocation("A2", "2026-01-20", "20.00", "N1", source_type="credit_note"),
            allocation("A3", "2026-03-01", "-5.00"),
            allocation("A4", "2026-05-01", "10.00", source_type="write_off"),
        ],
    )


def test_an_allocation_counts_from_the_latest_of_its_days(story: Warehouse) -> None:
    assert trail(story, on("2026-02-02")) == []
    first, second = trail(story, on("2026-02-28"))
    assert (first["allocation_id"], first["source_on"], first["counts_from_on"], first["amount_applied"]) == (
        "A1", on("2026-02-01"), on("2026-02-03"), Decimal(30))
    # Typed on 20 January, of a note of 5 February.
    assert (second["allocation_id"], second["source_type"], second["counts_from_on"]) == ("A2", "credit_note", on("2026-02-05"))
    assert (first["amount_source"], first["amount_from_source"], first["reference"]) == (Decimal(30), Decimal(30), "two, 1 of 2")


def test_money_taken_back_stays_in_the_trail_with_its_day(story: Warehouse) -> None:
    rows = {row["allocation_id"]: row for row in trail(story)}
    assert {key: row["amount_applied"] for key, row in rows.items()} == {
        "A1": Decimal(30), "A2": Decimal(0), "A3": Decimal(-5), "A4": Decimal(10)}
    assert (rows["A2"]["is_in_force"], rows["A2"]["taken_back_on"], rows["A2"]["amount_taken_back"]) == (
        False, on("2026-04-01"), Decimal(20))
    assert (rows["A4"]["source_type"], rows["A4"]["source_id"]) == ("write_off", None)
    invoice = documents.customer_invoice(story, InvoiceFilter("I1", DAY), OPERATOR)
    assert (invoice["amount_total"], invoice["amount_settled"], invoice["amount_outstanding"]) == (Decimal(100), Decimal(35), Decimal(65))


def test_instalments_are_all_there_with_signed_days(story: Warehouse) -> None:
    rows = documents.instalments(story, InvoiceFilter("I1", DAY), OPERATOR).to_pylist()
    assert [(r["instalment_number"], r["overdue_days"], r["amount_total"], r["amount_outstanding"]) for r in rows] == [
        (1, 140, Decimal(40), Decimal(5)), (2, -10, Decimal(60), Decimal(60))]
    settled = documents.instalments(story, InvoiceFilter("I1", on("2026-02-28")), OPERATOR).to_pylist()
    assert [(r["overdue_days"], r["amount_outstanding"]) for r in settled] == [(None, Decimal(0)), (-132, Decimal(50))]


def test_what_does_not_count_owes_nothing_and_has_no_trail(tmp_path: Path) -> None:
    apart = world(
        tmp_path,
        customer_invoices=[
            {"invoice_id": "I1", "issued_on": "2026-01-10", "amount_total": "9.00", "invoice_status": "draft"},
            {"invoice_id": "I2", "issued_on": "2026-07-10", "amount_total": "8.00"},
            {"invoice_id": "I3", "issued_on": "2026-01-10", "amount_total": "7.00", "invoice_status": "void", "voided_on": "2026-02-01"},
        ],
        payments=[{"payment_id": "P1", "received_on": "2026-01-15", "amount_total": "7.00"}],
        allocations=[{**allocation("A1", "2026-01-15", "7.00"), "invoice_id": "I3"}],
    )
    for number in ("I1", "I2", "I3"):
        invoice = documents.customer_invoice(apart, InvoiceFilter(number, DAY), OPERATOR)
        assert (invoice["is_counted"], invoice["amount_settled"], invoice["amount_outstanding"]) == (False, 0, 0)
    assert trail(apart) == []
    assert [(r["amount_applied"], r["amount_taken_back"]) for r in trail(apart, invoice="I3")] == [(Decimal(0), Decimal(7))]
    assert [r["amount_applied"] for r in trail(apart, on("2026-01-31"), invoice="I3")] == [Decimal(7)]


def test_what_the_accounting_system_states_is_a_row_of_its_own(tmp_path: Path) -> None:
    stated = world(
        tmp_path,
        customer_invoices=[
            {"invoice_id": "I1", "issued_on": "2026-01-10", "amount_total": "50.00", "amount_outstanding_stated": "20.00",
             "stated_on": "2026-03-01"},
        ],
        payments=[{"payment_id": "P1", "received_on": "2026-02-01", "amount_total": "12.00"}],
        allocations=[allocation("A1", "2026-02-01", "12.00")],
    )
    assert [(r["source_type"], r["counts_from_on"], r["amount_applied"]) for r in trail(stated)] == [
        ("payment", on("2026-02-01"), Decimal(12)), ("stated", on("2026-03-01"), Decimal(18))]


def test_who_pays_for_another_is_named_to_those_who_see_them(tmp_path: Path) -> None:
    family = world(
        tmp_path,
        customers=[
            {"customer_id": "C1", "sales_agent": "ann@partner.example"},
            {"customer_id": "C2", "customer_name": "The Parent", "sales_agent": "bob@partner.example"},
        ],
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-01-10", "currency": "USD", "amount_total": "110.00"}],
        payments=[
            {"payment_id": "P1", "customer_id": "C2", "received_on": "2026-02-01", "amount_total": "100.00", "reference": "for the child"},
        ],
        allocations=[allocation("A1", "2026-02-01", "110.00", amount_from_source="91.50")],
    )
    row = trail(family)[0]
    assert (row["source_customer_name"], row["source_currency"], row["amount_source"]) == ("The Parent", "EUR", Decimal(100))
    assert (row["amount_from_source"], row["amount_applied"]) == (Decimal("91.50"), Decimal(110))
    ann = Viewer("ann", "Ann", Role.SALES_AGENT, "ann@partner.example")
    hers = trail(family, viewer=ann)[0]
    assert (hers["source_customer_id"], hers["source_customer_name"], hers["reference"], hers["amount_source"]) == (None,) * 4
    assert hers["amount_applied"] == Decimal(110)


def test_a_foreign_invoice_is_answered_like_one_that_does_not_exist(tmp_path: Path) -> None:
    theirs = world(
        tmp_path,
        customers=[{"customer_id": "C1", "sales_agent": "ann@partner.example"}],
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-01-10", "amount_total": "1.00"}],
    )
    bob = Viewer("bob", "Bob", Role.SALES_AGENT, "bob@partner.example")
    said = []
    for number in ("I1", "no-such-invoice"):
        with pytest.raises(NotFound) as refused:
            documents.customer_invoice(theirs, InvoiceFilter(number, DAY), bob)
        said.append(str(refused.value))
        for read in (documents.allocations, documents.instalments):
            assert read(theirs, InvoiceFilter(number, DAY), bob).num_rows == 0
    assert said[0] == said[1] == "There is no such invoice."


def test_unapplied_documents_are_the_unapplied_bucket(tmp_path: Path) -> None:
    loose = world(
        tmp_path,
        customers=[{"customer_id": "C1"}, {"customer_id": "C2"}],
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-01-10", "amount_total": "50.00"}],
        payments=[
            {"payment_id": "P1", "received_on": "2026-02-01", "amount_total": "80.00"},
            {"payment_id": "P2", "received_on": "2026-03-01", "amount_total": "-4.00"},
            {"payment_id": "P3", "received_on": "2026-03-01", "amount_total": "5.00", "currency": "USD", "customer_id": "C2",
             "exchange_rate": "0.9"},
            {"payment_id": "P4", "received_on": "2026-07-01", "amount_total": "1.00"},
        ],
        credit_notes=[{"credit_note_id": "N1", "issued_on": "2026-03-02", "amount_total": "6.00", "reason": "goodwill"}],
        allocations=[allocation("A1", "2026-02-01", "50.00")],
    )
    rows = documents.unapplied_items(loose, UnappliedFilter(DAY), OPERATOR).to_pylist()
    assert [(r["source_id"], r["unapplied_days"], r["amount_unapplied"], r["amount_unapplied_company"]) for r in rows] == [
        ("P1", 149, Decimal(-30), Decimal(-30)), ("P2", 121, Decimal(4), Decimal(4)), ("P3", 121, Decimal(-5), Decimal("-4.50")),
        ("N1", 120, Decimal(-6), Decimal(-6))]
    assert rows[3]["reference"] == "goodwill" and {r["row_count"] for r in rows} == {4}
    for wanted, number in ((UnappliedFilter(DAY, "USD"), "P3"), (UnappliedFilter(DAY, None, "C1", 1, 1), "P2")):
        assert documents.unapplied_items(loose, wanted, OPERATOR)["source_id"].to_pylist() == [number]
