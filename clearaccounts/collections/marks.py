"""Suspension marks: the one table of what may follow what, and the fold that gives a mark's state.

A mark is our decision about one customer in one currency; what Microsoft does with a subscription is
a suspension, and another matter. Documents and tests are drawn from `TRANSITIONS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from clearaccounts.collections.orders import DONE, FAILED, NOT_DONE, REACTIVATE, SUSPEND, UNKNOWN, Order, Outcome
from clearaccounts.collections.transitions import OPEN, STATUS_TITLES, TRANSITIONS, Status, Transition
from clearaccounts.decisions import Actor, Event, EventFilter, Store
from clearaccounts.handed_tables import EMPTY_TABLES

__all__ = [
    "OPEN", "STATUS_TITLES", "SUBJECT", "TRANSITIONS", "Approval", "Cleared", "Mark", "Reported", "Status", "Transition", "current", "fold",
    "folded", "table",
]

SUBJECT = "suspension_mark"


@dataclass(frozen=True)
class Approval:
    """Somebody's yes: who, when, as which event of the store, and to which evidence."""

    by: Actor
    at: datetime
    sequence: int
    evidence_hash: str


@dataclass(frozen=True)
class Reported:
    """What came of one line of an order, as last reported: by whom, when, and from which source (hand, file, api)."""

    outcome: Outcome
    source: str
    source_name: str
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Cleared:
    """That the debt of a suspended customer is gone: noted when, and which build showed it."""

    at: datetime
    build_id: str
    as_of_on: date


@dataclass(frozen=True)
class Mark:
    """One suspension mark as it stands now.

    `version` counts its events. `evidence` is what the marker saw (see `evidence.Evidence.content`) and
    `evidence_hash` its SHA-256. `decided_*` is the latest step after marking, if there was one.

    `approvals` are those in force, in order; a lapse takes them away. `order` is what was exported, `outcomes` what is known
    of it per subscription_id; `reinstatement` and `reinstated` the same for the way back. `beyond` are the lines that nothing can
    bring back: Microsoft has ended them. `cleared` is set once the debt of a suspended customer is gone.
    """

    mark_id: str
    customer_id: str
    customer_name: str
    currency: str
    mark_status: Status
    version: int
    reason: str
    marked_by: Actor
    marked_at: datetime
    evidence_hash: str
    evidence: Mapping[str, Any]
    decided_by: Actor | None = None
    decided_at: datetime | None = None
    decided_reason: str = ""
    approvals: tuple[Approval, ...] = ()
    order: Order | None = None
    outcomes: Mapping[str, Reported] = field(default_factory=dict)
    cleared: Cleared | None = None
    reinstatement_approval: Approval | None = None
    reinstatement: Order | None = None
    reinstated: Mapping[str, Reported] = field(default_factory=dict)
    beyond: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether it still leads to something."""
        return self.mark_status in OPEN

    @property
    def approved_at(self) -> datetime | None:
        """When the approval that counts was given; None while there is none."""
        return self.approvals[-1].at if self.approvals else None

    def outcome_of(self, subscription_id: str) -> str | None:
        """What is known of one line of the order; None = nothing was reported."""
        reported = self.outcomes.get(subscription_id)
        return None if reported is None else reported.outcome.outcome

    def way_back_of(self, subscription_id: str) -> str | None:
        """What is known of one line of the reinstatement's order; None = nothing was reported."""
        reported = self.reinstated.get(subscription_id)
        return None if reported is None else reported.outcome.outcome

    @property
    def suspended(self) -> tuple[str, ...]:
        """The subscriptions that were suspended by this mark, and not brought back since."""
        lines = () if self.order is None else self.order.lines
        return tuple(
            line.subscription_id for line in lines
            if self.outcome_of(line.subscription_id) == DONE[SUSPEND] and self.way_back_of(line.subscription_id) != DONE[REACTIVATE]
        )


def fold(events: Iterable[Event]) -> Mark:
    """The state that the events of one mark lead to.

    Raises:
        ValueError: they are not the events of one mark, in order.
    """
    mark: Mark | None = None
    for event in events:
        status = None if mark is None else mark.mark_status
        transition = TRANSITIONS.get(event.event_type)
        if transition is None or status not in transition.leads or (mark is not None and mark.mark_id != event.subject_id):
            raise ValueError(f"event {event.sequence} ({event.event_type}) cannot follow {status} of {event.subject_id}")
        mark = _begun(event) if mark is None else _gone_on(mark, event, transition)
    if mark is None:
        raise ValueError("there is no mark without events")
    return mark


