"""Who is in which stage, and what a changed policy would change: on a day, and over the month ends before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse

MONTHS = 12


@dataclass(frozen=True)
class StageFilter:
    """The customers of one stage, a page of them; `currency` None means all."""

    stage: str
    currency: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class Seen:
    """How one policy sees the customers of a viewer on one day.

    `stages` is the result of `collections/stages`; `policy_stages` the policy's table (`EMPTY_TABLES["policy_stages"]` without one).
    """

    as_of_on: date
    stages: pa.Table
    policy_stages: pa.Table


def stage_totals(warehouse: Warehouse, seen: Seen, viewer: Viewer) -> pa.Table:
    """One row per stage and currency: customers, amount overdue, how many are flagged or held."""
    tables = {"stages_now": seen.stages, "policy_stages": seen.policy_stages}
    return warehouse.run("collections/stage_totals", {}, viewer, tables)


def stage_customers(warehouse: Warehouse, chosen: StageFilter, seen: Seen, viewer: Viewer) -> pa.Table:
    """One row per customer and currency of one stage, most overdue first."""
    return warehouse.run("collections/stage_customers", chosen, viewer, {"stages_now": seen.stages})


def changes(warehouse: Warehouse, before: Seen, after: Seen, viewer: Viewer) -> pa.Table:
    """One row per customer and currency whose stage or flag would change; both of one day."""
    return warehouse.run("collections/simulation", {}, viewer, {"stages_now": before.stages, "stages_proposed": after.stages})


def totals(warehouse: Warehouse, before: Seen, after: Seen, viewer: Viewer) -> pa.Table:
    """One row per stage (and the flag) and currency: before, entering, leaving, after; both of one day."""
    return warehouse.run("collections/simulation_totals", {}, viewer, {
        "stages_now": before.stages, "policy_stages": before.policy_stages,
        "stages_proposed": after.stages, "policy_proposed": after.policy_stages,
    })


def of_days(found: list[tuple[date, pa.Table]]) -> pa.Table:
    """The totals of several days as one table; its first column `as_of_on` says of which day a row is."""
    return pa.concat_tables([table.add_column(0, "as_of_on", pa.array([day] * table.num_rows, pa.date32())) for day, table in found])


def month_ends(as_of_on: date, count: int = MONTHS) -> list[date]:
    """The last days of the `count` months that had ended by `as_of_on`, the oldest first; a month's own last day counts."""
    following = as_of_on + timedelta(days=1)
    found: list[date] = []
    first = following.replace(day=1)
    while len(found) < count:
        found.insert(0, first - timedelta(days=1))
        first = found[0].replace(day=1)
    return found
