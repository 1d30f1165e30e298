"""The eight customers with a story; sample_data/README.md tells each with its documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clearaccounts.sample.book import Book
from clearaccounts.sample.catalogue import CATEGORIES, SEATS
from clearaccounts.sample.customers import AISLING, JONAS, SOFIA, Behaviour, Profile
from clearaccounts.sample.days import LAST_ON, later
from clearaccounts.sample.dice import Dice
from clearaccounts.sample.dunning import hold
from clearaccounts.sample.escalations import write_request
from clearaccounts.sample.names import COUNTRIES
from clearaccounts.sample.subscriptions import Subscription, price
from clearaccounts.sample.support import open_case, write_case

_PRODUCTS = {product.name: product for product, _ in SEATS}
_TERMS_DAYS, _INVOICE_DAY = 30, 2


@dataclass(frozen=True)
class Story:
    """One customer: who it is, how it pays, which due days' invoices it leaves unpaid, and what else happened."""

    name: str
    domain: str
    country: str
    sales_agent: str
    contact: tuple[str, str]
    seats: tuple[tuple[str, int], ...]
    behaviour: Behaviour
    unpaid: tuple[date, date] | None
    happens: Callable[[Book, Profile, Dice], None]
    last_final_on: date = LAST_ON

    def profile(self, drawn: Profile) -> Profile:
        """The customer in place of the one drawn for its number."""
        country = next(country for country, _ in COUNTRIES if country.code == self.country)
        return replace(
            drawn, name=self.name, domain=self.domain, country=country, currency=country.currency, segment="mid-market",
            sales_agent=self.sales_agent, terms_days=_TERMS_DAYS, created_on=date(2022, 3, 4), contact=self.contact,
            invoice_day=_INVOICE_DAY, behaviour=self.behaviour,
        )

    def subscribe(self, book: Book, profile: Profile, dice: Dice) -> list[Subscription]:
        """Its subscriptions: yearly terms that renew each March, far from any cancellation window."""
        started_on = date(2022, 3, 10)
        made = [
            Subscription(
                book.next_id("SUB"), _PRODUCTS[name], "new_commerce", "active", price(_PRODUCTS[name], profile.currency), "monthly",
                "P1Y", True, started_on, None, ((started_on, seats),),
            )
            for name, seats in self.seats
        ]
        for subscription in made:
            book.add("subscriptions", **subscription.row(profile.customer_id, profile.currency, dice))
        return made


def _nothing_else(book: Book, profile: Profile, dice: Dice) -> None:
    """Nothing speaks for this customer."""


def _disputes(book: Book, profile: Profile, dice: Dice) -> None:
    item = book.overdue(LAST_ON)[0]
    hold(book, "dispute", date(2026, 8, 12), date(2026, 10, 16), "Says 20 seats were cancelled in June; order form requested", item=item)


def _paid_unmatched(book: Book, profile: Profile, dice: Dice) -> None:
    owed = sum(item.open_cents for item in book.overdue(LAST_ON))
    book.payment(date(2026, 9, 11), owed, profile.currency, method="bank_transfer", reference="ODM AUG/SEP THANKS")


def _is_down(book: Book, profile: Profile, dice: Dice) -> None:
    category = next(category for category in CATEGORIES if category.name == "Mail and calendar")
    case = open_case(book, category, dice, topic=0, severity="A", opened_at=datetime(2026, 9, 29, 6, 40))  # noqa: DTZ001 - UTC, like all of the sample
    case.title, case.channel, case.product_name = "No mail in or out since early morning", "phone", "Microsoft 365 Business Premium"
    case.happens(timedelta(minutes=14), "replied", case.assignee)
    escalated_at = case.happens(timedelta(minutes=55), "escalated", case.assignee, "Handed to Microsoft")
    write_case(book, case)
    write_request(book, case, "psfp", escalated_at + timedelta(minutes=10), dice)


