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


@dataclass(frozen=True)
class OpenCasesFilter:
    """One page of the cases open at an instant."""

    at: datetime
    case_category: str | None = None
    severity: str | None = None
    customer_id: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def backlog(warehouse: Warehouse, chosen: BacklogFilter, viewer: Viewer) -> pa.Table:
    """One row per category: open, unresolved, age in fractional days (P50, P90, oldest)."""
    return warehouse.run("support/backlog", chosen, viewer)


def backlog_ages(warehouse: Warehouse, chosen: BacklogFilter, viewer: Viewer) -> pa.Table:
    """One row per category and age bucket that is not empty."""
    return warehouse.run("support/backlog_ages", chosen, viewer)


def open_cases(warehouse: Warehouse, chosen: OpenCasesFilter, viewer: Viewer) -> pa.Table:
    """One row per open case, the most severe and oldest first; `row_count` before paging."""
    return warehouse.run("support/open_cases", chosen, viewer)
