"""Accounts: finding a customer, who they are, what Microsoft runs for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from clearaccounts.access import Permission, Viewer
from clearaccounts.errors import NotFound
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

NO_ACCOUNT = N_("There is no such account.")


@dataclass(frozen=True)
class SearchFilter:
    """Customers whose name, id, domain or tenant holds a text (all when None)."""

    search: str | None = None
    row_limit: int = 50


@dataclass(frozen=True)
class SubscriptionsFilter:
    """Subscriptions of a customer on a day."""

    customer_id: str
    as_of_on: date


@dataclass(frozen=True)
class DayFilter:
    """One customer at the end of a day."""

    customer_id: str
    as_of_on: date


@dataclass(frozen=True)
class HealthFilter:
    """What the health of one customer (all when None) rests on at the end of a day."""

    as_of_on: date
    customer_id: str | None = None


@dataclass(frozen=True)
class TimelineFilter:
    """One page of what happened to a customer up to the end of a day; `kind` None is everything."""

    customer_id: str
    as_of_on: date
    kind: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class CasesFilter:
    """Cases of a customer opened up to the end of a day."""

    customer_id: str
    as_of_on: date
    row_limit: int | None = None


def search(warehouse: Warehouse, chosen: SearchFilter, viewer: Viewer) -> pa.Table:
    """One row per customer in view, those whose name begins with the text first."""
    return warehouse.run("accounts/search", chosen, viewer)


def account(warehouse: Warehouse, customer_id: str, viewer: Viewer) -> dict[str, Any]:
    """One customer's row.

    Raises:
        NotFound: there is no such customer, or not for this viewer; the words are the same.
    """
    found = warehouse.run("accounts/account", {"customer_id": customer_id}, viewer).to_pylist()
    if not found:
        raise NotFound(NO_ACCOUNT)
    row: dict[str, Any] = found[0]
    return row


def subscriptions(warehouse: Warehouse, chosen: SubscriptionsFilter, viewer: Viewer) -> pa.Table:
    """One row per subscription, with the days left to cancel (null once the window has closed)."""
    return warehouse.run("accounts/subscriptions", chosen, viewer)


def cases(warehouse: Warehouse, chosen: CasesFilter, viewer: Viewer) -> pa.Table:
    """One row per case, the open ones first, then the newest, with the state of that day."""
    return warehouse.run("accounts/cases", chosen, viewer)


def health(warehouse: Warehouse, chosen: HealthFilter, viewer: Viewer) -> pa.Table:
    """One row per customer and currency: what their health rests on in money."""
    return warehouse.run("accounts/health", chosen, viewer)


def health_service(warehouse: Warehouse, chosen: HealthFilter, viewer: Viewer) -> pa.Table:
    """One row per customer: what their health rests on beside money. No amounts."""
    return warehouse.run("accounts/health_service", chosen, viewer)


def events(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> pa.Table:
    """What happened to a customer by the imported data, shaped like EMPTY_TABLES["events_now"]; without amounts for who may see none."""
    found = [warehouse.run("accounts/service_events", chosen, viewer)]
    if viewer.may(Permission.VIEW_RECEIVABLES):
        found.append(warehouse.run("accounts/money_events", chosen, viewer))
    return as_events(found)


def as_events(found: Sequence[pa.Table]) -> pa.Table:
    """Tables of events in one, in the shape of EMPTY_TABLES["events_now"]; a column that one lacks is empty there."""
    shape = EMPTY_TABLES["events_now"]
    joined = pa.concat_tables([shape, *found], promote_options="permissive")
    return joined.select(shape.column_names).cast(shape.schema)


def timeline(warehouse: Warehouse, chosen: TimelineFilter, events_now: pa.Table, viewer: Viewer) -> pa.Table:
    """One page of the events of a customer, the newest first; `row_count` counts all.

    Args:
        warehouse: the build to read.
        chosen: customer, day, kind and page.
        events_now: what may be shown, shaped like EMPTY_TABLES["events_now"].
        viewer: whose scope applies.
    """
    return warehouse.run("accounts/timeline", chosen, viewer, {"events_now": events_now})


def with_names(warehouse: Warehouse, table: pa.Table, viewer: Viewer) -> pa.Table:
    """`table`, which has a `customer_id`, with `customer_name` as its first column (null for those not in view)."""
    wanted = pa.table({"customer_id": pa.array(table["customer_id"].to_pylist(), pa.string())})
    found = warehouse.run("accounts/names", {}, viewer, {"customers_wanted": wanted})
    names = dict(zip(found["customer_id"].to_pylist(), found["customer_name"].to_pylist(), strict=True))
    return table.add_column(0, "customer_name", pa.array([names.get(key) for key in wanted["customer_id"].to_pylist()], pa.string()))
