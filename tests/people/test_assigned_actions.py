"""Actions and files follow an assignment at once: what was given away is no such account, what was received is one's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.collections import holding, notice_sending, suspensions
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.policy import Policy, Stage
from clearaccounts.decisions import Store, open_store
from clearaccounts.errors import NotFound
from clearaccounts.exporting import statement_data
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.people import presence
from clearaccounts.settings import Access, DataFolder, Settings
from clearaccounts.warehouse import Warehouse
from tests.worlds import LAST_DAY, world

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
PEOPLE = {person.role: person for person in DEMO_PEOPLE}
SOFIA, MARTIN = PEOPLE[Role.SALES_AGENT], PEOPLE[Role.MANAGER]
POLICY = Policy(
    "Test policy", 1, date(2026, 1, 1), "due_date",
    (Stage("suspension", "suspend", min_overdue_days=30, min_overdue_invoices=1, min_overdue_amount=(("EUR", Decimal(100)),)),),
)
# C1 is hers by the customer list and was given away; C2 is another's and was given to her.
LIST = {"C1": SOFIA.email, "C2": "tom@partner.example", "C3": "tom@partner.example"}
GIVEN = [{"customer_id": "C1", "book": None, "sales_agent": "tom@partner.example"},
         {"customer_id": "C2", "book": None, "sales_agent": SOFIA.email}]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    plain = world(
        tmp_path_factory.mktemp("given"),
        customers=[{"customer_id": key, "sales_agent": agent, "contact_email": f"{key}@customer.example"} for key, agent in LIST.items()],
        customer_invoices=[{"customer_id": key, "invoice_id": f"I{key}", "issued_on": "2026-03-01", "due_on": "2026-03-31",
                            "amount_total": "500.00"} for key in LIST])
    table = pa.Table.from_pylist(GIVEN, schema=EMPTY_TABLES["assignments_now"].schema)
    return plain.beside({"assignments_now": lambda: table})


@pytest.fixture
def grounds(built: Warehouse) -> Grounds:
    return Grounds(lambda: built, lambda _: POLICY)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(DataFolder(tmp_path / "data"), Settings(), presence.directory(Access()))


Attempt = Callable[[Store, Grounds, Viewer, str], Any]


def promise(store: Store, grounds: Grounds, viewer: Viewer, customer_id: str) -> Any:
    wish = holding.Wish(customer_id, "promise_to_pay", date(2026, 7, 7), "Sofia", None, Decimal(500), "EUR")
    return holding.record(store, grounds, viewer, wish, reason="said so", idempotency_key=f"p{customer_id}{viewer.user_id}", now=NOW)


def release(store: Store, grounds: Grounds, viewer: Viewer, customer_id: str) -> Any:
    """Of a hold that a manager recorded in the viewer's name."""
    wish = holding.Wish(customer_id, "dispute", date(2026, 7, 7), viewer.email, f"I{customer_id}")
    try:
        hold_id = holding.record(store, grounds, MARTIN, wish, reason="wrong", idempotency_key=f"d{customer_id}", now=NOW).hold_id
    except NotFound:
        hold_id = "hold-of-nobody"
    return holding.release(
        store, grounds, viewer, hold_id=hold_id, seen_version=1, reason="settled", idempotency_key=f"r{customer_id}", now=NOW)


def by_hand(store: Store, grounds: Grounds, viewer: Viewer, customer_id: str) -> Any:
    sent = notice_sending.ByHand(customer_id, "reminder", LAST_DAY, "letter")
    return notice_sending.record(store, grounds, viewer, sent, note="", idempotency_key=f"n{customer_id}", now=NOW)


def letter(store: Store, grounds: Grounds, viewer: Viewer, customer_id: str) -> Any:
    return notice_sending.letter_of(
        grounds, Settings(), store.matching, viewer, customer_id=customer_id, currency="EUR", notice_type="overdue", now=NOW)


def evidence(store: Store, grounds: Grounds, viewer: Viewer, customer_id: str) -> Any:
    return grounds.evidence(viewer, customer_id, "EUR", store.matching)


def marks(store: Store, grounds: Grounds, viewer: Viewer, customer_id: str) -> Any:
    return suspensions.history(store, grounds.warehouse(), viewer, customer_id)


def notices(store: Store, grounds: Grounds, viewer: Viewer, customer_id: str) -> Any:
    return notice_sending.history(store, grounds.warehouse(), viewer, customer_id)


def statement(_: Store, grounds: Grounds, viewer: Viewer, customer_id: str) -> Any:
    return statement_data.gather(grounds.warehouse(), customer_id, LAST_DAY, viewer)


ATTEMPTS: tuple[Attempt, ...] = (promise, release, by_hand, letter, evidence, marks, notices, statement)


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.__name__)
def test_an_action_follows_the_assignment_and_says_the_same_of_what_is_anothers_and_what_is_not_there(
    attempt: Attempt, store: Store, grounds: Grounds,
) -> None:
    assert attempt(store, grounds, SOFIA, "C2") is not None
    said = []
    for customer_id in ("C1", "C3", "C9"):
        with pytest.raises(NotFound) as refused:
            attempt(store, grounds, SOFIA, customer_id)
        said.append((type(refused.value), str(refused.value)))
    assert len(set(said)) == 1
