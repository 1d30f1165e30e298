"""A backup holds everything, is whole or not there, and the drill says what it would not bring back."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import shutil
from pathlib import Path

import pytest

from clearaccounts.__main__ import main
from clearaccounts.backups import making
from clearaccounts.decisions import prove
from clearaccounts.settings import DataFolder, Settings
from tests.command_line import Line, ageing
from tests.decisions.common import BEATRIZ, NOW, note, store_in
from tests.operations.appending import die_in_a_backup, record_until_told

FILES = {
    "customers.csv": "customer_id,customer_name,currency\nC1,Contoso GmbH,EUR\nC2,Fabrikam,USD\n",
    "customer_invoices.csv": (
        "invoice_id,customer_id,issued_on,currency,amount_total\nI1,C1,2026-01-02,EUR,10.00\nI2,C2,2026-01-03,USD,7.50\n"),
}
LATER = "invoice_id,customer_id,issued_on,currency,amount_total\nI3,C1,2026-01-04,EUR,5.00\n"
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.operations.appending"])


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two files landed, one own profile, one preference, and three notes on record."""
    place = tmp_path_factory.mktemp("imported")
    for name, text in FILES.items():
        (place / name).write_text(text)
    assert main(["--data", str(place / "data"), "import", *(str(place / name) for name in FILES)]) == 0
    for folder, name in (("profiles", "own.toml"), ("preferences", "p.json")):
        (place / "data" / folder).mkdir(exist_ok=True)
        (place / "data" / folder / name).write_text("# kept")
    (place / "data" / "preferences" / "p.lock").touch()
    store = store_in(place / "data")
    for number in range(3):
        store.append(BEATRIZ, note(f"key {number}", f"N{number}"))
    return place / "data"


@pytest.fixture
def typed(imported: Path, line: Line) -> Line:
    """The command line over a copy of that folder."""
    shutil.copytree(imported, line.data)
    return line


def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def made(line: Line, tmp_path: Path) -> Path:
    assert line("backup", backups(tmp_path)) == 0
    return max(path for path in backups(tmp_path).iterdir() if path.is_dir())


def said(line: Line) -> dict[str, str]:
    """What the drill says, by what it is about."""
    return dict(part.rstrip(".").split(": ", 1) for part in line.out.splitlines() if ": " in part)


def test_right_after_a_backup_nothing_would_be_lost(typed: Line, tmp_path: Path) -> None:
    made(typed, tmp_path)
    assert typed("drill", backups(tmp_path)) == 0
    found = said(typed)
    assert found["Decisions that would be lost"] == found["Files that would be lost"] == "nothing"
    assert found["Control totals"] == "equal, of 2 customers and currencies"
    assert "events 1 to 4 are whole and their anchor agrees" in typed.out and "0 min old" in typed.out


def test_the_drill_names_the_events_since(typed: Line, tmp_path: Path) -> None:
    made(typed, tmp_path)
    store = store_in(typed.data)
    store.append(BEATRIZ, note("later", "L"))
    assert typed("drill", backups(tmp_path)) == 4
    assert said(typed)["Decisions that would be lost"] == "event 5"
    store.append(BEATRIZ, note("later still", "M"))
    assert typed("drill", backups(tmp_path)) == 4
    assert said(typed)["Decisions that would be lost"] == "events 5 to 6, 2 in all"


def test_the_drill_names_files_and_totals_that_would_be_missing(typed: Line, tmp_path: Path) -> None:
    made(typed, tmp_path)
    (tmp_path / "more.csv").write_text(LATER)
    assert typed("import", tmp_path / "more.csv") == 0
    (typed.data / "profiles" / "own.toml").write_text("# changed")
    assert typed("drill", backups(tmp_path)) == 4
    found = said(typed)
    assert found["Files that would be lost"] == "more.csv, profiles/own.toml"
    assert found["Control totals"] == "1 of 2 differ: C1 EUR" and found["Decisions that would be lost"] == "event 5"


