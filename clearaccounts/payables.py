"""Payables: what falls due to Microsoft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class FallingDueFilter:
    """Supplier invoices open at the end of a day, of one currency or all, due in one ISO week (`2026-W40`) or any."""

    as_of_on: date
    currency: str | None = None
    week: str | None = None


def falling_due(warehouse: Warehouse, chosen: FallingDueFilter, viewer: Viewer) -> pa.Table:
    """One row per supplier invoice not fully paid, the next due first; days left are signed."""
    return warehouse.run("payables/falling_due", chosen, viewer)
