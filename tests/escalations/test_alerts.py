"""Which support plans want attention: iff the days say so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.escalations.usage import AlertsFilter, alerts
from clearaccounts.warehouse import Warehouse
from tests.escalations.plan_rows import plan, requests
from tests.worlds import world

DAY = date(2026, 6, 30)
INCIDENTS = {"entitlement_unit": "incidents"}
HALF_YEAR = ("2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01")


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world(
        tmp_path_factory.mktemp("alerts"),
        support_plans=[
            # 60 days later, 61 days later, today, and over since yesterday.
            plan("SIXTY", ends="2026-08-29", quantity="2", **INCIDENTS), plan("SIXTY-ONE", ends="2026-08-30", quantity="1", **INCIDENTS),
            plan("TODAY", ends="2026-06-30", entitlement_unit="unlimited"), plan("OVER", ends="2026-06-29", quantity="1", **INCIDENTS),
            # 4 in 181 days: 5 in 227 (15 August), 6 in 272 (29 September).
            plan("SOON", quantity="5", **INCIDENTS), plan("LATER", quantity="6", **INCIDENTS), plan("OUT", quantity="4", **INCIDENTS),
            # Reached on its last day: nothing was short.
            plan("JUST", "2026-01-01", "2026-07-31", "1", **INCIDENTS), plan("FULL", "2025-07-01", "2026-06-30", "1", **INCIDENTS),
        ],
        service_requests=[
            *requests("SIXTY", "2026-02-01"), *requests("SOON", *HALF_YEAR), *requests("LATER", *HALF_YEAR), *requests("OUT", *HALF_YEAR),
            *requests("FULL", "2026-06-30"), *requests("OVER", "2026-01-02"),
        ],
    )


def found(partner: Warehouse, within_days: int = 60, day: date = DAY) -> set[tuple[str, str, date]]:
    rows = alerts(partner, AlertsFilter(day, within_days), OPERATOR).to_pylist()
    return {(row["support_plan_id"], row["alert_type"], row["alert_on"]) for row in rows}


def test_the_alerts_of_a_day(partner: Warehouse) -> None:
    assert found(partner) == {
        ("SIXTY", "ends", date(2026, 8, 29)), ("SIXTY", "unused", date(2026, 8, 29)),  # one of two: half is left
        ("TODAY", "ends", DAY), ("FULL", "ends", DAY),
        ("JUST", "ends", date(2026, 7, 31)), ("JUST", "unused", date(2026, 7, 31)),
        ("SOON", "runs_out", date(2026, 8, 15)), ("OUT", "ran_out", date(2026, 5, 1)),
    }


def test_the_days_decide(partner: Warehouse) -> None:
    assert ("SIXTY-ONE", "ends", date(2026, 8, 30)) in found(partner, 61)
    assert not {one for one in found(partner, 59) if one[0] == "SIXTY"}
    assert ("SOON", "runs_out", date(2026, 8, 15)) not in found(partner, 45)
    assert ("LATER", "runs_out", date(2026, 9, 29)) in found(partner, 91)
    assert ("LATER", "runs_out", date(2026, 9, 29)) not in found(partner, 90)
    # Before it was reached on its last day, it was not.
    assert {one[1] for one in found(partner, day=date(2026, 6, 29)) if one[0] == "FULL"} == {"ends", "unused"}


def test_the_gravest_come_first_and_days_left_are_never_negative(partner: Warehouse) -> None:
    rows = alerts(partner, AlertsFilter(DAY), OPERATOR).to_pylist()
    order = ["ran_out", "runs_out", "ends", "unused"]
    assert [row["alert_type"] for row in rows] == sorted((row["alert_type"] for row in rows), key=order.index)
    assert {row["support_plan_id"]: row["left_days"] for row in rows if row["alert_type"] != "unused"} == {
        "OUT": 0, "SOON": 46, "TODAY": 0, "FULL": 0, "JUST": 31, "SIXTY": 60,
    }


def test_nothing_to_tell(tmp_path: Path) -> None:
    assert found(world(tmp_path)) == set()