def test_the_drill_says_that_the_live_decisions_are_others(typed: Line, tmp_path: Path) -> None:
    kept = made(typed, tmp_path)
    for file in typed.data.glob("decisions.*"):
        file.unlink()
    store_in(typed.data).append(BEATRIZ, note("other", "O"))
    assert typed("drill", kept) == 4
    assert said(typed)["Decisions that would be lost"] == "unknown: events 2 to 4 of the backup are not those of the live decisions"


def test_after_the_loss_of_everything_all_is_there_again(typed: Line, tmp_path: Path) -> None:
    before = ageing(typed, "2026-03-01")
    made(typed, tmp_path)
    shutil.rmtree(typed.data)
    assert typed("drill", backups(tmp_path)) == 0 and "no data folder" in typed.out
    assert typed("restore", backups(tmp_path)) == 0
    assert typed("verify") == 0
    assert ageing(typed, "2026-03-01") == before
    assert (typed.data / "profiles" / "own.toml").read_text() == "# kept" and not (typed.data / "unfinished-restore").exists()
    assert store_in(typed.data).append(BEATRIZ, note("next", "N")).sequence == 5


def test_the_settings_and_what_they_name_are_kept(typed: Line, tmp_path: Path) -> None:
    (tmp_path / "our-support.toml").write_text("# ours")
    config = tmp_path / "own.toml"
    config.write_text(f'[support]\nrules = "{tmp_path / "our-support.toml"}"\n')
    assert typed("backup", backups(tmp_path), "--config", config) == 0
    assert [path.name for path in sorted(backups(tmp_path).glob("clear*/settings/*"))] == ["our-support.toml", "own.toml"]


