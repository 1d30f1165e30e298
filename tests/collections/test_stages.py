"""Stages, flags and holds: each rule with its smallest world."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.collections.policy import load
from clearaccounts.collections.stages import StagesFilter, stages
from tests.worlds import Row, world

DAY = date(2026, 6, 30)
POLICY = """
name = "Test policy"
version = 1
effective_on = 2026-01-01
clock = "due_date"

[[stages]]
name = "reminder"
action = "notify"
min_overdue_days = 1

[[stages]]
name = "suspension"
action = "suspend"
min_overdue_days = 30
min_overdue_invoices = 1
min_overdue_amount = { EUR = "100.00" }
requires_notice = "final_notice"
notice_days = 5
"""
NOTICE: Row = {"notice_id": "N1", "sent_on": "2026-06-20"}


def invoice(number: str = "I1", amount: str = "100.00", due: str = "2026-05-31", **more: str) -> Row:
    return {"invoice_id": number, "issued_on": "2026-05-01", "due_on": due, "amount_total": amount, **more}


def row(folder: Path, policy: str | None = POLICY, day: date = DAY, **kinds: Any) -> dict[str, Any]:
    chosen = None
    if policy is not None:
        (folder / "policy.toml").write_text(policy, encoding="utf-8")
        chosen = load(folder / "policy.toml")
    found = stages(world(folder, **kinds), StagesFilter(day), chosen, OPERATOR).to_pylist()
    assert len(found) == 1
    only: dict[str, Any] = found[0]
    return only


def test_thirty_days_and_a_hundred_are_enough(tmp_path: Path) -> None:
    assert row(tmp_path, customer_invoices=[invoice()], notices=[NOTICE]) == {
        "customer_id": "C1",
        "currency": "EUR",
        "stage": "suspension",
        "overdue_days": 30,
        "amount_overdue": Decimal(100),
        "overdue_invoice_count": 1,
        "amount_unapplied": Decimal(0),
        "is_flagged": True,
        "hold_reasons": "",
    }


@pytest.mark.parametrize(
    "almost",
    [invoice(amount="99.99"), invoice(due="2026-06-01")],
    ids=["a cent less", "a day less"],
)
def test_a_cent_or_a_day_less_is_the_milder_stage(tmp_path: Path, almost: Row) -> None:
    found = row(tmp_path, customer_invoices=[almost], notices=[NOTICE])
    assert (found["stage"], found["is_flagged"], found["hold_reasons"]) == ("reminder", False, "")


def test_a_currency_that_is_not_named_never_matches(tmp_path: Path) -> None:
    assert row(tmp_path, customer_invoices=[invoice(amount="9000.00", currency="USD")], notices=[NOTICE])["stage"] == "reminder"


def test_only_items_old_enough_count_towards_the_amount(tmp_path: Path) -> None:
    young = invoice("I2", "500.00", "2026-06-20")
    found = row(tmp_path, customer_invoices=[invoice(amount="60.00"), young], notices=[NOTICE])
    assert (found["stage"], found["amount_overdue"], found["overdue_invoice_count"]) == ("reminder", 560, 2)


def test_the_clock_of_the_invoice_date_still_needs_an_overdue_invoice(tmp_path: Path) -> None:
    by_invoice = POLICY.replace('clock = "due_date"', 'clock = "invoice_date"')
    assert row(tmp_path, by_invoice, customer_invoices=[invoice(due="2026-06-29")], notices=[NOTICE])["stage"] == "suspension"
    assert row(tmp_path, by_invoice, customer_invoices=[invoice(due="2026-06-30")], notices=[NOTICE])["stage"] == "clear"


def test_without_a_policy_everybody_is_clear(tmp_path: Path) -> None:
    found = row(tmp_path, None, customer_invoices=[invoice()])
    assert (found["stage"], found["is_flagged"], found["amount_overdue"]) == ("clear", False, 100)


@pytest.mark.parametrize(
    ("notices", "held"),
    [
        ([], True),
        ([{"notice_id": "N1", "sent_on": "2026-06-25"}], False),
        ([{"notice_id": "N1", "sent_on": "2026-06-26"}], True),
        ([{"notice_id": "N1", "sent_on": "2026-05-31"}], False),
        ([{"notice_id": "N1", "sent_on": "2026-05-30"}], True),
        ([{"notice_id": "N1", "sent_on": "2026-06-20", "currency": "USD"}], True),
        ([{"notice_id": "N1", "sent_on": "2026-06-20", "currency": "EUR"}], False),
        ([{"notice_id": "N1", "sent_on": "2026-06-20", "notice_type": "overdue"}], True),
    ],
)
def test_a_final_notice_of_this_debt_long_enough_ago(tmp_path: Path, notices: list[Row], held: bool) -> None:
    found = row(tmp_path, customer_invoices=[invoice()], notices=notices)
    assert (found["hold_reasons"], found["is_flagged"]) == (("no_final_notice", False) if held else ("", True))


def test_a_stage_that_asks_for_no_invoices_still_needs_one_and_a_dispute_about_all_of_it_holds(tmp_path: Path) -> None:
    anything = POLICY.replace("min_overdue_invoices = 1\nmin_overdue_amount = { EUR = \"100.00\" }", "min_overdue_invoices = 0")
    dispute = {"hold_id": "H1", "starts_on": "2026-06-01", "invoice_id": "I1"}
    held = row(tmp_path, anything, customer_invoices=[invoice()], notices=[NOTICE], holds=[dispute])
    assert (held["stage"], held["is_flagged"], held["hold_reasons"]) == ("suspension", False, "dispute")
    assert row(tmp_path, anything, customer_invoices=[invoice(due="2026-06-30")])["stage"] == "clear"


@pytest.mark.parametrize("hold_type", ["dispute", "promise_to_pay", "exemption"])
def test_a_hold_on_the_customer(tmp_path: Path, hold_type: str) -> None:
    hold = {"hold_id": "H1", "hold_type": hold_type, "starts_on": "2026-06-01", "ends_on": "2026-06-30"}
    kinds: dict[str, Any] = {"customer_invoices": [invoice()], "notices": [NOTICE], "holds": [hold]}
    held = row(tmp_path, **kinds)
    assert (held["stage"], held["hold_reasons"], held["is_flagged"]) == ("suspension", hold_type, False)
    assert row(tmp_path, day=date(2026, 7, 1), **kinds)["is_flagged"] is True


def test_a_hold_on_the_customer_holds_in_every_currency(tmp_path: Path) -> None:
    hold = {"hold_id": "H1", "starts_on": "2026-06-01", "amount_held": "5.00", "currency": "USD"}
    found = row(tmp_path, customer_invoices=[invoice()], notices=[NOTICE], holds=[hold])
    assert (found["hold_reasons"], found["is_flagged"]) == ("dispute", False)


def test_the_currency_of_a_hold_is_that_of_its_amount(tmp_path: Path) -> None:
    whole = {"hold_id": "H1", "starts_on": "2026-06-01", "invoice_id": "I1", "currency": "USD"}
    kinds: dict[str, Any] = {"customer_invoices": [invoice()], "notices": [NOTICE]}
    assert row(tmp_path, holds=[whole], **kinds)["hold_reasons"] == "dispute"
    assert row(tmp_path, holds=[{**whole, "amount_held": "50.00"}], **kinds)["is_flagged"] is True


def test_a_hold_on_an_invoice_holds_only_if_the_rest_no_longer_matches(tmp_path: Path) -> None:
    dispute = {"hold_id": "H1", "starts_on": "2026-06-01", "invoice_id": "I1"}
    both = [invoice(), invoice("I2", "100.00")]
    assert row(tmp_path, customer_invoices=[invoice()], notices=[NOTICE], holds=[dispute])["hold_reasons"] == "dispute"
    assert row(tmp_path, customer_invoices=both, notices=[NOTICE], holds=[dispute])["is_flagged"] is True
    part = {**dispute, "amount_held": "0.01", "currency": "EUR"}
    assert row(tmp_path, customer_invoices=[invoice()], notices=[NOTICE], holds=[part])["hold_reasons"] == "dispute"
    assert row(tmp_path, customer_invoices=[invoice(amount="100.01")], notices=[NOTICE], holds=[part])["is_flagged"] is True


def test_an_open_severity_a_case_until_it_is_closed(tmp_path: Path) -> None:
    case = {"case_id": "K1", "severity": "A", "opened_at": "2026-06-29 10:00:00"}
    kinds: dict[str, Any] = {"customer_invoices": [invoice()], "notices": [NOTICE]}
    assert row(tmp_path, support_cases=[case], **kinds)["hold_reasons"] == "severity_a_case"
    assert row(tmp_path, support_cases=[{**case, "severity": "B"}], **kinds)["is_flagged"] is True
    closed = {**case, "case_status": "closed", "closed_at": "2026-06-30 23:59:59"}
    assert row(tmp_path, support_cases=[closed], **kinds)["is_flagged"] is True
    assert row(tmp_path, support_cases=[{**closed, "closed_at": "2026-07-01 00:00:00"}], **kinds)["hold_reasons"] == "severity_a_case"


def test_unapplied_money_that_covers_the_debt(tmp_path: Path) -> None:
    kinds: dict[str, Any] = {"customer_invoices": [invoice()], "notices": [NOTICE]}
    covering = {"payment_id": "P1", "received_on": "2026-06-30", "amount_total": "100.00"}
    held = row(tmp_path, payments=[covering], **kinds)
    assert (held["hold_reasons"], held["amount_unapplied"], held["stage"]) == ("unapplied_covers_debt", -100, "suspension")
    assert row(tmp_path, payments=[{**covering, "amount_total": "99.99"}], **kinds)["is_flagged"] is True
    assert row(tmp_path, payments=[{**covering, "received_on": "2026-07-01"}], **kinds)["is_flagged"] is True


def test_a_cancellation_window_still_open(tmp_path: Path) -> None:
    kinds: dict[str, Any] = {"customer_invoices": [invoice()], "notices": [NOTICE]}
    fresh = {"subscription_id": "S1", "started_on": "2026-06-25", "cancellable_until_on": "2026-06-30"}
    assert row(tmp_path, subscriptions=[fresh], **kinds)["hold_reasons"] == "cancellation_window"
    assert row(tmp_path, subscriptions=[{**fresh, "cancellable_until_on": "2026-06-29"}], **kinds)["is_flagged"] is True
    assert row(tmp_path, subscriptions=[{**fresh, "subscription_status": "suspended"}], **kinds)["is_flagged"] is True


def test_reasons_stand_in_their_order(tmp_path: Path) -> None:
    found = row(
        tmp_path,
        customer_invoices=[invoice()],
        support_cases=[{"case_id": "K1", "severity": "A", "opened_at": "2026-06-29 10:00:00"}],
        holds=[{"hold_id": "H1", "hold_type": "promise_to_pay", "starts_on": "2026-06-01"}, {"hold_id": "H2", "starts_on": "2026-06-01"}],
    )
    assert found["hold_reasons"] == "dispute; promise_to_pay; severity_a_case; no_final_notice"
