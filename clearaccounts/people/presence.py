"""The one place that says whether somebody may still act: asked on every run of a page, and inside every action's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from clearaccounts.access import OPERATOR, Viewer
from clearaccounts.decisions import EventFilter, People
from clearaccounts.errors import SignedOut
from clearaccounts.people import register
from clearaccounts.people.model import Matching, Person, Status
from clearaccounts.settings import Access
from clearaccounts.text import N_

SESSION = "session"
# A token of a directory whose clock runs ahead of ours.
CLOCKS_APART = timedelta(minutes=5)

_NOT_KNOWN = N_("You are not known here any more; sign in again.")
ENDED = N_("Your session was ended; sign in again.")


def directory(access: Access) -> People:
    """The directory that a decisions store asks inside every action."""
    return partial(present, access)


def present(access: Access, viewer: Viewer, matching: Matching, now: datetime) -> Viewer:
    """Who this person is now, with the role they have now.

    Args:
        access: the rules of `[access]`.
        viewer: the person as they were known when their session, or this run of a page, began.
        matching: the events, or those that an action sees under the store's lock.
        now: the caller's clock.

    Raises:
        SignedOut: nobody knows them any more, their access was withdrawn, or their session is over; the sentence says which.
    """
    if viewer == OPERATOR:
        return OPERATOR
    person = check_person(register.by_id(viewer.user_id, matching, access))
    if access.is_oidc:
        _check_session(access, person, viewer, matching, now)
    return replace(person.viewer, session=viewer.session)


def check_person(person: Person | None) -> Person:
    """The person, if they are one who may act.

    Raises:
        SignedOut: they are not; its `user_id` says whose access was withdrawn, if it was.
    """
    if person is None or person.status in {Status.INVITED, Status.WITHDRAWN}:
        raise SignedOut(_NOT_KNOWN)
    if person.status is Status.DISABLED:
        # Who it is goes along: what they asked for goes on record as theirs.
        raise SignedOut(N_("Your access was withdrawn; ask a user administrator."), user_id=person.user_id)
    return person


def check_begun_since(person: Person, started_at: datetime) -> None:
    """Refuse a sign-in that was made before all sessions of the person were ended, and is used for the first time now.

    Raises:
        SignedOut: it was. A directory tells whole seconds: one of the same second passes.
    """
    if person.ended_at is not None and started_at < person.ended_at.replace(microsecond=0):
        raise SignedOut(ENDED)


def check_length(access: Access, started_at: datetime, now: datetime) -> None:
    """Refuse a session that has lasted as long as one may, or that a clock puts into the future.

    Raises:
        SignedOut: it has.
    """
    if not started_at - CLOCKS_APART <= now < started_at + timedelta(hours=access.session_hours):
        raise SignedOut(N_("A session lasts {hours} hours at most; sign in again."), hours=access.session_hours)


def _check_session(access: Access, person: Person, viewer: Viewer, matching: Matching, now: datetime) -> None:
    session = viewer.session
    events = () if session is None else matching(EventFilter(subject_type=SESSION, subject_id=session.session_id))
    if session is None or not events or events[0].details.get("user_id") != person.user_id:
        raise SignedOut(_NOT_KNOWN)
    if any(event.event_type == "signed_out" for event in events):
        raise SignedOut(N_("You signed out; sign in again."))
    if events[0].sequence < person.ended_at_sequence:
        raise SignedOut(ENDED)
    check_length(access, session.started_at, now)
    if now - session.seen_at >= timedelta(minutes=access.idle_minutes):
        raise SignedOut(N_("Nothing was done in your session for {minutes} minutes; sign in again."), minutes=access.idle_minutes)
