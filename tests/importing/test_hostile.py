"""Files made to do harm are refused with a reason, soon and in little memory; whoever asked goes on unharmed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clearaccounts.errors import FileRefused
from clearaccounts.importing.files import last_part
from clearaccounts.importing.reading.bounds import Bounds
from clearaccounts.importing.reading.child import MAX_IDLE, ReadingProcess
from clearaccounts.importing.reading.sources import open_source
from clearaccounts.settings import ROOT, DataFolder
from tests.importing import bombs
from tests.importing.desk import INVOICES, hand_in, invoice, write

# The one place where a test asserts a time: a refusal that comes too late is none.
REFUSED_WITHIN_SECONDS = 5
MEMORY_BYTES = 512 * 2**20


def read_whole(process: ReadingProcess) -> None:
    """Open and read the file of `process`, by its likeliest heading."""
    opened = process.ask({"do": "open"})
    heading = opened["headings"][0]
    process.ask({"do": "read", "separator": heading["separator"], "header": heading["header"], "encodings": ["utf-8"], "wanted": None})


@pytest.mark.parametrize(("name", "build", "reason"), bombs.BOMBS, ids=[name for name, _, _ in bombs.BOMBS])
def test_a_bomb_is_refused_in_time_and_in_bounds(tmp_path: Path, name: str, build: Callable[[], bytes], reason: str) -> None:
    path = bombs.write(tmp_path, name, build())
    folder = tmp_path / "reading"
    folder.mkdir()
    process = ReadingProcess(path, folder, name)
    began = time.monotonic()
    with pytest.raises(FileRefused) as refused:
        read_whole(process)
    took = time.monotonic() - began
    assert str(refused.value).startswith(name) and reason in str(refused.value)
    assert 0 < process.peak_memory_bytes <= MEMORY_BYTES
    assert process.pid is None
    assert took <= REFUSED_WITHIN_SECONDS


def test_after_a_bomb_the_next_file_lands(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    for name, build, _ in bombs.BOMBS[:2]:
        assert hand_in(data, bombs.write(tmp_path, name, build())).refused is not None
    good = hand_in(data, write(tmp_path, "x.csv", INVOICES, invoice(1)))
    assert good.landing is not None and good.landing.loaded == 1
    assert [path.name for path in data.landing.iterdir()] == [good.landing.folder_name]


def alive(pid: int) -> bool:
    """Whether a process still runs; one that has ended and was not waited for does not."""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def long_file(folder: Path) -> Path:
    """A file that takes the careful reader a moment."""
    lines = [INVOICES, *(invoice(number) for number in range(200_000))]
    path = folder / "long.csv"
    path.write_bytes("\n".join(lines).encode() + b"\r\n\r")
    return path


class Stop(Exception):
    """What a person's wish to cancel looks like."""


def test_a_cancelled_reading_leaves_nothing_behind(tmp_path: Path) -> None:
    source = open_source(long_file(tmp_path), tmp_path)
    pid = source.process.pid
    assert pid is not None and alive(pid)
    seen = []

    def progress(rows: int) -> None:
        seen.append(rows)
        if rows:
            raise Stop

    with pytest.raises(Stop):
        source.records(progress=progress)
    assert seen[-1] > 0 and not alive(pid) and source.process.pid is None
    source.close()
    assert [path.name for path in tmp_path.iterdir()] == ["long.csv"]


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV, signal.SIGKILL], ids=lambda number: number.name)
def test_a_reader_that_breaks_down_is_a_refused_file(tmp_path: Path, number: signal.Signals) -> None:
    source = open_source(long_file(tmp_path), tmp_path)

    def progress(rows: int) -> None:
        if rows and source.process.pid is not None:
            os.kill(source.process.pid, number)

    with pytest.raises(FileRefused) as refused:
        source.records(progress=progress)
    assert str(refused.value) == (
        "long.csv: the reader broke down on it, as it does on files made to break it; export it again, or save it as CSV."
    )
    # The next question begins with a new process.
    assert source.records().table.num_rows == 200_000


def test_what_takes_too_long_is_a_refused_file(tmp_path: Path) -> None:
    path = write(tmp_path, "x.csv", "a,b", "1,2")
    process = ReadingProcess(path, tmp_path, "x.csv", Bounds(2**30, 2**32, 2**30, cpu_seconds=9, clock_seconds=1))
    process.ask({"do": "open"})
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    with pytest.raises(FileRefused) as refused:
        process.ask({"do": "open"})
    assert str(refused.value) == "x.csv: reading it takes longer than one file may take; split it, or save it as CSV."
    assert process.pid is None


