"""Use of support plans against what they entitle to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from clearaccounts.access import OPERATOR
from clearaccounts.escalations.usage import UsageFilter, usage
from tests.worlds import Row, world

DAY = date(2026, 6, 30)


def rows(folder: Path, plans: list[Row], requests: list[Row], day: date = DAY, time_zone: str = "UTC") -> list[dict[str, Any]]:
    warehouse = world(folder, support_plans=plans, service_requests=requests, time_zone=time_zone)
    found: list[dict[str, Any]] = usage(warehouse, UsageFilter(day), OPERATOR).to_pylist()
    return found


def plan(number: str, starts: str = "2026-01-01", ends: str = "2026-12-31", quantity: str | None = "100", **more: str) -> Row:
    return {"support_plan_id": number, "starts_on": starts, "ends_on": ends, "entitlement_quantity": quantity, **more}


def request(number: str, opened: str, **more: str) -> Row:
    return {"service_request_id": number, "opened_at": f"{opened} 12:00:00", **more}


def test_hours_used_and_the_day_they_run_out(tmp_path: Path) -> None:
    only = rows(tmp_path, [plan("P1")], [request("R1", "2026-02-01", hours_used="12.5"), request("R2", "2026-05-01", hours_used="37.5")])[0]
    assert only == {
        "support_vehicle": "psfp",
        "support_plan_id": "P1",
        "entitlement_unit": "hours",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "entitled_quantity": Decimal(100),
        "used_quantity": Decimal(50),
        "request_count": 2,
        "elapsed_share": Decimal("0.4959"),  # 181 of 365 days
        "runs_out_on": date(2026, 12, 28),  # 100 hours at 50 in 181 days = 362 days
    }


def test_incidents_are_counted_and_unlimited_never_runs_out(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        [
            plan("A1", support_vehicle="asfp", entitlement_unit="incidents", quantity="10"),
            plan("C1", support_vehicle="cloud", entitlement_unit="unlimited", quantity=None),
        ],
        [request("R1", "2026-02-01", support_vehicle="asfp"), request("R2", "2026-02-01", support_vehicle="cloud")],
    )
    assert [(r["support_plan_id"], r["entitled_quantity"], r["used_quantity"]) for r in found] == [("A1", 10, 1), ("C1", None, 1)]
    assert found[1]["runs_out_on"] is None


def test_of_two_running_plans_the_one_that_ends_first(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        [plan("P1"), plan("P2", ends="2026-08-31")],
        [request("R1", "2026-02-01", hours_used="1"), request("R2", "2026-02-01", support_plan_id="P1", hours_used="5")],
    )
    assert {r["support_plan_id"]: r["used_quantity"] for r in found} == {"P1": 5, "P2": 1}


def test_requests_outside_every_plan_have_a_row_of_their_vehicle(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        [plan("P1", starts="2026-03-01")],
        [
            request("R1", "2026-02-28", hours_used="3"),
            request("R2", "2026-02-01", support_plan_id="P1"),
            request("R3", "2026-06-01", support_vehicle="commercial"),
            request("R4", "2026-07-01"),
        ],
    )
    assert [(r["support_vehicle"], r["support_plan_id"], r["request_count"]) for r in found] == [
        ("commercial", None, 1),
        ("psfp", "P1", 0),
        ("psfp", None, 2),
    ]
    assert found[1]["runs_out_on"] is None


def test_a_request_belongs_to_the_companys_day(tmp_path: Path) -> None:
    late = {"service_request_id": "R1", "opened_at": "2026-02-28 23:30:00", "hours_used": "1"}
    assert rows(tmp_path, [plan("P1", starts="2026-03-01")], [late], time_zone="Europe/Madrid")[0]["used_quantity"] == 1
