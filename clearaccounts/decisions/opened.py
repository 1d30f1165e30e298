"""A decisions store as it is opened: whose turn it is, what is in it, whether it is whole, and copies of it; nothing is appended here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from clearaccounts.access import Viewer
from clearaccounts.decisions import audit, moving, reading, seen, table
from clearaccounts.decisions.anchor import START, Anchor, HeldAnchor
from clearaccounts.decisions.chain import Actor, Event, Finding
from clearaccounts.decisions.reading import EventFilter, Page
from clearaccounts.errors import DecisionError, Refused, StoreBroken
from clearaccounts.text import N_

_LOG = logging.getLogger(__name__)

_NO_ANSWER = N_("The decisions database does not answer ({problem}); nothing was recorded. Try again.")
_UNREADABLE = N_("The decisions database cannot be read ({problem}).")


@dataclass(frozen=True)
class State:
    """How the chain stands: events in the store and in the anchor, up to which event and when it was last verified, why acting stopped."""

    event_count: int
    anchored_sequence: int
    verified: tuple[int, datetime] | None
    stopped: str | None


class Opened:
    """One database and its anchor; safe to share between threads, and between processes by opening it in each."""

    def __init__(self, engine: Engine, anchor: Anchor) -> None:
        self._engine = engine
        self._anchor = anchor
        self._queue = table.queue(engine)
        self._is_made = False

    @contextmanager
    def _turn(self) -> Iterator[HeldAnchor]:
        """Wait until it is our turn to act, and keep it: the database's queue if it has one, then the anchor's lock.

        Raises:
            DecisionError: somebody else takes very long, the database does not answer, or the anchor cannot be opened.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(self._queue())
            except SQLAlchemyError as error:
                raise DecisionError(_NO_ANSWER, problem=table.short(error)) from error
            held = stack.enter_context(self._anchor.held())
            if not self._is_made:
                self._make()
            yield held

    def _make(self) -> None:
        """Make the database's table unless it is there; what does not let itself be made is met, and told, by what follows."""
        try:
            table.create(self._engine)
            self._is_made = True
        except SQLAlchemyError as error:
            _LOG.error("the decisions database cannot be read (%s)", table.short(error))

    @contextmanager
    def _transaction(self, writes: bool = False) -> Iterator[Connection]:
        with self._engine.connect().execution_options(**{table.WRITES: writes}) as connection, connection.begin():
            yield connection

    @contextmanager
    def _readable(self) -> Iterator[Connection]:
        try:
            with self._transaction() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreBroken(_UNREADABLE, problem=table.short(error)) from error

    def prepare(self) -> None:
        """Make what a new store lacks. A database that cannot be read, or does not answer, is no error yet.

        Raises:
            DecisionError: the anchor cannot be opened.
        """
        try:
            with self._turn():
                pass
        except DecisionError as error:
            if error.template != _NO_ANSWER:
                raise
            _LOG.error("%s", error)

    def check(self) -> None:
        """Look whether acting is possible: the last event against the anchor's last line.

        Raises:
            StoreBroken: it is not.
        """
        with self._turn() as held:
            audit.refuse_if_stopped(self._anchor)
            with self._readable() as connection:
                audit.settle(connection, held)

    def verify(self) -> list[Finding]:
        """Audit everything; a failure stops all acting, until an audit finds the store whole or a person accepts it.

        Returns:
            Failures first, then what is worth knowing; `str(finding)` is its sentence.
        """
        try:
            with self._turn() as held:
                try:
                    with self._transaction() as connection:
                        return audit.verify(connection, self._anchor, held)
                except SQLAlchemyError as error:
                    finding = Finding.failure(_UNREADABLE, problem=table.short(error))
                    return [finding, *audit.leave_word(lambda: self._anchor.stop([str(finding)]))]
        except DecisionError as error:
            # Nobody can act on a store that does not answer, and it may be whole: no word is left.
            return [Finding.failure(error.template, **error.values)]

    def state(self) -> State:
        """How the chain stands, without an audit of it.

        Raises:
            DecisionError: the database or the anchor cannot be read.
        """
        with self._turn() as held, self._readable() as connection:
            count = connection.execute(select(func.count()).select_from(table.EVENT)).scalar_one()
            line = held.last()
        return State(count, 0 if line is None else line.sequence, self._anchor.verified(), self._anchor.stopped())

    def events(
        self, viewer: Viewer, chosen: EventFilter | None = None, *, limit: int | None = None, offset: int = 0, newest_first: bool = True,
    ) -> Page:
        """The audit trail, or the part of it that `viewer` may read.

        Raises:
            NotPermitted: the role may not read it.
            StoreBroken: the database cannot be read.
        """
        with self._readable() as connection:
            return reading.page(connection, viewer, chosen or EventFilter(), limit=limit, offset=offset, newest_first=newest_first)

    def actors(self, viewer: Viewer) -> list[Actor]:
        """Everybody who did anything that `viewer` may read in the trail, by name.

        Raises:
            NotPermitted: the role may not read it.
            StoreBroken: the database cannot be read.
        """
        with self._readable() as connection:
            return reading.actors(connection, viewer)

    def newest(self, subject_type: str, event_type: str) -> dict[str, datetime]:
        """Per actor the time of their newest event of one kind (UTC).

        Raises:
            StoreBroken: the database cannot be read.
        """
        with self._readable() as connection:
            return reading.newest(connection, subject_type, event_type)

    def matching(self, chosen: EventFilter) -> tuple[Event, ...]:
        """All matching events in order; for code that enforces the viewer's scope itself.

        Raises:
            StoreBroken: the database cannot be read.
        """
        with self._readable() as connection:
            return reading.matching(connection, chosen)

    def seen_at(self, session_id: str) -> datetime | None:
        """When somebody last did anything in a session, to the minute; None if that was never noted.

        Raises:
            StoreBroken: the database cannot be read.
        """
        with self._readable() as connection:
            return seen.seen_at(connection, session_id)

    def note_seen(self, session_id: str, now: datetime) -> None:
        """Note that somebody did something in a session. It is no event: nothing is decided by it but that the session is in use.

        Whoever looks at a page does not stand in the queue of those who act. Where it cannot be noted the log says so, and the session
        goes on until it has been idle by what was noted last.
        """
        try:
            with self._transaction(writes=True) as connection:
                seen.note(connection, session_id, now)
        except SQLAlchemyError as error:
            _LOG.warning("it could not be noted that a session is in use (%s)", table.short(error))

    def copy_to(self, url: str) -> int:
        """Copy every event into the empty database at `url`; nobody acts meanwhile.

        Returns:
            How many events there are.

        Raises:
            StoreBroken: this store is not whole; a copy would not be either.
            Refused: the other database holds events already.
            DecisionError: either database does not do its part.
        """
        failures = [finding for finding in self.verify() if finding.is_failure]
        if failures:
            raise StoreBroken(failures[0].template, **failures[0].values)
        with self._turn() as held:
            with self._readable() as connection:
                audit.settle(connection, held)
                events = reading.matching(connection, EventFilter())
            return moving.copy_events(events, url)

    def export(self, events: Path, anchor: Path) -> tuple[int, str]:
        """Write every event, as JSON Lines, and the anchor's lines of just these to two new files, while others act.

        Both are of one moment, at which nobody was between a commit and its line of the anchor.

        Returns:
            Sequence and hash of the last event; 0 and the genesis hash without any.

        Raises:
            StoreBroken: this store is not whole; a copy would not be either.
            DecisionError: the store does not answer.
            OSError: a file cannot be written.
        """
        with ExitStack() as stack:
            with self._turn() as held:
                audit.refuse_if_stopped(self._anchor)
                connection = stack.enter_context(self._readable())
                audit.settle(connection, held)
                lines = stack.enter_context(held.as_it_is())
            # From here on others act; what is read is still the moment of the settling.
            moving.write_events(connection, events)
            moving.write_parts(lines, anchor)
        return moving.prove(events, anchor)

    def replace_empty(self, events: Path, anchor: Path) -> int:
        """Take the events of an export into this store's empty database, and the export's anchor for its own.

        Returns:
            How many events there are.

        Raises:
            Refused: this store's database or its anchor holds something already.
            StoreBroken: the export is not whole.
            DecisionError: the database does not do its part.
        """
        moving.prove(events, anchor)
        with self._turn() as held:
            if (held.last() or START) != START:
                raise Refused(N_("The anchor that the settings name knows decisions already; nothing was restored."))
            moving.fill(self._engine, tuple(moving.read_events(events)))
            for line in moving.read_anchor(anchor):
                if line != START or held.last() is None:
                    held.write(line)
        failures = [finding for finding in self.verify() if finding.is_failure]
        if failures:
            raise StoreBroken(failures[0].template, **failures[0].values)
        return moving.prove(events, anchor)[0]
