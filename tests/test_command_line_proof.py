"""What the command line proves afterwards: `verify`, the record of imports, and the undo."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.decisions import EventFilter, open_store
from clearaccounts.importing import publish
from clearaccounts.importing.files import file_hash
from clearaccounts.settings import DataFolder, Settings
from tests.command_line import Line, ageing
from tests.importing.desk import INVOICES, invoice, write


def test_the_last_import_is_undone_on_record_and_verify_still_proves_all_of_it(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    line("import", write(tmp_path, "y.csv", INVOICES, invoice(1, "7"), invoice(2)), write(tmp_path, "z.csv", INVOICES, invoice(3)))
    assert line("undo") == 1
    assert line.err == f"This would undo the import of y.csv, z.csv of {datetime.now(UTC).date()} by operator; confirm it with --yes." \
        " Nothing was changed.\n"
    assert line("undo", "--yes") == 0
    assert line.out.startswith("Undone: the import of y.csv, z.csv of ")
    assert ageing(line, "2026-07-01") == {"1-30": Decimal(100)}
    events = open_store(DataFolder(line.data), Settings()).events(OPERATOR, EventFilter(subject_type="import"), newest_first=False).events
    assert [event.event_type for event in events] == ["imported", "imported", "undone"]
    assert {event.actor for event in events} == {"operator"}
    assert events[2].details["report"]["files"] == ["y.csv", "z.csv"] and events[2].subject_id == events[1].subject_id
    assert line("verify") == 0
    # An undone landing is kept, and still watched.
    (raw,) = (path for path in line.data.glob("landing/*/raw.csv") if b"I3" in path.read_bytes())
    raw.write_text("other")
    assert line("verify") == 4
    assert line.out.startswith("z.csv: the landed file is not the one that was imported")


def test_what_a_crash_kept_off_the_record_is_put_there_by_the_next_command(line: Line, tmp_path: Path) -> None:
    file = write(tmp_path, "x.csv", INVOICES, invoice(1))
    publish.import_files(DataFolder(line.data), Settings(), [file], datetime.now(UTC), by="demo:beatriz")
    line("import", file)
    (event,) = open_store(DataFolder(line.data), Settings()).events(OPERATOR, EventFilter(subject_type="import")).events
    report = event.details["report"]
    assert (event.actor, report["by"], report["files"][0]["file"], report["files"][0]["sha256"]) == (
        "operator", "demo:beatriz", "x.csv", file_hash(file)
    )
    assert report["files"][0]["sums"] == [
        {"column": "customer_invoices.amount_total", "currency": "EUR", "total": "100.0000", "loaded": "100.0000", "rejected": "0.0000"},
    ]


def test_verify_looks_at_a_folder_in_which_everything_was_undone_and_misses_an_undo_that_is_gone(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    assert line("undo", "--yes") == 0
    assert "the sample partner is served" in line.out
    assert line("undo", "--yes") == 1
    assert line.err == "There is no import in data to undo.\n"
    assert line("verify") == 0
    (undo,) = line.data.glob("landing/undo-*")
    shutil.rmtree(undo)
    assert line("verify") == 4
    assert "was undone, and the undo is gone; restore landing/ from a backup." in line.out


def test_verify_finds_a_landed_file_that_was_changed(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    assert line("verify") == 0
    assert line.out.startswith("All is well")
    (raw,) = line.data.glob("landing/*/raw.csv")
    raw.write_text("other")
    assert line("verify") == 4
    place = f"landing/{raw.parent.name}"
    assert line.out == f"x.csv: the landed file is not the one that was imported; restore {place} from a backup.\n"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("customer_invoices.parquet", "x.csv: customer_invoices.parquet changed after the import; restore landing/"),
        ("rejects.parquet", "x.csv: rejects.parquet changed after the import; restore landing/"),
        ("landing.json", "landing.json: this record of an import is damaged; restore it from a backup."),
    ],
)
def test_verify_finds_that_what_was_read_from_a_file_was_changed(line: Line, tmp_path: Path, name: str, sentence: str) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    (path,) = line.data.glob(f"landing/*/{name}")
    path.write_bytes(path.read_bytes()[:-10])
    assert line("verify") == 4
    assert sentence in line.out and line.out.count("\n") == 1


def test_verify_finds_a_landing_that_is_gone_or_that_says_something_else_than_the_record(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)), write(tmp_path, "y.csv", INVOICES, invoice(2), invoice(3)))
    first, second = sorted(line.data.glob("landing/*/landing.json"), key=lambda path: json.loads(path.read_text())["sequence"])
    shutil.rmtree(first.parent)
    second.write_text(second.read_text().replace('"rows": 2', '"rows": 1').replace('"loaded": 2', '"loaded": 1'))
    assert line("verify") == 4
    assert line.out.splitlines() == [
        f"x.csv: it was imported and is gone; import it again, or restore landing/{first.parent.name} from a backup.",
        f"y.csv: its record is not that of its import; restore landing/{second.parent.name} from a backup.",
    ]
    assert line("import", tmp_path / "x.csv") == 0
    assert line("verify") == 4
    assert line.out.count("\n") == 1


def test_verify_says_what_a_crash_left_and_that_it_was_adopted(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    anchor = line.data / "decisions.anchor"
    anchor.write_text("".join(anchor.read_text().splitlines(keepends=True)[:-1]))
    assert line("verify") == 0
    assert line.out.splitlines()[0].startswith("Events 1 to 1 had not reached the anchor before a crash")
    assert line.out.splitlines()[-1].startswith("All is well")


def test_verify_finds_that_what_people_did_is_gone(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    for path in line.data.glob("decisions.sqlite*"):
        path.unlink()
    assert line("verify") == 4
    assert line.out.count("\n") == 1
