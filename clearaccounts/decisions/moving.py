"""Moving the decisions to another database or into files, event by event; the anchor proves that nothing was lost on the way."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from clearaccounts.decisions import reading, table
from clearaccounts.decisions.anchor import Anchored
from clearaccounts.decisions.chain import GENESIS, Event, first_break
from clearaccounts.errors import DecisionError, Refused, StoreBroken
from clearaccounts.text import N_

_AT_ONCE = 1000


def copy_events(events: tuple[Event, ...], url: str) -> int:
    """Write all events into the empty database at `url` in one transaction, and read them back.

    Args:
        events: the whole chain, proven; the caller keeps everybody from adding to it.
        url: of the database, made if it is a SQLite file that is not there.

    Returns:
        How many there are.

    Raises:
        Refused: the database holds events already.
        DecisionError: the address is none, or the database could not take or give back what was written; it holds no event then.
    """
    engine = table.open_engine(url)
    try:
        fill(engine, events)
    finally:
        engine.dispose()
    return len(events)


def fill(engine: Engine, events: tuple[Event, ...]) -> None:
    """Write all events into an empty database in one transaction, and read them back; see `copy_events`."""
    try:
        table.create(engine)
        with engine.connect().execution_options(**{table.WRITES: True}) as connection, connection.begin():
            if connection.execute(select(func.count()).select_from(table.EVENT)).scalar_one():
                raise Refused(N_("The database that the decisions would be copied to holds some already; nothing was copied."))
            for event in events:
                table.insert(connection, event)
            _compare(connection, events)
    except SQLAlchemyError as error:
        raise DecisionError(
            N_("The decisions could not be copied ({problem}); go on with the database you have."), problem=table.short(error),
        ) from error


def _compare(connection: Connection, events: tuple[Event, ...]) -> None:
    written = table.fetch(connection, select(table.EVENT).order_by(table.EVENT.c.sequence))
    if written != events or first_break(written) is not None:
        raise DecisionError(N_("The copy of the decisions does not read as they do; nothing was copied."))


def write_events(connection: Connection, target: Path) -> None:
    """Write every event that the connection's transaction sees to a new file, one JSON object on a line, and sync it."""
    rows = connection.execute(select(table.EVENT).order_by(table.EVENT.c.sequence).execution_options(yield_per=_AT_ONCE))
    write_parts((reading.as_json_lines([table.as_event(row)]) for row in rows), target)


def write_parts(parts: Iterable[bytes], target: Path) -> None:
    """Write a new file of these parts, for nobody else to read, and sync it."""
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:  # noqa: PTH123 - no one else
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def read_events(source: Path) -> Iterator[Event]:
    """The events of a file of `write_events`.

    Raises:
        StoreBroken: a line is not as it was written.
    """
    with source.open(encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield Event(*json.loads(line).values())
            except (ValueError, TypeError, AttributeError):
                raise StoreBroken(N_("Line {line} of {file} is no event as it was written."), line=number, file=source.name) from None


def read_anchor(source: Path) -> Iterator[Anchored]:
    """The lines of a copy of an anchor.

    Raises:
        StoreBroken: a line is not as it was written.
    """
    with source.open(encoding="ascii", errors="replace", newline="\n") as file:
        for number, raw in enumerate(file, start=1):
            line = Anchored.read(raw.removesuffix("\n"))
            if line is None:
                raise StoreBroken(N_("The anchor {file} is damaged at line {line}."), file=source.name, line=number)
            yield line


def prove(events: Path, anchor: Path) -> tuple[int, str]:
    """Prove that a file's events are one chain and that the copy of the anchor has just their lines.

    Returns:
        Sequence and hash of the last event.

    Raises:
        StoreBroken: naming the first event that is not so.
    """
    before = (0, GENESIS)
    for event, line in zip_longest(chain([None], read_events(events)), read_anchor(anchor)):
        if event is not None:
            finding = first_break([event], before)
            if finding is not None:
                raise StoreBroken(finding.template, **finding.values)
            before = (event.sequence, event.hash)
        if line is None and (event is not None):
            raise StoreBroken(N_("The anchor's line of event {sequence} is missing."), sequence=before[0])
        if line is not None and (line.sequence, line.hash) != before:
            raise StoreBroken(N_("Event {sequence} is not the one that was anchored."), sequence=line.sequence)
    return before

