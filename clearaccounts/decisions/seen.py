"""When each session was last in use: beside the events, not among them, since nobody decides anything by looking at a page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, delete, select

from clearaccounts.decisions.chain import instant
from clearaccounts.decisions.table import METADATA

SEEN = Table(
    "session_seen", METADATA,
    Column("session_id", Text, primary_key=True),
    Column("seen_at", Text, nullable=False),
)


def seen_at(connection: Connection, session_id: str) -> datetime | None:
    """When the session was last in use (UTC), None if that was never noted."""
    found = connection.execute(select(SEEN.c.seen_at).where(SEEN.c.session_id == session_id)).scalar_one_or_none()
    return None if found is None else datetime.fromisoformat(found)


def note(connection: Connection, session_id: str, now: datetime) -> None:
    """Note that it is in use; the caller holds the write lock, so nobody puts the same row in between."""
    connection.execute(delete(SEEN).where(SEEN.c.session_id == session_id))
    connection.execute(SEEN.insert().values(session_id=session_id, seen_at=instant(now)))
