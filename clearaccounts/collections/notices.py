"""Notices that people sent or recorded: the fold of their events, and the table that queries join.

A notice that is mailed is `queued` before anything leaves, and `sent`, `failed` or `unknown` after. Queued and unknown notices
are never sent again by themselves, and prove nothing: a person says whether they arrived. Imported notices live in the warehouse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

import pyarrow as pa

from clearaccounts.decisions import Actor, Event, EventFilter
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.text import N_

SUBJECT = "notice"
Matching: TypeAlias = Callable[[EventFilter], tuple[Event, ...]]
TYPES = ("reminder", "overdue", "final_notice")
CHANNELS = ("email", "letter", "registered_letter", "phone", "in_person", "portal")
# A mail that is queued for longer than any server may take to answer was interrupted.
INTERRUPTED_AFTER = timedelta(minutes=15)


class Status(StrEnum):
    """Where a notice stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_ARRIVED = "not_arrived"
    WITHDRAWN = "withdrawn"


QUEUE, SEND, FAIL, DOUBT = "queued", "sent", "failed", "unknown"
ARRIVED, NOT_ARRIVED, WITHDRAW = "arrived", "not_arrived", "withdraw_notice"
# What may follow what: event type -> (statuses before it, None = it is the first; the status after it).
STEPS: dict[str, tuple[tuple[Status | None, ...], Status]] = {
    QUEUE: ((None,), Status.QUEUED),
    SEND: ((None, Status.QUEUED), Status.SENT),
    FAIL: ((Status.QUEUED,), Status.FAILED),
    DOUBT: ((Status.QUEUED,), Status.UNKNOWN),
    ARRIVED: ((Status.QUEUED, Status.UNKNOWN), Status.SENT),
    NOT_ARRIVED: ((Status.QUEUED, Status.UNKNOWN), Status.NOT_ARRIVED),
    WITHDRAW: ((Status.SENT,), Status.WITHDRAWN),
}
DONE = {
    QUEUE: N_("{who} began to send this on {when}."), SEND: N_("{who} sent this on {when}."), FAIL: N_("This could not be sent on {when}."),
    DOUBT: N_("It is not known whether this arrived ({when})."), ARRIVED: N_("{who} said on {when} that this arrived."),
    NOT_ARRIVED: N_("{who} said on {when} that this did not arrive."), WITHDRAW: N_("{who} took this record back on {when}."),
}


@dataclass(frozen=True)
class Notice:
    """One notice as it stands now.

    `is_mailed`: it was handed to a mail server, or was to be; else a person recorded it (`channel` says how it went out).
    `withdrawn_on` is the day from which a record that was taken back counts no more. Of a letter of ours `subject` and `body`
    are what the customer got, `amount_asked` what it asked for. `detail` is what the server said.
    """

    notice_id: str
    customer_id: str
    customer_name: str
    notice_type: str
    currency: str | None
    sent_on: date
    channel: str
    is_mailed: bool
    notice_status: Status
    version: int
    to_address: str | None
    subject: str
    body: str
    amount_asked: Decimal | None
    affected_on: date | None
    detail: str
    reason: str
    sent_by: Actor
    sent_at: datetime
    last_by: Actor
    last_at: datetime
    last_reason: str
    withdrawn_on: date | None

    @property
    def blocks(self) -> bool:
        """Whether the same notice must not be sent now: it was, or nobody knows."""
        return self.notice_status in {Status.SENT, Status.QUEUED, Status.UNKNOWN}

    def needs_an_answer(self, now: datetime) -> bool:
        """Whether a person must say what became of it; a mail that is on its way just now does not need it yet."""
        return self.notice_status is Status.UNKNOWN or (
            self.notice_status is Status.QUEUED and now - self.sent_at >= INTERRUPTED_AFTER
        )


def fold(events: Iterable[Event]) -> Notice:
    """The state that the events of one notice lead to.

    Raises:
        ValueError: they are not the events of one notice, in order.
    """
    listed = list(events)
    first, last = listed[0], listed[-1]
    status: Status | None = None
    for event in listed:
        before, after = STEPS.get(event.event_type, ((), Status.FAILED))
        if event.subject_id != first.subject_id or status not in before:
            raise ValueError(f"event {event.sequence} ({event.event_type}) cannot follow {status} of {first.subject_id}")
        status = after
    details: Any = first.details
    assert status is not None and first.customer_id is not None  # noqa: S101 - the first event is about a customer
    amount, affected, withdrawn = details.get("amount_asked"), details.get("affected_on"), last.details.get("withdrawn_on")
    return Notice(
        notice_id=first.subject_id, customer_id=first.customer_id, customer_name=details["customer_name"],
        notice_type=details["notice_type"], currency=details["currency"], sent_on=date.fromisoformat(details["sent_on"]),
        channel=details["channel"], is_mailed=first.event_type == QUEUE, notice_status=status, version=len(listed),
        to_address=details.get("to_address"), subject=details.get("subject", ""), body=details.get("body", ""),
        amount_asked=None if amount is None else Decimal(amount), affected_on=None if affected is None else date.fromisoformat(affected),
        detail=next((str(event.details["detail"]) for event in reversed(listed) if event.details.get("detail")), ""), reason=first.reason,
        sent_by=first.by, sent_at=first.occurred_at, last_by=last.by, last_at=last.occurred_at,
        last_reason=last.reason if len(listed) > 1 else "", withdrawn_on=None if withdrawn is None else date.fromisoformat(withdrawn),
    )


def known(matching: Matching, customer_id: str | None = None) -> list[Notice]:
    """Every notice on record, of one customer or of all, whatever became of it, in order.

    Callers show them through a query with scope.
    """
    subjects: dict[str, list[Event]] = {}
    for event in matching(EventFilter(subject_type=SUBJECT, customer_id=customer_id)):
        subjects.setdefault(event.subject_id, []).append(event)
    return [fold(own) for own in subjects.values()]


def listing(notices: Iterable[Notice]) -> pa.Table:
    """Notices as Arrow for `collections/notices`, whatever became of them; shape: `handed_tables.EMPTY_TABLES["notices_now"]`."""
    shape = EMPTY_TABLES["notices_now"].schema
    rows = [
        {name: getattr(notice, name) for name in shape.names} | {
            "notice_status": notice.notice_status.value, "sent_by": notice.sent_by.name, "sent_at": notice.sent_at.replace(tzinfo=None),
        }
        for notice in notices
    ]
    return pa.Table.from_pylist(rows, schema=shape)


def table(notices: Iterable[Notice], *, is_doubt_enough: bool = False) -> pa.Table:
    """Notices as Arrow, to hand to queries; shape: `handed_tables.EMPTY_TABLES["notices_decided"]`.

    One that was not sent (and, unless `is_doubt_enough`, one of which nobody knows) stands in it as taken back on its own day: it
    counts on no day, and no file brings it in under its id.
    """
    shape = EMPTY_TABLES["notices_decided"].schema

    def row(notice: Notice) -> dict[str, Any]:
        counts = notice.notice_status in {Status.SENT, Status.WITHDRAWN} or (is_doubt_enough and notice.blocks)
        values = {name: getattr(notice, name) for name in shape.names}
        return values if counts else {**values, "withdrawn_on": notice.sent_on}

    return pa.Table.from_pylist([row(notice) for notice in notices], schema=shape)
