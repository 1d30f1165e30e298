"""Case rate: how much is escalated to Microsoft, who escalates what, how soon, and what was opened again.

A period is whole company days, both ends included. Cases count in it by the day on which they were opened, requests by theirs, and
everything is seen from the period's end: what was withdrawn by then is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

# By what cases and requests are grouped: the `by` of the queries -> what it is called.
DIMENSIONS = {
    "category": N_("Category"), "product": N_("Product"), "customer": N_("Customer"), "assignee": N_("Assignee"),
    "severity": N_("Severity"), "support_type": N_("Support type"), "vehicle": N_("Vehicle"),
}

# Rates of a period or month: column -> its name, its formula, which is that of `queries/escalations/case_rate_months.sql`.
RATES = {
    "requests_per_100_cases": (
        N_("Per 100 cases"), N_("Requests to Microsoft opened in the period / cases opened in it × 100.")),
    "requests_per_100_customers": (
        N_("Per 100 customers"), N_("Requests to Microsoft opened in the period / customers on its last day × 100.")),
    "commercial_requests_per_100_cases": (
        N_("Commercial"),
        N_("Requests through vehicles for billing and subscriptions / cases about billing or subscription management × 100.")),
    "technical_requests_per_100_cases": (
        N_("Technical"), N_("Requests through technical vehicles / technical cases × 100.")),
}

# What each period covers: calendar months up to the chosen day, the running one among them.
PERIODS = {"12_months": N_("12 months"), "3_months": N_("3 months"), "24_months": N_("24 months")}


@dataclass(frozen=True)
class CaseRateFilter:
    """A period of whole company days, both ends included."""

    from_on: date
    to_on: date


@dataclass(frozen=True)
class GroupsFilter:
    """A period by one of `DIMENSIONS`."""

    from_on: date
    to_on: date
    by: str


@dataclass(frozen=True)
class SharesFilter:
    """A period by one of `DIMENSIONS`, or (None) in one row."""

    from_on: date
    to_on: date
    by: str | None = None


@dataclass(frozen=True)
class RateRequestsFilter:
    """One page of the requests of a period, of one group if `by` is given, through vehicles of one kind if that is."""

    from_on: date
    to_on: date
    by: str | None = None
    dimension_value: str | None = None
    vehicle_type: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class RateCasesFilter:
    """One page of the cases behind a figure: opened, escalated, first_escalated, finished or reopened."""

    from_on: date
    to_on: date
    figure: str = "opened"
    by: str | None = None
    dimension_value: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class MismatchFilter:
    """One page of the requests of a period whose vehicle does not cover their case."""

    from_on: date
    to_on: date
    row_limit: int | None = None
    row_offset: int = 0


def period(name: str, as_of_on: date) -> CaseRateFilter:
    """The calendar months of a period of `PERIODS` that ends with a day."""
    months = as_of_on.year * 12 + as_of_on.month - int(name.partition("_")[0])
    return CaseRateFilter(date(months // 12, months % 12 + 1, 1), as_of_on)


def case_rate(warehouse: Warehouse, chosen: CaseRateFilter, viewer: Viewer) -> pa.Table:
    """One row: service requests per 100 support cases and per 100 customers."""
    return warehouse.run("escalations/case_rate", chosen, viewer)


def months(warehouse: Warehouse, chosen: CaseRateFilter, viewer: Viewer) -> pa.Table:
    """One row per month, the oldest first: requests, cases, customers, the rates, commercial and technical apart."""
    return warehouse.run("escalations/case_rate_months", chosen, viewer)


def groups(warehouse: Warehouse, chosen: GroupsFilter, viewer: Viewer) -> pa.Table:
    """Who escalates what: one row per group, with cases, how many of them were escalated, and requests; most requests first."""
    return warehouse.run("escalations/case_rate_by", chosen, viewer)


def reopened(warehouse: Warehouse, chosen: SharesFilter, viewer: Viewer) -> pa.Table:
    """One row per group: cases resolved or closed in the period, and the share of them that was opened again by its end."""
    return warehouse.run("support/reopened_by", chosen, viewer)


def time_to_escalate(warehouse: Warehouse, chosen: SharesFilter, viewer: Viewer) -> pa.Table:
    """One row per group: minutes from opening to first escalation (P50, P90; calendar, business) of cases first escalated in it."""
    return warehouse.run("escalations/time_to_escalate", chosen, viewer)


def request_types(warehouse: Warehouse, chosen: CaseRateFilter, viewer: Viewer) -> pa.Table:
    """One row per kind of vehicle and support type of the case: requests, and how many of them do not fit."""
    return warehouse.run("escalations/request_types", chosen, viewer)


def mismatched(warehouse: Warehouse, chosen: MismatchFilter, viewer: Viewer) -> pa.Table:
    """One row per request whose vehicle does not cover its case; `row_count` before paging."""
    return warehouse.run("escalations/mismatched_requests", chosen, viewer)


def requests_behind(warehouse: Warehouse, chosen: RateRequestsFilter, viewer: Viewer) -> pa.Table:
    """One row per request, the newest first; `row_count` before paging."""
    return warehouse.run("escalations/case_rate_requests", chosen, viewer)


def cases_behind(warehouse: Warehouse, chosen: RateCasesFilter, viewer: Viewer) -> pa.Table:
    """One row per case, the newest first (of those opened, the escalated ones before the others); `row_count` before paging."""
    return warehouse.run("escalations/case_rate_cases", chosen, viewer)
