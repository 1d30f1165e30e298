"""Lists of holds: of one customer, of everybody in view, and the subscriptions that could be cancelled instead.

The warehouse has to have the table `holds_decided` beside it, as the pages and the command line open it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class HoldsFilter:
    """Holds known on a day, of one customer or all; with `ended_since_on` of those over only the ones that ended on it or later."""

    as_of_on: date
    customer_id: str | None = None
    ended_since_on: date | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class InForceFilter:
    """What holds customers back on a day, one or all of them, of one type (or origin: recorded, imported, built_in) or all."""

    as_of_on: date
    customer_id: str | None = None
    hold_type: str | None = None
    origin_type: str | None = None
    currency: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class WindowsFilter:
    """Subscriptions that can still be cancelled on a day, of one customer or all."""

    as_of_on: date
    customer_id: str | None = None


def known(warehouse: Warehouse, chosen: HoldsFilter, viewer: Viewer) -> pa.Table:
    """One row per hold, those in force first, then the last ended; `row_count` says how many there are in all."""
    return warehouse.run("collections/holds", chosen, viewer)


def in_force(warehouse: Warehouse, chosen: InForceFilter, stages_now: pa.Table, viewer: Viewer) -> pa.Table:
    """One row per hold in force or reason that stands by itself, those that end first first; `row_count` counts all.

    Args:
        warehouse: the build to read.
        chosen: day, type, origin, page.
        stages_now: the result of `collections/stages` on that day.
        viewer: whose scope applies.
    """
    return warehouse.run("collections/holds_in_force", chosen, viewer, {"stages_now": stages_now})


def cancellation_windows(warehouse: Warehouse, chosen: WindowsFilter, stages_now: pa.Table, viewer: Viewer) -> pa.Table:
    """One row per subscription of a flagged or held customer that can still be cancelled, the window that closes first first.

    Args:
        warehouse: the build to read.
        chosen: day and customer.
        stages_now: the result of `collections/stages` on that day.
        viewer: whose scope applies.
    """
    return warehouse.run("collections/cancellation_windows", chosen, viewer, {"stages_now": stages_now})
