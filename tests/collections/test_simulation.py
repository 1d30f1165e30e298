"""A changed policy against the one of the day: exactly what running the stages twice tells, added up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.collections import simulation
from clearaccounts.collections.policy import Policy, load, parse
from clearaccounts.collections.simulation import Seen, StageFilter
from clearaccounts.collections.stages import StagesFilter, stages
from clearaccounts.errors import NotPermitted
from clearaccounts.settings import SAMPLE_POLICY
from clearaccounts.warehouse import Warehouse
from tests.proposed import PROPOSED
from tests.worlds import Row, world

DAY = date(2026, 6, 30)
SOFIA = next(person for person in DEMO_PEOPLE if person.role is Role.SALES_AGENT)
HENRY = next(person for person in DEMO_PEOPLE if person.role is Role.HELPDESK_AGENT)


def policy(days: int, action: str = "suspend") -> Policy:
    return parse(f'name = "P"\nversion = 1\neffective_on = 2026-01-01\n[[stages]]\nname = "last"\naction = "{action}"\n'
                 f"min_overdue_days = {days}\n", "p")


def seen(warehouse: Warehouse, chosen: Policy, day: date = DAY, viewer: Viewer = OPERATOR) -> Seen:
    return Seen(day, stages(warehouse, StagesFilter(day), chosen, viewer), chosen.table())


def invoice(customer_id: str, due: str, amount: str, **more: str) -> Row:
    return {"customer_id": customer_id, "invoice_id": f"I-{customer_id}-{due}", "issued_on": "2026-03-01", "due_on": due,
            "amount_total": amount, **more}


@pytest.fixture
def town(tmp_path: Path) -> Warehouse:
    """C1 is 60 days late, C2 30, C3 10; C4 is 60 late with a promise; C5 is 60 late in dollars."""
    agents: list[Row] = [
        {"customer_id": name, "customer_name": f"Name {name}", "sales_agent": SOFIA.email if name == "C2" else "x@partner.example"}
        for name in ("C1", "C2", "C3", "C4", "C5")]
    return world(
        tmp_path, customers=agents,
        customer_invoices=[
            invoice("C1", "2026-05-01", "100.00"), invoice("C2", "2026-05-31", "20.00"), invoice("C3", "2026-06-20", "7.00"),
            invoice("C4", "2026-05-01", "900.00"), invoice("C5", "2026-05-01", "50.00", currency="USD"),
        ],
        holds=[{"hold_id": "H", "customer_id": "C4", "hold_type": "promise_to_pay", "starts_on": "2026-06-20", "ends_on": "2026-06-30"}],
    )


def row(table: pa.Table, outcome: str, stage: str, currency: str = "EUR") -> dict[str, Any]:
    only: dict[str, Any] = next(
        one for one in table.to_pylist() if (one["outcome_type"], one["stage"], one["currency"]) == (outcome, stage, currency))
    return only


def test_who_enters_and_who_leaves_by_hand(town: Warehouse) -> None:
    before, after = seen(town, policy(60)), seen(town, policy(30))
    changed = simulation.changes(town, before, after, OPERATOR).to_pylist()
    assert [(one["customer_id"], one["stage_before"], one["stage_after"], one["is_flagged_before"], one["is_flagged_after"])
            for one in changed] == [("C2", "clear", "last", False, True)]
    totals = simulation.totals(town, before, after, OPERATOR)
    assert row(totals, "stage", "last") == {
        "outcome_type": "stage", "stage": "last", "currency": "EUR",
        "amount_before": Decimal(1000), "amount_entering": Decimal(20), "amount_leaving": Decimal(0), "amount_after": Decimal(1020),
        "before_count": 2, "entering_count": 1, "leaving_count": 0, "after_count": 3, "stage_order": 1,
    }
    # The one with the promise is in the stage and not flagged.
    flag = row(totals, "flag", "flagged")
    assert (flag["before_count"], flag["entering_count"], flag["after_count"], flag["amount_after"]) == (1, 1, 2, Decimal(120))
    assert row(totals, "stage", "clear")["leaving_count"] == 1
    assert row(totals, "stage", "last", "USD")["after_count"] == 1


def test_an_agent_sees_their_own_and_the_helpdesk_none(town: Warehouse) -> None:
    before, after = seen(town, policy(60)), seen(town, policy(30))
    totals = simulation.totals(town, before, after, SOFIA)
    assert {one["currency"] for one in totals.to_pylist()} == {"EUR"} and row(totals, "stage", "last")["after_count"] == 1
    assert simulation.stage_totals(town, after, SOFIA).num_rows == 2
    assert simulation.stage_customers(town, StageFilter("last"), after, SOFIA)["customer_id"].to_pylist() == ["C2"]
    with pytest.raises(NotPermitted):
        simulation.totals(town, before, after, HENRY)
    with pytest.raises(NotPermitted):
        simulation.stage_totals(town, after, HENRY)


def test_a_past_day_sees_its_own_holds_and_documents(town: Warehouse) -> None:
    """On the tenth of June the promise had not been made, and only two were late by 40 days."""
    day = date(2026, 6, 10)
    totals = simulation.totals(town, seen(town, policy(60), day), seen(town, policy(40), day), OPERATOR)
    flag = row(totals, "flag", "flagged")
    assert (flag["before_count"], flag["entering_count"], flag["amount_entering"]) == (0, 2, Decimal(1000))


@pytest.mark.parametrize("day", [date(2026, 9, 30), date(2026, 3, 31), date(2025, 12, 31)])
def test_the_simulation_is_the_stages_run_twice(day: date, sample_warehouse: Warehouse) -> None:
    before, after = seen(sample_warehouse, load(SAMPLE_POLICY), day), seen(sample_warehouse, PROPOSED, day)
    then, now = ({(one["customer_id"], one["currency"]): one for one in side.stages.to_pylist()} for side in (before, after))
    assert then.keys() == now.keys()
    changed = {key for key in then if (then[key]["stage"], then[key]["is_flagged"]) != (now[key]["stage"], now[key]["is_flagged"])}
    listed = simulation.changes(sample_warehouse, before, after, OPERATOR).to_pylist()
    assert {(one["customer_id"], one["currency"]) for one in listed} == changed and len(listed) == len(changed)
    totals = simulation.totals(sample_warehouse, before, after, OPERATOR).to_pylist()
    assert totals
    for one in totals:
        def is_in(side: dict[str, Any], total: dict[str, Any] = one) -> bool:
            return bool(side["is_flagged"] if total["outcome_type"] == "flag" else side["stage"] == total["stage"])

        keys = [key for key in then if key[1] == one["currency"]]
        groups = {
            "before": [key for key in keys if is_in(then[key])], "after": [key for key in keys if is_in(now[key])],
            "entering": [key for key in keys if is_in(now[key]) and not is_in(then[key])],
            "leaving": [key for key in keys if is_in(then[key]) and not is_in(now[key])],
        }
        for name, group in groups.items():
            assert one[f"{name}_count"] == len(group)
            assert one[f"amount_{name}"] == sum((then[key]["amount_overdue"] for key in group), Decimal(0))
    stage_counts = simulation.stage_totals(sample_warehouse, before, OPERATOR).to_pylist()
    assert sum(one["customer_count"] for one in stage_counts) == len(then)


def test_the_last_twelve_month_ends() -> None:
    assert simulation.month_ends(date(2026, 9, 30), 3) == [date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)]
    assert simulation.month_ends(date(2026, 3, 1), 2) == [date(2026, 1, 31), date(2026, 2, 28)]
    assert simulation.month_ends(date(2024, 3, 30))[-1] == date(2024, 2, 29) and len(simulation.month_ends(date(2024, 3, 30))) == 12
