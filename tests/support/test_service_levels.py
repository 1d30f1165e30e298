"""Service levels: each state and each edge with a case of its own, on the shipped rules (Madrid, Monday to Friday 08:00 to 18:00).

In June and July Madrid is two hours ahead of UTC: the office opens at 06:00 and closes at 16:00 UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.support import levels
from clearaccounts.support.levels import BreachingFilter, LevelCasesFilter, LevelsByFilter, LevelsFilter
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

AT = datetime(2026, 6, 12, 12)  # a Friday
PERIOD = (date(2026, 5, 1), date(2026, 6, 30))


def offer(customer_id: str, name: str, *minutes: int | None, **others: object) -> Row:
    a, b, c = minutes
    return {
        "customer_id": customer_id, "offer_name": name, "delivery_model": "own", "service_hours": "-", "contact_method": "-",
        "response_minutes_a": a, "response_minutes_b": b, "response_minutes_c": c, **others,
    }


def case(case_id: str, severity: str | None, opened_at: str, **others: object) -> Row:
    return {"case_id": case_id, "severity": severity, "opened_at": f"2026-{opened_at}", **others}


def event(case_id: str, occurred_at: str, event_type: str, actor: str | None = "desk") -> Row:
    return {"case_id": case_id, "occurred_at": f"2026-{occurred_at}", "event_type": event_type, "actor": actor}


CASES = [
    # First responses: Monday 1 June 2026, 08:00 UTC.
    case("AT-THE-GOAL", "A", "06-01 08:00:00", first_replied_at="2026-06-01 09:00:00"),
    case("JUST-PAST-IT", "A", "06-01 08:00:00", first_replied_at="2026-06-01 09:00:01"),
    case("BY-NIGHT", "B", "06-01 15:00:00", first_replied_at="2026-06-01 23:30:00"),
    case("HOLIDAY", "B", "05-29 15:00:00", assignee="Ana", first_replied_at="2026-06-01 08:59:00"),
    case("UNANSWERED", "A", "06-12 11:30:00"),
    case("LONG-UNANSWERED", "A", "06-12 10:00:00"),
    case("ASKED-BACK", "A", "06-01 08:00:00"),
    case("CUSTOMER-WROTE", "A", "06-01 08:00:00"),
    case("CUSTOMER-ALONE-WROTE", "A", "06-01 08:00:00", first_replied_at="2026-06-01 08:20:00"),
    case("RESOLVED-AT-ONCE", "A", "06-01 08:00:00"),
    case("ROW-FILLS-IN", "A", "06-01 08:00:00", first_replied_at="2026-06-01 08:20:00"),
    case("EVENTS-WIN", "A", "06-01 08:00:00", first_replied_at="2026-06-01 08:20:00"),
    case("ROW-WAITS", "A", "06-01 08:00:00", case_status="waiting_on_customer"),
    case("NO-OFFER", "A", "06-01 08:00:00", customer_id="C2", first_replied_at="2026-06-01 08:01:00"),
    case("ENDED-WHEN", "A", "06-01 08:00:00", case_status="closed"),
    case("ANSWERED-ENDED-WHEN", "A", "06-01 08:00:00", case_status="resolved", first_replied_at="2026-06-01 08:30:00"),
    case("NO-SEVERITY", None, "06-01 08:00:00", first_replied_at="2026-06-01 08:01:00"),
    case("TOMORROW", "A", "06-12 12:00:00"),
    case("WITHDRAWN", "A", "06-01 08:00:00", withdrawn_on="2026-06-05"),
    # Resolutions: A within 1,440 calendar minutes, B within 2,400 business minutes (four days of ten hours).
    case("WAITED", "A", "06-01 08:00:00"),
    case("REOPENED", "A", "06-01 08:00:00"),
    case("REOPENED-LATE", "A", "06-01 08:00:00"),
    case("WAITS-NOW", "A", "06-12 01:00:00"),
    case("OFFICE-DAYS", "B", "06-01 06:00:00", resolved_at="2026-06-04 16:00:00", first_replied_at="2026-06-01 06:00:00"),
]
EVENTS = [
    event("ASKED-BACK", "06-01 08:30:00", "waiting_on_customer"), event("ASKED-BACK", "06-01 10:00:00", "replied"),
    event("CUSTOMER-WROTE", "06-01 08:10:00", "replied", " Customer "), event("CUSTOMER-WROTE", "06-01 09:30:00", "replied", None),
    event("CUSTOMER-ALONE-WROTE", "06-01 08:10:00", "replied", "customer"),
    event("RESOLVED-AT-ONCE", "06-01 08:05:00", "resolved"), event("RESOLVED-AT-ONCE", "06-01 08:30:00", "closed"),
    event("ROW-FILLS-IN", "06-01 08:00:00", "opened", "customer"), event("ROW-FILLS-IN", "06-01 10:00:00", "waiting_on_customer"),
    event("EVENTS-WIN", "06-01 09:30:00", "replied"),
    event("WAITED", "06-01 09:00:00", "waiting_on_customer"), event("WAITED", "06-03 09:00:00", "resumed", "customer"),
    event("WAITED", "06-03 12:00:00", "resolved"), event("WAITED", "06-05 12:00:00", "closed"),
    event("REOPENED", "06-01 18:00:00", "resolved"), event("REOPENED", "06-02 18:00:00", "closed"),
    event("REOPENED", "06-04 08:00:00", "reopened", "customer"), event("REOPENED", "06-04 22:00:01", "resolved"),
    event("REOPENED-LATE", "06-01 09:00:00", "resolved"), event("REOPENED-LATE", "06-12 12:00:00", "reopened"),
    event("WAITS-NOW", "06-12 01:10:00", "replied"), event("WAITS-NOW", "06-12 11:00:00", "waiting_on_customer"),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world(
        tmp_path_factory.mktemp("desk"), date(2026, 6, 12),
        customers=[{"customer_id": "C1", "sales_agent": "ana@partner.example"}, {"customer_id": "C2"}],
        support_offers=[
            offer("C1", "Basic", 240, 120, 480), offer("C1", "Fast", 60, 240, None),
            offer("C1", "Faster once", 5, 5, 5, withdrawn_on="2026-06-12"),
        ],
        support_cases=CASES, case_events=EVENTS,
    )


def found(desk: Warehouse, goal_type: str, at: datetime = AT, clock: str = "agreed") -> dict[str, Any]:
    rows = levels.cases(desk, LevelCasesFilter(at, *PERIOD, clock, goal_type), OPERATOR).to_pylist()
    return {row["case_id"]: row for row in rows}


RESPONSES = {
    # case: state, minutes taken, minutes given
    "AT-THE-GOAL": ("met", "60", 60),
    "JUST-PAST-IT": ("breached", "60.0167", 60),
    # An hour of the evening; the answer came by night. Of two offers the more demanding one counts, for each severity.
    "BY-NIGHT": ("met", "60", 120),
    # Friday 17:00 to Monday 10:59 in Madrid; only Monday's two hours, 59 minutes of them after the hour, and Friday's last one count.
    "HOLIDAY": ("breached", "239", 120),
    "UNANSWERED": ("running", "30", 60),
    "LONG-UNANSWERED": ("breached", "120", 60),
    "ASKED-BACK": ("met", "30", 60),
    "CUSTOMER-WROTE": ("breached", "90", 60),
    "CUSTOMER-ALONE-WROTE": ("met", "20", 60),
    "RESOLVED-AT-ONCE": ("met", "5", 60),
    "ROW-FILLS-IN": ("met", "20", 60),
    "EVENTS-WIN": ("breached", "90", 60),
    "ROW-WAITS": ("breached", "16080", 60),
    "NO-OFFER": ("none", "1", None),
    # Its row says that it is closed, and nothing says since when: answered in no time would be made up.
    "ENDED-WHEN": ("none", "16080", 60),
    "ANSWERED-ENDED-WHEN": ("met", "30", 60),
    "NO-SEVERITY": ("none", "1", None),
}


@pytest.mark.parametrize("case_id", RESPONSES)
def test_first_responses(desk: Warehouse, case_id: str) -> None:
    row = found(desk, "response")[case_id]
    state, taken, given = RESPONSES[case_id]
    assert (row["goal_status"], row["elapsed_minutes"], row["goal_minutes"]) == (state, Decimal(taken), given)


def test_an_answer_that_events_date_later_is_not_taken_from_the_row_before(desk: Warehouse) -> None:
    row = found(desk, "response", datetime(2026, 6, 1, 8, 40))["EVENTS-WIN"]
    assert (row["elapsed_minutes"], row["done_at"]) == (Decimal(40), None)


def test_what_is_not_there_yet_or_no_longer_is_in_no_level(desk: Warehouse) -> None:
    assert {"TOMORROW", "WITHDRAWN"} & set(found(desk, "response")) == set()
    assert "WITHDRAWN" in found(desk, "response", datetime(2026, 6, 4))


RESOLUTIONS = {
    # Two days of waiting do not count: an hour before them, three after.
    "WAITED": ("met", "240", "2026-06-03 12:00:00"),
    # Ten hours, and fourteen and a second after it was opened again.
    "REOPENED": ("breached", "1440.0167", "2026-06-04 22:00:01"),
    # Reopened at the instant looked at: not known before it.
    "REOPENED-LATE": ("met", "60", "2026-06-01 09:00:00"),
    "WAITS-NOW": ("running", "600", None),
    "OFFICE-DAYS": ("met", "2400", "2026-06-04 16:00:00"),
    # Since when it waits its row does not say.
    "ROW-WAITS": ("breached", "16080", None),
    "NO-OFFER": ("breached", "16080", None),
    "ENDED-WHEN": ("none", "0", None),
    "ANSWERED-ENDED-WHEN": ("none", "16080", None),
    "NO-SEVERITY": ("none", "16080", None),
}


@pytest.mark.parametrize("case_id", RESOLUTIONS)
def test_resolutions(desk: Warehouse, case_id: str) -> None:
    row = found(desk, "resolution")[case_id]
    state, taken, done_at = RESOLUTIONS[case_id]
    assert (row["goal_status"], row["elapsed_minutes"]) == (state, Decimal(taken))
    assert row["done_at"] == (datetime.fromisoformat(done_at) if done_at else None)


def test_a_case_runs_on_once_it_is_reopened(desk: Warehouse) -> None:
    row = found(desk, "resolution", datetime(2026, 6, 12, 12, 30))["REOPENED-LATE"]
    assert (row["goal_status"], row["elapsed_minutes"], row["done_at"]) == ("running", Decimal(90), None)


def test_who_waits_and_who_says_since_when(desk: Warehouse) -> None:
    rows = found(desk, "resolution")
    # A further reply does not end the waiting.
    assert {name for name, row in rows.items() if row["is_paused"]} == {"WAITS-NOW", "ASKED-BACK", "ROW-FILLS-IN"}
    assert not rows["ROW-WAITS"]["is_dated_by_events"] and rows["ROW-WAITS"]["case_status"] == "waiting_on_customer"


@pytest.mark.parametrize(("clock", "state", "taken"), [("business", "met", "60"), ("calendar", "breached", "510"), ("agreed", "met", "60")])
def test_a_reader_may_look_at_either_clock(desk: Warehouse, clock: str, state: str, taken: str) -> None:
    row = found(desk, "response", clock=clock)["BY-NIGHT"]
    assert (row["goal_status"], row["elapsed_minutes"]) == (state, Decimal(taken))


def test_states_are_counted_apart_and_attainment_is_of_what_is_decided(desk: Warehouse) -> None:
    rows = {(row["goal_type"], row["severity"]): row for row in levels.levels(desk, LevelsFilter(AT, *PERIOD), OPERATOR).to_pylist()}
    b = rows["response", "B"]
    assert [b[name] for name in ("case_count", "met_count", "breached_count", "running_count", "none_count")] == [3, 2, 1, 0, 0]
    assert b["attainment_rate"] == Decimal("0.6667") and b["clock"] == "business"
    # 0, 60 and 239 minutes.
    assert (b["elapsed_minutes_p50"], b["elapsed_minutes_p90"]) == (60, pytest.approx(203.2))
    none = rows["response", None]
    assert none["none_count"] == 1 and none["attainment_rate"] is None
    for row in rows.values():
        assert row["case_count"] == row["met_count"] + row["breached_count"] + row["running_count"] + row["none_count"]


def test_every_count_of_a_severity_leads_to_its_cases(desk: Warehouse) -> None:
    for row in levels.levels(desk, LevelsFilter(AT, *PERIOD), OPERATOR).to_pylist():
        for state in levels.GOAL_STATUSES:
            chosen = LevelCasesFilter(AT, *PERIOD, goal_type=row["goal_type"], goal_status=state, severity=row["severity"] or "none")
            assert levels.cases(desk, chosen, OPERATOR).num_rows == row[f"{state}_count"]


@pytest.mark.parametrize("dimension", levels.DIMENSIONS)
def test_groups_add_up_to_the_whole_and_lead_to_their_cases(desk: Warehouse, dimension: str) -> None:
    whole = levels.levels(desk, LevelsFilter(AT, *PERIOD), OPERATOR).to_pylist()
    groups = levels.levels_by(desk, LevelsByFilter(AT, *PERIOD, dimension=dimension), OPERATOR).to_pylist()
    for name in ("case_count", "met_count", "breached_count", "running_count", "none_count"):
        assert sum(row[name] for row in groups) == sum(row[name] for row in whole)
    for group in groups:
        chosen = LevelCasesFilter(AT, *PERIOD, goal_type=group["goal_type"], dimension=dimension, dimension_value=group["dimension_value"])
        assert levels.cases(desk, chosen, OPERATOR).num_rows == group["case_count"]


def test_each_dimension_has_its_values(desk: Warehouse) -> None:
    def values(dimension: str) -> set[str]:
        return set(levels.levels_by(desk, LevelsByFilter(AT, *PERIOD, dimension=dimension), OPERATOR)["dimension_value"].to_pylist())

    assert values("category") == {"Mail"}
    assert values("assignee") == {"", "Ana"}
    assert values("customer") == {"C1", "C2"}
    assert values("offer") == {"", "Basic", "Fast"}
    assert values("month") == {"2026-05", "2026-06"}


def test_what_runs_out_comes_in_its_order_and_what_waits_comes_last(desk: Warehouse) -> None:
    rows = levels.breaching(desk, BreachingFilter(AT, datetime(2026, 6, 13, 4)), OPERATOR).to_pylist()
    assert [(row["case_id"], row["goal_type"], row["due_at"], row["left_minutes"], row["is_paused"]) for row in rows] == [
        ("UNANSWERED", "response", datetime(2026, 6, 12, 12, 30), Decimal(30), False),
        ("WAITS-NOW", "resolution", None, Decimal(840), True),
    ]
    # Up to the very instant: what is still met then does not run out before it.
    assert levels.breaching(desk, BreachingFilter(AT, datetime(2026, 6, 12, 12, 30)), OPERATOR).num_rows == 0


def test_business_time_runs_out_on_a_later_day(tmp_path_factory: pytest.TempPathFactory) -> None:
    desk = world(
        tmp_path_factory.mktemp("friday"), date(2026, 6, 12), customers=[{"customer_id": "C1"}],
        support_offers=[offer("C1", "Basic", 60, 120, 240)],
        support_cases=[case("MONDAY", "B", "06-12 15:00:00"), case("CLOSING", "C", "06-12 12:00:00")],
    )
    rows = levels.breaching(desk, BreachingFilter(datetime(2026, 6, 12, 15, 30), datetime(2026, 6, 15, 8), goal_type="response"), OPERATOR)
    assert list(zip(rows["case_id"].to_pylist(), rows["due_at"].to_pylist(), strict=True)) == [
        # Four hours up to closing time: due then, not when the office opens again.
        ("CLOSING", datetime(2026, 6, 12, 16)),
        ("MONDAY", datetime(2026, 6, 15, 7)),
    ]


@pytest.mark.parametrize(("as_of_on", "at", "until_at"), [
    # The day of the newest data: from just after its newest instant on record, to its end. Madrid's days end at 22:00 UTC.
    (date(2026, 6, 12), datetime(2026, 6, 12, 14, 20, 0, 1), datetime(2026, 6, 12, 22)),
    # An earlier day is over, a later one has not begun.
    (date(2026, 6, 11), datetime(2026, 6, 11, 22), datetime(2026, 6, 12, 22)),
    (date(2026, 6, 13), datetime(2026, 6, 12, 22), datetime(2026, 6, 13, 22)),
])
def test_the_moment_of_a_day(tmp_path_factory: pytest.TempPathFactory, as_of_on: date, at: datetime, until_at: datetime) -> None:
    desk = world(
        tmp_path_factory.mktemp("moment"), date(2026, 6, 12), time_zone="Europe/Madrid",
        # A mistyped year moves nothing.
        support_cases=[case("X", "A", "06-10 08:00:00", resolved_at="2062-06-11 08:00:00")],
        service_requests=[{"service_request_id": "R", "opened_at": "2026-06-12 14:20:00"}],
    )
    assert levels.moment(desk, levels.DayFilter(as_of_on), OPERATOR) == levels.Moment(at, until_at)


def test_a_day_without_anything_on_record_is_looked_at_from_its_beginning(tmp_path_factory: pytest.TempPathFactory) -> None:
    desk = world(tmp_path_factory.mktemp("silence"), date(2026, 6, 12))
    assert levels.moment(desk, levels.DayFilter(date(2026, 6, 12)), OPERATOR).at == datetime(2026, 6, 12)
