"""An account that was given to another sales agent is theirs alone, for every query; nobody's address is everybody's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.decisions import Action, EventFilter, Store, open_store
from clearaccounts.people import assignments, presence
from clearaccounts.settings import Access, DataFolder, Settings
from clearaccounts.warehouse import Warehouse
from tests.worlds import world

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
PEOPLE = {person.role: person for person in DEMO_PEOPLE}
SOFIA, URSULA = PEOPLE[Role.SALES_AGENT], PEOPLE[Role.USER_ADMIN]
OTHER = "tom@partner.example"
CUSTOMERS = [
    {"customer_id": "C1", "customer_name": "Alder", "currency": "EUR", "sales_agent": SOFIA.email},
    {"customer_id": "C2", "customer_name": "Birch", "currency": "EUR", "sales_agent": OTHER.upper()},
    {"customer_id": "C3", "customer_name": "Cedar", "currency": "EUR", "sales_agent": OTHER},
    {"customer_id": "C4", "customer_name": "Dogwood", "currency": "EUR"},
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(DataFolder(tmp_path / "data"), Settings(), presence.directory(Access()))


@pytest.fixture
def given(store: Store, tmp_path: Path) -> Callable[..., Warehouse]:
    """A build of four accounts, with these assignments: subject -> user id, None takes it back."""
    built = world(tmp_path, NOW.date(), customers=CUSTOMERS)

    def give(**subjects: str | None) -> Warehouse:
        for name, user_id in subjects.items():
            subject, kind = name.replace("__", ":").replace("_at_", "@"), "unassigned" if user_id is None else "assigned"
            key = f"{name}:{len(store.matching(EventFilter()))}"
            store.append(OPERATOR, Action(
                "assignment", subject, kind, "", key, NOW, (), lambda _, user_id=user_id: {"user_id": user_id}, entering=OPERATOR))  # type: ignore[misc]
        return built.beside({"assignments_now": lambda: assignments.table(store.matching, Access())})

    return give


def seen(warehouse: Warehouse, viewer: Viewer) -> list[str]:
    return sorted(str(row["customer_id"]) for row in warehouse.run("accounts/search", {}, viewer).to_pylist())


def test_an_account_or_a_book_moves_and_comes_back(given: Callable[..., Warehouse]) -> None:
    assert seen(given(), SOFIA) == ["C1"]
    assert seen(given(account__C2=SOFIA.user_id, account__C4=SOFIA.user_id), SOFIA) == ["C1", "C2", "C4"]
    assert seen(given(**{"book__tom_at_partner.example": SOFIA.user_id}), SOFIA) == ["C1", "C2", "C3", "C4"]
    # A single account goes before its book.
    assert seen(given(account__C3="person:gone"), SOFIA) == ["C1", "C2", "C4"]
    assert seen(given(account__C2=None, account__C3=None, account__C4=None, **{"book__tom_at_partner.example": None}), SOFIA) == ["C1"]


def test_what_was_given_to_nobody_known_is_nobodys(given: Callable[..., Warehouse]) -> None:
    warehouse = given(account__C1="person:gone")
    assert seen(warehouse, SOFIA) == []
    row = {str(row["customer_id"]): row["sales_agent"] for row in warehouse.run("accounts/search", {}, OPERATOR).to_pylist()}
    assert row == {"C1": "person:gone", "C2": OTHER, "C3": OTHER, "C4": None}
    assert URSULA.agent_scope not in row.values()


def test_somebody_without_an_address_has_accounts_by_assignment_alone(given: Callable[..., Warehouse]) -> None:
    nameless = Viewer("person:x", "X", Role.SALES_AGENT, "")
    assert seen(given(), nameless) == []
    assert seen(given(account__C2="person:x"), nameless) == ["C2"]
    assert nameless.agent_scope != URSULA.agent_scope
