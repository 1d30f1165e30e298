"""Support joined with money, by hand: severe cases of accounts in trouble, debts beside what was used, cost to serve beside revenue."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearaccounts.access import Role, Viewer
from clearaccounts.errors import NotPermitted, SupportRulesError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.key_figures import CompanyPeriodFilter, kpis_company
from clearaccounts.support import money, rules
from clearaccounts.support.money import (
    CasesFilter,
    ConsumersFilter,
    CostsFilter,
    CustomerFilter,
    MarksFilter,
    PeriodFilter,
    RequestCostsFilter,
    SevereFilter,
)
from clearaccounts.support.rules_reader import parse
from clearaccounts.warehouse import Warehouse
from tests.worlds import world

DAY = date(2026, 6, 30)
END = datetime(2026, 7, 1)
HALF = PeriodFilter(date(2026, 1, 1), DAY)
COSTS = CostsFilter(HALF.from_on, HALF.to_on)
SOFIA = Viewer("test:sofia", "Sofía", Role.SALES_AGENT, "sofia@partner.example")
HENRY = Viewer("test:henry", "Henry", Role.HELPDESK_AGENT, "henry@partner.example")
MARTIN = Viewer("test:martin", "Martin", Role.MANAGER, "martin@partner.example")
RULES = """
name = "With costs"
[calendar]
days = ["monday"]
opens = 08:00:00
closes = 18:00:00
[cost_to_serve]
"""


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two plans of 365 days, 181 of them in the half year; Alder used 1 hour, Birch 2, and 4 hours belong to nobody."""
    return world(
        tmp_path_factory.mktemp("money"), DAY,
        customers=[
            {"customer_id": "C1", "customer_name": "Alder", "sales_agent": "sofia@partner.example"},
            {"customer_id": "C2", "customer_name": "Birch", "currency": "USD"},
            {"customer_id": "C3", "customer_name": "Cedar"},
            {"customer_id": "C4", "customer_name": "Dogwood"},
        ],
        exchange_rates=[{"currency": "USD", "rate_on": "2025-12-31", "rate_to_company": "0.5"}],
        support_plans=[
            {"support_plan_id": "P1", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "entitlement_quantity": 100,
             "amount_fee": "1000.00", "currency": "EUR"},
            {"support_plan_id": "P2", "support_vehicle": "asfp", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
             "entitlement_unit": "incidents", "entitlement_quantity": 10, "amount_fee": "100.00", "currency": "USD"},
            {"support_plan_id": "P3", "support_vehicle": "cloud", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
             "entitlement_unit": "unlimited", "amount_fee": "300.00", "currency": "EUR"},
            # Over before the half year; of it, and of one that costs nothing, nobody hears here.
            {"support_plan_id": "P4", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "amount_fee": "9.00", "currency": "EUR"},
            {"support_plan_id": "P5", "support_vehicle": "on_premises", "starts_on": "2026-01-01", "ends_on": "2026-12-31"},
        ],
        service_requests=[
            # It names no customer, but its case does.
            {"service_request_id": "S1", "opened_at": "2026-02-01T10:00:00", "hours_used": "1", "case_id": "K1"},
            {"service_request_id": "S2", "opened_at": "2026-02-02T10:00:00", "customer_id": "C2", "hours_used": "2"},
            {"service_request_id": "S3", "opened_at": "2026-02-03T10:00:00", "hours_used": "4"},
            {"service_request_id": "S4", "opened_at": "2026-06-30T23:59:59", "customer_id": "C1", "support_vehicle": "cloud"},
            {"service_request_id": "S5", "opened_at": "2026-03-01T10:00:00", "customer_id": "C3", "support_vehicle": "cloud"},
            {"service_request_id": "S6", "opened_at": "2026-03-01T10:00:00", "customer_id": "C1", "support_vehicle": "on_premises"},
            {"service_request_id": "S7", "opened_at": "2026-07-01T00:00:00", "customer_id": "C3", "hours_used": "50"},
        ],
        support_cases=[
            {"case_id": "K1", "customer_id": "C1", "opened_at": "2026-01-01T00:00:00", "severity": "A", "title": "Mail is down"},
            {"case_id": "K2", "customer_id": "C1", "opened_at": "2025-12-31T23:59:00", "severity": "A"},
            {"case_id": "K3", "customer_id": "C1", "opened_at": "2026-05-01T00:00:00", "severity": "A", "case_status": "closed",
             "closed_at": "2026-05-02T00:00:00"},
            {"case_id": "K4", "customer_id": "C2", "opened_at": "2026-05-01T00:00:00", "severity": "A"},
            {"case_id": "K5", "customer_id": "C3", "opened_at": "2026-05-01T00:00:00", "severity": "B"},
            {"case_id": "K6", "customer_id": "C4", "opened_at": "2026-07-01T00:00:00", "severity": "A"},
        ],
        customer_invoices=[
            {"invoice_id": "I1", "customer_id": "C1", "issued_on": "2026-03-01", "due_on": "2026-03-31", "amount_total": "1000.00"},
            {"invoice_id": "I2", "customer_id": "C1", "issued_on": "2026-06-01", "due_on": "2026-07-15", "amount_total": "500.00"},
            {"invoice_id": "I3", "customer_id": "C1", "issued_on": "2025-12-31", "due_on": "2026-01-31", "amount_total": "70.00",
             "currency": "GBP"},
            {"invoice_id": "I4", "customer_id": "C2", "issued_on": "2026-03-01", "due_on": "2026-06-30", "amount_total": "800.00",
             "currency": "USD"},
            {"invoice_id": "I5", "customer_id": "C3", "issued_on": "2026-03-01", "due_on": "2026-03-31", "amount_total": "40.00",
             "currency": "GBP"},
        ],
        credit_notes=[{"credit_note_id": "N1", "customer_id": "C1", "issued_on": "2026-04-01", "amount_total": "200.00"}],
        allocations=[
            {"allocation_id": "A1", "source_type": "credit_note", "source_id": "N1", "invoice_id": "I1", "applied_on": "2026-04-01",
             "amount_applied": "200.00"},
        ],
    )


