"""A hold that a person recorded does what the same hold would do if it had been imported: in stages, outcomes, evidence and marks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts import payments
from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.collections import hold_lists, holding, ordering
from clearaccounts.collections.hold_lists import HoldsFilter, WindowsFilter
from clearaccounts.collections.holding import DISPUTE, PROMISE, Wish
from clearaccounts.collections.stages import StagesFilter, stages
from clearaccounts.collections.standing import with_decisions
from clearaccounts.decisions import known_by_id, open_store
from clearaccounts.errors import Refused
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import Warehouse
from tests.decisions.common import BEATRIZ, MARTIN, PEOPLE
from tests.decisions.debtors import NOW, POLICY, Town
from tests.worlds import LAST_DAY, world

SOFIA = PEOPLE[Role.SALES_AGENT]
GUID = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    people = {person.user_id: person for person in (*DEMO_PEOPLE, OPERATOR)}
    return Town(open_store(DataFolder(tmp_path), Settings(), known_by_id(people.get)))


def hold(town: Town, hold_type: str = DISPUTE, ends_on: date = LAST_DAY + timedelta(days=5), key: str = "hold", **more: Any) -> Any:
    usual: dict[str, Any] = {"invoice_id": "I1"} if hold_type == DISPUTE else {"amount": Decimal(10), "currency": "EUR"}
    wish = Wish("C1", hold_type, ends_on, BEATRIZ.email, **{**usual, **more})
    return holding.record(town.store, town.grounds, SOFIA, wish, reason="they called", idempotency_key=key, now=NOW)


def is_flagged(town: Town, day: date | None = None) -> tuple[bool, str]:
    seen = with_decisions(town.newest, town.store.matching)
    rows = stages(seen, StagesFilter(day or town.newest.build.as_of_on), POLICY, OPERATOR).to_pylist()
    (row,) = [row for row in rows if row["customer_id"] == "C1"]
    return row["is_flagged"], row["hold_reasons"]


# ---- the flag


def test_the_flag_goes_at_once_and_is_back_the_day_after_the_last(town: Town) -> None:
    assert is_flagged(town) == (True, "")
    hold(town)
    assert is_flagged(town) == (False, "dispute")
    for days, found in ((5, (False, "dispute")), (6, (True, ""))):
        town.then(LAST_DAY + timedelta(days=days))
        assert is_flagged(town) == found
    assert is_flagged(town, LAST_DAY - timedelta(days=1)) == (True, ""), "a past day sees the holds of that day"
    assert is_flagged(town, LAST_DAY) == (False, "dispute")


def test_released_it_is_back_at_once(town: Town) -> None:
    held = hold(town)
    town.then(LAST_DAY + timedelta(days=2))
    holding.release(
        town.store, town.grounds, MARTIN, hold_id=held.hold_id, seen_version=1, reason="credited", idempotency_key="release", now=NOW)
    assert is_flagged(town) == (True, "")
    assert is_flagged(town, LAST_DAY + timedelta(days=1)) == (False, "dispute")


@pytest.mark.parametrize(("amount", "found"), [
    ("399.99", (True, "")), ("400.00", (True, "")), ("400.01", (False, "dispute")), ("500.00", (False, "dispute")),
])
def test_what_is_disputed_is_taken_off_what_the_policy_tests(town: Town, amount: str, found: tuple[bool, str]) -> None:
    hold(town, amount=Decimal(amount))
    assert is_flagged(town) == found, "the policy asks for 100.00 or more of the 500.00"


def test_a_promise_holds_the_customer_whatever_its_amount(town: Town) -> None:
    hold(town, PROMISE, amount=Decimal("0.01"))
    assert is_flagged(town) == (False, "promise_to_pay")


def test_no_file_takes_back_what_a_person_recorded(town: Town) -> None:
    held = hold(town)
    town.then(holds=[{"hold_id": held.hold_id, "starts_on": LAST_DAY, "ends_on": LAST_DAY - timedelta(days=1), "invoice_id": "I1"}])
    assert is_flagged(town) == (False, "dispute")


# ---- marks


def test_a_hold_recorded_between_mark_and_approval_stops_the_approval(town: Town) -> None:
    made = town.mark()
    hold(town, amount=Decimal("1.00"))
    assert is_flagged(town)[0], "it takes no flag away, and stops the approval all the same"
    with pytest.raises(Refused, match=r"on hold since this was marked \(dispute\)"):
        town.approve(made)


def test_a_promise_between_approval_and_export_stops_the_export(town: Town) -> None:
    subscription = {"subscription_id": "S1", "microsoft_subscription_id": GUID}
    customer = {"customer_id": "C1", "customer_name": "Alder Bakery", "sales_agent": SOFIA.email, "microsoft_tenant_id": GUID}
    town.then(subscriptions=[subscription], customers=[customer, {"customer_id": "C2"}])
    approved = town.approve(town.mark())
    hold(town, PROMISE)
    for key in ("export", "again"):
        with pytest.raises(Refused, match=r"on hold since this was marked \(promise to pay\)"):
            ordering.export(town.store, town.grounds, BEATRIZ, mark_id=approved.mark_id, seen_version=approved.version,
                            idempotency_key=key, now=NOW)


def test_what_is_on_hold_cannot_be_marked(town: Town) -> None:
    hold(town, PROMISE)
    with pytest.raises(Refused, match="on hold"):
        town.mark()


# ---- the same hold, imported or own

FIRST = date(2026, 5, 1)
DAYS = [FIRST + timedelta(days=count) for count in (0, 21, 45)]
some_days = st.integers(0, 50).map(lambda count: FIRST + timedelta(days=count))


@st.composite
def some_holds(draw: st.DrawFn) -> dict[str, Any]:
    starts_on = draw(some_days)
    ends_on = starts_on + timedelta(days=draw(st.integers(0, 30)))
    return {
        "hold_id": "H1", "customer_id": "C1", "hold_type": draw(st.sampled_from(["dispute", "promise_to_pay", "exemption"])),
        "starts_on": starts_on, "ends_on": ends_on, "invoice_id": draw(st.sampled_from([None, "I1", "I2"])),
        "amount_held": draw(st.sampled_from([None, Decimal("30.00"), Decimal("90.00"), Decimal("100.00")])),
        "currency": draw(st.sampled_from([None, "EUR", "USD"])), "reason": "x", "owner": "y",
        "withdrawn_on": None,
    }


PAST: dict[str, Any] = {
    "customers": [{"customer_id": "C1"}],
    "customer_invoices": [
        {"invoice_id": "I1", "issued_on": "2026-02-01", "due_on": "2026-03-01", "amount_total": "100.00"},
        {"invoice_id": "I2", "issued_on": "2026-02-01", "due_on": "2026-03-15", "amount_total": "80.00"},
    ],
    "payments": [{"payment_id": "P1", "received_on": "2026-05-20", "amount_total": "90.00"}],
    "allocations": [{"allocation_id": "A1", "applied_on": "2026-05-22", "source_id": "P1", "invoice_id": "I1", "amount_applied": "90.00"}],
}


def answers(warehouse: Warehouse, decided: pa.Table) -> list[list[dict[str, Any]]]:
    seen = warehouse.beside({"holds_decided": lambda: decided})
    found = []
    for day in DAYS:
        found.append(stages(seen, StagesFilter(day), POLICY, OPERATOR).to_pylist())
        found.append(payments.promises(seen, payments.PromisesFilter(day), OPERATOR).to_pylist())
        found.append(payments.disputes(seen, payments.DisputesFilter(day), OPERATOR).to_pylist())
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("same")


@pytest.fixture(scope="module")
def without(folder: Path) -> Warehouse:
    """The same past without any hold."""
    return world(folder, date(2026, 6, 30), **PAST)


@settings(max_examples=6, deadline=None)
@given(some_holds())
def test_own_and_imported_give_the_same_stages_and_the_same_outcomes(folder: Path, without: Warehouse, row: dict[str, Any]) -> None:
    imported = world(folder, date(2026, 6, 30), **PAST, holds=[{key: value for key, value in row.items() if value is not None}])
    own = pa.Table.from_pylist([row], schema=EMPTY_TABLES["holds_decided"].schema)
    assert answers(without, own) == answers(imported, EMPTY_TABLES["holds_decided"])


# ---- lists


def test_a_list_tells_how_each_hold_ended(town: Town) -> None:
    held = hold(town, key="one")
    hold(town, PROMISE, key="two")
    holding.release(
        town.store, town.grounds, BEATRIZ, hold_id=held.hold_id, seen_version=1, reason="credited", idempotency_key="release", now=NOW)
    town.then(LAST_DAY + timedelta(days=6), holds=[{"hold_id": "H1", "starts_on": LAST_DAY, "invoice_id": "I1"}])
    seen = with_decisions(town.newest, town.store.matching)
    rows = hold_lists.known(seen, HoldsFilter(LAST_DAY + timedelta(days=6)), OPERATOR).to_pylist()
    assert [(row["hold_type"], row["hold_status"], row["ended_on"], row["is_own"]) for row in rows] == [
        ("dispute", "in_force", None, False), ("promise_to_pay", "ended", LAST_DAY + timedelta(days=6), True),
        ("dispute", "released", LAST_DAY, True),
    ]
    (promise,) = payments.promises(seen, payments.PromisesFilter(LAST_DAY + timedelta(days=6)), OPERATOR).to_pylist()
    assert promise["promise_status"] == "broken"


def test_what_can_be_cancelled_instead(tmp_path: Path) -> None:
    """12 seats at 10.00 a month, of a year that began on 28 June: 11 periods begin after 30 June."""
    usual = {"amount_unit_price": "10.00", "currency": "EUR", "billing_cycle": "monthly", "term_duration": "P1Y", "quantity": "12",
             "started_on": "2026-06-28", "commitment_ends_on": "2027-06-27"}
    built = world(
        tmp_path, LAST_DAY, customers=[{"customer_id": "C1", "sales_agent": "a@partner.example"}],
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-03-01", "due_on": "2026-03-31", "amount_total": "500.00"}],
        subscriptions=[
            {"subscription_id": "S1", **usual, "cancellable_until_on": "2026-07-05"},
            {"subscription_id": "S2", **usual, "cancellable_until_on": "2026-06-30"},
            {"subscription_id": "S3", **usual, "cancellable_until_on": "2026-06-29"},
            {"subscription_id": "S4", **usual, "cancellable_until_on": "2026-07-05", "subscription_status": "suspended"},
            {"subscription_id": "S5", "cancellable_until_on": "2026-07-01"},
        ],
    )
    now = stages(built, StagesFilter(LAST_DAY), POLICY, OPERATOR)
    rows = hold_lists.cancellation_windows(built, WindowsFilter(LAST_DAY), now, OPERATOR).to_pylist()
    assert [(row["subscription_id"], row["left_to_cancel_days"], row["amount_committed"]) for row in rows] == [
        ("S2", 0, Decimal(1320)), ("S5", 1, None), ("S1", 5, Decimal(1320)),
    ]
    nobody = now.filter(pa.array([False]))
    assert hold_lists.cancellation_windows(built, WindowsFilter(LAST_DAY), nobody, OPERATOR).num_rows == 0
