"""What PostgreSQL needs beside what SQLite does: settings of a session, the turn, the guards of the table.

Several servers on several machines may share one database. What orders them is a lock of the database's
own, held from before the anchor is opened until after it is closed: whoever comes next opens a file that
holds the line of whoever went before, also where file locks are not shared between machines.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from clearaccounts.errors import DecisionError
from clearaccounts.text import N_

_LOG = logging.getLogger(__name__)

_PATIENCE_SECONDS = 60
# "decision" in ASCII: one number for all servers, in the one database that they share.
_LOCK = 0x6465636973696F6E
_BUSY = N_("Somebody else's decision is taking very long; nothing was recorded. Try again.")

# An acknowledged commit is on the disk, whatever the database's default; a client that vanished holds nobody up for long.
_SESSION = """
set synchronous_commit = on;
set lock_timeout = '30s';
set idle_in_transaction_session_timeout = '60s';
set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
set application_name = 'clearaccounts'
"""


def set_up(connection: Any, _record: Any) -> None:
    """Set one new psycopg connection up."""
    from psycopg.adapt import Loader  # noqa: PLC0415 - whoever stays with SQLite loads no driver

    class Whole(Loader):
        """Text whose damaged bytes reach the check of the hashes instead of ending the reading."""

        def load(self, data: Any) -> str:
            return bytes(data).decode("utf-8", "surrogateescape")

    connection.adapters.register_loader("text", Whole)
    connection.autocommit = True
    connection.execute("set client_encoding = 'UTF8'")
    connection.execute(_SESSION)
    connection.autocommit = False


def refuse_other_encodings(connection: Connection) -> None:
    """Raise DecisionError unless the database holds every text there is."""
    encoding = str(connection.exec_driver_sql("show server_encoding").scalar_one())
    if encoding != "UTF8":
        raise DecisionError(N_("The decisions database has the encoding {encoding}; create it with UTF8."), encoding=encoding)


def guard(connection: Connection) -> None:
    """Make the table refuse every change and removal of an event."""
    connection.exec_driver_sql(
        "create or replace function event_is_forever() returns trigger language plpgsql as "
        "$$ begin raise exception 'events are never changed and never removed'; end $$"
    )
    connection.exec_driver_sql(
        "create trigger event_no_change before update or delete or truncate on event "
        "for each statement execute function event_is_forever()"
    )


class Turn:
    """The one queue of everybody who acts on one database: a lock of its session, so that it dies with its holder."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # One thread of a process waits at the database, the others here: those who wait must not use up the connections.
        self._threads = threading.Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for our turn and keep it.

        Raises:
            DecisionError: another thread has had it for a minute.
            SQLAlchemyError: the database does not answer, or another process has had it for long.
        """
        if not self._threads.acquire(timeout=_PATIENCE_SECONDS):
            raise DecisionError(_BUSY)
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(f"select pg_advisory_lock({_LOCK})")
                try:
                    yield
                finally:
                    _let_go(connection)
        finally:
            self._threads.release()


def _let_go(connection: Connection) -> None:
    """Give the turn to the next; what was recorded meanwhile is recorded, whatever happens here."""
    try:
        connection.exec_driver_sql(f"select pg_advisory_unlock({_LOCK})")
    except SQLAlchemyError:
        _LOG.warning("the connection to the decisions database was lost; the lock went with it")
        connection.invalidate()
