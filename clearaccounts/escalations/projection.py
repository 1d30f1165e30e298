"""How well the use of support plans was projected in the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class BacktestFilter:
    """The ends of the months before a day, held against what is known at its end."""

    as_of_on: date


@dataclass(frozen=True)
class ProjectionsFilter:
    """One page of the projections behind the back-test."""

    as_of_on: date
    support_plan_id: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def backtest(warehouse: Warehouse, chosen: BacktestFilter, viewer: Viewer) -> pa.Table:
    """One row over all projections and one for each distance ahead: error of use and of the run-out day, how often the ranges held."""
    return warehouse.run("escalations/projection_backtest", chosen, viewer)


def projections(warehouse: Warehouse, chosen: ProjectionsFilter, viewer: Viewer) -> pa.Table:
    """One row per cut-off day and plan: what was projected beside what happened, newest first; `row_count` before paging."""
    return warehouse.run("escalations/projection_tests", chosen, viewer)
