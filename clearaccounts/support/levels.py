"""Service levels: first responses and resolutions against their goals, for the cases opened in a period.

Instants are UTC without a zone. `clock` is `agreed` (the one that the rules name for each goal), `calendar` or `business`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

CLOCKS = {"agreed": N_("As agreed"), "calendar": N_("Calendar time"), "business": N_("Business time")}
GOAL_TYPES = {"response": N_("First response"), "resolution": N_("Resolution")}
# The three that are never added up, and what nobody promised.
GOAL_STATUSES = {"met": N_("Met"), "breached": N_("Breached"), "running": N_("Running"), "none": N_("No goal")}
DIMENSIONS = {
    "category": N_("Category"), "assignee": N_("Assignee"), "customer": N_("Customer"), "offer": N_("Support offer"),
    "month": N_("Month opened"),
}


@dataclass(frozen=True)
class Moment:
    """From when something is looked at, and up to when what comes next is asked."""

    at: datetime
    until_at: datetime


@dataclass(frozen=True)
class DayFilter:
    """One day of the company."""

    as_of_on: date


@dataclass(frozen=True)
class LevelsFilter:
    """Cases opened on the days of a period, as known at an instant."""

    at: datetime
    from_on: date
    to_on: date
    clock: str = "agreed"


@dataclass(frozen=True)
class LevelsByFilter(LevelsFilter):
    """The same by group."""

    dimension: str = "category"


@dataclass(frozen=True)
class LevelCasesFilter(LevelsFilter):
    """One page of the cases behind them, narrowed."""

    goal_type: str | None = None
    goal_status: str | None = None
    severity: str | None = None
    dimension: str = "category"
    dimension_value: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class BreachingFilter:
    """Goals that run out before `until_at`."""

    at: datetime
    until_at: datetime
    clock: str = "agreed"
    goal_type: str | None = None
    severity: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class CaseLevelsFilter:
    """The goals of one case as known at an instant."""

    case_id: str
    at: datetime


def moment(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> Moment:
    """The newest instant on record of the day and its end; of a day that is over its end and that of the next one."""
    row = warehouse.run("support/moment", chosen, viewer).to_pylist()[0]
    return Moment(row["at"], row["until_at"])


def levels(warehouse: Warehouse, chosen: LevelsFilter, viewer: Viewer) -> pa.Table:
    """One row per goal and severity: counts of the states, attainment (0 to 1), minutes taken (P50, P90)."""
    return warehouse.run("support/service_levels", chosen, viewer)


def levels_by(warehouse: Warehouse, chosen: LevelsByFilter, viewer: Viewer) -> pa.Table:
    """One row per goal and group: counts of the states, attainment (0 to 1)."""
    return warehouse.run("support/service_level_by", chosen, viewer)


def cases(warehouse: Warehouse, chosen: LevelCasesFilter, viewer: Viewer) -> pa.Table:
    """One row per case and goal, the furthest past its goal first; minutes taken and given; `row_count` before paging."""
    return warehouse.run("support/service_level_cases", chosen, viewer)


def of_case(warehouse: Warehouse, chosen: CaseLevelsFilter, viewer: Viewer) -> pa.Table:
    """One row per goal of the case: state, minutes taken and given, when it was done or runs out."""
    return warehouse.run("support/case_levels", chosen, viewer)


def breaching(warehouse: Warehouse, chosen: BreachingFilter, viewer: Viewer) -> pa.Table:
    """One row per case and goal that runs out, the soonest first; minutes left by the clock that counts; `row_count` before paging."""
    return warehouse.run("support/breaching", chosen, viewer)
