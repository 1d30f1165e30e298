"""What sample_data/README.md tells is there: the eight stories, the planted faults, a portfolio that looks real."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.collections import policy as policies
from clearaccounts.collections.policy import Policy
from clearaccounts.collections.stages import StagesFilter, stages
from clearaccounts.sample import LAST_ON
from clearaccounts.settings import SAMPLE_POLICY, SAMPLE_SOURCE
from clearaccounts.warehouse import Warehouse
from tests.sample.arithmetic import Key, Portfolio, portfolio, read

STORIES: dict[Key, tuple[str, set[str]]] = {
    ("C0001", "EUR"): ("10810.92", set()),
    ("C0002", "EUR"): ("3672.00", {"dispute"}),
    ("C0003", "GBP"): ("3044.90", {"unapplied_covers_debt"}),
    ("C0004", "EUR"): ("6077.00", {"severity_a_case"}),
    ("C0005", "EUR"): ("4218.06", {"cancellation_window"}),
    ("C0006", "USD"): ("7610.08", set()),
    ("C0007", "EUR"): ("4446.00", {"promise_to_pay"}),
    ("C0008", "EUR"): ("6226.88", {"no_final_notice"}),
}
FAULTS = {
    ("due_before_issued", "INV-2604-0021-F1"), ("payment_before_invoice", "INV-2606-0022-F2"), ("unknown_invoice", "INV-2605-0023-F3"),
    ("unknown_source", "PAY-0024-F4"), ("over_application", "INV-2608-0025-F5"), ("over_application", "INV-2609-0026-F6b"),
    ("instalments_add_up", "INV-2609-0027-F7"), ("without_due_date", "INV-2609-0028-F8"), ("unknown_customer", "CO029"),
    ("missing_exchange_rate", "INV-2409-0030-F10"), ("dated_later", "CN-0031-F11"),
}


@pytest.fixture(scope="module")
def now() -> Portfolio:
    return portfolio(SAMPLE_SOURCE, LAST_ON)


@pytest.fixture(scope="module")
def rules() -> Policy:
    return policies.load(SAMPLE_POLICY)


@pytest.mark.parametrize("key", STORIES, ids=lambda key: str(key[0]))
def test_each_story_stands_in_the_last_stage_and_is_held_for_its_own_reason_alone(key: Key, now: Portfolio, rules: Policy) -> None:
    amount, reasons = STORIES[key]

    assert now.stage(key, rules) == "suspension"
    assert sum(item.amount for item in now.by_key[key] if item.late(LAST_ON) > 0) == Decimal(amount)
    assert now.hold_reasons(key, rules) == reasons


def test_the_disputed_invoice_is_all_that_matches(now: Portfolio, rules: Policy) -> None:
    hold = next(row for row in read(SAMPLE_SOURCE, "holds") if row["customer_id"] == "C0002")

    assert now.stage(("C0002", "EUR"), rules, without=hold["invoice_id"]) == "clear"


def test_the_first_story_has_something_in_every_bucket(now: Portfolio) -> None:
    assert [item.late(LAST_ON) for item in now.by_key["C0001", "EUR"] if item.late(LAST_ON) > 0] == [121, 90, 60, 29]


def test_the_collapsing_payer_pays_later_each_month() -> None:
    due = {
        row["invoice_id"]: date.fromisoformat(row["due_on"]) for row in read(SAMPLE_SOURCE, "customer_invoices") if row["due_on"]
    }
    late = [
        (date.fromisoformat(row["applied_on"]) - due[row["invoice_id"]]).days for row in read(SAMPLE_SOURCE, "allocations")
        if row["allocation_id"].startswith("ALC-0008-") and due[row["invoice_id"]] > date(2025, 11, 15)
    ]

    assert late == sorted(late)
    assert late[0] < 10
    assert late[-1] == 54


def test_the_next_day_settles_everything_of_its_customer(now: Portfolio) -> None:
    allocations, (payment,) = read(SAMPLE_SOURCE / "next_day", "allocations"), read(SAMPLE_SOURCE / "next_day", "payments")

    assert payment["received_on"] == (LAST_ON + timedelta(days=1)).isoformat()
    assert (payment["customer_id"], payment["currency"], payment["amount_total"]) == ("C0006", "USD", "11415.12")
    assert {row["invoice_id"]: Decimal(row["amount_applied"]) for row in allocations} == {
        item.invoice_id: item.amount for item in now.by_key["C0006", "USD"]
    }
    assert {payment["payment_id"]}.isdisjoint(row["payment_id"] for row in read(SAMPLE_SOURCE, "payments"))
    assert {row["allocation_id"] for row in allocations}.isdisjoint(row["allocation_id"] for row in read(SAMPLE_SOURCE, "allocations"))


def test_the_portfolio_looks_real(now: Portfolio, rules: Policy) -> None:
    buckets: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for item in now.items:
        buckets[item.currency, min(4, max(0, (item.late(LAST_ON) + 29) // 30))] += item.amount
    for currency in ("EUR", "USD", "GBP"):
        overdue = sum(amount for (name, bucket), amount in buckets.items() if name == currency and bucket)
        assert Decimal("0.10") < overdue / (overdue + buckets[currency, 0]) < Decimal("0.20"), currency
    assert {bucket for _, bucket in buckets} == {0, 1, 2, 3, 4}
    found = {key: now.stage(key, rules) for key in now.by_key}
    assert set(found.values()) == {"clear", *(stage.name for stage in rules.stages)}
    assert 10 <= len({key[0] for key, stage in found.items() if stage != "clear"}) <= 15
    flagged = {key for key, stage in found.items() if stage == "suspension" and not now.hold_reasons(key, rules)}
    assert flagged == {("C0001", "EUR"), ("C0006", "USD"), ("C0032", "EUR"), ("C0143", "GBP")}


def test_the_query_and_plain_arithmetic_agree_on_stages_and_holds(sample_warehouse: Warehouse, now: Portfolio, rules: Policy) -> None:
    rows = stages(sample_warehouse, StagesFilter(LAST_ON), rules, OPERATOR).to_pylist()

    got = {(row["customer_id"], row["currency"]): (row["stage"], row["hold_reasons"], row["is_flagged"]) for row in rows}
    wanted = {}
    for key in now.by_key:
        stage = now.stage(key, rules)
        reasons = now.hold_reasons(key, rules) if stage == "suspension" else set()
        wanted[key] = (stage, "; ".join(sorted(reasons)), stage == "suspension" and not reasons)
    in_order = {key: (stage, "; ".join(sorted((held or "").split("; "))), flag) for key, (stage, held, flag) in got.items()}
    assert {key: row for key, row in in_order.items() if key in wanted} == wanted


def test_a_policy_that_asks_for_no_notice_flags_the_eighth_story_too(sample_warehouse: Warehouse, rules: Policy) -> None:
    lenient = replace(rules, stages=(*rules.stages[:-1], replace(rules.stages[-1], requires_notice=None, notice_days=None)))

    rows = stages(sample_warehouse, StagesFilter(LAST_ON), lenient, OPERATOR).to_pylist()

    assert next(row["is_flagged"] for row in rows if row["customer_id"] == "C0008")


@pytest.mark.parametrize(("check", "offender"), sorted(FAULTS))
def test_each_planted_fault_is_listed_by_its_check(sample_warehouse: Warehouse, check: str, offender: str) -> None:
    found = sample_warehouse.run("overview/check_offenders", {"check_name": check}, OPERATOR).to_pylist()

    assert any(re.search(rf"\b{re.escape(offender)}\b", row["offender"]) for row in found)


def test_no_check_that_stops_a_build_finds_anything(sample_warehouse: Warehouse) -> None:
    found = sample_warehouse.run("overview/checks", {}, OPERATOR).to_pylist()

    assert {row["check_name"]: row["offender_count"] for row in found if row["check_level"] == "fail"} == {
        "backlog_moves": 0, "control_totals": 0, "open_items_within_invoice": 0,
    }


def test_the_readme_tells_each_story_and_fault_by_its_id() -> None:
    text = (SAMPLE_SOURCE / "README.md").read_text(encoding="utf-8")

    for (customer_id, currency), (amount, _) in STORIES.items():
        assert re.search(rf"{customer_id}.*{Decimal(amount):,} {currency}", text), customer_id
    for check, offender in FAULTS:
        assert re.search(rf"`{check}` \| {offender} ", text), check
    known = {value for path in SAMPLE_SOURCE.rglob("*.csv") for row in read(path.parent, path.stem) for value in row.values()}
    told = set(re.findall(r"\b(?:INV|PAY|CN|HLD|CASE|SUB)-[\w-]+|\bC\d{4}\b|\b\d{15}\b", text))
    assert told <= known, told - known
