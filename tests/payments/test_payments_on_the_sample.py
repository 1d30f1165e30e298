"""The sample partner: plain Python agrees on how customers pay, and the views show the stories of its README."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR
from clearaccounts.payments import (
    BehaviourFilter,
    DisputesFilter,
    PromisesFilter,
    SlowerFilter,
    TimelineFilter,
    behaviour,
    disputes,
    promises,
    slower,
    timeline,
)
from clearaccounts.receivables import ControlFilter, control_totals
from clearaccounts.sample import LAST_ON
from clearaccounts.settings import SAMPLE_SOURCE
from clearaccounts.warehouse import Warehouse
from tests.receivables import ledger as plain


def read(kind: str) -> list[plain.Row]:
    with (SAMPLE_SOURCE / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def files() -> dict[str, list[plain.Row]]:
    return {kind: read(kind) for kind in ("customer_invoices", "instalments", "credit_notes", "payments", "allocations")}


def around(files: dict[str, list[plain.Row]], customer_id: str) -> plain.Ledger:
    """A customer's invoices, what settles them, and the other invoices that the same documents settle."""
    own = {row["invoice_id"] for row in files["customer_invoices"] if row["customer_id"] == customer_id}
    sources = {row["source_id"] for row in files["allocations"] if row["invoice_id"] in own and row["source_id"]}
    allocations = [row for row in files["allocations"] if row["invoice_id"] in own or row["source_id"] in sources]
    invoices = {row["invoice_id"] for row in allocations} | own
    return plain.Ledger(
        [row for row in files["customer_invoices"] if row["invoice_id"] in invoices],
        [row for row in files["instalments"] if row["invoice_id"] in invoices],
        [row for row in files["credit_notes"] if row["credit_note_id"] in sources],
        [row for row in files["payments"] if row["payment_id"] in sources],
        allocations,
    )


def paid_like(ledger: plain.Ledger, customer_id: str, day: date) -> list[tuple[str, int, bool]]:
    """(invoice, days late, settled) of the twelve months up to `day`: settled in them, or overdue at their end."""
    first_on = date(day.year - 1, day.month, day.day) + timedelta(days=1)
    changes = {date.fromisoformat(str(row["applied_on"])) for row in ledger.allocations}
    changes |= {date.fromisoformat(str(row["issued_on"])) for row in ledger.customer_invoices}
    looked_at = [*sorted(one for one in changes if one < day), day]
    open_on = {one: {str(item[0]["invoice_id"]) for item in plain.items(ledger, one)} for one in looked_at}
    by = {str(invoice["invoice_id"]): {str(a["source_type"]) for a, i, *_ in plain.in_force(ledger, day) if i is invoice}
          for invoice in ledger.customer_invoices}
    found = []
    for row in ledger.customer_invoices:
        number, issued = str(row["invoice_id"]), date.fromisoformat(str(row["issued_on"]))
        if row["customer_id"] != customer_id or issued > day or row["invoice_status"] in {"draft", "void"}:
            continue
        plan = [str(part["due_on"]) for part in ledger.instalments if part["invoice_id"] == number]
        due = date.fromisoformat(str(max(plan, default="") or row["due_on"] or issued))
        if number in open_on[day]:
            dues = [item[2] or issued for item in plain.items(ledger, day) if item[0] is row]
            if min(dues) < day:
                found.append((number, (day - min(dues)).days, False))
            continue
        # The first day from which nothing was open any longer.
        settled_on = issued
        for one, numbers in open_on.items():
            if number in numbers:
                settled_on = min(later for later in open_on if later > one)
        if settled_on >= first_on and by[number] - {"credit_note"}:
            found.append((number, (settled_on - due).days, True))
    return found


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 4, 15), LAST_ON], ids=str)
@pytest.mark.parametrize("customer_id", ["C0001", "C0008", "C0011", "C0017", "C0060", "C0150"])
def test_plain_python_agrees(sample_warehouse: Warehouse, files: dict[str, list[plain.Row]], customer_id: str, day: date) -> None:
    wanted = paid_like(around(files, customer_id), customer_id, day)
    currency_of = {str(row["invoice_id"]): row["currency"] for row in files["customer_invoices"]}
    rows = behaviour(sample_warehouse, BehaviourFilter(day, customer_id), OPERATOR).to_pylist()
    assert {row["currency"] for row in rows} == {currency_of[number] for number, *_ in wanted}
    for row in rows:
        own = [(late, is_settled) for number, late, is_settled in wanted if currency_of[number] == row["currency"]]
        assert row["invoice_count"] == len(own)
        assert row["overdue_count"] == sum(not is_settled for _, is_settled in own)
        assert row["on_time_count"] == sum(is_settled and late <= 0 for late, is_settled in own)
        assert row["median_late_days"] == Decimal(str(median(late for late, _ in own)))
        assert row["average_late_days"] == (Decimal(sum(late for late, _ in own)) / len(own)).quantize(Decimal("0.0001"))


