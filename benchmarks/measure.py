"""One partner of a given size: build, ageing through time and point reads, each beside its floor.

Run in a process of its own for each step, so that a step's peak memory is its own:
`python -m benchmarks.measure STEP INVOICES FOLDER` prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb

from benchmarks import generate
from clearaccounts.access import OPERATOR
from clearaccounts.importing.build import write_warehouse
from clearaccounts.settings import Settings
from clearaccounts.warehouse import Build, Warehouse

LAST_DAY = date(2026, 6, 30)
MOMENT = datetime.fromisoformat("2026-06-30T06:00:00")
MONTH_ENDS = [date(2024 + month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in range(6, 31)]
# Reads every value of the columns that ageing reads, once, and does nothing else with them.
AGEING_FLOOR = """
select
    sum(amount_outstanding), bit_xor(hash(customer_id)), bit_xor(hash(currency)), bit_xor(hash(aged_from_on)),
    bit_xor(hash(open_from_on)), bit_xor(hash(open_until_on))
from open_items
"""
POINT_FLOOR = "select sum(amount_total), bit_xor(hash(issued_on)), bit_xor(hash(due_on)) from invoices where customer_id = $customer_id"
POINTS = 25

Figures = dict[str, float]


def seconds(run: Callable[[], object]) -> float:
    """How long `run` takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def build(invoices: int, folder: Path) -> Figures:
    """Build the warehouse: canonical tables, marts, checks."""
    files = generate.write(folder, invoices)
    target = folder / "warehouse.duckdb"
    target.unlink(missing_ok=True)
    about = Build("bench", MOMENT, LAST_DAY, MOMENT, MOMENT, "EUR", "UTC", is_sample=False)
    took = seconds(lambda: write_warehouse(target, files, about, Settings().limits))
    return {"seconds": took, "bytes": target.stat().st_size}


def copy(invoices: int, folder: Path) -> Figures:
    """The build's floor: the same rows copied into a new DuckDB file, and no more."""
    files = generate.write(folder, invoices)
    target = folder / "copy.duckdb"
    target.unlink(missing_ok=True)

    def run() -> None:
        limits = Settings().limits
        with duckdb.connect(str(target), config={"memory_limit": limits.memory, "threads": str(limits.threads)}) as connection:
            for kind, paths in files.items():
                names = [str(path) for path in paths]
                connection.execute(f"create table {kind} as select * from read_parquet($files)", {"files": names})
            connection.execute("checkpoint")

    took = seconds(run)
    size = target.stat().st_size
    target.unlink()
    return {"seconds": took, "bytes": size}


def _spread(times: list[float]) -> Figures:
    return {"seconds": statistics.median(times), "slowest": max(times), "times": len(times)}


def _open(folder: Path) -> Warehouse:
    return Warehouse(folder / "warehouse.duckdb", Settings())


def _plain(folder: Path) -> duckdb.DuckDBPyConnection:
    limits = Settings().limits
    return duckdb.connect(
        str(folder / "warehouse.duckdb"), read_only=True, config={"memory_limit": limits.memory, "threads": str(limits.threads)}
    )


def ageing(_invoices: int, folder: Path) -> Figures:
    """Ageing of every customer as of each of 25 month ends."""
    warehouse = _open(folder)
    warehouse.run("receivables/ageing", {"as_of_on": LAST_DAY}, OPERATOR)
    return _spread([seconds(partial(warehouse.run, "receivables/ageing", {"as_of_on": day}, OPERATOR)) for day in MONTH_ENDS])


def scan(_invoices: int, folder: Path) -> Figures:
    """Ageing's floor: a plain scan of the columns it reads."""
    connection = _plain(folder)
    connection.execute(AGEING_FLOOR).fetchall()
    return _spread([seconds(lambda: connection.execute(AGEING_FLOOR).fetchall()) for _ in MONTH_ENDS])


def _customers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("select customer_id from customers order by hash(customer_id) limit $1", [POINTS]).fetchall()
    return [row[0] for row in rows]


def points(_invoices: int, folder: Path) -> Figures:
    """One customer's payment history, for customers spread over the table."""
    with _plain(folder) as connection:
        chosen = _customers(connection)
    warehouse = _open(folder)
    warehouse.run("payments/history", {"customer_id": chosen[0], "as_of_on": LAST_DAY}, OPERATOR)
    return _spread([
        seconds(partial(warehouse.run, "payments/history", {"customer_id": one, "as_of_on": LAST_DAY}, OPERATOR)) for one in chosen
    ])


def point_scan(_invoices: int, folder: Path) -> Figures:
    """The point reads' floor: a plain read of one customer's invoices."""
    connection = _plain(folder)
    chosen = _customers(connection)
    connection.execute(POINT_FLOOR, {"customer_id": chosen[0]}).fetchall()

    def read(customer_id: str) -> None:
        connection.execute(POINT_FLOOR, {"customer_id": customer_id}).fetchall()

    return _spread([seconds(partial(read, one)) for one in chosen])


STEPS: dict[str, Callable[[int, Path], Figures]] = {
    "build": build, "copy": copy, "ageing": ageing, "scan": scan, "points": points, "point_scan": point_scan,
}


def main() -> None:
    """Run the step that the command line names."""
    step, invoices, folder = sys.argv[1:]
    figures = STEPS[step](int(invoices), Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures["peak_bytes"] = peak if sys.platform == "darwin" else peak * 1024
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
