"""On which list of the page a customer stands, step by step of a mark's life; and what is said to have changed since it was made."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.collections import desk, suspensions
from clearaccounts.collections.changes import changes
from clearaccounts.collections.stages import StagesFilter, worklist
from clearaccounts.collections.suspensions import Mark, Outcome, Report
from tests.decisions.common import BEATRIZ, MARTIN, store_in
from tests.decisions.debtors import DEBT, NOW, SMALL_DEBT, Town
from tests.worlds import Row

TENANT = "6b1f7a6e-2f0a-4f5b-9a53-0f6f2c1d7e01"
CUSTOMERS: list[Row] = [{"customer_id": "C1", "customer_name": "Alder Bakery", "microsoft_tenant_id": TENANT},
                        {"customer_id": "C2", "customer_name": "Birch Dental"}]
SUBSCRIPTIONS: list[Row] = [
    {"subscription_id": f"S{number}", "microsoft_subscription_id": f"00000000-0000-4000-8000-00000000000{number}"} for number in (1, 2)
]
PAID: Row = {"payment_id": "P1", "customer_id": "C1", "received_on": "2026-06-29", "amount_total": "500.00"}
APPLIED: Row = {"allocation_id": "A1", "applied_on": "2026-06-29", "source_id": "P1", "invoice_id": "I1", "amount_applied": "500.00"}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(store_in(tmp_path), customers=CUSTOMERS, subscriptions=SUBSCRIPTIONS)


def rows(town: Town, now: datetime = NOW) -> dict[str, list[dict[str, Any]]]:
    """The rows of every list that has any."""
    newest, marks = town.newest, suspensions.current(town.store)
    found = worklist(newest, StagesFilter(newest.build.as_of_on), town.policy, suspensions.table(marks), OPERATOR)
    listed = desk.lists(found, marks, town.store.matching, now)
    return {name: table.to_pylist() for name, table in listed.items() if table.num_rows and name not in {"all", "overdue"}}


def stands_on(town: Town, now: datetime = NOW) -> list[str]:
    return [name for name, found in rows(town, now).items() if any(row["customer_id"] == "C1" for row in found)]


def approve(town: Town, mark: Mark) -> Mark:
    return suspensions.approve(
        town.store, town.grounds, MARTIN, mark_id=mark.mark_id, seen_version=mark.version, seen_evidence_hash=mark.evidence_hash,
        idempotency_key="approve", now=NOW)


def export(town: Town, mark: Mark) -> Mark:
    return suspensions.export(
        town.store, town.grounds, BEATRIZ, mark_id=mark.mark_id, seen_version=mark.version, idempotency_key="export", now=NOW)


def report(town: Town, mark: Mark, *said: tuple[str, str]) -> Mark:
    assert mark.order is not None
    outcomes = tuple(Outcome(subscription, outcome) for subscription, outcome in said)
    return suspensions.report(
        town.store, town.grounds, BEATRIZ, mark_id=mark.mark_id, said=Report(mark.order.export_id, outcomes), now=NOW,
        idempotency_key=f"report {said}")


def test_a_mark_stands_on_one_list_from_the_flag_to_the_suspension(town: Town) -> None:
    assert stands_on(town) == ["flagged"]
    mark = town.mark()
    assert stands_on(town) == ["marked"]
    mark = approve(town, mark)
    assert stands_on(town) == ["approved"]
    assert rows(town)["approved"][0]["approved_until_at"] == (NOW + timedelta(hours=24)).replace(tzinfo=None)
    mark = export(town, mark)
    assert stands_on(town) == ["confirm"]
    mark = report(town, mark, ("S1", "suspended"))
    found = rows(town)["confirm"][0]
    assert (found["reported_count"], found["line_count"]) == (1, 2)
    report(town, mark, ("S2", "failed"))
    assert stands_on(town) == ["suspended"]


def test_an_approval_lapses_on_its_list_without_anybody_touching_it(town: Town) -> None:
    approve(town, town.mark())
    assert stands_on(town, NOW + timedelta(hours=24)) == ["approved"]
    late = NOW + timedelta(hours=24, seconds=1)
    assert stands_on(town, late) == ["marked"]
    assert rows(town, late)["marked"][0]["approval_status"] == "lapsed_approval"


def test_who_paid_since_the_mark_is_overtaken_and_since_the_export_is_to_be_stopped(town: Town) -> None:
    mark = approve(town, town.mark())
    town.then(payments=[PAID], allocations=[APPLIED])
    assert stands_on(town) == ["overtaken"]
    town.then(payments=[], allocations=[])
    export(town, mark)
    town.then(payments=[PAID], allocations=[APPLIED])
    assert stands_on(town) == ["stop"]


def test_who_paid_while_suspended_is_to_be_given_back_even_if_not_all_is_reported(town: Town) -> None:
    mark = report(town, export(town, approve(town, town.mark())), ("S1", "suspended"))
    town.then(payments=[PAID], allocations=[APPLIED])
    later = NOW + timedelta(hours=3)
    assert [noted.mark_id for noted in suspensions.note_cleared(town.store, town.grounds, OPERATOR, later)] == [mark.mark_id]
    assert stands_on(town, later) == ["reinstate"]
    assert rows(town, later)["reinstate"][0]["waiting_since_at"] == later.replace(tzinfo=None)


def test_a_held_customer_is_on_the_list_of_the_held_with_the_reason(town: Town) -> None:
    town.then(holds=[{"hold_id": "H1", "starts_on": "2026-06-01"}])
    assert stands_on(town) == ["held"]
    assert rows(town)["held"][0]["hold_reasons"] == "dispute"


def told(town: Town, mark: Mark) -> list[tuple[str, str, str, str]]:
    return [(one.change_type, one.subject, one.before, one.after) for one in changes(mark.evidence, town.evidence())]


def test_nothing_changed_is_nothing_said(town: Town) -> None:
    assert told(town, town.mark()) == []


def test_each_change_since_the_mark_is_named(town: Town) -> None:
    second = {**DEBT, "invoice_id": "I3", "amount_total": "80.00"}
    town.then(customer_invoices=[DEBT, second, SMALL_DEBT])
    mark = town.mark()
    town.then(
        customer_invoices=[DEBT, second, SMALL_DEBT, {**DEBT, "invoice_id": "I4", "amount_total": "7.00"}],
        payments=[PAID], allocations=[{**APPLIED, "amount_applied": "120.00"},
                                      {**APPLIED, "allocation_id": "A2", "invoice_id": "I3", "amount_applied": "80.00"}],
        holds=[{"hold_id": "H1", "invoice_id": "I1", "starts_on": "2026-06-01", "ends_on": "2026-07-15"}],
        subscriptions=[{**SUBSCRIPTIONS[0], "subscription_status": "suspended"}],
    )
    assert told(town, mark) == [
        ("item_paid", "I1", "500.00", "380.00"),
        ("item_settled", "I3", "80.00", ""),
        ("item_added", "I4", "", "7.00"),
        ("money_on_account", "", "0.00", "-300.00"),
        ("hold_begun", "dispute", "", "2026-07-15"),
        ("subscription_status", "S1", "active", "suspended"),
        ("subscription_gone", "S2", "active", ""),
    ]
