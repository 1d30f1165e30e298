"""The warehouse answers what its files ask, for whom it may, and reaches nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from duckdb import DuckDBPyConnection as Cursor

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.errors import BadParameter, NotPermitted, NoWarehouse, WarehouseError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.importing.build import connect, write_warehouse
from clearaccounts.query_files import parse_header, queries, query, read_value
from clearaccounts.settings import DataFolder, Limits, Settings
from clearaccounts.warehouse import Warehouse, open_current, open_read_only
from tests import reach
from tests.worlds import tables, world

DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world(
        tmp_path_factory.mktemp("world"),
        customers=[{"customer_id": "C1", "sales_agent": "a@partner.example"}],
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-06-01", "due_on": "2026-06-15", "amount_total": "10.00"}],
    )


READ_ONLY, BUILD = "as it is served", "as it is built"


@pytest.fixture(scope="module", params=[READ_ONLY, BUILD])
def cursor(request: pytest.FixtureRequest, warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    """A cursor on the connection that pages use, and on one that a build uses: it may read the files that it is told, no other."""
    if request.param == READ_ONLY:
        yield warehouse._connection.cursor()
        return
    folder = tmp_path_factory.mktemp("built")
    own = folder / "own.parquet"
    pq.write_table(pa.table({"a": ["1"]}), own)
    with connect(folder / "w.duckdb", Limits(), [own]) as connection:
        connection.execute("create table open_items as select * from read_parquet($file)", {"file": str(own)})
        connection.execute("create table customers as from open_items; create table build as from open_items")
        yield connection.cursor()


def content(cursor: Cursor) -> object:
    """Settings, databases, tables and rows: what no refused statement may change."""
    return [
        cursor.execute("select name, value from duckdb_settings() order by all").fetchall(),
        cursor.execute("select database_name, path from duckdb_databases() order by all").fetchall(),
        cursor.execute("select table_name, estimated_size from duckdb_tables() order by all").fetchall(),
        cursor.execute("select count(*) from open_items").fetchall(),
    ]


def outside(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


@pytest.mark.parametrize("attempt", [*reach.ATTEMPTS, *reach.TAMPERINGS])
def test_no_statement_reaches_a_file_or_undoes_a_lock(cursor: Cursor, attempt: str, tmp_path: Path) -> None:
    in_python = pa.table({"secret": ["reached"]})  # noqa: F841 - a statement could name it
    statement = reach.spelt_out(attempt, tmp_path)
    before, files = content(cursor), outside(tmp_path)
    with pytest.raises(duckdb.Error):
        cursor.execute(statement).fetchall()
    assert content(cursor) == before and outside(tmp_path) == files


@pytest.mark.parametrize("attempt", reach.HARMLESS)
def test_what_may_run_changes_nothing_that_lasts(cursor: Cursor, attempt: str, tmp_path: Path) -> None:
    before = content(cursor)
    with suppress(duckdb.Error):
        cursor.execute(reach.spelt_out(attempt, tmp_path)).fetchall()
    cursor.execute("drop macro if exists own")
    assert content(cursor) == before


@pytest.mark.parametrize("attempt", [
    "insert into open_items select * from open_items", "drop table open_items", "update customers set sales_agent = null",
    "delete from build", "create table own (a text)", "alter table customers rename to others",
])
def test_what_is_served_cannot_be_changed(warehouse: Warehouse, attempt: str) -> None:
    with pytest.raises(duckdb.Error):
        warehouse._connection.cursor().execute(attempt).fetchall()
    assert warehouse.run("receivables/ageing", {"as_of_on": DAY}, OPERATOR).num_rows == 1


def test_after_every_attempt_the_connections_work_on(warehouse: Warehouse, tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb", Limits()) as building:
        building.execute("create table lines (a integer)")
        for attempt in (*reach.ATTEMPTS, *reach.TAMPERINGS):
            for on in (building, warehouse._connection.cursor()):
                with pytest.raises(duckdb.Error):
                    on.execute(reach.spelt_out(attempt, tmp_path)).fetchall()
        building.execute("begin")
        for number in range(1000):
            building.execute("insert into lines values (?)", [number])
        building.execute("commit")
        building.execute("checkpoint")
        assert building.execute("select count(*) from lines").fetchall() == [(1000,)]
    assert warehouse.run("receivables/ageing", {"as_of_on": DAY}, OPERATOR).num_rows == 1


def test_the_attempts_are_attempts(tmp_path: Path) -> None:
    """On a connection that nobody locked, files are read, written and attached: it is the lock that refuses them."""
    assert (len(reach.ATTEMPTS), len(reach.HARMLESS), len(reach.TAMPERINGS)) == (50, 8, 15)
    passed = 0
    for attempt in (one for one in reach.ATTEMPTS[:41] if "/**" not in one and "http" not in one):
        with duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}) as open_to_all, \
                suppress(duckdb.Error):
            open_to_all.execute(reach.spelt_out(attempt, tmp_path)).fetchall()
            passed += 1
    assert passed >= 15


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


def test_a_query_that_fails_tells_who_sees_only_some_customers_nothing_of_it(tmp_path: Path) -> None:
    built = world(tmp_path, customers=[{"customer_id": "C1"}])
    sales, helpdesk = DEMO_PEOPLE[:2]
    assert (sales.role, helpdesk.role) == (Role.SALES_AGENT, Role.HELPDESK_AGENT)
    broken = {"customers_wanted": pa.table({"name_of_c8": ["Contoso"]})}
    with pytest.raises(WarehouseError, match="customer_id"):
        built.run("accounts/names", {}, helpdesk, broken)
    with pytest.raises(WarehouseError) as said:
        built.run("accounts/names", {}, sales, broken)
    assert str(said.value) == "accounts/names could not be answered."
