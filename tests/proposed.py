"""A changed policy for the sample partner: suspension later and from more, another ladder for one segment."""

from __future__ import annotations

import pyarrow as pa

from clearaccounts.access import OPERATOR
from clearaccounts.collections.policy import parse
from clearaccounts.settings import SAMPLE_POLICY
from clearaccounts.warehouse import Warehouse

CHANGED = SAMPLE_POLICY.read_text(encoding="utf-8").replace("version = 1", "version = 2").replace(
    "min_overdue_days = 30", "min_overdue_days = 60",
) + """
[[segments]]
segment = "mid-market"
[[segments.stages]]
name = "call"
action = "notify"
min_overdue_days = 3
[[segments.stages]]
name = "suspension"
action = "suspend"
min_overdue_days = 21
"""
PROPOSED = parse(CHANGED, "changed.toml")


def handed(name: str, warehouse: Warehouse, day: object) -> pa.Table:
    """What a query is handed as `policy_proposed` or `stages_proposed`: this policy, and what everybody's stages are by it."""
    table = PROPOSED.table()
    if name == "policy_proposed":
        return table
    return warehouse.run("collections/stages", {"as_of_on": day}, OPERATOR, {"policy_stages": table})
