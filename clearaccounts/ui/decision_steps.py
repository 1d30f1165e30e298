"""What a person may do with a mark, each with its words and the one function that does it.

Every step is sent through `clearaccounts.collections.suspensions`, which looks everything up again under the store's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from clearaccounts.access import Permission, Viewer, is_same_person
from clearaccounts.collections import suspensions
from clearaccounts.collections.suspensions import Chosen, Mark, Marked, Status
from clearaccounts.text import N_
from clearaccounts.ui import connection, guard


@dataclass(frozen=True)
class Target:
    """One customer in one currency that a form is about, and the evidence that was shown of it."""

    customer_id: str
    customer_name: str
    currency: str
    amount_overdue: Decimal
    overdue_days: int
    evidence_hash: str


@dataclass(frozen=True)
class Form:
    """One open form: what is to be decided, about whom, under which key; `notes` are what else follows, already in words."""

    action: str
    targets: tuple[Target, ...]
    idempotency_key: str = ""
    mark_id: str = ""
    version: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing to do, in words marked with N_: the button's verb, what follows from it, what is said when it is done.

    `asks` is what the text field is called; None where nothing is asked.
    """

    title: str
    consequence: str
    said: str
    asks: str | None
    send: Callable[[Form, str], list[Marked]]


def _mark(form: Form, reason: str) -> list[Marked]:
    chosen = [Chosen(one.customer_id, one.currency, one.evidence_hash) for one in form.targets]
    found = suspensions.mark_many(
        connection.store(), connection.grounds(), guard.person(), chosen=chosen, reason=reason, idempotency_key=form.idempotency_key,
        now=connection.now(),
    )
    # What refuses the one of one, or all for want of a reason, is said in the form, where it can be mended.
    if found[0].problem is not None and (len(found) == 1 or not reason.strip()):
        raise found[0].problem
    return found


def _one(form: Form, mark: Mark) -> list[Marked]:
    only = form.targets[0]
    return [Marked(Chosen(only.customer_id, only.currency, only.evidence_hash), mark)]


def _act(act: Callable[..., Mark], form: Form, **words: str) -> list[Marked]:
    """Take one step with the mark that the form is about, in the version that was seen."""
    return _one(form, act(
        connection.store(), connection.grounds(), guard.person(), mark_id=form.mark_id, seen_version=form.version,
        idempotency_key=form.idempotency_key, now=connection.now(), **words,
    ))


def _approve(form: Form, reason: str) -> list[Marked]:
    return _act(suspensions.approve, form, reason=reason, seen_evidence_hash=form.targets[0].evidence_hash)


def _decline(form: Form, reason: str) -> list[Marked]:
    return _act(suspensions.decline, form, reason=reason)


def _withdraw(form: Form, reason: str) -> list[Marked]:
    return _act(suspensions.withdraw, form, reason=reason)


def _export(form: Form, _: str) -> list[Marked]:
    return _act(suspensions.export, form)


def _approve_reinstatement(form: Form, reason: str) -> list[Marked]:
    return _act(suspensions.approve_reinstatement, form, reason=reason)


def _export_reinstatement(form: Form, _: str) -> list[Marked]:
    return _act(suspensions.export_reinstatement, form)


_REASON, _NOTE = N_("Reason"), N_("Note, if any")
STEPS = {
    "mark": Step(
        N_("Mark for suspension"),
        N_("Another person is asked to approve this. Nothing is suspended yet, and a payment or a hold stops it."),
        N_("Marked. Another person must approve it."), _REASON, _mark,
    ),
    "approve": Step(
        N_("Approve the mark"),
        N_("With your approval the customer's subscriptions may be suspended at Microsoft: their users lose access. It holds 24 hours."),
        N_("Approved."), _NOTE, _approve,
    ),
    "decline": Step(
        N_("Decline the mark"),
        N_("The mark ends here. The customer stays flagged as long as the policy says so, and may be marked again."),
        N_("Declined."), _REASON, _decline,
    ),
    "withdraw": Step(
        N_("Withdraw the mark"), N_("The mark ends here, also if it was approved. The customer may be marked again."),
        N_("Withdrawn."), _REASON, _withdraw,
    ),
    "export": Step(
        N_("Export for Partner Center"),
        N_("The order is made from the newest data and can be downloaded. Nothing is suspended until somebody carries it out; "
           "then their users lose access."),
        N_("Exported. Download the files, carry them out, then report what came of each subscription."), None, _export,
    ),
    "approve_reinstatement": Step(
        N_("Approve the reinstatement"),
        N_("With your approval the subscriptions may be reactivated at Microsoft: their users get access again. "
           "Auto-renew and scheduled changes do not come back by themselves."),
        N_("Reinstatement approved."), N_("Reason (needed while the debt is not gone)"), _approve_reinstatement,
    ),
    "export_reinstatement": Step(
        N_("Export the reinstatement"),
        N_("The order is made and can be downloaded. Nothing is reactivated until somebody carries it out."),
        N_("Exported. Download the files, carry them out, then report what came of each subscription."), None, _export_reinstatement,
    ),
}


def offered(mark: Mark | None, turn: str | None, viewer: Viewer, *, is_flagged: bool) -> list[str]:
    """The steps that this person may take now; the store decides in the end.

    Args:
        mark: the open mark, or None.
        turn: the list that it stands on (see `desk.turn`).
        viewer: who looks.
        is_flagged: whether the policy flags the customer today.
    """
    if mark is None:
        return ["mark"] if viewer.may(Permission.MARK) and is_flagged else []
    status, is_own = mark.mark_status, is_same_person(mark.marked_by.viewer, viewer)
    found: list[str] = []
    if status in {Status.MARKED, Status.APPROVED_ONCE, Status.APPROVED}:
        if turn == "marked" and viewer.may(Permission.APPROVE) and not is_own and not _approved_once_by(mark, viewer):
            found += ["approve"]
        if turn == "approved" and viewer.may(Permission.EXPORT):
            found += ["export"]
        if status is not Status.APPROVED and viewer.may(Permission.APPROVE) and not is_own:
            found += ["decline"]
        return [*found, "withdraw"] if viewer.may(Permission.APPROVE) or viewer.may(Permission.MARK) else found
    if status in {Status.EXPORTED, Status.SUSPENDED} and mark.suspended and viewer.may(Permission.REINSTATE) and not is_own:
        found += ["approve_reinstatement"]
    if status is Status.REINSTATEMENT_APPROVED and viewer.may(Permission.EXPORT):
        found += ["export_reinstatement"]
    return found


def _approved_once_by(mark: Mark, viewer: Viewer) -> bool:
    return mark.mark_status is Status.APPROVED_ONCE and any(is_same_person(one.by.viewer, viewer) for one in mark.approvals)
