"""Every query file says what it is, binds what it declares and names its columns as the glossary does.

What only data can show (grain, scope) is in test_queries_on_the_sample.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from clearaccounts.access import DEMO_PEOPLE, Permission, Role
from clearaccounts.query_files import BUILD_STEPS, queries, steps
from clearaccounts.warehouse import Warehouse
from tests.house.source import ROOT, place, sql_files, strip_sql
from tests.worlds import world

HEADER_KEYS = {"Grain", "Value", "Permission", "Tables", "Level"}
NAMES = sorted(queries())


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world(tmp_path_factory.mktemp("empty"))


# What the contract calls otherwise than the table of names in queries/README.md would.
GIVEN_BY_CONTRACT = {
    # receivables
    "bucket", "dso_days", "dso_countback_days", "best_possible_dso_days", "average_days_delinquent", "collection_effectiveness_index",
    "average_days_to_pay", "weighted_days_late", "days_late",
    # support and escalations
    "case_category", "age_days_p50", "age_days_p90", "age_days_max", "support_vehicle", "entitlement_unit", "entitled_quantity",
    "used_quantity", "elapsed_share", "at",
    # collections
    "stage", "hold_reasons",
}
# Canonical columns keep the name and the form that the files give them.
CANONICAL = {
    name for path in sorted((ROOT / "queries" / "schema").glob("*.sql"))
    for name in re.findall(r"^    (\w+) (?:text|date|timestamp|boolean|integer|decimal)", path.read_text(encoding="utf-8"), re.MULTILINE)
}
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
# Form of a name -> the DuckDB types it may have. The longest form that fits decides.
FORMS: dict[str, tuple[str, ...]] = {
    r"\w+_id": ("VARCHAR",),
    r"\w+_on": ("DATE",),
    r"\w+_at": ("TIMESTAMP",),
    r"(?:is|has)_\w+": ("BOOLEAN",),
    r"amount_\w+": ("DECIMAL",),
    r"\w+_days": (*WHOLE, "DECIMAL", "DOUBLE"),
    r"\w+_business_minutes": (*WHOLE, "DECIMAL", "DOUBLE"),
    r"\w+_(?:count|number|order)": WHOLE,
    r"\w+_rate": ("DECIMAL", "DOUBLE"),
    r"\w+_(?:status|type)": ("VARCHAR",),
}
# A type that must show in the name: whoever reads `issued` cannot know that it is a day.
TELLING = {"DATE": r"\w+_on", "TIMESTAMP": r"\w+_at", "BOOLEAN": r"(?:is|has)_\w+"}


@pytest.mark.parametrize("path", sql_files(), ids=place)
def test_a_header_says_title_grain_and_nothing_unknown(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    header = []
    for line in lines:
        if not line.startswith("--"):
            break
        header.append(line)
    assert re.fullmatch(r"-- [A-Z].{9,}", lines[0]), "the first line says what the file answers"
    keys = [match[1] for line in header[1:] if (match := re.match(r"-- ([A-Z][a-z]+):", line))]
    assert set(keys) <= HEADER_KEYS
    # A macro of one value has its type instead of a grain.
    assert keys.count("Grain") + keys.count("Value") == 1 and ("Value" not in keys or path.parent.name == "macros")
    assert keys.count("Permission") <= 1 and keys.count("Level") <= 1
    if path.parent.name == "checks":
        assert [line for line in header if re.fullmatch(r"-- Level: (fail|warn)", line)], "a check is marked fail or warn"


@pytest.mark.parametrize("path", [p for p in sql_files() if p.parent.name != "schema"], ids=place)
def test_a_file_is_one_select(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = duckdb.connect().extract_statements(f"select {text}" if "\n-- Value: " in text else text)
    assert [statement.type for statement in found] == [duckdb.StatementType.SELECT]


@pytest.mark.parametrize("name", [name for name in NAMES if "\nwith\n" in queries()[name].sql])
def test_the_last_line_names_what_the_result_is(name: str) -> None:
    selects = [line for line in queries()[name].sql.splitlines() if line.startswith("select")]
    assert re.match(r"select \* from \w+", selects[-1]) and not re.match(r"select \* from (?:final|result)\b", selects[-1])


@pytest.mark.parametrize("path", sql_files(), ids=place)
def test_sql_is_written_small(path: Path) -> None:
    assert not re.search(r"\b(?:SELECT|FROM|WHERE|JOIN|GROUP BY|ORDER BY|CASE|WHEN)\b", strip_sql(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_parameters_declared_are_parameters_used(name: str) -> None:
    query = queries()[name]
    used = set(duckdb.connect().extract_statements(query.sql)[0].named_parameters)
    assert used == {parameter.name for parameter in query.parameters} | set(query.reserved)


@pytest.mark.parametrize("name", NAMES)
def test_a_query_names_the_permission_it_needs(name: str) -> None:
    assert queries()[name].permission is not None


@pytest.mark.parametrize("name", NAMES)
def test_grain_columns_are_in_the_result(name: str, empty_warehouse: Warehouse) -> None:
    columns = {column for column, _ in empty_warehouse.columns(name)}
    assert set(queries()[name].grain) <= columns


def wrong_names(columns: list[tuple[str, str]]) -> list[str]:
    """What is wrong with the names of a result's columns, one sentence each."""
    wrong = []
    names = {column for column, _ in columns}
    for column, type_text in columns:
        kind = type_text.split("(")[0].removesuffix(" WITH TIME ZONE")
        if column in GIVEN_BY_CONTRACT:
            continue
        if not re.fullmatch(r"[a-z][a-z0-9_]*", column):
            wrong.append(f"{column} is not in lower case with underscores")
        forms = [form for form in FORMS if re.fullmatch(form, column)]
        if forms and column not in CANONICAL and kind not in FORMS[forms[0]]:
            wrong.append(f"{column} is {type_text}, its name promises {' or '.join(FORMS[forms[0]])}")
        if kind in TELLING and not re.fullmatch(TELLING[kind], column):
            wrong.append(f"{column} is {type_text} and its name does not say so")
        if column.startswith("amount_") and not column.endswith("_company") and not names & {"currency", "company_currency"}:
            wrong.append(f"{column} has no currency beside it")
        if kind in {"DOUBLE", "FLOAT", "REAL"} and not re.search(r"_(?:days|rate|minutes|share)\b|_p\d+$", column):
            wrong.append(f"{column} is binary floating point")
    if len(names) != len(columns):
        wrong.append("a name appears twice")
    return wrong


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_named_for_what_they_hold(name: str, empty_warehouse: Warehouse) -> None:
    assert wrong_names(empty_warehouse.columns(name)) == []


