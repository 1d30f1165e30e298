"""Everybody who was ever invited or let in, and how to find one of them."""

from __future__ import annotations

from collections import defaultdict

from clearaccounts.access import DEMO_PEOPLE, is_same_mailbox
from clearaccounts.decisions import Event, EventFilter
from clearaccounts.people.model import SUBJECT, Matching, Person, Status, built_in, fold
from clearaccounts.settings import Access


def everybody(matching: Matching, access: Access) -> list[Person]:
    """All people, by name; in demo mode the built-in ones are among them."""
    events: dict[str, list[Event]] = defaultdict(list)
    for event in matching(EventFilter(subject_type=SUBJECT)):
        events[event.subject_id].append(event)
    seeds = _seeds(access)
    found = (fold(seeds.get(user_id), events[user_id]) for user_id in {**seeds, **events})
    return sorted((person for person in found if person is not None), key=lambda person: (person.name.casefold(), person.user_id))


def by_id(user_id: str, matching: Matching, access: Access) -> Person | None:
    """The person with that id of ours."""
    return fold(_seeds(access).get(user_id), matching(EventFilter(subject_type=SUBJECT, subject_id=user_id)))


def by_identity(tenant_id: str, object_id: str, matching: Matching, access: Access) -> Person | None:
    """The person who joined with that identity of the directory."""
    return next((
        person for person in everybody(matching, access)
        if object_id and (person.tenant_id, person.object_id) == (tenant_id, object_id)
    ), None)


def by_email(email: str, matching: Matching, access: Access) -> list[Person]:
    """Everybody whose address reaches the same mailbox, whose invitation was not withdrawn."""
    return [
        person for person in everybody(matching, access)
        if person.status is not Status.WITHDRAWN and is_same_mailbox(person.email, email)
    ]


def _seeds(access: Access) -> dict[str, Person]:
    return {} if access.is_oidc else {viewer.user_id: built_in(viewer) for viewer in DEMO_PEOPLE}
