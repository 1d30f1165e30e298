"""All the real public files together in one data folder: every row is accounted for, and the reference figures still hold.

`real_data.csv` beside this test has a line per file: its profile, its rows, how many were loaded and rejected, and why.
`pytest --golden-write` writes it anew.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TypeAlias

import duckdb
import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.importing import publish
from clearaccounts.importing.landing import Outcome
from clearaccounts.settings import Company, DataFolder, Settings
from clearaccounts.warehouse import Warehouse, current_path, open_current
from tests.importing.desk import NOW
from tests.real_files import REAL_DATA, real_data

pytestmark = real_data

TABLE = Path(__file__).parent / "real_data.csv"
HEADER = ["file", "profile", "rows", "loaded", "rejected", "why"]
Line: TypeAlias = tuple[str, ...]
# Folder -> (files, rows, loaded, rejected, files refused). The one reject is the body of a request that Microsoft shows as an example: it
# has no id. Refused are two templates that end after their header, and a map of column names that is no table.
FOLDERS = {
    "exports/jira_fivetran": (22, 87, 87, 0, 0),
    "exports/quickbooks_fivetran": (52, 541, 541, 0, 0),
    "exports/servicenow_fivetran": (17, 53, 53, 0, 0),
    "exports/xero_csv_format": (1, 15, 15, 0, 0),
    "exports/xero_fivetran": (17, 7433, 7433, 0, 0),
    "exports/zendesk_fivetran": (26, 272, 272, 0, 0),
    "fx": (1, 7126, 7126, 0, 0),
    "partner_center/ms_docs_samples": (69, 151, 150, 1, 0),
    "partner_center/recon_format_sample": (2, 18, 18, 0, 0),
    "partner_center/reconciliation_tool_fixtures": (7, 6, 6, 0, 3),
    "receivables_ibm": (1, 2466, 2466, 0, 0),
    "support_uci": (1, 141712, 141712, 0, 0),
}


def all_files() -> list[Path]:
    """Every file of the folder but its own description."""
    return sorted(path for path in REAL_DATA.rglob("*") if path.is_file() and path.name != "README.md")


def told(path: Path, outcome: Outcome) -> Line:
    """The line of one file in the table."""
    name = str(path.relative_to(REAL_DATA))
    if outcome.landing is None:
        return (name, "", "", "", "", str(outcome.refused))
    reasons = dict.fromkeys(f"{reject.column}: {reject.reason}" if reject.column else reject.reason for reject in outcome.rejects)
    landing = outcome.landing
    return (name, landing.profile, str(landing.rows), str(landing.loaded), str(landing.rejected), "; ".join(reasons))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """The data folder of this module."""
    return DataFolder(tmp_path_factory.mktemp("real") / "data")


@pytest.fixture(scope="module")
def report(data: DataFolder) -> publish.Report:
    """What the one import of all files said."""
    return publish.import_files(data, Settings(), all_files(), NOW)


@pytest.fixture(scope="module")
def warehouse(data: DataFolder, report: publish.Report) -> Iterator[Warehouse]:
    """The warehouse that holds everything."""
    assert report.build_problem is None
    yield open_current(data, Settings())


def test_every_file_has_its_line_in_the_table(report: publish.Report, request: pytest.FixtureRequest) -> None:
    lines = [told(path, outcome) for path, outcome in zip(all_files(), report.outcomes, strict=True)]
    if request.config.getoption("--golden-write"):
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *lines])
    with TABLE.open(encoding="utf-8", newline="") as file:
        assert [tuple(line) for line in csv.reader(file)] == [tuple(HEADER), *lines]


def test_every_folder_has_its_counts(report: publish.Report) -> None:
    found: dict[str, tuple[int, ...]] = {}
    for path, outcome in zip(all_files(), report.outcomes, strict=True):
        landing, folder = outcome.landing, str(path.relative_to(REAL_DATA).parent)
        counts = (1, landing.rows, landing.loaded, landing.rejected, 0) if landing is not None else (1, 0, 0, 0, 1)
        found[folder] = tuple(map(sum, zip(found.get(folder, (0,) * 5), counts, strict=True)))
    assert found == FOLDERS


def test_every_row_of_a_file_is_loaded_or_rejected(report: publish.Report) -> None:
    for path, outcome in zip(all_files(), report.outcomes, strict=True):
        landing = outcome.landing
        if landing is None:
            continue
        assert landing.rows == landing.loaded + landing.rejected == landing.new + landing.changed + landing.unchanged + landing.rejected
        if path.name.endswith((".csv", ".csv.gz")):
            assert landing.rows == records(path), path.name
        assert all(total.total == total.loaded + total.rejected for total in landing.sums)


def records(path: Path) -> int:
    """Records of a CSV file after its header, counted by nobody of ours."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    return sum(any(cell.strip() for cell in row) for row in csv.reader(io.StringIO(text, newline=""))) - 1


