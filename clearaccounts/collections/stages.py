"""Stages: the policy's view of customers, beside what people have decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from clearaccounts.access import OPERATOR, Viewer
from clearaccounts.collections.policy import Policy
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class StagesFilter:
    """The stages at the end of a day, of one customer or all."""

    as_of_on: date
    customer_id: str | None = None


def _policy_table(policy: Policy | None) -> pa.Table:
    return EMPTY_TABLES["policy_stages"] if policy is None else policy.table()


def stages(warehouse: Warehouse, chosen: StagesFilter, policy: Policy | None, viewer: Viewer) -> pa.Table:
    """One row per customer and currency with anything open or unapplied; without a policy everybody is clear."""
    return warehouse.run("collections/stages", chosen, viewer, {"policy_stages": _policy_table(policy)})


def worklist(warehouse: Warehouse, chosen: StagesFilter, policy: Policy | None, marks: pa.Table, viewer: Viewer) -> pa.Table:
    """The stages with names and suspension marks, flagged ones first, then by money at risk in company currency.

    Args:
        warehouse: the build to read.
        chosen: the day.
        policy: the policy in force, or None.
        marks: the open suspension marks, shaped like EMPTY_TABLES["marks_now"].
        viewer: whose scope applies.
    """
    now = stages(warehouse, chosen, policy, viewer)
    return warehouse.run("collections/worklist", chosen, viewer, {"stages_now": now, "marks_now": marks})


def account_status(
    warehouse: Warehouse, chosen: StagesFilter, policy: Policy | None, marks: pa.Table, viewer: Viewer, *, customer_id: str | None = None
) -> pa.Table:
    """One row per customer: current, overdue, flagged or suspended, and whether an open severe case holds a suspension back; no amounts.

    The stages are computed for everybody and reduced to one word before the viewer's scope is applied, so
    that a helpdesk agent, who may not see amounts, may still see the status.
    """
    now = stages(warehouse, replace(chosen, customer_id=customer_id), policy, OPERATOR)
    return warehouse.run("collections/account_status", {"customer_id": customer_id}, viewer, {"stages_now": now, "marks_now": marks})
