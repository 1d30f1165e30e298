"""The warehouse answers what its files ask, for whom it may, and reaches nothing else."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.errors import BadParameter, NotPermitted, NoWarehouse, WarehouseError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.importing.build import write_warehouse
from clearaccounts.query_files import parse_header, queries, query, read_value
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import Warehouse, open_current, open_read_only
from tests.worlds import tables, world

DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world(
        tmp_path_factory.mktemp("world"),
        customers=[{"customer_id": "C1", "sales_agent": "a@partner.example"}],
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-06-01", "due_on": "2026-06-15", "amount_total": "10.00"}],
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from read_text('/etc/passwd')",
        "select * from read_blob('/etc/passwd')",
        "select * from glob('/etc/*')",
        "select * from sniff_csv('/etc/passwd')",
        "select * from read_parquet('/etc/passwd')",
        "select * from read_json('/etc/passwd')",
        "attach 'elsewhere.duckdb' as other",
        "copy open_items to 'out.csv'",
        "export database 'out'",
        "install httpfs",
        "load httpfs",
        "create secret leak (type s3)",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '1TB'",
        "reset threads",
        "call enable_logging(storage = 'file', storage_config = {'path': 'log'})",
        "pragma enable_profiling",
        "insert into open_items select * from open_items",
        "drop table open_items",
        "update customers set sales_agent = null",
    ],
)
def test_the_connection_is_locked(warehouse: Warehouse, attempt: str) -> None:
    cursor = warehouse._connection.cursor()
    with pytest.raises(duckdb.Error):
        cursor.execute(attempt).fetchall()
    assert warehouse.run("receivables/ageing", {"as_of_on": DAY}, OPERATOR).num_rows == 1


@pytest.mark.parametrize(
    "text", ["' or 1=1 --", "EUR'; drop table customers; --", "$$", "read_text('/etc/passwd')", "%", "\\", "\x00", "_"]
)
def test_a_filter_is_text_and_nothing_else(warehouse: Warehouse, text: str) -> None:
    assert warehouse.run("receivables/ageing", {"as_of_on": DAY, "currency": text}, OPERATOR).num_rows == 0
    assert warehouse.run("accounts/search", {"search": text}, OPERATOR).num_rows == 0
    assert warehouse.run("receivables/ageing", {"as_of_on": DAY}, OPERATOR).num_rows == 1


def test_parameters_must_be_exactly_those_of_the_file(warehouse: Warehouse) -> None:
    with pytest.raises(BadParameter, match="needs --as-of-on"):
        warehouse.run("receivables/ageing", {}, OPERATOR)
    with pytest.raises(BadParameter, match="no parameter --colour"):
        warehouse.run("receivables/ageing", {"as_of_on": DAY, "colour": "red"}, OPERATOR)
    with pytest.raises(BadParameter, match="no parameter --viewer-agent"):
        warehouse.run("receivables/ageing", {"as_of_on": DAY, "viewer_agent": None}, OPERATOR)
    with pytest.raises(BadParameter, match="There is no query"):
        query("receivables/nothing")


def test_a_query_that_cannot_run_is_a_sentence(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="could not be answered"):
        warehouse.run("receivables/open_items", {"as_of_on": DAY, "row_limit": -1}, OPERATOR)


def test_a_role_without_the_permission_is_refused_by_the_data_layer(warehouse: Warehouse) -> None:
    by_role = {person.role: person for person in DEMO_PEOPLE}
    for role in (Role.HELPDESK_AGENT, Role.USER_ADMIN):
        with pytest.raises(NotPermitted):
            warehouse.run("receivables/ageing", {"as_of_on": DAY}, by_role[role])
    assert warehouse.run("receivables/ageing", {"as_of_on": DAY}, by_role[Role.SALES_AGENT]).num_rows == 0
    assert warehouse.run("receivables/ageing", {"as_of_on": DAY}, by_role[Role.MANAGER]).num_rows == 1


def test_nothing_built_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NoWarehouse, match="There is no warehouse"):
        open_current(DataFolder(tmp_path), Settings())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("as_of_on", "30.06.2026"),
        ("as_of_on", "2026-02-30"),
        ("as_of_on", "20260630"),
        ("bucket_edges", "30,20"),
        ("bucket_edges", "0,30"),
        ("bucket_edges", "a"),
        ("bucket_edges", ""),
        ("basis", "both"),
    ],
)
def test_a_value_of_the_wrong_form_names_its_parameter(name: str, text: str) -> None:
    parameter = next(p for p in queries()["receivables/ageing"].parameters if p.name == name)
    with pytest.raises(BadParameter, match=name.replace("_", "-")):
        read_value(parameter, text)


def test_a_currency_is_read_in_any_letter_case() -> None:
    currency = next(p for p in queries()["receivables/ageing"].parameters if p.name == "currency")
    assert read_value(currency, "eur") == "EUR"


def test_an_instant_needs_its_offset() -> None:
    at = queries()["support/backlog"].parameters[0]
    assert str(read_value(at, "2026-05-01T02:00:00+02:00")) == "2026-05-01 00:00:00"
    with pytest.raises(BadParameter):
        read_value(at, "2026-05-01T00:00:00")


def test_a_header_without_grain_or_with_an_unknown_type_is_refused() -> None:
    with pytest.raises(WarehouseError, match="title and the grain"):
        parse_header("x/y", "-- Something.\nselect 1")
    with pytest.raises(WarehouseError, match="cannot read this header line"):
        parse_header("x/y", "-- Something.\n-- Grain: one row per a.\n-- Parameter a money: how much.\nselect 1")


def test_a_warehouse_that_begins_with_a_prepared_file_is_the_same_warehouse(tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "customers": [{"customer_id": "C1"}],
        "customer_invoices": [{"invoice_id": "I1", "issued_on": "2026-06-20", "due_on": "2026-06-15", "amount_total": "10.00"}],
        "support_cases": [{"case_id": "S1", "opened_at": "2026-06-01T09:00:00", "title": "No mail"}],
    }
    prepared = world(tmp_path, **given)
    write_warehouse(tmp_path / "whole.duckdb", dict(tables(**given)), prepared.build)

    def told(path: Path) -> dict[str, Any]:
        with open_read_only(path, Settings()) as connection:
            names = [row[0] for row in connection.execute("select table_name from duckdb_tables() order by all").fetchall()]
            return {
                "columns": connection.execute(
                    "select schema_name, table_name, column_name, data_type, is_nullable, comment from duckdb_columns() where not internal "
                    "order by all").fetchall(),
                # Their words: DuckDB tells the names after an `exclude` in any order.
                "macros": {name: (parameters, sorted(re.findall(r"\w+", text))) for name, parameters, text in connection.execute(
                    "select function_name, parameters, macro_definition from duckdb_functions() where not internal").fetchall()},
                "rows": {name: connection.execute(f"from {name} order by all").fetchall() for name in names},
            }

    whole = told(tmp_path / "whole.duckdb")
    assert whole == told(prepared.path)
    assert whole["macros"] and len(whole["rows"]["check_offenders"]) == 1, "something to compare"


def test_what_a_caller_hands_goes_before_what_stands_beside(tmp_path: Path) -> None:
    """An action hands the decisions that it sees under the store's lock; what the page read a moment ago must not hide them."""
    hold = {"hold_id": "H1", "customer_id": "C1", "hold_type": "dispute", "starts_on": date(2026, 6, 1), "owner": "ana@partner.example"}
    decided = pa.Table.from_pylist([hold], schema=EMPTY_TABLES["holds_decided"].schema)
    built = world(tmp_path, customers=[{"customer_id": "C1"}])
    assert built.stands_beside("holds_decided") and not built.stands_beside("policy_stages")
    wanted = {"as_of_on": date(2026, 6, 30)}
    assert built.run("collections/holds", wanted, OPERATOR)["hold_id"].to_pylist() == []
    assert built.run("collections/holds", wanted, OPERATOR, {"holds_decided": decided})["hold_id"].to_pylist() == ["H1"]