def statuses(**words: str) -> pa.Table:
    rows = [{"customer_id": customer, "customer_name": customer, "receivables_status": word} for customer, word in words.items()]
    return pa.Table.from_pylist(rows, EMPTY_TABLES["statuses_now"].schema)


def by_name(table: pa.Table, *columns: str) -> dict[str, tuple[Any, ...]]:
    return {row["customer_name"]: tuple(row[column] for column in columns) for row in table.to_pylist()}


# Severe cases of accounts in trouble


def test_open_severity_a_cases_of_flagged_and_suspended_accounts(partner: Warehouse) -> None:
    words = statuses(C1="flagged", C2="suspended", C3="suspended", C4="flagged")

    def seen(viewer: Viewer = HENRY, at: datetime = END, **narrowed: str) -> list[tuple[str, str]]:
        found = money.severity_a_accounts(partner, SevereFilter(at, **narrowed), words, viewer)  # type: ignore[arg-type]
        assert not [name for name in found.column_names if name.startswith("amount")]
        return list(zip(found["case_id"].to_pylist(), found["receivables_status"].to_pylist(), strict=True))

    # The gravest word first, then the oldest case; K3 is closed, K5 is of severity B, K6 opens at that very instant.
    assert seen() == [("K4", "suspended"), ("K2", "flagged"), ("K1", "flagged")]
    assert seen(least_status="suspended") == [("K4", "suspended")]
    assert seen(SOFIA) == [("K2", "flagged"), ("K1", "flagged")]
    assert ("K3", "flagged") in seen(at=datetime(2026, 5, 1, 12))
    overdue = statuses(C1="overdue", C2="current")
    assert money.severity_a_accounts(partner, SevereFilter(END), overdue, HENRY).num_rows == 0
    found = money.severity_a_accounts(partner, SevereFilter(END, "overdue"), overdue, HENRY)
    assert found["case_id"].to_pylist() == ["K2", "K1"]


def test_an_account_that_only_its_severe_case_keeps_from_a_flag_counts_as_flagged(partner: Warehouse) -> None:
    rows = [{"customer_id": "C1", "customer_name": "Alder", "receivables_status": "overdue", "is_held_by_case": True},
            {"customer_id": "C2", "customer_name": "Birch", "receivables_status": "overdue", "is_held_by_case": False}]
    held = pa.Table.from_pylist(rows, EMPTY_TABLES["statuses_now"].schema)

    def seen(least_status: str) -> list[tuple[str, bool]]:
        found = money.severity_a_accounts(partner, SevereFilter(END, least_status), held, HENRY)
        return list(zip(found["case_id"].to_pylist(), found["is_held_by_case"].to_pylist(), strict=True))

    assert seen("flagged") == [("K2", True), ("K1", True)] and seen("suspended") == []
    assert seen("overdue") == [("K2", True), ("K1", True), ("K4", False)]


