"""Planted faults: what the data checks must find; sample_data/README.md lists each by its id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from clearaccounts.sample.book import Book
from clearaccounts.sample.customers import Profile
from clearaccounts.sample.days import later
from clearaccounts.sample.files import money


def _invoice(
    book: Book, profile: Profile, suffix: str, issued_on: date, due_on: date | None, *, cents: int, **other: str | None,
) -> str:
    """An invoice beside the ordinary ones, so that no story and no payer's habit touches it."""
    invoice_id = f"INV-{issued_on:%y%m}-{book.code}-{suffix}"
    currency = other.get("currency") or profile.currency
    book.add(
        "customer_invoices", invoice_id=invoice_id, customer_id=other.get("customer_id") or profile.customer_id, issued_on=issued_on,
        currency=currency, amount_total=money(cents), due_on=due_on, invoice_number=f"{issued_on:%Y/%m}/{book.code}/{suffix}",
        exchange_rate=None if "currency" in other else book.rate(currency, issued_on), invoice_status="posted",
        description="One-off setup work",
    )
    return invoice_id


def _apply(book: Book, on: date, source_id: str, invoice_id: str, cents: int) -> None:
    book.add(
        "allocations", allocation_id=book.next_id("ALC"), applied_on=on, source_type="payment", source_id=source_id,
        invoice_id=invoice_id, amount_applied=money(cents),
    )


def _pay(book: Book, profile: Profile, on: date, cents: int) -> str:
    return book.payment(on, cents, profile.currency, method="bank_transfer", reference="Setup work").source_id


def _due_before_issued(book: Book, profile: Profile) -> None:
    invoice_id = _invoice(book, profile, "F1", date(2026, 4, 14), date(2026, 3, 14), cents=31_840)
    _apply(book, date(2026, 4, 28), _pay(book, profile, date(2026, 4, 28), 31_840), invoice_id, 31_840)


def _paid_before_issued(book: Book, profile: Profile) -> None:
    invoice_id = _invoice(book, profile, "F2", date(2026, 6, 22), date(2026, 7, 22), cents=27_500)
    _apply(book, date(2026, 6, 1), _pay(book, profile, date(2026, 6, 1), 27_500), invoice_id, 27_500)


def _unknown_invoice(book: Book, profile: Profile) -> None:
    _apply(book, date(2026, 5, 11), _pay(book, profile, date(2026, 5, 11), 24_000), f"INV-2605-{book.code}-F3", 24_000)


def _unknown_source(book: Book, profile: Profile) -> None:
    invoice_id = _invoice(book, profile, "F4", date(2026, 7, 20), date(2026, 8, 19), cents=15_000)
    _apply(book, date(2026, 8, 3), f"PAY-{book.code}-F4", invoice_id, 15_000)
    _apply(book, date(2026, 8, 18), _pay(book, profile, date(2026, 8, 18), 15_000), invoice_id, 15_000)


def _invoice_applied_twice(book: Book, profile: Profile) -> None:
    invoice_id = _invoice(book, profile, "F5", date(2026, 8, 3), date(2026, 9, 2), cents=41_000)
    source_id = _pay(book, profile, date(2026, 9, 1), 82_000)
    _apply(book, date(2026, 9, 1), source_id, invoice_id, 41_000)
    _apply(book, date(2026, 9, 2), source_id, invoice_id, 41_000)


def _source_applied_twice(book: Book, profile: Profile) -> None:
    first = _invoice(book, profile, "F6a", date(2026, 9, 4), date(2026, 10, 4), cents=20_000)
    second = _invoice(book, profile, "F6b", date(2026, 9, 4), date(2026, 10, 4), cents=20_000)
    source_id = _pay(book, profile, date(2026, 9, 21), 30_000)
    _apply(book, date(2026, 9, 21), source_id, first, 20_000)
    _apply(book, date(2026, 9, 22), source_id, second, 20_000)


def _instalments_do_not_add_up(book: Book, profile: Profile) -> None:
    invoice_id = _invoice(book, profile, "F7", date(2026, 9, 8), date(2026, 10, 8), cents=120_000)
    for number, due_on in enumerate((date(2026, 10, 8), date(2026, 11, 8), date(2026, 12, 8)), start=1):
        book.add("instalments", invoice_id=invoice_id, instalment_number=number, due_on=due_on, amount_total=money(30_000))


def _no_due_date(book: Book, profile: Profile) -> None:
    _invoice(book, profile, "F8", date(2026, 9, 28), None, cents=9_500)


def _unknown_customer(book: Book, profile: Profile) -> None:
    # The letter O where a zero belongs: the kind of slip that a spreadsheet makes.
    _invoice(book, profile, "F9", date(2026, 9, 10), date(2026, 10, 10), cents=18_450, customer_id=f"CO{book.code[1:]}")


def _no_exchange_rate(book: Book, profile: Profile) -> None:
    # Older than the first rate on record, and the invoice carries none: nobody can say what it was worth in euros.
    currency, issued_on = "USD" if profile.currency != "USD" else "GBP", later(book.rates.first_on, -8)
    due_on = later(issued_on, 30)
    invoice_id = _invoice(book, profile, "F10", issued_on, due_on, cents=50_000, currency=currency)
    payment = book.payment(due_on, 50_000, currency, method="bank_transfer", reference="Setup work")
    _apply(book, due_on, payment.source_id, invoice_id, 50_000)


def _dated_later(book: Book, profile: Profile) -> None:
    book.add(
        "credit_notes", credit_note_id=f"CN-{book.code}-F11", customer_id=profile.customer_id, issued_on=date(2027, 2, 15),
        currency=profile.currency, amount_total=money(6_000), exchange_rate=book.rate(profile.currency, date(2026, 9, 30)),
        credit_note_status="posted", reason="Year mistyped",
    )


# By the number of the customer whose book carries the fault.
FAULTS: dict[int, Callable[[Book, Profile], None]] = {
    21: _due_before_issued, 22: _paid_before_issued, 23: _unknown_invoice, 24: _unknown_source, 25: _invoice_applied_twice,
    26: _source_applied_twice, 27: _instalments_do_not_add_up, 28: _no_due_date, 29: _unknown_customer, 30: _no_exchange_rate,
    31: _dated_later,
}
