"""What a sales agent sees is the same whether the customers of others are there or not.

The sample is built twice: whole, and without anything of other agents' customers. Every query must answer the agent alike:
not only no name or id of another's, but no total, share, rank, median or forecast that theirs go into.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest

from clearaccounts import accounts
from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.collections import notice_rules, policy
from clearaccounts.collections.stages import StagesFilter, account_status
from clearaccounts.errors import NotPermitted
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.query_files import Query, queries
from clearaccounts.sample import LAST_ON
from clearaccounts.settings import ROOT, SAMPLE_POLICY
from clearaccounts.warehouse import Warehouse
from tests import proposed
from tests.house.test_queries_on_the_sample import values
from tests.worlds import world

SOFIA = next(person for person in DEMO_PEOPLE if person.role is Role.SALES_AGENT)
SCOPED = sorted(name for name, query in queries().items() if "viewer_agent" in query.reserved)
Rows = dict[str, list[dict[str, str | None]]]
# A plan is the partner's: what is used and left of it is the same for everybody who may escalate. In which order the ways
# to Microsoft stand follows from that, also for those without a plan.
_LEFT = {"has_run_out", "runs_out_on", "used_quantity", "left_quantity", "left_after_quantity", "route_order"}
OF_PLANS = {
    "escalations/routes": _LEFT,
    "escalations/routes_by_hand": _LEFT,
    "escalations/usage": {"used_quantity", "request_count", "runs_out_on"},
}


def sample() -> Rows:
    """The sample's files, without what one customer's money settles of another's: there, two agents share a fact."""
    kinds: Rows = {}
    for path in sorted((ROOT / "sample_data").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            kinds[path.stem] = [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]
    payers = {row["payment_id"]: row["customer_id"] for row in kinds["payments"]}
    payers |= {row["credit_note_id"]: row["customer_id"] for row in kinds["credit_notes"]}
    debtors = {row["invoice_id"]: row["customer_id"] for row in kinds["customer_invoices"]}

    def is_of_one_customer(allocation: dict[str, str | None]) -> bool:
        debtor = debtors.get(allocation["invoice_id"])
        return payers.get(allocation["source_id"], debtor) == debtor

    kinds["allocations"] = [row for row in kinds["allocations"] if is_of_one_customer(row)]
    return kinds


def without_others(kinds: Rows, own: set[str | None]) -> Rows:
    """Only what is of these customers, or of no customer at all."""
    invoices = {row["invoice_id"] for row in kinds["customer_invoices"] if row["customer_id"] in own}
    cases = {row["case_id"] for row in kinds["support_cases"] if row["customer_id"] in own}
    owners = {"allocations": ("invoice_id", invoices), "instalments": ("invoice_id", invoices), "case_events": ("case_id", cases)}
    kept = {}
    for kind, rows in kinds.items():
        key, wanted = owners.get(kind, ("customer_id", own))
        kept[kind] = [row for row in rows if key not in row or row[key] in wanted]
    return kept


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Warehouse, str, str]:
    """The whole sample, the agent's part of it, one customer of theirs and one of somebody else's."""
    folder: Path = tmp_path_factory.mktemp("scope")
    kinds = sample()
    own = {row["customer_id"] for row in kinds["customers"] if (row["sales_agent"] or "").casefold() == SOFIA.email}
    foreign = next(str(row["customer_id"]) for row in kinds["customers"] if row["customer_id"] not in own)
    part = without_others(kinds, own)
    assert 0 < len(part["customer_invoices"]) < len(kinds["customer_invoices"])
    whole_one, own_one = (world(folder, LAST_ON, **cast(dict[str, Any], rows)) for rows in (kinds, part))
    return whole_one, own_one, min(map(str, own)), foreign


def answer(warehouse: Warehouse, query: Query, viewer: Viewer, given: dict[str, Any], customer_id: str) -> list[dict[str, Any]]:
    """The rows, with the tables that the query joins made for the operator: the scope is the query's own to hold."""
    stages = policy.load(SAMPLE_POLICY).table()
    tables: dict[str, pa.Table] = {}
    for name in query.tables:
        if name == "policy_stages":
            tables[name] = stages
        elif name == "policy_notices":
            tables[name] = notice_rules.table(policy.load(SAMPLE_POLICY))
        elif name == "stages_now":
            tables[name] = warehouse.run("collections/stages", {"as_of_on": LAST_ON}, OPERATOR, {"policy_stages": stages})
        elif name == "statuses_now":
            tables[name] = account_status(warehouse, StagesFilter(LAST_ON), policy.load(SAMPLE_POLICY), EMPTY_TABLES["marks_now"], OPERATOR)
        elif name in {"policy_proposed", "stages_proposed"}:
            tables[name] = proposed.handed(name, warehouse, LAST_ON)
        elif name == "events_now":
            tables[name] = accounts.events(warehouse, accounts.DayFilter(customer_id, LAST_ON), OPERATOR)
        elif name == "customers_wanted":
            tables[name] = pa.table({"customer_id": [customer_id]})
        elif name not in warehouse._beside:
            tables[name] = EMPTY_TABLES[name]
    rows = list(warehouse.run(query.name, given, viewer, tables).to_pylist())
    if query.name not in OF_PLANS:
        return rows
    hidden = OF_PLANS[query.name]
    seen = [
        {name: value for name, value in row.items() if name not in hidden or (row["support_plan_id"] is None and name != "route_order")}
        for row in rows
    ]
    return sorted(seen, key=repr)


