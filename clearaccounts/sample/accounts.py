"""One customer from its profile to its last row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clearaccounts.sample.billing import bill
from clearaccounts.sample.book import Book
from clearaccounts.sample.customers import profile as drawn_profile
from clearaccounts.sample.days import LAST_ON, Term, later
from clearaccounts.sample.dice import Dice
from clearaccounts.sample.dunning import holds, notify
from clearaccounts.sample.escalations import escalate, offer
from clearaccounts.sample.faults import FAULTS
from clearaccounts.sample.files import Rows
from clearaccounts.sample.paying import settle
from clearaccounts.sample.rates import Rates
from clearaccounts.sample.stories import NEXT_DAY_NUMBER, STORIES, pay_next_day
from clearaccounts.sample.subscriptions import subscribe
from clearaccounts.sample.support import support

# Every fortieth customer from the eleventh is a subsidiary whose bills the customer before it pays, in euros.
_SUBSIDIARY_EVERY, _SUBSIDIARY_REST = 40, 11


@dataclass(frozen=True)
class Account:
    """What was written about one customer: rows by file, net sales in euro cents by day, and the day after's rows."""

    rows: Rows
    sales: list[tuple[date, int]]
    next_day: Rows


def account(number: int, code: str, term: Term, rates: Rates, seed: int, *, tells_stories: bool) -> Account:
    """Make everything about the customer of that number."""
    story = STORIES.get(number) if tells_stories else None
    profile = drawn_profile(number, code, term, seed)
    profile = story.profile(profile) if story else profile
    book = Book(code, profile.customer_id, rates)

    def dice(part: str) -> Dice:
        """Chance of each part's own: what changes in one leaves the others as they were."""
        return Dice(f"{seed}:{part}:{number}")

    draw = dice("subscriptions")
    subscriptions = story.subscribe(book, profile, draw) if story else subscribe(book, profile, term, draw)
    sales = list(bill(book, profile, subscriptions, term, dice("billing"), is_calm=story is not None))
    parent_id = f"C{number - 1:0{len(code)}d}" if number % _SUBSIDIARY_EVERY == _SUBSIDIARY_REST else None
    settle(book, profile, dice("paying"), story.unpaid if story else None, parent_id, is_calm=story is not None)
    cases = support(book, profile, subscriptions, term, dice("support"), is_calm=story is not None)
    escalate(book, cases, dice("escalations"))
    offer(book, profile, dice("offers"))
    # For some nobody has sent a final notice lately: they are held until one is sent.
    draw = dice("notices")
    forgotten = later(LAST_ON, -90) if draw.chance(12) else LAST_ON
    notify(book, draw, profile.currency, last_final_on=story.last_final_on if story else forgotten)
    if story:
        story.happens(book, profile, dice("story"))
    else:
        holds(book, dice("holds"))
    if tells_stories and number in FAULTS:
        FAULTS[number](book, profile)
    monthly = sum(cents for issued_on, cents in sales if issued_on > later(LAST_ON, -92)) // 3
    limit = (monthly * 3 // 50_000 + 1) * 50_000
    book.add("customers", **profile.row(dice("tenant"), limit))
    rows, book.rows = book.rows, {}
    if story and number == NEXT_DAY_NUMBER:
        pay_next_day(book, profile)
    return Account(rows, sales, next_day=book.rows)