def _begun(event: Event) -> Mark:
    assert event.customer_id is not None  # noqa: S101 - the first event is a mark
    return Mark(
        mark_id=event.subject_id,
        customer_id=event.customer_id,
        customer_name=event.details["customer_name"],
        currency=event.details["evidence"]["currency"],
        mark_status=Status.MARKED,
        version=1,
        reason=event.reason,
        marked_by=event.by,
        marked_at=event.occurred_at,
        evidence_hash=event.details["evidence_hash"],
        evidence=event.details["evidence"],
    )


def _gone_on(mark: Mark, event: Event, transition: Transition) -> Mark:
    details = event.details
    after = replace(
        mark, version=mark.version + 1, decided_by=event.by, decided_at=event.occurred_at, decided_reason=event.reason,
    )
    match event.event_type:
        case "approve_once" | "approve":
            after = replace(after, approvals=(*mark.approvals, _approval(event)))
        case "lapse":
            after = replace(after, approvals=())
        case "export":
            after = replace(after, order=Order.read(details["order"]))
        case "report":
            after = replace(after, outcomes={**mark.outcomes, **_reported(event, mark.outcomes)})
        case "clear":
            build = details["build"]
            after = replace(after, cleared=Cleared(event.occurred_at, build["build_id"], date.fromisoformat(build["as_of_on"])))
        case "approve_reinstatement":
            after = replace(after, reinstatement_approval=_approval(event))
        case "export_reinstatement":
            after = replace(after, reinstatement=Order.read(details["order"]))
        case "report_reinstatement":
            beyond = mark.beyond | frozenset(details["beyond"])
            after = replace(after, reinstated={**mark.reinstated, **_reported(event, mark.reinstated)}, beyond=beyond)
    status = _status_after(after, transition.leads[mark.mark_status])
    return replace(after, mark_status=status)


def _approval(event: Event) -> Approval:
    return Approval(event.by, event.occurred_at, event.sequence, event.details["evidence_hash"])


def _reported(event: Event, known: Mapping[str, Reported]) -> dict[str, Reported]:
    source, name = event.details["source"], event.details["source_name"]
    outcomes = [Outcome.read(content) for content in event.details["outcomes"]]
    for number, one in enumerate(outcomes):
        # A later report that does not say how the subscription was before takes nothing away from one that did.
        before = known.get(one.subscription_id)
        if one.state_before is None and before is not None:
            outcomes[number] = replace(one, state_before=before.outcome.state_before)
    return {one.subscription_id: Reported(one, source, name, event.by, event.occurred_at) for one in outcomes}


def _status_after(mark: Mark, possible: tuple[Status, ...]) -> Status:
    """Where a step leads: where the table leaves a choice, what is known of every line decides."""
    if len(possible) == 1:
        return possible[0]
    return _of_reinstatement(mark) if mark.reinstatement is not None else _of_order(mark)


def _of_order(mark: Mark) -> Status:
    assert mark.order is not None  # noqa: S101 - only an exported mark leaves a choice
    known = [mark.outcome_of(line.subscription_id) for line in mark.order.lines]
    if all(outcome in {FAILED, NOT_DONE} for outcome in known):
        return Status.NOT_SUSPENDED
    is_known = all(outcome not in {None, UNKNOWN} for outcome in known)
    return Status.SUSPENDED if is_known else Status.EXPORTED


def _of_reinstatement(mark: Mark) -> Status:
    assert mark.reinstatement is not None  # noqa: S101 - asked only then
    is_settled = all(
        mark.way_back_of(line.subscription_id) == DONE[REACTIVATE] or line.subscription_id in mark.beyond
        for line in mark.reinstatement.lines
    )
    return Status.REINSTATED if is_settled else Status.REINSTATEMENT_EXPORTED


def folded(events: Iterable[Event]) -> list[Mark]:
    """The marks that events lead to, in the order in which they were made."""
    subjects: dict[str, list[Event]] = {}
    for event in events:
        subjects.setdefault(event.subject_id, []).append(event)
    return [fold(own) for own in subjects.values()]


def current(store: Store) -> list[Mark]:
    """The open marks of all customers, oldest first; callers show them through a query with scope."""
    return [mark for mark in folded(store.matching(EventFilter(subject_type=SUBJECT))) if mark.is_open]


def table(marks: Iterable[Mark]) -> pa.Table:
    """Marks as Arrow, to hand to a query that joins them; shape: `handed_tables.EMPTY_TABLES["marks_now"]`."""
    rows = [
        {
            "mark_id": mark.mark_id, "customer_id": mark.customer_id, "currency": mark.currency, "mark_status": mark.mark_status.value,
            "version": mark.version, "marked_by": mark.marked_by.name, "marked_at": mark.marked_at.replace(tzinfo=None),
            "reason": mark.reason, "suspended_count": len(mark.suspended),
        }
        for mark in marks
    ]
    return pa.Table.from_pylist(rows, schema=EMPTY_TABLES["marks_now"].schema)
