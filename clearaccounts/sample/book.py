"""One customer's book: documents and what settles what, in cents, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clearaccounts.sample.files import Rows, money, rate
from clearaccounts.sample.rates import Rates


@dataclass
class Item:
    """An invoice, or one of its instalments, as the customer sees it: something to pay by a day."""

    invoice_id: str
    instalment_number: int | None
    currency: str
    issued_on: date
    due_on: date
    cents: int
    open_cents: int


@dataclass
class Source:
    """A payment or a credit note, with what is left of it to apply."""

    source_type: str
    source_id: str
    currency: str
    on: date
    left_cents: int


@dataclass
class Book:
    """Everything written about one customer; `code` is the number in the ids of its documents."""

    code: str
    customer_id: str
    rates: Rates
    rows: Rows = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, **values: Any) -> None:
        """One row of a file."""
        self.rows.setdefault(kind, []).append(values)

    def next_id(self, prefix: str) -> str:
        """The customer's next id of a kind: PAY-0012-003."""
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}-{self.code}-{self._counts[prefix]:03d}"

    def rate(self, currency: str, on: date) -> str | None:
        """The rate that a document carries; none in the company's own currency."""
        return None if currency == "EUR" else rate(self.rates.on(currency, on))

    def invoice(
        self, issued_on: date, due_on: date, currency: str, cents: int, *, description: str,
        status: str = "posted", voided_on: date | None = None, instalments: list[tuple[date, int]] | None = None,
    ) -> list[Item]:
        """Bill the customer; gives what is then to be paid (nothing of a draft or a void)."""
        month = f"{issued_on:%y%m}"
        key = f"invoices of {month}"
        self._counts[key] = count = self._counts.get(key, 0) + 1
        invoice_id = f"INV-{month}-{self.code}" + (f"-{count}" if count > 1 else "")
        self.add(
            "customer_invoices", invoice_id=invoice_id, customer_id=self.customer_id, issued_on=issued_on, currency=currency,
            amount_total=money(cents), due_on=due_on, invoice_number=f"{issued_on:%Y/%m}/{self.code}/{count}",
            exchange_rate=self.rate(currency, issued_on), invoice_status=status, voided_on=voided_on, description=description,
        )
        parts = [(None, due_on, cents)] if not instalments else [
            (number, due, part) for number, (due, part) in enumerate(instalments, start=1)
        ]
        for number, due, part in parts:
            if number is not None:
                self.add("instalments", invoice_id=invoice_id, instalment_number=number, due_on=due, amount_total=money(part))
        if status != "posted":
            return []
        made = [Item(invoice_id, number, currency, issued_on, due, part, part) for number, due, part in parts]
        self.items += made
        return made

    def payment(
        self, on: date, cents: int, currency: str, *, method: str, reference: str, customer_id: str | None = None,
    ) -> Source:
        """Money received (or, negative, that left again); a parent's id when the parent paid."""
        source_id = self.next_id("PAY")
        self.add(
            "payments", payment_id=source_id, customer_id=customer_id or self.customer_id, received_on=on, currency=currency,
            amount_total=money(cents), exchange_rate=self.rate(currency, on), payment_method=method, reference=reference,
        )
        return Source("payment", source_id, currency, on, cents)

    def credit_note(self, on: date, cents: int, currency: str, reason: str) -> Source:
        """A posted credit note."""
        source_id = self.next_id("CN")
        self.add(
            "credit_notes", credit_note_id=source_id, customer_id=self.customer_id, issued_on=on, currency=currency,
            amount_total=money(cents), exchange_rate=self.rate(currency, on), credit_note_status="posted", reason=reason,
        )
        return Source("credit_note", source_id, currency, on, cents)

    def allocate(self, on: date, source: Source | None, item: Item, cents: int) -> None:
        """Settle `cents` of an item (take it back when negative); without a source it is written off."""
        from_source = None
        if source is not None:
            crosses = source.currency != item.currency
            taken = self.rates.exchange(cents, item.currency, source.currency, source.on) if crosses else cents
            # What an exchange leaves or lacks by rounding belongs to the last item the source settles.
            taken = source.left_cents if crosses and abs(source.left_cents - taken) <= 2 else taken
            source.left_cents -= taken
            from_source = money(taken) if crosses else None
        item.open_cents -= cents
        self.add(
            "allocations", allocation_id=self.next_id("ALC"), applied_on=on, source_type=source.source_type if source else "write_off",
            source_id=source.source_id if source else None, invoice_id=item.invoice_id, instalment_number=item.instalment_number,
            amount_applied=money(cents), amount_from_source=from_source,
        )

    def overdue(self, on: date) -> list[Item]:
        """What is open and past due, the oldest first."""
        late = [item for item in self.items if item.open_cents > 0 and item.due_on < on]
        return sorted(late, key=lambda item: (item.due_on, item.invoice_id, item.instalment_number or 0))
