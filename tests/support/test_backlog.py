"""The backlog at an instant: a stock, exact with events, read from the row without them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from clearaccounts.access import OPERATOR
from clearaccounts.support.backlog import BacklogFilter, backlog, backlog_ages
from clearaccounts.support.groups import OpenCasesFilter, open_cases
from clearaccounts.support.moments import day_end
from tests.worlds import Row, world


def counts(folder: Path, at: datetime, **kinds: Any) -> dict[str, tuple[int, int]]:
    rows = backlog(world(folder, **kinds), BacklogFilter(at), OPERATOR).to_pylist()
    return {r["case_category"]: (r["case_count"], r["unresolved_count"]) for r in rows}


def test_opened_before_and_not_closed_before(tmp_path: Path) -> None:
    case = {
        "case_id": "K1",
        "opened_at": "2026-06-01 08:00:00",
        "resolved_at": "2026-06-03 09:00:00",
        "closed_at": "2026-06-05 10:00:00",
        "case_status": "closed",
    }
    kinds = {"support_cases": [case]}
    assert counts(tmp_path, datetime(2026, 6, 1, 8), **kinds) == {}
    assert counts(tmp_path, datetime(2026, 6, 1, 8, 1), **kinds) == {"Mail": (1, 1)}
    assert counts(tmp_path, datetime(2026, 6, 3, 9, 1), **kinds) == {"Mail": (1, 0)}
    assert counts(tmp_path, datetime(2026, 6, 5, 10), **kinds) == {"Mail": (1, 0)}
    assert counts(tmp_path, datetime(2026, 6, 5, 10, 1), **kinds) == {}


def test_events_make_the_past_exact(tmp_path: Path) -> None:
    case = {"case_id": "K1", "opened_at": "2026-06-01 08:00:00", "closed_at": "2026-06-20 08:00:00", "case_status": "closed"}
    events: list[Row] = [
        {"case_id": "K1", "occurred_at": "2026-06-01 08:00:00", "event_type": "opened"},
        {"case_id": "K1", "occurred_at": "2026-06-02 08:00:00", "event_type": "resolved"},
        {"case_id": "K1", "occurred_at": "2026-06-04 08:00:00", "event_type": "closed"},
        {"case_id": "K1", "occurred_at": "2026-06-10 08:00:00", "event_type": "reopened"},
        {"case_id": "K1", "occurred_at": "2026-06-20 08:00:00", "event_type": "closed"},
    ]
    kinds = {"support_cases": [case], "case_events": events}
    assert counts(tmp_path, datetime(2026, 6, 3), **kinds) == {"Mail": (1, 0)}
    assert counts(tmp_path, datetime(2026, 6, 6), **kinds) == {}
    assert counts(tmp_path, datetime(2026, 6, 11), **kinds) == {"Mail": (1, 1)}
    assert counts(tmp_path, datetime(2026, 6, 21), **kinds) == {}


def test_percentiles_are_continuous_over_fractional_days(tmp_path: Path) -> None:
    cases = [{"case_id": f"K{n}", "opened_at": f"2026-06-{n:02d} 12:00:00"} for n in (1, 2, 4)]
    row = backlog(world(tmp_path, support_cases=cases), BacklogFilter(datetime(2026, 6, 5)), OPERATOR).to_pylist()[0]
    # Ages 0.5, 2.5 and 3.5 days: the ninth tenth lies 0.8 of the way from the second to the third.
    assert (row["age_days_p50"], row["age_days_max"]) == (2.5, 3.5)
    assert abs(row["age_days_p90"] - 3.3) < 1e-12


def test_age_buckets_and_list_agree(tmp_path: Path) -> None:
    cases = [{"case_id": f"K{n}", "opened_at": f"2026-06-{n:02d} 00:00:00", "severity": s} for n, s in ((1, "C"), (28, "A"), (29, None))]
    warehouse = world(tmp_path, support_cases=cases)
    at = datetime(2026, 7, 1)
    ages = backlog_ages(warehouse, BacklogFilter(at), OPERATOR).to_pylist()
    assert [(r["age_bucket"], r["case_count"]) for r in ages] == [("0-2", 1), ("3-5", 1), ("21-30", 1)]
    assert [r["case_id"] for r in open_cases(warehouse, OpenCasesFilter(at), OPERATOR).to_pylist()] == ["K28", "K1", "K29"]


def test_a_day_ends_at_midnight_in_the_companys_time_zone() -> None:
    assert day_end(date(2026, 6, 30), ZoneInfo("Europe/Madrid")) == datetime(2026, 6, 30, 22)
    assert day_end(date(2026, 10, 24), ZoneInfo("Europe/Madrid")) == datetime(2026, 10, 24, 22)
    assert day_end(date(2026, 10, 25), ZoneInfo("Europe/Madrid")) == datetime(2026, 10, 25, 23)


def test_what_is_closed_is_opened_by_a_reopening_alone(tmp_path: Path) -> None:
    late = {"case_id": "K1", "opened_at": "2026-06-01 08:00:00", "closed_at": "2026-06-03 00:00:00", "resolved_at": "2026-06-05 00:00:00"}
    assert counts(tmp_path, datetime(2026, 6, 6), support_cases=[{**late, "case_status": "closed"}]) == {}
    case = {"case_id": "K1", "opened_at": "2026-06-01 08:00:00"}
    story = [("03 08:00:00", "closed"), ("04 08:00:00", "escalated"), ("05 08:00:00", "resumed"), ("07 08:00:00", "reopened")]
    kinds = {"support_cases": [case], "case_events": told(story)}
    assert counts(tmp_path, datetime(2026, 6, 6), **kinds) == {}
    assert counts(tmp_path, datetime(2026, 6, 8), **kinds) == {"Mail": (1, 1)}


def test_closed_and_opened_again_in_one_instant_is_as_before(tmp_path: Path) -> None:
    case = {"case_id": "K1", "opened_at": "2026-06-01 08:00:00"}
    both = [("03 10:00:00", "closed"), ("03 10:00:00", "reopened")]
    assert counts(tmp_path, datetime(2026, 6, 4), support_cases=[case], case_events=told(both)) == {"Mail": (1, 1)}
    assert counts(tmp_path, datetime(2026, 6, 4), support_cases=[case], case_events=told([("02 08:00:00", "closed"), *both])) == {}


def test_a_row_closed_after_its_last_reopening_is_closed(tmp_path: Path) -> None:
    case = {"case_id": "K1", "opened_at": "2026-06-01 08:00:00", "closed_at": "2026-06-10 00:00:00", "case_status": "closed"}
    kinds = {"support_cases": [case], "case_events": told([("03 08:00:00", "closed"), ("05 08:00:00", "reopened")])}
    assert counts(tmp_path, datetime(2026, 6, 9), **kinds) == {"Mail": (1, 1)}
    assert counts(tmp_path, datetime(2026, 6, 11), **kinds) == {}


def test_closed_without_saying_when_is_closed_with_the_last_event(tmp_path: Path) -> None:
    kinds: dict[str, Any] = {
        "support_cases": [{"case_id": "K1", "opened_at": "2026-06-01 08:00:00", "case_status": "closed"}],
        "case_events": told([("03 08:00:00", "replied"), ("05 08:00:00", "resolved")]),
    }
    assert counts(tmp_path, datetime(2026, 6, 4), **kinds) == {"Mail": (1, 1)}
    assert counts(tmp_path, datetime(2026, 6, 6), **kinds) == {}
    listed = world(tmp_path, **kinds)._connection.cursor().execute(
        "select offender_count from check_results where check_name = 'closed_without_instant'").fetchall()
    assert listed == [(1,)]


def told(story: list[tuple[str, str]]) -> list[Row]:
    return [{"case_id": "K1", "occurred_at": f"2026-06-{at}", "event_type": kind} for at, kind in story]
