"""One partner of a given size: build, refresh, and ageing through time, each beside its floor.

Run in a process of its own for each step, so that a step's peak memory is its own:
`python -m benchmarks.measure STEP INVOICES SET WORK` prints one JSON object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb

from benchmarks import generate, landed
from benchmarks.figures import Figures, Step, repeated, run_step, seconds, side_by_side
from clearaccounts.access import OPERATOR
from clearaccounts.importing import publish
from clearaccounts.query_files import query
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import Warehouse, current_path, open_current, open_read_only

LAST_DAY = generate.LAST_DAY
MONTH_ENDS = [date(2024 + month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in range(6, 31)]


def data_folder(work: Path) -> DataFolder:
    """The data folder that the steps of one size share."""
    return DataFolder(work / "data")


def land(invoices: int, generated: Path, work: Path) -> Mapping[str, Figures]:
    """Make what the other steps need: the generated partner, landed."""
    took = seconds(lambda: landed.data_folder(work / "data", generate.write(generated, invoices)))
    return {"land": {"seconds": took, "times": 1}}


def build(_invoices: int, _generated: Path, work: Path) -> Mapping[str, Figures]:
    """Build the warehouse as the command does: the newest version of each row, marts, checks; made current."""
    data = data_folder(work)
    figures = repeated(lambda: seconds(lambda: publish.build(data, Settings(), landed.LANDED_AT, LAST_DAY)))
    return {"build": figures | {"bytes": current_path(data).stat().st_size}}


def copy(_invoices: int, _generated: Path, work: Path) -> Mapping[str, Figures]:
    """The build's floor: the same Parquet copied into a new DuckDB file, and no more."""
    target, limits = work / "copy.duckdb", Settings().limits
    files = sorted(data_folder(work).landing.glob("*/*.parquet"))

    def run() -> None:
        with duckdb.connect(str(target), config={"memory_limit": limits.memory, "threads": str(limits.threads)}) as connection:
            for path in files:
                connection.execute(f"create table {path.stem} as select * exclude (line) from read_parquet('{path}')")
            connection.execute("checkpoint")

    def once() -> float:
        target.unlink(missing_ok=True)
        return seconds(run)

    figures = repeated(once)
    size = target.stat().st_size
    target.unlink()
    return {"copy": figures | {"bytes": size}}


def ageing(_invoices: int, _generated: Path, work: Path) -> Mapping[str, Figures]:
    """Ageing of every customer as of each of 25 month ends, and each time a plain scan and sum of the columns that it reads."""
    data, settings = data_folder(work), Settings()
    warehouse = open_current(data, settings)
    # Of a day in the middle: of the last one the plan knows that everything has begun, and reads fewer columns.
    floor = scan_and_sum(warehouse, "receivables/ageing", {"as_of_on": MONTH_ENDS[len(MONTH_ENDS) // 2]})
    with closing(open_read_only(warehouse.path, settings)) as connection:
        # The first is asked once before, and would be kept.
        ours = [partial(warehouse.afresh().run, "receivables/ageing", {"as_of_on": day}, OPERATOR) for day in MONTH_ENDS]
        asked, scanned = side_by_side(ours, [lambda: connection.execute(floor).fetchall()] * len(ours))
    return {"ageing": asked, "scan": scanned | {"sql": floor}}


def scan_and_sum(warehouse: Warehouse, name: str, values: Mapping[str, object]) -> str:
    """SQL that reads every value of the columns that a query reads, whole, and adds them up; which they are, its plan says."""
    summed = []
    with closing(open_read_only(warehouse.path, Settings())) as connection:
        types = {
            (table, column): kind
            for table, column, kind in connection.execute("select table_name, column_name, data_type from duckdb_columns()").fetchall()
        }
        for table, columns in sorted(columns_read(warehouse, name, values).items()):
            sums = ", ".join(_sum(column, types[table, column]) for column in sorted(columns))
            summed.append(f"(select {sums} from {table})")
    return f"select * from {', '.join(summed)}"


def _sum(column: str, kind: str) -> str:
    """The cheapest sum that has to look at every value; a count of them does not."""
    if kind == "DATE":
        return f"sum({column} - date '2020-01-01')"
    if kind == "VARCHAR":
        return f"sum(strlen({column}))"
    if kind == "BOOLEAN":
        return f"count(*) filter (where {column})"
    if kind.startswith("ENUM"):
        return f"sum(enum_code({column}))"
    return f"sum({column})"


def columns_read(warehouse: Warehouse, name: str, values: Mapping[str, object]) -> dict[str, set[str]]:
    """The columns of each table that a query reads or filters by, from its plan."""
    chosen = query(name)
    reserved: dict[str, object] = {"viewer_agent": None, "company_currency": warehouse.build.company_currency}
    bound = {one.name: values.get(one.name, one.default) for one in chosen.parameters}
    bound = {key: list(value) if isinstance(value, tuple) else value for key, value in bound.items()}
    bound |= {key: value for key, value in reserved.items() if key in chosen.reserved}
    with closing(open_read_only(warehouse.path, Settings())) as connection:
        tables: dict[str, set[str]] = {}
        for table, column in connection.execute("select table_name, column_name from duckdb_columns() where not internal").fetchall():
            tables.setdefault(table, set()).add(column)
        plan = json.loads(connection.execute(f"explain (format json) {chosen.sql}", bound).fetchall()[0][1])
    read: dict[str, set[str]] = {}
    waiting = list(plan)
    while waiting:
        node = waiting.pop()
        waiting += node["children"]
        table = str(node["extra_info"].get("Table", "")).rsplit(".", maxsplit=1)[-1]
        if table in tables:
            # The plan lists what a scan hands on, and what it only filters by, as text.
            said = json.dumps([node["extra_info"].get("Projections", []), node["extra_info"].get("Filters", [])])
            read.setdefault(table, set()).update(tables[table] & set(re.findall(r"\w+", said)))
    return read


STEPS: dict[str, Step] = {"land": land, "build": build, "copy": copy, "ageing": ageing}


if __name__ == "__main__":
    run_step(STEPS)
