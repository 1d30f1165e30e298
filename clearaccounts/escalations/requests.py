"""Service requests: cases that were escalated to Microsoft, one by one and in groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

# By what requests can be grouped; the first is the default.
GROUPS = {
    "category": N_("Category"),
    "customer": N_("Customer"),
    "product": N_("Product"),
    "severity": N_("Severity"),
    "month": N_("Month"),
    "assignee": N_("Assignee"),
    "support_type": N_("Support type"),
}


@dataclass(frozen=True)
class RequestsFilter:
    """One page of service requests opened up to a day; `is_outside` is yes or no, `by` and `by_value` one group of them."""

    as_of_on: date
    support_vehicle: str | None = None
    customer_id: str | None = None
    support_plan_id: str | None = None
    is_outside: str | None = None
    by: str | None = None
    by_value: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class UsageByFilter:
    """Service requests opened up to a day, grouped by one of GROUPS."""

    as_of_on: date
    by: str
    support_vehicle: str | None = None
    support_plan_id: str | None = None
    is_outside: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def requests(warehouse: Warehouse, chosen: RequestsFilter, viewer: Viewer) -> pa.Table:
    """One row per service request, newest first; `row_count` before paging."""
    return warehouse.run("escalations/requests", chosen, viewer)


def usage_by(warehouse: Warehouse, chosen: UsageByFilter, viewer: Viewer) -> pa.Table:
    """One row per group: requests, those still open, hours; months in order, all else by requests. `row_count` before paging."""
    return warehouse.run("escalations/usage_by", chosen, viewer)
