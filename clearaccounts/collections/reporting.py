"""What came of an order, per subscription: by hand, by file or from the API, each naming its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clearaccounts.access import Viewer
from clearaccounts.collections.checks import when
from clearaccounts.collections.clearing import note_cleared
from clearaccounts.collections.deciding import AlreadyThere, Form, decide
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.marks import Mark, Reported
from clearaccounts.collections.ordering import asked_elsewhere
from clearaccounts.collections.orders import DONE, FAILED, NOT_DONE, SOURCES, UNKNOWN, Order, Outcome, Report
from clearaccounts.decisions import Scene, Store
from clearaccounts.errors import Refused
from clearaccounts.text import N_


def report(
    store: Store, grounds: Grounds, viewer: Viewer, *, mark_id: str, said: Report, idempotency_key: str, now: datetime,
    seen_version: int | None = None, reason: str = "",
) -> Mark:
    """Record what came of an order, per subscription; said again, it changes nothing.

    What is suspended cannot be taken back by a report. What is unknown, or was never reported, may become anything; what failed
    or was not done may become suspended, or unknown while the API tries it again.

    Raises:
        NotFound: there is no such mark, or not for this viewer.
        NotPermitted: the role does not allow it.
        Stale: somebody decided meanwhile; says who and when.
        Refused: the report is of another order, names a subscription that the order does not, says what cannot be, another order asks
            for what had failed by now, or the mark has ended. Nothing of it is recorded then.
    """
    def rule(scene: Scene, marked: Mark) -> Mapping[str, Any]:
        outcomes = checked(said, marked.order, marked.outcomes)
        _refuse_asked_elsewhere(scene, marked, outcomes)
        return as_details(said, outcomes)

    form = Form(mark_id, seen_version, idempotency_key, now, reason, {**as_details(said, said.outcomes), "export_id": said.export_id})
    reported = decide(store, grounds, viewer, ("report",), form, rule)
    note_cleared(store, grounds, viewer, now, only=mark_id)
    return reported


def _refuse_asked_elsewhere(scene: Scene, marked: Mark, outcomes: Sequence[Outcome]) -> None:
    """Refuse to call suspended what this order left untouched and another has taken over: one alone brings it back."""
    tried = [one.subscription_id for one in outcomes if one.outcome not in {FAILED, NOT_DONE} and is_untouched(marked, one.subscription_id)]
    elsewhere = asked_elsewhere(scene.matching, marked) if tried else set()
    for line in () if marked.order is None else marked.order.lines:
        if line.subscription_id in tried and line.microsoft_subscription_id in elsewhere:
            raise Refused(
                N_("Another order asks for subscription {subscription} by now: report it there; nothing of this report was recorded."),
                subscription=line.subscription_id,
            )


def is_untouched(marked: Mark, subscription_id: str) -> bool:
    """Whether a line of the order is known to have come to nothing, so that another order may ask for the subscription."""
    return marked.outcome_of(subscription_id) in {FAILED, NOT_DONE}


def as_details(said: Report, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What the event of a report keeps."""
    return {"source": said.source, "source_name": said.source_name, "outcomes": [one.content for one in outcomes]}


def checked(said: Report, order: Order | None, known: Mapping[str, Reported]) -> list[Outcome]:
    """The outcomes of a report that say something new.

    Raises:
        AlreadyThere: it says nothing new.
        Refused: it cannot be about this order.
    """
    if order is None or said.export_id != order.export_id:
        raise Refused(N_("This report is about another order; nothing of it was recorded."))
    if said.source not in SOURCES:
        raise ValueError(f"{said.source} is no source of a report")
    done = DONE[order.action]
    new: list[Outcome] = []
    seen: set[str] = set()
    for one in said.outcomes:
        if order.line(one.subscription_id) is None:
            raise Refused(
                N_("The order asks nothing for subscription {subscription}; nothing of the report was recorded."),
                subscription=one.subscription_id,
            )
        if one.outcome not in {done, FAILED, NOT_DONE, UNKNOWN}:
            raise Refused(N_("{outcome} is nothing that can come of this order; nothing of the report was recorded."), outcome=one.outcome)
        if one.subscription_id in seen:
            raise Refused(
                N_("The report names subscription {subscription} twice; nothing of it was recorded."), subscription=one.subscription_id,
            )
        seen.add(one.subscription_id)
        before = known.get(one.subscription_id)
        if before is not None and not _may_follow(before.outcome.outcome, one.outcome, done, said.source):
            raise Refused(
                N_("Subscription {subscription} is {before} as {who} reported on {when}; a report cannot make it {after}."),
                subscription=one.subscription_id, before=before.outcome.outcome, who=before.by.name,
                when=when(before.at), after=one.outcome,
            )
        if before is None or _is_news(before.outcome, one):
            new.append(one)
    if not said.outcomes:
        raise Refused(N_("The report says nothing."))
    if not new:
        raise AlreadyThere
    return new


def _is_news(before: Outcome, one: Outcome) -> bool:
    """Another outcome, or a better word about the same: what is unknown, or how the subscription stood before."""
    is_told_more = one.outcome == UNKNOWN and one.detail not in {"", before.detail}
    return before.outcome != one.outcome or is_told_more or bool(one.state_before and not before.state_before)


def _may_follow(before: str, after: str, done: str, source: str) -> bool:
    if before in {UNKNOWN, after}:
        return True
    return before != done and (after == done or (after == UNKNOWN and source == "api"))
