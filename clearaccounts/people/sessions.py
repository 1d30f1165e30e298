"""Sessions: who signed in when, which are still open, and ending one's own others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clearaccounts.access import Permission, Viewer
from clearaccounts.decisions import Action, Event, EventFilter, Scene, Store
from clearaccounts.errors import NotFound
from clearaccounts.people.model import Person, Status
from clearaccounts.people.presence import CLOCKS_APART, SESSION
from clearaccounts.settings import Access
from clearaccounts.text import N_


@dataclass(frozen=True)
class SignedIn:
    """When somebody last signed in (UTC; None: never), and the ids of their sessions that are still good."""

    last_at: datetime | None
    open_ids: tuple[str, ...]


NEVER = SignedIn(None, ())


def by_person(store: Store, access: Access, people: list[Person], now: datetime) -> dict[str, SignedIn]:
    """Per user_id what is known of their sessions; who never signed in is missing.

    Sign-ins are many and kept for ever: no more of them are read than can still be good.
    """
    known = {person.user_id: person for person in people}
    open_ids: dict[str, list[str]] = defaultdict(list)
    since = now - timedelta(hours=access.session_hours) - CLOCKS_APART
    events = store.matching(EventFilter(subject_type=SESSION, from_at=since))
    ended = {event.subject_id for event in events if event.event_type == "signed_out"}
    for event in events:
        person = known.get(event.actor) if event.event_type == "signed_in" and event.subject_id not in ended else None
        if person is not None and _is_good(store, access, person, event, now):
            open_ids[person.user_id].append(event.subject_id)
    last_at = store.newest(SESSION, "signed_in")
    return {user_id: SignedIn(last_at[user_id], tuple(open_ids[user_id])) for user_id in known if user_id in last_at}


def end_own_others(store: Store, access: Access, viewer: Viewer, person: Person, *, idempotency_key: str, now: datetime) -> int:
    """End every session of one's own but the one that one acts in.

    Args:
        store: where it is recorded.
        access: the rules of `[access]`.
        viewer: who acts, in the session that stays.
        person: the same person, as they are on record.
        idempotency_key: made when the button was drawn.
        now: the caller's clock.

    Returns:
        How many were ended.

    Raises:
        NotPermitted: the session that one acts in is itself over.
        ValueError: it is somebody else.
    """
    if person.user_id != viewer.user_id:
        raise ValueError("a person ends their own sessions alone")
    own = viewer.session.session_id if viewer.session is not None else ""
    others = [one for one in by_person(store, access, [person], now).get(person.user_id, NEVER).open_ids if one != own]
    for session_id in others:
        store.append(viewer, Action(
            SESSION, session_id, "signed_out", "", f"{idempotency_key}/{session_id}", now, tuple(Permission), _nothing, guard=_is_own,
        ))
    return len(others)


def _is_own(scene: Scene) -> None:
    if not scene.events or scene.events[0].details["user_id"] != scene.viewer.user_id:
        raise NotFound(N_("There is no such session."))


def _nothing(_: Scene) -> Mapping[str, Any]:
    return {}


def _is_good(store: Store, access: Access, person: Person, begun: Event, now: datetime) -> bool:
    """Whether `presence` would still let them act in it."""
    started_at = datetime.fromisoformat(begun.details["started_at"])
    if person.status is not Status.ACTIVE or begun.sequence < person.ended_at_sequence:
        return False
    if now >= started_at + timedelta(hours=access.session_hours):
        return False
    seen_at = store.seen_at(begun.subject_id) or begun.occurred_at
    return now - seen_at < timedelta(minutes=access.idle_minutes)
