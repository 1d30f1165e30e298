"""Random ledgers: what must hold of payment figures whatever the documents are."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR
from clearaccounts.payments import (
    PROMISES,
    BehaviourFilter,
    DisputesFilter,
    PromisesFilter,
    RecordsFilter,
    TimelineFilter,
    behaviour,
    disputes,
    promises,
    records,
    timeline,
)
from clearaccounts.receivables import ControlFilter, PeriodFilter, control_totals, kpis
from clearaccounts.warehouse import Warehouse
from tests.receivables import ledger as plain
from tests.receivables.test_ageing_property import CUSTOMERS, START, days, ledgers
from tests.worlds import Row, world

RUNS = settings(
    max_examples=int(os.environ.get("CLEARACCOUNTS_EXAMPLES", "10")), deadline=None, suppress_health_check=list(HealthCheck),
    derandomize=True,
)
LAST = START + timedelta(days=60)


@st.composite
def holds(draw: st.DrawFn) -> list[Row]:
    found: list[Row] = []
    for number in range(draw(st.integers(0, 4))):
        starts_on = draw(days())
        held_days = draw(st.none() | st.integers(0, 14))
        amount = draw(st.none() | st.sampled_from(["1", "3", "100"]))
        found.append({
            "hold_id": f"H{number}", "customer_id": draw(st.sampled_from(CUSTOMERS)),
            "hold_type": draw(st.sampled_from(["promise_to_pay", "promise_to_pay", "dispute"])),
            "starts_on": starts_on, "ends_on": None if held_days is None else starts_on + timedelta(days=held_days),
            "invoice_id": draw(st.sampled_from([None, "I0", "I1"])), "amount_held": amount,
            "currency": draw(st.sampled_from(["EUR", "JPY"])) if amount else None,
            "withdrawn_on": draw(st.sampled_from([None, None, starts_on + timedelta(days=3)])),
        })
    return found


def opened(folder: str, rows: plain.Ledger, more: list[Row] | None = None) -> Warehouse:
    kinds: dict[str, Any] = {**vars(rows), "holds": more or []}
    return world(Path(folder), customers=[{"customer_id": c} for c in CUSTOMERS], **kinds)


def by_currency(warehouse: Warehouse, day: date, customer_id: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in control_totals(warehouse, ControlFilter(day), OPERATOR).to_pylist():
        if row["customer_id"] == customer_id:
            found[row["currency"]] += row["amount_control"]
    return found


@RUNS
@given(ledgers(), days())
def test_a_timeline_adds_up_month_by_month_to_the_control_total(rows: plain.Ledger, day: date) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = opened(folder, rows)
        for customer_id in CUSTOMERS:
            closing: dict[str, Decimal] = {}
            for row in timeline(warehouse, TimelineFilter(day, customer_id), OPERATOR).to_pylist():
                assert row["amount_opening"] == closing.get(row["currency"], 0)
                assert row["amount_closing"] == (
                    row["amount_opening"] + row["amount_invoiced"] - row["amount_credited"] - row["amount_paid"] + row["amount_paid_back"]
                    - row["amount_written_off"] + row["amount_moved"] - row["amount_settled_stated"]
                )
                assert row["amount_closing"] == row["amount_outstanding"] + row["amount_unapplied"]
                assert row["amount_closing"] == by_currency(warehouse, row["ended_on"], customer_id)[row["currency"]]
                closing[row["currency"]] = row["amount_closing"]
            assert {code: amount for code, amount in closing.items() if amount} == {
                code: amount for code, amount in by_currency(warehouse, day, customer_id).items() if amount}


@RUNS
@given(ledgers())
def test_figures_stand_on_their_invoices(rows: plain.Ledger) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = opened(folder, rows)
        for row in behaviour(warehouse, BehaviourFilter(LAST), OPERATOR).to_pylist():
            behind = [one for one in records(
                warehouse, RecordsFilter(LAST, row["customer_id"], currency=row["currency"]), OPERATOR).to_pylist()
                if one["payment_status"] != "open"]
            assert row["invoice_count"] == len(behind) == row["settled_count"] + row["overdue_count"]
            assert row["on_time_count"] == sum(one["payment_status"] == "on_time" for one in behind)
            assert 0 <= row["on_time_rate"] <= 1
            late = [one["late_days"] for one in behind]
            assert min(late) <= row["median_late_days"] <= row["p80_late_days"] <= row["p90_late_days"] <= max(late)
            assert all(one["late_days"] > 0 for one in behind if one["settled_on"] is None)


@RUNS
@given(ledgers())
def test_weighted_days_late_of_a_lone_customer_are_those_of_the_key_figures(rows: plain.Ledger) -> None:
    for row in [*rows.customer_invoices, *rows.payments, *rows.credit_notes]:
        row["customer_id"] = "C1"  # type: ignore[index]
    # A due day of the invoice beside its instalments' is where the two differ on purpose.
    planned = {row["invoice_id"] for row in rows.instalments}
    for row in rows.customer_invoices:
        if row["invoice_id"] in planned:
            row["due_on"] = None  # type: ignore[index]
    with tempfile.TemporaryDirectory() as folder:
        warehouse = opened(folder, rows)
        figures = kpis(warehouse, PeriodFilter(LAST - timedelta(days=364), LAST), OPERATOR).to_pylist()
        wanted = {row["currency"]: row["weighted_days_late"] for row in figures}
        for row in behaviour(warehouse, BehaviourFilter(LAST, from_on=LAST - timedelta(days=364)), OPERATOR).to_pylist():
            assert row["weighted_days_late"] == wanted[row["currency"]]


@RUNS
@given(ledgers(), holds(), days())
def test_a_promise_has_one_outcome_and_its_last_day_settles_it(rows: plain.Ledger, held: list[Row], day: date) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = opened(folder, rows, held)
        found = promises(warehouse, PromisesFilter(day), OPERATOR).to_pylist()
        known = {row["hold_id"] for row in held if row["hold_type"] == "promise_to_pay" and row["starts_on"] <= day}  # type: ignore[operator]
        assert {row["hold_id"] for row in found} == known
        by_status = [promises(warehouse, PromisesFilter(day, promise_status=status), OPERATOR).num_rows for status in PROMISES]
        assert sum(by_status) == len(found)
        later = {(row["hold_id"], row["currency"]): row for row in promises(warehouse, PromisesFilter(LAST), OPERATOR).to_pylist()}
        for row in found:
            assert row["promise_status"] in PROMISES
            if row["promise_status"] == "kept":
                assert row["amount_received"] >= row["amount_promised"] > 0
                assert row["starts_on"] <= row["kept_on"] <= min(day, row["ends_on"] or day)
            if row["promise_status"] == "broken":
                assert row["amount_received"] < row["amount_promised"]
                assert row["ends_on"] < day
            # What its last day has settled, no later day changes.
            if row["ends_on"] is not None and row["ends_on"] < day:
                assert {**later[row["hold_id"], row["currency"]], "row_count": row["row_count"]} == row


@RUNS
@given(ledgers(), holds(), days())
def test_a_dispute_is_open_resolved_or_lapsed(rows: plain.Ledger, held: list[Row], day: date) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = opened(folder, rows, held)
        found = disputes(warehouse, DisputesFilter(day), OPERATOR).to_pylist()
        assert {row["hold_id"] for row in found} == {
            row["hold_id"] for row in held if row["hold_type"] == "dispute" and row["starts_on"] <= day}  # type: ignore[operator]
        for row in found:
            assert (row["dispute_status"] == "resolved") == (row["resolution_type"] is not None)
            assert row["dispute_status"] in {"open", "resolved", "lapsed"}
