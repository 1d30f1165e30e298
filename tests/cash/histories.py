"""Histories for tests of expected cash: invoices with the days late on which they were paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tests.worlds import Row

FIRST = date(2026, 1, 1)


def paid(customer_id: str, late_days: Sequence[int], first: date = FIRST, apart: int = 7, prefix: str = "") -> dict[str, list[Row]]:
    """One invoice for each number, due `apart` days after the other, paid so many days late by a payment of its own."""
    invoices: list[Row] = []
    payments: list[Row] = []
    allocations: list[Row] = []
    for number, late in enumerate(late_days, 1):
        key, due_on = f"{prefix}{customer_id}-{number:02}", first + timedelta(days=apart * number)
        paid_on = due_on + timedelta(days=late)
        invoices.append({"invoice_id": key, "customer_id": customer_id, "issued_on": due_on - timedelta(days=30), "due_on": due_on,
                         "amount_total": "100.00"})
        payments.append({"payment_id": key, "customer_id": customer_id, "received_on": paid_on, "amount_total": "100.00"})
        allocations.append({"allocation_id": key, "applied_on": paid_on, "source_id": key, "invoice_id": key, "amount_applied": "100.00"})
    return {"customer_invoices": invoices, "payments": payments, "allocations": allocations}


def open_invoice(key: str, due_on: date, customer_id: str = "C1", **more: object) -> Row:
    """An invoice of 50.00 that nobody has paid, issued 30 days before it is due."""
    return {"invoice_id": key, "customer_id": customer_id, "issued_on": due_on - timedelta(days=30), "due_on": due_on,
            "amount_total": "50.00", **more}


def together(*parts: Mapping[str, Sequence[Row]], **more: Sequence[Row]) -> dict[str, Any]:
    """The rows of several customers as one world."""
    found: dict[str, list[Row]] = {}
    for part in (*parts, more):
        for kind, rows in part.items():
            found[kind] = [*found.get(kind, []), *rows]
    return found
