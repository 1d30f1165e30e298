"""From an approval to an order: what is asked for, what is refused, and that an order is made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import Role, Viewer
from clearaccounts.collections import suspensions
from clearaccounts.collections.marks import Status
from clearaccounts.collections.orders import Order
from clearaccounts.collections.suspensions import Chosen
from clearaccounts.decisions import EventFilter
from clearaccounts.errors import KeyReused, NotFound, NotPermitted, Refused, SamePerson, Stale
from clearaccounts.settings import Suspension
from tests.decisions.common import BEATRIZ, MARTIN, PEOPLE, note
from tests.decisions.debtors import CUSTOMERS, DEBT, NOW
from tests.decisions.ordering_town import ON_ACCOUNT, PAID, SECOND_ADMIN, SECOND_MANAGER, SUBSCRIPTIONS, TENANT, OrderTown
from tests.decisions.test_suspensions import SAME_HUMAN
from tests.worlds import LAST_DAY, Row

LATER = NOW + timedelta(hours=24, seconds=1)


@pytest.fixture
def town(tmp_path: Path) -> OrderTown:
    return OrderTown(tmp_path)


def order_of(mark: suspensions.Mark) -> Order:
    assert mark.order is not None
    return mark.order


def test_an_order_says_what_is_asked_and_how_it_was_before(town: OrderTown) -> None:
    marked = town.exported()
    order = order_of(marked)
    assert marked.mark_status is Status.EXPORTED
    assert (order.mark_id, order.action, order.customer_id, order.currency) == (marked.mark_id, "suspend", "C1", "EUR")
    assert order.evidence_hash == marked.evidence_hash == marked.approvals[0].evidence_hash
    assert [(line.subscription_id, line.microsoft_subscription_id, line.status_before) for line in order.lines] == [
        ("S1", "aaaaaaaa-0000-4000-8000-000000000001", "active"), ("S2", "aaaaaaaa-0000-4000-8000-000000000002", "active"),
    ]
    assert {line.microsoft_tenant_id for line in order.lines} == {TENANT}
    assert [line.is_auto_renew_before for line in order.lines] == [True, None]
    assert str(order.lines[0].commitment_ends_on) == "2027-01-31"
    assert Order.read(town.events("export")[0].details["order"]) == order


def test_exported_again_it_is_the_same_order_whoever_asks(town: OrderTown) -> None:
    approved = town.approved()
    first = town.export(approved)
    for viewer, key in ((BEATRIZ, "export"), (BEATRIZ, "another key"), (SECOND_ADMIN, "a second admin")):
        assert order_of(town.export(approved, viewer, key)) == order_of(first)
    town.then(**PAID)
    assert order_of(town.export(approved, key="after a payment")) == order_of(first), "it is on record, and says what it said"
    assert len(town.events("export")) == 1


def test_only_a_billing_administrator_exports(town: OrderTown) -> None:
    approved = town.approved()
    for role in (Role.MANAGER, Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.USER_ADMIN, Role.OPERATOR):
        with pytest.raises(NotPermitted):
            town.export(approved, PEOPLE[role], key=f"as {role}")
    with pytest.raises(NotFound):
        town.export(replace(approved, mark_id="mark-of-nobody"))
    assert len(town.store.matching(EventFilter(event_type="denied"))) == 6


def test_what_is_not_approved_is_not_exported(town: OrderTown) -> None:
    made = town.mark()
    with pytest.raises(Refused, match="Beatriz Romero marked this"):
        town.export(made)
    withdrawn = town.withdraw(town.approve(made))
    with pytest.raises(Refused, match="withdrew this mark"):
        town.export(withdrawn, key="later")


def test_an_order_cannot_be_withdrawn(town: OrderTown) -> None:
    exported = town.exported()
    with pytest.raises(Refused, match="Beatriz Romero exported this mark"):
        town.withdraw(exported)


# ---- the newest data decide


@pytest.mark.parametrize(("kinds", "sentence"), [
    (PAID, "has paid or was credited"),
    (ON_ACCOUNT, "has paid or was credited"),
    ({"holds": [{"hold_id": "H1", "starts_on": LAST_DAY}]}, "is on hold since this was marked"),
    ({"support_cases": [{"case_id": "K1", "opened_at": "2026-06-29T08:00:00Z", "severity": "A"}]}, "is on hold since this was marked"),
    ({"customer_invoices": [{**DEBT, "amount_total": "600.00"}]}, "has changed since"),
    ({"subscriptions": [*SUBSCRIPTIONS, {"subscription_id": "S3"}]}, "has changed since"),
], ids=["paid", "money on account", "dispute", "severity A", "amount", "subscription"])
def test_what_happened_since_the_approval_stops_the_export(town: OrderTown, kinds: dict[str, Any], sentence: str) -> None:
    approved = town.approved()
    town.then(**kinds)
    with pytest.raises(Refused, match=sentence):
        town.export(approved)
    assert town.events("export") == [] and town.mark_now(approved).mark_status is Status.APPROVED


def test_an_import_in_mid_decision_does_not_mix_two_builds_in_one_order(town: OrderTown) -> None:
    approved = town.approved()
    looked_at = [town.newest]
    third = {"subscription_id": "S3", "microsoft_subscription_id": "aaaaaaaa-0000-4000-8000-000000000003"}
    town.then(subscriptions=[*SUBSCRIPTIONS, third])
    # Whoever looks first sees the build before the import, whoever looks again the one after it.
    town.grounds = replace(town.grounds, warehouse=lambda: looked_at.pop() if looked_at else town.newest)
    assert [line.subscription_id for line in order_of(town.export(approved)).lines] == ["S1", "S2"]


def test_another_policy_stops_the_export(town: OrderTown) -> None:
    approved = town.approved()
    assert town.policy is not None
    town.policy = replace(town.policy, version=2)
    with pytest.raises(Refused, match="has changed since"):
        town.export(approved)
    town.policy = None
    with pytest.raises(Refused, match="no longer flags"):
        town.export(approved, key="later")


def test_receivables_that_are_too_old_stop_the_export(town: OrderTown) -> None:
    approved = town.approved()  # the newest receivables came on LAST_DAY at 6:00, three hours before NOW
    town.grounds = replace(town.grounds, suspension=Suspension(max_data_age_hours=2))
    with pytest.raises(Refused, match="2026-06-30 06:00 UTC, more than 2 hours ago"):
        town.export(approved)
    town.grounds = replace(town.grounds, suspension=Suspension(max_data_age_hours=3))
    assert town.export(approved, key="three hours are not more than three").order is not None


# ---- an approval lasts a day


def test_an_approval_lapses_and_that_is_on_record(town: OrderTown) -> None:
    approved = town.approved()
    town.then(LAST_DAY + timedelta(days=1))
    with pytest.raises(Refused, match="has lapsed, as Beatriz Romero found"):
        town.export(approved, now=LATER)
    assert [event.event_type for event in town.events()] == ["mark", "approve", "lapse"]
    now = town.mark_now(approved)
    assert (now.mark_status, now.approvals) == (Status.MARKED, ())
    again = suspensions.approve(
        town.store, town.grounds, MARTIN, mark_id=now.mark_id, seen_version=approved.version, seen_evidence_hash=now.evidence_hash,
        idempotency_key="again", now=LATER,
    )
    assert again.mark_status is Status.APPROVED, "a lapse is nothing that anybody has to look at again"
    assert town.export(again, key="in time", now=LATER).mark_status is Status.EXPORTED


def test_an_approval_of_exactly_a_day_still_counts(town: OrderTown) -> None:
    approved = town.approved()
    town.then(LAST_DAY + timedelta(days=1))
    assert town.export(approved, now=NOW + timedelta(hours=24)).order is not None


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=400)])
def test_a_clock_set_back_extends_nothing(town: OrderTown, back: timedelta) -> None:
    approved = town.approved()
    town.store.append(BEATRIZ, note("something else, a day and more later", now=LATER))
    with pytest.raises(Refused, match="has lapsed"):
        town.export(approved, now=LATER - back)
    assert town.mark_now(approved).mark_status is Status.MARKED


def test_a_clock_that_once_ran_ahead_does_not_end_later_approvals(town: OrderTown) -> None:
    town.store.append(BEATRIZ, note("from the future", now=NOW + timedelta(days=4000)))
    assert town.exported().mark_status is Status.EXPORTED


def test_a_lapse_is_recorded_once_and_only_when_due(town: OrderTown) -> None:
    approved = town.approved()
    assert suspensions.lapse(town.store, town.grounds, BEATRIZ, mark_id=approved.mark_id, now=NOW) == approved
    for viewer in (BEATRIZ, MARTIN, BEATRIZ):
        lapsed = suspensions.lapse(town.store, town.grounds, viewer, mark_id=approved.mark_id, now=LATER)
        assert lapsed.mark_status is Status.MARKED
    assert len(town.events("lapse")) == 1


# ---- what can be suspended


@pytest.mark.parametrize(("subscriptions", "named"), [
    ([], "has no subscription, so nothing"),
    ([{**SUBSCRIPTIONS[0], "microsoft_subscription_id": None}], "it has no Microsoft subscription id"),
    ([{**SUBSCRIPTIONS[0], "microsoft_subscription_id": "not a guid"}], "it has no Microsoft subscription id"),
    ([{**SUBSCRIPTIONS[0], "subscription_status": "suspended"}], "it is suspended already"),
    ([{**SUBSCRIPTIONS[0], "subscription_status": "expired"}], "it is not active"),
    ([{**SUBSCRIPTIONS[0], "commerce_model": "azure_plan", "product_name": "Azure subscription Web"}], "which is cancelled in Azure"),
], ids=["none", "no id", "odd id", "suspended", "expired", "azure subscription"])
def test_nothing_that_can_be_suspended_is_refused_saying_why(tmp_path: Path, subscriptions: list[Row], named: str) -> None:
    town = OrderTown(tmp_path, subscriptions=subscriptions)
    with pytest.raises(Refused, match=named):
        town.exported()
    assert town.events("export") == []


def test_a_customer_without_a_tenant_cannot_be_exported(tmp_path: Path) -> None:
    town = OrderTown(tmp_path, customers=CUSTOMERS)
    with pytest.raises(Refused, match="Microsoft 365 Business Premium: the customer has no Microsoft tenant id"):
        town.exported()


def test_what_is_left_out_is_named_and_the_rest_is_asked_for(tmp_path: Path) -> None:
    azure = {"subscription_id": "S3", "commerce_model": "azure_plan", "product_name": "Azure plan",
             "microsoft_subscription_id": "aaaaaaaa-0000-4000-8000-000000000003"}
    under = {**azure, "subscription_id": "S4", "product_name": "Web shop"}
    suspended = {**SUBSCRIPTIONS[1], "subscription_status": "suspended"}
    order = order_of(OrderTown(tmp_path, subscriptions=[SUBSCRIPTIONS[0], suspended, azure, under]).exported())
    assert [line.subscription_id for line in order.lines] == ["S1"]
    assert [(one.subscription_id, one.obstacle) for one in order.left_out] == [
        ("S2", "suspended"), ("S3", "azure_subscriptions_active"), ("S4", "azure_subscription"),
    ]


def test_an_azure_plan_without_live_subscriptions_is_asked_for(tmp_path: Path) -> None:
    azure = {**SUBSCRIPTIONS[0], "commerce_model": "azure_plan", "product_name": "Azure plan"}
    ended = {**SUBSCRIPTIONS[1], "commerce_model": "azure_plan", "product_name": "Web shop", "subscription_status": "disabled"}
    assert [line.subscription_id for line in order_of(OrderTown(tmp_path, subscriptions=[azure, ended]).exported()).lines] == ["S1"]


def test_two_orders_never_ask_for_one_subscription(town: OrderTown) -> None:
    policy = town.policy
    assert policy is not None
    town.policy = replace(policy, stages=(replace(policy.stages[0], min_overdue_amount=None),))
    town.then(customer_invoices=[DEBT, {**DEBT, "invoice_id": "I9", "currency": "USD"}])
    town.report(town.exported(), S1="suspended", S2="failed")
    dollars = suspensions.mark(
        town.store, town.grounds, BEATRIZ, customer_id="C1", currency="USD", reason="r", idempotency_key="usd", now=NOW,
        seen_evidence_hash=town.evidence(currency="USD").hash,
    )
    order = order_of(town.export(town.approve(dollars, key="usd yes"), key="usd out"))
    assert [line.subscription_id for line in order.lines] == ["S2"]
    assert [(one.subscription_id, one.obstacle) for one in order.left_out] == [("S1", "ordered")]


# ---- more than one approver


def test_above_the_days_limit_two_approve(tmp_path: Path) -> None:
    names = [f"D{number}" for number in range(3)]
    town = OrderTown(
        tmp_path, customers=[{"customer_id": name} for name in names],
        customer_invoices=[{**DEBT, "customer_id": name, "invoice_id": f"I-{name}"} for name in names], subscriptions=[],
    )
    town.grounds = replace(town.grounds, suspension=Suspension(approvals_per_day=2))
    first, second, third = (town.mark(customer_id=name, key=name) for name in names)
    assert town.approve(first, key="1").mark_status is Status.APPROVED
    assert town.approve(second, key="2").mark_status is Status.APPROVED
    once = town.approve(third, key="3")
    assert (once.mark_status, [event.event_type for event in town.events()][-1]) == (Status.APPROVED_ONCE, "approve_once")
    assert town.approve(third, key="3") == once, "the same form is the same answer"
    for same in (MARTIN, BEATRIZ):
        with pytest.raises(SamePerson):
            town.approve(once, same, key=f"second by {same.name}")
    with pytest.raises(Refused, match="as the first of two"):
        town.export(once)
    both = town.approve(once, SECOND_MANAGER, key="second")
    assert (both.mark_status, [approval.by.name for approval in both.approvals]) == (Status.APPROVED, ["Martin Weiss", "Second Manager"])


@pytest.mark.parametrize("first", [BEATRIZ, MARTIN], ids=["the marker", "the first approver"])
@pytest.mark.parametrize("way", SAME_HUMAN.values(), ids=SAME_HUMAN.keys())
def test_the_second_approval_is_a_third_persons(tmp_path: Path, way: Callable[[Viewer], Viewer], first: Viewer) -> None:
    town = OrderTown(tmp_path)
    town.grounds = replace(town.grounds, suspension=Suspension(approvals_per_day=0))
    once = town.approved()
    disguised = way(BEATRIZ)
    if first is MARTIN:
        disguised = replace(
            disguised, user_id=disguised.user_id.replace("beatriz", "martin").replace("BEATRIZ", "MARTIN"),
            email=disguised.email.replace("beatriz.romero", "martin.weiss").replace("BEATRIZ.ROMERO", "MARTIN.WEISS")
            .replace("Beatriz.Romero", "Martin.Weiss"), role=Role.MANAGER,
        )
    town.people[disguised.user_id] = disguised
    with pytest.raises(SamePerson):
        town.approve(once, disguised, key="second")
    assert [event.event_type for event in town.events()] == ["mark", "approve_once"]


def test_a_new_company_day_begins_the_count_again_and_a_first_approval_lapses(tmp_path: Path) -> None:
    town = OrderTown(tmp_path)
    town.grounds = replace(town.grounds, suspension=Suspension(approvals_per_day=0))
    once = town.approved()
    town.grounds = replace(town.grounds, suspension=Suspension(approvals_per_day=1))
    again = suspensions.approve(
        town.store, town.grounds, SECOND_MANAGER, mark_id=once.mark_id, seen_version=once.version, seen_evidence_hash=once.evidence_hash,
        idempotency_key="a day later", now=LATER,
    )
    assert again.mark_status is Status.APPROVED
    assert [event.event_type for event in town.events()] == ["mark", "approve_once", "lapse", "approve"]
    assert [approval.by.name for approval in again.approvals] == ["Second Manager"]


def test_a_first_of_two_can_be_declined_and_withdrawn(tmp_path: Path) -> None:
    for number, end in enumerate(("decline", "withdraw")):
        folder = tmp_path / str(number)
        town = OrderTown(folder)
        town.grounds = replace(town.grounds, suspension=Suspension(approvals_per_day=0))
        once = town.approved()
        ended = town.decline(once, SECOND_ADMIN) if end == "decline" else town.withdraw(once)
        assert not ended.is_open


# ---- many at once


def test_many_are_marked_each_for_itself(tmp_path: Path) -> None:
    town = OrderTown(tmp_path)
    hashes = {name: town.evidence(name).hash for name in ("C1", "C2")}
    chosen = [Chosen("C1", "EUR", hashes["C1"]), Chosen("C2", "EUR", hashes["C2"]), Chosen("C404", "EUR", "0" * 64)]

    def send(reason: str = "three calls") -> list[suspensions.Marked]:
        return suspensions.mark_many(town.store, town.grounds, BEATRIZ, chosen=chosen, reason=reason, idempotency_key="many", now=NOW)

    marked, small, missing = send()
    assert marked.mark is not None and marked.problem is None
    assert "does not flag Birch Dental" in str(small.problem) and isinstance(missing.problem, NotFound)
    assert [one.mark for one in send()] == [marked.mark, None, None], "sent again it is the same"
    assert len(town.events("mark")) == 1
    assert isinstance(send("another reason")[0].problem, KeyReused)


def test_a_stale_export_is_told_who_did_what(town: OrderTown) -> None:
    approved = town.approved()
    town.withdraw(approved, SECOND_ADMIN)
    with pytest.raises(Stale, match="Second Admin withdrew this mark"):
        town.export(approved)
