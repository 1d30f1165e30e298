"""The workflow of suspension marks: a person marks, another approves, on the same evidence.

Every action gathers what it needs from the newest warehouse under the store's lock, so that a payment
that was imported a moment ago is seen; each refusal is one sentence that says what to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from clearaccounts.access import Permission, Viewer, is_same_person
from clearaccounts.accounts import account
from clearaccounts.collections.evidence import Evidence, gather
from clearaccounts.collections.marks import SUBJECT, TRANSITIONS, Mark, Status, current, fold, folded, table
from clearaccounts.collections.policy import Policy
from clearaccounts.decisions import Action, Event, EventFilter, Scene, Store
from clearaccounts.errors import NotFound, Refused, SamePerson
from clearaccounts.money import exact
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

__all__ = [
    "SUBJECT", "TRANSITIONS", "Grounds", "Mark", "Status", "approve", "current", "decline", "history", "mark", "mark_of", "table",
    "withdraw",
]

_LONGEST_REASON = 2000
_NO_MARK = N_("There is no such mark.")


@dataclass(frozen=True)
class Grounds:
    """Where an action finds what it rests on, asked while the action holds the store's lock.

    Attributes:
        warehouse: opens the newest build.
        policy: the approved policy in force on a day, or None.
    """

    warehouse: Callable[[], Warehouse]
    policy: Callable[[date], Policy | None]

    def evidence(self, viewer: Viewer, customer_id: str, currency: str) -> tuple[Evidence, dict[str, Any]]:
        """The evidence by the newest build, and which build that is.

        Raises:
            NotFound: there is no such customer, or not for this viewer.
        """
        newest = self.warehouse()
        as_of_on = newest.build.as_of_on
        found = gather(newest, viewer, customer_id, currency, as_of_on=as_of_on, policy=self.policy(as_of_on))
        return found, {"build_id": newest.build.build_id, "as_of_on": as_of_on}


def mark(
    store: Store, grounds: Grounds, viewer: Viewer, *,
    customer_id: str, currency: str, reason: str, seen_evidence_hash: str, idempotency_key: str, now: datetime,
) -> Mark:
    """Mark a flagged customer for suspension, in one currency.

    Args:
        store: where it is recorded.
        grounds: the newest warehouse and the policy.
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
        _check_reason(reason)
        evidence, build = grounds.evidence(scene.viewer, customer_id, currency)
        for other in folded(scene.matching(EventFilter(subject_type=SUBJECT, customer_id=customer_id))):
            if other.is_open and other.currency == currency:
                raise Refused(
                    N_("{customer} is already marked in {currency}: {who} marked it on {when}."), customer=evidence.customer_name,
                    currency=currency, who=other.marked_by.name, when=_when(other.marked_at),
                )
        _check_flag(evidence)
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


def approve(
    store: Store, grounds: Grounds, viewer: Viewer, *,
    mark_id: str, seen_version: int, seen_evidence_hash: str, idempotency_key: str, now: datetime, reason: str = "",
) -> Mark:
    """Approve somebody else's mark, on the evidence it was made on.

    Raises:
        NotFound: there is no such mark, or not for this viewer.
        NotPermitted: the role does not allow it.
        SamePerson: it is the viewer's own mark.
        Stale: somebody decided meanwhile; says who and when.
        Refused: paid since, on hold since, not flagged any more, or changed since.
    """
    def rule(scene: Scene, marked: Mark) -> Mapping[str, Any]:
        if seen_evidence_hash != marked.evidence_hash:
            raise Refused(N_("What you saw is not what {who} marked; look at it again."), who=marked.marked_by.name)
        evidence, build = grounds.evidence(scene.viewer, marked.customer_id, marked.currency)
        _check_unchanged(marked, evidence)
        return {"evidence_hash": evidence.hash, "build": build}

    asked = {"evidence_hash": seen_evidence_hash}
    return _decide(store, grounds, viewer, "approve", mark_id, seen_version, reason, idempotency_key, now, rule, asked)


def decline(
    store: Store, grounds: Grounds, viewer: Viewer, *, mark_id: str, seen_version: int, reason: str, idempotency_key: str, now: datetime,
) -> Mark:
    """Decline somebody else's mark, saying why.

    Raises:
        NotFound, NotPermitted, SamePerson, Stale, Refused: as `approve`; no evidence is needed, a reason is.
    """
    return _decide(store, grounds, viewer, "decline", mark_id, seen_version, reason, idempotency_key, now)


def withdraw(
    store: Store, grounds: Grounds, viewer: Viewer, *, mark_id: str, seen_version: int, reason: str, idempotency_key: str, now: datetime,
) -> Mark:
    """Take a mark back, one's own or another's, approved or not, saying why.

    Raises:
        NotFound, NotPermitted, Stale, Refused: as `approve`; no evidence is needed, a reason is.
    """
    return _decide(store, grounds, viewer, "withdraw", mark_id, seen_version, reason, idempotency_key, now)


def mark_of(store: Store, mark_id: str) -> Mark:
    """One mark as it stands now; callers check the viewer's scope by its customer.

    Raises:
        NotFound: there is no such mark.
    """
    events = store.matching(EventFilter(subject_type=SUBJECT, subject_id=mark_id))
    if not events:
        raise NotFound(_NO_MARK)
    return fold(events)


