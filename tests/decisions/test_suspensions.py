"""Marking, approving, declining, withdrawing: what is refused, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.collections import suspensions
from clearaccounts.collections.marks import OPEN, Status, folded
from clearaccounts.collections.suspensions import SUBJECT, Mark, mark_of
from clearaccounts.decisions import EventFilter
from clearaccounts.errors import KeyReused, NotFound, NotPermitted, Refused, SamePerson, Stale
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.warehouse import Warehouse
from tests.decisions.common import BEATRIZ, MARTIN, PEOPLE, store_in
from tests.decisions.debtors import CUSTOMERS, DEBT, NOW, SMALL_DEBT, Town
from tests.worlds import LAST_DAY

SECOND_ADMIN = Viewer("test:second", "Second Admin", Role.BILLING_ADMIN, "second.admin@partner.example")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    people = {person.user_id: person for person in (*DEMO_PEOPLE, OPERATOR, SECOND_ADMIN)}
    return Town(store_in(tmp_path, people.get))


def count(town: Town, event_type: str | None = None) -> int:
    return len(town.store.matching(EventFilter(subject_type=SUBJECT, event_type=event_type)))


def test_a_mark_keeps_reason_person_and_evidence(town: Town) -> None:
    made = town.mark()
    assert (made.customer_id, made.customer_name, made.currency, made.mark_status) == ("C1", "Alder Bakery", "EUR", Status.MARKED)
    assert (made.reason, made.marked_by.name, made.marked_at) == ("no answer to three calls", "Beatriz Romero", NOW)
    assert made.evidence_hash == town.evidence().hash
    assert made.evidence["items"] == [
        {"invoice_id": "I1", "instalment_number": None, "due_on": "2026-03-31", "amount_outstanding": "500.00"},
    ]


def test_the_whole_way_survives_a_restart(town: Town, tmp_path: Path) -> None:
    made = town.mark()
    assert suspensions.current(store_in(tmp_path)) == [made]
    approved = town.approve(made)
    [again] = suspensions.current(store_in(tmp_path))
    assert again == approved
    assert (again.mark_status, again.version, again.decided_by and again.decided_by.name) == (Status.APPROVED, 2, "Martin Weiss")
    events = suspensions.history(store_in(tmp_path), town.newest, MARTIN, "C1")
    assert [event.event_type for event in events] == ["mark", "approve"]
    assert events[0].details["evidence_hash"] == events[1].details["evidence_hash"]
    assert store_in(tmp_path).verify() == []


def test_open_marks_are_handed_to_queries_as_a_table(town: Town) -> None:
    made = town.mark()
    table = suspensions.table(suspensions.current(town.store))
    assert table.schema == EMPTY_TABLES["marks_now"].schema
    assert table.to_pylist()[0]["mark_id"] == made.mark_id
    town.decline(made)
    assert suspensions.current(town.store) == []
    assert suspensions.table([]).num_rows == 0


# ---- marking


def test_marking_twice_is_refused_naming_who_and_when(town: Town) -> None:
    town.mark()
    with pytest.raises(Refused, match=r"already marked in EUR: Beatriz Romero marked it on 2026-06-30 09:00 UTC"):
        town.mark(SECOND_ADMIN, key="other")
    assert count(town) == 1


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_a_mark_that_came_to_nothing_makes_room_for_another(town: Town, end: str) -> None:
    made = town.mark()
    town.decline(made) if end == "decline" else town.withdraw(made)
    assert town.mark(key="other").mark_id != made.mark_id
    assert len(suspensions.current(town.store)) == 1


def test_the_same_form_sent_again_is_the_same_mark(town: Town) -> None:
    made = town.mark()
    assert town.mark() == made
    with pytest.raises(KeyReused):
        town.mark(reason="another reason")
    town.approve(made)
    assert town.mark() == made, "the same key gives the answer it gave then"
    assert count(town, "mark") == 1


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_a_mark_needs_a_reason(town: Town, reason: str) -> None:
    with pytest.raises(Refused, match="reason"):
        town.mark(reason=reason)


def test_what_the_policy_does_not_flag_cannot_be_marked(town: Town) -> None:
    with pytest.raises(Refused, match="does not flag Birch Dental"):
        town.mark(customer_id="C2")
    town.policy = None
    with pytest.raises(Refused, match="does not flag Alder Bakery"):
        town.mark()


def test_a_hold_is_named_when_marking(town: Town) -> None:
    town.then(holds=[{"hold_id": "H1", "starts_on": "2026-06-01"}])
    with pytest.raises(Refused, match=r"Alder Bakery is on hold \(dispute\)"):
        town.mark()


def test_marking_on_what_has_changed_since_it_was_seen_is_refused(town: Town) -> None:
    seen = town.evidence().hash
    town.then(customer_invoices=[{**DEBT, "amount_total": "600.00"}])
    with pytest.raises(Refused, match="has changed since"):
        suspensions.mark(town.store, town.grounds, BEATRIZ, customer_id="C1", currency="EUR", reason="r", seen_evidence_hash=seen,
                         idempotency_key="k", now=NOW)


def test_one_customer_may_be_marked_in_each_currency(town: Town) -> None:
    policy = town.policy
    assert policy is not None
    town.policy = replace(policy, stages=(replace(policy.stages[0], min_overdue_amount=None),))
    town.then(customer_invoices=[DEBT, {**DEBT, "invoice_id": "I9", "currency": "USD"}])
    town.mark()
    suspensions.mark(town.store, town.grounds, BEATRIZ, customer_id="C1", currency="USD", reason="r",
                     seen_evidence_hash=town.evidence(currency="USD").hash, idempotency_key="usd", now=NOW)
    assert [mark.currency for mark in suspensions.current(town.store)] == ["EUR", "USD"]


# ---- approving


SAME_HUMAN = {
    "same account": lambda b: b,
    "other letter case of the id": lambda b: replace(b, user_id=b.user_id.upper(), email=""),
    "a space in the id": lambda b: replace(b, user_id=f" {b.user_id} ", email=""),
    "letters of another width": lambda b: replace(b, user_id="ｄemo:beatriz", email=""),
    "after a change of role": lambda b: replace(b, role=Role.MANAGER),
    "under another name": lambda b: replace(b, name="B. Romero"),
    "second account, same e-mail": lambda b: replace(b, user_id="test:b2"),
    "second account, other letter case": lambda b: replace(b, user_id="test:b2", email=b.email.upper()),
    "second account, alias": lambda b: replace(b, user_id="test:b2", email="beatriz.romero+approvals@partner.example"),
    "second account, alias in other case": lambda b: replace(b, user_id="test:b2", email="Beatriz.Romero+2@PARTNER.example"),
    "second account, spaces around the e-mail": lambda b: replace(b, user_id="test:b2", email=f" {b.email}\t"),
    "second account as manager": lambda b: replace(b, user_id="test:b2", role=Role.MANAGER),
}


@pytest.mark.parametrize("way", SAME_HUMAN.values(), ids=SAME_HUMAN.keys())
@pytest.mark.parametrize("act", [Town.approve, Town.decline], ids=["approve", "decline"])
def test_nobody_decides_about_their_own_mark(tmp_path: Path, way: Callable[[Viewer], Viewer], act: Callable[..., Mark]) -> None:
    people = {BEATRIZ.user_id: BEATRIZ}
    town = Town(store_in(tmp_path, people.get))
    made = town.mark()
    disguised = way(BEATRIZ)
    people[disguised.user_id] = disguised
    with pytest.raises(SamePerson, match="another person decides"):
        act(town, made, disguised)
    [denied] = town.store.matching(EventFilter(event_type="denied"))
    assert (denied.actor, denied.details["denial"]) == (disguised.user_id.replace("\x00", ""), "SamePerson")
    assert count(town) == 1


def test_another_billing_admin_may_approve(town: Town) -> None:
    assert town.approve(town.mark(), SECOND_ADMIN).mark_status is Status.APPROVED


def test_a_stale_approval_is_told_who_did_what(town: Town) -> None:
    made = town.mark()
    town.decline(made)
    with pytest.raises(Stale, match=r"Martin Weiss declined this mark on 2026-06-30 09:00 UTC"):
        town.approve(made, SECOND_ADMIN)
    with pytest.raises(Refused, match="Martin Weiss declined this mark"):
        town.approve(mark_of(town.store, made.mark_id), SECOND_ADMIN, key="fresh")
    assert count(town) == 2


def test_what_has_been_paid_since_cannot_be_approved(town: Town) -> None:
    made = town.mark()
    town.then(
        payments=[{"payment_id": "P1", "received_on": LAST_DAY, "amount_total": "500.00"}],
        allocations=[{"allocation_id": "A1", "applied_on": LAST_DAY, "source_id": "P1", "invoice_id": "I1", "amount_applied": "500.00"}],
    )
    with pytest.raises(Refused, match=r"Alder Bakery has paid .*since this was marked: 500.00 EUR less is open"):
        town.approve(made)
    assert count(town) == 1


def test_a_part_paid_since_is_paid_since_even_though_the_flag_still_stands(town: Town) -> None:
    made = town.mark()
    town.then(payments=[{"payment_id": "P1", "received_on": LAST_DAY, "amount_total": "0.01"}])
    assert town.evidence().is_flagged
    with pytest.raises(Refused, match=r"has paid .*since this was marked: 0.01 EUR"):
        town.approve(made)


def test_money_that_was_there_and_is_only_applied_is_a_change_but_no_payment(town: Town) -> None:
    payment = [{"payment_id": "P1", "received_on": "2026-06-01", "amount_total": "50.00"}]
    town.then(payments=payment)
    made = town.mark()
    town.then(payments=payment, allocations=[
        {"allocation_id": "A1", "applied_on": LAST_DAY, "source_id": "P1", "invoice_id": "I1", "amount_applied": "50.00"},
    ])
    with pytest.raises(Refused, match="has changed since"):
        town.approve(made)


@pytest.mark.parametrize(("kinds", "word"), [
    ({"holds": [{"hold_id": "H1", "starts_on": LAST_DAY, "hold_type": "promise_to_pay"}]}, "promise to pay"),
    ({"holds": [{"hold_id": "H1", "starts_on": LAST_DAY, "invoice_id": "I1", "amount_held": "1.00"}]}, "dispute"),
    ({"support_cases": [{"case_id": "S1", "opened_at": "2026-06-29T08:00:00Z", "severity": "A"}]}, "severity a case"),
], ids=["on the customer", "on a part of an invoice", "severity A case"])
def test_what_is_on_hold_since_cannot_be_approved(town: Town, kinds: dict[str, Any], word: str) -> None:
    made = town.mark()
    town.then(**kinds)
    with pytest.raises(Refused, match=rf"on hold since this was marked \({word}\)"):
        town.approve(made)


def test_what_the_policy_no_longer_flags_cannot_be_approved(town: Town) -> None:
    made = town.mark()
    town.policy = None
    with pytest.raises(Refused, match="no longer flags Alder Bakery"):
        town.approve(made)


@pytest.mark.parametrize("change", [
    {"customer_invoices": [{**DEBT, "amount_total": "600.00"}]},
    {"customer_invoices": [DEBT, {**DEBT, "invoice_id": "I3"}]},
    {"customer_invoices": [{**DEBT, "due_on": "2026-04-01"}]},
    {"subscriptions": [{"subscription_id": "S1", "subscription_status": "suspended"}]},
], ids=["amount", "another item", "due day", "subscription"])
def test_any_other_change_needs_another_look(town: Town, change: dict[str, Any]) -> None:
    made = town.mark()
    town.then(**change)
    with pytest.raises(Refused, match="has changed since"):
        town.approve(made)


def test_another_version_of_the_policy_needs_another_look(town: Town) -> None:
    made = town.mark()
    assert town.policy is not None
    town.policy = replace(town.policy, version=2)
    with pytest.raises(Refused, match="has changed since"):
        town.approve(made)


def test_an_approver_who_saw_something_else_is_refused(town: Town) -> None:
    made = town.mark()
    with pytest.raises(Refused, match="not what Beatriz Romero marked"):
        town.approve(replace(made, evidence_hash="0" * 64))


def test_time_passing_and_a_new_build_change_nothing(town: Town) -> None:
    made = town.mark()
    town.then(LAST_DAY + timedelta(days=1))
    assert town.approve(made).mark_status is Status.APPROVED


def test_an_import_that_lands_between_look_and_lock_is_seen(town: Town) -> None:
    made = town.mark()

    def imported_meanwhile() -> Warehouse:
        town.then(payments=[{"payment_id": "P1", "received_on": LAST_DAY, "amount_total": "500.00"}])
        return town.newest

    town.grounds = replace(town.grounds, warehouse=imported_meanwhile)
    with pytest.raises(Refused, match="has paid"):
        town.approve(made)


# ---- declining and withdrawing


@pytest.mark.parametrize("act", [Town.decline, Town.withdraw], ids=["decline", "withdraw"])
def test_declining_and_withdrawing_need_a_reason(town: Town, act: Callable[..., Mark]) -> None:
    made = town.mark()
    with pytest.raises(Refused, match="reason"):
        act(town, made, MARTIN, reason=" ")


def test_an_approved_mark_can_be_withdrawn_but_not_declined(town: Town) -> None:
    approved = town.approve(town.mark())
    with pytest.raises(Refused, match="Martin Weiss approved this mark"):
        town.decline(approved, SECOND_ADMIN)
    assert town.withdraw(approved).mark_status is Status.WITHDRAWN
    assert suspensions.current(town.store) == []


def test_a_mark_is_withdrawn_even_when_the_customer_has_gone_from_the_data(town: Town) -> None:
    made = town.mark()
    town.then(customers=CUSTOMERS[1:], customer_invoices=[SMALL_DEBT])
    with pytest.raises(NotFound):
        town.approve(made)
    assert town.withdraw(made).mark_status is Status.WITHDRAWN


# ---- who may do what, with which customer

ROLES: dict[str, Viewer] = {
    **{role.value: person for role, person in PEOPLE.items()},
    "unknown": Viewer("test:stranger", "Stranger", Role.BILLING_ADMIN, "stranger@partner.example"),
}
MAY: dict[str, set[str]] = {
    "mark": {Role.BILLING_ADMIN}, "approve": {Role.BILLING_ADMIN, Role.MANAGER}, "decline": {Role.BILLING_ADMIN, Role.MANAGER},
    "withdraw": {Role.BILLING_ADMIN, Role.MANAGER},
}


@pytest.mark.parametrize("customer_id", ["C1", "C3", "C404"], ids=["the sales agent's own", "another's", "missing"])
@pytest.mark.parametrize("action", list(MAY))
@pytest.mark.parametrize("role", list(ROLES))
def test_the_matrix_of_roles(tmp_path: Path, role: str, action: str, customer_id: str) -> None:
    people = {person.user_id: person for person in (*DEMO_PEOPLE, OPERATOR, SECOND_ADMIN)}
    store = store_in(tmp_path, people.get)
    third = {"customer_id": "C3", "customer_name": "Cedar Cycles", "sales_agent": "somebody.else@partner.example"}
    town = Town(store, customers=[*CUSTOMERS, third],
                customer_invoices=[DEBT, {**DEBT, "customer_id": "C3", "invoice_id": "I3"}])
    is_missing = customer_id == "C404"
    made = town.mark(SECOND_ADMIN, "C1" if is_missing else customer_id) if action != "mark" else None
    target = replace(made, mark_id="mark-of-nobody") if made is not None and is_missing else made
    viewer = ROLES[role]

    def attempt() -> Mark:
        if target is None:
            return town.mark(viewer, customer_id, key="the attempt")
        act: Callable[..., Mark] = getattr(town, action)
        return act(target, viewer, key="the attempt")

    before = count(town)
    if role not in MAY[action]:
        with pytest.raises(NotPermitted) as refused:
            attempt()
        assert customer_id not in str(refused.value) and "mark-" not in str(refused.value)
    elif is_missing:
        with pytest.raises(NotFound, match="There is no such"):
            attempt()
    else:
        attempt()
        assert count(town) == before + 1
        return
    assert count(town) == before
    [denied] = store.matching(EventFilter(event_type="denied"))
    assert (denied.actor, denied.subject_type) == (viewer.user_id, "access")


def test_a_history_is_shown_within_scope_only(town: Town) -> None:
    town.mark()
    sofia = PEOPLE[Role.SALES_AGENT]
    assert len(suspensions.history(town.store, town.newest, sofia, "C1")) == 1
    for customer_id in ("C2", "C404"):
        with pytest.raises(NotFound, match="no such account"):
            suspensions.history(town.store, town.newest, sofia, customer_id)
    for role in (Role.HELPDESK_AGENT, Role.USER_ADMIN):
        with pytest.raises(NotPermitted):
            suspensions.history(town.store, town.newest, PEOPLE[role], "C1")


def test_events_in_an_order_that_cannot_be_are_no_mark(town: Town) -> None:
    town.approve(town.mark())
    marked, approved = town.store.matching(EventFilter(subject_type=SUBJECT))
    assert {mark.mark_status for mark in folded([marked, approved])} == {Status.APPROVED}
    for wrong in ([approved], [marked, approved, approved], [marked, marked]):
        with pytest.raises(ValueError, match="cannot follow"):
            folded(wrong)


def test_where_a_mark_still_leads_somewhere() -> None:
    assert frozenset(Status) - {Status.DECLINED, Status.WITHDRAWN, Status.NOT_SUSPENDED, Status.REINSTATED} == OPEN


def test_a_day_is_the_builds_not_the_clocks(town: Town) -> None:
    town.then(date(2026, 4, 15))
    with pytest.raises(Refused, match="does not flag"):
        town.mark()
