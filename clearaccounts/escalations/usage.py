"""Use of support plans: what is left of them, how long it will last, and what wants attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

# How a plan stands to a day; the first is the default.
STATUSES = {"running": N_("Running"), "upcoming": N_("Not begun yet"), "over": N_("Over")}
# How many days ahead alerts look, unless somebody chooses otherwise.
ALERT_DAYS = 60


@dataclass(frozen=True)
class UsageFilter:
    """Use of the plans running on a day."""

    as_of_on: date


@dataclass(frozen=True)
class PlansFilter:
    """Plans that run on a day, have not begun by then, or are over."""

    as_of_on: date
    plan_status: str = "running"
    support_vehicle: str | None = None


@dataclass(frozen=True)
class AlertsFilter:
    """What happens to plans within so many days after a day."""

    as_of_on: date
    within_days: int = ALERT_DAYS


def usage(warehouse: Warehouse, chosen: UsageFilter, viewer: Viewer) -> pa.Table:
    """One row per running plan, and one per vehicle with requests outside any plan."""
    return warehouse.run("escalations/usage", chosen, viewer)


def plans(warehouse: Warehouse, chosen: PlansFilter, viewer: Viewer) -> pa.Table:
    """One row per plan: entitled, used and left, burnt against the elapsed term, and until when the rest will last. No fees."""
    return warehouse.run("escalations/plans", chosen, viewer)


def alerts(warehouse: Warehouse, chosen: AlertsFilter, viewer: Viewer) -> pa.Table:
    """One row per running plan and alert: ran out, runs out, ends, mostly unused near its end; the gravest first."""
    return warehouse.run("escalations/alerts", chosen, viewer)
