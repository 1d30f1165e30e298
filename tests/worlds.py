"""Small worlds for tests: rows written in the test become a warehouse.

A row is a mapping of column to value, as it would stand in a canonical file; `world` fills what
every row of that kind needs and a test does not care about.
"""

from __future__ import annotations

import atexit
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.importing.build import prepare, write_warehouse
from clearaccounts.settings import Settings
from clearaccounts.support import rules, rules_reader
from clearaccounts.warehouse import Build, Warehouse

Row = Mapping[str, object]
LAST_DAY = date(2026, 6, 30)

USUAL: dict[str, dict[str, str]] = {
    "customers": {"currency": "EUR"},
    "customer_invoices": {"currency": "EUR", "customer_id": "C1", "invoice_status": "posted"},
    "credit_notes": {"currency": "EUR", "customer_id": "C1", "credit_note_status": "posted"},
    "payments": {"currency": "EUR", "customer_id": "C1"},
    "allocations": {"source_type": "payment"},
    "support_cases": {"customer_id": "C1", "case_category": "Mail", "case_status": "open"},
    "subscriptions": {
        "customer_id": "C1",
        "product_name": "Microsoft 365 Business Premium",
        "quantity": "1",
        "subscription_status": "active",
        "commerce_model": "new_commerce",
    },
    "support_plans": {"support_vehicle": "psfp", "entitlement_unit": "hours"},
    "service_requests": {"support_vehicle": "psfp"},
    "holds": {"customer_id": "C1", "hold_type": "dispute"},
    "notices": {"customer_id": "C1", "notice_type": "final_notice"},
    "supplier_invoices": {"currency": "EUR"},
}


def tables(**kinds: Sequence[Row]) -> dict[str, pa.Table]:
    """The rows of each kind as Arrow tables of text, missing values null."""
    found = {}
    for kind, given in kinds.items():
        filled = [{**USUAL.get(kind, {}), **row} for row in given]
        if kind == "customers":
            filled = [{"customer_name": row["customer_id"], **row} for row in filled]
        columns = sorted({name for row in filled for name in row})
        if not filled:
            continue
        found[kind] = pa.table({
            name: pa.array([None if row.get(name) is None else str(row[name]) for row in filled], pa.string()) for name in columns
        })
    return found


def world(
    folder: Path,
    as_of_on: date = LAST_DAY,
    *,
    company_currency: str = "EUR",
    time_zone: str = "UTC",
    build_id: str = "test",
    **kinds: Sequence[Row],
) -> Warehouse:
    """Build and open a warehouse from `kinds` (`customer_invoices=[...]`, ...)."""
    moment = datetime(as_of_on.year, as_of_on.month, as_of_on.day, 6)
    build = Build(build_id, moment, as_of_on, moment, moment, company_currency, time_zone, is_sample=False)
    number = len(list(folder.glob("*.duckdb")))
    path = folder / f"warehouse-{build_id}-{number}.duckdb"
    given: dict[str, Any] = tables(**kinds)
    write_warehouse(path, given, build, prepared=_prepared())
    return without_decisions(Warehouse(path, Settings()))


@cache
def _prepared() -> Path:
    """The tables and macros that all worlds of this process begin with: making them would take half of each."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "prepared.duckdb"
    prepare(path)
    return path


def without_decisions(warehouse: Warehouse) -> Warehouse:
    """The build of a partner of whom nobody recorded anything, under the support rules that come with the product.

    Queries are handed empty tables, unless a test gives them its own.
    """
    known = warehouse.beside({name: partial(EMPTY_TABLES.__getitem__, name) for name in EMPTY_TABLES if name.endswith("_decided")})
    return rules.beside(known, rules_reader.in_use(Settings()))
