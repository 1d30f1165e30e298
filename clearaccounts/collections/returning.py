"""Orders that data have overtaken: whom to bring back, whom not to suspend any more, and what to put back by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.collections.clearing import debts
from clearaccounts.collections.marks import Mark
from clearaccounts.collections.orders import DONE, SUSPEND, UNKNOWN, OrderLine
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class ReinstatementsFilter:
    """The customers to bring back, and the instant up to which their waiting is counted (UTC, without a zone)."""

    at: datetime


@dataclass(frozen=True)
class PutBack:
    """What a suspension took from one subscription: whether it renewed by itself, and the changes scheduled for its next term."""

    subscription_id: str
    product_name: str
    is_auto_renew: bool
    scheduled_changes: Mapping[str, Any] | None


def to_put_back(mark: Mark) -> list[PutBack]:
    """What a person has to put back by hand once the subscriptions are active again: those that lost anything."""
    lines = () if mark.order is None else mark.order.lines
    found = [_put_back(mark, line) for line in lines if mark.outcome_of(line.subscription_id) == DONE[SUSPEND]]
    return [one for one in found if one.is_auto_renew or one.scheduled_changes]


def _put_back(mark: Mark, line: OrderLine) -> PutBack:
    """As Microsoft told just before the suspension, else as the newest data said at the export."""
    told = mark.outcomes[line.subscription_id].outcome.state_before or {}
    is_auto_renew = told.get("autoRenewEnabled", line.is_auto_renew_before)
    return PutBack(line.subscription_id, line.product_name, bool(is_auto_renew), told.get("scheduledNextTermInstructions") or None)


def orders_table(marks: Iterable[Mark]) -> pa.Table:
    """Open marks that have an order, shaped like EMPTY_TABLES["orders_now"]."""
    rows = [_row(mark) for mark in marks if mark.order is not None and mark.is_open]
    return pa.Table.from_pylist(rows, schema=EMPTY_TABLES["orders_now"].schema)


def _row(mark: Mark) -> dict[str, Any]:
    assert mark.order is not None  # noqa: S101 - the caller asks for no other
    put_back = to_put_back(mark)
    known = [mark.outcome_of(line.subscription_id) for line in mark.order.lines]
    return {
        "mark_id": mark.mark_id, "customer_id": mark.customer_id, "currency": mark.currency, "mark_status": mark.mark_status.value,
        "exported_at": mark.order.exported_at.replace(tzinfo=None),
        "cleared_on": None if mark.cleared is None else mark.cleared.as_of_on,
        "cleared_at": None if mark.cleared is None else mark.cleared.at.replace(tzinfo=None),
        "suspended_count": len(mark.suspended),
        "unknown_count": sum(1 for outcome in known if outcome in {None, UNKNOWN}),
        "auto_renew_count": sum(1 for one in put_back if one.is_auto_renew),
        "scheduled_change_count": sum(1 for one in put_back if one.scheduled_changes),
        "version": mark.version,
    }


def tables(warehouse: Warehouse, marks: Iterable[Mark]) -> dict[str, pa.Table]:
    """What `collections/reinstatements` and `collections/stops` are handed, of all open marks; the queries hold the scope."""
    with_order = [mark for mark in marks if mark.order is not None and mark.is_open]
    return {"orders_now": orders_table(with_order), "debts_now": debts(warehouse, with_order)}


def reinstatements(warehouse: Warehouse, marks: Iterable[Mark], at: datetime, viewer: Viewer) -> pa.Table:
    """Suspended customers whose debt is gone, the longest waiting first: one row per mark."""
    chosen = ReinstatementsFilter(at.astimezone(UTC).replace(tzinfo=None))
    return warehouse.run("collections/reinstatements", chosen, viewer, tables(warehouse, marks))


def stops(warehouse: Warehouse, marks: Iterable[Mark], viewer: Viewer) -> pa.Table:
    """Orders whose debt is gone before they were carried out: one row per mark."""
    return warehouse.run("collections/stops", {}, viewer, tables(warehouse, marks))
