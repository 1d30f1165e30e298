"""Killed anywhere, an import or an undo leaves the old numbers or the new ones whole, and the next command works.

The command runs in a process of its own that kills itself at a chosen one of its own file operations (opening, renaming,
making and removing files and folders, starting the reader, taking the lock), or a moment after it, while the database
works. `CLEARACCOUNTS_CRASHES=100` spreads a hundred kills over all of them; `make test` takes twelve.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.importing import publish
from clearaccounts.importing.records import damaged, everything, landings
from clearaccounts.settings import ROOT, DataFolder, Settings
from clearaccounts.warehouse import open_current
from tests.importing.desk import INVOICES, NOW, invoice, write

CRASHES = int(os.environ.get("CLEARACCOUNTS_CRASHES", "12"))
DRIVER = """
import os, signal, sys, threading, time
folder, stop, delay = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
WATCHED = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "subprocess.Popen", "fcntl.flock"}
seen = 0

def die():
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGKILL)

def watch(event, arguments):
    global seen
    if event in WATCHED and (event in {"subprocess.Popen", "fcntl.flock"} or folder in str(arguments[0])):
        seen += 1
        if seen == stop:
            if delay:
                threading.Thread(target=die, daemon=True).start()
            else:
                os.kill(os.getpid(), signal.SIGKILL)

from clearaccounts.__main__ import main
sys.addaudithook(watch)
code = main(sys.argv[4:])
print("steps", seen, "code", code)
"""
IMPORT, UNDO = "import", "undo"


class World:
    """A folder with two imports, and a third one on the desk: what is open tells which of them count, and nothing in between does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = DataFolder(folder / "data")
        self.files = [
            write(folder, "invoices.csv", INVOICES, invoice(1, "40.00"), *(invoice(n) for n in range(200, 600)), invoice(9, "broken")),
            write(folder, "payments.csv", "payment_id,customer_id,received_on,currency,amount_total", "P1,C1,2026-05-03,EUR,7.00"),
            write(
                folder, "allocations.csv", "allocation_id,applied_on,source_type,source_id,invoice_id,amount_applied",
                "A1,2026-05-03,payment,P1,I200,7.00",
            ),
        ]
        self.bring(write(folder, "first.csv", INVOICES, *(invoice(n) for n in range(5))), day=0)
        self.bring(write(folder, "second.csv", INVOICES, *(invoice(n, "90.00") for n in range(5, 9))), day=1)

    def bring(self, *files: Path, day: int) -> publish.Report:
        return publish.import_files(self.data, Settings(), files, NOW + timedelta(days=day), confirm=lambda _: True)

    def outstanding(self) -> Decimal:
        rows = open_current(self.data, Settings()).run("receivables/open_items", {"as_of_on": NOW.date() + timedelta(days=400)}, OPERATOR)
        return sum(rows["amount_outstanding"].to_pylist(), Decimal(0))

    def run(self, kind: str, stop: int = 0, delay: float = 0) -> subprocess.CompletedProcess[str]:
        words = ["import", *map(str, self.files)] if kind == IMPORT else ["undo"]
        return subprocess.run(
            [sys.executable, "-c", DRIVER, str(self.data.path), str(stop), str(delay), *words, "--yes", "--data", str(self.data.path)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )


# What is open after the first import, after the second, and after the third.
FIRST, SECOND, THIRD = Decimal(500), Decimal(860), Decimal(860) - 60 + 40_000 - 7
BEFORE, AFTER = {IMPORT: SECOND, UNDO: SECOND}, {IMPORT: THIRD, UNDO: FIRST}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("crashes"))


@pytest.fixture(scope="module")
def steps(world: World) -> dict[str, int]:
    """How many file operations each command makes, counted once without a kill."""
    counted = {}
    for kind, code in ((IMPORT, 3), (UNDO, 0)):
        with Beginning(world):
            done = world.run(kind)
            assert done.stdout.splitlines()[-1].endswith(f"code {code}"), done.stderr
            assert world.outstanding() == AFTER[kind]
            counted[kind] = int(done.stdout.splitlines()[-1].split()[1])
    assert counted[IMPORT] > 60 and counted[UNDO] > 20
    return counted


class Beginning:
    """Everything as it was before the third import, here and afterwards."""

    def __init__(self, world: World) -> None:
        self._data, self._kept = world.data.path, world.folder / "kept"

    def __enter__(self) -> None:
        if not self._kept.exists():
            shutil.copytree(self._data, self._kept)
        shutil.rmtree(self._data)
        shutil.copytree(self._kept, self._data)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._data)
        shutil.copytree(self._kept, self._data)


@pytest.mark.parametrize("number", range(CRASHES))
def test_killed_anywhere_the_old_numbers_or_the_new_ones_are_whole(world: World, steps: dict[str, int], number: int) -> None:
    kind = UNDO if number % 3 == 2 else IMPORT
    share = random.Random(number)
    # Spread over the whole command, some of the kills a moment later, when the database may be at work.
    stop = 1 + (number * steps[kind] // CRASHES + share.randrange(max(1, steps[kind] // CRASHES))) % steps[kind]
    delay = share.choice([0, 0, share.uniform(0.001, 0.15)])
    with Beginning(world):
        killed = world.run(kind, stop, delay)
        if killed.returncode != -signal.SIGKILL:
            assert delay, f"step {stop} of {kind} was not reached: {killed.stderr}"
        where = f"{kind}, step {stop} of {steps[kind]}, {delay:.3f} s later"
        assert world.outstanding() in {BEFORE[kind], AFTER[kind]}, where
        # Whoever starts the dashboard next sees the one or the other too.
        publish.ensure_served(world.data, Settings(), NOW + timedelta(days=2))
        settled = world.outstanding()
        assert settled in {BEFORE[kind], AFTER[kind]}, where
        # The same command again finishes what was begun, or says that it is done; nothing is doubled.
        if kind == IMPORT:
            report = world.bring(*world.files, day=3)
            assert all(outcome.refused is None for outcome in report.outcomes), where
            assert len({outcome.first_landed_at is None for outcome in report.outcomes}) == 1, f"{where}: a part of the import had landed"
            assert world.outstanding() == THIRD, where
        else:
            assert len(landings(world.data)) == (2 if settled == SECOND else 1), where
            world.bring(world.files[1], day=3)
            assert world.outstanding() == settled, where
        assert not (world.data.path / "unfinished").exists() and not world.data.arriving.exists(), where
        assert not [name for one in everything(world.data) for name in damaged(world.data, one)], where
