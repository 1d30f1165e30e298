"""What falls due to Microsoft: what was paid comes off whatever its sign, and a voided invoice is owed by nobody."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from clearaccounts.access import OPERATOR
from clearaccounts.payables import FallingDueFilter, falling_due
from tests.worlds import world


def test_what_is_owed_is_the_total_less_the_size_of_what_was_paid(tmp_path: Path) -> None:
    warehouse = world(tmp_path, supplier_invoices=[
        {"supplier_invoice_id": "G1", "issued_on": "2026-05-01", "amount_total": "100", "amount_paid": "-40"},
        {"supplier_invoice_id": "G2", "issued_on": "2026-05-01", "amount_total": "100", "amount_paid": "100"},
        {"supplier_invoice_id": "G3", "issued_on": "2026-05-01", "amount_total": "100", "document_type": "void_note"},
        {"supplier_invoice_id": "G4", "issued_on": "2026-05-02", "amount_total": "90", "document_type": "adjustment_note"},
    ])
    found = falling_due(warehouse, FallingDueFilter(date(2026, 6, 1)), OPERATOR).to_pylist()
    assert [(row["supplier_invoice_id"], row["amount_outstanding"]) for row in found] == [("G1", Decimal(60)), ("G4", Decimal(90))]


def test_a_credit_note_comes_off_as_far_as_it_is_not_used(tmp_path: Path) -> None:
    warehouse = world(tmp_path, supplier_invoices=[
        {"supplier_invoice_id": "G1", "issued_on": "2026-05-01", "amount_total": "100"},
        {"supplier_invoice_id": "K1", "issued_on": "2026-05-02", "amount_total": "-30", "amount_paid": "0", "document_type": "Credit Note"},
        {"supplier_invoice_id": "K2", "issued_on": "2026-05-03", "amount_total": "-30", "amount_paid": "-10"},
        {"supplier_invoice_id": "K3", "issued_on": "2026-05-04", "amount_total": "-30", "amount_paid": "30"},
    ])
    found = falling_due(warehouse, FallingDueFilter(date(2026, 6, 1)), OPERATOR).to_pylist()
    assert [(row["supplier_invoice_id"], row["amount_outstanding"]) for row in found] == [
        ("G1", Decimal(100)), ("K1", Decimal(-30)), ("K2", Decimal(-20))]