@pytest.mark.parametrize("name", SCOPED)
def test_the_customers_of_others_change_nothing_that_an_agent_sees(name: str, worlds: tuple[Warehouse, Warehouse, str, str]) -> None:
    whole, part, own, foreign = worlds
    query = queries()[name]
    one = values(query, whole, own)
    everybody = {key: value for key, value in one.items() if key != "customer_id" or query.parameters[0].is_required}
    try:
        for given in (one, everybody):
            assert answer(whole, query, SOFIA, given, own) == answer(part, query, SOFIA, given, own)
        theirs, nobodys = ({**one, **values(query, whole, customer_id)} for customer_id in (foreign, "C9999"))
        if theirs != one:
            assert answer(whole, query, SOFIA, theirs, own) == answer(whole, query, SOFIA, nobodys, own)
    except NotPermitted:
        assert query.permission is not None and not SOFIA.may(query.permission)


@pytest.fixture(scope="module")
def assigned(worlds: tuple[Warehouse, Warehouse, str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Warehouse, str]:
    """The whole sample where some accounts and a book changed hands: by assignment, and as if the customer list had said so."""
    whole, own = worlds[0], worlds[2]
    kinds = sample()
    agents = sorted({str(row["sales_agent"]) for row in kinds["customers"] if row["sales_agent"] and row["sales_agent"] != SOFIA.email})
    mine = [row["customer_id"] for row in kinds["customers"] if row["sales_agent"] == SOFIA.email and row["customer_id"] != own]
    theirs = [row["customer_id"] for row in kinds["customers"] if row["sales_agent"] == agents[1]]
    # Half of hers go to somebody else, half of another agent's to her, and the whole book of a third, all but one account.
    given = {**dict.fromkeys(mine[::2], agents[1]), **dict.fromkeys(theirs[::2], SOFIA.email)}
    books = {agents[0]: SOFIA.email}
    kept = next(row["customer_id"] for row in kinds["customers"] if row["sales_agent"] == agents[0])
    given[kept] = agents[1]
    table = pa.Table.from_pylist(
        [{"customer_id": key, "book": None, "sales_agent": agent} for key, agent in given.items()]
        + [{"customer_id": None, "book": book, "sales_agent": agent} for book, agent in books.items()],
        schema=EMPTY_TABLES["assignments_now"].schema)
    for row in kinds["customers"]:
        row["sales_agent"] = given.get(row["customer_id"]) or books.get(str(row["sales_agent"])) or row["sales_agent"]
    written = world(tmp_path_factory.mktemp("written"), LAST_ON, **cast(dict[str, Any], kinds))
    assert given and any(agent == SOFIA.email for agent in given.values())
    return whole.beside({"assignments_now": lambda: table}), written, str(kept)


@pytest.mark.parametrize("name", SCOPED)
def test_an_account_that_was_assigned_is_as_if_the_customer_list_had_said_so(
    name: str, worlds: tuple[Warehouse, Warehouse, str, str], assigned: tuple[Warehouse, Warehouse, str],
) -> None:
    by_assignment, by_list, gone = assigned
    query = queries()[name]
    one = values(query, by_list, worlds[2])
    everybody = {key: value for key, value in one.items() if key != "customer_id" or query.parameters[0].is_required}
    try:
        for given in (everybody, {**one, **values(query, by_list, gone)}):
            assert exact(by_assignment, query, given, worlds[2]) == exact(by_list, query, given, worlds[2])
    except NotPermitted:
        assert query.permission is not None and not SOFIA.may(query.permission)


def exact(warehouse: Warehouse, query: Query, given: dict[str, Any], customer_id: str) -> list[str]:
    """The answer to the agent, in any order: that of rows which a query does not tell apart is chance."""
    return sorted(map(repr, answer(warehouse, query, SOFIA, given, customer_id)))
