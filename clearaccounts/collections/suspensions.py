"""The life of a suspension mark, from one door: mark, approve, export, report, and the way back.

Flag (the policy's) -> mark (a person) -> approval (another person, on the same evidence) -> order -> what came of it, per
subscription -> reinstatement. Every step is one event of the decisions store; `transitions.TRANSITIONS` says what may follow what.
"""

from __future__ import annotations

from clearaccounts.access import Permission, Viewer
from clearaccounts.accounts import account
from clearaccounts.collections.carrying_out import CarriedOut, carry_out
from clearaccounts.collections.clearing import note_cleared
from clearaccounts.collections.deciding import lapse, mark_of
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.marking import Chosen, Marked, approve, decline, mark, mark_many, withdraw
from clearaccounts.collections.marks import SUBJECT, Mark, current, table
from clearaccounts.collections.ordering import export
from clearaccounts.collections.orders import Order, OrderLine, Outcome, Report
from clearaccounts.collections.reinstating import approve_reinstatement, export_reinstatement, report_reinstatement
from clearaccounts.collections.reporting import report
from clearaccounts.collections.returning import PutBack, reinstatements, stops, to_put_back
from clearaccounts.collections.transitions import TRANSITIONS, Status
from clearaccounts.decisions import Event, EventFilter, Store
from clearaccounts.warehouse import Warehouse

__all__ = [
    "SUBJECT", "TRANSITIONS", "CarriedOut", "Chosen", "Grounds", "Mark", "Marked", "Order", "OrderLine", "Outcome", "PutBack", "Report",
    "Status", "approve", "approve_reinstatement", "carry_out", "current", "decline", "export", "export_reinstatement", "history", "lapse",
    "mark", "mark_many", "mark_of", "note_cleared", "reinstatements", "report", "report_reinstatement", "stops", "table", "to_put_back",
    "withdraw",
]


def history(store: Store, warehouse: Warehouse, viewer: Viewer, customer_id: str) -> tuple[Event, ...]:
    """Everything that was decided about the suspension of one customer, oldest first.

    Raises:
        NotPermitted: the role may not see flags.
        NotFound: there is no such customer, or not for this viewer.
    """
    viewer.require(Permission.VIEW_FLAGS)
    account(warehouse, customer_id, viewer)
    return store.matching(EventFilter(subject_type=SUBJECT, customer_id=customer_id))
