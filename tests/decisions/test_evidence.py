"""Evidence holds what a mark rests on, exactly and no more."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import Role
from clearaccounts.collections.policy import Policy
from clearaccounts.errors import NotFound, NotPermitted
from tests.decisions.common import PEOPLE, store_in
from tests.decisions.debtors import DEBT, POLICY, Town
from tests.worlds import LAST_DAY

# Evidence comes from the warehouse, whatever keeps the decisions.
pytestmark = pytest.mark.only("sqlite")
WITH_NOTICE: Policy = replace(POLICY, stages=(replace(POLICY.stages[0], requires_notice="final_notice", notice_days=5),))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(store_in(tmp_path))


def test_the_whole_content(town: Town) -> None:
    town.policy = WITH_NOTICE
    town.then(
        customer_invoices=[DEBT, {**DEBT, "invoice_id": "I2", "due_on": None, "amount_total": "80.5"},
                           {**DEBT, "invoice_id": "I3", "due_on": LAST_DAY}],
        instalments=[{"invoice_id": "I1", "instalment_number": 1, "due_on": "2026-03-31", "amount_total": "200"},
                     {"invoice_id": "I1", "instalment_number": 2, "due_on": "2026-04-30", "amount_total": "300"}],
        payments=[{"payment_id": "P1", "received_on": "2026-06-01", "amount_total": "10.00"}],
        notices=[{"notice_id": "N0", "sent_on": "2026-02-01"}, {"notice_id": "N1", "sent_on": "2026-05-01"},
                 {"notice_id": "N2", "sent_on": "2026-05-02"}, {"notice_id": "N3", "sent_on": "2026-05-01", "notice_type": "reminder"}],
        holds=[{"hold_id": "H1", "starts_on": "2026-06-01", "invoice_id": "I2", "amount_held": "5"},
               {"hold_id": "H2", "starts_on": "2026-06-01", "ends_on": "2026-06-29"}],
        subscriptions=[{"subscription_id": "S1"}, {"subscription_id": "S2", "subscription_status": "suspended"}],
    )
    evidence = town.evidence()
    assert evidence.is_flagged and evidence.amount_overdue == Decimal("580.50")
    assert json.loads(evidence.text) == {
        "customer_id": "C1",
        "currency": "EUR",
        "policy": {"name": "Test policy", "version": 1},
        "stage": "suspension",
        "items": [
            {"invoice_id": "I2", "instalment_number": None, "due_on": "2026-03-01", "amount_outstanding": "80.50"},
            {"invoice_id": "I1", "instalment_number": 1, "due_on": "2026-03-31", "amount_outstanding": "200.00"},
            {"invoice_id": "I1", "instalment_number": 2, "due_on": "2026-04-30", "amount_outstanding": "300.00"},
        ],
        "amount_unapplied": "-10.00",
        "holds": [{"hold_id": "H1", "hold_type": "dispute", "invoice_id": "I2", "amount_held": "5.00", "starts_on": "2026-06-01",
                   "ends_on": None}],
        "notices": [{"notice_id": "N1", "notice_type": "final_notice", "sent_on": "2026-05-01"}],
        "subscriptions": [{"subscription_id": "S1", "subscription_status": "active"},
                          {"subscription_id": "S2", "subscription_status": "suspended"}],
    }


def test_time_passing_changes_nothing_and_a_second_notice_neither(town: Town) -> None:
    town.policy = WITH_NOTICE
    notices: list[dict[str, Any]] = [
        {"notice_id": "N1", "sent_on": "2026-05-01"}, {"notice_id": "N2", "sent_on": LAST_DAY - timedelta(days=2)},
    ]
    town.then(notices=notices)
    before = town.evidence()
    town.then(LAST_DAY + timedelta(days=20))
    assert town.evidence().text == before.text


def test_a_notice_too_young_is_not_used_and_holds_the_flag(town: Town) -> None:
    town.policy = WITH_NOTICE
    town.then(notices=[{"notice_id": "N1", "sent_on": LAST_DAY - timedelta(days=4)}])
    evidence = town.evidence()
    assert (evidence.notices, evidence.hold_reasons, evidence.is_flagged) == ((), ("no_final_notice",), False)


def test_currencies_do_not_see_each_other(town: Town) -> None:
    town.then(
        customer_invoices=[DEBT, {**DEBT, "invoice_id": "I9", "currency": "JPY", "amount_total": "9000"}],
        holds=[{"hold_id": "H9", "starts_on": "2026-06-01", "invoice_id": "I9"}],
    )
    assert [item.invoice_id for item in town.evidence().items] == ["I1"] and town.evidence().holds == ()
    yen = town.evidence(currency="JPY")
    assert yen.content["items"][0]["amount_outstanding"] == "9000" and [hold["hold_id"] for hold in yen.holds] == ["H9"]


def test_a_hold_on_the_customer_is_evidence_in_every_currency(town: Town) -> None:
    town.then(holds=[{"hold_id": "H9", "starts_on": "2026-06-01", "amount_held": "9.125", "currency": "KWD"}])
    assert (town.evidence().hold_reasons, town.evidence().is_flagged) == (("dispute",), False)
    assert [(hold["hold_id"], hold["amount_held"]) for hold in town.evidence().content["holds"]] == [("H9", "9.125")]


def test_a_customer_who_owes_nothing_is_clear(town: Town) -> None:
    town.then(customer_invoices=[])
    evidence = town.evidence()
    assert (evidence.stage, evidence.is_flagged, evidence.items, evidence.amount_unapplied) == ("clear", False, (), Decimal(0))


def test_evidence_is_gathered_within_scope(town: Town) -> None:
    sofia = PEOPLE[Role.SALES_AGENT]
    assert town.evidence(viewer=sofia).hash == town.evidence().hash
    told = []
    for customer_id in ("C2", "C404"):
        with pytest.raises(NotFound) as refused:
            town.evidence(customer_id, viewer=sofia)
        told.append(str(refused.value))
    assert told[0] == told[1]
    with pytest.raises(NotPermitted):
        town.evidence(viewer=PEOPLE[Role.HELPDESK_AGENT])


def test_a_day_before_anything_fell_due_has_no_items(town: Town) -> None:
    town.then(date(2026, 3, 31))
    assert town.evidence().items == ()
