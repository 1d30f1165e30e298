"""Use of support plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class UsageFilter:
    """Use of the plans running on a day."""

    as_of_on: date


def usage(warehouse: Warehouse, chosen: UsageFilter, viewer: Viewer) -> pa.Table:
    """One row per running plan, and one per vehicle with requests outside any plan."""
    return warehouse.run("escalations/usage", chosen, viewer)
