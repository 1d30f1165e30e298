"""People's own holds: what was recorded, and what was released again.

A hold is a reason not to suspend: a dispute, a promise to pay, an exemption. Imported ones live in the warehouse; those that people
record are events, folded here, and handed to queries beside the imported ones (`queries/macros/every_hold.sql`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

import pyarrow as pa

from clearaccounts.decisions import Actor, Event, EventFilter
from clearaccounts.handed_tables import EMPTY_TABLES

SUBJECT = "hold"
RECORD, RELEASE = "record", "release"
Matching: TypeAlias = Callable[[EventFilter], tuple[Event, ...]]


@dataclass(frozen=True)
class Hold:
    """One hold that a person recorded, as it stands now.

    `ends_on` is the last day that it holds; from `withdrawn_on`, the day of its release, it holds no more. `amount_held` is in `currency`.
    """

    hold_id: str
    customer_id: str
    hold_type: str
    starts_on: date
    ends_on: date
    invoice_id: str | None
    amount_held: Decimal | None
    currency: str | None
    reason: str
    owner: str
    withdrawn_on: date | None
    version: int
    recorded_by: Actor
    recorded_at: datetime
    released_by: Actor | None
    released_at: datetime | None
    released_reason: str


def fold(events: Iterable[Event]) -> Hold:
    """The state that the events of one hold lead to.

    Raises:
        ValueError: they are not the events of one hold, in order.
    """
    first, *later = events
    if [first.event_type, *(event.event_type for event in later)] not in ([RECORD], [RECORD, RELEASE]) or first.customer_id is None:
        raise ValueError(f"the events of {first.subject_id} are not those of one hold")
    last = later[-1] if later else None
    details = first.details
    return Hold(
        hold_id=first.subject_id,
        customer_id=first.customer_id,
        hold_type=details["hold_type"],
        starts_on=date.fromisoformat(details["starts_on"]),
        ends_on=date.fromisoformat(details["ends_on"]),
        invoice_id=details["invoice_id"],
        amount_held=None if details["amount_held"] is None else Decimal(details["amount_held"]),
        currency=details["currency"],
        reason=first.reason,
        owner=details["owner"],
        withdrawn_on=None if last is None else date.fromisoformat(last.details["released_on"]),
        version=1 + len(later),
        recorded_by=first.by,
        recorded_at=first.occurred_at,
        released_by=None if last is None else last.by,
        released_at=None if last is None else last.occurred_at,
        released_reason="" if last is None else last.reason,
    )


def recorded(matching: Matching, customer_id: str | None = None) -> list[Hold]:
    """Every hold that people recorded, of one customer or of all, released ones too, in the order in which they were recorded.

    Callers show them through a query with scope.
    """
    subjects: dict[str, list[Event]] = {}
    for event in matching(EventFilter(subject_type=SUBJECT, customer_id=customer_id)):
        subjects.setdefault(event.subject_id, []).append(event)
    return [fold(own) for own in subjects.values()]


def table(holds: Iterable[Hold]) -> pa.Table:
    """Holds as Arrow, to hand to queries; shape: `handed_tables.EMPTY_TABLES["holds_decided"]`."""
    shape = EMPTY_TABLES["holds_decided"].schema
    return pa.Table.from_pylist([{name: getattr(hold, name) for name in shape.names} for hold in holds], schema=shape)
