"""What somebody does to the files behind the program's back is found, named, and stops all acting."""

from __future__ import annotations

import errno
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.decisions import GENESIS, EventFilter, Store
from clearaccounts.decisions.table import EVENT
from clearaccounts.errors import DecisionError, NotPermitted, Refused, StoreBroken
from tests.decisions.common import BEATRIZ, MARTIN, NOW, anchor, database, note, store_in, with_notes

COUNT = 12
COLUMNS = [column.name for column in EVENT.c if column.name != "sequence"]


def failures(store: Store) -> list[str]:
    return [str(finding) for finding in store.verify() if finding.is_failure]


def assert_acting_has_stopped(folder: Path) -> None:
    """No process may record anything: neither one that is running nor a new one."""
    for store in (store_in(folder), store_in(folder)):
        with pytest.raises(StoreBroken):
            store.append(BEATRIZ, note("another"))
        with pytest.raises(StoreBroken):
            store.check()


def write_lines(folder: Path, lines: list[str]) -> None:
    anchor(folder).write_text("".join(line + "\n" for line in lines))


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("sequence", [1, 5, COUNT])
def test_a_changed_column_of_any_event_is_found(tmp_path: Path, column: str, sequence: int) -> None:
    store = with_notes(tmp_path, COUNT)
    changed = "version + 7" if column == "version" else f"coalesce({column}, '') || '7'"
    database(tmp_path).execute(f"update event set {column} = {changed} where sequence = ?", [sequence])
    assert [f"Event {sequence} " in sentence for sentence in failures(store)] in ([True], [True, True])
    assert_acting_has_stopped(tmp_path)


def test_every_flipped_byte_of_an_event_is_found(tmp_path: Path) -> None:
    store = with_notes(tmp_path, 3)
    connection = database(tmp_path)
    names = [column.name for column in EVENT.c]
    [row] = connection.execute("select * from event where sequence = 2").fetchall()
    # A server needs a hundred times longer for each; where the bytes are kept makes no difference to the hash.
    step, as_text = (7, "convert_from(?, 'UTF8')") if connection.is_server else (1, "cast(? as text)")
    missed = []
    for name, value in zip(names, row, strict=True):
        if not isinstance(value, str):
            continue
        for place in range(0, len(value), step):
            for flip in (0x01, 0x20, 0x80):
                raw = bytearray(value.encode())
                raw[place] ^= flip
                try:
                    connection.execute(f"update event set {name} = {as_text} where sequence = 2", [bytes(raw)])
                except (sqlite3.IntegrityError, psycopg.DatabaseError):
                    continue  # N2 became N3, which is there, or the bytes are no text: the database itself refuses
                if not failures(store):
                    missed.append((name, place, flip))
        connection.execute(f"update event set {name} = ? where sequence = 2", [value])
    assert missed == []
    assert failures(store) == []


def test_the_same_content_written_otherwise_is_found(tmp_path: Path) -> None:
    store = with_notes(tmp_path, 3)
    database(tmp_path).execute("update event set details = replace(details, ':', ': ') where sequence = 2")
    assert failures(store) == ["Event 2 was changed after it was written."]


