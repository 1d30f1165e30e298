"""What landing a file costs: reading, checking and keeping it, against DuckDB's own read of it as text and writing that as Parquet.

Run in a process of its own: `python -m benchmarks.landing first|changed|text INVOICES SET WORK` prints one JSON object. The build is
not in the figures. A file is parsed in a process of its own: the memory is that of both, looked at every few milliseconds.
"""

from __future__ import annotations

import resource
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from benchmarks import generate
from benchmarks.figures import Figures, Step, repeated, run_step, seconds
from clearaccounts.settings import DataFolder, Settings
from tests.importing.desk import hand_in

LOOK_SECONDS = 0.02
# The canonical columns as a program would write them: amounts with the decimals of their currency.
_ROWS = "select * replace (cast(amount_total as decimal(18, 2)) as amount_total) from read_parquet($source)"
# A day later one invoice in a hundred is another.
_CHANGED = f"select * replace (amount_total + if(hash(invoice_id) % 100 = 0, 1, 0) as amount_total) from ({_ROWS})"


def csv_files(invoices: int, generated: Path, work: Path) -> tuple[Path, Path]:
    """A file of that many customer invoices, and the same a day later; made once."""
    source = generate.write(generated, invoices)["customer_invoices"]
    first, changed = work / "customer_invoices.csv", work / "customer_invoices_changed.csv"
    for path, rows in ((first, _ROWS), (changed, _CHANGED)):
        if not path.exists():
            with duckdb.connect() as connection:
                connection.execute(f"copy ({rows}) to '{path}' (format csv, header)", {"source": [str(one) for one in source]})
    return first, changed


def land(data: DataFolder, path: Path) -> None:
    """Land one file, all rows of which are good."""
    outcome = hand_in(data, path)
    if outcome.landing is None or outcome.landing.rejected:
        sys.exit(f"{path.name} did not land: {outcome.refused or outcome.rejects[0].reason}")


def first(invoices: int, generated: Path, work: Path) -> Mapping[str, Figures]:
    """Land the file in an empty folder."""
    path, _ = csv_files(invoices, generated, work)
    figures: Figures = {}
    with watched(figures):
        times = repeated(lambda: _in_new_folder(work, lambda data: seconds(partial(land, data, path))))
    return {"landing": times | figures}


def changed(invoices: int, generated: Path, work: Path) -> Mapping[str, Figures]:
    """Land the file of the day after, onto that of the day before."""
    before, after = csv_files(invoices, generated, work)

    def run(data: DataFolder) -> float:
        land(data, before)
        return seconds(partial(land, data, after))

    figures: Figures = {}
    with watched(figures):
        times = repeated(lambda: _in_new_folder(work, run))
    return {"landing_changed": times | figures}


def _in_new_folder(work: Path, run: Callable[[DataFolder], float]) -> float:
    place = work / "landing-data"
    try:
        return run(DataFolder(place))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def text(invoices: int, generated: Path, work: Path) -> Mapping[str, Figures]:
    """The floor: DuckDB reads the file as text and writes it as Parquet, and no more."""
    path, _ = csv_files(invoices, generated, work)
    limits, target = Settings().limits, work / "text.parquet"

    def run() -> None:
        with duckdb.connect(config={"memory_limit": limits.memory, "threads": str(limits.threads)}) as connection:
            connection.execute(f"copy (from read_csv('{path}', all_varchar = true)) to '{target}' (format parquet)")

    return {"text": repeated(lambda: seconds(run))}


def held_bytes() -> int:
    """The memory that this process and its children hold now, mapped files included; 0 where the system does not tell (Linux does)."""
    pages = 0
    children = [found for task in Path("/proc/self/task").glob("*/children") for found in _said(task).split()]
    for process in ("self", *children):
        numbers = _said(Path(f"/proc/{process}/statm")).split()
        pages += int(numbers[1]) if numbers else 0
    return pages * resource.getpagesize()


def _said(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""  # not Linux, or the child has just gone


@contextmanager
def watched(figures: Figures) -> Iterator[None]:
    """Keep the most memory that was held meanwhile as `peak_bytes`."""
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(LOOK_SECONDS):
            figures["peak_bytes"] = max(figures.get("peak_bytes", 0), held_bytes())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


STEPS: dict[str, Step] = {"first": first, "changed": changed, "text": text}


if __name__ == "__main__":
    run_step(STEPS)
