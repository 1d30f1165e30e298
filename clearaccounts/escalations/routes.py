"""Routing help: which ways to Microsoft fit a case, what each would use, and what would be left. It decides nothing.

Scopes are rules (`policy/support.toml`), entitlements come with support_plans; what each row means stands in
`queries/macros/route_options.sql`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse

# A plan that ends within so many days is said to end soon.
SOON_DAYS = 60


@dataclass(frozen=True)
class RoutesFilter:
    """The ways for one case, as of the end of a day."""

    case_id: str
    as_of_on: date
    soon_days: int = SOON_DAYS


@dataclass(frozen=True)
class RoutesByHandFilter:
    """The ways for what somebody types in; what is left out may be each of the possible answers (severity: is not known)."""

    as_of_on: date
    support_type: str | None = None
    platform: str | None = None
    severity: str | None = None
    soon_days: int = SOON_DAYS


def for_case(warehouse: Warehouse, chosen: RoutesFilter, viewer: Viewer) -> pa.Table:
    """One row per vehicle and running plan, and per support type and platform where the case does not tell them; what fits first.

    No rows if there is no such case on that day, or not for this viewer.
    """
    return warehouse.run("escalations/routes", chosen, viewer)


def by_hand(warehouse: Warehouse, chosen: RoutesByHandFilter, viewer: Viewer) -> pa.Table:
    """One row per vehicle and running plan, and per support type and platform where they were left out; what fits first."""
    return warehouse.run("escalations/routes_by_hand", chosen, viewer)
