"""The table of the decisions, and how its database is opened.

SQLite by default: write-ahead log, every commit waits for the disk, one writer at a time. PostgreSQL
takes the same path; how a connection is set up, the statement that takes the write lock, and the turn
that several machines take differ (`postgresql.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import astuple
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from clearaccounts.decisions.chain import Event, storable
from clearaccounts.decisions.postgresql import Turn, guard, refuse_other_encodings, set_up
from clearaccounts.errors import DecisionError
from clearaccounts.text import N_

METADATA = MetaData()
# Text order is byte order in both databases, so that instants compare as they do in SQLite.
_Text = Text().with_variant(Text(collation="C"), "postgresql")

# In the order of the fields of `chain.Event`.
EVENT = Table(
    "event", METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("subject_type", _Text, nullable=False),
    Column("subject_id", _Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event_type", _Text, nullable=False),
    Column("customer_id", _Text),
    Column("actor", _Text, nullable=False),
    Column("reason", _Text, nullable=False),
    Column("details", _Text, nullable=False),
    Column("occurred_at", _Text, nullable=False),
    Column("idempotency_key", _Text, nullable=False, unique=True),
    Column("previous_hash", _Text, nullable=False),
    Column("hash", _Text, nullable=False),
    UniqueConstraint("subject_type", "subject_id", "version"),
)
Index("event_by_customer", EVENT.c.customer_id, EVENT.c.subject_type)

_WAIT_MILLISECONDS = 30_000
# Of a connection's options: whether its transaction is one that writes.
WRITES = "clearaccounts_writes"


def open_engine(url: str) -> Engine:
    """An engine whose connections are set up as this store needs them.

    Raises:
        DecisionError: the address is none; it is not repeated, since it may hold a password.
    """
    try:
        address = make_url(url)
        # On a server a read sees one moment, as in SQLite, and a connection that died meanwhile is replaced unseen.
        server: Any = {} if address.drivername == "sqlite" else {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}
        # An error holds no statement's values: they are people's words.
        engine = create_engine(address, hide_parameters=True, **server)
    except (SQLAlchemyError, ImportError, ValueError):
        raise DecisionError(N_("[decisions] url is no address of a database that can be used here.")) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    else:
        event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", _begin)
    return engine


def queue(engine: Engine) -> Callable[[], AbstractContextManager[None]]:
    """What everybody who acts waits for before the anchor's lock; on SQLite nothing, that lock is the whole queue."""
    return nullcontext if engine.dialect.name == "sqlite" else Turn(engine).taken


def create(engine: Engine) -> None:
    """Make the table and what guards it, unless it is there; the caller has the turn and holds the anchor's lock.

    Raises:
        DecisionError: the database cannot hold every text.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.connection.cursor().execute("pragma journal_mode = wal")
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            METADATA.create_all(connection, checkfirst=True)
            for verb in ("update", "delete"):
                connection.exec_driver_sql(
                    f"create trigger if not exists event_no_{verb} before {verb} on event begin "
                    "select raise(abort, 'events are never changed and never removed'); end"
                )
        return
    with engine.begin() as connection:
        refuse_other_encodings(connection)
        # Whoever owns the tables makes them; the account that the servers use may lack the right.
        known = set(inspect(connection).get_table_names())
        METADATA.create_all(connection, [made for made in METADATA.sorted_tables if made.name not in known], checkfirst=False)
        if EVENT.name not in known:
            guard(connection)


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver would open transactions by itself, and too late: `_begin` does it instead.
    connection.isolation_level = None
    # A flipped byte must reach the check of the hashes, not end the reading.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.execute(f"pragma busy_timeout = {_WAIT_MILLISECONDS}")
    connection.execute("pragma synchronous = full")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("begin immediate" if writes else "begin")
    elif writes:
        connection.exec_driver_sql("lock table event in exclusive mode")


def as_event(row: Row[Any]) -> Event:
    """The event that a row of the table is."""
    columns: list[Any] = list(row)
    return Event(*columns)


def fetch(connection: Connection, statement: Select[Any]) -> tuple[Event, ...]:
    """The events that a statement over the whole table selects."""
    return tuple(as_event(row) for row in connection.execute(statement))


def by_key(connection: Connection, key: str) -> Event | None:
    """The event recorded under an idempotency key."""
    found = fetch(connection, select(EVENT).where(EVENT.c.idempotency_key == storable(key)))
    return found[0] if found else None


def insert(connection: Connection, new: Event) -> None:
    """Append one event."""
    connection.execute(EVENT.insert().values(dict(zip(EVENT.c.keys(), astuple(new), strict=True))))


def short(error: SQLAlchemyError) -> str:
    """The database's own words about an error, in one line; no statement, no value, no password is among them."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
