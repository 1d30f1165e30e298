"""Invoices: every month from the subscriptions, and once a year in instalments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clearaccounts.sample.book import Book
from clearaccounts.sample.customers import Profile
from clearaccounts.sample.days import LAST_ON, Term, add_months, later
from clearaccounts.sample.dice import Dice
from clearaccounts.sample.subscriptions import Subscription

# Yearly invoices: in how many instalments, and how many months lie between two.
_INSTALMENT_PLANS = (((1, 0), 25), ((2, 6), 20), ((4, 3), 40), ((12, 1), 15))
_AZURE_USE = {"small": (4_000, 18_000), "mid-market": (15_000, 90_000), "enterprise": (90_000, 380_000)}


def with_vat(net_cents: int, profile: Profile) -> int:
    """A line with its VAT, rounded half up."""
    return net_cents + (net_cents * profile.country.vat_permille + 500) // 1000


def bill(
    book: Book, profile: Profile, subscriptions: list[Subscription], term: Term, dice: Dice, *, is_calm: bool = False,
) -> Iterator[tuple[date, int]]:
    """Write every invoice of the term; yields (issue day, net sales in euro cents) for Microsoft's share.

    A calm customer (a story's) gets no void, no draft: only its story is to be seen.
    """
    azure = [s for s in subscriptions if s.commerce_model == "azure_plan"]
    yearly = [s for s in subscriptions if s.billing_cycle == "annual"]
    monthly = [s for s in subscriptions if s.billing_cycle == "monthly" and s.price_cents]
    low, high = _AZURE_USE[profile.segment]
    usual = dice.middling(low, high)
    # Some are billed for Azure in dollars whatever their own currency: a customer may owe in two.
    azure_currency = "USD" if profile.number % 23 == 7 else profile.currency
    for month in term.month_starts():
        issued_on = month.replace(day=profile.invoice_day)
        lines = [(s.seats_on(issued_on) * s.price_cents) for s in monthly]
        use = 0
        if azure and azure[0].started_on < month:
            usual = max(low, usual * dice.between(93, 109) // 100)
            use = usual * dice.between(80, 120) // 100
            if azure_currency == profile.currency:
                lines.append(use)
            else:
                yield _send(book, profile, issued_on, azure_currency, [use], description=f"Azure use, {add_months(month, -1):%Y-%m}")
        if any(lines):
            description = f"Microsoft subscriptions, {month:%Y-%m}"
            if is_calm:
                yield _send(book, profile, issued_on, profile.currency, lines, description=description)
            else:
                yield from _monthly(book, profile, issued_on, dice, lines=lines, description=description)
        for subscription in yearly:
            start = subscription.started_on
            due_now = start.replace(year=month.year) if start.month == month.month else None
            if due_now is not None and start <= due_now <= LAST_ON and due_now >= month:
                yield _yearly(book, profile, subscription, due_now, dice)


def _monthly(
    book: Book, profile: Profile, issued_on: date, dice: Dice, *, lines: list[int], description: str,
) -> Iterator[tuple[date, int]]:
    fate = dice.below(1000)
    if fate < 7 and issued_on < later(LAST_ON, -60):
        # Billed wrongly: void, and billed again the day after. Some were never valid, some were until the day they were voided.
        wrong = [line + line // 10 for line in lines]
        voided_on = later(issued_on, 1) if fate < 5 else None
        _send(book, profile, issued_on, profile.currency, wrong, description=description, status="void", voided_on=voided_on)
        issued_on = later(issued_on, 1)
    yield _send(book, profile, issued_on, profile.currency, lines, description=description)
    if dice.chance(4) and issued_on > later(LAST_ON, -31):
        _send(book, profile, LAST_ON, profile.currency, [lines[0] // 7 + 100], description="Seats added, not yet sent", status="draft")


def _yearly(book: Book, profile: Profile, subscription: Subscription, issued_on: date, dice: Dice) -> tuple[date, int]:
    net = subscription.seats_on(issued_on) * subscription.price_cents * 12
    cents, due_on = with_vat(net, profile), later(issued_on, profile.terms_days)
    count, step = dice.weighted(_INSTALMENT_PLANS)
    first_due, parts = due_on.replace(day=min(due_on.day, 28)), [cents // count] * count
    parts[0] += cents - sum(parts)
    instalments = [(add_months(first_due, number * step), part) for number, part in enumerate(parts)] if count > 1 else None
    book.invoice(
        issued_on, due_on, profile.currency, cents,
        description=f"{subscription.product.name}, {issued_on.year}, a year in advance", instalments=instalments,
    )
    return issued_on, book.rates.exchange(net, profile.currency, "EUR", issued_on)


def _send(
    book: Book, profile: Profile, issued_on: date, currency: str, lines: list[int], *, description: str,
    status: str = "posted", voided_on: date | None = None,
) -> tuple[date, int]:
    cents = sum(with_vat(line, profile) for line in lines)
    book.invoice(
        issued_on, later(issued_on, profile.terms_days), currency, cents, description=description, status=status, voided_on=voided_on,
    )
    return issued_on, book.rates.exchange(sum(lines), currency, "EUR", issued_on)
