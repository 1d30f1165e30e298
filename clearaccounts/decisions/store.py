"""The decisions store: append-only, one transaction per action, chained and anchored.

Whoever acts stands in one queue (the anchor's lock), looks at what is there, is checked against it,
and appends one event; the answer comes after the event is in the database and its hash in the anchor.
Nothing is ever changed or removed: what is so now is a fold over the events.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from clearaccounts import access, log
from clearaccounts.access import Permission, Viewer
from clearaccounts.decisions import audit, reading, table
from clearaccounts.decisions.action import Action, Scene
from clearaccounts.decisions.anchor import Anchor, Anchored, HeldAnchor
from clearaccounts.decisions.chain import GENESIS, Actor, Event, canonical, first_break, instant, is_blank, storable
from clearaccounts.decisions.opened import Opened
from clearaccounts.decisions.reading import EventFilter
from clearaccounts.errors import (
    ClearAccountsError,
    DecisionError,
    KeyReused,
    NotFound,
    NotPermitted,
    Refused,
    SamePerson,
    SignedOut,
    Stale,
    StoreBroken,
)
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_

_LOG = logging.getLogger(__name__)

Matching: TypeAlias = Callable[[EventFilter], tuple[Event, ...]]
# Who somebody is now, by the events that the transaction sees and the caller's clock; raises NotPermitted.
People: TypeAlias = Callable[[Viewer, Matching, datetime], Viewer]

# What is put on record even though it is refused; a rule's plain refusal (paid since, a stale screen) is not.
_DENIALS = (NotPermitted, NotFound, SamePerson, KeyReused)
_MEANWHILE = N_("{who} acted on this on {when}; look at it again.")


class Store(Opened):
    """One decisions store and who may append to it; safe to share as `Opened` is."""

    def __init__(self, engine: Engine, anchor: Anchor, people: People) -> None:
        super().__init__(engine, anchor)
        self._people = people

    def append(self, viewer: Viewer, action: Action) -> Event:
        """Record `action`, or answer what was recorded under its key.

        Returns:
            The event, in the database and anchored.

        Raises:
            NotPermitted: the person is unknown by now, or their role does not allow it.
            Stale: somebody acted on the subject meanwhile.
            KeyReused: the key came before, with other content.
            StoreBroken: chain and anchor do not agree; nothing can be recorded until a person decides.
            DecisionError: the database could not record it; and whatever the rule raises.
        """
        if not action.idempotency_key:
            raise ValueError("an action needs its idempotency key")
        with self._turn() as held:
            try:
                return self._record(held, action, partial(self._next, viewer=viewer, action=action), viewer.user_id)
            except _DENIALS as denial:
                self._record_denial(held, viewer, action, denial)
                raise

    def _record(
        self, held: HeldAnchor, action: Action, following: Callable[[Connection, Event | None], Event], actor: str,
    ) -> Event:
        """One transaction: settle, look the key up, append what `following` gives; then the anchor's line."""
        audit.refuse_if_stopped(self._anchor)
        event: Event | None = None
        try:
            with self._transaction(writes=True) as connection:
                last = audit.settle(connection, held)
                earlier = table.by_key(connection, action.idempotency_key)
                if earlier is not None:
                    return _answered(earlier, action, actor)
                event = following(connection, last)
                table.insert(connection, event)
        except SQLAlchemyError as error:
            if event is None or not self._stands(event):
                raise DecisionError(
                    N_("The decisions store could not record this ({problem}); nothing was recorded."), problem=table.short(error),
                ) from error
        held.write(Anchored(event.sequence, event.hash))
        log.event(_LOG, "recorded", sequence=event.sequence, subject_type=event.subject_type, event_type=event.event_type)
        return event

    def _stands(self, event: Event) -> bool:
        """Whether the event is in the store after all: a commit that raised may have happened.

        The write lock waits for a commit that a database server is still busy with although we lost sight of it.
        """
        try:
            with self._transaction(writes=True) as connection:
                found = table.by_key(connection, event.idempotency_key)
        except SQLAlchemyError as error:
            raise DecisionError(
                N_("It is not known whether this was recorded ({problem}); send the same form again to find out."),
                problem=table.short(error),
            ) from error
        return found == event

    def _next(self, connection: Connection, last: Event | None, viewer: Viewer, action: Action) -> Event:
        matching = partial(reading.matching, connection)
        person = action.entering or self._people(viewer, matching, action.now)
        if person.role is not viewer.role:
            raise NotPermitted(N_("Your role has changed; sign in again."))
        if action.entering is None and not any(person.may(permission) for permission in action.permissions):
            raise NotPermitted(N_("Your role does not allow this."))
        events = matching(EventFilter(subject_type=action.subject_type, subject_id=action.subject_id))
        scene = Scene(person, events, matching)
        action.guard(scene)
        if action.expected_version not in (None, len(events)):
            raise _stale(events, action)
        if action.choose is not None:
            action = replace(action, event_type=action.choose(scene))
        added = action.rule(scene)
        if action.customer_id is None and events:
            action = replace(action, customer_id=events[0].customer_id)
        return _event(last, action, person, len(events) + 1, {**added, "asked": _asked(action)})

    def _record_denial(self, held: HeldAnchor, viewer: Viewer, action: Action, denial: ClearAccountsError) -> None:
        """Put a denied action on record under its actor; the denial itself goes on whatever happens here."""
        attempt = {"event_type": action.event_type, "subject_type": action.subject_type, "subject_id": action.subject_id}
        asked = {**_asked(action), **attempt}
        details = {"asked": asked, "denial": type(denial).__name__}
        # A key of its own: the same form sent twice is one denial, and may still succeed one day.
        key = _denial_key(viewer, action.idempotency_key, action.reason, details)
        record = Action("access", viewer.user_id, "denied", action.reason, key, action.now, (), lambda _: {}, asked,
                        customer_id=action.customer_id)
        self._append_denial(held, viewer, record, details)

    def deny(self, viewer: Viewer, attempt: Mapping[str, Any], now: datetime, denial: type[ClearAccountsError] = NotFound) -> bool:
        """Put on record that a person asked to see what is not for them: a page, or a thing on one.

        Args:
            viewer: who asked.
            attempt: what for, in words of one kind: `subject_type` (page, customer, case, ...), `subject_id`, `event_type` "view".
            now: the caller's clock. The same attempt of one person is on record once a day (UTC), however often it is made.
            denial: what the person was answered with.

        Returns:
            Whether it is on record. A store that cannot record it refuses nothing: the attempt was turned down already; the log tells.
        """
        details = {"asked": dict(attempt), "denial": denial.__name__}
        key = _denial_key(viewer, instant(now)[:10], "", details)
        record = Action("access", viewer.user_id, "denied", "", key, now, (), lambda _: {}, attempt)
        try:
            with self._turn() as held:
                return self._append_denial(held, viewer, record, details)
        except DecisionError:
            _LOG.exception("a denied look could not be put on record")
            return False

    def _append_denial(self, held: HeldAnchor, viewer: Viewer, record: Action, details: Mapping[str, Any]) -> bool:

        def following(connection: Connection, last: Event | None) -> Event:
            e = table.EVENT.c
            mine = (e.subject_type == "access", e.subject_id == storable(viewer.user_id))
            count = connection.execute(select(func.count()).select_from(table.EVENT).where(*mine)).scalar_one()
            return _event(last, record, viewer, count + 1, details)

        try:
            self._record(held, record, following, viewer.user_id)
        except DecisionError:
            _LOG.exception("a denied action could not be put on record")
            return False
        return True

    def accept_break(self, viewer: Viewer, reason: str, idempotency_key: str, now: datetime) -> Event:
        """Go on with a store whose chain is whole although the anchor disagrees, because a person says so.

        The old anchor is kept beside the new one, and the acceptance is an event of its own. This is for a
        database restored from a backup; a chain that is itself broken must be restored first.

        Raises:
            NotPermitted: only the machine's operator decides this.
            Refused: no reason, or nothing is broken.
            StoreBroken: the chain itself is broken.
        """
        if viewer != access.OPERATOR:
            raise NotPermitted(N_("Your role does not allow this."))
        if is_blank(reason):
            raise Refused(N_("Give a reason."))
        failures = [str(finding) for finding in self.verify() if finding.is_failure]
        if not failures:
            raise Refused(N_("The store is whole; there is nothing to accept."))
        with self._turn():
            events = self.matching(EventFilter())
            finding = first_break(events)
            if finding is not None:
                raise StoreBroken(N_("{problem} Restore the database from a backup, then decide again."), problem=str(finding))
            lines = [Anchored(event.sequence, event.hash, "accepted") for event in events]
            action = Action("store", "anchor", "break_accepted", reason.strip(), idempotency_key, now, (Permission.VIEW_AUDIT,),
                            lambda _: {"failures": failures})
            with self._anchor.begun_anew(lines, instant(now).replace(":", "")) as held:
                self._anchor.resume()
                return self._record(held, action, partial(self._next, viewer=viewer, action=action), viewer.user_id)


