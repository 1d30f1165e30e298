"""Case rate, reopened and time to escalate over random histories: groups and months add up, and plain Python finds the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.escalations import rates
from clearaccounts.escalations.rates import CaseRateFilter, GroupsFilter, SharesFilter
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

FIRST, DAYS = date(2026, 1, 10), 150
ANA = Viewer("test:ana", "Ana", Role.SALES_AGENT, "ana@partner.example")
# Events after which a case is neither resolved nor closed.
OPEN_AGAIN = {"reopened", "resumed", "waiting_on_customer", "escalated"}


@dataclass
class Told:
    """One case as the files tell it; `events` are empty where only its row says anything."""

    case_id: str
    customer_id: str
    category: str
    opened_at: datetime
    withdrawn_on: date | None = None
    events: list[tuple[datetime, str]] = field(default_factory=list)
    finished_at: datetime | None = None
    reopened_count: int = 0
    requested: list[datetime] = field(default_factory=list)


@dataclass
class Town:
    """Random cases, requests without a case, and the warehouse that is built of them."""

    warehouse: Warehouse
    cases: list[Told]
    loose: list[datetime]


def history(chance: Random, number: int) -> Told:
    opened_at = datetime.combine(FIRST, time()) + timedelta(minutes=chance.randrange(DAYS * 1440))
    found = Told(f"K{number:03}", chance.choice(["C1", "C2", "C3"]), chance.choice(["Azure", "Mail", "Reconciliation"]), opened_at)
    at = opened_at
    if chance.random() < 0.7:
        for _ in range(chance.randrange(1, 7)):
            at += timedelta(minutes=chance.randrange(1, 20_000))
            found.events.append((at, chance.choice(["replied", "resolved", "closed", "resolved", *sorted(OPEN_AGAIN)])))
    elif chance.random() < 0.7:
        found.finished_at = opened_at + timedelta(minutes=chance.randrange(40_000))
        found.reopened_count = chance.choice([0, 0, 1, 2])
    if chance.random() < 0.4:
        found.requested = [opened_at + timedelta(minutes=chance.randrange(-500, 40_000)) for _ in range(chance.choice([1, 1, 2]))]
    if chance.random() < 0.1:
        found.withdrawn_on = (opened_at + timedelta(days=chance.randrange(1, 60))).date()
    return found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    chance = Random(8_714)  # the same histories in every run
    cases = [history(chance, number) for number in range(140)]
    loose = [datetime.combine(FIRST, time()) + timedelta(minutes=chance.randrange(DAYS * 1440)) for _ in range(12)]
    return Town(build(tmp_path_factory.mktemp("histories"), cases, loose), cases, loose)


def build(folder: Path, cases: list[Told], loose: list[datetime]) -> Warehouse:
    rows: list[Row] = [{
        "case_id": one.case_id, "customer_id": one.customer_id, "case_category": one.category, "opened_at": one.opened_at,
        "resolved_at": one.finished_at, "reopened_count": one.reopened_count, "withdrawn_on": one.withdrawn_on,
        "case_status": "resolved" if one.finished_at else "open", "severity": "ABC"[number % 3],
    } for number, one in enumerate(cases)]
    events: list[Row] = [
        {"case_id": one.case_id, "occurred_at": at, "event_type": event_type} for one in cases for at, event_type in one.events]
    asked: list[Row] = [
        {"service_request_id": f"{one.case_id}-{number}", "case_id": one.case_id, "opened_at": at,
         "support_vehicle": ("psfp", "cloud", "commercial")[number % 3]}
        for one in cases for number, at in enumerate(one.requested)
    ]
    asked_for_nobody: list[Row] = [{"service_request_id": f"L{number}", "opened_at": at} for number, at in enumerate(loose)]
    customers: list[Row] = [{"customer_id": "C1", "sales_agent": "ana@partner.example"}, {"customer_id": "C2"}, {"customer_id": "C3"}]
    return world(
        folder, date(2026, 8, 1), customers=customers, support_cases=rows, case_events=events, service_requests=asked + asked_for_nobody)


def spans() -> st.SearchStrategy[CaseRateFilter]:
    return st.tuples(st.integers(0, DAYS), st.integers(0, DAYS)).map(
        lambda ends: CaseRateFilter(FIRST + timedelta(days=min(ends)), FIRST + timedelta(days=max(ends))))


def known(town: Town, span: CaseRateFilter, viewer: Viewer) -> Iterator[Told]:
    """The cases that are there at the span's end, as this viewer sees them."""
    for one in town.cases:
        if (one.withdrawn_on is None or one.withdrawn_on > span.to_on) and (viewer is OPERATOR or one.customer_id == "C1"):
            yield one


def ends(span: CaseRateFilter) -> tuple[datetime, datetime]:
    return datetime.combine(span.from_on, time()), datetime.combine(span.to_on + timedelta(days=1), time())