def test_suspensions_that_wait_for_a_severe_case(partner: Warehouse) -> None:
    stage: Mapping[str, Any] = {"stage": "suspension", "is_flagged": False, "amount_overdue": Decimal(800), "overdue_invoice_count": 1}
    stages = pa.Table.from_pylist([
        {**stage, "customer_id": "C1", "currency": "EUR", "hold_reasons": "dispute; severity_a_case"},
        {**stage, "customer_id": "C1", "currency": "GBP", "hold_reasons": "dispute"},
        {**stage, "customer_id": "C3", "currency": "GBP", "hold_reasons": "severity_a_case"},
    ], EMPTY_TABLES["stages_now"].schema)
    mark = {"mark_id": "M1", "customer_id": "C2", "currency": "USD", "mark_status": "approved", "marked_by": "Beatriz"}
    marks = pa.Table.from_pylist([mark], EMPTY_TABLES["marks_now"].schema)
    found = money.severity_a_marks(partner, MarksFilter(END), stages, marks, MARTIN).to_pylist()
    assert [(row["case_id"], row["currency"], row["hold_reasons"], row["mark_status"], row["is_held_by_case"]) for row in found] == [
        ("K4", "USD", None, "approved", False),
        ("K2", "EUR", "dispute; severity_a_case", None, True), ("K1", "EUR", "dispute; severity_a_case", None, True)]
    own = money.severity_a_marks(partner, MarksFilter(END), stages, marks, SOFIA)
    assert own["case_id"].to_pylist() == ["K2", "K1"]
    with pytest.raises(NotPermitted):
        money.severity_a_marks(partner, MarksFilter(END), stages, marks, HENRY)


# Debts beside what was used


def test_debts_of_who_uses_most_per_currency(partner: Warehouse) -> None:
    wanted = ConsumersFilter(HALF.from_on, HALF.to_on)
    rows = money.consumer_debts(partner, wanted, MARTIN).to_pylist()
    assert [(row["customer_name"], row["currency"], row["case_count"], row["open_case_count"], row["request_count"], row["hours_used"])
            for row in rows] == [
        ("Alder", "EUR", 2, 2, 3, 1), ("Alder", "GBP", 2, 2, 3, 1), ("Birch", "USD", 1, 1, 1, 2), ("Cedar", "GBP", 1, 1, 1, 0)]
    # Due on the day itself is not overdue; a currency stands for itself.
    assert [(row["amount_overdue"], row["amount_outstanding"], row["overdue_days"]) for row in rows] == [
        (800, 1300, 91), (70, 70, 150), (0, 800, None), (40, 40, 91)]
    assert {row["row_count"] for row in rows} == {4}


def test_debts_of_who_uses_most_in_company_currency(partner: Warehouse) -> None:
    found = money.consumers(partner, ConsumersFilter(HALF.from_on, HALF.to_on), MARTIN)
    # Pounds have no rate: who owes some has no sum at all, rather than a part of it.
    assert by_name(found, "amount_overdue_company", "amount_outstanding_company", "company_currency") == {
        "Alder": (None, None, "EUR"), "Birch": (0, 400, "EUR"), "Cedar": (None, None, "EUR")}
    july = money.consumers(partner, ConsumersFilter(date(2026, 7, 1), date(2026, 7, 31), "open_cases"), MARTIN)
    assert by_name(july, "amount_overdue_company", "open_case_count")["Dogwood"] == (0, 1)


@pytest.mark.parametrize(("measure", "order"), [
    ("cases", ["Alder", "Birch", "Cedar"]), ("open_cases", ["Alder", "Birch", "Cedar"]), ("requests", ["Alder", "Birch", "Cedar"]),
    ("hours", ["Birch", "Alder"]),
])
def test_the_measure_puts_the_customers_in_order(partner: Warehouse, measure: str, order: list[str]) -> None:
    found = money.consumers(partner, ConsumersFilter(HALF.from_on, HALF.to_on, measure), MARTIN)
    assert found["customer_name"].to_pylist() == order
    used = found[money.MEASURED[measure]].to_pylist()
    assert used == sorted(used, reverse=True) and used[-1] > 0
    assert money.consumers(partner, ConsumersFilter(HALF.from_on, HALF.to_on, measure), SOFIA)["customer_name"].to_pylist() == ["Alder"]


