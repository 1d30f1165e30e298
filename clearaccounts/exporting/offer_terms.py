"""What the letter about a customer's support says, from the same queries as the pages: offers, with prices for who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clearaccounts import accounts
from clearaccounts.access import Permission, Viewer
from clearaccounts.errors import NotFound
from clearaccounts.support import offers
from clearaccounts.support.offers import OffersFilter, PricesFilter
from clearaccounts.support.rules import SEVERITIES
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class Offer:
    """One offer in force; `response_minutes` by severity in the order of SEVERITIES, None = not agreed.

    `amount_price` and `currency` are None where there is no price, or the reader may see no amounts.
    """

    offer_name: str
    delivery_model: str
    service_hours: str
    contact_method: str
    response_minutes: tuple[int | None, ...]
    amount_price: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Terms:
    """The support of one customer on a day."""

    customer_id: str
    customer_name: str
    language_code: str | None
    as_of_on: date
    offers: tuple[Offer, ...]
    is_sample: bool


def gather(warehouse: Warehouse, customer_id: str, as_of_on: date, viewer: Viewer) -> Terms:
    """Everything that a customer's letter about support says.

    Raises:
        NotFound: there is no such customer, or not for this viewer (the words are the same), or no offer is in force for them.
        NotPermitted: the viewer may see no customers.
    """
    row = accounts.account(warehouse, customer_id, viewer)
    found = offers.offers(warehouse, OffersFilter(as_of_on, customer_id), viewer).to_pylist()
    if not found:
        raise NotFound(N_("No support offer is in force for them on this day."))
    prices = {}
    if viewer.may(Permission.VIEW_RECEIVABLES):
        prices = {one["offer_name"]: one for one in offers.prices(warehouse, PricesFilter(as_of_on, customer_id), viewer).to_pylist()}

    def offer(one: dict[str, object]) -> Offer:
        price = prices.get(one["offer_name"], {})
        minutes = tuple(one[f"response_minutes_{severity.lower()}"] for severity in SEVERITIES)
        return Offer(
            str(one["offer_name"]), str(one["delivery_model"]), str(one["service_hours"]), str(one["contact_method"]),
            minutes,  # type: ignore[arg-type]
            price.get("amount_price"), price.get("currency"))

    return Terms(
        customer_id, row["customer_name"], row["language"], as_of_on, tuple(offer(one) for one in found), warehouse.build.is_sample)