def _just_bought(book: Book, profile: Profile, dice: Dice) -> None:
    started_on = date(2026, 9, 28)
    product = _PRODUCTS["Microsoft 365 E3"]
    subscription = Subscription(
        book.next_id("SUB"), product, "new_commerce", "active", price(product, profile.currency), "monthly", "P1Y", True, started_on,
        None, ((started_on, 12),),
    )
    book.add("subscriptions", **subscription.row(profile.customer_id, profile.currency, dice))


def _promised(book: Book, profile: Profile, dice: Dice) -> None:
    hold(book, "promise_to_pay", date(2026, 9, 25), date(2026, 10, 7), "Mr Sandell: both invoices by 7 October")


def pay_next_day(book: Book, profile: Profile) -> None:
    """What arrives on the day after the last one, for the files of `next_day/`: everything that is open, due or not."""
    on = later(LAST_ON, 1)
    items = [item for item in book.items if item.open_cents]
    total = sum(item.open_cents for item in items)
    source = book.payment(on, total, profile.currency, method="bank_transfer", reference="All open invoices")
    for item in items:
        book.allocate(on, source, item, item.open_cents)


_PROMPT = Behaviour("prompt", late_days=1)
# Due days of the unpaid invoices, which were issued on 2 May, June, July and August 2026.
_MAY_ON, _JULY_ON, _JULY = (date(2026, 6, 1), LAST_ON), (date(2026, 8, 1), LAST_ON), (date(2026, 8, 1), date(2026, 8, 1))
NEXT_DAY_NUMBER = 6

STORIES: dict[int, Story] = {
    1: Story(
        "Brennholt Anlagenbau GmbH", "brennholt-anlagenbau.example", "DE", SOFIA, ("Uwe Kestner", "uwe.kestner"),
        (("Microsoft 365 Business Premium", 92), ("Teams Phone Standard", 40)), _PROMPT, _MAY_ON, _nothing_else,
    ),
    2: Story(
        "Ateliers Véronnet & Fils", "ateliers-veronnet.example", "FR", SOFIA, ("Hélène Véronnet", "helene.veronnet"),
        (("Microsoft 365 Business Standard", 240), ("Visio Plan 2", 18)), _PROMPT, _JULY, _disputes,
    ),
    3: Story(
        "O'Dwyer Marine Fittings Ltd", "odwyer-marine-fittings.example", "GB", JONAS, ("Niamh O'Dwyer", "niamh.odwyer"),
        (("Microsoft 365 Business Basic", 158), ("Power BI Pro", 45)), _PROMPT, _JULY_ON, _paid_unmatched,
    ),
    4: Story(
        "Nordhaven Kyl & Frys AB", "nordhaven-kyl.example", "SE", SOFIA, ("Åsa Törnvall", "asa.tornvall"),
        (("Microsoft 365 Business Premium", 118),), _PROMPT, _JULY_ON, _is_down,
    ),
    5: Story(
        "Castellmar Alimentación, S.L.", "castellmar-alimentacion.example", "ES", AISLING, ("Íñigo Castellmar", "inigo.castellmar"),
        (("Microsoft 365 Business Standard", 130), ("Exchange Online (Plan 1)", 60)), _PROMPT, _JULY_ON, _just_bought,
    ),
    6: Story(
        "Harrowmere Analytics Inc.", "harrowmere-analytics.example", "US", SOFIA, ("Dana Whitcombe", "dana.whitcombe"),
        (("Microsoft 365 E3", 84), ("Power BI Pro", 40)), _PROMPT, _JULY_ON, _nothing_else,
    ),
    7: Story(
        "Skogsvallen Möbler AB", "skogsvallen-mobler.example", "SE", JONAS, ("Nils Sandell", "nils.sandell"),
        (("Microsoft 365 Business Standard", 152),), _PROMPT, _JULY_ON, _promised,
    ),
    8: Story(
        "Tessarone Moda S.r.l.", "tessarone-moda.example", "IT", AISLING, ("Renza Tessarone", "renza.tessarone"),
        (("Microsoft 365 Business Premium", 88), ("Microsoft Entra ID P2", 88)),
        Behaviour("collapsing", late_days=7, from_on=date(2025, 11, 15)), None, _nothing_else, last_final_on=date(2026, 7, 31),
    ),
}