def total(rows: list[dict[str, Any]], name: str) -> int:
    return sum(row[name] for row in rows)


@settings(max_examples=6, deadline=None)
@given(span=spans(), by=st.sampled_from(sorted(rates.DIMENSIONS)), viewer=st.sampled_from([OPERATOR, ANA]))
def test_groups_and_months_add_up_to_the_period(town: Town, span: CaseRateFilter, by: str, viewer: Viewer) -> None:
    whole = rates.case_rate(town.warehouse, span, viewer).to_pylist()[0]
    groups = rates.groups(town.warehouse, GroupsFilter(span.from_on, span.to_on, by), viewer).to_pylist()
    months = rates.months(town.warehouse, span, viewer).to_pylist()
    for name in ("case_count", "request_count"):
        assert total(groups, name) == total(months, name) == whole[name]
    assert (months[0]["from_on"], months[-1]["to_on"]) == (span.from_on, span.to_on)
    first, last = ends(span)
    seen = list(known(town, span, viewer))
    assert whole["case_count"] == len([one for one in seen if first <= one.opened_at < last])
    # Requests of a withdrawn case were made all the same.
    asked = [at for one in town.cases if viewer is OPERATOR or one.customer_id == "C1" for at in one.requested]
    assert whole["request_count"] == len([at for at in asked + (town.loose if viewer is OPERATOR else []) if first <= at < last])
    shares = SharesFilter(span.from_on, span.to_on, by)
    again = rates.reopened(town.warehouse, shares, viewer).to_pylist()
    soon = rates.time_to_escalate(town.warehouse, shares, viewer).to_pylist()
    for rows, every in (
        (again, rates.reopened(town.warehouse, SharesFilter(span.from_on, span.to_on), viewer).to_pylist()),
        (soon, rates.time_to_escalate(town.warehouse, SharesFilter(span.from_on, span.to_on), viewer).to_pylist()),
    ):
        for name in ("finished_case_count", "reopened_case_count", "case_count"):
            assert total(rows, name) == total(every, name) if rows and name in rows[0] else True


def finished(one: Told, first: datetime, last: datetime) -> tuple[bool, bool]:
    """Whether the case was resolved or closed in the span, and whether it was opened again by its end."""
    if not one.events:
        was = one.finished_at is not None and first <= one.finished_at < last
        return was, was and one.reopened_count > 0
    ends_at = [at for at, kind in one.events if kind in {"resolved", "closed"} and first <= at < last]
    is_closed, is_again = False, False
    for at, kind in sorted(one.events):
        # Nothing but a reopening opens what is closed; anything goes on with what is only resolved.
        is_closed = kind == "closed" or (is_closed and kind != "reopened")
        is_again |= bool(ends_at) and min(ends_at) < at < last and kind in OPEN_AGAIN and not is_closed
    return bool(ends_at), is_again


@settings(max_examples=12, deadline=None)
@given(span=spans(), viewer=st.sampled_from([OPERATOR, ANA]))
def test_reopened_is_what_plain_python_counts(town: Town, span: CaseRateFilter, viewer: Viewer) -> None:
    outcomes = [finished(one, *ends(span)) for one in known(town, span, viewer)]
    expected = (sum(was for was, _ in outcomes), sum(again for _, again in outcomes))
    rows = rates.reopened(town.warehouse, SharesFilter(span.from_on, span.to_on), viewer).to_pylist()
    assert [(row["finished_case_count"], row["reopened_case_count"]) for row in rows] == ([expected] if expected[0] else [])
    if rows:
        assert float(rows[0]["reopened_rate"]) == pytest.approx(expected[1] / expected[0], abs=0.00005)


def percentile(values: list[float], tenths: int) -> float:
    """The continuous percentile."""
    return values[0] if len(values) == 1 else quantiles(values, n=10, method="inclusive")[tenths - 1]


@settings(max_examples=12, deadline=None)
@given(span=spans(), viewer=st.sampled_from([OPERATOR, ANA]))
def test_time_to_escalate_is_what_plain_python_measures(town: Town, span: CaseRateFilter, viewer: Viewer) -> None:
    first, last = ends(span)
    minutes = []
    for one in known(town, span, viewer):
        told = [at for at, kind in one.events if kind == "escalated"] + one.requested
        if told and first <= max(min(told), one.opened_at) < last:
            minutes.append((max(min(told), one.opened_at) - one.opened_at).total_seconds() / 60)
    rows = rates.time_to_escalate(town.warehouse, SharesFilter(span.from_on, span.to_on), viewer).to_pylist()
    assert [row["case_count"] for row in rows] == ([len(minutes)] if minutes else [])
    if rows:
        assert rows[0]["minutes_p50"] == pytest.approx(percentile(sorted(minutes), 5))
        assert rows[0]["minutes_p90"] == pytest.approx(percentile(sorted(minutes), 9))