def test_behind_a_customer_stand_the_cases_and_requests_that_were_counted(partner: Warehouse) -> None:
    wanted = CustomerFilter("C1", HALF.from_on, HALF.to_on)
    for counted, ids in ((None, ["K3", "K1", "K2"]), ("cases", ["K3", "K1"]), ("open_cases", ["K1", "K2"])):
        found = money.cases(partner, CasesFilter("C1", HALF.from_on, HALF.to_on, counted), SOFIA)
        assert found["case_id"].to_pylist() == ids
    cases = money.cases(partner, CasesFilter("C1", HALF.from_on, HALF.to_on), SOFIA).to_pylist()
    assert [(row["case_id"], row["is_open"], row["is_opened_in_period"], row["case_status"]) for row in cases] == [
        ("K3", False, True, "closed"), ("K1", True, True, "open"), ("K2", True, False, "open")]
    assert money.requests(partner, wanted, SOFIA)["service_request_id"].to_pylist() == ["S4", "S6", "S1"]
    others = CustomerFilter("C2", HALF.from_on, HALF.to_on)
    assert money.cases(partner, CasesFilter("C2", HALF.from_on, HALF.to_on), SOFIA).num_rows == 0
    assert money.requests(partner, others, SOFIA).num_rows == 0


# Cost to serve beside revenue


def test_the_plans_fees_of_a_period_and_where_they_went(partner: Warehouse) -> None:
    rows = {row["support_plan_id"]: row for row in money.plan_fees(partner, HALF, MARTIN).to_pylist()}
    assert list(rows) == ["P1", "P3", "P2"]
    # 1000 x 181 / 365 = 495.89; of it 1 and 2 of 7 hours to customers, 4 to nobody. 50 USD x 181 / 365; nobody used it.
    assert {plan: (row["fee_days"], row["amount_fee_company"], row["amount_assigned_company"], row["amount_without_customer_company"],
                   row["amount_unused_company"], row["request_count"]) for plan, row in rows.items()} == {
        "P1": (181, Decimal("495.89"), Decimal("212.52"), Decimal("283.37"), 0, 3),
        "P3": (181, Decimal("148.77"), Decimal("148.77"), 0, 0, 2),
        "P2": (181, Decimal("24.79"), 0, 0, Decimal("24.79"), 0),
    }
    total = rows["P1"]
    assert total["amount_fee_total_company"] == Decimal("669.45") == (
        total["amount_assigned_total_company"] + total["amount_without_customer_total_company"] + total["amount_unused_total_company"])
    assert total["amount_fee"] == 1000 and rows["P2"]["currency"] == "USD" and total["plan_without_rate_count"] == 0


def test_months_add_up_to_the_year_and_the_year_to_the_fee(partner: Warehouse) -> None:
    months = [PeriodFilter(date(2026, month, 1), date(2026, month, monthrange(2026, month)[1])) for month in range(1, 13)]
    fees = [
        row["amount_fee_company"] for month in months for row in money.plan_fees(partner, month, MARTIN).to_pylist()
        if row["support_plan_id"] == "P1"]
    assert len(fees) == 12 and sum(fees) == 1000


def test_cost_to_serve_beside_revenue(partner: Warehouse) -> None:
    found = money.cost_to_serve(partner, COSTS, MARTIN)
    # Alder: a seventh of P1 and half of P3; invoices of 1500 less a credit note of 200. Cedar's revenue is in pounds without a rate.
    columns = ("amount_plan_fees_company", "amount_own_company", "amount_cost_company", "amount_revenue_company", "cost_rate")
    assert by_name(found, *columns) == {
        "Alder": (Decimal("145.23"), 0, Decimal("145.23"), 1300, Decimal("0.1117")),
        "Birch": (Decimal("141.68"), 0, Decimal("141.68"), 400, Decimal("0.3542")),
        "Cedar": (Decimal("74.38"), 0, Decimal("74.38"), None, None),
    }
    gaps = by_name(found, "document_without_rate_count", "customer_without_revenue_count", "customer_without_cost_count")
    assert gaps["Cedar"] == (1, 1, 0)
    assert found["customer_name"].to_pylist() == ["Alder", "Birch", "Cedar"]
    own = money.cost_to_serve(partner, CostsFilter(HALF.from_on, HALF.to_on, search="bir"), MARTIN)
    assert own["customer_name"].to_pylist() == ["Birch"]
    requests = money.request_costs(partner, RequestCostsFilter(HALF.from_on, HALF.to_on), MARTIN).to_pylist()
    assert {row["service_request_id"]: row["amount_share_company"] for row in requests} == {
        "S3": Decimal("283.37"), "S2": Decimal("141.68"), "S4": Decimal("74.39"), "S5": Decimal("74.38"), "S1": Decimal("70.84"), "S6": 0}


