"""Everything that happened to a customer, in one list: the documents, the service, and what people decided."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pyarrow as pa

from clearaccounts import accounts
from clearaccounts.access import Permission, Viewer
from clearaccounts.accounts import DayFilter, TimelineFilter
from clearaccounts.collections import suspensions
from clearaccounts.decisions import Event, Store
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

# What the timeline can be narrowed to, for who may see it.
KINDS = {
    "money": N_("Money"), "collections": N_("Collections"), "support": N_("Support"), "subscriptions": N_("Subscriptions"),
    "decisions": N_("Decisions"),
}

# What a list of many kinds of things calls otherwise, because a stage of the policy has the same name.
_NAMED = {"clear": "debt_cleared"}


def kinds(viewer: Viewer) -> dict[str, str]:
    """Those of KINDS that this person may see anything of."""
    hidden = set() if viewer.may(Permission.VIEW_RECEIVABLES) else {"money", "collections"}
    hidden |= set() if viewer.may(Permission.VIEW_FLAGS) else {"decisions"}
    return {kind: title for kind, title in KINDS.items() if kind not in hidden}


def timeline(warehouse: Warehouse, store: Store, chosen: TimelineFilter, viewer: Viewer) -> pa.Table:
    """One page of what happened to a customer up to the end of a day, the newest first, as far as this person may see it.

    Raises:
        NotFound: there is no such customer, or not for this viewer.
    """
    found = [accounts.events(warehouse, DayFilter(chosen.customer_id, chosen.as_of_on), viewer)]
    if viewer.may(Permission.VIEW_FLAGS):
        decided = suspensions.history(store, warehouse, viewer, chosen.customer_id)
        found.append(_as_events(chosen.customer_id, decided, ZoneInfo(warehouse.build.time_zone)))
    else:
        accounts.account(warehouse, chosen.customer_id, viewer)  # nothing happened to a customer that is not there
    return accounts.timeline(warehouse, chosen, accounts.as_events(found), viewer)


def _as_events(customer_id: str, decided: Iterable[Event], zone: ZoneInfo) -> pa.Table:
    """Decisions in the shape of EMPTY_TABLES["events_now"]; their day is the company's."""
    rows = [
        {
            "customer_id": customer_id, "subject_id": event.subject_id, "kind": "decisions",
            "event_type": _NAMED.get(event.event_type, event.event_type),
            "event_text": f"{event.by.name}: {event.reason}" if event.reason else event.by.name,
            "occurred_on": event.occurred_at.astimezone(zone).date(), "occurred_at": event.occurred_at.replace(tzinfo=None),
        }
        for event in decided
    ]
    return accounts.as_events([pa.Table.from_pylist(rows)] if rows else [])