def history(store: Store, warehouse: Warehouse, viewer: Viewer, customer_id: str) -> tuple[Event, ...]:
    """Everything that was decided about the suspension of one customer, oldest first.

    Raises:
        NotPermitted: the role may not see flags.
        NotFound: there is no such customer, or not for this viewer.
    """
    viewer.require(Permission.VIEW_FLAGS)
    account(warehouse, customer_id, viewer)
    return store.matching(EventFilter(subject_type=SUBJECT, customer_id=customer_id))


def _decide(  # noqa: PLR0917 - the three deciding functions name everything; this one passes it on
    store: Store, grounds: Grounds, viewer: Viewer, event_type: str, mark_id: str, seen_version: int, reason: str, idempotency_key: str,
    now: datetime, rule: Callable[[Scene, Mark], Mapping[str, Any]] | None = None, asked: Mapping[str, Any] | None = None,
) -> Mark:
    step = TRANSITIONS[event_type]

    def guard(scene: Scene) -> None:
        if not scene.events or not _is_in_scope(grounds, scene.viewer, fold(scene.events).customer_id):
            raise NotFound(_NO_MARK)
        marked = fold(scene.events)
        if step.by_another and is_same_person(marked.marked_by.viewer, scene.viewer):
            raise SamePerson(
                N_("You marked {customer} yourself; another person decides. You may withdraw the mark."), customer=marked.customer_name,
            )

    def decided(scene: Scene) -> Mapping[str, Any]:
        if step.needs_reason:
            _check_reason(reason)
        marked = fold(scene.events)
        if marked.mark_status not in step.before:
            last = scene.events[-1]
            raise Refused(TRANSITIONS[last.event_type].done, who=last.by.name, when=_when(last.occurred_at))
        return {} if rule is None else rule(scene, marked)

    event = store.append(viewer, Action(
        SUBJECT, mark_id, step.event_type, reason.strip(), idempotency_key, now, step.permissions, decided,
        asked=asked or {}, expected_version=seen_version, guard=guard, meanwhile={key: other.done for key, other in TRANSITIONS.items()},
    ))
    # The answer is the state this event led to, whatever followed: the same key gives the same answer.
    events = store.matching(EventFilter(subject_type=SUBJECT, subject_id=event.subject_id))
    return fold(events[: event.version])


def _is_in_scope(grounds: Grounds, viewer: Viewer, customer_id: str) -> bool:
    # Whoever sees all customers may also decide about one that the newest data no longer hold.
    if viewer.agent_scope is None:
        return True
    try:
        account(grounds.warehouse(), customer_id, viewer)
    except NotFound:
        return False
    return True


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(N_("Give a reason."))
    if len(reason) > _LONGEST_REASON:
        raise Refused(N_("The reason is too long; {limit} characters are kept."), limit=_LONGEST_REASON)


def _check_flag(evidence: Evidence) -> None:
    if evidence.hold_reasons:
        raise Refused(
            N_("{customer} is on hold ({holds}); a hold always wins."), customer=evidence.customer_name,
            holds=_words(evidence.hold_reasons),
        )
    if not evidence.is_flagged:
        raise Refused(
            N_("The policy does not flag {customer} for suspension in {currency}."), customer=evidence.customer_name,
            currency=evidence.currency,
        )


def _check_unchanged(marked: Mark, now: Evidence) -> None:
    """Refuse what no longer rests on what was marked, with the reason that matters most first."""
    paid = _paid_since(marked.evidence, now)
    if paid > 0:
        raise Refused(
            N_("{customer} has paid or was credited since this was marked: {amount} {currency} less is open. Nothing was approved."),
            customer=now.customer_name, amount=exact(paid, now.currency), currency=now.currency,
        )
    held_before = {hold["hold_id"] for hold in marked.evidence["holds"]}
    new_holds = tuple(hold["hold_type"] for hold in now.holds if hold["hold_id"] not in held_before)
    reasons = now.hold_reasons or new_holds
    if reasons:
        raise Refused(
            N_("{customer} is on hold since this was marked ({holds}); a hold always wins."), customer=now.customer_name,
            holds=_words(reasons),
        )
    if not now.is_flagged:
        raise Refused(
            N_("The policy no longer flags {customer} for suspension in {currency}; withdraw the mark."), customer=now.customer_name,
            currency=now.currency,
        )
    if now.hash != marked.evidence_hash:
        raise Refused(
            N_("What the mark of {customer} rests on has changed since; withdraw it and look at the customer again."),
            customer=now.customer_name,
        )


def _paid_since(before: Mapping[str, Any], now: Evidence) -> Decimal:
    """By how much less is open on what was marked, money on account taken off; money that was only applied changes nothing."""
    open_now = {(item.invoice_id, item.instalment_number): item.amount_outstanding for item in now.items}
    then = sum((Decimal(item["amount_outstanding"]) for item in before["items"]), Decimal(before["amount_unapplied"]))
    keys = [(item["invoice_id"], item["instalment_number"]) for item in before["items"]]
    return then - sum((open_now.get(key, Decimal(0)) for key in keys), now.amount_unapplied)


def _words(codes: tuple[str, ...]) -> str:
    return ", ".join(sorted({code.replace("_", " ") for code in codes}))


def _when(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
