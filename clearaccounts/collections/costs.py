"""What suspending a customer's subscriptions costs, and until when it could be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class CostsFilter:
    """The subscriptions of a customer at the end of a day."""

    customer_id: str
    as_of_on: date


def subscription_costs(warehouse: Warehouse, chosen: CostsFilter, viewer: Viewer) -> pa.Table:
    """One row per subscription, those that can be suspended first, then by what is still committed; at the customer's prices.

    See `queries/collections/subscription_costs.sql` for what each effect of a suspension means, and the macro
    `committed_amounts` for the formula of the committed amount.
    """
    return warehouse.run("collections/subscription_costs", chosen, viewer)
