"""The overview: the state of receivables and support in a row each, their trend, and the data checks."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse

# The customers listed who owe the most overdue.
OLDEST_CUSTOMERS = 5


def month_before(day: date) -> date:
    """The same day of the month before; the last day when that month is shorter, or when `day` is a last day."""
    year, month = (day.year - 1, 12) if day.month == 1 else (day.year, day.month - 1)
    last = monthrange(year, month)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, month, last if is_last else min(day.day, last))


@dataclass(frozen=True)
class SummaryFilter:
    """The state at the end of a day, in one currency or all in company currency."""

    as_of_on: date
    currency: str | None = None


@dataclass(frozen=True)
class SupportFilter:
    """The state of support at the end of a day."""

    as_of_on: date


@dataclass(frozen=True)
class TrendFilter:
    """Month ends up to a day."""

    as_of_on: date
    month_count: int = 13
    currency: str | None = None


@dataclass(frozen=True)
class OffendersFilter:
    """What one data check found."""

    check_name: str


def summary(warehouse: Warehouse, chosen: SummaryFilter, viewer: Viewer) -> pa.Table:
    """One row: outstanding, overdue, older than 90 days, unapplied; of one currency, or of all in company currency."""
    return warehouse.run("overview/summary", chosen, viewer)


def support_summary(warehouse: Warehouse, chosen: SupportFilter, viewer: Viewer) -> pa.Table:
    """One row: open and unresolved cases, severity A among them, open service requests."""
    return warehouse.run("overview/support_summary", chosen, viewer)


def trend(warehouse: Warehouse, chosen: TrendFilter, viewer: Viewer) -> pa.Table:
    """One row per month end (and the day itself), outstanding and overdue in company currency."""
    return warehouse.run("overview/trend", chosen, viewer)


def currencies(warehouse: Warehouse, viewer: Viewer) -> pa.Table:
    """One row per currency in which the customers in view were ever billed, paid or credited."""
    return warehouse.run("overview/currencies", {}, viewer)


def failed_check_count(warehouse: Warehouse, viewer: Viewer) -> int:
    """How many checks of this build that must find nothing found something."""
    return int(warehouse.run("overview/failed_checks", {}, viewer)["check_count"][0].as_py())


def checks(warehouse: Warehouse, viewer: Viewer) -> pa.Table:
    """One row per data check of this build, failures first."""
    return warehouse.run("overview/checks", {}, viewer)


def check_offenders(warehouse: Warehouse, chosen: OffendersFilter, viewer: Viewer) -> pa.Table:
    """What one check found, as text, at most the first thousand."""
    return warehouse.run("overview/check_offenders", chosen, viewer)
