"""Every number on the sample partner, written down: a golden CSV for each query.

A number that changes shows here as a difference, line by line. When a change is meant, write the files anew with
`python -m pytest tests/test_golden.py --golden-write`, read the difference, and say old and new in the changelog.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearaccounts import accounts
from clearaccounts.access import OPERATOR
from clearaccounts.collections import notice_rules, policy
from clearaccounts.collections.stages import StagesFilter, account_status
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.query_files import Query, queries
from clearaccounts.sample import LAST_ON
from clearaccounts.settings import SAMPLE_POLICY
from clearaccounts.warehouse import Warehouse
from tests import proposed

GOLDEN = Path(__file__).parent / "golden"
END = datetime(2026, 10, 1)
QUARTER = {"from_on": date(2026, 7, 1), "to_on": LAST_ON}
CUSTOMER = "C0001"
# Parameters that have no default: the day everywhere, one customer, a period, a check.
USUAL: dict[str, object] = {
    "as_of_on": LAST_ON,
    "at": END,
    "until_at": datetime(2026, 10, 3),
    "customer_id": CUSTOMER,
    "invoice_id": "INV-2602-0041-2",
    "case_id": "CASE-0004-017",
    "check_name": "over_application",
    "currency": "EUR",
    "from_days": 7,
    "search": "a",
    "stage": "suspension",
    **QUARTER,
}
# A page of long lists is enough to see a change; the totals are elsewhere.
ROWS_KEPT = 150


def parameters(query: Query) -> dict[str, object]:
    return {p.name: USUAL[p.name] for p in query.parameters if p.is_required}


def tables(query: Query, warehouse: Warehouse) -> dict[str, pa.Table]:
    stages = policy.load(SAMPLE_POLICY).table()
    found: dict[str, pa.Table] = {}
    for name in query.tables:
        if name == "policy_stages":
            found[name] = stages
        elif name == "policy_notices":
            found[name] = notice_rules.table(policy.load(SAMPLE_POLICY))
        elif name == "stages_now":
            found[name] = warehouse.run("collections/stages", {"as_of_on": LAST_ON}, OPERATOR, {"policy_stages": stages})
        elif name == "statuses_now":
            found[name] = account_status(warehouse, StagesFilter(LAST_ON), policy.load(SAMPLE_POLICY), EMPTY_TABLES["marks_now"], OPERATOR)
        elif name in {"policy_proposed", "stages_proposed"}:
            found[name] = proposed.handed(name, warehouse, LAST_ON)
        elif name == "events_now":
            found[name] = accounts.events(warehouse, accounts.DayFilter(CUSTOMER, LAST_ON), OPERATOR)
        elif name == "customers_wanted":
            found[name] = pa.table({"customer_id": [CUSTOMER]})
        elif name not in warehouse._beside:
            found[name] = EMPTY_TABLES[name]
    return found


def written(table: pa.Table) -> str:
    def text(value: Any) -> str:
        if isinstance(value, Decimal):
            return format(value.normalize() if value else Decimal(0), "f")
        return "" if value is None else str(value)

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows([text(value) for value in row.values()] for row in table.slice(0, ROWS_KEPT).to_pylist())
    writer.writerow([f"{table.num_rows} rows"])
    return out.getvalue()


@pytest.mark.parametrize("name", queries())
def test_golden(name: str, sample_warehouse: Warehouse, request: pytest.FixtureRequest) -> None:
    query = queries()[name]
    shown = written(sample_warehouse.run(name, parameters(query), OPERATOR, tables(query, sample_warehouse)))
    path = GOLDEN / f"{name.replace('/', '.')}.csv"
    if request.config.getoption("--golden-write"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: write it with --golden-write and read it"
    assert shown == path.read_text(encoding="utf-8")


def test_no_golden_file_without_its_query() -> None:
    assert {path.stem for path in GOLDEN.glob("*.csv")} == {name.replace("/", ".") for name in queries()}
