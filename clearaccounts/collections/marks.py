"""Suspension marks: the one table of what may follow what, and the fold that gives a mark's state.

A mark is our decision about one customer in one currency; what Microsoft does with a subscription is
a suspension, and another matter. Documents and tests are drawn from `TRANSITIONS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa

from clearaccounts.access import Permission
from clearaccounts.decisions import Actor, Event, EventFilter, Store
from clearaccounts.query_files import EMPTY_TABLES
from clearaccounts.text import N_

SUBJECT = "suspension_mark"


class Status(StrEnum):
    """Where a mark stands."""

    MARKED = "marked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


STATUS_TITLES = {
    Status.MARKED: N_("Marked"), Status.APPROVED: N_("Approved"), Status.DECLINED: N_("Declined"), Status.WITHDRAWN: N_("Withdrawn"),
}


@dataclass(frozen=True)
class Transition:
    """One thing that may be done with a mark.

    Attributes:
        event_type: what is done.
        before: where the mark must stand; empty = there is none yet.
        after: where it stands then.
        permissions: one of these is needed.
        by_another: only somebody else than the person who marked may do it.
        needs_reason: the person must say why.
        needs_evidence: the evidence is gathered again from the newest data and must be the one that was seen.
        title: what is done, for people.
        done: who (`{who}`) did it and when (`{when}`), for whoever comes too late.
    """

    event_type: str
    before: tuple[Status, ...]
    after: Status
    permissions: tuple[Permission, ...]
    by_another: bool
    needs_reason: bool
    needs_evidence: bool
    title: str
    done: str


_DECIDERS = (Permission.APPROVE,)

TRANSITIONS = {
    transition.event_type: transition
    for transition in (
        Transition(
            "mark", (), Status.MARKED, (Permission.MARK,), by_another=False, needs_reason=True, needs_evidence=True,
            title=N_("Mark for suspension"), done=N_("{who} marked this for suspension on {when}."),
        ),
        Transition(
            "approve", (Status.MARKED,), Status.APPROVED, _DECIDERS, by_another=True, needs_reason=False, needs_evidence=True,
            title=N_("Approve"), done=N_("{who} approved this mark on {when}."),
        ),
        Transition(
            "decline", (Status.MARKED,), Status.DECLINED, _DECIDERS, by_another=True, needs_reason=True, needs_evidence=False,
            title=N_("Decline"), done=N_("{who} declined this mark on {when}."),
        ),
        # Taking a mark back makes nothing worse: whoever may mark or approve may do it, also with another's mark.
        Transition(
            "withdraw", (Status.MARKED, Status.APPROVED), Status.WITHDRAWN, (Permission.MARK, *_DECIDERS), by_another=False,
            needs_reason=True, needs_evidence=False, title=N_("Withdraw"), done=N_("{who} withdrew this mark on {when}."),
        ),
    )
}
# A mark that stands here still leads to something; a customer has at most one such mark per currency.
OPEN = frozenset(status for transition in TRANSITIONS.values() for status in transition.before)


@dataclass(frozen=True)
class Mark:
    """One suspension mark as it stands now.

    `version` counts its events. `evidence` is what the marker saw (see `evidence.Evidence.content`) and
    `evidence_hash` its SHA-256. `decided_*` is the latest step after marking, if there was one.
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
    decided_by: Actor | None
    decided_at: datetime | None
    decided_reason: str

    @property
    def is_open(self) -> bool:
        """Whether it still leads to something."""
        return self.mark_status in OPEN


def fold(events: Iterable[Event]) -> Mark:
    """The state that the events of one mark lead to.

    Raises:
        ValueError: they are not the events of one mark, in order.
    """
    first, *later = events
    status: Status | None = None
    for event in (first, *later):
        transition = TRANSITIONS.get(event.event_type)
        if transition is None or event.subject_id != first.subject_id or not _may_follow(status, transition):
            raise ValueError(f"event {event.sequence} ({event.event_type}) cannot follow {status} of {first.subject_id}")
        status = transition.after
    assert status is not None and first.customer_id is not None  # noqa: S101 - the first event is a mark
    last = later[-1] if later else None
    return Mark(
        mark_id=first.subject_id,
        customer_id=first.customer_id,
        customer_name=first.details["customer_name"],
        currency=first.details["evidence"]["currency"],
        mark_status=status,
        version=1 + len(later),
        reason=first.reason,
        marked_by=first.by,
        marked_at=first.occurred_at,
        evidence_hash=first.details["evidence_hash"],
        evidence=first.details["evidence"],
        decided_by=None if last is None else last.by,
        decided_at=None if last is None else last.occurred_at,
        decided_reason="" if last is None else last.reason,
    )


def _may_follow(status: Status | None, transition: Transition) -> bool:
    return status in transition.before if status is not None else transition.before == ()


def folded(events: Iterable[Event]) -> list[Mark]:
    """The marks that events lead to, in the order in which they were made."""
    subjects: dict[str, list[Event]] = {}
    for event in events:
        subjects.setdefault(event.subject_id, []).append(event)
    return [fold(own) for own in subjects.values()]


def current(store: Store) -> list[Mark]:
    """The open marks (marked or approved) of all customers, oldest first; callers show them through a query with scope."""
    return [mark for mark in folded(store.matching(EventFilter(subject_type=SUBJECT))) if mark.is_open]


def table(marks: Iterable[Mark]) -> pa.Table:
    """Marks as Arrow, to hand to a query that joins them; shape: `query_files.EMPTY_TABLES["marks_now"]`."""
    rows = [
        {
            "mark_id": mark.mark_id, "customer_id": mark.customer_id, "currency": mark.currency, "mark_status": mark.mark_status.value,
            "version": mark.version, "marked_by": mark.marked_by.name, "marked_at": mark.marked_at.replace(tzinfo=None),
            "reason": mark.reason,
        }
        for mark in marks
    ]
    return pa.Table.from_pylist(rows, schema=EMPTY_TABLES["marks_now"].schema)
