"""Generated partners: the same size gives the same rows, in pieces or not, and what is paid and open adds up to what was invoiced."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import generate
from clearaccounts.access import OPERATOR
from clearaccounts.importing.build import write_warehouse
from clearaccounts.importing.canonical import kinds
from clearaccounts.settings import Settings
from clearaccounts.warehouse import Build, Warehouse

INVOICES = 4000
NEXT_DAY = date(2026, 7, 1)


def _tables(files: dict[str, list[Path]]) -> dict[str, pa.Table]:
    return {kind: pa.concat_tables([pq.read_table(path) for path in paths], promote_options="default") for kind, paths in files.items()}


def _counted(table: pa.Table) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in table.to_pylist())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    return generate.write(tmp_path_factory.mktemp("partner"), INVOICES)


@pytest.fixture(scope="module")
def partner(files: dict[str, list[Path]]) -> dict[str, pa.Table]:
    return _tables(files)


def test_the_same_size_gives_the_same_rows_whatever_the_pieces(
    partner: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "PIECE", 1500)

    again = generate.write(tmp_path, INVOICES)

    assert len(again["payments"]) == 3
    assert {kind: _counted(table) for kind, table in _tables(again).items()} == {kind: _counted(table) for kind, table in partner.items()}


def test_a_set_that_is_there_is_kept_and_one_of_another_size_is_written_anew(tmp_path: Path) -> None:
    first = generate.write(tmp_path, 40)["payments"][0]
    written = first.stat().st_mtime_ns

    assert generate.write(tmp_path, 40)["payments"][0].stat().st_mtime_ns == written
    assert pq.read_table(generate.write(tmp_path, 30)["customer_invoices"][0]).num_rows == 30


def test_every_canonical_kind_is_written_in_its_own_columns(partner: dict[str, pa.Table]) -> None:
    assert set(partner) == set(kinds())
    for name, table in partner.items():
        assert table.num_rows, name
        known = {column.name for column in kinds()[name].columns}
        assert set(table.column_names) <= known, name


def test_no_key_comes_twice(partner: dict[str, pa.Table]) -> None:
    for name, table in partner.items():
        keys = table.select(list(kinds()[name].key)).to_pylist()
        assert len({tuple(key.values()) for key in keys}) == len(keys), name


def test_invoices_arrive_in_order_and_every_customer_has_one(partner: dict[str, pa.Table]) -> None:
    issued = partner["customer_invoices"]["issued_on"].to_pylist()
    counts = Counter(partner["customer_invoices"]["customer_id"].to_pylist())

    assert issued == sorted(issued)
    assert (min(issued), max(issued)) == (date(2023, 7, 1), date(2026, 6, 30))
    assert set(counts) == set(partner["customers"]["customer_id"].to_pylist())
    assert len(counts) == INVOICES // 200
    assert max(counts.values()) > 2 * min(counts.values())


def test_there_are_the_documents_that_a_partner_has(partner: dict[str, pa.Table]) -> None:
    rows = {kind: table.num_rows for kind, table in partner.items()}
    sources = Counter(partner["allocations"]["source_type"].to_pylist())

    assert rows["customer_invoices"] == INVOICES
    assert 1.12 < rows["payments"] / INVOICES < 1.22
    assert rows["support_cases"] == INVOICES // 10
    assert 4.8 < rows["case_events"] / rows["support_cases"] <= 5
    assert set(sources) == {"payment", "credit_note", "write_off"}
    assert len(set(partner["customer_invoices"]["currency"].to_pylist())) >= 3
    assert {"posted", "void", "draft"} == set(partner["customer_invoices"]["invoice_status"].to_pylist())


def test_paid_and_open_add_up_to_what_was_invoiced(files: dict[str, list[Path]], partner: dict[str, pa.Table], tmp_path: Path) -> None:
    moment = datetime(2026, 6, 30, 6)
    write_warehouse(
        tmp_path / "partner.duckdb", files, Build("bench", moment, generate.LAST_DAY, moment, moment, "EUR", "UTC", is_sample=False)
    )
    warehouse = Warehouse(tmp_path / "partner.duckdb", Settings())

    aged = warehouse.run("receivables/ageing", {"as_of_on": generate.LAST_DAY}, OPERATOR).to_pylist()

    posted = [row for row in partner["customer_invoices"].to_pylist() if row["invoice_status"] == "posted"]
    currencies = {row["invoice_id"]: row["currency"] for row in posted}
    invoiced, settled, is_open = (defaultdict[str, Decimal](Decimal) for _ in range(3))
    for row in posted:
        invoiced[row["currency"]] += row["amount_total"]
    for row in partner["allocations"].to_pylist():
        settled[currencies[row["invoice_id"]]] += row["amount_applied"]
    for row in aged:
        is_open[row["currency"]] += row["amount_outstanding"] if row["bucket"] != "unapplied" else Decimal(0)
    assert {currency: settled[currency] + is_open[currency] for currency in invoiced} == invoiced
    assert min(settled.values()) > 0
    assert min(is_open.values()) > 0
    assert any(row["bucket"] == "unapplied" for row in aged)


def test_the_day_after_brings_what_it_alone_brings(partner: dict[str, pa.Table], tmp_path: Path) -> None:
    day = _tables(generate.write_day(tmp_path, INVOICES))

    invoices = day["customer_invoices"].to_pylist()
    known = set(partner["customer_invoices"]["invoice_id"].to_pylist())
    assert [row for row in invoices if row["issued_on"] == NEXT_DAY]
    assert all(row["issued_on"] == NEXT_DAY or row["voided_on"] == NEXT_DAY for row in invoices)
    assert all((row["invoice_id"] in known) == (row["issued_on"] < NEXT_DAY) for row in invoices)
    assert set(day["allocations"]["applied_on"].to_pylist()) == {NEXT_DAY}
    assert not set(day["allocations"]["allocation_id"].to_pylist()) & set(partner["allocations"]["allocation_id"].to_pylist())
    assert set(day["exchange_rates"]["rate_on"].to_pylist()) == {NEXT_DAY}
