"""Health: each reason on both sides of its thresholds, each number of the queries by hand, the worst reason decides."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts import accounts, health
from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.accounts import HealthFilter
from clearaccounts.errors import NotPermitted
from clearaccounts.health import RULES, State
from clearaccounts.settings import ROOT
from clearaccounts.text import ENGLISH, SPANISH
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

DAY = date(2026, 6, 30)
CUSTOMER: Row = {"customer_id": "C1", "credit_limit_amount": "1000.00"}
QUIET: dict[str, Any] = {
    "severity_a_case_count": 0, "severity_b_case_count": 0, "oldest_case_days": None, "open_case_count": 0, "open_request_count": 0,
    "left_to_cancel_days": None, "cancellable_until_on": None, "left_of_commitment_days": None, "commitment_ends_on": None,
}
SOLVENT: dict[str, Any] = {
    "currency": "EUR", "oldest_invoice_id": None, "last_notice_on": None, "overdue_days": None, "unapplied_days": None,
    "dispute_days": None, "amount_outstanding": Decimal(0), "amount_overdue": Decimal(0), "amount_unapplied": Decimal(0),
    "amount_credit_limit": Decimal(1000), "amount_credit_used": Decimal(0), "overdue_rate": None, "credit_use_rate": Decimal(0),
    "overdue_invoice_count": 0, "notice_count": 0, "dispute_count": 0,
}

# reason, the column it is read from, a value -> how grave that is; each threshold from both sides.
CASES: list[tuple[str, str, Any, State]] = [
    ("severity_a", "severity_a_case_count", 0, State.WELL),
    ("severity_a", "severity_a_case_count", 1, State.ACT),
    ("severity_b", "severity_b_case_count", 0, State.WELL),
    ("severity_b", "severity_b_case_count", 1, State.WATCH),
    ("case_age", "oldest_case_days", None, State.WELL),
    ("case_age", "oldest_case_days", 13, State.WELL),
    ("case_age", "oldest_case_days", 14, State.WATCH),
    ("case_age", "oldest_case_days", 29, State.WATCH),
    ("case_age", "oldest_case_days", 30, State.ACT),
    ("requests", "open_request_count", 0, State.WELL),
    ("requests", "open_request_count", 1, State.WATCH),
    ("cancellation", "left_to_cancel_days", None, State.WELL),
    ("cancellation", "left_to_cancel_days", 8, State.WELL),
    ("cancellation", "left_to_cancel_days", 7, State.WATCH),
    ("cancellation", "left_to_cancel_days", 0, State.WATCH),
    ("commitment", "left_of_commitment_days", None, State.UNKNOWN),
    ("commitment", "left_of_commitment_days", 61, State.WELL),
    ("commitment", "left_of_commitment_days", 60, State.WATCH),
    ("commitment", "left_of_commitment_days", 15, State.WATCH),
    ("commitment", "left_of_commitment_days", 14, State.ACT),
    ("overdue_rate", "overdue_rate", None, State.WELL),
    ("overdue_rate", "overdue_rate", Decimal("0.0999"), State.WELL),
    ("overdue_rate", "overdue_rate", Decimal("0.1000"), State.WATCH),
    ("overdue_rate", "overdue_rate", Decimal("0.4999"), State.WATCH),
    ("overdue_rate", "overdue_rate", Decimal("0.5000"), State.ACT),
    ("overdue_days", "overdue_days", 14, State.WELL),
    ("overdue_days", "overdue_days", 15, State.WATCH),
    ("overdue_days", "overdue_days", 44, State.WATCH),
    ("overdue_days", "overdue_days", 45, State.ACT),
    ("disputes", "dispute_count", 0, State.WELL),
    ("disputes", "dispute_count", 1, State.WATCH),
    ("disputes", "dispute_count", 2, State.WATCH),
    ("disputes", "dispute_count", 3, State.ACT),
    ("notices", "notice_count", 0, State.WELL),
    ("notices", "notice_count", 1, State.WATCH),
    ("notices", "notice_count", 2, State.WATCH),
    ("notices", "notice_count", 3, State.ACT),
    ("unapplied", "unapplied_days", None, State.WELL),
    ("unapplied", "unapplied_days", 13, State.WELL),
    ("unapplied", "unapplied_days", 14, State.WATCH),
    ("credit_use", "credit_use_rate", None, State.UNKNOWN),
    ("credit_use", "credit_use_rate", Decimal("0.7999"), State.WELL),
    ("credit_use", "credit_use_rate", Decimal("0.8000"), State.WATCH),
    ("credit_use", "credit_use_rate", Decimal("0.9999"), State.WATCH),
    ("credit_use", "credit_use_rate", Decimal("1.0000"), State.ACT),
]


@pytest.mark.parametrize(("reason", "column", "value", "state"), CASES, ids=str)
def test_each_threshold_from_both_sides(reason: str, column: str, value: Any, state: State) -> None:
    service = QUIET | ({column: value} if column in QUIET else {})
    money = SOLVENT | ({column: value} if column in SOLVENT else {})
    found = health.reasons("current", service, [money])
    assert {one.rule.reason: one.state for one in found}[reason] is state
    assert health.overall(found) is (State.WELL if state is State.UNKNOWN else state)


@pytest.mark.parametrize(("status", "state"), [
    ("current", State.WELL), ("overdue", State.WATCH), ("flagged", State.ACT), ("suspended", State.ACT),
])
def test_the_status_weighs_without_any_amount(status: str, state: State) -> None:
    assert health.overall(health.reasons(status, QUIET)) is state


@pytest.mark.parametrize(("change", "state"), [
    (None, State.UNKNOWN), (Decimal("4.9999"), State.WELL), (Decimal("5.0000"), State.WATCH), (Decimal("14.9999"), State.WATCH),
    (Decimal("15.0000"), State.ACT),
])
def test_who_pays_later_than_the_quarter_before(change: Decimal | None, state: State) -> None:
    behaviour = {"currency": "EUR", "changed_late_days": change, "quarter_late_days": Decimal(20), "quarter_before_late_days": Decimal(5)}
    found = health.reasons("current", QUIET, [SOLVENT], [behaviour])
    assert {one.rule.reason: one.state for one in found}["trend"] is state


@pytest.mark.parametrize(("broken", "state"), [(0, State.WELL), (1, State.WATCH), (2, State.ACT)])
def test_promises_that_were_broken(broken: int, state: State) -> None:
    found = health.reasons("current", QUIET, [SOLVENT], (), broken)
    assert {one.rule.reason: one.state for one in found}["promises"] is state


def test_every_threshold_is_tried_from_both_sides() -> None:
    tried = {(reason, state) for reason, _, _, state in CASES}
    for rule in RULES:
        if rule.reason not in {"status", "trend", "promises"}:
            assert (rule.watch_from is None) or (rule.reason, State.WATCH) in tried
            assert (rule.act_from is None) or (rule.reason, State.ACT) in tried
            assert (rule.reason, State.WELL) in tried


def test_the_gravest_reason_stands_first_and_the_order_does_not_depend_on_chance() -> None:
    service = QUIET | {"severity_b_case_count": 2, "left_of_commitment_days": 10, "commitment_ends_on": DAY}
    money = [SOLVENT | {"currency": code, "overdue_rate": Decimal("0.6")} for code in ("USD", "EUR")]
    found = health.reasons("overdue", service, money)
    assert [(one.rule.reason, one.currency) for one in found if one.state is State.ACT] == [
        ("overdue_rate", "EUR"), ("overdue_rate", "USD"), ("commitment", None)]
    assert [one.rule.reason for one in found if one.state is State.WATCH] == ["status", "severity_b"]
    assert [one.state for one in found] == sorted((one.state for one in found), key=list(State).index)


def test_who_may_see_no_amounts_gets_reasons_without_any() -> None:
    found = health.reasons("flagged", QUIET)
    assert {one.rule.reason for one in found} == {
        "status", "severity_a", "severity_b", "case_age", "requests", "cancellation", "commitment"}


def test_a_reason_says_its_number_and_its_threshold() -> None:
    money = SOLVENT | {"overdue_rate": Decimal("0.7996"), "amount_outstanding": Decimal("1250.5")}
    found = {one.rule.reason: one for one in health.reasons("flagged", QUIET, [money])}
    assert health.in_words(found["overdue_rate"], ENGLISH) == "80.0% of 1,250.50 EUR is overdue"
    assert health.threshold_in_words(found["overdue_rate"].rule, ENGLISH) == "watch from 10%, act from 50%"
    assert health.in_words(found["status"], SPANISH) == "La cuenta está señalada"
    assert health.in_words(found["credit_use"], ENGLISH) == "0.0% of the credit limit of 1,000.00 EUR is used"
    assert health.in_words(found["commitment"], ENGLISH) == "No commitment of more than a month runs"
    near = found["overdue_rate"].rule
    assert health.in_words(health.Reason(near, State.WATCH, Decimal("0.4990"), money), ENGLISH).startswith("49.9%")


@pytest.mark.parametrize("language", [ENGLISH, SPANISH])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.reason)
def test_every_reason_can_be_said(rule: health.Rule, language: Any) -> None:
    behaviour = {"changed_late_days": Decimal(6), "quarter_late_days": Decimal(9), "quarter_before_late_days": Decimal(3)}
    row = SOLVENT | QUIET | behaviour | {
        "status": "overdue", "oldest_invoice_id": "I1", "dispute_days": 4, "last_notice_on": DAY, "commitment_ends_on": DAY,
        "cancellable_until_on": DAY,
    }
    value = Decimal("0.5") if rule.unit == "share" else 3
    said = health.in_words(health.Reason(rule, State.WATCH, value, row, "EUR"), language)
    assert "{" not in said and "None" not in said
    assert health.in_words(health.Reason(rule, State.WELL, None, row, "EUR"), language)
    assert health.threshold_in_words(rule, language)


# ---------- the numbers

def money_of(folder: Path, **kinds: Any) -> dict[str, Any]:
    warehouse = world(folder, customers=[CUSTOMER], **kinds)
    rows = accounts.health(warehouse, HealthFilter(DAY, "C1"), OPERATOR).to_pylist()
    assert len(rows) == 1
    return dict(rows[0])


def invoice(number: int, due_on: str, amount: str, **more: str) -> Row:
    return {"invoice_id": f"I{number}", "issued_on": "2026-03-01", "due_on": due_on, "amount_total": amount, **more}


def test_what_is_overdue_and_since_when(tmp_path: Path) -> None:
    row = money_of(tmp_path, customer_invoices=[
        invoice(1, "2026-05-31", "100.00"), invoice(2, "2026-06-29", "200.00"), invoice(3, "2026-06-30", "300.00"),
        invoice(4, "2026-05-31", "400.00"),
    ])
    assert (row["amount_outstanding"], row["amount_overdue"], row["overdue_rate"]) == (1000, 700, Decimal("0.7"))
    assert (row["oldest_invoice_id"], row["overdue_days"], row["overdue_invoice_count"]) == ("I1", 30, 3)
    assert (row["amount_credit_limit"], row["amount_credit_used"], row["credit_use_rate"]) == (1000, 1000, Decimal(1))


def test_unapplied_money_counts_from_its_oldest_and_frees_the_credit(tmp_path: Path) -> None:
    row = money_of(
        tmp_path, customer_invoices=[invoice(1, "2026-07-15", "900.00")],
        payments=[{"payment_id": "P1", "received_on": "2026-06-10", "amount_total": "200.00"},
                  {"payment_id": "P2", "received_on": "2026-06-20", "amount_total": "50.00"}],
    )
    assert (row["amount_unapplied"], row["unapplied_days"]) == (-250, 20)
    assert (row["amount_credit_used"], row["credit_use_rate"]) == (650, Decimal("0.65"))


def test_more_money_on_account_than_debt_uses_less_than_no_credit(tmp_path: Path) -> None:
    row = money_of(tmp_path, payments=[{"payment_id": "P1", "received_on": "2026-06-10", "amount_total": "200.00"}])
    assert (row["amount_credit_used"], row["credit_use_rate"], row["overdue_rate"]) == (-200, Decimal("-0.2"), None)


def test_another_currency_stands_apart_and_has_no_limit(tmp_path: Path) -> None:
    warehouse = world(tmp_path, customers=[CUSTOMER], customer_invoices=[
        invoice(1, "2026-07-15", "10.00"), invoice(2, "2026-06-01", "20.00", currency="USD"),
    ])
    rows = accounts.health(warehouse, HealthFilter(DAY), OPERATOR).to_pylist()
    assert [(r["currency"], r["amount_outstanding"], r["amount_credit_limit"], r["credit_use_rate"]) for r in rows] == [
        ("EUR", 10, 1000, Decimal("0.01")), ("USD", 20, None, None)]


def test_credit_use_is_what_the_key_figures_say(sample_warehouse: Warehouse) -> None:
    day = sample_warehouse.build.as_of_on
    theirs = sample_warehouse.run("receivables/credit_use", {"as_of_on": day}, OPERATOR).to_pylist()
    ours = accounts.health(sample_warehouse, HealthFilter(day), OPERATOR).to_pylist()
    limited = [row for row in ours if row["amount_credit_limit"] is not None]
    found = {row["customer_id"]: (row["amount_credit_used"], row["credit_use_rate"]) for row in limited}
    assert found == {row["customer_id"]: (row["amount_net"], row["limit_use_rate"]) for row in theirs} and len(found) > 50


def test_notices_of_ninety_days_and_disputes_in_force(tmp_path: Path) -> None:
    row = money_of(
        tmp_path, customer_invoices=[invoice(1, "2026-06-01", "10.00")],
        notices=[{"notice_id": "N1", "sent_on": "2026-04-01"}, {"notice_id": "N2", "sent_on": "2026-04-02"},
                 {"notice_id": "N3", "sent_on": "2026-06-30"}, {"notice_id": "N4", "sent_on": "2026-07-01"}],
        holds=[{"hold_id": "H1", "starts_on": "2026-06-10", "ends_on": "2026-06-29"},
               {"hold_id": "H2", "starts_on": "2026-06-20", "ends_on": "2026-06-30", "invoice_id": "I1"},
               {"hold_id": "H3", "starts_on": "2026-06-01", "hold_type": "promise_to_pay"},
               {"hold_id": "H4", "starts_on": "2026-07-01"}],
    )
    assert (row["notice_count"], row["last_notice_on"]) == (2, date(2026, 6, 30))
    assert (row["dispute_count"], row["dispute_days"]) == (1, 10)


def service_of(folder: Path, **kinds: Any) -> dict[str, Any]:
    warehouse = world(folder, customers=[CUSTOMER], **kinds)
    return dict(accounts.health_service(warehouse, HealthFilter(DAY, "C1"), OPERATOR).to_pylist()[0])


def test_open_cases_and_requests(tmp_path: Path) -> None:
    row = service_of(
        tmp_path,
        support_cases=[
            {"case_id": "K1", "severity": "A", "opened_at": "2026-06-29T10:00:00+00:00"},
            {"case_id": "K2", "severity": "A", "opened_at": "2026-06-28T10:00:00+00:00"},
            {"case_id": "K3", "severity": "B", "opened_at": "2026-05-31T23:59:00+00:00"},
            {"case_id": "K4", "severity": "A", "opened_at": "2026-05-01T10:00:00+00:00", "case_status": "closed",
             "closed_at": "2026-06-30T23:59:59+00:00"},
            {"case_id": "K5", "severity": "A", "opened_at": "2026-07-01T00:00:00+00:00"},
        ],
        service_requests=[
            {"service_request_id": "R1", "customer_id": "C1", "opened_at": "2026-06-30T10:00:00+00:00"},
            {"service_request_id": "R2", "customer_id": "C1", "opened_at": "2026-06-01T10:00:00+00:00",
             "closed_at": "2026-06-30T10:00:00+00:00"},
            {"service_request_id": "R3", "customer_id": "C1", "opened_at": "2026-07-01T00:00:00+00:00"},
        ],
    )
    assert (row["open_case_count"], row["severity_a_case_count"], row["severity_b_case_count"]) == (3, 2, 1)
    assert (row["severity_a_case_id"], row["oldest_case_days"], row["open_request_count"]) == ("K2", 30, 1)


def test_the_next_commitment_end_and_the_cancellation_window(tmp_path: Path) -> None:
    row = service_of(tmp_path, subscriptions=[
        {"subscription_id": "S1", "commitment_ends_on": "2026-07-10", "term_duration": "P1M"},
        {"subscription_id": "S2", "commitment_ends_on": "2026-08-29", "term_duration": "P1Y", "is_auto_renew": "false",
         "product_name": "Teams"},
        {"subscription_id": "S3", "commitment_ends_on": "2026-06-29", "term_duration": "P1Y"},
        {"subscription_id": "S4", "commitment_ends_on": "2026-07-01", "term_duration": "P1Y", "subscription_status": "suspended"},
        {"subscription_id": "S5", "cancellable_until_on": "2026-07-05", "product_name": "Copilot"},
        {"subscription_id": "S6", "cancellable_until_on": "2026-06-29"},
        {"subscription_id": "S7", "cancellable_until_on": "2026-07-02", "started_on": "2026-07-01"},
    ])
    assert (row["product_name"], row["commitment_ends_on"], row["left_of_commitment_days"], row["is_auto_renew"]) == (
        "Teams", date(2026, 8, 29), 60, False)
    assert (row["cancellable_product_name"], row["left_to_cancel_days"]) == ("Copilot", 5)


def test_a_customer_with_nothing_is_in_order(tmp_path: Path) -> None:
    warehouse = world(tmp_path, customers=[{"customer_id": "C1"}])
    money = accounts.health(warehouse, HealthFilter(DAY, "C1"), OPERATOR).to_pylist()
    service = accounts.health_service(warehouse, HealthFilter(DAY, "C1"), OPERATOR).to_pylist()[0]
    found = health.reasons("current", service, money)
    assert health.overall(found) is State.WELL
    assert {one.rule.reason for one in found if one.state is State.UNKNOWN} == {"credit_use", "commitment"}


def test_a_helpdesk_agent_may_not_run_the_query_of_amounts(tmp_path: Path) -> None:
    henry = next(person for person in DEMO_PEOPLE if person.role is Role.HELPDESK_AGENT)
    warehouse = world(tmp_path, customers=[CUSTOMER])
    with pytest.raises(NotPermitted):
        accounts.health(warehouse, HealthFilter(DAY, "C1"), henry)
    columns = warehouse.columns("accounts/health_service") + warehouse.columns("accounts/service_events")
    assert accounts.health_service(warehouse, HealthFilter(DAY, "C1"), henry).num_rows == 1
    assert not [name for name, _ in columns if name.startswith("amount_") or name.endswith("_amount")]


def test_the_guide_gives_the_thresholds_that_hold() -> None:
    text = (ROOT / "docs" / "users" / "sales-agent.md").read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")][2:]
    assert len(lines) == len(RULES)

    def number(cell: str) -> Decimal | None:
        found = re.search(r"(\d+)(%?)", cell)
        return None if found is None else Decimal(found[1]) / (100 if found[2] else 1)

    told = [(number(watch), number(act)) for _, watch, act in lines]
    assert told == [(None, None) if rule.unit == "status" else (rule.watch_from, rule.act_from) for rule in RULES]
