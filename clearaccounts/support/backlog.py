"""Support cases: the backlog at an instant, by category and age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class BacklogFilter:
    """The backlog at an instant (UTC without a zone)."""

    at: datetime


def backlog(warehouse: Warehouse, chosen: BacklogFilter, viewer: Viewer) -> pa.Table:
    """One row per category: open, unresolved, age in fractional days (P50, P90, oldest)."""
    return warehouse.run("support/backlog", chosen, viewer)


def backlog_ages(warehouse: Warehouse, chosen: BacklogFilter, viewer: Viewer) -> pa.Table:
    """One row per category and age bucket that is not empty."""
    return warehouse.run("support/backlog_ages", chosen, viewer)
