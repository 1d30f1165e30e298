"""Rows for tests about payment: an invoice that is paid on some days, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world


@dataclass
class Book:
    """The rows of a small world, added invoice by invoice."""

    customers: list[Row] = field(default_factory=list)
    customer_invoices: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    credit_notes: list[Row] = field(default_factory=list)
    allocations: list[Row] = field(default_factory=list)
    instalments: list[Row] = field(default_factory=list)
    holds: list[Row] = field(default_factory=list)

    def customer(self, customer_id: str, segment: str = "small", sales_agent: str = "a@partner.example") -> None:
        """One customer."""
        self.customers.append({"customer_id": customer_id, "segment": segment, "sales_agent": sales_agent})

    def invoice(
        self, invoice_id: str, due_on: date, amount: str = "100.00", *, customer_id: str = "C1", currency: str = "EUR",
        issued_on: date | None = None, paid: Sequence[tuple[date, str]] = (),
    ) -> None:
        """An invoice, issued 30 days before it is due unless said otherwise, and what was paid on it when."""
        self.customer_invoices.append({
            "invoice_id": invoice_id, "customer_id": customer_id, "issued_on": issued_on or due_on - timedelta(days=30),
            "due_on": due_on, "amount_total": amount, "currency": currency,
        })
        for on, part in paid:
            self.pay(invoice_id, on, part, customer_id=customer_id, currency=currency)

    def pay(self, invoice_id: str, on: date, amount: str, *, customer_id: str = "C1", currency: str = "EUR") -> None:
        """A payment, applied whole to an invoice on the day it came in."""
        number = f"{invoice_id}-{len(self.payments)}"
        self.payments.append(
            {"payment_id": number, "customer_id": customer_id, "received_on": on, "amount_total": amount, "currency": currency})
        self.allocations.append(
            {"allocation_id": number, "applied_on": on, "source_id": number, "invoice_id": invoice_id, "amount_applied": amount})

    def credit(self, invoice_id: str, on: date, amount: str, *, customer_id: str = "C1", currency: str = "EUR") -> None:
        """A credit note, applied whole to an invoice."""
        number = f"CN-{invoice_id}-{len(self.credit_notes)}"
        self.credit_notes.append(
            {"credit_note_id": number, "customer_id": customer_id, "issued_on": on, "amount_total": amount, "currency": currency})
        self.allocations.append({
            "allocation_id": number, "applied_on": on, "source_type": "credit_note", "source_id": number, "invoice_id": invoice_id,
            "amount_applied": amount,
        })

    def write_off(self, invoice_id: str, on: date, amount: str) -> None:
        """A part of an invoice that nobody expects any more."""
        number = f"WO-{invoice_id}-{len(self.allocations)}"
        self.allocations.append(
            {"allocation_id": number, "applied_on": on, "source_type": "write_off", "invoice_id": invoice_id, "amount_applied": amount})

    def hold(self, hold_id: str, hold_type: str, starts_on: date, ends_on: date | None, **more: object) -> None:
        """A promise to pay or a dispute."""
        self.holds.append({"hold_id": hold_id, "hold_type": hold_type, "starts_on": starts_on, "ends_on": ends_on, **more})

    def open(self, folder: Path) -> Warehouse:
        """The warehouse of these rows."""
        kinds = {name: rows for name, rows in vars(self).items() if rows}
        return world(folder, **kinds)
