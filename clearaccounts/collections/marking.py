"""Marking and deciding about marks: a person marks, another approves, on the same evidence.

Every action gathers what it needs from the newest warehouse under the store's lock, so that a payment
that was imported a moment ago is seen; each refusal is one sentence that says what to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from clearaccounts.access import Viewer
from clearaccounts.collections.checks import check_flag, check_reason, check_unchanged, when
from clearaccounts.collections.deciding import Form, decide, lapse_first
from clearaccounts.collections.grounds import Grounds, Matching
from clearaccounts.collections.marks import SUBJECT, Mark, fold, folded
from clearaccounts.collections.transitions import TRANSITIONS, Status
from clearaccounts.decisions import Action, EventFilter, Scene, Store
from clearaccounts.errors import ClearAccountsError, Refused
from clearaccounts.text import N_


@dataclass(frozen=True)
class Chosen:
    """One customer in one currency that a person chose to mark, and the hash of the evidence they saw."""

    customer_id: str
    currency: str
    seen_evidence_hash: str


@dataclass(frozen=True)
class Marked:
    """What came of marking one of many: the mark, or why there is none."""

    chosen: Chosen
    mark: Mark | None = None
    problem: ClearAccountsError | None = None


def mark(
    store: Store, grounds: Grounds, viewer: Viewer, *,
    customer_id: str, currency: str, reason: str, seen_evidence_hash: str, idempotency_key: str, now: datetime,
) -> Mark:
    """Mark a flagged customer for suspension, in one currency.

    Args:
        store: where it is recorded.
        grounds: the newest warehouse, decisions and policy.
        viewer: who marks.
        customer_id: whom.
        currency: of the debt.
        reason: the marker's own words.
        seen_evidence_hash: `Evidence.hash` of what the marker was shown.
        idempotency_key: made when the form was drawn.
        now: the caller's clock.

    Raises:
        NotFound: there is no such customer, or not for this viewer.
        NotPermitted: the role does not allow it.
        Refused: already marked, not flagged, on hold, no reason, or changed since it was seen.
    """
    step = TRANSITIONS["mark"]

    def rule(scene: Scene) -> Mapping[str, Any]:
        check_reason(reason)
        evidence, build = grounds.evidence(scene.viewer, customer_id, currency, scene.matching)
        for other in folded(scene.matching(EventFilter(subject_type=SUBJECT, customer_id=customer_id))):
            if other.is_open and other.currency == currency:
                raise Refused(
                    N_("{customer} is already marked in {currency}: {who} marked it on {when}."), customer=evidence.customer_name,
                    currency=currency, who=other.marked_by.name, when=when(other.marked_at),
                )
        check_flag(evidence)
        if evidence.hash != seen_evidence_hash:
            raise Refused(N_("What you saw of {customer} has changed since; look at it again."), customer=evidence.customer_name)
        return {"customer_name": evidence.customer_name, "evidence": evidence.content, "evidence_hash": evidence.hash, "build": build}

    event = store.append(viewer, Action(
        SUBJECT, "mark-" + hashlib.sha256(idempotency_key.encode("utf-8", "replace")).hexdigest()[:16], step.event_type, reason.strip(),
        idempotency_key, now, step.permissions, rule,
        asked={"customer_id": customer_id, "currency": currency, "evidence_hash": seen_evidence_hash},
        customer_id=customer_id, expected_version=0,
    ))
    return fold([event])


def mark_many(
    store: Store, grounds: Grounds, viewer: Viewer, *, chosen: Sequence[Chosen], reason: str, idempotency_key: str, now: datetime,
) -> list[Marked]:
    """Mark several customers with one reason, each for itself: what refuses one does not touch another.

    The key of each is made of the form's key, the customer and the currency, so that the whole form may be sent again.

    Returns:
        What came of each, in the order chosen.
    """
    found = []
    for one in chosen:
        key = f"{idempotency_key}/{one.customer_id}/{one.currency}"
        try:
            made = mark(
                store, grounds, viewer, customer_id=one.customer_id, currency=one.currency, reason=reason,
                seen_evidence_hash=one.seen_evidence_hash, idempotency_key=key, now=now,
            )
            found.append(Marked(one, made))
        except ClearAccountsError as problem:
            found.append(Marked(one, problem=problem))
    return found


def approve(
    store: Store, grounds: Grounds, viewer: Viewer, *,
    mark_id: str, seen_version: int, seen_evidence_hash: str, idempotency_key: str, now: datetime, reason: str = "",
) -> Mark:
    """Approve somebody else's mark, on the evidence it was made on.

    Once as many marks as `[suspension] approvals_per_day` were approved on this company day, an approval is only the first
    of two: the mark is approved when another person, neither the marker nor the first, approves it as well. An approval that
    is older than 24 hours has lapsed; that is recorded, and the mark must be looked at again.

    Raises:
        NotFound: there is no such mark, or not for this viewer.
        NotPermitted: the role does not allow it.
        SamePerson: it is the viewer's own mark, or their own first approval.
        Stale: somebody decided meanwhile, or the approval lapsed; says who and when.
        Refused: paid since, on hold since, not flagged any more, or changed since.
    """
    def rule(scene: Scene, marked: Mark) -> Mapping[str, Any]:
        if seen_evidence_hash != marked.evidence_hash:
            raise Refused(N_("What you saw is not what {who} marked; look at it again."), who=marked.marked_by.name)
        evidence, build = grounds.evidence(scene.viewer, marked.customer_id, marked.currency, scene.matching)
        check_unchanged(marked, evidence)
        return {"evidence_hash": evidence.hash, "build": build}

    def choose(scene: Scene, marked: Mark) -> str:
        if marked.mark_status is Status.APPROVED_ONCE:
            return "approve"
        used = approved_today(scene.matching, ZoneInfo(grounds.warehouse().build.time_zone), now) - {mark_id}
        return "approve_once" if len(used) >= grounds.suspension.approvals_per_day else "approve"

    lapse_first(store, grounds, viewer, mark_id, now)
    form = Form(mark_id, seen_version, idempotency_key, now, reason, {"evidence_hash": seen_evidence_hash})
    return decide(store, grounds, viewer, ("approve", "approve_once"), form, rule, choose)


def approved_today(matching: Matching, zone: ZoneInfo, now: datetime) -> set[str]:
    """The marks that were approved since the company day of `now` began; a clock set back makes no room."""
    begins_at = datetime.combine(now.astimezone(zone).date(), time(), zone)
    return {event.subject_id for event in matching(EventFilter(subject_type=SUBJECT, event_type="approve", from_at=begins_at))}


def decline(
    store: Store, grounds: Grounds, viewer: Viewer, *, mark_id: str, seen_version: int, reason: str, idempotency_key: str, now: datetime,
) -> Mark:
    """Decline somebody else's mark, saying why.

    Raises:
        NotFound, NotPermitted, SamePerson, Stale, Refused: as `approve`; no evidence is needed, a reason is.
    """
    return decide(store, grounds, viewer, ("decline",), Form(mark_id, seen_version, idempotency_key, now, reason))


def withdraw(
    store: Store, grounds: Grounds, viewer: Viewer, *, mark_id: str, seen_version: int, reason: str, idempotency_key: str, now: datetime,
) -> Mark:
    """Take a mark back before it is exported, one's own or another's, approved or not, saying why.

    Raises:
        NotFound, NotPermitted, Stale, Refused: as `approve`; no evidence is needed, a reason is.
    """
    return decide(store, grounds, viewer, ("withdraw",), Form(mark_id, seen_version, idempotency_key, now, reason))
