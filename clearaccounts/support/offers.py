"""Support offers: what each customer was promised, by whom, and who was promised nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

# Who delivers the support, in the order in which pages name them; `none` are customers without an offer.
DELIVERY_MODELS = {
    "own": N_("Own support"),
    "resold": N_("Resold support"),
    "outsourced": N_("By another company for us"),
    "mixed": N_("By us and others"),
}
NONE = "none"


@dataclass(frozen=True)
class DayFilter:
    """The offers in force on a day."""

    as_of_on: date


@dataclass(frozen=True)
class OffersFilter:
    """One page of the offers in force on a day."""

    as_of_on: date
    customer_id: str | None = None
    delivery_model: str | None = None
    offer_name: str | None = None
    search: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class PricesFilter:
    """The prices of the offers in force on a day."""

    as_of_on: date
    customer_id: str | None = None


@dataclass(frozen=True)
class WithoutFilter:
    """One page of the customers without an offer on a day."""

    as_of_on: date
    search: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def offers(warehouse: Warehouse, chosen: OffersFilter, viewer: Viewer) -> pa.Table:
    """One row per customer and offer: delivery model, hours, contact, minutes to the first answer by severity. No prices."""
    return warehouse.run("support/offers", chosen, viewer)


def prices(warehouse: Warehouse, chosen: PricesFilter, viewer: Viewer) -> pa.Table:
    """One row per offer that has a price: its amount and currency."""
    return warehouse.run("support/offer_prices", chosen, viewer)


def models(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> pa.Table:
    """One row per delivery model, and `none`: customers and offers."""
    return warehouse.run("support/offer_models", chosen, viewer)


def names(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> pa.Table:
    """One row per name of an offer, the most frequent first."""
    return warehouse.run("support/offer_names", chosen, viewer)


def customers_without(warehouse: Warehouse, chosen: WithoutFilter, viewer: Viewer) -> pa.Table:
    """One row per customer without an offer: their open cases, and since when they are customers."""
    return warehouse.run("support/customers_without_offer", chosen, viewer)


def with_prices(found: pa.Table, priced: pa.Table) -> pa.Table:
    """Rows of `offers` with the `amount_price` and `currency` of theirs; both null where an offer has no price."""
    ours = priced.filter(pc.is_in(priced["customer_id"], pc.unique(found["customer_id"])))
    by_key = {(row["customer_id"], row["offer_name"]): row for row in ours.to_pylist()}
    keys = zip(found["customer_id"].to_pylist(), found["offer_name"].to_pylist(), strict=True)
    rows = [by_key.get(key, {}) for key in keys]
    for name in ("currency", "amount_price"):
        field = priced.schema.field(name)
        found = found.append_column(field, pa.array([row.get(name) for row in rows], field.type))
    return found
