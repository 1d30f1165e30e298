"""What landing a file costs: reading, checking and keeping it, against DuckDB's own read of it as text and writing that as Parquet.

Run in a process of its own: `python -m benchmarks.landing first|changed|text INVOICES FOLDER` prints one JSON object. The build is
not in the figures. A file is parsed in a process of its own: the memory is that of both, looked at every few milliseconds.
"""

from __future__ import annotations

import json
import resource
import shutil
import statistics
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from benchmarks import generate
from benchmarks.measure import Figures, seconds
from clearaccounts.settings import DataFolder, Settings
from tests.importing.desk import hand_in

TIMES = 3
LOOK_SECONDS = 0.02
# The canonical columns as a program would write them: amounts with the decimals of their currency.
_ROWS = "select * replace (cast(amount_total as decimal(18, 2)) as amount_total) from read_parquet($source)"
# A day later one invoice in a hundred is another.
_CHANGED = f"select * replace (amount_total + if(hash(invoice_id) % 100 = 0, 1, 0) as amount_total) from ({_ROWS})"


def csv_files(invoices: int, folder: Path) -> tuple[Path, Path]:
    """A file of that many customer invoices, and the same a day later; made once."""
    source = generate.write(folder, invoices)["customer_invoices"]
    first, changed = folder / "customer_invoices.csv", folder / "customer_invoices_changed.csv"
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


def first(invoices: int, folder: Path) -> list[float]:
    """Land the file in an empty folder."""
    path, _ = csv_files(invoices, folder)
    return [_in_new_folder(folder, lambda data: seconds(partial(land, data, path))) for _ in range(TIMES)]


def changed(invoices: int, folder: Path) -> list[float]:
    """Land the file of the day after, onto that of the day before."""
    before, after = csv_files(invoices, folder)

    def run(data: DataFolder) -> float:
        land(data, before)
        return seconds(partial(land, data, after))

    return [_in_new_folder(folder, run) for _ in range(TIMES)]


def _in_new_folder(folder: Path, run: Callable[[DataFolder], float]) -> float:
    place = folder / "landing-data"
    try:
        return run(DataFolder(place))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def text(invoices: int, folder: Path) -> list[float]:
    """The floor: DuckDB reads the file as text and writes it as Parquet, and no more."""
    path, _ = csv_files(invoices, folder)
    limits, target = Settings().limits, folder / "text.parquet"

    def run() -> None:
        with duckdb.connect(config={"memory_limit": limits.memory, "threads": str(limits.threads)}) as connection:
            connection.execute(f"copy (from read_csv('{path}', all_varchar = true)) to '{target}' (format parquet)")

    return [seconds(run) for _ in range(TIMES)]


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


STEPS: dict[str, Callable[[int, Path], list[float]]] = {"first": first, "changed": changed, "text": text}


def main() -> None:
    """Run the step that the command line names."""
    step, invoices, folder = sys.argv[1:]
    figures: Figures = {"peak_bytes": 0}
    with watched(figures):
        times = STEPS[step](int(invoices), Path(folder))
    figures |= {"seconds": statistics.median(times), "fastest": min(times), "slowest": max(times), "times": len(times)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
