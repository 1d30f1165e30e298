"""Case rate: which requests, cases and customers count, by month and by group; every figure of these worlds can be counted by eye."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.escalations import rates
from clearaccounts.escalations.rates import CaseRateFilter, GroupsFilter, MismatchFilter, RateCasesFilter, RateRequestsFilter
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 30)
PERIOD = CaseRateFilter(MAY, JUNE)
ANA = Viewer("test:ana", "Ana", Role.SALES_AGENT, "ana@partner.example")


def customer(customer_id: str, **more: str) -> Row:
    return {"customer_id": customer_id, **more}


def case(case_id: str, opened: str, **more: str) -> Row:
    return {"case_id": case_id, "opened_at": f"{opened} 12:00:00", **more}


def request(request_id: str, opened: str, **more: str) -> Row:
    return {"service_request_id": request_id, "opened_at": f"{opened} 12:00:00", **more}


def event(case_id: str, at: str, event_type: str) -> Row:
    return {"case_id": case_id, "occurred_at": at, "event_type": event_type}


def one(warehouse: Warehouse, viewer: Viewer = OPERATOR, chosen: CaseRateFilter = PERIOD) -> tuple[Any, ...]:
    """Requests, cases, customers, and the two rates."""
    row = rates.case_rate(warehouse, chosen, viewer).to_pylist()[0]
    return tuple(row.values())[2:]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Ana's customer C1 and somebody else's C2; four cases in May and June; five requests in them, one for nobody known."""
    return world(
        tmp_path_factory.mktemp("town"),
        customers=[customer("C1", sales_agent="ana@partner.example", customer_name="Alder"),
                   customer("C2", sales_agent="ben@partner.example", customer_name="Birch")],
        support_cases=[
            case("K0", "2026-04-30", support_type="technical", severity="C"),
            case("K1", "2026-05-01", case_category="Azure", support_type="technical", severity="A", product_name="Azure plan",
                 assignee="lea"),
            case("K2", "2026-05-20", case_category="Invoices and billing", severity="C", assignee="mo"),
            case("K3", "2026-06-10", case_category="Azure", support_type="technical", severity="B", assignee="lea", customer_id="C2",
                 product_name="Windows Server 2022"),
            case("K4", "2026-06-30", severity="B", customer_id="C2"),
            case("K5", "2026-07-01", customer_id="C2"),
        ],
        case_events=[event("K2", "2026-05-20 12:00:00", "opened"), event("K2", "2026-05-21 12:00:00", "escalated")],
        service_requests=[
            request("R0", "2026-04-30", case_id="K0"),
            # Of a case before the period; through a technical vehicle.
            request("R1", "2026-05-02", case_id="K0", customer_id="C1", severity="A"),
            # Names no customer: its case's. Two requests of one case.
            request("R2", "2026-05-02", case_id="K1", severity="A"),
            request("R3", "2026-05-09", case_id="K1", customer_id="C1", support_vehicle="cloud"),
            # A billing case through a technical vehicle; a cloud vehicle for what stands in the customer's own room.
            request("R4", "2026-06-01", case_id="K2", customer_id="C1", support_vehicle="asfp"),
            request("R5", "2026-06-11", case_id="K3", customer_id="C2", support_vehicle="cloud"),
            # Neither case nor customer.
            request("R6", "2026-06-30", support_vehicle="commercial", severity="C"),
            request("R7", "2026-07-01", case_id="K5", customer_id="C2"),
        ],
    )


def test_what_was_opened_in_the_period(town: Warehouse) -> None:
    # R1 to R6 over K1 to K4, and two customers.
    assert one(town) == (6, 4, 2, Decimal(150), Decimal(300))


def test_a_sales_agent_counts_own_customers_alone(town: Warehouse) -> None:
    # R1 to R4 over K1 and K2; the request for nobody known is not theirs.
    assert one(town, ANA) == (4, 2, 1, Decimal(200), Decimal(400))


def test_months_stand_apart_and_by_kind(town: Warehouse) -> None:
    found = rates.months(town, PERIOD, OPERATOR).to_pylist()
    assert [(r["month_on"], r["request_count"], r["case_count"], r["customer_count"]) for r in found] == [
        (date(2026, 5, 1), 3, 2, 2), (date(2026, 6, 1), 3, 2, 2)]
    assert [(r["commercial_request_count"], r["technical_request_count"]) for r in found] == [(0, 3), (1, 2)]
    # K2 is billing by its category; K4's category says nothing of its type.
    assert [(r["commercial_case_count"], r["technical_case_count"]) for r in found] == [(1, 1), (0, 1)]
    assert [r["requests_per_100_cases"] for r in found] == [150, 150]
    assert [(r["commercial_requests_per_100_cases"], r["technical_requests_per_100_cases"]) for r in found] == [(0, 300), (None, 200)]


