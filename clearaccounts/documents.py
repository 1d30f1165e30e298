"""The documents behind the numbers: one invoice with what settles it, and money that settles nothing yet.

Each function runs one file of `queries/receivables/` for a filter and a viewer; the filter's fields are the file's parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.errors import NotFound
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

# The same words for an invoice that does not exist and for one that is not for this person.
NO_INVOICE = N_("There is no such invoice.")


@dataclass(frozen=True)
class InvoiceFilter:
    """One customer invoice as it stood at the end of a day."""

    invoice_id: str
    as_of_on: date


@dataclass(frozen=True)
class UnappliedFilter:
    """One page of the payments and credit notes with a rest at the end of a day."""

    as_of_on: date
    currency: str | None = None
    customer_id: str | None = None
    row_limit: int | None = None
    row_offset: int = 0
    dimension: str | None = None
    dimension_value: str | None = None


@dataclass(frozen=True)
class ApartFilter:
    """One page of the documents that the ageing leaves aside or reads with care."""

    as_of_on: date
    currency: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def customer_invoice(warehouse: Warehouse, chosen: InvoiceFilter, viewer: Viewer) -> dict[str, Any]:
    """The invoice's row: what it is, what is settled of it and what is open, in its currency and the company's.

    Raises:
        NotFound: there is no such invoice, or not for this viewer; the words are the same.
    """
    found = warehouse.run("receivables/customer_invoice", chosen, viewer).to_pylist()
    if not found:
        raise NotFound(NO_INVOICE)
    row: dict[str, Any] = found[0]
    return row


def instalments(warehouse: Warehouse, chosen: InvoiceFilter, viewer: Viewer) -> pa.Table:
    """One row per instalment of the invoice, settled ones too; none if it is aged whole."""
    return warehouse.run("receivables/item_instalments", chosen, viewer)


def allocations(warehouse: Warehouse, chosen: InvoiceFilter, viewer: Viewer) -> pa.Table:
    """One row per allocation on the invoice; `amount_applied` adds up to its amount less what is open on it."""
    return warehouse.run("receivables/item_allocations", chosen, viewer)


def unapplied_items(warehouse: Warehouse, chosen: UnappliedFilter, viewer: Viewer) -> pa.Table:
    """One row per payment or credit note with a rest, the oldest first; `row_count` says how many there are in all."""
    return warehouse.run("receivables/unapplied_items", chosen, viewer)


def invoice_numbers(warehouse: Warehouse, customer_id: str, viewer: Viewer) -> dict[str, str]:
    """What each of a customer's invoices is called on paper, by its id."""
    found = warehouse.run("receivables/invoice_numbers", {"customer_id": customer_id}, viewer)
    return dict(zip(found["invoice_id"].to_pylist(), found["invoice_number"].to_pylist(), strict=True))


def documents_apart(warehouse: Warehouse, chosen: ApartFilter, viewer: Viewer) -> pa.Table:
    """One row per draft, void, invoice without a due date and document without a rate; `row_count` says how many there are in all."""
    return warehouse.run("receivables/documents_apart_list", chosen, viewer)


def difference(invoice: Mapping[str, Any], applied: pa.Table) -> Decimal:
    """What the allocations add up to, less what is settled of the invoice: 0, unless something is wrong.

    The one side is read from the allocations, the other from the invoice's open items.
    """
    return sum(applied["amount_applied"].to_pylist(), Decimal(0)) - Decimal(invoice["amount_settled"])
