"""On the sample partner: a grain is unique, and a query shows a sales agent no customer of another."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.errors import NotPermitted
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.query_files import Query, queries
from clearaccounts.warehouse import Warehouse

NAMES = sorted(queries())
NOBODY = Viewer("test:nobody", "Nobody", Role.SALES_AGENT, "nobody@elsewhere.example")
SOFIA = next(person for person in DEMO_PEOPLE if person.role is Role.SALES_AGENT)


def values(query: Query, warehouse: Warehouse, customer_id: str) -> dict[str, Any]:
    """A value for each parameter that has no default; a new name is given its value here."""
    last = warehouse.build.as_of_on
    known: dict[str, Any] = {
        "as_of_on": last,
        "compared_on": last - timedelta(days=30),
        "from_on": date(last.year, 1, 1),
        "to_on": last,
        "at": datetime(last.year, last.month, last.day),
        "until_at": datetime(last.year, last.month, last.day) + timedelta(days=3),
        "customer_id": customer_id,
        "invoice_id": f"INV-2607-{customer_id[1:]}",
        "case_id": f"CASE-{customer_id[1:]}-001",
        "check_name": "unknown_customer",
        "search": "a",
        "stage": "suspension",
        "page_limit": 100000,
        "page_offset": 0,
    }
    given = {}
    for parameter in query.parameters:
        if parameter.name in known:
            given[parameter.name] = known[parameter.name]
        elif parameter.is_required and parameter.name in {"currency", "from_days"}:
            given[parameter.name] = "EUR" if parameter.name == "currency" else 7
        elif parameter.is_required and parameter.choices:
            given[parameter.name] = parameter.choices[0]
        else:
            assert not parameter.is_required, f"{query.name} needs {parameter.name}; give it a value in this test"
    return given


def run(warehouse: Warehouse, name: str, viewer: Viewer, customer_id: str) -> list[dict[str, Any]]:
    query = queries()[name]
    tables = {table: EMPTY_TABLES[table] for table in query.tables if table not in warehouse._beside}
    return list(warehouse.run(name, values(query, warehouse, customer_id), viewer, tables).to_pylist())


@pytest.fixture(scope="session")
def agents(sample_warehouse: Warehouse) -> dict[str, str | None]:
    """Each customer's sales agent, read past all queries."""
    rows = sample_warehouse._connection.cursor().execute("select customer_id, sales_agent from customers").fetchall()
    return dict(rows)


@pytest.mark.parametrize("name", NAMES)
def test_a_grain_is_unique(name: str, sample_warehouse: Warehouse, agents: dict[str, str | None]) -> None:
    customer_id = min(agents)
    rows = run(sample_warehouse, name, OPERATOR, customer_id)
    keys = [tuple(row[column] for column in queries()[name].grain) for row in rows]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", [name for name in NAMES if "viewer_agent" in queries()[name].reserved])
def test_a_sales_agent_sees_own_customers_alone(name: str, sample_warehouse: Warehouse, agents: dict[str, str | None]) -> None:
    own = {customer for customer, agent in agents.items() if agent == SOFIA.email}
    another = min(set(agents) - own)
    try:
        seen = run(sample_warehouse, name, SOFIA, another)
    except NotPermitted:
        return
    assert own, "the sample gives the demo's sales agent no customer"
    assert {row["customer_id"] for row in seen if row.get("customer_id")} <= own
    assert all(another not in row.values() for row in seen)


# A support plan is the partner's: what it is called is everybody's to know who may escalate.
PLANS = {("escalations/usage", "support_plan_id"), ("escalations/routes_by_hand", "support_plan_id")}


@pytest.mark.parametrize("name", [name for name in NAMES if "viewer_agent" in queries()[name].reserved])
def test_who_owns_no_customer_sees_nothing_of_any(name: str, sample_warehouse: Warehouse, agents: dict[str, str | None]) -> None:
    try:
        seen = run(sample_warehouse, name, NOBODY, min(agents))
    except NotPermitted:
        return
    # A total over no customers may be one row of zeros and blanks; a name, an id or an amount may not be there.
    told = [
        (column, value) for row in seen for column, value in row.items()
        if value and (column.endswith("_id") or column.startswith(("amount_", "customer_"))) and (name, column) not in PLANS
    ]
    assert told == []
