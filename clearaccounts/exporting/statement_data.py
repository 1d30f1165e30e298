"""What a customer statement says, gathered from the same queries as the pages: balance by age, open items, money on account.

A statement goes to the customer. It shows the ageing by due date, and it is not made if its items do not come to its balance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clearaccounts import accounts, documents, receivables
from clearaccounts.access import Permission, Viewer
from clearaccounts.errors import WarehouseError
from clearaccounts.exporting.references import statement_reference
from clearaccounts.receivables import STANDARD_EDGES
from clearaccounts.text import N_, Language, language_for
from clearaccounts.warehouse import Warehouse

UNAPPLIED = "unapplied"
CURRENT = "current"
# An account whose open items make a book of hundreds of pages is sent as a workbook.
MOST_ITEMS = 5_000


@dataclass(frozen=True)
class Item:
    """One open item: an instalment, or an invoice that has none (`instalment_number` None)."""

    invoice_number: str
    instalment_number: int | None
    issued_on: date
    due_on: date | None
    overdue_days: int
    amount_total: Decimal
    amount_outstanding: Decimal


@dataclass(frozen=True)
class Credit:
    """A payment or credit note of which `amount_unapplied` (negative: in the customer's favour) is not applied."""

    source_type: str
    source_id: str
    reference: str | None
    source_on: date
    amount_total: Decimal
    amount_unapplied: Decimal


@dataclass(frozen=True)
class Section:
    """What is open in one currency; `buckets` are (name, amount) in order of age, `unapplied` not among them."""

    currency: str
    buckets: tuple[tuple[str, Decimal], ...]
    items: tuple[Item, ...]
    credits: tuple[Credit, ...]

    @property
    def amount_open(self) -> Decimal:
        """Of all open items."""
        return sum((amount for _, amount in self.buckets), Decimal(0))

    @property
    def amount_overdue(self) -> Decimal:
        """Of the items past their due date."""
        return sum((amount for bucket, amount in self.buckets if bucket != CURRENT), Decimal(0))

    @property
    def amount_unapplied(self) -> Decimal:
        """Of what is not applied, with its sign."""
        return sum((credit.amount_unapplied for credit in self.credits), Decimal(0))

    @property
    def amount_due(self) -> Decimal:
        """What remains to be paid once everything is applied; negative if the customer is owed."""
        return self.amount_open + self.amount_unapplied


@dataclass(frozen=True)
class Statement:
    """One customer's statement as of the end of a day, one section for each currency in which anything is open."""

    customer_id: str
    customer_name: str
    contact_name: str | None
    contact_email: str | None
    language_code: str | None
    as_of_on: date
    payment_reference: str
    sections: tuple[Section, ...]
    build_id: str
    is_sample: bool


def language_of(statement: Statement) -> Language:
    """The customer's language if we speak it, else English."""
    return language_for(statement.language_code)


def gather(
    warehouse: Warehouse, customer_id: str, as_of_on: date, viewer: Viewer, bucket_edges: Sequence[int] = STANDARD_EDGES,
) -> Statement:
    """Everything that a customer's statement says.

    Raises:
        NotPermitted: the viewer may not see receivables.
        NotFound: there is no such customer, or not for this viewer; the words are the same.
        WarehouseError: the items do not come to the balance, or are too many for a letter.
    """
    viewer.require(Permission.VIEW_RECEIVABLES)
    customer = accounts.account(warehouse, customer_id, viewer)
    edges = tuple(bucket_edges)
    aged = receivables.ageing_buckets(
        warehouse, receivables.BucketsFilter(as_of_on, edges, customer_id=customer_id), viewer).to_pylist()
    listed = receivables.open_items(
        warehouse, receivables.OpenItemsFilter(as_of_on, edges, customer_id=customer_id, row_limit=MOST_ITEMS + 1), viewer).to_pylist()
    if len(listed) > MOST_ITEMS:
        raise WarehouseError(
            N_("{customer} has more than {count} open items: too many for a letter. Download the open items as a workbook instead."),
            customer=customer["customer_name"], count=MOST_ITEMS)
    unapplied = documents.unapplied_items(
        warehouse, documents.UnappliedFilter(as_of_on, customer_id=customer_id), viewer).to_pylist()
    numbers = documents.invoice_numbers(warehouse, customer_id, viewer)
    sections = tuple(
        _section(currency, aged, listed, unapplied, numbers)
        for currency in sorted({row["currency"] for row in (*aged, *listed, *unapplied)})
    )
    return Statement(
        customer_id=customer_id, customer_name=customer["customer_name"], contact_name=customer["contact_name"],
        contact_email=customer["contact_email"], language_code=customer["language"], as_of_on=as_of_on,
        payment_reference=statement_reference(customer_id, as_of_on), sections=sections,
        build_id=warehouse.build.build_id, is_sample=warehouse.build.is_sample,
    )


def _section(
    currency: str, aged: list[dict[str, Any]], listed: list[dict[str, Any]], unapplied: list[dict[str, Any]], numbers: dict[str, str],
) -> Section:
    balances = {row["bucket"]: row["amount_outstanding"] for row in aged if row["currency"] == currency}
    not_applied = balances.pop(UNAPPLIED, Decimal(0))
    own = [row for row in listed if row["currency"] == currency]
    own.sort(key=lambda row: (-row["overdue_days"], row["issued_on"], row["invoice_id"], row["instalment_number"] or 0))
    section = Section(
        currency,
        tuple(balances.items()),
        tuple(
            Item(
                numbers.get(row["invoice_id"], row["invoice_id"]), row["instalment_number"], row["issued_on"], row["due_on"],
                row["overdue_days"], row["amount_total"], row["amount_outstanding"],
            )
            for row in own
        ),
        tuple(
            Credit(row["source_type"], row["source_id"], row["reference"], row["source_on"], row["amount_total"], row["amount_unapplied"])
            for row in unapplied if row["currency"] == currency
        ),
    )
    items_open = sum((item.amount_outstanding for item in section.items), Decimal(0))
    if items_open != section.amount_open or section.amount_unapplied != not_applied:
        raise WarehouseError(
            N_("The items in {currency} do not come to the balance, so there is no statement; `verify` says what is wrong."),
            currency=currency)
    return section
