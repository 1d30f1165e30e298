"""What support plans cost, and what their incidents would have cost elsewhere."""

from __future__ import annotations

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.escalations.usage import PlansFilter
from clearaccounts.warehouse import Warehouse


def plan_costs(warehouse: Warehouse, chosen: PlansFilter, viewer: Viewer) -> pa.Table:
    """One row per plan: fee, its part for the elapsed term, per incident and hour so far and at full use; blank when unknown.

    Raises:
        NotPermitted: the viewer may not see Microsoft's cost.
    """
    return warehouse.run("escalations/plan_costs", chosen, viewer)


def alternative_costs(warehouse: Warehouse, chosen: PlansFilter, viewer: Viewer) -> pa.Table:
    """One row per plan, other vehicle that covers something of its use, and currency: what the covered incidents would have cost.

    Raises:
        NotPermitted: the viewer may not see Microsoft's cost.
    """
    return warehouse.run("escalations/alternative_costs", chosen, viewer)
