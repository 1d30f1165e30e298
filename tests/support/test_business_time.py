"""Business time: what the clocks of the queries count is what somebody counts who looks at the wall clock every minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR
from clearaccounts.errors import SupportRulesError
from clearaccounts.settings import SUPPORT_RULES, Settings
from clearaccounts.support import levels, rules, rules_reader
from clearaccounts.support.calendar import business_hours, is_known
from clearaccounts.support.rules import Calendar
from clearaccounts.warehouse import Warehouse
from tests.worlds import world

MINUTE = timedelta(minutes=1)
OFFICE = Calendar((0, 1, 2, 3, 4), time(9), time(17), "Europe/Madrid")
# One change of the clock of each kind: forth, back, by half an hour, a minute after midnight, a whole day left out, at midnight.
CHANGES = {
    "Europe/Madrid": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "America/St_Johns": ("2010-03-14", "2010-11-07"),
    "Pacific/Apia": ("2011-12-30",),
    "America/Sao_Paulo": ("2018-11-04", "2018-02-18"),
    "UTC": ("2026-06-01",),
}


def is_working(calendar: Calendar, at: datetime) -> bool:
    """Whether the minute that begins at `at` (UTC) is one of working time."""
    wall = at.replace(tzinfo=UTC).astimezone(ZoneInfo(calendar.time_zone))
    closes = calendar.closes if calendar.closes != time(0) else time.max
    return wall.weekday() in calendar.days and wall.date() not in calendar.closed_on and calendar.opens <= wall.time() < closes


def counted(calendar: Calendar, from_at: datetime, until_at: datetime) -> int:
    return sum(is_working(calendar, from_at + number * MINUTE) for number in range((until_at - from_at) // MINUTE))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A case every 7 hours and 37 minutes about each change of a clock, unanswered."""
    days = sorted({date.fromisoformat(day) for zone in CHANGES.values() for day in zone})
    opened = [datetime.combine(day, time()) + timedelta(minutes=457 * step - 2880) for day in days for step in range(14)]
    return world(
        tmp_path_factory.mktemp("desk"), customers=[{"customer_id": "C1"}],
        support_cases=[{"case_id": f"K{number:03d}", "severity": "B", "opened_at": at} for number, at in enumerate(sorted(set(opened)))],
        support_offers=[{
            "customer_id": "C1", "offer_name": "Basic", "delivery_model": "own", "service_hours": "-", "contact_method": "-",
            "response_minutes_b": 240,
        }],
    )


def under(warehouse: Warehouse, calendar: Calendar, first_on: date, after_on: date) -> Warehouse:
    """The build under a calendar, its working time made for some days alone: of a century it would take a while for each example."""
    return warehouse.beside({"business_hours": lambda: business_hours(calendar, "UTC", first_on, after_on)})


@st.composite
def moments(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar and an instant within two days of a change of its clock."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = date.fromisoformat(draw(st.sampled_from(CHANGES[zone])))
    opens = draw(st.integers(0, 1438))
    closes = draw(st.one_of(st.just(1440), st.integers(opens + 1, 1440))) % 1440
    calendar = Calendar(
        tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1)))), time(*divmod(opens, 60)), time(*divmod(closes, 60)), zone,
        closed_on=tuple(draw(st.sets(st.integers(-2, 2).map(lambda days: day + timedelta(days=days)), max_size=1))),
    )
    return calendar, datetime.combine(day, time()) + timedelta(minutes=draw(st.integers(-1440, 2880)))


@settings(max_examples=25, deadline=None)
@given(moments())
def test_business_minutes_agree_with_a_count_minute_by_minute(desk: Warehouse, drawn: tuple[Calendar, datetime]) -> None:
    calendar, at = drawn
    day = at.date()
    known = under(desk, calendar, day - timedelta(days=9), day + timedelta(days=9))
    wanted = levels.LevelCasesFilter(at, day - timedelta(days=4), day, "business", "response")
    rows = levels.cases(known, wanted, OPERATOR).to_pylist()
    assert rows
    assert {row["case_id"]: row["elapsed_minutes"] for row in rows} == {
        row["case_id"]: counted(calendar, row["opened_at"], at) for row in rows
    }


@settings(max_examples=20, deadline=None)
@given(moments())
def test_walking_minute_by_minute_reaches_the_goal_when_it_is_due(desk: Warehouse, drawn: tuple[Calendar, datetime]) -> None:
    calendar, at = drawn
    day = at.date()
    known = under(desk, calendar, day - timedelta(days=9), day + timedelta(days=9))
    wanted = levels.BreachingFilter(at, at + timedelta(days=6), "business", "response")
    rows = levels.breaching(known, wanted, OPERATOR).to_pylist()
    # Those opened before the days of this calendar had some of their time on none.
    for row in [row for row in rows if row["opened_at"] > at - timedelta(days=4)][:2]:
        now = row["opened_at"]
        left = 240
        while left:
            left -= is_working(calendar, now)
            now += MINUTE
            assert now < at + timedelta(days=7)
        # What was reached before the instant in full is due then: not a minute more has passed.
        assert row["due_at"] == max(now, at)


