"""Case rate: how much is escalated to Microsoft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class CaseRateFilter:
    """A period of whole company days, both ends included."""

    from_on: date
    to_on: date


def case_rate(warehouse: Warehouse, chosen: CaseRateFilter, viewer: Viewer) -> pa.Table:
    """One row: service requests per 100 support cases and per 100 customers."""
    return warehouse.run("escalations/case_rate", chosen, viewer)
