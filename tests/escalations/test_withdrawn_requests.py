"""A request that a later file no longer holds: known on the days before it was withdrawn, gone from that day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.warehouse import Warehouse
from tests.worlds import world

BEFORE, FROM_THEN_ON = date(2026, 6, 9), date(2026, 6, 10)
# The days begin in Madrid two hours before they do in UTC.
INSTANT_BEFORE, INSTANT_AFTER = datetime(2026, 6, 9, 22), datetime(2026, 6, 9, 22, 1)
ANA = Viewer("test:ana", "Ana", Role.SALES_AGENT, "ana@partner.example")


@dataclass(frozen=True)
class Day:
    as_of_on: date


@dataclass(frozen=True)
class Span:
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Instant:
    case_id: str
    at: datetime


@dataclass(frozen=True)
class Customer:
    customer_id: str
    as_of_on: date


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """One plan of hours, one request of June 1st that was withdrawn on June 10th; it names no customer, its case does."""
    return world(
        tmp_path_factory.mktemp("partner"), time_zone="Europe/Madrid",
        customers=[{"customer_id": "C1", "sales_agent": "ana@partner.example"}],
        support_cases=[{"case_id": "K1", "customer_id": "C1", "opened_at": "2026-06-01 08:00:00", "support_type": "technical"}],
        support_plans=[{"support_plan_id": "P1", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "entitlement_quantity": "100"}],
        service_requests=[{
            "service_request_id": "R1", "case_id": "K1", "customer_id": None, "opened_at": "2026-06-01 12:00:00", "hours_used": "10",
            "withdrawn_on": "2026-06-10"}],
    )


@pytest.mark.parametrize(("day", "count"), [(BEFORE, 1), (FROM_THEN_ON, 0)])
def test_every_count_of_a_day_agrees(partner: Warehouse, day: date, count: int) -> None:
    june = Span(date(2026, 6, 1), day)
    usage = partner.run("escalations/usage", Day(day), OPERATOR).to_pylist()[0]
    assert (usage["request_count"], usage["used_quantity"]) == (count, 10 * count)
    assert partner.run("escalations/case_rate", june, OPERATOR)["request_count"].to_pylist() == [count]
    assert partner.run("escalations/case_rate_months", june, OPERATOR)["request_count"].to_pylist() == [count]
    assert partner.run("escalations/case_rate_by", june, OPERATOR)["escalated_case_count"].to_pylist() == [count]
    assert partner.run("escalations/requests", Day(day), OPERATOR).num_rows == count
    assert partner.run("support/consumers", june, OPERATOR).to_pylist()[0]["request_count"] == count
    assert partner.run("support/request_costs", june, OPERATOR).num_rows == count
    happened = partner.run("accounts/service_events", Customer("C1", day), ANA)["event_type"].to_pylist()
    assert happened.count("request_opened") == count


@pytest.mark.parametrize(("at", "count"), [(INSTANT_BEFORE, 1), (INSTANT_AFTER, 0)])
def test_and_so_does_every_count_of_an_instant(partner: Warehouse, at: datetime, count: int) -> None:
    assert partner.run("support/case_requests", Instant("K1", at), OPERATOR).num_rows == count
    assert partner.run("support/case_timeline", Instant("K1", at), OPERATOR)["event_type"].to_pylist().count("request_opened") == count


@pytest.mark.parametrize("viewer", [OPERATOR, ANA])
def test_a_request_of_its_cases_customer_is_among_the_open_ones(partner: Warehouse, viewer: Viewer) -> None:
    summary = partner.run("overview/support_summary", Day(BEFORE), viewer).to_pylist()[0]
    assert summary["open_request_count"] == 1