def answered(warehouse: Warehouse, opened_at: str, replied_at: str) -> Decimal:
    """The business minutes of a case's answer."""
    known = world(warehouse.path.parent, customers=[{"customer_id": "C1"}], support_cases=[
        {"case_id": "X", "opened_at": opened_at, "first_replied_at": replied_at, "severity": "A"}])
    wanted = levels.LevelCasesFilter(datetime(2027, 1, 1), date(1970, 1, 1), date(2026, 12, 31), "business", "response")
    found = levels.cases(known.beside(warehouse._beside), wanted, OPERATOR)
    minutes: Decimal = found["elapsed_minutes"][0].as_py()
    return minutes


@pytest.mark.parametrize(("calendar", "opened_at", "replied_at", "minutes"), [
    # Monday 1 June 2026, 10:00 to 10:30:30 in Madrid.
    (OFFICE, "2026-06-01 08:00:00", "2026-06-01 08:30:30", "30.5"),
    # Opened and answered by night: nothing passes.
    (OFFICE, "2026-06-01 20:00:00", "2026-06-01 23:00:00", "0"),
    # Friday 16:00 to Monday 10:00: an hour on either side of the weekend.
    (OFFICE, "2026-06-05 14:00:00", "2026-06-08 08:00:00", "120"),
    # New Year's Day is a holiday in Spain, 30 May, the Day of the Canary Islands (a Saturday), there alone.
    (replace(OFFICE, holidays="ES"), "2025-12-31 15:00:00", "2026-01-02 09:00:00", "120"),
    (replace(OFFICE, days=tuple(range(7)), holidays="ES"), "2026-05-29 14:00:00", "2026-05-31 07:00:00", "540"),
    (replace(OFFICE, days=tuple(range(7)), holidays="ES-CN"), "2026-05-29 14:00:00", "2026-05-31 07:00:00", "60"),
    # A day closed besides.
    (replace(OFFICE, closed_on=(date(2026, 6, 2),)), "2026-06-01 14:00:00", "2026-06-03 08:00:00", "120"),
    # Round the clock, over the nights on which an hour is left out and on which one comes twice.
    (Calendar(tuple(range(7)), time(0), time(0), "Europe/Madrid"), "2026-03-28 23:00:00", "2026-03-29 22:00:00", "1380"),
    (Calendar(tuple(range(7)), time(0), time(0), "Europe/Madrid"), "2026-10-24 22:00:00", "2026-10-25 23:00:00", "1500"),
    (Calendar(tuple(range(7)), time(2), time(3), "Europe/Madrid"), "2026-03-28 23:00:00", "2026-03-29 22:00:00", "0"),
    (Calendar(tuple(range(7)), time(2), time(3), "Europe/Madrid"), "2026-10-24 22:00:00", "2026-10-25 23:00:00", "120"),
    # Summer and winter: the office opens at 09:00 on the wall, at 07:00 or 08:00 UTC.
    (OFFICE, "2026-03-27 07:00:00", "2026-03-30 08:00:00", "540"),
    # Before 1990 no working time is known.
    (OFFICE, "1980-06-02 08:00:00", "1990-01-01 09:00:00", "60"),
])
def test_hours_that_can_be_counted_by_hand(
    desk: Warehouse, calendar: Calendar, opened_at: str, replied_at: str, minutes: str,
) -> None:
    shipped = rules_reader.in_use(Settings())
    known = rules.beside(desk, replace(shipped, calendar=calendar))
    assert answered(known, opened_at, replied_at) == Decimal(minutes)


def test_round_the_clock_is_one_opening_and_sums_begin_with_nothing() -> None:
    always = business_hours(Calendar(tuple(range(7)), time(0), time(0), "Europe/Madrid"), "UTC", date(2026, 1, 1), date(2027, 1, 1))
    assert always.to_pylist() == [{"opens_at": datetime(2026, 1, 1), "closes_at": datetime(2027, 1, 1), "minutes_before": 0}]
    office = business_hours(OFFICE, "UTC", date(2026, 6, 1), date(2026, 6, 3)).to_pylist()
    assert [row["opens_at"] for row in office] == [datetime(2026, 6, 1, 7), datetime(2026, 6, 2, 7)]
    assert [row["minutes_before"] for row in office] == [0, 480]


def test_a_calendar_without_a_time_zone_has_the_company_s() -> None:
    plain = replace(OFFICE, time_zone="")
    one = business_hours(plain, "America/New_York", date(2026, 6, 1), date(2026, 6, 2)).to_pylist()
    assert one[0]["opens_at"] == datetime(2026, 6, 1, 13)


@pytest.mark.parametrize(("code", "is_there"), [
    ("ES", True), ("ES-CN", True), ("DE-BY", True), ("es", False), ("ES-", False), ("ES-XX", False), ("Spain", False),
])
def test_which_holidays_are_known(code: str, is_there: bool) -> None:
    assert is_known(code) is is_there


def test_holidays_that_nobody_knows_are_refused_with_their_line() -> None:
    text = SUPPORT_RULES.read_text(encoding="utf-8").replace('holidays = "ES" ', 'holidays = "EX" ')
    with pytest.raises(SupportRulesError) as refused:
        rules_reader.parse(text, "ours.toml")
    line = next(number for number, one in enumerate(text.splitlines(), start=1) if one.startswith("holidays"))
    assert str(refused.value).startswith(f"ours.toml, line {line}: no such holidays are known")
