"""Weeks, later, not expected and already here add up to what is outstanding; what falls due to Microsoft stands against it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.cash import APART, CoverFilter, DayFilter, ItemsFilter, answer, cover, expected_items, expected_weeks, weeks_in
from clearaccounts.errors import NotPermitted
from clearaccounts.payables import FallingDueFilter, falling_due
from clearaccounts.receivables import CompanyFilter, ControlFilter, ageing_company, control_by_currency
from clearaccounts.warehouse import Warehouse
from tests.cash.histories import paid, together
from tests.worlds import Row, world

DAY = date(2026, 6, 30)
PEOPLE = {person.role: person for person in DEMO_PEOPLE}


def invoice(key: str, due_on: date | str, amount: str, **more: object) -> Row:
    return {"invoice_id": key, "issued_on": "2026-05-01", "due_on": due_on, "amount_total": amount, **more}


def weeks(warehouse: Warehouse, currency: str | None, day: date = DAY) -> dict[str, dict[str, Any]]:
    rows = weeks_in(expected_weeks(warehouse, DayFilter(day), OPERATOR), currency).to_pylist()
    return {row["week"]: row for row in rows}


def amounts(rows: dict[str, dict[str, Any]], column: str = "amount_expected") -> dict[str, Decimal]:
    return {week: row[column] for week, row in rows.items() if row[column]}


def test_each_item_counts_in_the_week_of_its_day(tmp_path: Path) -> None:
    warehouse = world(tmp_path, DAY, customers=[{"customer_id": "C1"}, {"customer_id": "C2"}], customer_invoices=[
        invoice("today", DAY, "1.00"), invoice("sunday", "2026-07-05", "2.00"), invoice("monday", "2026-07-06", "4.00"),
        invoice("last", "2026-09-27", "8.00"), invoice("later", "2026-09-28", "16.00"), invoice("over", "2026-06-01", "32.00"),
        invoice("disputed", "2026-07-07", "64.00", customer_id="C2"), invoice("dollars", "2026-07-07", "128.00", currency="USD"),
    ], holds=[{"hold_id": "H", "customer_id": "C2", "starts_on": "2026-06-01"}])
    assert amounts(weeks(warehouse, "EUR")) == {
        "2026-W27": Decimal(3), "2026-W28": Decimal(4), "2026-W39": Decimal(8), "later": Decimal(16), "no_day": Decimal(32),
        "disputed": Decimal(64),
    }
    assert amounts(weeks(warehouse, "USD")) == {"2026-W28": Decimal(128)}
    assert amounts(weeks(warehouse, "EUR"), "amount_overdue") == {"no_day": Decimal(32)}
    assert amounts(weeks(warehouse, None)) == amounts(weeks(warehouse, "EUR")), "without a rate dollars stay out of company currency"
    assert [row["item_count"] for row in weeks(warehouse, "EUR").values()] == [2, 1, *[0] * 10, 1, 1, 1, 1, 0]


def test_how_far_a_cumulative_sum_may_reach(tmp_path: Path) -> None:
    # Paid 0, 10 and 20 days late: typical values 0, 10, 10, 20, so [0, 0, 10, 10, 10, 20, 20]: day 10.
    # Its ten cases are three times 0, four times 10 and three times 20 days late.
    history = [(f"H{late}", date(2026, 5, 10), late) for late in (0, 10, 20)]
    warehouse = world(
        tmp_path, DAY, customers=[{"customer_id": "C1"}],
        customer_invoices=[*(invoice(key, due, "10.00") for key, due, _ in history), invoice("X", "2026-07-06", "7.00")],
        payments=[{"payment_id": key, "received_on": due + timedelta(days=late), "amount_total": "10.00"} for key, due, late in history],
        allocations=[{"allocation_id": key, "applied_on": due + timedelta(days=late), "source_id": key, "invoice_id": key,
                      "amount_applied": "10.00"} for key, due, late in history])
    found = weeks(warehouse, "EUR")
    rows = [found[week] for week in ("2026-W27", "2026-W28", "2026-W29", "2026-W30")]
    assert [tuple(row[f"amount_cumulative{end}"] for end in ("_low", "", "_high")) for row in rows] == [
        (0, 0, 0),
        # In three cases of ten 7.00: the mean is 2.10, the deviation 7 * sqrt(0.3 * 0.7) = 3.2078, times 1.2816 is 4.1111.
        (0, 0, Decimal("6.21")),
        # In seven cases of ten: 4.90 less 4.1111; more than all cannot come.
        (Decimal("0.79"), 7, 7),
        (7, 7, 7)]


def test_customers_are_independent_and_what_one_customer_owes_moves_together(tmp_path: Path) -> None:
    # Everybody pays 0 or 14 days late, as often.
    parts = [paid(customer, [0, 14] * 12, date(2025, 6, 1)) for customer in ("C1", "C2")]
    def range_of(*customers: str) -> tuple[Decimal, Decimal]:
        invoices = [invoice(f"X{number}", "2026-07-06", "100.00", customer_id=customer) for number, customer in enumerate(customers)]
        warehouse = world(tmp_path, DAY, **together(
            *parts, customers=[{"customer_id": "C1"}, {"customer_id": "C2"}], customer_invoices=invoices))
        row = weeks(warehouse, "EUR")["2026-W28"]
        return row["amount_cumulative_low"], row["amount_cumulative_high"]
    # 1.2816 * 100 about 100, or 1.2816 * 50 * sqrt(2); both are expected in that week, so 200 belongs to the range.
    assert range_of("C1", "C1") == (Decimal(0), Decimal(200))
    assert range_of("C1", "C2") == (Decimal("9.38"), Decimal(200))


def test_unapplied_money_is_here_and_settles_the_oldest_due_first(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path, DAY, customers=[{"customer_id": "C1"}, {"customer_id": "C2"}],
        customer_invoices=[invoice("A", "2026-07-06", "10.00"), invoice("B", "2026-07-13", "10.00"), invoice("C", "2026-07-06", "5.00",
                           customer_id="C2"), invoice("D", "2026-07-06", "9.00", currency="USD")],
        payments=[{"payment_id": "P", "received_on": "2026-06-01", "amount_total": "14.00"},
                  {"payment_id": "Q", "received_on": "2026-06-01", "amount_total": "50.00", "customer_id": "C2"},
                  {"payment_id": "R", "received_on": "2026-07-01", "amount_total": "14.00"}])
    assert amounts(weeks(warehouse, "EUR")) == {"2026-W29": Decimal(6), "already_here": Decimal(19)}
    assert amounts(weeks(warehouse, "USD")) == {"2026-W28": Decimal(9)}
    rows = expected_items(warehouse, ItemsFilter(DAY, week="already_here"), OPERATOR).to_pylist()
    assert {row["invoice_id"]: row["amount_already_here"] for row in rows} == {"A": Decimal(10), "B": Decimal(4), "C": Decimal(5)}


def adds_up(warehouse: Warehouse, day: date) -> None:
    """Per currency the rows add up to what is outstanding; that and the unapplied money are the control total."""
    control = control_by_currency(warehouse, ControlFilter(day), OPERATOR).to_pylist()
    found = expected_weeks(warehouse, DayFilter(day), OPERATOR)
    for row in control:
        rows = weeks_in(found, row["currency"]).to_pylist()
        total = sum((one["amount_expected"] for one in rows), Decimal(0))
        assert total == row["amount_outstanding"] == row["amount_control"] - row["amount_unapplied"]
        for one in rows:
            if one["ends_on"] is not None:
                assert one["amount_cumulative_low"] <= one["amount_cumulative"] <= one["amount_cumulative_high"]
        items = expected_items(warehouse, ItemsFilter(day, row["currency"]), OPERATOR).to_pylist()
        for one in rows:
            own = [item["amount_already_here"] if one["week"] == "already_here" else item["amount_expected"] for item in items
                   if one["week"] in ("already_here", item["week"])]
            assert sum(own, Decimal(0)) == one["amount_expected"], "a week leads to the items that make it up"
        assert all(item["expected_on"] is None or item["expected_on"] > day for item in items)
        assert all(item["earliest_on"] is None or day < item["earliest_on"] <= item["expected_on"] <= item["latest_on"] for item in items)
    booked = [one["amount_outstanding"] for one in ageing_company(warehouse, CompanyFilter(day), OPERATOR).to_pylist()
              if one["bucket"] not in ("unapplied", "revaluation")]
    converted = weeks_in(found, None).to_pylist()
    assert sum((one["amount_expected"] for one in converted), Decimal(0)) == sum(booked, Decimal(0))
    covered = cover(warehouse, CoverFilter(day), OPERATOR).to_pylist()
    assert [one["amount_expected"] for one in converted if one["week"] not in ("disputed", "no_day", "already_here")] in (
        [], [one["amount_expected"] for one in covered])


@st.composite
def ledgers(draw: st.DrawFn) -> dict[str, Any]:
    """Invoices of two customers in three currencies, payments (some unapplied, some returned) and what they settle."""
    day = st.dates(date(2026, 1, 1), date(2026, 9, 30))
    found: dict[str, list[Row]] = {
        "customers": [{"customer_id": "C1", "segment": "small"}, {"customer_id": "C2", "segment": draw(st.sampled_from([None, "small"]))}],
        "exchange_rates": [{"currency": "USD", "rate_on": "2025-01-01", "rate_to_company": "0.9137"}],
        "customer_invoices": [], "payments": [], "allocations": [], "holds": [],
    }
    for number in range(draw(st.integers(1, 9))):
        currency, customer_id = draw(st.sampled_from(["EUR", "USD", "JPY"])), draw(st.sampled_from(["C1", "C2"]))
        amount, issued_on = draw(st.integers(1, 400)), draw(day)
        own = {"customer_id": customer_id, "currency": currency}
        found["customer_invoices"].append({
            **own, "invoice_id": f"I{number}", "issued_on": issued_on, "amount_total": amount,
            "due_on": draw(st.none() | st.just(issued_on + timedelta(days=draw(st.integers(0, 200)))))})
        if draw(st.booleans()):
            paid = draw(st.integers(1, 500))
            received_on = issued_on + timedelta(days=draw(st.integers(0, 90)))
            found["payments"].append({**own, "payment_id": f"P{number}", "received_on": received_on, "amount_total": paid})
            if draw(st.booleans()):
                found["allocations"].append({
                    "allocation_id": f"A{number}", "applied_on": received_on, "source_id": f"P{number}", "invoice_id": f"I{number}",
                    "amount_applied": min(paid, amount)})
    if draw(st.booleans()):
        found["holds"].append({"hold_id": "H", "customer_id": "C1", "starts_on": "2026-04-01", "ends_on": draw(st.none() | day)})
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ledgers(), day=st.dates(date(2026, 1, 1), date(2026, 10, 31)))
def test_the_rows_add_up_to_what_is_outstanding(rows: dict[str, Any], day: date) -> None:
    with TemporaryDirectory() as folder:
        adds_up(world(Path(folder), date(2026, 10, 31), **rows), day)


@pytest.mark.parametrize("day", [date(2024, 12, 24), date(2025, 8, 31), date(2026, 5, 17), date(2026, 9, 30)])
def test_they_do_on_the_sample(sample_warehouse: Warehouse, day: date) -> None:
    adds_up(sample_warehouse, day)


# ---------- against what falls due to Microsoft


SUPPLIER: list[Row] = [
    {"supplier_invoice_id": "old", "issued_on": "2026-03-01", "amount_total": "3.00", "due_on": "2026-06-30"},
    {"supplier_invoice_id": "net60", "issued_on": "2026-05-10", "amount_total": "20.00"},
    {"supplier_invoice_id": "part", "issued_on": "2026-05-10", "amount_total": "50.00", "amount_paid": "-45.00", "due_on": "2026-07-06"},
    {"supplier_invoice_id": "paid", "issued_on": "2026-05-10", "amount_total": "100.00", "amount_paid": "100.00"},
    {"supplier_invoice_id": "void", "issued_on": "2026-05-10", "amount_total": "200.00", "document_type": "Void_note"},
    {"supplier_invoice_id": "tomorrow", "issued_on": "2026-07-01", "amount_total": "400.00"},
    {"supplier_invoice_id": "far", "issued_on": "2026-06-01", "amount_total": "800.00", "due_on": "2026-12-31"},
]


def test_what_falls_due_stands_in_its_week_and_net_60_unless_given(tmp_path: Path) -> None:
    warehouse = world(tmp_path, DAY, supplier_invoices=SUPPLIER)
    rows = cover(warehouse, CoverFilter(DAY), OPERATOR).to_pylist()
    # 10 May and 60 days is 9 July, in week 28.
    assert {row["week"]: row["amount_payable"] for row in rows if row["amount_payable"]} == {
        "2026-W27": Decimal(3), "2026-W28": Decimal(25), "later": Decimal(800)}
    assert rows[0]["amount_payable_overdue"] == Decimal(3)
    found = falling_due(warehouse, FallingDueFilter(DAY, week="2026-W28"), OPERATOR).to_pylist()
    assert [(row["supplier_invoice_id"], row["is_due_derived"], row["amount_outstanding"]) for row in found] == [
        ("part", False, Decimal(5)), ("net60", True, Decimal(20))]
    owed = falling_due(warehouse, FallingDueFilter(DAY), OPERATOR).to_pylist()
    assert sum(row["amount_payable"] for row in rows) == sum(row["amount_outstanding"] for row in owed)


def test_the_first_week_in_which_the_money_does_not_reach(tmp_path: Path) -> None:
    warehouse = world(tmp_path, DAY, supplier_invoices=SUPPLIER, customers=[{"customer_id": "C1"}], customer_invoices=[
        invoice("A", "2026-07-05", "10.00"), invoice("B", "2026-07-20", "100.00")])
    rows = cover(warehouse, CoverFilter(DAY), OPERATOR).to_pylist()
    assert [(row["amount_expected"], row["amount_difference"], row["amount_balance"], row["is_covered"]) for row in rows[:4]] == [
        (10, 7, 7, True), (0, -25, -18, False), (0, 0, -18, False), (100, 100, 82, True)]
    short = answer(rows).first_short
    assert short is not None and (short["week"], short["amount_balance"]) == ("2026-W28", Decimal(-18))
    helped = cover(warehouse, CoverFilter(DAY, None, Decimal("18.00")), OPERATOR).to_pylist()
    assert helped[1]["amount_balance"] == 0 and answer(helped).first_short is None, "just enough is enough"
    assert answer(helped).is_anything_due and not answer(cover(warehouse, CoverFilter(DAY, "USD"), OPERATOR).to_pylist()).is_anything_due


def test_in_company_currency_supplier_invoices_are_booked_on_their_day(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path, DAY, supplier_invoices=[
            {"supplier_invoice_id": "S", "issued_on": "2026-05-10", "currency": "USD", "amount_total": "10.01", "due_on": "2026-07-06"}],
        exchange_rates=[{"currency": "USD", "rate_on": "2026-05-01", "rate_to_company": "0.95"},
                        {"currency": "USD", "rate_on": "2026-06-01", "rate_to_company": "0.5"}])
    (row,) = [row for row in cover(warehouse, CoverFilter(DAY), OPERATOR).to_pylist() if row["amount_payable"]]
    assert row["amount_payable"] == Decimal("9.51"), "9.5095, rounded half away from zero"


def test_microsofts_side_is_for_those_who_may_see_costs(sample_warehouse: Warehouse) -> None:
    day = sample_warehouse.build.as_of_on
    for role in (Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.USER_ADMIN):
        with pytest.raises(NotPermitted):
            cover(sample_warehouse, CoverFilter(day), PEOPLE[role])
        with pytest.raises(NotPermitted):
            falling_due(sample_warehouse, FallingDueFilter(day), PEOPLE[role])
    own = expected_weeks(sample_warehouse, DayFilter(day), PEOPLE[Role.SALES_AGENT])
    everybody = expected_weeks(sample_warehouse, DayFilter(day), PEOPLE[Role.MANAGER])
    both = [sum(row["amount_expected"] for row in weeks_in(table, None).to_pylist()) for table in (own, everybody)]
    assert 0 < both[0] < both[1]


def test_every_kind_of_row_has_its_words() -> None:
    assert set(APART) == {"later", "disputed", "no_day", "already_here"}