def test_months_are_cut_by_the_period(town: Warehouse) -> None:
    found = rates.months(town, CaseRateFilter(date(2026, 5, 2), date(2026, 6, 10)), OPERATOR).to_pylist()
    assert [(r["from_on"], r["to_on"], r["request_count"], r["case_count"]) for r in found] == [
        (date(2026, 5, 2), date(2026, 5, 31), 3, 1), (date(2026, 6, 1), date(2026, 6, 10), 1, 1)]


def groups(warehouse: Warehouse, by: str, viewer: Viewer = OPERATOR) -> dict[str | None, tuple[int, int, int]]:
    rows = rates.groups(warehouse, GroupsFilter(MAY, JUNE, by), viewer).to_pylist()
    return {r["dimension_value"]: (r["case_count"], r["escalated_case_count"], r["request_count"]) for r in rows}


@pytest.mark.parametrize(("by", "expected"), [
    ("category", {"Azure": (2, 2, 3), "Invoices and billing": (1, 1, 1), "Mail": (1, 0, 1), None: (0, 0, 1)}),
    ("product", {"Azure plan": (1, 1, 2), "Windows Server 2022": (1, 1, 1), None: (2, 1, 3)}),
    ("assignee", {"lea": (2, 2, 3), "mo": (1, 1, 1), None: (1, 0, 2)}),
    # R1 is of K0, a case of severity C, whatever Microsoft calls it; R6 has its own alone.
    ("severity", {"A": (1, 1, 2), "B": (2, 1, 1), "C": (1, 1, 3)}),
    ("support_type", {"technical": (2, 2, 4), "billing": (1, 1, 1), None: (1, 0, 1)}),
    ("customer", {"C1": (2, 2, 4), "C2": (2, 1, 1), None: (0, 0, 1)}),
    # K1 went through psfp first.
    ("vehicle", {"psfp": (1, 1, 2), "cloud": (1, 1, 2), "asfp": (1, 1, 1), "commercial": (0, 0, 1), None: (1, 0, 0)}),
])
def test_who_escalates_what(town: Warehouse, by: str, expected: dict[str | None, tuple[int, int, int]]) -> None:
    assert groups(town, by) == expected
    for value, (cases, escalated, requests) in expected.items():
        wanted = RateRequestsFilter(MAY, JUNE, by, value)
        assert rates.requests_behind(town, wanted, OPERATOR).num_rows == requests
        for figure, count in (("opened", cases), ("escalated", escalated)):
            assert rates.cases_behind(town, RateCasesFilter(MAY, JUNE, figure, by, value), OPERATOR).num_rows == count


def test_groups_of_a_sales_agent(town: Warehouse) -> None:
    assert groups(town, "customer", ANA) == {"C1": (2, 2, 4)}
    assert groups(town, "category", ANA) == {"Azure": (1, 1, 2), "Invoices and billing": (1, 1, 1), "Mail": (0, 0, 1)}


def test_shares_and_rates_of_a_group(town: Warehouse) -> None:
    azure, *_ = rates.groups(town, GroupsFilter(MAY, JUNE, "category"), OPERATOR).to_pylist()
    assert (azure["escalated_rate"], azure["request_rate"], azure["requests_per_100_cases"]) == (1, Decimal("0.5"), 150)
    nothing = rates.groups(town, GroupsFilter(MAY, JUNE, "category"), OPERATOR).to_pylist()[-1]
    assert nothing["dimension_value"] is None and nothing["escalated_rate"] is None and nothing["requests_per_100_cases"] is None


def test_commercial_against_technical(town: Warehouse) -> None:
    found = rates.request_types(town, PERIOD, OPERATOR).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        ("commercial", None, 1, 0), ("technical", "billing", 1, 1), ("technical", "technical", 4, 1)]
    wrong = rates.mismatched(town, MismatchFilter(MAY, JUNE), OPERATOR).to_pylist()
    assert [(r["service_request_id"], r["mismatch_type"], r["row_count"]) for r in wrong] == [
        ("R4", "support_type_not_covered", 2), ("R5", "platform_not_covered", 2)]
    assert [r["service_request_id"] for r in rates.mismatched(town, MismatchFilter(MAY, JUNE), ANA).to_pylist()] == ["R4"]


def test_a_case_of_somebody_elses_customer_is_told_to_nobody(tmp_path: Path) -> None:
    found = world(
        tmp_path,
        customers=[customer("C1", sales_agent="ana@partner.example"), customer("C2", sales_agent="ben@partner.example")],
        support_cases=[case("K1", "2026-06-01", customer_id="C2", title="Secret", assignee="mo")],
        service_requests=[request("R1", "2026-06-02", case_id="K1", customer_id="C1")],
    )
    row = rates.requests_behind(found, RateRequestsFilter(MAY, JUNE), ANA).to_pylist()[0]
    assert (row["service_request_id"], row["case_id"], row["title"], row["case_category"]) == ("R1", None, None, None)
    assert rates.requests_behind(found, RateRequestsFilter(MAY, JUNE), OPERATOR).to_pylist()[0]["case_id"] == "K1"


