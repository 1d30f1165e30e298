"""Accounts: finding a customer, who they are, what Microsoft runs for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.errors import NotFound
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse


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
class CasesFilter:
    """Cases of a customer opened up to the end of a day."""

    customer_id: str
    as_of_on: date
    row_limit: int = 100


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
        raise NotFound(N_("There is no such account."))
    row: dict[str, Any] = found[0]
    return row


def subscriptions(warehouse: Warehouse, chosen: SubscriptionsFilter, viewer: Viewer) -> pa.Table:
    """One row per subscription, with the days left to cancel (null once the window has closed)."""
    return warehouse.run("accounts/subscriptions", chosen, viewer)


def cases(warehouse: Warehouse, chosen: CasesFilter, viewer: Viewer) -> pa.Table:
    """One row per case, the open ones first, then the newest, with the state of that day."""
    return warehouse.run("accounts/cases", chosen, viewer)


def with_names(warehouse: Warehouse, table: pa.Table, viewer: Viewer) -> pa.Table:
    """`table`, which has a `customer_id`, with `customer_name` as its first column (null for those not in view)."""
    wanted = pa.table({"customer_id": pa.array(table["customer_id"].to_pylist(), pa.string())})
    found = warehouse.run("accounts/names", {}, viewer, {"customers_wanted": wanted})
    names = dict(zip(found["customer_id"].to_pylist(), found["customer_name"].to_pylist(), strict=True))
    return table.add_column(0, "customer_name", pa.array([names.get(key) for key in wanted["customer_id"].to_pylist()], pa.string()))
