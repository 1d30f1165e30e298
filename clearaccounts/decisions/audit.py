"""Whether the store is whole: the cheap look before every action, and the audit of everything.

Events that the anchor lacks, in a whole chain, are what a crash leaves between the commit and the
anchor's line: they are adopted, and marked so. Anything else that does not agree stops all acting.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from clearaccounts.decisions.anchor import START, Anchor, Anchored, HeldAnchor
from clearaccounts.decisions.chain import GENESIS, Event, Finding, first_break
from clearaccounts.decisions.table import EVENT, as_event, fetch
from clearaccounts.errors import StoreBroken
from clearaccounts.text import N_

_CLOCK_TOLERANCE = timedelta(minutes=5)
_STOPPED = N_("No action is possible: {problem} Run `python -m clearaccounts verify`; a person must decide what happens next.")


def refuse_if_stopped(anchor: Anchor) -> None:
    """Raise StoreBroken while word stands that acting has stopped."""
    stopped = anchor.stopped()
    if stopped is not None:
        raise StoreBroken(_STOPPED, problem=stopped)


def settle(connection: Connection, held: HeldAnchor) -> Event | None:
    """The last event, after comparing it with the anchor's last line; the tail of a crash is adopted.

    Raises:
        StoreBroken: the two do not agree.
    """
    newest = fetch(connection, select(EVENT).order_by(EVENT.c.sequence.desc()).limit(1))
    last = newest[0] if newest else None
    line = held.last()
    if line is None:
        if last is not None:
            raise _stopped(_no_anchor(last.sequence))
        held.write(START)
        return None
    sequence, head = (last.sequence, last.hash) if last is not None else (0, GENESIS)
    if line.sequence > sequence:
        raise _stopped(_anchor_ahead(line.sequence, sequence))
    if (line.sequence, line.hash) != (sequence, head):
        _adopt(connection, line, held)
    elif last is not None and last.computed_hash() != last.hash:
        raise _stopped(Finding.failure(N_("Event {sequence} was changed after it was written."), sequence=sequence))
    return last


def _adopt(connection: Connection, line: Anchored, held: HeldAnchor) -> None:
    """Give the events after `line` their own lines, if they follow from it."""
    from_here = fetch(connection, select(EVENT).where(EVENT.c.sequence >= line.sequence).order_by(EVENT.c.sequence))
    if line != START and from_here[0].hash != line.hash:
        raise _stopped(_not_anchored(line.sequence))
    tail = from_here if line.sequence == 0 else from_here[1:]
    finding = first_break(tail, (line.sequence, line.hash))
    if finding is not None:
        raise _stopped(finding)
    for event in tail:
        held.write(Anchored(event.sequence, event.hash, "adopted"))


def verify(connection: Connection, anchor: Anchor, held: HeldAnchor) -> list[Finding]:
    """Every event against its hash and its predecessor, and every line of the anchor against its event.

    A failure leaves word that acting has stopped; when all is whole again, the word is taken away.
    """
    findings: list[Finding] = []
    hashes = [GENESIS]
    try:
        broken_at = _read_chain(connection, hashes, findings)
    except DatabaseError as error:
        broken_at = Finding.failure(N_("The decisions database cannot be read ({problem})."), problem=str(error.orig))
    if broken_at is None:
        broken_at = _integrity(connection)
    failures = [finding for finding in (broken_at, _compare(hashes, held, findings)) if finding is not None]
    if failures:
        return failures + leave_word(lambda: anchor.stop([str(finding) for finding in failures])) + findings
    if anchor.resume():
        findings.append(Finding.note(N_("The store is whole again; acting is possible.")))
    line = held.last() or START
    if line.sequence < len(hashes) - 1:
        _adopt(connection, line, held)
        findings.append(Finding.note(
            N_("Events {first} to {last} had not reached the anchor before a crash; their chain is whole, and they are adopted."),
            first=line.sequence + 1, last=len(hashes) - 1,
        ))
    return leave_word(lambda: anchor.note_verified(len(hashes) - 1)) + findings


def leave_word(write: Callable[[], None]) -> list[Finding]:
    """Write a file beside the anchor; that it cannot be written, as on a full disk, is a failure of its own."""
    try:
        write()
    except OSError as error:
        return [Finding.failure(
            N_("No word of this audit can be left beside the anchor ({problem}); make room there, then verify again."),
            problem=error.strerror or error,
        )]
    return []


def _read_chain(connection: Connection, hashes: list[str], notes: list[Finding]) -> Finding | None:
    """Read all events, collecting their hashes; the first break, if any. A clock that went back is noted."""
    finding: Finding | None = None
    before = (0, GENESIS)
    latest: datetime | None = None
    for row in connection.execute(select(EVENT).order_by(EVENT.c.sequence).execution_options(yield_per=1000)):
        event = as_event(row)
        hashes.append(event.hash)
        if finding is None:
            finding = first_break([event], before)
            before = (event.sequence, event.hash)
        if finding is None:
            if latest is not None and event.occurred_at < latest - _CLOCK_TOLERANCE:
                notes.append(Finding.note(
                    N_("The clock went back by more than five minutes before event {sequence}."), sequence=event.sequence,
                ))
            latest = event.occurred_at
    return finding


def _integrity(connection: Connection) -> Finding | None:
    """What SQLite itself finds wrong: an index that has lost an event would let it happen twice."""
    if connection.dialect.name != "sqlite":
        return None
    answer = str(connection.exec_driver_sql("pragma integrity_check").scalar_one())
    return None if answer == "ok" else Finding.failure(N_("The decisions database is damaged ({problem})."), problem=answer.splitlines()[0])


def _compare(hashes: list[str], held: HeldAnchor, notes: list[Finding]) -> Finding | None:
    """The first line of the anchor that does not agree with the event it names."""
    last = len(hashes) - 1
    number = -1
    remarks: dict[str, int] = {}
    try:
        for number, line in enumerate(held.lines()):
            if line.sequence != number:
                return Finding.failure(N_("The anchor's line of event {sequence} is missing."), sequence=number)
            if number > last:
                return _anchor_ahead(number, last)
            if line.hash != hashes[number]:
                return _not_anchored(number)
            if line.remark:
                remarks[line.remark] = number
    except StoreBroken as error:
        return Finding.failure(error.template, **error.values)
    if number < 0 < last:
        return _no_anchor(last)
    if "adopted" in remarks:
        notes.append(Finding.note(
            N_("After a crash, events were adopted that had not reached the anchor; the newest is event {sequence}."),
            sequence=remarks["adopted"],
        ))
    if "accepted" in remarks:
        notes.append(Finding.note(N_("A person accepted the events up to {sequence} as they stood."), sequence=remarks["accepted"]))
    return None


def _no_anchor(last: int) -> Finding:
    return Finding.failure(N_("The anchor is empty or gone, and the store holds {count} events."), count=last)


def _anchor_ahead(anchored: int, last: int) -> Finding:
    return Finding.failure(N_("The anchor knows event {sequence}, and the store ends at event {last}."), sequence=anchored, last=last)


def _not_anchored(sequence: int) -> Finding:
    return Finding.failure(N_("Event {sequence} is not the one that was anchored."), sequence=sequence)


def _stopped(finding: Finding) -> StoreBroken:
    return StoreBroken(_STOPPED, problem=str(finding))
