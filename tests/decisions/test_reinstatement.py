"""The way back: a debt that is gone is noted once, another person approves, and what is lost is listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.collections import suspensions
from clearaccounts.collections.marks import Status
from clearaccounts.collections.suspensions import Outcome, Report
from clearaccounts.decisions import EventFilter
from clearaccounts.errors import NotPermitted, Refused, SamePerson
from clearaccounts.settings import Suspension
from tests.decisions.common import BEATRIZ, MARTIN, PEOPLE
from tests.decisions.debtors import DEBT, NOW
from tests.decisions.ordering_town import ON_ACCOUNT, PAID, SECOND_ADMIN, SUBSCRIPTIONS, TENANT, OrderTown
from tests.decisions.test_suspensions import SAME_HUMAN
from tests.worlds import LAST_DAY

LATER = NOW + timedelta(hours=30, minutes=59)


@pytest.fixture
def town(tmp_path: Path) -> OrderTown:
    return OrderTown(tmp_path)


def listed(town: OrderTown, at: Any = LATER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = suspensions.reinstatements(town.newest, suspensions.current(town.store), at, MARTIN).to_pylist()
    return found


# ---- the debt is gone


@pytest.mark.parametrize("kinds", [PAID, ON_ACCOUNT], ids=["settled", "money on account covers it"])
def test_a_payment_that_clears_raises_an_item_with_a_clock(town: OrderTown, kinds: dict[str, Any]) -> None:
    suspended = town.suspended()
    assert (town.note_cleared(), listed(town)) == ([], [])
    town.then(**kinds)
    [cleared] = town.note_cleared()
    assert cleared.mark_id == suspended.mark_id and cleared.cleared is not None
    assert (cleared.cleared.at, cleared.cleared.build_id, cleared.cleared.as_of_on) == (NOW, "test", LAST_DAY)
    [row] = listed(town)
    assert (row["customer_name"], row["currency"], row["mark_status"], row["cleared_on"]) == ("Alder Bakery", "EUR", "suspended", LAST_DAY)
    assert (row["waiting_hours"], row["suspended_count"], row["auto_renew_count"]) == (30, 2, 1)
    assert town.note_cleared(BEATRIZ, LATER) == [] and len(town.events("clear")) == 1, "noted once, whoever looks"


@pytest.mark.parametrize("kinds", [
    {"payments": [{**PAID["payments"][0], "amount_total": "499.99"}]},
    {"payments": PAID["payments"], "allocations": [{**PAID["allocations"][0], "amount_applied": "1.00"}],
     "customer_invoices": [DEBT, {**DEBT, "invoice_id": "I3", "amount_total": "900.00"}]},
    {"instalments": [{"invoice_id": "I1", "instalment_number": 1, "due_on": "2026-03-31", "amount_total": "500.00"}]},
    {"customers": []},
], ids=["a cent short", "another invoice fell due", "put into instalments", "gone from the data"])
def test_what_does_not_clear_raises_nothing(town: OrderTown, kinds: dict[str, Any]) -> None:
    town.suspended()
    town.then(**kinds)
    assert town.note_cleared() == [] and listed(town) == []


def test_every_marked_item_settled_is_enough_though_something_new_is_overdue(town: OrderTown) -> None:
    town.suspended()
    town.then(**PAID, customer_invoices=[DEBT, {**DEBT, "invoice_id": "I3", "amount_total": "900.00"}])
    assert len(town.note_cleared()) == 1 and listed(town)[0]["is_debt_gone"]


def test_a_part_suspended_customer_counts_and_an_untouched_one_does_not(town: OrderTown) -> None:
    exported = town.exported()
    town.then(**PAID)
    assert town.note_cleared() == []
    town.report(exported, S1="suspended")
    [row] = listed(town)
    assert (row["mark_status"], row["suspended_count"], row["unknown_count"]) == ("exported", 1, 1), "the report itself notes it"


def test_a_payment_that_bounces_is_said(town: OrderTown) -> None:
    town.suspended()
    town.then(**PAID)
    town.note_cleared()
    town.then(payments=[], allocations=[])
    [row] = listed(town)
    assert (row["is_debt_gone"], row["amount_outstanding"]) == (False, 500)


def test_an_order_whose_debt_is_gone_is_to_be_stopped(town: OrderTown) -> None:
    exported = town.exported()

    def stops() -> list[str]:
        found = suspensions.stops(town.newest, suspensions.current(town.store), MARTIN)
        return [str(mark_id) for mark_id in found["mark_id"].to_pylist()]

    assert stops() == []
    town.then(**PAID)
    assert stops() == [exported.mark_id]
    town.report(exported, S1="not_done", S2="not_done")
    assert stops() == []


def test_the_lists_are_shown_within_scope(town: OrderTown) -> None:
    exported = town.exported()
    town.then(**PAID)
    town.report(exported, S1="suspended")
    marks = suspensions.current(town.store)
    sofia = PEOPLE[Role.SALES_AGENT]
    assert suspensions.reinstatements(town.newest, marks, NOW, sofia).num_rows == 1
    town.then(customers=[{"customer_id": "C1", "sales_agent": "somebody.else@partner.example", "microsoft_tenant_id": TENANT}])
    assert suspensions.reinstatements(town.newest, marks, NOW, sofia).num_rows == suspensions.stops(town.newest, marks, sofia).num_rows == 0
    with pytest.raises(NotPermitted):
        suspensions.reinstatements(town.newest, marks, NOW, PEOPLE[Role.HELPDESK_AGENT])


def test_many_are_cleared_by_one_import_each_once_whoever_was_killed(tmp_path: Path) -> None:
    names = [f"D{number:03}" for number in range(20)]
    debts = [{**DEBT, "customer_id": name, "invoice_id": f"I-{name}"} for name in names]
    guid = "aaaaaaaa-0000-4000-8000-"
    town = OrderTown(
        tmp_path, customers=[{"customer_id": name, "microsoft_tenant_id": TENANT} for name in names], customer_invoices=debts,
        subscriptions=[{"subscription_id": f"S-{name}", "customer_id": name, "microsoft_subscription_id": guid + f"{number:012}"}
                       for number, name in enumerate(names)],
    )
    town.grounds = replace(town.grounds, suspension=Suspension(approvals_per_day=len(names)))
    for name in names:
        exported = town.export(town.approve(town.mark(customer_id=name, key=name), key=f"yes {name}"), key=f"out {name}")
        done: dict[str, Any] = {f"S-{name}": "suspended"}
        town.report(exported, key=f"done {name}", **done)
    town.then(payments=[{**PAID["payments"][0], "payment_id": f"P-{name}", "customer_id": name} for name in names])

    class Killed(BaseException):
        """The process ends between two notes."""

    count = 0

    def dying() -> Any:
        nonlocal count
        count += 1
        if count > 8:
            raise Killed
        return town.newest

    living = town.grounds
    town.grounds = replace(living, warehouse=dying)
    with pytest.raises(Killed):
        town.note_cleared()
    town.grounds = living
    assert 0 < len(town.events("clear")) < len(names)
    town.note_cleared()
    town.note_cleared(BEATRIZ)
    assert sorted(event.customer_id for event in town.events("clear")) == names
    assert len(listed(town)) == len(names)


# ---- approving, exporting, reporting


def test_the_whole_way_back(town: OrderTown) -> None:
    suspended = town.suspended()
    town.then(**PAID)
    town.note_cleared()
    approved = town.approve_reinstatement(suspended)
    assert approved.mark_status is Status.REINSTATEMENT_APPROVED
    exported = town.export_reinstatement(approved)
    again = town.export_reinstatement(approved, SECOND_ADMIN, "second")
    assert exported.reinstatement is not None and again.reinstatement == exported.reinstatement
    assert (exported.reinstatement.action, [line.subscription_id for line in exported.reinstatement.lines]) == ("reactivate", ["S1", "S2"])
    assert exported.order is not None and exported.reinstatement.export_id != exported.order.export_id
    half = town.report_reinstatement(exported, S1="reactivated", S2="failed")
    assert (half.mark_status, half.suspended) == (Status.REINSTATEMENT_EXPORTED, ("S2",))
    with pytest.raises(Refused, match="cannot make it"):
        town.report_reinstatement(exported, S1="unknown")
    whole = town.report_reinstatement(exported, S2="reactivated")
    assert (whole.mark_status, whole.is_open, whole.suspended) == (Status.REINSTATED, False, ())
    assert listed(town) == []
    assert town.store.verify() == []


def test_a_debt_that_is_not_gone_needs_a_reason(town: OrderTown) -> None:
    suspended = town.suspended()
    with pytest.raises(Refused, match="has not paid everything"):
        town.approve_reinstatement(suspended)
    approved = town.approve_reinstatement(suspended, key="said", reason="agreed with their director")
    assert (approved.mark_status, approved.decided_reason) == (Status.REINSTATEMENT_APPROVED, "agreed with their director")


def test_only_what_is_or_may_be_suspended_comes_back(town: OrderTown) -> None:
    exported = town.exported()
    with pytest.raises(Refused, match="Nothing of Alder Bakery was suspended"):
        town.approve_reinstatement(exported, key="early", reason="r")
    suspended = town.report(exported, S1="failed", S2="suspended")
    back = town.export_reinstatement(town.approve_reinstatement(suspended, reason="r"))
    assert back.reinstatement is not None and [line.subscription_id for line in back.reinstatement.lines] == ["S2"]


def test_who_may_bring_back(town: OrderTown) -> None:
    suspended = town.suspended()
    town.then(**PAID)
    with pytest.raises(SamePerson, match="You marked Alder Bakery yourself"):
        town.approve_reinstatement(suspended, BEATRIZ)
    for viewer in (PEOPLE[Role.SALES_AGENT], PEOPLE[Role.HELPDESK_AGENT], PEOPLE[Role.USER_ADMIN], OPERATOR):
        with pytest.raises(NotPermitted):
            town.approve_reinstatement(suspended, viewer, key=viewer.name)
    approved = town.approve_reinstatement(suspended, SECOND_ADMIN)
    with pytest.raises(NotPermitted):
        town.export_reinstatement(approved, MARTIN)
    with pytest.raises(Refused, match="Second Admin approved the reinstatement"):
        town.approve_reinstatement(town.mark_now(approved), MARTIN, key="again")


def test_what_microsoft_has_ended_cannot_come_back_and_holds_nobody_up(town: OrderTown) -> None:
    suspended = town.suspended()
    back = town.export_reinstatement(town.approve_reinstatement(suspended, reason="r"))
    town.report_reinstatement(back, key="1", S1="reactivated", S2="failed")
    assert town.mark_now(back).is_open
    town.then(subscriptions=[SUBSCRIPTIONS[0], {**SUBSCRIPTIONS[1], "subscription_status": "disabled"}])
    ended = town.report_reinstatement(back, key="2", S2="failed")
    assert (ended.mark_status, ended.beyond) == (Status.REINSTATED, frozenset({"S2"}))


def test_what_to_put_back_is_as_microsoft_told_before(town: OrderTown) -> None:
    exported = town.exported()
    assert exported.order is not None
    told = {"autoRenewEnabled": True, "scheduledNextTermInstructions": {"quantity": 5}}
    said = Report(exported.order.export_id, (Outcome("S1", "suspended"), Outcome("S2", "suspended", "", told)), "api")
    reported = suspensions.report(town.store, town.grounds, BEATRIZ, mark_id=exported.mark_id, said=said, idempotency_key="a", now=NOW)
    assert [(one.subscription_id, one.is_auto_renew, one.scheduled_changes) for one in suspensions.to_put_back(reported)] == [
        ("S1", True, None), ("S2", True, {"quantity": 5}),
    ]


@pytest.mark.parametrize("way", SAME_HUMAN.values(), ids=SAME_HUMAN.keys())
def test_nobody_brings_back_what_they_marked(town: OrderTown, way: Callable[[Viewer], Viewer]) -> None:
    disguised = way(BEATRIZ)
    suspended = town.suspended()
    town.people[disguised.user_id] = disguised
    with pytest.raises(SamePerson):
        town.approve_reinstatement(suspended, disguised, reason="mine")
    [denied] = town.store.matching(EventFilter(event_type="denied"))
    assert (denied.details["denial"], denied.details["asked"]["event_type"]) == ("SamePerson", "approve_reinstatement")