def test_a_removed_event_is_found(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    database(tmp_path).execute("delete from event where sequence = 5")
    assert failures(store)[0] == "Event 5 is missing."
    assert_acting_has_stopped(tmp_path)


def test_swapped_events_are_found(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    database(tmp_path).executescript(
        "update event set sequence = 99 where sequence = 5; update event set sequence = 5 where sequence = 6;"
        "update event set sequence = 6 where sequence = 99;"
    )
    assert failures(store)[0] == "Event 5 does not follow from the event before it."


def test_an_event_put_in_between_is_found(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    database(tmp_path).executescript(
        "update event set sequence = -sequence - 1 where sequence > 4; update event set sequence = -sequence where sequence < 0;"
        "insert into event select 5, subject_type, 'forged', version, event_type, customer_id, actor, reason, details, occurred_at,"
        " 'forged', previous_hash, hash from event where sequence = 4;"
    )
    assert failures(store)[0] == "Event 5 does not follow from the event before it."


@pytest.mark.parametrize("cut", [1, 3, COUNT])
def test_a_tail_cut_off_is_found_by_the_anchor_alone(tmp_path: Path, cut: int) -> None:
    store = with_notes(tmp_path, COUNT)
    database(tmp_path).execute("delete from event where sequence > ?", [COUNT - cut])
    assert failures(store) == [f"The anchor knows event {COUNT - cut + 1}, and the store ends at event {COUNT - cut}."]
    assert_acting_has_stopped(tmp_path)


def test_a_chain_written_anew_is_found_by_the_anchor_alone(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    connection, head = database(tmp_path), GENESIS
    for event in store.matching(EventFilter()):
        reason = "forged" if event.sequence == 5 else event.reason
        forged = replace(event, reason=reason, previous_hash=head, hash="").sealed()
        head = forged.hash
        connection.execute("update event set reason = ?, previous_hash = ?, hash = ? where sequence = ?",
                           [forged.reason, forged.previous_hash, forged.hash, forged.sequence])
    assert failures(store) == ["Event 5 is not the one that was anchored."]
    assert_acting_has_stopped(tmp_path)


def test_a_forged_last_event_stops_the_next_action_before_any_audit(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    database(tmp_path).execute("update event set reason = 'forged' where sequence = ?", [COUNT])
    with pytest.raises(StoreBroken, match=f"Event {COUNT} was changed"):
        store.append(BEATRIZ, note("another"))


def test_a_lost_database_is_no_new_beginning(tmp_path: Path) -> None:
    with_notes(tmp_path, COUNT)
    database(tmp_path).execute("drop table event")
    assert failures(store_in(tmp_path)) == ["The anchor knows event 1, and the store ends at event 0."]
    assert_acting_has_stopped(tmp_path)


def test_a_lost_anchor_is_no_new_beginning(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    anchor(tmp_path).unlink()
    assert failures(store) == [f"The anchor is empty or gone, and the store holds {COUNT} events."]
    assert_acting_has_stopped(tmp_path)


@pytest.mark.parametrize("damage", [
    lambda lines: [*lines[:5], *lines[6:]],
    lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]],
    lambda lines: [*lines[:5], "5 " + "0" * 64, *lines[6:]],
    lambda lines: [*lines[:5], "nonsense", *lines[6:]],
    lambda lines: lines[1:],
], ids=["line gone", "lines swapped", "other hash", "nonsense", "first gone"])
def test_a_damaged_anchor_is_found(tmp_path: Path, damage: object) -> None:
    store = with_notes(tmp_path, COUNT)
    assert callable(damage)
    write_lines(tmp_path, damage(anchor(tmp_path).read_text().splitlines()))
    assert len(failures(store)) == 1
    assert_acting_has_stopped(tmp_path)


@pytest.mark.only("sqlite")
def test_bytes_that_are_no_database_are_a_finding(tmp_path: Path) -> None:
    with_notes(tmp_path, COUNT)
    for path in tmp_path.glob("decisions.sqlite*"):
        path.unlink()
    (tmp_path / "decisions.sqlite").write_bytes(os.urandom(8192))
    assert "cannot be read" in failures(store_in(tmp_path))[0]
    assert_acting_has_stopped(tmp_path)


@pytest.mark.only("sqlite")
def test_flips_anywhere_in_the_database_file_never_pass_unseen(tmp_path: Path) -> None:
    with_notes(tmp_path, 40)
    connection = sqlite3.connect(tmp_path / "decisions.sqlite")
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    whole = (tmp_path / "decisions.sqlite").read_bytes()
    events = store_in(tmp_path).matching(EventFilter())
    for place in range(0, len(whole), len(whole) // 60):
        folder = tmp_path / f"flip-{place}"
        folder.mkdir()
        anchor(folder).write_bytes(anchor(tmp_path).read_bytes())
        flipped = bytearray(whole)
        flipped[place] ^= 0x10
        (folder / "decisions.sqlite").write_bytes(bytes(flipped))
        store = store_in(folder)
        # A byte that nothing uses may differ; then all that was recorded still reads the same.
        assert failures(store) or store.matching(EventFilter()) == events, f"byte {place}"


# ---- what a crash leaves


def test_the_tail_of_a_crash_is_adopted_by_the_audit_which_says_so(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    write_lines(tmp_path, anchor(tmp_path).read_text().splitlines()[:-2])
    [finding] = store.verify()
    assert not finding.is_failure and f"Events {COUNT - 1} to {COUNT}" in str(finding)
    [finding] = store_in(tmp_path).verify()
    assert not finding.is_failure and f"newest is event {COUNT}" in str(finding)
    assert store.append(BEATRIZ, note("next")).sequence == COUNT + 1


def test_the_tail_of_a_crash_is_adopted_by_the_next_action(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    write_lines(tmp_path, anchor(tmp_path).read_text().splitlines()[:-1])
    store.append(BEATRIZ, note("next"))
    assert failures(store) == []
    assert anchor(tmp_path).read_text().splitlines()[-2].endswith(" adopted")


def test_a_tail_that_does_not_follow_is_not_adopted(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    write_lines(tmp_path, anchor(tmp_path).read_text().splitlines()[:-1])
    database(tmp_path).execute("update event set actor = 'demo:martin' where sequence = ?", [COUNT])
    with pytest.raises(StoreBroken):
        store.append(BEATRIZ, note("next"))
    assert failures(store) == [f"Event {COUNT} was changed after it was written."]


@pytest.mark.parametrize("kept", [1, 30, 66])
def test_a_torn_line_of_the_anchor_is_completed(tmp_path: Path, kept: int) -> None:
    store = with_notes(tmp_path, 9)
    text = anchor(tmp_path).read_text()
    lines = text.splitlines(keepends=True)
    anchor(tmp_path).write_text("".join(lines[:-1]) + lines[-1][:kept])
    store.append(BEATRIZ, note("next"))
    assert failures(store) == []
    assert len(anchor(tmp_path).read_text().splitlines()) == 11


def test_an_anchor_on_a_full_disk_says_so_and_the_same_form_settles_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = with_notes(tmp_path, 2)
    with monkeypatch.context() as patch:
        def full(_descriptor: int, _content: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")
        patch.setattr(os, "write", full)
        with pytest.raises(DecisionError, match="anchor could not be written"):
            store.append(BEATRIZ, note("k"))
    event = store.append(BEATRIZ, note("k"))
    assert (event.sequence, len(store.matching(EventFilter()))) == (3, 3)
    assert failures(store) == []


def test_an_audit_that_can_leave_no_word_beside_the_anchor_says_so(tmp_path: Path) -> None:
    store = with_notes(tmp_path, 3)
    (tmp_path / "decisions.anchor.verified").mkdir()
    [sentence] = failures(store)
    assert sentence.startswith("No word of this audit can be left beside the anchor (Is a directory)")
    database(tmp_path).execute("update event set reason = 'forged' where sequence = 2")
    (tmp_path / "decisions.anchor.broken").mkdir()
    first, second = failures(store)
    assert "event 2" in first.lower() and second == sentence


# ---- a person decides


def test_a_restored_database_is_accepted_by_the_operator_alone(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    database(tmp_path).execute("delete from event where sequence > 9")
    with pytest.raises(NotPermitted):
        store.accept_break(MARTIN, "restored last night's backup", "accept", NOW)
    with pytest.raises(Refused, match="reason"):
        store.accept_break(OPERATOR, " ", "accept", NOW)
    event = store.accept_break(OPERATOR, "restored last night's backup", "accept", NOW)
    assert (event.sequence, event.event_type, event.details["failures"]) == (
        10, "break_accepted", ["The anchor knows event 10, and the store ends at event 9."],
    )
    assert store_in(tmp_path).append(BEATRIZ, note("next")).sequence == 11
    assert [str(finding) for finding in store.verify()] == ["A person accepted the events up to 9 as they stood."]
    [aside] = tmp_path.glob("decisions.anchor.2026*")
    assert len(aside.read_text().splitlines()) == COUNT + 1
    with pytest.raises(Refused, match="whole"):
        store.accept_break(OPERATOR, "again", "accept-2", NOW)


def test_a_chain_that_is_broken_itself_cannot_be_accepted(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    database(tmp_path).execute("update event set reason = 'forged' where sequence = 5")
    with pytest.raises(StoreBroken, match="Restore the database"):
        store.accept_break(OPERATOR, "never mind", "accept", NOW)
    assert_acting_has_stopped(tmp_path)


def test_a_store_that_is_whole_again_acts_again(tmp_path: Path) -> None:
    store = with_notes(tmp_path, COUNT)
    connection = database(tmp_path)
    connection.execute("update event set reason = 'forged' where sequence = 5")
    assert failures(store)
    connection.execute("update event set reason = 'because' where sequence = 5")
    assert_acting_has_stopped(tmp_path)
    assert [str(finding) for finding in store.verify()] == ["The store is whole again; acting is possible."]
    assert store.append(BEATRIZ, note("next")).sequence == COUNT + 1
