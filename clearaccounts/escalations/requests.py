"""Service requests: cases that were escalated to Microsoft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class RequestsFilter:
    """One page of service requests opened up to a day."""

    as_of_on: date
    support_vehicle: str | None = None
    customer_id: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def requests(warehouse: Warehouse, chosen: RequestsFilter, viewer: Viewer) -> pa.Table:
    """One row per service request, newest first; `row_count` before paging."""
    return warehouse.run("escalations/requests", chosen, viewer)
