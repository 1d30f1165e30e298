"""Escalations to Microsoft: use of support plans, the requests behind it, the case rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

VEHICLES = {
    "commercial": N_("Partner Center (commercial)"),
    "psfp": N_("Premier Support for Partners (PSfP)"),
    "asfp": N_("Advanced Support for Partners (ASfP)"),
    "cloud": N_("Partner cloud support"),
    "on_premises": N_("Partner on-premises support"),
}


@dataclass(frozen=True)
class UsageFilter:
    """Use of the plans running on a day."""

    as_of_on: date


@dataclass(frozen=True)
class RequestsFilter:
    """One page of service requests opened up to a day."""

    as_of_on: date
    support_vehicle: str | None = None
    customer_id: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class CaseRateFilter:
    """A period of whole company days, both ends included."""

    from_on: date
    to_on: date


def usage(warehouse: Warehouse, chosen: UsageFilter, viewer: Viewer) -> pa.Table:
    """One row per running plan, and one per vehicle with requests outside any plan."""
    return warehouse.run("escalations/usage", chosen, viewer)


def requests(warehouse: Warehouse, chosen: RequestsFilter, viewer: Viewer) -> pa.Table:
    """One row per service request, newest first; `row_count` before paging."""
    return warehouse.run("escalations/requests", chosen, viewer)


def case_rate(warehouse: Warehouse, chosen: CaseRateFilter, viewer: Viewer) -> pa.Table:
    """One row: service requests per 100 support cases and per 100 customers."""
    return warehouse.run("escalations/case_rate", chosen, viewer)
