"""What holds of every ledger: a later document changes no earlier day, the order of rows and files changes nothing, each open item has
one bucket, its allocations add up, each group is held by its control total, and company currency is what plain Python says.

The ledgers are those of test_ageing_property.py. `CLEARACCOUNTS_EXAMPLES=2000` tries two thousand.
"""

from __future__ import annotations

import csv
import os
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearaccounts import ageing, documents
from clearaccounts.access import OPERATOR
from clearaccounts.documents import InvoiceFilter, UnappliedFilter
from clearaccounts.receivables import (
    AgeingFilter,
    CompanyFilter,
    ItemListFilter,
    OpenItemsFilter,
    ageing_company,
    open_item_list,
    open_items,
)
from clearaccounts.receivables import ageing as aged
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import Warehouse, open_current
from tests.command_line import Line
from tests.receivables import ledger as plain
from tests.receivables.test_ageing_property import START, days, ledgers
from tests.worlds import Row, tables, world

EDGES = (5, 20)
SEGMENTS: Sequence[Row] = [{"customer_id": "C1", "segment": "small"}, {"customer_id": "C2"}]
# The yen gets a rate only later; what is older stays out.
RATES: list[plain.Row] = [
    {"rate_on": "2025-12-31", "currency": "KWD", "rate_to_company": "2.987654"},
    {"rate_on": "2026-01-15", "currency": "KWD", "rate_to_company": "3.012345"},
    {"rate_on": "2026-01-10", "currency": "JPY", "rate_to_company": "0.0061235"},
    {"rate_on": "2026-01-30", "currency": "JPY", "rate_to_company": "0.0062345"},
]
tried = settings(
    max_examples=int(os.environ.get("CLEARACCOUNTS_EXAMPLES", "20")), deadline=None, suppress_health_check=list(HealthCheck),
    derandomize=True,
)


def built(folder: str, rows: plain.Ledger) -> Warehouse:
    kinds: dict[str, Any] = dict(vars(rows))
    return world(Path(folder), customers=SEGMENTS, exchange_rates=RATES, **kinds)


def shown(warehouse: Warehouse, day: date) -> list[dict[str, Any]]:
    """Ageing and open items of one day, in their order."""
    buckets = aged(warehouse, AgeingFilter(day, EDGES), OPERATOR).to_pylist()
    items = open_items(warehouse, OpenItemsFilter(day, EDGES), OPERATOR).to_pylist()
    rests = documents.unapplied_items(warehouse, UnappliedFilter(day), OPERATOR).to_pylist()
    return [*buckets, *items, *rests]


def known_by(rows: plain.Ledger, day: date) -> plain.Ledger:
    """The ledger as somebody had it at the end of `day`: nothing that is dated later, no void of a later day."""
    def posted(row: plain.Row, status: str) -> plain.Row:
        return {**row, status: "posted", "voided_on": None} if row["voided_on"] and str(row["voided_on"]) > until else row

    until = day.isoformat()
    invoices = [posted(row, "invoice_status") for row in rows.customer_invoices if str(row["issued_on"]) <= until]
    ids = {row["invoice_id"] for row in invoices}
    return replace(
        rows,
        customer_invoices=invoices,
        instalments=[row for row in rows.instalments if row["invoice_id"] in ids],
        credit_notes=[posted(row, "credit_note_status") for row in rows.credit_notes if str(row["issued_on"]) <= until],
        payments=[row for row in rows.payments if str(row["received_on"]) <= until],
        allocations=[row for row in rows.allocations if str(row["applied_on"]) <= until and row["invoice_id"] in ids],
    )


def shuffled(rows: plain.Ledger, seed: int) -> plain.Ledger:
    chance = random.Random(seed)
    return plain.Ledger(**{kind: chance.sample(found, len(found)) for kind, found in vars(rows).items()})


@tried
@given(ledgers(), days())
def test_a_later_document_changes_no_earlier_day(rows: plain.Ledger, day: date) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert shown(built(folder, rows), day) == shown(built(folder, known_by(rows, day)), day)


@tried
@given(ledgers(), st.integers(0, 10**6), days())
def test_the_order_of_rows_changes_nothing(rows: plain.Ledger, seed: int, day: date) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert shown(built(folder, rows), day) == shown(built(folder, shuffled(rows, seed)), day)


