"""Reading the events: by subject, customer, person, kind and time, a page at a time, and as Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, func, select

from clearaccounts.access import Permission, Viewer
from clearaccounts.decisions.chain import Actor, Event, canonical, instant, storable
from clearaccounts.decisions.table import EVENT, fetch
from clearaccounts.errors import NotPermitted
from clearaccounts.text import N_

# The part of the audit trail that is about people's access, for those who may see that part alone.
ACCESS_SUBJECTS = ("access", "person", "session", "assignment")


@dataclass(frozen=True)
class EventFilter:
    """Which events; a field that is None does not narrow. `from_at` is included, `until_at` is not."""

    subject_type: str | None = None
    subject_id: str | None = None
    customer_id: str | None = None
    actor: str | None = None
    event_type: str | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    sequence: int | None = None


@dataclass(frozen=True)
class Page:
    """Some of the events a filter matches, and how many it matches in all."""

    events: tuple[Event, ...]
    event_count: int


def page(connection: Connection, viewer: Viewer, chosen: EventFilter, *, limit: int | None, offset: int, newest_first: bool) -> Page:
    """The matching events that `viewer` may read.

    Raises:
        NotPermitted: the role may not read the audit trail.
    """
    conditions = [*_conditions(chosen), *_part_of(viewer)]
    is_whole = viewer.may(Permission.VIEW_AUDIT)
    # What names a customer is no part of what a user administrator may see, so it cannot be asked for either.
    conditions += [EVENT.c.customer_id.is_(None)] if chosen.customer_id is not None and not is_whole else []
    count = connection.execute(select(func.count()).select_from(EVENT).where(*conditions)).scalar_one()
    events = fetch(connection, _page(conditions, limit, offset, newest_first))
    return Page(events if is_whole else tuple(map(_without_customer, events)), count)


def actors(connection: Connection, viewer: Viewer) -> list[Actor]:
    """Everybody who did anything that `viewer` may read, as they were last known, by name.

    Raises:
        NotPermitted: the role may not read the audit trail.
    """
    newest = select(func.max(EVENT.c.sequence)).where(*_part_of(viewer)).group_by(EVENT.c.actor)
    return sorted((event.by for event in fetch(connection, select(EVENT).where(EVENT.c.sequence.in_(newest)))), key=lambda by: by.name)


def _part_of(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What narrows the trail to what a person may read."""
    if viewer.may(Permission.VIEW_AUDIT):
        return []
    if not viewer.may(Permission.VIEW_USERS_AUDIT):
        raise NotPermitted(N_("Your role does not allow this."))
    return [EVENT.c.subject_type.in_(ACCESS_SUBJECTS)]


def matching(connection: Connection, chosen: EventFilter) -> tuple[Event, ...]:
    """All matching events in order, for code that enforces its own scope."""
    return fetch(connection, _page(_conditions(chosen), None, 0, False))


def newest(connection: Connection, subject_type: str, event_type: str) -> dict[str, datetime]:
    """Per actor the time of their newest event of one kind (UTC)."""
    e = EVENT.c
    found = select(e.actor, func.max(e.occurred_at)).where(e.subject_type == subject_type, e.event_type == event_type).group_by(e.actor)
    return {actor: datetime.fromisoformat(at) for actor, at in connection.execute(found)}


def _page(conditions: list[ColumnElement[bool]], limit: int | None, offset: int, newest_first: bool) -> Select[Any]:
    order = EVENT.c.sequence.desc() if newest_first else EVENT.c.sequence
    return select(EVENT).where(*conditions).order_by(order).limit(limit).offset(offset)


def _conditions(chosen: EventFilter) -> list[ColumnElement[bool]]:
    equal = {
        EVENT.c.subject_type: chosen.subject_type, EVENT.c.subject_id: chosen.subject_id, EVENT.c.customer_id: chosen.customer_id,
        EVENT.c.actor: chosen.actor, EVENT.c.event_type: chosen.event_type,
    }
    conditions = [column == storable(value) for column, value in equal.items() if value is not None]
    if chosen.sequence is not None:
        conditions.append(EVENT.c.sequence == chosen.sequence)
    if chosen.from_at is not None:
        conditions.append(EVENT.c.occurred_at >= instant(chosen.from_at))
    if chosen.until_at is not None:
        conditions.append(EVENT.c.occurred_at < instant(chosen.until_at))
    return conditions


def _without_customer(event: Event) -> Event:
    """What a user administrator may read of an event: of an attempt that was refused not whom it was about nor why, it may be a customer.

    What they did with people and assignments is their own, the id of an account that they typed too.
    """
    if event.subject_type != "access":
        return replace(event, customer_id=None)
    asked = event.details.get("asked", {})
    # What kind of thing it was says nothing about a customer; nor does the name of a page.
    names = ("event_type", "subject_type", *(("subject_id",) if asked.get("subject_type") == "page" else ()))
    kept = {"by": event.details["by"], "asked": {name: asked.get(name) for name in names}}
    return replace(event, customer_id=None, reason="", details_text=canonical(kept))


def as_table(events: Iterable[Event]) -> pa.Table:
    """Events as Arrow, for showing: who (`actor_name`, `actor_role`) beside what the table `event` holds.

    `occurred_at` is UTC without a zone, like every `_at` of a query.
    """
    listed = list(events)
    return pa.table({
        "sequence": pa.array([e.sequence for e in listed], pa.int64()),
        "occurred_at": pa.array([e.occurred_at.replace(tzinfo=None) for e in listed], pa.timestamp("us")),
        "actor": pa.array([e.actor for e in listed], pa.string()),
        "actor_name": pa.array([e.by.name for e in listed], pa.string()),
        "actor_role": pa.array([e.by.role for e in listed], pa.string()),
        "subject_type": pa.array([e.subject_type for e in listed], pa.string()),
        "subject_id": pa.array([e.subject_id for e in listed], pa.string()),
        "version": pa.array([e.version for e in listed], pa.int32()),
        "event_type": pa.array([e.event_type for e in listed], pa.string()),
        "customer_id": pa.array([e.customer_id for e in listed], pa.string()),
        "reason": pa.array([e.reason for e in listed], pa.string()),
        "details": pa.array([e.details_text for e in listed], pa.string()),
        "hash": pa.array([e.hash for e in listed], pa.string()),
    })


def as_json_lines(events: Iterable[Event]) -> bytes:
    """Events as JSON Lines, every column as it is stored: with them, and the anchor, the chain can be checked without this program.

    `hash` is the SHA-256 of the JSON array of all values in this order, `hash` itself empty, without spaces and in ASCII.
    """
    lines = [json.dumps(dict(zip(EVENT.c.keys(), astuple(event), strict=True)), separators=(",", ":")) for event in events]
    return "".join(line + "\n" for line in lines).encode("ascii")
