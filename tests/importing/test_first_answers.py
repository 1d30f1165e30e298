"""A build brings the answers to what the overview asks first: those that the build itself would give, and to the same questions alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from clearaccounts import overview
from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.importing import first_answers
from clearaccounts.query_files import query
from clearaccounts.settings import Settings
from clearaccounts.settings.sections import Support
from clearaccounts.warehouse import Warehouse
from tests.worlds import LAST_DAY, without_decisions, world

ANN = Viewer("test:ann", "Ann", Role.SALES_AGENT, "ann@partner.example")
TODAY = overview.SummaryFilter(LAST_DAY)


@pytest.fixture
def finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished build that nobody has open: 30 EUR overdue, 10 of them of Ann's customer, and a case."""
    made = world(
        tmp_path,
        customers=[
            {"customer_id": "C1", "sales_agent": "ann@partner.example"},
            {"customer_id": "C2", "sales_agent": "bob@partner.example"},
        ],
        customer_invoices=[
            {"invoice_id": "I1", "customer_id": "C1", "issued_on": "2026-05-01", "due_on": "2026-05-15", "amount_total": "10.00"},
            {"invoice_id": "I2", "customer_id": "C2", "issued_on": "2026-06-01", "due_on": "2026-06-15", "amount_total": "20.00"},
        ],
        support_cases=[{"case_id": "K1", "opened_at": "2026-06-29 09:00:00", "severity": "A"}],
    )
    path = tmp_path / "finished.duckdb"
    shutil.copyfile(made.path, path)
    monkeypatch.setattr(first_answers, "FROM_INVOICES", 1)
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that the database itself had to answer, in their order."""
    found: list[str] = []
    answer = Warehouse._answer

    def noted(self: Warehouse, chosen: Any, *more: Any) -> pa.Table:
        found.append(chosen.name)
        return answer(self, chosen, *more)

    monkeypatch.setattr(Warehouse, "_answer", noted)
    return found


def opened(path: Path) -> Warehouse:
    return without_decisions(Warehouse(path, Settings()))


def outstanding(warehouse: Warehouse, viewer: Viewer = OPERATOR, chosen: overview.SummaryFilter = TODAY) -> str:
    return str(overview.summary(warehouse, chosen, viewer)["amount_outstanding"][0].as_py().normalize())


def test_what_the_overview_asks_first_is_answered_before_anybody_asks(finished: Path, asked: list[str]) -> None:
    first_answers.keep(finished, Settings())
    put = sorted(set(asked))
    assert "overview/summary" in put and "support/breaching" in put and "receivables/key_figures" in put
    asked.clear()
    first_answers.ask(opened(finished))
    assert asked == []
    first_answers.ask(opened(finished).afresh())
    assert asked == [], "what a build brings is not forgotten with what was asked of it"


def test_each_is_what_the_same_query_answers_without_it(finished: Path) -> None:
    plain = opened(shutil.copyfile(finished, finished.with_name("plain.duckdb")))
    first_answers.ask(plain)
    general = plain.answers_given()
    first_answers.keep(finished, Settings())
    found = opened(finished)._answers._brought
    assert found.keys() == general.keys() and len(found) >= 14
    assert all(found[question].equals(answer) for question, answer in general.items())
    assert not [question for question in found if "collections/" in question], "the eligibility of a suspension is never kept"


def test_another_scope_day_or_currency_is_asked_anew(finished: Path, asked: list[str]) -> None:
    first_answers.keep(finished, Settings())
    asked.clear()
    warehouse = opened(finished)
    assert outstanding(warehouse) == "3E+1" and asked == []
    assert outstanding(warehouse, ANN) == "1E+1"
    assert outstanding(warehouse, OPERATOR, overview.SummaryFilter(LAST_DAY - timedelta(days=20))) == "3E+1"
    assert outstanding(warehouse, OPERATOR, overview.SummaryFilter(LAST_DAY, "USD")) == "0"
    assert len(asked) == 3


def test_what_was_assigned_since_is_asked_anew(finished: Path, asked: list[str]) -> None:
    first_answers.keep(finished, Settings())
    asked.clear()
    row: dict[str, Any] = dict.fromkeys(EMPTY_TABLES["assignments_now"].column_names)
    row |= {"customer_id": "C2", "sales_agent": "ann@partner.example"}
    moved = pa.Table.from_pylist([row], schema=EMPTY_TABLES["assignments_now"].schema)
    nobody = opened(finished).beside({"assignments_now": lambda: moved.slice(0, 0)})
    assert outstanding(nobody) == "3E+1" and asked == [], "nobody was assigned anything: nothing is different"
    assert outstanding(opened(finished).beside({"assignments_now": lambda: moved}), ANN) == "3E+1"
    assert asked == ["overview/summary"]


def change_nothing(_path: Path, _patch: pytest.MonkeyPatch) -> None:
    """The build as it is."""


def made_of_it(path: Path, _patch: pytest.MonkeyPatch) -> None:
    """Another build begins with a copy of this one's file."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("update build set build_id = 'next'")


def another_text(_path: Path, patch: pytest.MonkeyPatch) -> None:
    """The program is newer than the build, and the question has another text."""
    summary = query("overview/summary")
    newer = replace(summary, sql=summary.sql + "\n-- Another formula.")
    patch.setattr("clearaccounts.warehouse.query", lambda name: newer if name == summary.name else query(name))


@pytest.mark.parametrize(
    ("change", "is_asked"), [(change_nothing, False), (made_of_it, True), (another_text, True)], ids=["same", "made_of_it", "another_text"]
)
def test_an_answer_belongs_to_its_build_and_to_the_text_of_its_query(
    change: Callable[[Path, pytest.MonkeyPatch], None], is_asked: bool, finished: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first_answers.keep(finished, Settings())
    asked.clear()
    change(finished, monkeypatch)
    assert outstanding(opened(finished)) == "3E+1"
    assert asked == (["overview/summary"] if is_asked else [])


def test_a_small_build_and_one_that_cannot_be_asked_bring_none(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_answers.keep(finished, Settings(support=Support(rules=str(finished.with_name("missing.toml")))))
    assert opened(finished)._answers._brought == {}
    monkeypatch.setattr(first_answers, "FROM_INVOICES", 3)
    small = shutil.copyfile(finished, finished.with_name("small.duckdb"))
    first_answers.keep(small, Settings())
    assert opened(small)._answers._brought == {}
