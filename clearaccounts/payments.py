"""Payment history: when invoices were settled and how a customer pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class HistoryFilter:
    """One customer's invoices as known at the end of a day."""

    customer_id: str
    as_of_on: date


@dataclass(frozen=True)
class SummaryFilter:
    """How one customer (or all) paid, of invoices settled from a day on."""

    as_of_on: date
    customer_id: str | None = None
    from_on: date | None = None


def history(warehouse: Warehouse, chosen: HistoryFilter, viewer: Viewer) -> pa.Table:
    """One row per invoice, newest first: settled day, days late, amount, what is open."""
    return warehouse.run("payments/history", chosen, viewer)


def summary(warehouse: Warehouse, chosen: SummaryFilter, viewer: Viewer) -> pa.Table:
    """One row per currency: average days to pay and late (calendar days), share paid on time."""
    return warehouse.run("payments/summary", chosen, viewer)
