"""What is left of a support plan and how long it will last: each kind of entitlement by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.escalations.usage import STATUSES, PlansFilter, UsageFilter, plans, usage
from clearaccounts.warehouse import Warehouse
from tests.escalations.plan_rows import plan, request, requests
from tests.worlds import world

DAY = date(2026, 6, 30)
INCIDENTS = {"entitlement_unit": "incidents"}


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """One plan of each kind; every request names its plan."""
    return world(
        tmp_path_factory.mktemp("plans"),
        support_plans=[
            plan("ZERO", quantity="0", **INCIDENTS),
            plan("ZERO-IDLE", quantity="0", **INCIDENTS),
            plan("UNLIMITED", quantity="50", entitlement_unit="unlimited"),
            plan("UNSAID", quantity=None, **INCIDENTS),
            plan("PART", "2026-04-01", "2026-08-31", "12", **INCIDENTS),
            plan("OVER-USED", quantity="10"),
            plan("NEVER", quantity="20", **INCIDENTS),
            plan("VAST", quantity="99999999999", **INCIDENTS),
            plan("NEW", "2026-06-30", "2027-06-29", "5", **INCIDENTS),
            plan("ENDS", "2025-07-01", "2026-06-30", "4", **INCIDENTS),
            plan("OLD", "2025-01-01", "2025-12-31", "2", **INCIDENTS),
            plan("NEXT", "2026-07-01", "2026-12-31", "2", **INCIDENTS),
            plan("BACKWARDS", "2026-12-31", "2026-01-01", "2", **INCIDENTS),
        ],
        service_requests=[
            *requests("ZERO", "2026-02-01", "2026-03-01"),
            *requests("UNLIMITED", "2026-02-01"),
            *requests("UNSAID", "2026-02-01"),
            *requests("PART", "2026-04-01", "2026-05-03", "2026-05-20", "2026-06-30"),
            *requests("OVER-USED", "2026-01-05", "2026-02-05", "2026-03-05", hours_used="4"),
            request("NO-HOURS", "2026-04-01", support_plan_id="OVER-USED"),
            *requests("VAST", "2026-02-01"),
            *requests("NEW", "2026-06-30", support_vehicle="asfp"),
            # The day after its last day, and the day before its first one: both outside.
            *requests("ENDS", "2025-06-30", "2025-07-01", "2026-06-30", "2026-07-01"),
            *requests("OLD", "2025-03-01", "2025-12-31", "2026-01-01"),
        ],
    )


@pytest.fixture
def of(partner: Warehouse) -> Callable[..., dict[str, Any]]:
    """`of("PART", "ran_out_on", ...)`: these columns of that plan on DAY."""
    def look(key: str, *columns: str, day: date = DAY) -> dict[str, Any]:
        found = [plans(partner, PlansFilter(day, status), OPERATOR).to_pylist() for status in STATUSES]
        (row,) = [row for rows in found for row in rows if row["support_plan_id"] == key]
        return {name: row[name] for name in columns}
    return look


def test_an_entitlement_of_nothing_is_used_up_on_its_first_day(of: Callable[..., dict[str, Any]]) -> None:
    wanted = ("entitled_quantity", "used_quantity", "left_quantity", "over_quantity", "burn_share", "ran_out_on", "outlook_status")
    assert of("ZERO", *wanted, "runs_out_on") == {
        "entitled_quantity": 0, "used_quantity": 2, "left_quantity": 0, "over_quantity": 2, "burn_share": None,
        "ran_out_on": date(2026, 1, 1), "outlook_status": "ran_out", "runs_out_on": date(2026, 1, 1),
    }
    assert of("ZERO-IDLE", *wanted, "runs_out_on") == {
        "entitled_quantity": 0, "used_quantity": 0, "left_quantity": 0, "over_quantity": 0, "burn_share": None,
        "ran_out_on": date(2026, 1, 1), "outlook_status": "ran_out", "runs_out_on": None,
    }


def test_unlimited_is_never_used_up_whatever_quantity_stands_beside_it(of: Callable[..., dict[str, Any]]) -> None:
    blank = dict.fromkeys(("entitled_quantity", "left_quantity", "over_quantity", "burn_share", "ran_out_on", "runs_out_on", "earliest_on"))
    assert of("UNLIMITED", *blank, "used_quantity", "outlook_status") == {**blank, "used_quantity": 1, "outlook_status": "unlimited"}
    # What is not known is not unlimited: nothing is said either, and the plan says why.
    assert of("UNSAID", *blank, "used_quantity", "outlook_status") == {**blank, "used_quantity": 1, "outlook_status": "not_known"}


def test_part_of_a_year(of: Callable[..., dict[str, Any]]) -> None:
    # 4 of 12 in 91 of 153 days: 12 in 273 days, counted from 1 April.
    shares = ("burn_share", "elapsed_share", "burn_ratio")
    assert of("PART", "used_quantity", "left_quantity", *shares, "runs_out_on", "projected_quantity") == {
        "used_quantity": 4, "left_quantity": 8, "burn_share": Decimal("0.3333"), "elapsed_share": Decimal("0.5948"),
        "burn_ratio": Decimal("0.5604"), "runs_out_on": date(2026, 12, 29), "projected_quantity": Decimal("6.7253"),
    }
    assert of("PART", "outlook_status") == {"outlook_status": "lasts"}


def test_the_range_is_where_the_ends_of_the_use_to_come_reach_the_entitlement(of: Callable[..., dict[str, Any]]) -> None:
    def use(days: int, side: int) -> float:
        """4 single uses in 91 days, `days` days on, 1.2816 standard deviations to one side."""
        return 4 + 4 / 91 * days + side * 1.2816 * sqrt(4 / 91 * days + 4 / 91 / 91 * days * days)

    earliest = next(days for days in range(1, 5000) if use(days, 1) >= 12)
    latest = next(days for days in range(1, 5000) if use(days, -1) >= 12)
    assert of("PART", "earliest_on", "latest_on") == {
        "earliest_on": DAY + timedelta(days=earliest), "latest_on": DAY + timedelta(days=latest),
    }
    assert (earliest, latest) == (97, 585)


def test_more_than_entitled(of: Callable[..., dict[str, Any]]) -> None:
    # 4 hours each time: the 10 are reached on the third; runs_out_on is the rate's word for it, ran_out_on the fact.
    assert of("OVER-USED", "used_quantity", "left_quantity", "over_quantity", "burn_share", "ran_out_on", "runs_out_on") == {
        "used_quantity": 12, "left_quantity": 0, "over_quantity": 2, "burn_share": Decimal("1.2"),
        "ran_out_on": date(2026, 3, 5), "runs_out_on": date(2026, 5, 31),
    }
    assert of("OVER-USED", "earliest_on", "latest_on", "outlook_status", "request_count", "without_hours_count") == {
        "earliest_on": None, "latest_on": None, "outlook_status": "ran_out", "request_count": 4, "without_hours_count": 1,
    }
    # The day before it was reached it had not run out.
    assert of("OVER-USED", "ran_out_on", day=date(2026, 3, 4)) == {"ran_out_on": None}


def test_never_used_and_hardly_used(of: Callable[..., dict[str, Any]]) -> None:
    blank = dict.fromkeys(("ran_out_on", "runs_out_on", "earliest_on", "latest_on", "projected_quantity"))
    assert of("NEVER", "left_quantity", "burn_share", "burn_ratio", *blank, "outlook_status") == {
        "left_quantity": 20, "burn_share": 0, "burn_ratio": 0, **blank, "outlook_status": "too_little",
    }
    # Once in half a year, of so many: a day that no calendar has.
    assert of("VAST", "runs_out_on", "outlook_status") == {"runs_out_on": None, "outlook_status": "too_little"}


def test_the_first_and_the_last_day_belong_to_the_term(of: Callable[..., dict[str, Any]]) -> None:
    # It names the plan, which is another vehicle's: the plan counts.
    assert of("NEW", "used_quantity", "elapsed_days", "elapsed_share", "plan_status") == {
        "used_quantity": 1, "elapsed_days": 1, "elapsed_share": Decimal("0.0027"), "plan_status": "running",
    }
    assert of("ENDS", "used_quantity", "elapsed_share", "plan_status", "projected_quantity") == {
        "used_quantity": 2, "elapsed_share": 1, "plan_status": "running", "projected_quantity": None,
    }
    assert of("ENDS", "plan_status", day=date(2026, 7, 1)) == {"plan_status": "over"}


def test_plans_that_do_not_run_stand_apart(of: Callable[..., dict[str, Any]]) -> None:
    assert of("NEXT", "plan_status", "outlook_status", "elapsed_share", "left_quantity") == {
        "plan_status": "upcoming", "outlook_status": "upcoming", "elapsed_share": 0, "left_quantity": 2,
    }
    assert of("OLD", "plan_status", "outlook_status", "used_quantity", "ran_out_on", "runs_out_on") == {
        "plan_status": "over", "outlook_status": "ran_out", "used_quantity": 2, "ran_out_on": date(2025, 12, 31), "runs_out_on": None,
    }
    # It never runs, and nothing breaks on it.
    assert of("BACKWARDS", "plan_status", "elapsed_share", "burn_ratio")["plan_status"] == "upcoming"


def test_of_overlapping_plans_the_one_that_ends_first_up_to_its_last_day(tmp_path: Path) -> None:
    made = world(
        tmp_path, support_plans=[plan("LONG"), plan("SHORT", ends="2026-03-31"), plan("TWIN", ends="2026-03-31")],
        service_requests=[request("LAST", "2026-03-31", hours_used="1"), request("AFTER", "2026-04-01", hours_used="2"),
                          request("NAMED", "2026-02-01", hours_used="4", support_plan_id="LONG")])
    used = {row["support_plan_id"]: row["used_quantity"] for row in usage(made, UsageFilter(date(2026, 3, 31)), OPERATOR).to_pylist()}
    # Two that end on one day: the first by its id.
    assert used == {"LONG": 4, "SHORT": 1, "TWIN": 0}
    assert [row["used_quantity"] for row in usage(made, UsageFilter(DAY), OPERATOR).to_pylist()] == [6]


def test_a_plan_is_renewed_by_a_later_one_of_its_vehicle_that_begins_by_the_day_after_it(tmp_path: Path) -> None:
    made = world(tmp_path, support_plans=[
        plan("A1", ends="2026-06-30"), plan("A2", "2026-07-01", "2027-06-30"), plan("A0", "2026-05-01", "2026-09-30"),
        plan("B1", ends="2026-06-30", support_vehicle="asfp"), plan("B2", "2026-07-02", "2027-06-30", support_vehicle="asfp"),
        plan("C1", ends="2026-06-30", support_vehicle="cloud"), plan("C0", "2026-02-01", "2026-05-31", support_vehicle="cloud"),
    ])
    found = {row["support_plan_id"]: row["renewed_by_plan_id"] for row in plans(made, PlansFilter(DAY), OPERATOR).to_pylist()}
    # Of two that carry on, the one that begins last; a gap of a day, or a shorter plan within, renews nothing.
    assert found == {"A1": "A2", "A0": "A2", "B1": None, "C1": None}


def test_a_day_that_is_reached_exactly_does_not_slip(tmp_path: Path) -> None:
    # 0.7 of 2.1 hours in 10 days is 2.1 in 30; in binary numbers it comes to a little more.
    made = world(tmp_path, support_plans=[plan("P", quantity="2.1")], service_requests=[request("R", "2026-01-05", hours_used="0.7")])
    (row,) = usage(made, UsageFilter(date(2026, 1, 10)), OPERATOR).to_pylist()
    assert row["runs_out_on"] == date(2026, 1, 30) and row["entitled_quantity"] == Decimal("2.1")