def test_revenue_adds_up_to_the_sales_of_the_key_figures(partner: Warehouse) -> None:
    period = CompanyPeriodFilter(HALF.from_on, HALF.to_on)
    found = money.cost_to_serve(partner, COSTS, MARTIN)["amount_revenue_company"].to_pylist()
    assert sum(amount for amount in found if amount is not None) == kpis_company(partner, period, MARTIN)["amount_sales"][0].as_py() == 1700


def test_no_revenue_has_no_share_of_cost(partner: Warehouse) -> None:
    april = CostsFilter(date(2026, 4, 1), date(2026, 4, 30))
    found = money.cost_to_serve(partner, april, MARTIN)
    assert by_name(found, "amount_revenue_company", "cost_rate") == {"Alder": (-200, None)}


def test_a_fee_without_a_rate_leaves_the_cost_empty(tmp_path: Path) -> None:
    alone = world(
        tmp_path, DAY, customers=[{"customer_id": "C1"}],
        support_plans=[
            {"support_plan_id": "P1", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "amount_fee": "100.00", "currency": "USD"},
        ],
        # A rate that is known only later is none.
        exchange_rates=[{"currency": "USD", "rate_on": "2026-01-02", "rate_to_company": "0.9"}],
        service_requests=[{"service_request_id": "S1", "opened_at": "2026-02-01T00:00:00", "customer_id": "C1", "hours_used": "1"}],
    )
    row = money.cost_to_serve(alone, COSTS, MARTIN).to_pylist()[0]
    assert row["amount_plan_fees_company"] is None is row["amount_cost_company"] is row["cost_rate"] and row["has_fee_without_rate"]
    assert row["customer_without_cost_count"] == 1 and row["amount_revenue_company"] == 0
    plan = money.plan_fees(alone, HALF, MARTIN).to_pylist()[0]
    assert plan["amount_fee_company"] is None is plan["amount_unused_company"]
    assert not plan["has_rate"] and plan["plan_without_rate_count"] == 1
    share = money.request_costs(alone, RequestCostsFilter(HALF.from_on, HALF.to_on), MARTIN)["amount_share_company"].to_pylist()
    assert share == [None]


def test_own_cost_as_the_rules_give_it(partner: Warehouse) -> None:
    given = rules.beside(partner, parse(RULES + 'amount_per_case = "12.3456"\namount_per_request = "40"\n', "own.toml"))
    found = money.cost_to_serve(given, COSTS, MARTIN)
    # Alder: 2 cases and 3 requests; rounded once, at the end.
    assert by_name(found, "amount_own_company", "amount_cost_company")["Alder"] == (Decimal("144.69"), Decimal("289.92"))
    assert by_name(found, "amount_own_company")["Cedar"] == (Decimal("52.35"),)
    only = rules.beside(partner, parse(RULES + 'amount_per_request = "40"\n', "own.toml"))
    assert by_name(money.cost_to_serve(only, COSTS, MARTIN), "amount_own_company")["Alder"] == (120,)


@pytest.mark.parametrize(
    "text", ["amount_per_case = 12.5", 'amount_per_case = "-1"', 'amount_per_case = "1.23456"', 'amount_per_hour = "1"'])
def test_a_cost_that_cannot_be_read_names_file_line_and_key(text: str) -> None:
    with pytest.raises(SupportRulesError, match=r"own\.toml, line 8: .*amount_per"):
        parse(RULES + text, "own.toml")


def test_costs_are_for_who_may_see_them(partner: Warehouse) -> None:
    for viewer in (SOFIA, HENRY):
        with pytest.raises(NotPermitted):
            money.cost_to_serve(partner, COSTS, viewer)
        with pytest.raises(NotPermitted):
            money.plan_fees(partner, HALF, viewer)
        with pytest.raises(NotPermitted):
            money.request_costs(partner, RequestCostsFilter(HALF.from_on, HALF.to_on), viewer)
    for debts in (money.consumers, money.consumer_debts):
        with pytest.raises(NotPermitted):
            debts(partner, ConsumersFilter(HALF.from_on, HALF.to_on), HENRY)
