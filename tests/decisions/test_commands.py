"""The operator's commands over the decisions: accepting a break, and moving to another database."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearaccounts.decisions import EventFilter, open_store
from clearaccounts.settings import DataFolder, Decisions, Settings
from tests.command_line import Line
from tests.decisions.common import BEATRIZ, anchor, database, note, settings_in, store_in, with_notes


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Line:
    """The command line over the folder whose store the test fills; it stands there as whoever runs it would."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "landing" / "none").mkdir(parents=True)
    return Line(tmp_path, capsys)


def test_a_cut_tail_is_accepted_after_a_yes_and_a_reason(line: Line, tmp_path: Path) -> None:
    with_notes(tmp_path, 9)
    assert line("accept-break", "--reason", "look") == 1 and "nothing to accept" in line.err
    database(tmp_path).execute("delete from event where sequence > 6")
    assert line("verify") == 4
    assert line.out.startswith("The anchor knows event 7, and the store ends at event 6.\n")
    assert line("accept-break", "--reason", "restored") == 1
    assert "confirm it with --yes. Nothing was changed." in line.err and "event 7" in line.out
    assert line("accept-break", "--reason", " ", "--yes") == 1 and line.err == "Give a reason.\n"
    assert line("accept-break") == 2
    assert line("accept-break", "--reason", "restored last night's backup", "--yes") == 0
    assert "Accepted as event 7;" in line.out
    [event] = store_in(tmp_path).matching(EventFilter(event_type="break_accepted"))
    assert (event.actor, event.reason) == ("operator", "restored last night's backup")
    assert store_in(tmp_path).append(BEATRIZ, note("next")).sequence == 8


def test_a_changed_event_is_named_and_cannot_be_accepted(line: Line, tmp_path: Path) -> None:
    with_notes(tmp_path, 9)
    database(tmp_path).execute("update event set reason = 'forged' where sequence = 5")
    assert line("verify") == 4
    assert line.out.startswith("Event 5 was changed after it was written.\n")
    assert line("accept-break", "--reason", "never mind", "--yes") == 1
    assert line.err.startswith("Event 5 was changed after it was written. Restore the database from a backup")


def other_database(folder: Path) -> str:
    """An empty one of the other kind, or of the same: SQLite beside the first, or a schema beside the first."""
    url = settings_in(folder).decisions.url
    if not url:
        return f"sqlite:///{folder / 'other.sqlite'}"
    database(folder).execute(f"create schema {url.rpartition('%3D')[2]}_other")
    return f"{url}_other"


def test_decisions_move_to_another_database_and_the_same_anchor_proves_it(line: Line, tmp_path: Path) -> None:
    store = with_notes(tmp_path, 25)
    url = other_database(tmp_path)
    assert line("copy-decisions", "--to", url) == 0
    assert line.out.startswith("Copied 25 events, and the anchor agrees.")
    moved = open_store(DataFolder(tmp_path), Settings(decisions=Decisions(url, str(anchor(tmp_path)))))
    assert moved.matching(EventFilter()) == store.matching(EventFilter()) and moved.verify() == []
    assert moved.append(BEATRIZ, note("next")).sequence == 26
    # Whoever goes on with the old database is stopped: its anchor knows better.
    assert line("verify") == 4 and "The anchor knows event 26, and the store ends at event 25." in line.out
    assert line("copy-decisions", "--to", url) == 1


@pytest.mark.only("postgresql")
def test_decisions_come_back_from_a_server_to_a_file(line: Line, tmp_path: Path) -> None:
    with_notes(tmp_path, 5)
    url = f"sqlite:///{tmp_path / 'decisions.sqlite'}"
    assert line("copy-decisions", "--to", url) == 0
    assert open_store(DataFolder(tmp_path), Settings()).verify() == []


def test_a_database_that_holds_decisions_already_is_no_place_to_copy_to(line: Line, tmp_path: Path) -> None:
    with_notes(tmp_path, 3)
    url = other_database(tmp_path)
    assert line("copy-decisions", "--to", url) == 0
    assert line("copy-decisions", "--to", url) == 1
    assert line.err == "The database that the decisions would be copied to holds some already; nothing was copied.\n"
    assert line("copy-decisions", "--to", "nonsense://x:secret@y") == 1 and "secret" not in line.err