def test_twice_is_the_same_as_once(data: DataFolder, report: publish.Report) -> None:
    before = current_path(data)
    again = publish.import_files(data, Settings(), all_files(), datetime(2026, 7, 2, 9, tzinfo=UTC))
    assert again.landed == [] and again.build is None
    assert current_path(data) == before
    assert [told(*one) for one in zip(all_files(), again.outcomes, strict=True)] == [
        told(*one) for one in zip(all_files(), report.outcomes, strict=True)
    ]


def test_the_receivables_of_the_sample_are_untouched_by_the_rest(warehouse: Warehouse) -> None:
    asked = {"as_of_on": date(2013, 6, 30), "bucket_edges": [30, 60, 90], "basis": "due_date", "currency": "USD"}
    counted: dict[str, tuple[int, Decimal]] = {}
    for row in warehouse.run("receivables/ageing", asked, OPERATOR).to_pylist():
        count, amount = counted.get(row["bucket"], (0, Decimal(0)))
        counted[row["bucket"]] = (count + row["item_count"], amount + row["amount_outstanding"])
    assert counted == {"current": (72, Decimal("4284.29")), "1-30": (12, Decimal("835.56"))}


def test_the_days_to_pay_of_the_sample_are_untouched_by_the_rest(warehouse: Warehouse) -> None:
    asked = {"from_on": date(2012, 1, 1), "to_on": date(2013, 6, 30), "currency": "USD"}
    (row,) = warehouse.run("receivables/kpis", asked, OPERATOR).to_pylist()
    assert row["average_days_to_pay"] == Decimal("27.0596")
    with (REAL_DATA / "receivables_ibm" / "WA_Fn-UseC_-Accounts-Receivable.csv").open(encoding="utf-8", newline="") as file:
        customers = {line["customerID"] for line in csv.DictReader(file)}
    histories = [
        row
        for customer in customers
        for row in warehouse.run("payments/history", {"customer_id": customer, "as_of_on": date(2013, 6, 30)}, OPERATOR).to_pylist()
    ]
    assert sum(row["settled_on"] is not None for row in histories) == 1846


def test_how_the_samples_customers_pay_stands_on_the_same_invoices(warehouse: Warehouse) -> None:
    asked = {"as_of_on": date(2013, 6, 30), "from_on": date(2012, 1, 1), "currency": "USD"}
    with (REAL_DATA / "receivables_ibm" / "WA_Fn-UseC_-Accounts-Receivable.csv").open(encoding="utf-8", newline="") as file:
        customers = {line["customerID"] for line in csv.DictReader(file)}
    rows = [row for row in warehouse.run("payments/behaviour", asked, OPERATOR).to_pylist() if row["customer_id"] in customers]
    settled_count = sum(row["settled_count"] for row in rows)
    assert (settled_count, sum(row["overdue_count"] for row in rows)) == (1846, 12)
    days_to_pay = sum(row["average_days_to_pay"] * row["settled_count"] for row in rows if row["settled_count"]) / settled_count
    assert round(days_to_pay, 4) == Decimal("27.0596")
    behind = [row for row in warehouse.run("payments/records", asked, OPERATOR).to_pylist() if row["customer_id"] in customers]
    days = [row["pay_days"] for row in behind if row["settled_on"] is not None]
    assert round(Decimal(sum(days)) / len(days), 4) == Decimal("27.0596")


def test_the_backlog_of_the_incident_log_is_untouched_by_the_rest(warehouse: Warehouse) -> None:
    rows = warehouse.run("support/backlog", {"at": datetime(2016, 5, 1)}, OPERATOR).to_pylist()
    backlog = {row["case_category"]: row["case_count"] for row in rows}
    assert sum(backlog.values()) == 2961
    assert {key: backlog[key] for key in ("46", "42", "53", "26", "34")} == {"46": 433, "42": 381, "53": 348, "26": 269, "34": 210}


def test_the_banks_rates_are_exact_whatever_the_company_currency(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    path = REAL_DATA / "fx" / "eurofxref-hist.csv.gz"
    publish.import_files(data, Settings(), [path], NOW)
    assert rates(data) == wanted(path, "EUR")
    # The company is one of dollars after all: the same landing, another build.
    dollars = replace(Settings(), company=Company(currency="USD"))
    publish.ensure_served(data, dollars, NOW)
    assert rates(data) == wanted(path, "USD")


def rates(data: DataFolder) -> dict[tuple[date, str], Decimal]:
    """Every rate of the warehouse that is served."""
    with duckdb.connect(str(current_path(data)), read_only=True) as connection:
        rows = connection.execute("select rate_on, currency, rate_to_company from exchange_rates").fetchall()
    return {(day, currency): rate for day, currency, rate in rows}


def wanted(path: Path, company: str) -> dict[tuple[date, str], Decimal]:
    """The same by plain arithmetic from the file."""
    ended = {"CYP", "EEK", "LVL", "MTL", "ROL", "SIT", "SKK", "TRL"}
    found = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            units = {name: Decimal(text) for name, text in line.items() if name not in {"", "Date", *ended} and text not in {"", "N/A"}}
            units["EUR"] = Decimal(1)
            for currency, rate in units.items():
                if company in units and currency != company:
                    found[date.fromisoformat(line["Date"]), currency] = (units[company] / rate).quantize(Decimal("1e-10"), ROUND_HALF_UP)
    return found
