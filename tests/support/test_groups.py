"""Open cases by any dimension, narrowed; what came and left; what services ask for; one case and its timeline."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.errors import NotFound
from clearaccounts.support import groups as support
from clearaccounts.support import history
from clearaccounts.support.groups import AgesFilter, GroupsFilter, MovesFilter, OpenCasesFilter, ServicesFilter, StepsFilter
from clearaccounts.support.history import CaseFilter
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

AT = datetime(2026, 7, 1)
ANA = Viewer("test:ana", "Ana", Role.SALES_AGENT, "ana@partner.example")
CUSTOMERS: list[Row] = [
    {"customer_id": "C1", "customer_name": "Uno", "sales_agent": "ana@partner.example"}, {"customer_id": "C2", "customer_name": "Dos"},
]
CASES: list[Row] = [
    {"case_id": "K1", "opened_at": "2026-06-28 02:24:00", "severity": "A", "product_name": "Azure plan", "support_type": "technical"},
    {"case_id": "K2", "opened_at": "2026-06-28 00:00:00", "customer_id": "C2", "case_status": "waiting_on_customer", "assignee": "Bea"},
    {"case_id": "K3", "opened_at": "2026-06-01 00:00:00", "case_category": "Licences and seats", "product_name": "windows SERVER 2025"},
    {"case_id": "K4", "opened_at": "2026-05-31 00:00:00", "case_category": "Mail", "product_name": "Typewriter", "severity": "A",
     "case_subcategory": "Spam", "case_status": "resolved", "resolved_at": "2026-06-10 00:00:00"},
    {"case_id": "K5", "opened_at": "2026-06-15 09:00:00", "closed_at": "2026-06-15 09:00:00", "case_status": "closed"},
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world(tmp_path_factory.mktemp("groups"), customers=CUSTOMERS, support_cases=CASES)


def counted(warehouse: Warehouse, by: str, **narrowed: Any) -> dict[str | None, int]:
    rows = support.groups(warehouse, GroupsFilter(AT, by, **narrowed), OPERATOR).to_pylist()
    return {row["dimension_value"]: row["case_count"] for row in rows}


@pytest.mark.parametrize(("by", "wanted"), [
    ("category", {"Mail": 3, "Licences and seats": 1}),
    ("subcategory", {None: 3, "Spam": 1}),
    # K3 names no type: its category's. The others of Mail have none.
    ("support_type", {None: 2, "technical": 1, "subscription_management": 1}),
    ("online_service", {None: 2, "Azure": 1, "Windows and Office, installed": 1}),
    ("product", {"Azure plan": 1, None: 1, "windows SERVER 2025": 1, "Typewriter": 1}),
    ("severity", {"A": 2, None: 2}),
    ("status", {"open": 2, "waiting_on_customer": 1, "resolved": 1}),
    ("assignee", {None: 3, "Bea": 1}),
    ("customer", {"C1": 3, "C2": 1}),
])
def test_every_dimension_adds_up_to_the_backlog(warehouse: Warehouse, by: str, wanted: dict[str | None, int]) -> None:
    assert counted(warehouse, by) == wanted
    # Each group is what the list narrowed to it holds.
    for value, count in wanted.items():
        narrowed: Any = {support.DIMENSIONS[by]: value or ""}
        listed = support.open_cases(warehouse, OpenCasesFilter(AT, **narrowed), OPERATOR)
        assert listed.num_rows == count


def test_a_groups_states_and_ages(warehouse: Warehouse) -> None:
    row = support.groups(warehouse, GroupsFilter(AT, "category"), OPERATOR).to_pylist()[0]
    assert row["dimension_value"] == "Mail"
    assert (row["case_count"], row["unresolved_count"], row["waiting_count"], row["escalated_count"]) == (3, 2, 1, 0)
    # Ages 2.9, 3 and 31 days: whole days decide the bucket, fractional ones the percentiles.
    assert (row["age_days_p50"], row["age_days_max"]) == (3.0, 31.0)
    assert row["age_days_p90"] == pytest.approx(25.4)
    assert [row[f"age_{bucket}_count"] for bucket in ("0_2", "3_5", "6_10", "11_20", "21_30", "31")] == [1, 1, 0, 0, 0, 1]
    names = support.groups(warehouse, GroupsFilter(AT, "customer"), OPERATOR)["dimension_name"].to_pylist()
    assert names == ["Uno", "Dos"]


def test_ages_by_group_narrowed(warehouse: Warehouse) -> None:
    rows = support.ages(warehouse, AgesFilter(AT, "severity", case_category="Mail"), OPERATOR).to_pylist()
    assert [(row["dimension_value"], row["age_bucket"], row["case_count"]) for row in rows] == [
        ("A", "0-2", 1), ("A", "31+", 1), (None, "3-5", 1)]
    assert support.ages(warehouse, AgesFilter(AT, age_bucket="21-30"), OPERATOR)["case_count"].to_pylist() == [1]


def test_filters_hold_together_and_pages_count_all(warehouse: Warehouse) -> None:
    found = support.open_cases(warehouse, OpenCasesFilter(AT, severity="A", case_status="resolved"), OPERATOR)
    assert found["case_id"].to_pylist() == ["K4"]
    page = support.open_cases(warehouse, OpenCasesFilter(AT, 2, 1), OPERATOR)
    assert page["case_id"].to_pylist() == ["K1", "K3"] and set(page["row_count"].to_pylist()) == {4}
    assert counted(warehouse, "category", customer_id="C1", online_service="") == {"Mail": 1}


def test_an_agent_counts_own_customers_alone(warehouse: Warehouse) -> None:
    rows = support.groups(warehouse, GroupsFilter(AT, "customer"), ANA).to_pylist()
    assert [(row["dimension_value"], row["case_count"]) for row in rows] == [("C1", 3)]
    days = support.through_time(warehouse, StepsFilter(date(2026, 6, 28), date(2026, 6, 28)), ANA).to_pylist()[0]
    assert (days["opening_count"], days["created_count"], days["closing_count"]) == (2, 1, 3)


def test_what_a_service_asks_for_and_what_was_filed_elsewhere(warehouse: Warehouse) -> None:
    rows = support.by_service(warehouse, ServicesFilter(AT), OPERATOR).to_pylist()
    open_ones = {(r["online_service"], r["has_product"], r["support_type"], r["is_asked_for"]) for r in rows if r["case_count"]}
    assert open_ones == {
        ("Azure", True, "technical", True),
        # Software that is owned has no subscriptions to manage.
        ("Windows and Office, installed", True, "subscription_management", False),
        (None, True, None, None), (None, False, None, None),
    }
    assert sum(row["case_count"] for row in rows) == 4
    assert any(row["case_count"] == 0 and row["is_asked_for"] for row in rows)


MADRID: list[Row] = [
    # Midnight of 30 March in Madrid is 22:00 UTC of the 29th, which has 23 hours.
    {"case_id": "K1", "opened_at": "2026-03-28 23:00:00"},
    {"case_id": "K2", "opened_at": "2026-03-29 21:59:59"},
    {"case_id": "K3", "opened_at": "2026-03-29 22:00:00", "closed_at": "2026-03-29 22:00:00", "case_status": "closed"},
    {"case_id": "K4", "opened_at": "2026-03-20 08:00:00", "closed_at": "2026-03-29 12:00:00", "case_status": "closed"},
    {"case_id": "K5", "opened_at": "2026-03-20 08:00:00", "withdrawn_on": "2026-03-30"},
    {"case_id": "K6", "opened_at": "2026-03-31 08:00:00", "withdrawn_on": "2026-03-30"},
]
EVENTS: list[Row] = [
    {"case_id": "K4", "occurred_at": "2026-03-29 09:00:00", "event_type": "closed"},
    {"case_id": "K4", "occurred_at": "2026-03-29 10:00:00", "event_type": "reopened"},
    {"case_id": "K4", "occurred_at": "2026-03-29 10:30:00", "event_type": "reopened"},
    {"case_id": "K4", "occurred_at": "2026-03-29 12:00:00", "event_type": "closed"},
    {"case_id": "K4", "occurred_at": "2026-03-30 12:00:00", "event_type": "reopened"},
    {"case_id": "K4", "occurred_at": "2026-03-30 12:00:00", "event_type": "closed"},
]


@pytest.fixture(scope="module")
def madrid(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("madrid")
    return world(folder, date(2026, 4, 2), time_zone="Europe/Madrid", support_cases=MADRID, case_events=EVENTS)


def test_days_of_a_change_of_clocks_add_up(madrid: Warehouse) -> None:
    rows = support.through_time(madrid, StepsFilter(date(2026, 3, 28), date(2026, 3, 31)), OPERATOR).to_pylist()
    told = {row["from_on"].day: tuple(row[name] for name in (
        "opening_count", "created_count", "reopened_count", "closed_count", "withdrawn_count", "closing_count")) for row in rows}
    assert told == {
        28: (2, 0, 0, 0, 0, 2),
        # Closed and reopened within the day; reopened while open is no move.
        29: (2, 2, 1, 2, 0, 3),
        # Opened and closed in the first instant of the day; reopened and closed in one instant is no move; one was withdrawn.
        30: (3, 1, 0, 2, 1, 2),
        31: (2, 0, 0, 0, 0, 2),
    }
    week = support.through_time(madrid, StepsFilter(date(2026, 3, 28), date(2026, 3, 31), "week"), OPERATOR).to_pylist()
    assert [(row["from_on"].day, row["to_on"].day, row["closed_count"]) for row in week] == [(28, 29, 2), (30, 31, 2)]


def test_the_moves_of_a_day_name_their_cases(madrid: Warehouse) -> None:
    day = date(2026, 3, 29)
    rows = support.moves(madrid, MovesFilter(day, day), OPERATOR).to_pylist()
    assert [(row["case_id"], row["move_type"]) for row in rows] == [
        ("K2", "created"), ("K4", "closed"), ("K4", "reopened"), ("K4", "closed"), ("K1", "created")]
    closed = support.moves(madrid, MovesFilter(date(2026, 3, 30), date(2026, 3, 30), "closed"), OPERATOR).to_pylist()
    assert [(row["case_id"], row["is_withdrawn"]) for row in closed] == [("K3", False), ("K5", True)]


def test_the_first_day_of_the_steps_begins_a_whole_one() -> None:
    assert support.first_day("day", date(2026, 9, 30)) == date(2026, 8, 31)
    assert support.first_day("week", date(2026, 9, 30)) == date(2026, 4, 6) and date(2026, 4, 6).weekday() == 0
    assert support.first_day("month", date(2026, 1, 31)) == date(2024, 2, 1)


REQUESTS: list[Row] = [
    {"service_request_id": "R1", "case_id": "K4", "customer_id": "C1", "opened_at": "2026-06-12 08:00:00",
     "closed_at": "2026-06-20 08:00:00", "title": "Mail"},
    {"service_request_id": "R2", "case_id": "K4", "customer_id": "C2", "opened_at": "2026-06-13 08:00:00"},
    {"service_request_id": "R3", "case_id": "K4", "opened_at": "2026-06-14 08:00:00"},
]


@pytest.fixture(scope="module")
def storied(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    case = {"case_id": "K4", "opened_at": "2026-06-10 00:00:00", "case_status": "open", "first_replied_at": "2026-06-11 00:00:00"}
    events = [
        {"case_id": "K4", "occurred_at": f"2026-06-{day} 00:00:00", "event_type": kind, "actor": "Bea"}
        for day, kind in ((12, "escalated"), (15, "resolved"), (16, "closed"), (18, "reopened"))
    ]
    events.append({"case_id": "K4", "occurred_at": "2026-06-10 08:00:00", "event_type": "replied", "actor": "customer"})
    other = {"case_id": "K9", "customer_id": "C2", "opened_at": "2026-06-10 00:00:00"}
    return world(tmp_path_factory.mktemp("storied"), customers=CUSTOMERS, support_cases=[case, other], case_events=events,
                 service_requests=REQUESTS)


def test_a_case_is_told_up_to_the_instant_and_no_further(storied: Warehouse) -> None:
    early = CaseFilter("K4", datetime(2026, 6, 13))
    row = history.case(storied, early, OPERATOR)
    assert (row["case_status"], row["is_open"], row["closed_at"], row["reopened_count"]) == ("escalated", True, None, 0)
    assert [(one["event_type"], one["is_from_row"]) for one in history.timeline(storied, early, OPERATOR).to_pylist()] == [
        ("opened", True), ("replied", False), ("replied", True), ("escalated", False), ("request_opened", False)]
    assert [(one["is_open"], one["closed_at"]) for one in history.requests(storied, early, OPERATOR).to_pylist()] == [(True, None)]
    closed = history.case(storied, CaseFilter("K4", datetime(2026, 6, 17)), OPERATOR)
    assert (closed["case_status"], closed["is_open"], closed["closed_at"]) == ("closed", False, datetime(2026, 6, 16))
    late = history.case(storied, CaseFilter("K4", AT), OPERATOR)
    assert (late["case_status"], late["reopened_count"], late["first_replied_at"]) == ("open", 1, datetime(2026, 6, 11))


def test_a_request_of_another_agents_customer_is_left_out(storied: Warehouse) -> None:
    wanted = CaseFilter("K4", AT)
    assert history.requests(storied, wanted, OPERATOR)["service_request_id"].to_pylist() == ["R3", "R2", "R1"]
    assert history.requests(storied, wanted, ANA)["service_request_id"].to_pylist() == ["R3", "R1"]
    assert "R2" not in history.timeline(storied, wanted, ANA)["service_request_id"].to_pylist()


@pytest.mark.parametrize("case_id", ["K9", "no-such-case"])
def test_a_case_of_another_agent_is_as_one_that_is_not_there(storied: Warehouse, case_id: str) -> None:
    wanted = CaseFilter(case_id, AT)
    with pytest.raises(NotFound, match="There is no such case by this day"):
        history.case(storied, wanted, ANA)
    assert history.timeline(storied, wanted, ANA).num_rows == history.requests(storied, wanted, ANA).num_rows == 0


def test_a_case_opened_later_is_not_there_yet(storied: Warehouse) -> None:
    with pytest.raises(NotFound):
        history.case(storied, CaseFilter("K4", datetime(2026, 6, 10)), OPERATOR)


def test_a_withdrawn_case_says_so(madrid: Warehouse) -> None:
    row = history.case(madrid, CaseFilter("K5", datetime(2026, 4, 1)), OPERATOR)
    assert (row["case_status"], row["is_open"]) == ("withdrawn", False)
    assert history.timeline(madrid, CaseFilter("K5", datetime(2026, 4, 1)), OPERATOR)["event_type"].to_pylist() == ["opened", "withdrawn"]


def test_closed_by_its_row_in_the_instant_of_its_resolution(tmp_path_factory: pytest.TempPathFactory) -> None:
    case = {"case_id": "K1", "opened_at": "2026-06-01 08:00:00", "closed_at": "2026-06-02 08:00:00", "case_status": "closed"}
    events = [{"case_id": "K1", "occurred_at": "2026-06-02 08:00:00", "event_type": "resolved"}]
    found = world(tmp_path_factory.mktemp("closed"), support_cases=[case], case_events=events)
    assert counted(found, "category") == {}