def known_by_id(lookup: Callable[[str], Viewer | None]) -> People:
    """A directory of people who are looked up by their id alone, and have no sessions."""
    def present(viewer: Viewer, _matching: Matching, _now: datetime) -> Viewer:
        found = lookup(viewer.user_id)
        if found is None:
            raise SignedOut(N_("You are not known here any more; sign in again."))
        return found

    return present


def open_store(folder: DataFolder, settings: Settings, people: People | None = None) -> Store:
    """Open the decisions of `folder`, making them if there are none.

    Args:
        folder: whose decisions.
        settings: where database and anchor are, if not in the folder.
        people: who somebody is now, by the events that an action sees; it raises NotPermitted if they may not act any more. Asked
            again inside every action. None: the built-in people and the machine's operator.

    A database that cannot be read, or that its anchor contradicts, is opened all the same: whoever needs it is told.

    Raises:
        DecisionError: the anchor cannot be opened, or the settings name no database that can be used.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    directory = people or known_by_id(access.current_person)
    store = Store(table.open_engine(folder.decisions_url(settings)), Anchor(folder.anchor(settings)), directory)
    store.prepare()
    return store


def _denial_key(viewer: Viewer, *content: object) -> str:
    return "denied:" + hashlib.sha256(canonical([viewer.user_id, *content]).encode()).hexdigest()


def _asked(action: Action) -> dict[str, Any]:
    return dict(action.asked) | ({} if action.expected_version is None else {"version": action.expected_version})


def _event(last: Event | None, action: Action, person: Viewer, version: int, details: Mapping[str, Any]) -> Event:
    return Event(
        sequence=1 if last is None else last.sequence + 1,
        subject_type=action.subject_type,
        subject_id=storable(action.subject_id),
        version=version,
        event_type=action.event_type,
        customer_id=None if action.customer_id is None else storable(action.customer_id),
        actor=storable(person.user_id),
        reason=storable(action.reason),
        details_text=canonical({**details, "by": asdict(Actor.of(person))}),
        occurred_text=instant(action.now),
        idempotency_key=storable(action.idempotency_key),
        previous_hash=GENESIS if last is None else last.hash,
        hash="",
    ).sealed()


def _answered(earlier: Event, action: Action, actor: str) -> Event:
    """The event that a key has already made, if it was the same request."""
    then = (earlier.subject_type, earlier.subject_id, earlier.actor, earlier.reason, canonical(earlier.details["asked"]))
    now = (action.subject_type, storable(action.subject_id), storable(actor), storable(action.reason), canonical(_asked(action)))
    if then != now or earlier.event_type not in {action.event_type, *action.variants}:
        raise KeyReused(N_("This form was already sent with other content; open it again and look."))
    return earlier


def _stale(events: tuple[Event, ...], action: Action) -> ClearAccountsError:
    if not events:
        return NotFound(N_("There is no such decision."))
    last = events[-1]
    template = action.meanwhile.get(last.event_type, _MEANWHILE)
    return Stale(template, who=last.by.name, when=last.occurred_at.strftime("%Y-%m-%d %H:%M UTC"))