def test_without_cases_and_customers_a_rate_is_blank(tmp_path: Path) -> None:
    assert one(world(tmp_path, service_requests=[request("R1", "2026-06-01")])) == (1, 0, 0, None, None)
    assert one(world(tmp_path, customers=[customer("C1")])) == (0, 0, 1, None, Decimal(0))


def test_who_is_a_customer_on_a_day(tmp_path: Path) -> None:
    found = world(tmp_path, customers=[
        customer("C1"), customer("C2", created_on="2026-06-30"), customer("C3", created_on="2026-07-01"),
        customer("C4", withdrawn_on="2026-06-30"), customer("C5", withdrawn_on="2026-07-01"),
    ])
    assert one(found)[2] == 3  # C1, C2 and C5
    by_month = rates.months(found, PERIOD, OPERATOR)["customer_count"].to_pylist()
    assert by_month == [3, 3]  # C1, C4 and C5, then C1, C2 and C5


def test_a_withdrawn_case_is_in_no_month(tmp_path: Path) -> None:
    found = world(tmp_path, support_cases=[
        case("K1", "2026-05-10", withdrawn_on="2026-06-30"), case("K2", "2026-05-10", withdrawn_on="2026-07-01")])
    assert one(found)[1] == 1
    assert rates.months(found, PERIOD, OPERATOR)["case_count"].to_pylist() == [1, 0]
    # At the end of May both were there.
    assert one(found, chosen=CaseRateFilter(MAY, date(2026, 5, 31)))[1] == 2


def test_days_are_the_companys(tmp_path: Path) -> None:
    late = "2026-06-30 22:30:00"  # in Madrid it is July already
    found = world(
        tmp_path, time_zone="Europe/Madrid", customers=[customer("C1")],
        support_cases=[{"case_id": "K1", "opened_at": late}],
        service_requests=[{"service_request_id": "R1", "opened_at": late, "case_id": "K1"}],
    )
    july = CaseRateFilter(date(2026, 7, 1), date(2026, 7, 1))
    assert one(found)[:2] == (0, 0) and one(found, chosen=july)[:2] == (1, 1)


@pytest.mark.parametrize(("name", "first"), [
    ("3_months", date(2026, 7, 1)), ("12_months", date(2025, 10, 1)), ("24_months", date(2024, 10, 1))])
def test_periods_are_calendar_months(name: str, first: date) -> None:
    assert rates.period(name, date(2026, 9, 12)) == CaseRateFilter(first, date(2026, 9, 12))
    assert rates.period("3_months", date(2026, 1, 31)).from_on == date(2025, 11, 1)
    assert set(rates.PERIODS) == {"3_months", "12_months", "24_months"}


def escalated(found: Warehouse) -> dict[str, Any]:
    return {row["case_id"]: row for row in rates.cases_behind(found, RateCasesFilter(MAY, JUNE, "escalated"), OPERATOR).to_pylist()}


def test_a_case_is_escalated_by_what_came_first(tmp_path: Path) -> None:
    found = escalated(world(
        tmp_path,
        support_cases=[
            case("K1", "2026-06-01"), case("K2", "2026-06-01"), case("K3", "2026-06-01", case_status="escalated"),
            case("K4", "2026-06-01", case_status="escalated"), case("K5", "2026-06-29"), case("K6", "2026-06-01"),
        ],
        case_events=[event("K1", "2026-06-01 13:00:00", "escalated"), event("K5", "2026-07-01 00:00:00", "escalated")],
        service_requests=[
            request("R1", "2026-06-02", case_id="K1"), request("R2", "2026-05-31", case_id="K2"), request("R3", "2026-06-03", case_id="K3"),
        ],
    ))
    # Of K4 nobody knows since when; K5 was escalated only after the period.
    assert {key: row["to_escalation_minutes"] for key, row in found.items()} == {"K1": 60, "K2": 0, "K3": 2880, "K4": None}


def test_time_to_escalate_in_working_time(tmp_path: Path) -> None:
    # By the rules that come with the product work begins at 8:00 and ends at 18:00 in Madrid, on weekdays: in June 6:00 to 16:00 UTC.
    friday, monday = "2026-06-12 15:00:00", "2026-06-15 06:30:00"
    found = world(
        tmp_path, support_cases=[{"case_id": "K1", "opened_at": friday}], case_events=[event("K1", monday, "escalated")],
    )
    row = rates.time_to_escalate(found, rates.SharesFilter(MAY, JUNE), OPERATOR).to_pylist()[0]
    assert (row["minutes_p50"], row["business_minutes_p50"], row["business_minutes_p90"]) == (63.5 * 60, 90, 90)