@tried
@given(ledgers(), days())
def test_each_open_item_is_in_one_bucket_and_its_documents_add_up(rows: plain.Ledger, day: date) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = built(folder, rows)
        items = open_item_list(warehouse, ItemListFilter(day, EDGES), OPERATOR).to_pylist()
        assert len({(row["invoice_id"], row["instalment_number"]) for row in items}) == len(items)
        ranges = {"current": (None, 0), "1-5": (1, 5), "6-20": (6, 20), "21+": (21, None)}
        for row in items:
            fitting = [
                name for name, (first, last) in ranges.items()
                if (first is None or row["overdue_days"] >= first) and (last is None or row["overdue_days"] <= last)
            ]
            assert fitting == [row["bucket"]]
        for invoice in rows.customer_invoices:
            wanted = InvoiceFilter(str(invoice["invoice_id"]), day)
            facts = documents.customer_invoice(warehouse, wanted, OPERATOR)
            applied = documents.allocations(warehouse, wanted, OPERATOR)
            assert documents.difference(facts, applied) == 0
            open_parts = [row["amount_outstanding"] for row in items if row["invoice_id"] == invoice["invoice_id"]]
            assert facts["amount_outstanding"] == sum(open_parts, Decimal(0))


@tried
@given(ledgers(), days())
def test_groups_and_company_currency_are_what_the_documents_say(rows: plain.Ledger, day: date) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = built(folder, rows)
        in_company = ageing_company(warehouse, CompanyFilter(day, EDGES), OPERATOR).to_pylist()
        assert {(r["customer_id"], r["bucket"]): (r["item_count"], r["amount_outstanding"]) for r in in_company} == plain.ageing_company(
            rows, day, RATES, edges=EDGES)
        whole: dict[tuple[str, str], Decimal] = {}
        for row in aged(warehouse, AgeingFilter(day, EDGES), OPERATOR).to_pylist():
            key = row["currency"], row["bucket"]
            whole[key] = whole.get(key, Decimal(0)) + row["amount_outstanding"]
        for dimension in ageing.DIMENSIONS:
            groups: dict[tuple[str, str], Decimal] = {}
            for row in ageing.ageing_by(warehouse, ageing.ByFilter(day, dimension, EDGES), OPERATOR).to_pylist():
                key = row["currency"], row["bucket"]
                groups[key] = groups.get(key, Decimal(0)) + row["amount_outstanding"]
            assert groups == whole
            held = ageing.control_totals_by(warehouse, ageing.ControlByFilter(day, dimension), OPERATOR).to_pylist()
            assert [row for row in held if row["amount_difference"] != 0] == []


def test_files_with_different_ids_may_come_in_any_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two files of each kind, imported one by one: forwards, backwards and in one go."""
    rows = plain.Ledger(
        customer_invoices=[
            {"invoice_id": f"I{n}", "customer_id": "C1", "issued_on": f"2026-01-0{n}", "currency": "EUR", "amount_total": f"{n}0.00",
             "due_on": "2026-02-01"} for n in range(1, 5)
        ],
        payments=[
            {"payment_id": f"P{n}", "customer_id": "C1", "received_on": f"2026-01-1{n}", "currency": "EUR", "amount_total": "25.00"}
            for n in range(1, 5)
        ],
        allocations=[
            {"allocation_id": f"A{n}", "applied_on": "2026-01-20", "source_type": "payment", "source_id": f"P{n}",
             "invoice_id": f"I{1 + n % 4}", "amount_applied": "25.00"} for n in range(1, 5)
        ],
    )
    found = []
    files = [path for kind, table in tables(**{kind: own for kind, own in vars(rows).items() if own}).items()
             for path in _halves(tmp_path, kind, table.to_pylist())]
    for number, batches in enumerate(([[path] for path in files], [[path] for path in reversed(files)], [files])):
        data = tmp_path / f"data-{number}"
        for batch in batches:
            assert Line(data, capsys)("import", *batch) == 0
        warehouse = open_current(DataFolder(data), Settings())
        found.append([shown(warehouse, START.replace(day=day)) for day in (2, 12, 19, 20, 31)])
    assert found[0] == found[1] == found[2] and any(found[0])


def _halves(folder: Path, kind: str, rows: list[dict[str, Any]]) -> list[Path]:
    paths = []
    for number, half in enumerate((rows[::2], rows[1::2])):
        path = folder / f"{kind}-{number}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(half)
        paths.append(path)
    return paths
