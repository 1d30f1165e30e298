"""Payments: each customer settles its items in its own way, and now and then something goes wrong."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from clearaccounts.sample.book import Book, Item, Source
from clearaccounts.sample.customers import Profile
from clearaccounts.sample.days import LAST_ON, add_months, business_day, later
from clearaccounts.sample.dice import Dice

# A bad debt: customers whose number leaves this rest left one old invoice unpaid, and it was written off.
_BAD_DEBT_EVERY, _BAD_DEBT_REST = 41, 17


@dataclass
class Payer:
    """Who pays, in which currency, and what of the customer's money still waits to be applied."""

    book: Book
    profile: Profile
    dice: Dice
    customer_id: str
    currency_of: dict[str, str]
    is_calm: bool
    waiting: list[Source] = field(default_factory=list)
    runs: dict[tuple[date, str], list[tuple[Item, int]]] = field(default_factory=lambda: defaultdict(list))

    def receive(self, on: date, cents: int, currency: str, reference: str) -> Source:
        """Money that came in (or, negative, left again) the way this customer sends it."""
        method = "direct_debit" if self.profile.behaviour.by_debit else "bank_transfer"
        return self.book.payment(on, cents, currency, method=method, reference=reference, customer_id=self.customer_id)


def pays_on(item: Item, profile: Profile, dice: Dice) -> date:
    """The business day on which a customer pays an item, by its own habits."""
    habit, due = profile.behaviour, item.due_on
    jitter = dice.between(-2, 2)
    if habit.rough_patch is not None and habit.rough_patch[0] <= due <= habit.rough_patch[1]:
        return business_day(later(due, habit.rough_patch[2] + 2 * jitter))
    if habit.kind == "monthly_run":
        # A run takes in what falls due up to twelve days after it; the rest waits for the next month's.
        run = add_months(due.replace(day=habit.run_day), -1)
        while later(run, 12) < due:
            run = add_months(run, 1)
        return business_day(run)
    if habit.kind == "slow":
        return business_day(later(due, habit.late_days + 3 * jitter))
    if habit.kind == "seasonal" and due.month in habit.low_months:
        return business_day(later(due, 18 + 6 * jitter + dice.below(8)))
    if habit.kind == "collapsing" and due > habit.from_on:
        months = (due - habit.from_on).days // 30 + 1
        return business_day(later(due, months * habit.late_days + jitter))
    if habit.by_debit:
        return business_day(due)
    return business_day(later(due, habit.late_days - 2 + jitter))


def settle(
    book: Book, profile: Profile, dice: Dice, unpaid: tuple[date, date] | None = None, parent_id: str | None = None, *,
    is_calm: bool = False,
) -> None:
    """Pay what the customer has paid by the sample's last day.

    Args:
        book: the customer's book, with its items.
        profile: the customer.
        dice: its chance.
        unpaid: items due from the first to the second of these days stay unpaid (a story's customer).
        parent_id: the customer that pays for this one, always in euros.
        is_calm: nothing ever goes wrong (a story's customer: only its story is to be seen).
    """
    currencies = {currency: "EUR" if parent_id or profile.number % 31 == 14 else currency for currency in ("EUR", "USD", "GBP")}
    payer = Payer(book, profile, dice, parent_id or profile.customer_id, currencies, is_calm)
    bad_debt = profile.number % _BAD_DEBT_EVERY == _BAD_DEBT_REST and not is_calm
    for item in sorted(book.items, key=lambda item: (item.due_on, item.invoice_id, item.instalment_number or 0)):
        if unpaid is not None and unpaid[0] <= item.due_on <= unpaid[1]:
            continue
        if bad_debt and later(item.due_on, 300) < LAST_ON:
            bad_debt = False
            book.allocate(later(item.due_on, 150), None, item, item.open_cents)
            continue
        _settle(payer, item, max(pays_on(item, profile, dice), later(item.issued_on, 1)))
    for (on, currency), parts in sorted(payer.runs.items()):
        _pay(payer, on, currency, parts)


