"""Whatever happens to cases: the backlog at any instant is a plain count, and what moved between two is their difference."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR
from clearaccounts.support.backlog import BacklogFilter, backlog
from clearaccounts.support.groups import (
    AGE_BUCKETS,
    DIMENSIONS,
    AgesFilter,
    GroupsFilter,
    MovesFilter,
    StepsFilter,
    ages,
    groups,
    moves,
    through_time,
)
from tests.support.histories import Open, day_begins, spans
from tests.worlds import world

MADRID = ZoneInfo("Europe/Madrid")
# Around a day of 23 hours in Madrid, 29 March 2026.
FIRST, LAST = date(2026, 3, 25), date(2026, 4, 2)
BEGIN = datetime(2026, 3, 24, 23)
# Few instants, and midnights of Madrid among them: many things happen in the same one.
INSTANTS = st.integers(0, 9 * 24).map(lambda hour: BEGIN + timedelta(hours=hour)) | st.sampled_from(
    [day_begins(FIRST + timedelta(days=day), MADRID) for day in range(9)])
KINDS = ("opened", "replied", "waiting_on_customer", "resumed", "escalated", "resolved", "closed", "reopened")
CASES = st.fixed_dictionaries({
    "opened_at": INSTANTS,
    "resolved_at": st.none() | INSTANTS,
    "closed_at": st.none() | INSTANTS,
    "case_status": st.sampled_from(["open", "resolved", "closed", "escalated"]),
    "withdrawn_on": st.none() | st.none() | st.none() | st.dates(FIRST, LAST),
    "case_category": st.sampled_from(["Mail", "Azure"]),
    "severity": st.sampled_from(["A", "B", None]),
    "product_name": st.sampled_from(["Azure plan", "Microsoft 365 E3", "Other", None]),
    "assignee": st.sampled_from(["Ana", None]),
    "events": st.just([]) | st.lists(st.tuples(INSTANTS, st.sampled_from(KINDS)), max_size=6, unique=True),
})


# Each example is a world of many cases: few of them tell as much as many small ones, and cost less. A failure is not made smaller: each
# try would build a warehouse, for minutes.
@settings(
    max_examples=3, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(cases=st.lists(CASES, min_size=15, max_size=40), instants=st.lists(INSTANTS, min_size=2, max_size=3))
def test_the_backlog_is_a_plain_count_and_its_moves_are_the_difference(
    tmp_path_factory: Any, cases: list[dict[str, Any]], instants: list[datetime],
) -> None:
    folder: Path = tmp_path_factory.mktemp("flows")
    rows, events, known = [], [], []
    for number, case in enumerate(cases):
        case_id = f"K{number}"
        row = {"case_id": case_id, **{name: value for name, value in case.items() if name != "events"}}
        rows.append(row)
        events += [{"case_id": case_id, "occurred_at": at, "event_type": kind} for at, kind in case["events"]]
        withdrawn = None if case["withdrawn_on"] is None else day_begins(case["withdrawn_on"], MADRID)
        known.append((row, spans(row, case["events"], withdrawn)))
    warehouse = world(folder, date(2026, 4, 3), time_zone="Europe/Madrid", support_cases=rows, case_events=events)

    def stock(at: datetime) -> list[dict[str, Any]]:
        return [row for row, periods in known if any(one.counts_at(at) for one in periods)]

    every = [one for _, periods in known for one in periods]
    for at in instants:
        plain = Counter(row["case_category"] for row in stock(at))
        told = {row["case_category"]: row["case_count"] for row in backlog(warehouse, BacklogFilter(at), OPERATOR).to_pylist()}
        assert told == plain
        assert ages_of(stock(at), at) == {
            row["age_bucket"]: row["case_count"] for row in ages(warehouse, AgesFilter(at), OPERATOR).to_pylist()}
    for by in DIMENSIONS:
        assert sum(groups(warehouse, GroupsFilter(instants[0], by), OPERATOR)["case_count"].to_pylist()) == len(stock(instants[0]))
    for begin, end in zip(sorted(instants), sorted(instants)[1:], strict=False):
        count = warehouse._connection.cursor().execute(
            "select count(*) filter (where move_type <> 'closed') - count(*) filter (where move_type = 'closed') from case_moves() "
            "where moved_at >= $begin and moved_at < $end", {"begin": begin, "end": end}).fetchall()[0][0]
        assert len(stock(begin)) + count == len(stock(end))

    listed = Counter(
        (row["moved_at"].replace(tzinfo=UTC).astimezone(MADRID).date(), row["move_type"])
        for row in moves(warehouse, MovesFilter(FIRST, LAST), OPERATOR).to_pylist())
    for row in through_time(warehouse, StepsFilter(FIRST, LAST), OPERATOR).to_pylist():
        begin, end = day_begins(row["from_on"], MADRID), day_begins(row["to_on"] + timedelta(days=1), MADRID)
        assert row["opening_count"] + row["created_count"] + row["reopened_count"] - row["closed_count"] == row["closing_count"]
        assert {name: row[f"{name}_count"] for name in ("opening", "created", "reopened", "closed", "withdrawn", "closing")} == {
            "opening": len(stock(begin)), "closing": len(stock(end)), **moved(every, begin, end)}
        assert all(listed[row["from_on"], name] == row[f"{name}_count"] for name in ("created", "reopened", "closed"))


def moved(every: list[Open], begin: datetime, end: datetime) -> dict[str, int]:
    came = [one for one in every if begin <= one.begun < end]
    left = [one for one in every if one.until is not None and begin <= one.until < end]
    return {
        "created": sum(not one.is_reopening for one in came), "reopened": sum(one.is_reopening for one in came),
        "closed": len(left), "withdrawn": sum(one.is_withdrawn for one in left),
    }


def ages_of(rows: list[dict[str, Any]], at: datetime) -> dict[str, int]:
    """Whole days since each was opened, in buckets."""
    found: Counter[str] = Counter()
    for row in rows:
        days = (at - row["opened_at"]).days
        found[next(name for name, last in zip(AGE_BUCKETS, (2, 5, 10, 20, 30, days), strict=True) if days <= last)] += 1
    return dict(found)
