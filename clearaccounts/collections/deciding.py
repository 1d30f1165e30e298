"""One step of a mark's life, as all its steps are taken: scope, person, version, where the mark stands, then the step's own rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clearaccounts.access import Viewer, is_same_person
from clearaccounts.collections.checks import check_reason, has_lapsed, when
from clearaccounts.collections.grounds import Grounds, Matching, latest
from clearaccounts.collections.marks import SUBJECT, Mark, fold
from clearaccounts.collections.transitions import TRANSITIONS, Status
from clearaccounts.decisions import Action, Event, EventFilter, Scene, Store
from clearaccounts.errors import NotFound, Refused, SamePerson, Stale
from clearaccounts.text import N_

NO_MARK = N_("There is no such mark.")
# What makes nobody's form old: it changes nothing that anybody saw.
_SILENT = {"lapse", "clear"}

Rule = Callable[[Scene, Mark], Mapping[str, Any]]


@dataclass(frozen=True)
class Form:
    """What every form about a mark sends: which mark, as which version it was seen (None = whatever it is), why, and its key."""

    mark_id: str
    seen_version: int | None
    idempotency_key: str
    now: datetime
    reason: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)


class AlreadyThere(Refused):
    """What was asked for has been done: nothing is recorded, and the answer is what there is."""

    def __init__(self) -> None:
        super().__init__(N_("This was done already."))


def _nothing(_: Scene, __: Mark) -> Mapping[str, Any]:
    return {}


def decide(  # noqa: PLR0917 - what every step names; the functions built on it name everything
    store: Store, grounds: Grounds, viewer: Viewer, event_types: tuple[str, ...], form: Form, rule: Rule = _nothing,
    choose: Callable[[Scene, Mark], str] | None = None, before: Callable[[Scene, Mark], None] = lambda _, __: None,
) -> Mark:
    """Take one step with a mark.

    Args:
        store: where it is recorded.
        grounds: for the scope.
        viewer: who acts.
        event_types: the step; several if the store's content decides which, and then `choose` does.
        form: what was sent.
        rule: refuses, or gives what the event keeps.
        choose: which of the steps it is, under the lock.
        before: looks first, even if the form is old; raises AlreadyThere when there is nothing to do.

    Returns:
        The mark as this step left it, whatever followed: the same key gives the same answer. If there was nothing to do, the mark
        as it stands.

    Raises:
        NotFound, NotPermitted, SamePerson, Stale, Refused: see the functions that are built on this.
    """
    step = TRANSITIONS[event_types[0]]

    def guard(scene: Scene) -> None:
        if not scene.events:
            raise NotFound(NO_MARK)
        marked = fold(scene.events)
        if not grounds.is_in_scope(scene.viewer, marked.customer_id):
            raise NotFound(NO_MARK)
        if step.by_another:
            _refuse_same_person(scene.viewer, marked, event_types[0])
        before(scene, marked)
        if form.seen_version is not None and _has_changed(scene.events, form.seen_version):
            last = scene.events[-1]
            raise Stale(TRANSITIONS[last.event_type].done, who=last.by.name, when=when(last.occurred_at))

    def decided(scene: Scene) -> Mapping[str, Any]:
        check_reason(form.reason, is_needed=step.needs_reason)
        marked = fold(scene.events)
        if marked.mark_status not in step.before:
            last = scene.events[-1]
            raise Refused(TRANSITIONS[last.event_type].done, who=last.by.name, when=when(last.occurred_at))
        return rule(scene, marked)

    def chosen(scene: Scene) -> str:
        return event_types[0] if choose is None else choose(scene, fold(scene.events))

    action = Action(
        SUBJECT, form.mark_id, event_types[0], form.reason.strip(), form.idempotency_key, form.now, step.permissions, decided,
        asked={**form.asked, **({} if form.seen_version is None else {"version": form.seen_version})}, guard=guard,
        variants=event_types[1:], choose=chosen,
    )
    try:
        event = store.append(viewer, action)
    except AlreadyThere:
        return mark_of(store, form.mark_id)
    events = store.matching(EventFilter(subject_type=SUBJECT, subject_id=event.subject_id))
    return fold(events[: event.version])


def _refuse_same_person(viewer: Viewer, marked: Mark, event_type: str) -> None:
    if is_same_person(marked.marked_by.viewer, viewer):
        raise SamePerson(
            N_("You marked {customer} yourself; another person decides. You may withdraw the mark.")
            if marked.order is None else N_("You marked {customer} yourself; another person decides."),
            customer=marked.customer_name,
        )
    is_second = event_type == "approve" and marked.mark_status is Status.APPROVED_ONCE
    if is_second and any(is_same_person(approval.by.viewer, viewer) for approval in marked.approvals):
        raise SamePerson(
            N_("You approved the mark of {customer} already; another person gives the second approval."), customer=marked.customer_name,
        )


def _has_changed(events: tuple[Event, ...], seen_version: int) -> bool:
    return seen_version < 1 or seen_version > len(events) or any(event.event_type not in _SILENT for event in events[seen_version:])


def mark_of(store: Store, mark_id: str) -> Mark:
    """One mark as it stands now; callers check the viewer's scope by its customer.

    Raises:
        NotFound: there is no such mark.
    """
    events = store.matching(EventFilter(subject_type=SUBJECT, subject_id=mark_id))
    if not events:
        raise NotFound(NO_MARK)
    return fold(events)


def is_lapse_due(matching: Matching, mark: Mark, now: datetime) -> bool:
    """Whether the approval in force is more than 24 hours old, by the later of `now` and everything recorded since."""
    return bool(mark.approvals) and mark.order is None and has_lapsed(mark, latest(matching, now, mark.approvals[-1].sequence))


def lapse(store: Store, grounds: Grounds, viewer: Viewer, *, mark_id: str, now: datetime) -> Mark:
    """Record that a mark's approval has lapsed, if it has; else the mark as it is.

    Raises:
        NotFound: there is no such mark, or not for this viewer.
        NotPermitted: the role decides nothing about marks.
    """
    events = store.matching(EventFilter(subject_type=SUBJECT, subject_id=mark_id))
    if events and not is_lapse_due(store.matching, marked := fold(events), now):
        return marked

    def rule(scene: Scene, again: Mark) -> Mapping[str, Any]:
        if not is_lapse_due(scene.matching, again, now):
            raise Refused(N_("The approval has not lapsed."))
        return {"approved_at": again.approved_at}

    form = Form(mark_id, None, f"lapse:{mark_id}:{len(events)}:{viewer.user_id}", now)
    try:
        return decide(store, grounds, viewer, ("lapse",), form, rule)
    except Refused:  # somebody else recorded it, or acted, a moment ago
        return mark_of(store, mark_id)


def lapse_first(store: Store, grounds: Grounds, viewer: Viewer, mark_id: str, now: datetime) -> None:
    """Before anything is done with a mark: record the lapse of its approval if it is due and this person may act on marks at all."""
    if any(viewer.may(permission) for permission in TRANSITIONS["lapse"].permissions):
        with suppress(NotFound):  # the step itself tells, and puts it on record
            mark_of(store, mark_id)
            lapse(store, grounds, viewer, mark_id=mark_id, now=now)
