"""Ctrl-C on the command line: one sentence, nothing left behind, and what was decided is finished all the same."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clearaccounts.settings import ROOT, DataFolder
from tests.command_line import Line, ageing
from tests.importing.desk import INVOICES, invoice, write

CANCELLED = "The import was cancelled; nothing of it was kept, and the numbers are those from before.\n"
# The command presses the key itself, at the first of its file operations that has these words.
DRIVER = """
import signal, sys
# As in the foreground of a terminal, whatever started the tests.
signal.signal(signal.SIGINT, signal.default_int_handler)
event, words = sys.argv[1:3]
pressed = False

def watch(name, arguments):
    global pressed
    if not pressed and name == event and words in str(arguments):
        pressed = True
        signal.raise_signal(signal.SIGINT)

from clearaccounts.__main__ import main
sys.addaudithook(watch)
code = main(sys.argv[3:])
assert pressed
sys.exit(code)
"""

FOREGROUND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from clearaccounts.__main__ import main
sys.exit(main())
"""


def press_at(event: str, words: str, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DRIVER, event, words, *map(str, command)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def contents(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.name.startswith("decisions.sqlite-"))


@pytest.mark.parametrize(
    ("event", "words"),
    [("subprocess.Popen", "clearaccounts.importing.reading"), ("os.rename", "staged"), ("shutil.copyfile", "warehouse-")],
)
def test_a_pressed_key_ends_an_import_with_one_sentence_and_nothing_left_behind(
    line: Line, tmp_path: Path, event: str, words: str
) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    before = contents(line.data)
    done = press_at(event, words, "import", write(tmp_path, "y.csv", INVOICES, invoice(2)), "--data", line.data)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", CANCELLED)
    assert contents(line.data) == before


def test_a_pressed_key_ends_a_full_build(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    before = contents(line.data)
    done = press_at("os.mkdir", "merged-", "build", "--data", line.data)
    assert (done.returncode, done.stdout) == (130, "") and contents(line.data) == before


def test_a_pressed_key_ends_an_undo(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    line("import", write(tmp_path, "y.csv", INVOICES, invoice(2)))
    before = contents(line.data)
    done = press_at("os.rename", "staged", "undo", "--yes", "--data", line.data)
    assert (done.returncode, done.stdout) == (130, "") and contents(line.data) == before


@pytest.mark.parametrize("words", ["arriving", "current.json"])
def test_what_is_decided_is_finished_and_said(line: Line, tmp_path: Path, words: str) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, invoice(1)))
    done = press_at("os.rename", words, "import", write(tmp_path, "y.csv", INVOICES, invoice(2)), "--data", line.data)
    assert (done.returncode, done.stderr) == (0, "") and "1 rows = 1 loaded" in done.stdout
    assert sum(ageing(line, "2026-07-01").values()) == 200
    assert line("verify") == 0


def test_a_pressed_key_at_a_question_is_a_no(line: Line, tmp_path: Path) -> None:
    line("import", write(tmp_path, "x.csv", INVOICES, *(invoice(n) for n in range(20))))
    file = write(tmp_path, "y.csv", INVOICES, invoice(1))
    keyboard, terminal = pty.openpty()
    command = [sys.executable, "-c", FOREGROUND, "import", str(file), "--snapshot", "--data", str(line.data)]
    with subprocess.Popen(command, cwd=ROOT, stdin=terminal, stderr=subprocess.PIPE) as asking:
        assert asking.stderr is not None
        said = b""
        while b"[y/N]" not in said and (byte := asking.stderr.read(1)):
            said += byte
        asking.send_signal(signal.SIGINT)
        rest = asking.stderr.read()
    os.close(keyboard)
    os.close(terminal)
    assert (asking.returncode, rest.strip()) == (130, b"Interrupted; nothing unfinished was kept.")
    assert not (DataFolder(line.data).path / "unfinished").exists()
    assert sum(ageing(line, "2026-07-01").values()) == 2000
