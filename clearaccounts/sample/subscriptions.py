"""What each customer has subscribed to, and how many seats it had in which month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from clearaccounts.sample.book import Book
from clearaccounts.sample.catalogue import AZURE, LEGACY, PRICE_LEVELS, SEATS, Product
from clearaccounts.sample.customers import Profile
from clearaccounts.sample.days import LAST_ON, Term, add_months, later
from clearaccounts.sample.dice import Dice
from clearaccounts.sample.files import money

_SEAT_RANGE = {"small": (3, 22), "mid-market": (25, 95), "enterprise": (110, 260)}
_HOW_MANY = {"small": (1, 3), "mid-market": (2, 5), "enterprise": (4, 8)}
_TERM_MONTHS = {"P1M": 1, "P1Y": 12, "P3Y": 36}
_CYCLE_MONTHS = {"monthly": 1, "annual": 12}


@dataclass(frozen=True)
class Subscription:
    """A subscription with its seats over time: (from this day, seats), the oldest first."""

    subscription_id: str
    product: Product
    commerce_model: str
    status: str
    price_cents: int
    billing_cycle: str
    term_duration: str
    is_auto_renew: bool
    started_on: date
    ended_on: date | None
    seats: tuple[tuple[date, int], ...]

    def seats_on(self, day: date) -> int:
        """Seats billed on a day; none before it starts or once it has ended."""
        if day < self.started_on or (self.ended_on is not None and day >= self.ended_on):
            return 0
        return [count for start, count in self.seats if start <= day][-1]

    def term_started_on(self) -> date:
        """The day on which the current commitment began."""
        months, start = _TERM_MONTHS[self.term_duration], self.started_on
        while (following := add_months(start, months)) <= LAST_ON:
            start = following
        return start

    def row(self, customer_id: str, currency: str, dice: Dice) -> dict[str, Any]:
        """The subscription's row: what it is on the sample's last day."""
        term_on = self.term_started_on()
        is_live = self.status in ("active", "pending", "suspended")
        ends_on = self.ended_on if self.ended_on else later(add_months(term_on, _TERM_MONTHS[self.term_duration]), -1)
        is_seats = self.commerce_model == "new_commerce"
        return {
            "subscription_id": self.subscription_id, "customer_id": customer_id, "product_name": self.product.name,
            "quantity": self.seats[-1][1], "subscription_status": self.status, "commerce_model": self.commerce_model,
            "microsoft_subscription_id": dice.guid(), "sku_id": self.product.sku_id,
            "amount_unit_price": money(self.price_cents * _CYCLE_MONTHS[self.billing_cycle]) if self.price_cents else None,
            "currency": currency,
            "billing_cycle": self.billing_cycle, "term_duration": self.term_duration, "is_auto_renew": self.is_auto_renew,
            "started_on": self.started_on, "commitment_ends_on": None if self.commerce_model == "azure_plan" else ends_on,
            "cancellable_until_on": later(term_on, 7) if is_seats and is_live else None,
        }


def price(product: Product, currency: str) -> int:
    """The monthly price of a seat in a currency, in cents."""
    return (product.price_cents * PRICE_LEVELS[currency] + 50) // 100


def subscribe(book: Book, profile: Profile, term: Term, dice: Dice) -> list[Subscription]:
    """Draw a customer's subscriptions and write their rows."""
    made: list[Subscription] = []
    for _ in range(dice.between(*_HOW_MANY[profile.segment])):
        made.append(_seats(book, profile, term, dice, is_legacy=dice.chance(11), is_first=not made))
    if (profile.segment != "small" and dice.chance(55)) or dice.chance(8):
        started_on = max(profile.created_on, later(term.first_on, -dice.between(0, 700))).replace(day=dice.between(1, 28))
        made.append(Subscription(
            book.next_id("SUB"), AZURE, "azure_plan", "active", 0, "monthly", "P1M", True, started_on, None, ((started_on, 1),),
        ))
    for subscription in made:
        book.add("subscriptions", **subscription.row(profile.customer_id, profile.currency, dice))
    return made


def _seats(book: Book, profile: Profile, term: Term, dice: Dice, *, is_legacy: bool, is_first: bool) -> Subscription:
    product = dice.weighted(LEGACY if is_legacy else SEATS)
    started_on = later(profile.created_on, dice.below(8))
    if not is_first:
        latest = (LAST_ON - started_on).days - 40
        started_on = max(started_on, later(started_on, dice.below(max(latest, 1))).replace(day=dice.between(1, 20)))
    duration = "P1Y" if is_legacy else dice.weighted((("P1M", 25), ("P1Y", 65), ("P3Y", 10)))
    cycle = "annual" if not is_legacy and duration != "P1M" and dice.chance(16) else "monthly"
    first = dice.middling(*_SEAT_RANGE[profile.segment])
    seats = [(started_on, first)]
    for start in term.month_starts():
        if start > started_on and cycle == "monthly" and dice.chance(7):
            change = max(1, seats[-1][1] * dice.between(4, 16) // 100)
            seats.append((start, max(1, seats[-1][1] + (change if dice.chance(70) else -change))))
    status, ended_on = "active", None
    if not is_first and cycle == "monthly" and dice.chance(12):
        status = dice.weighted((("expired", 4), ("deleted", 4), ("disabled", 2), ("suspended", 3)))
        ended_on = None if status == "suspended" else later(LAST_ON, -dice.between(20, 300)).replace(day=dice.between(1, 28))
        if ended_on is not None and ended_on <= later(started_on, 40):
            status, ended_on = "active", None
    seats = [(day, count) for day, count in seats if ended_on is None or day < ended_on]
    return Subscription(
        book.next_id("SUB"), product, "legacy" if is_legacy else "new_commerce", status, price(product, profile.currency), cycle,
        duration, status == "active" and dice.chance(80), started_on, ended_on, tuple(seats),
    )
