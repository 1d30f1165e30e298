"""What was answered before is given again to the very same question, and to no other."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.answers import Answers
from clearaccounts.errors import NotPermitted
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.query_files import queries
from clearaccounts.warehouse import _KEPT_BESIDE, Warehouse
from tests.worlds import world

DAY = date(2026, 6, 30)
ANN = Viewer("test:ann", "Ann", Role.SALES_AGENT, "ann@partner.example")
BOB = Viewer("test:bob", "Bob", Role.SALES_AGENT, "bob@partner.example")
MANAGER = Viewer("test:mia", "Mia", Role.MANAGER, "mia@partner.example")
HELPDESK = Viewer("test:hal", "Hal", Role.HELPDESK_AGENT, "hal@partner.example")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return world(
        tmp_path,
        customers=[
            {"customer_id": "C1", "customer_name": "One", "sales_agent": "ann@partner.example"},
            {"customer_id": "C2", "customer_name": "Two", "sales_agent": "bob@partner.example"},
        ],
        customer_invoices=[
            {"invoice_id": "I1", "customer_id": "C1", "issued_on": "2026-06-01", "due_on": "2026-06-15", "amount_total": "10.00"},
            {"invoice_id": "I2", "customer_id": "C2", "issued_on": "2026-06-01", "due_on": "2026-06-15", "amount_total": "20.00"},
        ],
    )


@pytest.fixture
def asked(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that the database itself had to answer, in their order."""
    found: list[str] = []
    answer = Warehouse._answer

    def noted(self: Warehouse, chosen: Any, *more: Any) -> pa.Table:
        found.append(chosen.name)
        return answer(self, chosen, *more)

    monkeypatch.setattr(Warehouse, "_answer", noted)
    return found


def customers(found: pa.Table) -> list[str]:
    return [str(value) for value in found["customer_id"].to_pylist()]


def test_the_very_same_question_is_answered_once(warehouse: Warehouse, asked: list[str]) -> None:
    first = warehouse.run("receivables/ageing", {"as_of_on": DAY}, MANAGER)
    again = warehouse.run("receivables/ageing", {"as_of_on": DAY, "bucket_edges": (30, 60, 90)}, OPERATOR)
    assert first.equals(again) and asked == ["receivables/ageing"]
    warehouse.run("receivables/ageing", {"as_of_on": DAY, "bucket_edges": (30, 60)}, MANAGER)
    warehouse.run("receivables/ageing", {"as_of_on": date(2026, 6, 29)}, MANAGER)
    warehouse.run("receivables/ageing", {"as_of_on": DAY, "currency": "EUR"}, MANAGER)
    assert len(asked) == 4


def test_a_scope_is_part_of_the_question(warehouse: Warehouse, asked: list[str]) -> None:
    values = {"as_of_on": DAY}
    assert customers(warehouse.run("receivables/ageing", values, MANAGER)) == ["C1", "C2"]
    assert customers(warehouse.run("receivables/ageing", values, ANN)) == ["C1"]
    assert customers(warehouse.run("receivables/ageing", values, BOB)) == ["C2"]
    assert customers(warehouse.run("receivables/ageing", values, ANN)) == ["C1"]
    assert len(asked) == 3


def test_who_may_not_is_refused_whatever_others_asked_before(warehouse: Warehouse) -> None:
    warehouse.run("receivables/ageing", {"as_of_on": DAY}, MANAGER)
    with pytest.raises(NotPermitted):
        warehouse.run("receivables/ageing", {"as_of_on": DAY}, HELPDESK)


def test_who_was_given_an_account_sees_it_at_once_and_who_had_it_does_not(warehouse: Warehouse) -> None:
    def given(rows: list[dict[str, str | None]]) -> Warehouse:
        table = pa.Table.from_pylist(rows, schema=EMPTY_TABLES["assignments_now"].schema)
        return warehouse.beside({"assignments_now": lambda: table})

    row = dict.fromkeys(EMPTY_TABLES["assignments_now"].column_names)
    values = {"as_of_on": DAY}
    assert customers(given([]).run("receivables/ageing", values, ANN)) == ["C1"]
    moved = given([{**row, "customer_id": "C1", "sales_agent": "bob@partner.example"}])
    assert customers(moved.run("receivables/ageing", values, ANN)) == []
    assert customers(moved.run("receivables/ageing", values, BOB)) == ["C1", "C2"]
    assert customers(given([]).run("receivables/ageing", values, ANN)) == ["C1"]


def test_what_is_handed_over_is_part_of_the_question(warehouse: Warehouse, asked: list[str]) -> None:
    values = {"customer_id": "C1", "as_of_on": DAY}
    empty = EMPTY_TABLES["holds_decided"]
    warehouse.beside({"holds_decided": lambda: empty.slice(0)}).run("accounts/money_events", values, MANAGER)
    warehouse.beside({"holds_decided": lambda: empty.slice(0)}).run("accounts/money_events", values, MANAGER)
    assert asked == ["accounts/money_events"], "another table of the same content is the same"
    row: dict[str, Any] = dict.fromkeys(empty.column_names)
    row |= {"hold_id": "H1", "customer_id": "C1", "hold_type": "dispute", "starts_on": date(2026, 6, 10)}
    held = pa.Table.from_pylist([row], schema=empty.schema)
    found = warehouse.beside({"holds_decided": lambda: held}).run("accounts/money_events", values, MANAGER)
    assert len(asked) == 2 and found.num_rows > 0


def test_the_eligibility_of_a_suspension_is_asked_anew_each_time(warehouse: Warehouse, asked: list[str]) -> None:
    stages = {"policy_stages": EMPTY_TABLES["policy_stages"]}
    for _ in range(2):
        warehouse.run("collections/stages", {"as_of_on": DAY}, MANAGER, stages)
    assert asked == ["collections/stages"] * 2


def test_no_answer_that_rests_on_flags_or_marks_is_kept() -> None:
    decided = {"stages_now", "stages_proposed", "marks_now", "statuses_now", "orders_now", "debts_now", "mark_items", "policy_stages"}
    assert decided <= set(EMPTY_TABLES) and not decided & _KEPT_BESIDE
    assert {name for query in queries().values() for name in query.tables} >= _KEPT_BESIDE - {"assignments_now"}


def test_a_build_measured_afresh_answers_anew(warehouse: Warehouse, asked: list[str]) -> None:
    for one in (warehouse, warehouse.afresh(), warehouse):
        one.run("receivables/ageing", {"as_of_on": DAY}, MANAGER)
    assert len(asked) == 2


def answer(size: int) -> pa.Table:
    return pa.table({"number": pa.array(range(size), pa.int64())})


def test_the_longest_unused_go_first_and_large_ones_are_never_kept() -> None:
    answers = Answers(most_bytes=1000, largest_bytes=400)
    for name in ("a", "b", "c"):
        answers.keep(name, answer(40))
    assert answers.get("a") is not None
    answers.keep("d", answer(40))
    answers.keep("large", answer(60))
    kept = [name for name in ("a", "b", "c", "d", "large") if answers.get(name) is not None]
    assert kept == ["a", "c", "d"] and answers.held_bytes <= 1000


def test_values_that_python_takes_for_equal_are_different_questions() -> None:
    key = partial(Answers().key, "some/query", tables={})
    assert len({key({"value": value}) for value in (1, True, 1.0, "1", None)}) == 5
