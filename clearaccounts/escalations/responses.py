"""Microsoft's first response to what was escalated, against its own targets, as far as events of the cases tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

RESPONSE_STATUSES = {
    "met": N_("Met"), "breached": N_("Breached"), "running": N_("Running"), "unknown": N_("Not known"), "none": N_("No goal"),
}


@dataclass(frozen=True)
class ResponseLevelsFilter:
    """Requests opened on the days of a period, as known at an instant (UTC without a zone)."""

    at: datetime
    from_on: date
    to_on: date


@dataclass(frozen=True)
class ResponseRequestsFilter(ResponseLevelsFilter):
    """One page of them, narrowed."""

    severity: str | None = None
    response_status: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def response_levels(warehouse: Warehouse, chosen: ResponseLevelsFilter, viewer: Viewer) -> pa.Table:
    """One row per severity: counts of the states, the target in minutes, attainment (0 to 1)."""
    return warehouse.run("escalations/response_levels", chosen, viewer)


def response_requests(warehouse: Warehouse, chosen: ResponseRequestsFilter, viewer: Viewer) -> pa.Table:
    """One row per request, the newest first: its state, what tells of the answer, minutes taken; `row_count` before paging."""
    return warehouse.run("escalations/response_requests", chosen, viewer)