def test_the_search_for_wrong_names_finds_each_kind() -> None:
    assert wrong_names([("issued", "DATE")]) and wrong_names([("open", "BOOLEAN")]) and wrong_names([("paid_on", "VARCHAR")])
    assert wrong_names([("amount_due", "DECIMAL(18,4)")]) and wrong_names([("amount_due", "DOUBLE"), ("currency", "VARCHAR")])
    assert wrong_names([("case_count", "DOUBLE")]) and wrong_names([("total", "DOUBLE")]) and wrong_names([("caseCount", "BIGINT")])
    assert not wrong_names([("customer_id", "VARCHAR"), ("amount_due", "DECIMAL(38,4)"), ("currency", "VARCHAR"), ("late_days", "BIGINT")])


# Queries that no scope narrows, and why that shows nobody a customer of others. A new query stands here or asks who is looking.
_PLANS = "a plan is the partner's: what is used and left of it is the same for everybody who may escalate"
_COSTS = "what Microsoft bills the partner; nobody with a scope may see costs"
_DATA = "the imported data as a whole; nobody with a scope may see them"
_ASSIGNING = "for who assigns accounts and sees no customer: addresses of sales agents, counts, and whether an id that was typed exists"
WITHOUT_SCOPE = {
    "escalations/plans": _PLANS,
    "escalations/alerts": _PLANS,
    "escalations/projection_backtest": _PLANS,
    "escalations/projection_tests": _PLANS,
    "escalations/plan_costs": _COSTS,
    "escalations/alternative_costs": _COSTS,
    "payables/falling_due": _COSTS,
    "overview/checks": _DATA,
    "overview/check_offenders": _DATA,
    "overview/failed_checks": "how many checks of a build failed says nothing about anybody",
    "support/moment": "when the newest data are of says nothing about anybody",
    "people/accounts": _ASSIGNING,
    "people/books": _ASSIGNING,
}


def test_a_query_asks_who_is_looking_or_says_why_not() -> None:
    assert {name for name in NAMES if "viewer_agent" not in queries()[name].reserved} == set(WITHOUT_SCOPE)


@pytest.mark.parametrize("name", [name for name, why in WITHOUT_SCOPE.items() if why in {_COSTS, _DATA}])
def test_nobody_with_a_scope_may_ask_what_has_none(name: str) -> None:
    permission = queries()[name].permission
    assert permission is not None and not [one for one in DEMO_PEOPLE if one.agent_scope is not None and one.may(permission)]


def test_who_assigns_accounts_learns_whose_they_are_and_nothing_else(empty_warehouse: Warehouse) -> None:
    told = {name: {column for column, _ in empty_warehouse.columns(name)} for name, why in WITHOUT_SCOPE.items() if why == _ASSIGNING}
    assert told == {
        "people/accounts": {"customer_id", "book_agent", "sales_agent"}, "people/books": {"book_agent", "sales_agent", "account_count"},
    }
    for name in told:
        assert queries()[name].permission is Permission.VIEW_USERS_AUDIT
    assert not [one for one in DEMO_PEOPLE if one.may(Permission.VIEW_USERS_AUDIT) and one.role is not Role.USER_ADMIN]


@pytest.mark.parametrize(
    "name", [name for name, why in WITHOUT_SCOPE.items() if name != "overview/check_offenders" and why != _ASSIGNING])
def test_what_has_no_scope_names_no_customer(name: str, empty_warehouse: Warehouse) -> None:
    telling = ("customer_", "case_", "invoice_", "service_request_", "subscription_", "sales_agent")
    assert not [column for column, _ in empty_warehouse.columns(name) if column.startswith(telling) and not column.endswith("_count")]


def test_the_index_names_every_query_and_no_other() -> None:
    text = (ROOT / "queries" / "README.md").read_text(encoding="utf-8")
    indexed = re.findall(r"^\| `[a-z_]+/[a-z_]+` \| .+ \|$", text, re.MULTILINE)
    # A line that is missing can be copied from here: the sentence is the one in the file's header.
    assert sorted(indexed) == sorted(f"| `{name}` | {queries()[name].title} |" for name in NAMES)


def test_every_form_of_a_name_is_in_the_glossary() -> None:
    text = (ROOT / "queries" / "README.md").read_text(encoding="utf-8")
    forms = ("`<noun>_id`", "`<participle>_on`", "`<participle>_at`", "`is_`", "`amount_<what>`", "`<what>_days`", "`<noun>_count`",
             "`<what>_rate`", "`<noun>_status`", "`<noun>_type`")
    assert [form for form in forms if form not in text] == []


def test_no_file_of_the_build_is_taken_for_a_number() -> None:
    assert not [name for name in NAMES if name.split("/")[0] in BUILD_STEPS]
    assert all(step.parameters == () for folder in ("marts", "checks") for step in steps(folder).values())