def in_folder(folder: Path) -> list[Path]:
    """What is there, but for what SQLite keeps only while somebody has the database open."""
    return sorted(path for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm")))


def test_nothing_is_restored_over_anything(typed: Line, tmp_path: Path) -> None:
    made(typed, tmp_path)
    before = in_folder(typed.data)
    assert typed("restore", backups(tmp_path)) == 1 and "is not empty" in typed.err
    assert in_folder(typed.data) == before


def test_an_anchor_elsewhere_that_knows_decisions_is_not_touched(typed: Line, tmp_path: Path) -> None:
    made(typed, tmp_path)
    config = tmp_path / "own.toml"
    config.write_text(f'[decisions]\nanchor = "{typed.data / "decisions.anchor"}"\n')
    before = (typed.data / "decisions.anchor").read_bytes()
    fresh = Line(tmp_path / "fresh", typed._capture)
    assert fresh("restore", backups(tmp_path), "--config", config) == 1 and "knows decisions already" in fresh.err
    assert (typed.data / "decisions.anchor").read_bytes() == before and not any(fresh.data.iterdir())


@pytest.mark.parametrize("file", [
    "manifest.json", "manifest.sha256", "decisions/events.jsonl", "decisions/anchor", "data/profiles/own.toml",
    "data/landing/*/landing.json", "data/landing/*/*.parquet", "data/landing/*/raw.csv",
])
def test_a_flipped_bit_is_found(typed: Line, tmp_path: Path, file: str) -> None:
    kept = next(made(typed, tmp_path).glob(file))
    whole = kept.read_bytes()
    dice = random.Random(file)
    for place in dice.sample(range(len(whole)), 5):
        flipped = whole[place] ^ (1 << dice.randrange(8))
        kept.write_bytes(whole[:place] + bytes([flipped]) + whole[place + 1:])
        assert typed("drill", backups(tmp_path)) == 1 and len(typed.err.splitlines()) == 1, (place, typed.out)


@pytest.mark.parametrize("harm", ["gone", "cut", "strange"])
def test_a_file_that_is_gone_cut_or_strange_is_found(typed: Line, tmp_path: Path, harm: str) -> None:
    kept = next(made(typed, tmp_path).glob("data/landing/*/raw.csv"))
    if harm == "gone":
        kept.unlink()
    elif harm == "cut":
        os.truncate(kept, 5)
    else:
        kept.with_name("raw2.csv").write_text("x")
    assert typed("drill", backups(tmp_path)) == 1 and "landing" in typed.err


def test_a_forged_manifest_does_not_hide_a_changed_event(typed: Line, tmp_path: Path) -> None:
    """Whoever can write the manifest and its seal anew still cannot make the chain fit."""
    kept = made(typed, tmp_path)
    events = kept / "decisions" / "events.jsonl"
    events.write_text(events.read_text().replace("because", "since..", 1))
    manifest = json.loads((kept / "manifest.json").read_text())
    for file in manifest["files"]:
        if file["path"] == "decisions/events.jsonl":
            file["sha256"] = hashlib.sha256(events.read_bytes()).hexdigest()
    text = json.dumps(manifest, indent=1) + "\n"
    (kept / "manifest.json").write_text(text)
    (kept / "manifest.sha256").write_text(hashlib.sha256(text.encode()).hexdigest() + "\n")
    assert typed("drill", backups(tmp_path)) == 1 and "Event 2 was changed" in typed.err


STEPS = ["clearaccounts.decisions.moving.write_parts", "shutil.copytree", "clearaccounts.backups.manifest.write", "pathlib.Path.rename"]


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_backup_never_looks_whole(typed: Line, tmp_path: Path, step: str) -> None:
    process = FORKED.Process(target=die_in_a_backup, args=(typed.data, backups(tmp_path), step))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    assert not list(backups(tmp_path).glob("clearaccounts-*")) and list(backups(tmp_path).glob(".unfinished-*"))
    assert typed("drill", backups(tmp_path)) == 1 and "There is no backup" in typed.err
    made(typed, tmp_path)
    assert not list(backups(tmp_path).glob(".unfinished-*"))
    assert typed("drill", backups(tmp_path)) == 0


def test_a_backup_that_fails_leaves_nothing(typed: Line, tmp_path: Path) -> None:
    next(typed.data.glob("landing/*/raw.csv")).write_text("customer_id\n")
    assert typed("backup", backups(tmp_path)) == 1 and "changed after the import" in typed.err
    assert [path.name for path in backups(tmp_path).iterdir()] == [".backup.lock"]


def test_broken_decisions_are_not_backed_up(typed: Line, tmp_path: Path) -> None:
    with (typed.data / "decisions.anchor").open("a") as anchor:
        anchor.write(f"5 {'0' * 64}\n")
    assert typed("backup", backups(tmp_path)) == 1 and "The anchor knows event 5" in typed.err


def test_two_backups_at_once_are_one(typed: Line, tmp_path: Path) -> None:
    with making._alone(backups(tmp_path)):
        assert typed("backup", backups(tmp_path)) == 1 and "Another backup" in typed.err


def test_every_backup_is_a_folder_of_its_own(typed: Line, tmp_path: Path) -> None:
    folder = DataFolder(typed.data)
    names = [making.make(folder, Settings(), Path("none"), backups(tmp_path), NOW).path.name for _ in range(2)]
    assert names == ["clearaccounts-20260630T090000Z", "clearaccounts-20260630T090000Z-2"]


def test_a_backup_while_four_processes_append_is_of_one_moment(typed: Line, tmp_path: Path) -> None:
    ends, processes = [], []
    for number in range(4):
        here, there = FORKED.Pipe()
        processes.append(FORKED.Process(target=record_until_told, args=(typed.data, number, there)))
        ends.append(here)
    for process in processes:
        process.start()
    try:
        store, sequences = store_in(typed.data), []
        while store.state().event_count < 20:
            pass
        for _ in range(3):
            done = making.make(DataFolder(typed.data), Settings(), Path("none"), backups(tmp_path), NOW)
            assert prove(done.path / "decisions/events.jsonl", done.path / "decisions/anchor")[0] == done.manifest.sequence
            sequences.append(done.manifest.sequence)
    finally:
        for end in ends:
            end.send("enough")
        for process in processes:
            process.join(60)
    assert sequences == sorted(sequences) and len(set(sequences)) == 3
    last = store.state().event_count
    assert typed("drill", done.path) == 4
    assert said(typed)["Decisions that would be lost"].startswith((f"events {sequences[-1] + 1} to {last}", f"event {last}"))
    assert typed("verify") == 0