@pytest.mark.parametrize("day", [date(2025, 5, 17), LAST_ON], ids=str)
def test_the_months_of_all_customers_add_up_to_the_control_total(sample_warehouse: Warehouse, day: date) -> None:
    rows = timeline(sample_warehouse, TimelineFilter(day, month_count=60), OPERATOR).to_pylist()
    closing: dict[str, Decimal] = {}
    for row in rows:
        assert row["amount_opening"] == closing.get(row["currency"], 0)
        assert row["amount_closing"] == row["amount_outstanding"] + row["amount_unapplied"]
        closing[row["currency"]] = row["amount_closing"]
    control: dict[str, Decimal] = {}
    for row in control_totals(sample_warehouse, ControlFilter(day), OPERATOR).to_pylist():
        control[row["currency"]] = control.get(row["currency"], Decimal(0)) + row["amount_control"]
    assert closing == control


def slowed(warehouse: Warehouse, **more: Any) -> list[dict[str, Any]]:
    return list(slower(warehouse, SlowerFilter(LAST_ON, **more), OPERATOR).to_pylist())


def test_the_one_who_stopped_paying_got_slower_the_most(sample_warehouse: Warehouse) -> None:
    first = slowed(sample_warehouse, row_limit=1)[0]
    assert (first["customer_id"], first["quarter_overdue_count"], first["amount_overdue"]) == ("C0001", 4, Decimal("10810.92"))
    (row,) = behaviour(sample_warehouse, BehaviourFilter(LAST_ON, "C0001"), OPERATOR).to_pylist()
    # Of eight settled since October four were on time; with the four that lie overdue it is one in three.
    assert (row["settled_count"], row["overdue_count"], row["on_time_rate"]) == (8, 4, Decimal("0.3333"))


def test_the_one_who_pays_a_week_later_every_month_is_seen_to(sample_warehouse: Warehouse) -> None:
    """C0008, story 8: a week later every month since November 2025, the last time 54 days late."""
    place = {row["customer_id"]: number for number, row in enumerate(slowed(sample_warehouse))}
    assert place["C0008"] < 10
    (row,) = behaviour(sample_warehouse, BehaviourFilter(LAST_ON, "C0008"), OPERATOR).to_pylist()
    assert (row["year_before_late_days"], row["quarter_before_late_days"]) == (5, Decimal("33.5"))
    assert row["quarter_late_days"] == Decimal("51.5")
    assert row["on_time_rate"] == 0 and row["slope_days"] > 4


def test_the_unpaid_stories_are_all_among_the_slowest(sample_warehouse: Warehouse) -> None:
    assert {row["customer_id"] for row in slowed(sample_warehouse, row_limit=7)} == {
        "C0001", "C0003", "C0004", "C0005", "C0006", "C0007", "C0008"}


def test_promises_and_disputes_are_those_of_the_readme(sample_warehouse: Warehouse) -> None:
    rows = promises(sample_warehouse, PromisesFilter(LAST_ON), OPERATOR).to_pylist()
    by_status: dict[str, list[str]] = {}
    for row in rows:
        by_status.setdefault(row["promise_status"], []).append(row["customer_id"])
    assert {status: len(found) for status, found in by_status.items()} == {"kept": 4, "broken": 11, "running": 1}
    assert by_status["running"] == ["C0007"] and by_status["broken"][0] == "C0012"
    (story,) = [row for row in rows if row["customer_id"] == "C0007"]
    assert (story["amount_promised"], story["amount_received"], story["ends_on"]) == (4446, 0, date(2026, 10, 7))
    # The day after its last day, with nothing received, it would be broken.
    (later,) = promises(sample_warehouse, PromisesFilter(date(2026, 10, 8), "C0007"), OPERATOR).to_pylist()
    assert later["promise_status"] == "broken"
    found = disputes(sample_warehouse, DisputesFilter(LAST_ON), OPERATOR).to_pylist()
    assert [(row["customer_id"], row["invoice_id"], row["amount_disputed"]) for row in found if row["dispute_status"] == "open"] == [
        ("C0002", "INV-2607-0002", 3672)]
    assert {row["dispute_status"] for row in found} == {"open", "resolved"} and len(found) == 13


def test_a_segment_in_a_sales_agents_view_holds_their_customers_alone(sample_warehouse: Warehouse) -> None:
    sofia = next(person for person in DEMO_PEOPLE if person.role.value == "sales_agent")
    rows = behaviour(sample_warehouse, BehaviourFilter(LAST_ON), OPERATOR).to_pylist()
    everybody = {(row["customer_id"], row["currency"]): row["median_late_days"] for row in rows}
    hers = behaviour(sample_warehouse, BehaviourFilter(LAST_ON), sofia).to_pylist()
    assert 0 < len(hers) < len(everybody)
    for row in hers:
        if row["peers_type"] is not None:
            assert 5 <= row["peers_customer_count"] <= len(hers)
        assert row["median_late_days"] == everybody[row["customer_id"], row["currency"]]
