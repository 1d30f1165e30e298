"""The way back: another person than the marker approves it, it is exported once, and reported per subscription.

Nothing is brought back by itself. What the suspension took away (auto-renew, scheduled changes) has to be put back by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from clearaccounts.access import OPERATOR, Viewer
from clearaccounts.collections.checks import check_reason
from clearaccounts.collections.clearing import is_debt_gone
from clearaccounts.collections.deciding import AlreadyThere, Form, decide
from clearaccounts.collections.evidence import SubscriptionsNowFilter
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.marks import Mark, Reported
from clearaccounts.collections.orders import DONE, FAILED, REACTIVATE, SUSPEND, UNKNOWN, Order, OrderLine, Report, export_id
from clearaccounts.collections.reporting import as_details, checked, is_untouched
from clearaccounts.decisions import Scene, Store, is_blank
from clearaccounts.errors import Refused
from clearaccounts.text import N_

# From here no subscription comes back.
_ENDED = {"expired", "disabled", "deleted"}


def approve_reinstatement(
    store: Store, grounds: Grounds, viewer: Viewer, *,
    mark_id: str, seen_version: int, idempotency_key: str, now: datetime, reason: str = "",
) -> Mark:
    """Approve that the subscriptions which a mark suspended are brought back; as long as the debt is not gone, saying why.

    Raises:
        NotFound: there is no such mark, or not for this viewer.
        NotPermitted: the role does not allow it.
        SamePerson: the viewer marked the customer.
        Stale: somebody decided meanwhile; says who and when.
        Refused: nothing of it is suspended, or a reason is missing.
    """
    def rule(_: Scene, marked: Mark) -> Mapping[str, Any]:
        if not _to_bring_back(marked):
            raise Refused(N_("Nothing of {customer} was suspended by this mark."), customer=marked.customer_name)
        newest = grounds.warehouse()
        is_gone = is_debt_gone(newest, marked)
        if not is_gone and is_blank(reason):
            raise Refused(
                N_("{customer} has not paid everything that the mark rests on; give the reason for bringing the subscriptions back."),
                customer=marked.customer_name,
            )
        check_reason(reason, is_needed=False)
        build = {"build_id": newest.build.build_id, "as_of_on": newest.build.as_of_on}
        return {"evidence_hash": marked.evidence_hash, "is_debt_gone": is_gone, "build": build}

    return decide(store, grounds, viewer, ("approve_reinstatement",), Form(mark_id, seen_version, idempotency_key, now, reason), rule)


def _to_bring_back(marked: Mark) -> tuple[OrderLine, ...]:
    """The lines of the order that are suspended, or may be: once one of them is, all that are not known to be untouched."""
    lines = () if marked.order is None else marked.order.lines
    if not any(marked.outcome_of(line.subscription_id) in {DONE[SUSPEND], UNKNOWN} for line in lines):
        return ()
    return tuple(line for line in lines if not is_untouched(marked, line.subscription_id))


def _as_it_was(line: OrderLine, reported: Reported | None) -> OrderLine:
    """The line with what Microsoft itself said of the subscription just before it was suspended, where that is known."""
    state = None if reported is None else reported.outcome.state_before
    if state is None:
        return line
    renews = state.get("autoRenewEnabled")
    return replace(
        line, is_auto_renew_before=renews if isinstance(renews, bool) else line.is_auto_renew_before,
        # The script's module does not know of scheduled changes: it says nothing of them, which is not the same as none.
        has_scheduled_changes_before=bool(state["scheduledNextTermInstructions"]) if "scheduledNextTermInstructions" in state else None,
    )


def export_reinstatement(
    store: Store, grounds: Grounds, viewer: Viewer, *, mark_id: str, seen_version: int, idempotency_key: str, now: datetime,
) -> Mark:
    """Make the order of an approved reinstatement; its files are made of `Mark.reinstatement`. Exported again it is the same.

    Raises:
        NotFound, NotPermitted, Stale: as `approve_reinstatement`.
        Refused: it is not approved.
    """
    def rule(_: Scene, marked: Mark) -> Mapping[str, Any]:
        order = Order(
            export_id(mark_id, REACTIVATE), mark_id, REACTIVATE, marked.customer_id, marked.currency, marked.evidence_hash,
            now.astimezone(UTC), tuple(_as_it_was(line, marked.outcomes.get(line.subscription_id)) for line in _to_bring_back(marked)),
        )
        return {"order": order.content, "evidence_hash": marked.evidence_hash}

    def first(_: Scene, marked: Mark) -> None:
        if marked.reinstatement is not None:
            raise AlreadyThere

    return decide(store, grounds, viewer, ("export_reinstatement",), Form(mark_id, seen_version, idempotency_key, now), rule, before=first)


def report_reinstatement(
    store: Store, grounds: Grounds, viewer: Viewer, *, mark_id: str, said: Report, idempotency_key: str, now: datetime,
    seen_version: int | None = None, reason: str = "",
) -> Mark:
    """Record what came of a reinstatement, per subscription; said again, it changes nothing.

    What is reactivated cannot be taken back by a report. The mark ends when every line is reactivated, or beyond it: Microsoft has
    ended the subscription, by the newest data.

    Raises:
        NotFound, NotPermitted, Stale: as `approve_reinstatement`.
        Refused: the report is of another order, names a subscription that the order does not, or says what cannot be. Nothing of it
            is recorded then.
    """
    def rule(_: Scene, marked: Mark) -> Mapping[str, Any]:
        failed = {name for name, known in marked.reinstated.items() if known.outcome.outcome == FAILED}
        failed |= {one.subscription_id for one in said.outcomes if one.outcome == FAILED}
        beyond = (failed & _ended(grounds, marked)) - marked.beyond
        try:
            outcomes = checked(said, marked.reinstatement, marked.reinstated)
        except AlreadyThere:
            if not beyond:
                raise
            outcomes = []  # nothing new is said, but meanwhile the data show that it ended there
        return {**as_details(said, outcomes), "beyond": sorted(beyond)}

    form = Form(mark_id, seen_version, idempotency_key, now, reason, {**as_details(said, said.outcomes), "export_id": said.export_id})
    return decide(store, grounds, viewer, ("report_reinstatement",), form, rule)


def _ended(grounds: Grounds, marked: Mark) -> set[str]:
    """The lines of the reinstatement that the newest data show as ended, or no longer hold."""
    newest = grounds.warehouse()
    chosen = SubscriptionsNowFilter(marked.customer_id, newest.build.as_of_on)
    found = newest.run("collections/order_lines", chosen, OPERATOR).to_pylist()
    status = {row["subscription_id"]: row["subscription_status"] for row in found}
    lines = () if marked.reinstatement is None else marked.reinstatement.lines
    return {line.subscription_id for line in lines if status.get(line.subscription_id, "deleted") in _ENDED}
