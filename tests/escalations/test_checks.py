"""What is listed about support plans and service requests: each fault by hand, beside one of its kind that is sound."""

from __future__ import annotations

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

OPENED = "2026-03-01 09:00:00"


def plan(name: str, **different: object) -> Row:
    return {
        "support_plan_id": name, "support_vehicle": "psfp", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "entitlement_unit": "hours",
        "entitlement_quantity": "10", **different,
    }


def request(name: str, **different: object) -> Row:
    return {"service_request_id": name, "opened_at": OPENED, "support_plan_id": "P", "hours_used": "1", **different}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    plans = [
        plan("P"),
        plan("BACKWARDS", ends_on="2025-12-31"),
        plan("UNKNOWN", entitlement_quantity=None),
        plan("BELOW", entitlement_unit="incidents", entitlement_quantity="-1"),
        plan("FREE", entitlement_unit="unlimited", entitlement_quantity=None),
        plan("NOTHING", entitlement_quantity="0"),
        plan("PRICED", amount_fee="100.00"),
        plan("PRICED-EUR", amount_fee="100.00", currency="EUR"),
    ]
    requests = [
        request("SOUND"),
        request("OTHER", support_vehicle="asfp"),
        request("NOWHERE", support_plan_id="Q"),
        request("NAMELESS", support_plan_id=None),
        request("BACK", hours_used="-0.25"),
        request("NONE", hours_used="0"),
    ]
    return world(tmp_path_factory.mktemp("faulty"), support_plans=plans, service_requests=requests)


@pytest.mark.parametrize(("check", "offenders"), [
    ("plan_incomplete", ["BACKWARDS", "BELOW", "PRICED", "UNKNOWN"]),
    ("request_of_other_vehicle", ["NOWHERE", "OTHER"]),
    ("hours_below_zero", ["BACK"]),
])
def test_a_check_lists_the_faults_and_nothing_else(faulty: Warehouse, check: str, offenders: list[str]) -> None:
    found = faulty.run("overview/check_offenders", {"check_name": check}, OPERATOR)["offender"].to_pylist()
    assert [text.split(",")[0].split(" ")[1] for text in found] == offenders


def test_hours_given_back_are_counted_as_they_are(faulty: Warehouse) -> None:
    # 1 of SOUND, 1 of OTHER, which names this plan, less 0.25; NAMELESS uses the one of its vehicle that stands first.
    rows = faulty.run("escalations/usage", {"as_of_on": faulty.build.as_of_on}, OPERATOR).to_pylist()
    assert [str(row["used_quantity"]) for row in rows if row["support_plan_id"] == "P"] == ["1.7500"]
