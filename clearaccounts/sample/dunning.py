"""Notices that the partner has sent, and what its accounting system knows about holding back."""

from __future__ import annotations

from datetime import date

from clearaccounts.sample.book import Book, Item
from clearaccounts.sample.days import LAST_ON, business_day, later
from clearaccounts.sample.dice import Dice

# After how many days overdue which notice goes out.
_STEPS = ((7, "reminder"), (15, "overdue"), (23, "final_notice"))


def settled_on(book: Book) -> dict[tuple[str, object], date]:
    """When each item was settled for good; those that are still open are left out."""
    last: dict[tuple[str, object], date] = {}
    for row in book.rows.get("allocations", []):
        key = (row["invoice_id"], row["instalment_number"])
        last[key] = max(last.get(key, row["applied_on"]), row["applied_on"])
    open_now = {(item.invoice_id, item.instalment_number) for item in book.items if item.open_cents > 0}
    return {key: on for key, on in last.items() if key not in open_now}


def notify(book: Book, dice: Dice, currency: str, *, last_final_on: date = LAST_ON) -> None:
    """Write the notices of the whole term: one of each kind a month at most, however many items are late.

    No final notice goes out after `last_final_on`.
    """
    settled, sent = settled_on(book), set()
    for item in sorted(book.items, key=lambda item: item.due_on):
        paid_on = settled.get((item.invoice_id, item.instalment_number))
        for days, kind in _STEPS:
            on = business_day(later(item.due_on, days))
            month = (kind, on.year, on.month)
            if on > LAST_ON or (paid_on is not None and paid_on <= on) or month in sent:
                continue
            # The clerk forgets a reminder now and then, a final notice rarely.
            if (kind == "final_notice" and on > last_final_on) or (kind != "final_notice" and dice.chance(8)):
                continue
            sent.add(month)
            book.add(
                "notices", notice_id=book.next_id("NTC"), customer_id=book.customer_id, notice_type=kind, sent_on=on,
                currency=item.currency if item.currency != currency or dice.chance(60) else None,
                channel="registered_letter" if kind == "final_notice" and dice.chance(25) else "email",
            )


def holds(book: Book, dice: Dice) -> None:
    """Disputes and promises that came to their end long ago, and for some late payers a hold of today."""
    # Nobody promises, or disputes, what is paid: the hold begins while the item is open.
    settled = settled_on(book)
    late_days = {
        (item.invoice_id, item.instalment_number): (settled.get((item.invoice_id, item.instalment_number), LAST_ON) - item.due_on).days
        for item in book.items
    }
    late = [
        item for item in book.items
        if item.due_on < later(LAST_ON, -120) and late_days[item.invoice_id, item.instalment_number] > 8
    ]
    if late and dice.chance(24):
        item = dice.pick(late)
        starts_on = business_day(later(item.due_on, dice.between(3, min(20, late_days[item.invoice_id, item.instalment_number] - 4))))
        kind = dice.weighted((("promise_to_pay", 50), ("dispute", 30), ("exemption", 20)))
        if kind == "promise_to_pay":
            hold(book, "promise_to_pay", starts_on, later(starts_on, dice.between(5, 14)), "Pays with the next run")
        elif kind == "exemption":
            hold(book, "exemption", starts_on, later(starts_on, dice.between(30, 90)), "Merger: a new payer is being set up")
        else:
            hold(book, "dispute", starts_on, later(starts_on, dice.between(10, 50)), "Seats removed before renewal", item=item)
    overdue = [item for item in book.overdue(LAST_ON) if item.due_on <= later(LAST_ON, -30)]
    if overdue and dice.chance(14):
        hold(book, "exemption", business_day(later(overdue[0].due_on, 12)), None, "Public body: pays once its budget is voted")


def hold(
    book: Book, hold_type: str, starts_on: date, ends_on: date | None, reason: str, *, item: Item | None = None,
) -> None:
    """One hold of the accounting system; naming an item's invoice, or the whole customer."""
    book.add(
        "holds", hold_id=book.next_id("HLD"), customer_id=book.customer_id, hold_type=hold_type, starts_on=starts_on, ends_on=ends_on,
        invoice_id=item.invoice_id if item else None, currency=item.currency if item else None, reason=reason,
        owner="beatriz.romero@partner.example",
    )
