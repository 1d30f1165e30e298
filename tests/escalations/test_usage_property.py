"""Random plans and requests: what is used is a plain sum, every request has one place, and an alert stands iff the days say so."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR
from clearaccounts.escalations.requests import GROUPS, RequestsFilter, UsageByFilter, requests, usage_by
from clearaccounts.escalations.usage import AlertsFilter, PlansFilter, UsageFilter, alerts, plans, usage
from tests.worlds import world

FIRST = date(2026, 1, 1)
VEHICLES = ("psfp", "asfp", "commercial")
DAYS = st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))
PLANS = st.lists(
    st.fixed_dictionaries({
        "support_vehicle": st.sampled_from(VEHICLES), "starts_on": DAYS, "term": st.integers(0, 40),
        "entitlement_unit": st.sampled_from(("hours", "incidents", "unlimited")),
        "entitlement_quantity": st.sampled_from((None, Decimal(0), Decimal("1.5"), Decimal(3), Decimal(40))),
    }), max_size=5)
REQUESTS = st.lists(
    st.fixed_dictionaries({
        "support_vehicle": st.sampled_from(VEHICLES), "opened_on": DAYS, "named": st.sampled_from((None, None, 0, 1, 2, 9)),
        "hours_used": st.sampled_from((None, Decimal("0.25"), Decimal(2), Decimal("7.5"))),
    }), max_size=25)


def plan_of(request: dict[str, Any], made: list[dict[str, Any]]) -> str | None:
    """The plan that a request uses, as the contract says it."""
    running = [one for one in made if one["starts_on"] <= request["opened_on"] <= one["ends_on"]]
    if request["named"] is not None:
        running = [one for one in running if one["support_plan_id"] == f"P{request['named']}"]
    else:
        running = [one for one in running if one["support_vehicle"] == request["support_vehicle"]]
    return min(((one["ends_on"], one["support_plan_id"]) for one in running), default=(None, None))[1]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLANS, REQUESTS, DAYS, st.sampled_from((0, 10, 60)), st.sampled_from(list(GROUPS)))
def test_use_places_and_alerts(
    given_plans: list[dict[str, Any]], given_requests: list[dict[str, Any]], day: date, within: int, by: str,
) -> None:
    made = [
        {**{name: value for name, value in one.items() if name != "term"}, "support_plan_id": f"P{number}",
         "ends_on": one["starts_on"] + timedelta(days=one["term"])}
        for number, one in enumerate(given_plans)
    ]
    asked = [{**one, "key": f"R{number:02d}"} for number, one in enumerate(given_requests)]
    with TemporaryDirectory() as folder:
        partner = world(Path(folder), support_plans=made, service_requests=[
            {"service_request_id": one["key"], "support_vehicle": one["support_vehicle"], "opened_at": f"{one['opened_on']} 12:00:00",
             "support_plan_id": None if one["named"] is None else f"P{one['named']}", "hours_used": one["hours_used"]} for one in asked])
        said = usage(partner, UsageFilter(day), OPERATOR).to_pylist()
        outlook = {row["support_plan_id"]: row for row in plans(partner, PlansFilter(day, "all"), OPERATOR).to_pylist()}
        raised = {(row["support_plan_id"], row["alert_type"]) for row in alerts(partner, AlertsFilter(day, within), OPERATOR).to_pylist()}
        listed = requests(partner, RequestsFilter(day), OPERATOR).to_pylist()
        groups = usage_by(partner, UsageByFilter(day, by), OPERATOR).to_pylist()

    seen = [one for one in asked if one["opened_on"] <= day]
    place = {one["key"]: plan_of(one, made) for one in seen}
    # Every request stands in exactly one plan, or outside.
    assert {row["service_request_id"]: row["support_plan_id"] for row in listed} == place
    over = sum(row["request_count"] for row in outlook.values() if row["plan_status"] == "over")
    assert sum(row["request_count"] for row in said) + over == len(seen)
    assert sum(row["request_count"] for row in groups) == len(seen)
    assert sum(row["hours_used"] or 0 for row in groups) == sum(one["hours_used"] or 0 for one in seen)
    for one in made:
        its = [request for request in seen if place[request["key"]] == one["support_plan_id"]]
        hours = sum((request["hours_used"] or Decimal(0) for request in its), Decimal(0))
        used = hours if one["entitlement_unit"] == "hours" else Decimal(len(its))
        row = outlook[one["support_plan_id"]]
        assert row["used_quantity"] == used and row["request_count"] == len(its)
        entitled = None if one["entitlement_unit"] == "unlimited" else one["entitlement_quantity"]
        assert row["entitled_quantity"] == entitled
        assert row["left_quantity"] == (None if entitled is None else max(entitled - used, Decimal(0)))
        runs = one["starts_on"] <= day <= one["ends_on"]
        ends = runs and one["ends_on"] <= day + timedelta(days=within)
        kinds = {kind for plan_id, kind in raised if plan_id == one["support_plan_id"]}
        assert ("ends" in kinds) == ends
        assert ("unused" in kinds) == (ends and entitled is not None and entitled > 0 and 2 * used <= entitled)
        assert ("ran_out" in kinds) == (runs and row["ran_out_on"] is not None and row["ran_out_on"] < one["ends_on"])
        assert (row["ran_out_on"] is not None) == (entitled is not None and one["starts_on"] <= day and used >= entitled)
        if row["earliest_on"] is not None:
            assert day < row["earliest_on"] <= row["runs_out_on"] <= (row["latest_on"] or date.max)