def _settle(payer: Payer, item: Item, on: date) -> None:
    """Decide what happens to one item around the day on which it would be paid."""
    if on > LAST_ON:
        return
    dice, book = payer.dice, payer.book
    _use_waiting(payer, item, on)
    owed, fate, currency = item.open_cents, dice.below(1000), payer.currency_of[item.currency]
    same = currency == item.currency and owed > 5_000 and not payer.is_calm
    if owed == 0:
        return
    if same and fate < 12:
        credit = owed * dice.between(8, 30) // 100
        noted_on = max(item.issued_on, later(on, -dice.between(1, 6)))
        note = book.credit_note(noted_on, credit, item.currency, "Seats billed in error")
        book.allocate(max(noted_on, later(on, -1)), note, item, credit)
    elif same and fate < 18 and later(on, 12) < LAST_ON:
        credit, noted_on = owed * dice.between(5, 60) // 100, later(on, dice.between(4, 12))
        payer.waiting.append(book.credit_note(noted_on, credit, item.currency, "Goodwill after an outage"))
    elif same and fate < 36:
        part = owed * dice.between(35, 70) // 100
        payer.runs[on, currency].append((item, part))
        rest_on = business_day(later(on, dice.between(9, 24)))
        if rest_on <= LAST_ON:
            payer.runs[rest_on, currency].append((item, owed - part))
        return
    elif same and fate < 46:
        _overpay(payer, item, on)
        return
    elif same and fate < 52 and payer.profile.behaviour.by_debit and later(on, 20) < LAST_ON:
        _bounce(payer, item, on)
        return
    elif same and fate < 60:
        # The bank kept its charges; the difference is written off when somebody tidies up.
        charge, written_off_on = dice.between(250, 1_800), later(on, dice.between(40, 80))
        payer.runs[on, currency].append((item, owed - charge))
        if written_off_on <= LAST_ON:
            book.allocate(written_off_on, None, item, charge)
        return
    payer.runs[on, currency].append((item, item.open_cents))


def _use_waiting(payer: Payer, item: Item, on: date) -> None:
    for source in payer.waiting:
        if source.currency == item.currency and source.on <= on and item.open_cents and source.left_cents:
            payer.book.allocate(on, source, item, min(source.left_cents, item.open_cents))
    payer.waiting = [source for source in payer.waiting if source.left_cents]


def _overpay(payer: Payer, item: Item, on: date) -> None:
    """Too much came in: the rest is used later, stays on account or goes back."""
    surplus = payer.dice.between(20, 300) * 100
    source = payer.receive(on, item.open_cents + surplus, item.currency, "Overpaid")
    payer.book.allocate(on, source, item, item.open_cents)
    fate, refund_on = payer.dice.below(100), business_day(later(on, payer.dice.between(10, 25)))
    if fate < 65:
        payer.waiting.append(source)
    elif fate < 80 and refund_on <= LAST_ON:
        payer.receive(refund_on, -surplus, item.currency, f"Refund of {source.source_id}")


def _bounce(payer: Payer, item: Item, on: date) -> None:
    """A direct debit comes back a few days later and is paid again after that."""
    cents, currency = item.open_cents, item.currency
    back_on = business_day(later(on, payer.dice.between(2, 5)))
    again_on = business_day(later(back_on, payer.dice.between(5, 14)))
    for day, part, reference in ((on, cents, item.invoice_id), (back_on, -cents, "Returned debit"), (again_on, cents, item.invoice_id)):
        payer.book.allocate(day, payer.receive(day, part, currency, reference), item, part)


def _pay(payer: Payer, on: date, currency: str, parts: list[tuple[Item, int]]) -> None:
    """One payment for everything of a day."""
    book = payer.book
    total = sum(book.rates.exchange(cents, item.currency, currency, on) for item, cents in parts)
    source = payer.receive(on, total, currency, parts[0][0].invoice_id if len(parts) == 1 else f"{len(parts)} invoices")
    # Now and then the money is in before anybody knows what it is for.
    is_unclear = payer.dice.chance(2) and not payer.is_calm
    applied_on = later(on, payer.dice.between(5, 30)) if is_unclear else on
    if applied_on <= LAST_ON:
        for item, cents in parts:
            book.allocate(applied_on, source, item, cents)