def test_a_reader_does_not_outlive_the_one_who_asks(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from clearaccounts.importing.reading.sources import open_source\n"
        "source = open_source(Path(sys.argv[1]), Path(sys.argv[1]).parent)\n"
        "def progress(rows):\n"
        "    if rows:\n"
        "        print(source.process.pid, flush=True)\n"
        "        sys.stdin.read()\n"
        "source.records(progress=progress)\n"
    )
    command = [sys.executable, "-c", script, str(long_file(tmp_path))]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asking:
        assert asking.stdout is not None
        pid = int(asking.stdout.readline())
        assert alive(pid)
        asking.kill()
    deadline = time.monotonic() + 30
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def test_a_reader_knows_nothing_of_its_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARACCOUNTS_TEST_SECRET", "hidden")
    source = open_source(write(tmp_path, "x.csv", "a,b", "1,2"), tmp_path)
    assert b"hidden" not in (Path("/proc") / str(source.process.pid) / "environ").read_bytes()
    source.close()


def test_bounds_hold(tmp_path: Path) -> None:
    script = (
        "import errno, sys\n"
        "from clearaccounts.importing.reading.bounds import bounds_for, confine\n"
        "confine(bounds_for(1000))\n"
        "try:\n"
        "    bytearray(500 * 2**20)\n"
        "except MemoryError:\n"
        "    print('memory')\n"
        "try:\n"
        "    file = open(sys.argv[1], 'wb'); file.seek(2**30); file.write(b'x'); file.flush()\n"
        "except OSError as error:\n"
        "    print(errno.errorcode[error.errno]); sys.stdout.flush()\n"
        "import os; os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "big")], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["memory", "EFBIG"]


def test_of_many_opened_files_only_some_keep_their_process(tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{number}.csv", "a,b", f"{number},2") for number in range(MAX_IDLE + 3)]
    sources = [open_source(path, tmp_path) for path in paths]
    assert sum(source.process.pid is not None for source in sources) <= MAX_IDLE
    # One that lost its process gets another when it is asked.
    assert [source.records().table["c0"].to_pylist() for source in sources] == [[str(number)] for number in range(MAX_IDLE + 3)]
    for source in sources:
        source.close()
    assert all(source.process.pid is None for source in sources)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../x.csv", "x.csv"),
        ("..", "file.csv"),
        (".", "file.csv"),
        ("", "file.csv"),
        ("a/", "file.csv"),
        ("C:\\x.csv", "x.csv"),
        ("\\\\host\\s\\x.csv", "x.csv"),
        ("a\0b.csv", "ab.csv"),
        ("\0", "file.csv"),
        ("CON", "CON"),
        ("~root", "~root"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
        ("\u20ac" * 300 + ".csv", "\u20ac" * 65 + ".csv"),
        ("x." + "y" * 300, "x." + "y" * 198),
        ("." * 300, "." * 200),
    ],
)
def test_a_name_from_a_browser_is_the_name_of_one_file(tmp_path: Path, name: str, kept: str) -> None:
    assert last_part(name) == kept
    (tmp_path / last_part(name)).write_bytes(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [kept]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("..\\..\\x.csv", "..\\..\\x.csv"),
        ("C:\\x.csv", "C:\\x.csv"),
        ("CON", "CON"),
        ("NUL.csv", "NUL.csv"),
        ("...", "..."),
        ("-rf", "-rf"),
        ("$(touch x).csv", "$(touch x).csv"),
        ("{file}.csv", "{file}.csv"),
        ("a\x1b[2Jb\nc.csv", "a\\x1b[2Jb\\nc.csv"),
        ("\u202egpj.csv", "\\u202egpj.csv"),
        ("x" * 250 + ".csv", "x" * 200 + "\u2026"),
        ("x." + "y" * 250, "x." + "y" * 198 + "\u2026"),
    ],
)
def test_a_name_from_outside_is_text_and_no_path(tmp_path: Path, name: str, shown: str) -> None:
    data = DataFolder(tmp_path / "data")
    given = write(tmp_path / "given", name, INVOICES, invoice(1), invoice(2, "x"))
    landing = hand_in(data, given).landing
    assert landing is not None and landing.name == shown
    kept = sorted(path.relative_to(data.landing).parts for path in data.landing.rglob("raw*"))
    assert kept == [(landing.folder_name, "raw.csv" if name.endswith(".csv") else "raw")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "given"]
