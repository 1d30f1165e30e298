"""One subscription is asked for by one order at a time, whichever mark it belongs to, so that one mark alone brings it back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clearaccounts.collections import suspensions
from clearaccounts.collections.suspensions import Mark
from clearaccounts.errors import Refused
from clearaccounts.exporting.partner_center_files import files
from tests.decisions.common import BEATRIZ
from tests.decisions.debtors import DEBT, NOW, SMALL_DEBT
from tests.decisions.ordering_town import PAID, SUBSCRIPTIONS, TENANT, WITH_TENANT, OrderTown
from tests.decisions.test_carrying_out import Microsoft, carry_out
from tests.worlds import Row

DOLLARS: Row = {**DEBT, "invoice_id": "I9", "currency": "USD"}


@pytest.fixture
def town(tmp_path: Path) -> OrderTown:
    """A customer who owes in two currencies."""
    town = OrderTown(tmp_path, customer_invoices=[DEBT, DOLLARS, SMALL_DEBT])
    assert town.policy is not None
    town.policy = replace(town.policy, stages=(replace(town.policy.stages[0], min_overdue_amount=None),))
    return town


def approved(town: OrderTown, customer_id: str, currency: str) -> Mark:
    """Another mark beside the first."""
    made = suspensions.mark(
        town.store, town.grounds, BEATRIZ, customer_id=customer_id, currency=currency, reason="r", now=NOW,
        seen_evidence_hash=town.evidence(customer_id, currency).hash, idempotency_key=f"mark {customer_id} {currency}",
    )
    return town.approve(made, key=f"approve {customer_id} {currency}")


def lines_of(mark: Mark) -> list[str]:
    order = mark.order if mark.reinstatement is None else mark.reinstatement
    assert order is not None
    return [line.subscription_id for line in order.lines]


def test_what_another_currency_has_taken_over_is_neither_suspended_nor_brought_back_twice(town: OrderTown) -> None:
    dollars = approved(town, "C1", "USD")
    euros = town.report(town.exported(), S1="suspended", S2="failed")
    dollars = town.export(dollars, key="usd out")
    assert lines_of(dollars) == ["S2"]
    with pytest.raises(Refused, match="Another order asks for subscription S2 by now"):
        town.report(euros, S2="suspended")
    with pytest.raises(Refused, match="Another order asks"):
        town.report(euros, S2="unknown", source="api")
    microsoft = Microsoft()
    assert carry_out(town, euros, microsoft).stopped_by is None
    assert microsoft.calls == []
    town.report(dollars, S2="suspended", key="usd report")
    town.then(**PAID)
    assert [mark.currency for mark in town.note_cleared()] == ["EUR"]
    assert lines_of(town.export_reinstatement(town.approve_reinstatement(town.mark_now(euros)))) == ["S1"]


def test_what_another_currency_let_go_may_be_reported_after_all(town: OrderTown) -> None:
    dollars = approved(town, "C1", "USD")
    euros = town.report(town.exported(), S1="suspended", S2="failed")
    town.report(town.export(dollars, key="usd out"), S2="not_done", key="usd report")
    assert town.report(euros, S2="suspended").suspended == ("S1", "S2")


def test_customers_that_were_merged_have_their_subscriptions_asked_for_once(town: OrderTown) -> None:
    town.exported()
    town.then(
        customers=[WITH_TENANT[0], {**WITH_TENANT[1], "microsoft_tenant_id": TENANT}],
        customer_invoices=[{**DEBT, "customer_id": "C2"}],
        subscriptions=[{**row, "customer_id": "C2", "subscription_id": f"again-{row['subscription_id']}"} for row in SUBSCRIPTIONS],
    )
    with pytest.raises(Refused, match="asked for already"):
        town.export(approved(town, "C2", "EUR"), key="out again")


def test_two_rows_of_one_microsoft_subscription_are_one_line(tmp_path: Path) -> None:
    twice = {**SUBSCRIPTIONS[1], "microsoft_subscription_id": SUBSCRIPTIONS[0]["microsoft_subscription_id"]}
    made = OrderTown(tmp_path, subscriptions=[SUBSCRIPTIONS[0], twice]).exported()
    assert made.order is not None
    assert lines_of(made) == ["S1"]
    assert [(one.subscription_id, one.obstacle) for one in made.order.left_out] == [("S2", "ordered")]
    assert len(files(made.order)) == 3


@pytest.mark.parametrize("outcome", ["failed", "not_done"])
def test_nothing_is_brought_back_while_nothing_is_known_to_be_suspended(town: OrderTown, outcome: str) -> None:
    part = town.report(town.exported(), S1=outcome)
    with pytest.raises(Refused, match="Nothing of Alder Bakery was suspended"):
        town.approve_reinstatement(part, reason="goodwill")
    assert town.approve_reinstatement(town.report(part, S2="unknown"), key="now", reason="goodwill").version == 6
