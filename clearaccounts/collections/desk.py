"""The desk of suspensions: every customer of the worklist on the list of what is to be done about them next.

A mark waits for one thing at a time, so it stands on one list. What waits for a person says since when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts.collections.checks import APPROVAL_LASTS
from clearaccounts.collections.deciding import is_lapse_due
from clearaccounts.collections.grounds import Matching
from clearaccounts.collections.marks import Mark
from clearaccounts.collections.transitions import Status
from clearaccounts.text import N_

# The lists in the order in which work is done: the short name for a selector, and the whole one.
LISTS: dict[str, tuple[str, str]] = {
    "flagged": (N_("Flagged"), N_("Flagged customers, by money at risk")),
    "marked": (N_("To approve"), N_("Marks that wait for approval")),
    "approved": (N_("To export"), N_("Approved marks, to be exported")),
    "confirm": (N_("To confirm"), N_("Exported, and not known yet what came of it")),
    "stop": (N_("Stop"), N_("Paid or held since the export: stop what was not carried out yet")),
    "suspended": (N_("Suspended"), N_("Suspended customers who still owe")),
    "reinstate": (N_("To reinstate"), N_("Suspended customers to be given back, who waits longest first")),
    "held": (N_("Held"), N_("Held back, with the reason")),
    "overtaken": (N_("Overtaken"), N_("Marks that no longer rest on a flag: to be withdrawn")),
    "overdue": (N_("Overdue"), N_("Everybody who is overdue")),
}

# Columns that `lists` adds to those of collections/worklist.
_ADDED = pa.schema([
    ("turn", pa.string()),
    ("approval_status", pa.string()),
    ("approved_until_at", pa.timestamp("us")),
    ("waiting_since_at", pa.timestamp("us")),
    ("line_count", pa.int64()),
    ("reported_count", pa.int64()),
])


def turn(mark: Mark, *, is_flagged: bool, is_lapsed: bool) -> str:
    """The list on which an open mark stands: what is to be done about it next.

    A customer whose debt is gone waits to be given back as soon as one subscription of theirs is suspended, also while others
    are not reported yet.
    """
    status = mark.mark_status
    if status in {Status.REINSTATEMENT_APPROVED, Status.REINSTATEMENT_EXPORTED} or (mark.cleared is not None and mark.suspended):
        return "reinstate"
    if status is Status.EXPORTED:
        return "confirm" if is_flagged else "stop"
    if status is Status.SUSPENDED:
        return "suspended"
    if not is_flagged:
        return "overtaken"
    return "approved" if status is Status.APPROVED and not is_lapsed else "marked"


def approval_status(mark: Mark, *, is_lapsed: bool) -> str:
    """How far the approval of a mark that is not exported has come: waiting, approved_once, approved, or lapsed."""
    if is_lapsed or (mark.mark_status is Status.MARKED and mark.decided_at is not None):  # only a lapse leads back to a bare mark
        return "lapsed_approval"
    return {Status.APPROVED_ONCE: "approved_once", Status.APPROVED: "approved"}.get(mark.mark_status, "waiting")


def approved_until(mark: Mark) -> datetime | None:
    """Until when the approval in force can be exported; None where there is none, or it was exported."""
    return mark.approved_at + APPROVAL_LASTS if mark.approved_at is not None and mark.order is None else None


def waiting_since(mark: Mark) -> datetime:
    """Since when a mark waits for its next step; of one to be given back since the debt was found to be gone."""
    if mark.cleared is not None:
        return mark.cleared.at
    if mark.reinstatement_approval is not None:
        return mark.reinstatement_approval.at
    if mark.order is not None:
        return mark.order.exported_at
    return mark.approved_at or mark.marked_at


def lists(found: pa.Table, marks: Iterable[Mark], matching: Matching, now: datetime) -> dict[str, pa.Table]:
    """The rows of each list of LISTS.

    Args:
        found: rows of `collections/worklist`, in its order.
        marks: the open marks.
        matching: the store's events, for the clock of the approvals.
        now: the caller's clock.

    Returns:
        For each list its rows, and all of them as `all`, with the columns of the worklist and: turn (the list that the mark
        stands on), approval_status, approved_until_at and waiting_since_at (UTC), line_count and reported_count (subscriptions of
        the order in hand).
    """
    by_id = {mark.mark_id: mark for mark in marks}
    rows = found.select(["mark_id", "is_flagged"]).to_pylist()
    added = [_added(by_id.get(row["mark_id"]), row["is_flagged"], matching, now) for row in rows]
    table = found
    for column in _ADDED:
        table = table.append_column(column, pa.array([row[column.name] for row in added], column.type))
    is_marked = pc.is_valid(table["turn"])
    is_held = pc.greater(pc.utf8_length(table["hold_reasons"]), 0)
    kept = {name: table.filter(pc.fill_null(pc.equal(table["turn"], name), False)) for name in LISTS}
    kept["flagged"] = table.filter(pc.and_(table["is_flagged"], pc.invert(is_marked)))
    kept["held"] = table.filter(pc.and_(is_held, pc.invert(is_marked)))
    kept["overdue"] = table.filter(pc.greater(table["amount_overdue"], pa.scalar(Decimal(0), table["amount_overdue"].type)))
    kept["reinstate"] = kept["reinstate"].sort_by("waiting_since_at")
    kept["all"] = table
    return kept


def _added(mark: Mark | None, is_flagged: bool, matching: Matching, now: datetime) -> Mapping[str, object]:
    if mark is None:
        return dict.fromkeys(_ADDED.names)
    is_lapsed = is_lapse_due(matching, mark, now)
    until = approved_until(mark)
    order, known = (mark.order, mark.outcomes) if mark.reinstatement is None else (mark.reinstatement, mark.reinstated)
    return {
        "turn": turn(mark, is_flagged=is_flagged, is_lapsed=is_lapsed),
        "approval_status": approval_status(mark, is_lapsed=is_lapsed),
        "approved_until_at": None if until is None else _utc(until),
        "waiting_since_at": _utc(waiting_since(mark)),
        "line_count": None if order is None else len(order.lines),
        "reported_count": None if order is None else sum(1 for line in order.lines if line.subscription_id in known),
    }


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
