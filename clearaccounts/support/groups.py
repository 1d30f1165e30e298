"""The backlog of support cases, narrowed and grouped: by category, product, customer ..., by age, and through time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

# By what cases are grouped -> the field of `Narrowed` (or of `OpenFilter`) that keeps them to one group.
DIMENSIONS = {
    "category": "case_category",
    "subcategory": "case_subcategory",
    "support_type": "support_type",
    "online_service": "online_service",
    "product": "product_name",
    "severity": "severity",
    "status": "case_status",
    "assignee": "assignee",
    "customer": "customer_id",
}
DIMENSION_TITLES = {
    "category": N_("Category"),
    "subcategory": N_("Subcategory"),
    "support_type": N_("Support type"),
    "online_service": N_("Online service"),
    "product": N_("Product"),
    "severity": N_("Severity"),
    "status": N_("Status"),
    "assignee": N_("Assignee"),
    "customer": N_("Customer"),
}
AGE_BUCKETS = ("0-2", "3-5", "6-10", "11-20", "21-30", "31+")
STATES = ("open", "waiting_on_customer", "escalated", "resolved")
# A step of the backlog through time -> its name, and how many of them are looked at.
STEPS = {"day": N_("Days"), "week": N_("Weeks"), "month": N_("Months")}
_STEPS_BACK = {"day": 30, "week": 25, "month": 23}
MOVES = {"created": N_("Created"), "reopened": N_("Reopened"), "closed": N_("Closed")}


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """Cases of one category, product ...; None is all of them, an empty text those that name none."""

    case_category: str | None = None
    case_subcategory: str | None = None
    support_type: str | None = None
    online_service: str | None = None
    product_name: str | None = None
    severity: str | None = None
    assignee: str | None = None
    customer_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class OpenNarrowed(Narrowed):
    """Open cases, of one state and age at an instant too."""

    case_status: str | None = None
    age_bucket: str | None = None


@dataclass(frozen=True)
class OpenCasesFilter(OpenNarrowed):
    """One page of the cases open at an instant (UTC without a zone)."""

    at: datetime
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class GroupsFilter(OpenNarrowed):
    """One page of the groups of the backlog at an instant, by one of DIMENSIONS."""

    at: datetime
    by: str = "category"
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class AgesFilter(OpenNarrowed):
    """The backlog at an instant by age, and by one of DIMENSIONS (None: by age alone)."""

    at: datetime
    by: str | None = None


@dataclass(frozen=True)
class StepsFilter(Narrowed):
    """The backlog through time, from a company day to another, in steps of a day, week or month."""

    from_on: date
    to_on: date
    step: str = "day"


@dataclass(frozen=True)
class MovesFilter(Narrowed):
    """One page of the cases that came into the backlog or left it over some company days; `move_type` one of MOVES."""

    from_on: date
    to_on: date
    move_type: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class ServicesFilter(OpenNarrowed):
    """The backlog at an instant by online service and support type."""

    at: datetime


def open_cases(warehouse: Warehouse, chosen: OpenCasesFilter, viewer: Viewer) -> pa.Table:
    """One row per open case, the most severe and oldest first; `row_count` before paging."""
    return warehouse.run("support/open_cases", chosen, viewer)


def groups(warehouse: Warehouse, chosen: GroupsFilter, viewer: Viewer) -> pa.Table:
    """One row per group, the largest first: cases open, unresolved, waiting, escalated, by age; ages in days (P50, P90, oldest)."""
    return warehouse.run("support/backlog_by", chosen, viewer)


def ages(warehouse: Warehouse, chosen: AgesFilter, viewer: Viewer) -> pa.Table:
    """One row per group and age bucket that is not empty."""
    return warehouse.run("support/backlog_ages_by", chosen, viewer)


def through_time(warehouse: Warehouse, chosen: StepsFilter, viewer: Viewer) -> pa.Table:
    """One row per step: the backlog at its beginning, created, reopened, closed, and the backlog at its end."""
    return warehouse.run("support/backlog_days", chosen, viewer)


def moves(warehouse: Warehouse, chosen: MovesFilter, viewer: Viewer) -> pa.Table:
    """One row per move of a case, the newest first; `row_count` before paging."""
    return warehouse.run("support/moved_cases", chosen, viewer)


def by_service(warehouse: Warehouse, chosen: ServicesFilter, viewer: Viewer) -> pa.Table:
    """One row per online service and support type that has open cases or is asked for."""
    return warehouse.run("support/service_types", chosen, viewer)


def first_day(step: str, as_of_on: date) -> date:
    """The day with which the backlog through time begins, so that whole steps lead to the one of `as_of_on`: a Monday, a first."""
    back = _STEPS_BACK[step]
    if step == "day":
        return as_of_on - timedelta(days=back)
    if step == "week":
        return as_of_on - timedelta(days=as_of_on.weekday() + 7 * back)
    months = as_of_on.year * 12 + as_of_on.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)
