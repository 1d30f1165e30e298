"""Routing help: every support type, platform and severity against every vehicle; what is used, left, run out and not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.escalations import routes
from clearaccounts.escalations.routes import RoutesByHandFilter, RoutesFilter
from clearaccounts.settings import Settings
from clearaccounts.support import rules, rules_reader
from clearaccounts.text import ENGLISH
from clearaccounts.ui.routing_view import what_fits
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

DAY = date(2026, 6, 30)
ANA = Viewer("test:ana", "Ana", Role.SALES_AGENT, "ana@partner.example")
TYPES = ("billing", "subscription_management", "technical")
PLATFORMS = ("cloud", "on_premises")
# Who takes on what, by the facts of Microsoft's programmes, whatever the product's rules file says.
TAKES_ON = {
    "commercial": {("billing", "cloud"), ("billing", "on_premises"), ("subscription_management", "cloud"),
                   ("subscription_management", "on_premises")},
    "psfp": {("technical", "cloud"), ("technical", "on_premises")},
    "asfp": {("technical", "cloud")},
    "cloud": {("technical", "cloud")},
    "on_premises": {("technical", "on_premises")},
}
MICROSOFT_ANSWERS = {"A": 120, "B": 240, "C": 480, None: None}


def plan(number: str, vehicle: str, unit: str = "incidents", quantity: str | None = "10", ends: str = "2026-12-31", **more: str) -> Row:
    return {"support_plan_id": number, "support_vehicle": vehicle, "entitlement_unit": unit, "entitlement_quantity": quantity,
            "starts_on": "2026-01-01", "ends_on": ends, **more}


def request(number: str, vehicle: str, opened: str = "2026-02-01", **more: str) -> Row:
    return {"service_request_id": number, "support_vehicle": vehicle, "opened_at": f"{opened} 12:00:00", **more}


def asked(warehouse: Warehouse, support_type: str = "technical", platform: str = "cloud", severity: str | None = "B",
          day: date = DAY) -> list[dict[str, Any]]:
    return list(routes.by_hand(warehouse, RoutesByHandFilter(day, support_type, platform, severity), OPERATOR).to_pylist())


def by_plan(rows: list[dict[str, Any]]) -> dict[str | None, dict[str, Any]]:
    return {row["support_plan_id"] or row["support_vehicle"]: row for row in rows}


@pytest.fixture(scope="module")
def every_vehicle(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A plan of each vehicle that needs one runs."""
    return world(tmp_path_factory.mktemp("every_vehicle"), support_plans=[
        plan("P", "psfp", "hours", "100"), plan("A", "asfp"), plan("C", "cloud", "unlimited", None), plan("O", "on_premises")])


def test_each_vehicle_fits_what_it_takes_on_and_nothing_else(every_vehicle: Warehouse) -> None:
    for support_type, platform, severity in product(TYPES, PLATFORMS, MICROSOFT_ANSWERS):
        rows = asked(every_vehicle, support_type, platform, severity)
        assert {row["support_vehicle"] for row in rows if row["is_fitting"]} == {
            vehicle for vehicle, taken in TAKES_ON.items() if (support_type, platform) in taken}
        for row in rows:
            taken = TAKES_ON[row["support_vehicle"]]
            wrong_type = "support_type_not_covered" if support_type not in {one for one, _ in taken} else None
            wrong_platform = "platform_not_covered" if (support_type, platform) not in taken else None
            assert row["unfit_reasons"] == (wrong_type or wrong_platform)
            assert row["response_minutes"] == (MICROSOFT_ANSWERS[severity] if support_type == "technical" else None)
            assert row["is_free"] == (row["support_vehicle"] == "commercial")
        # What fits stands before what does not.
        assert [row["is_fitting"] for row in rows] == sorted((row["is_fitting"] for row in rows), reverse=True)


def test_the_rules_file_says_the_same() -> None:
    scopes = rules_reader.in_use(Settings()).scopes
    found = {vehicle: {(one.support_type, one.platform) for one in scopes if one.support_vehicle == vehicle} for vehicle in TAKES_ON}
    assert found == TAKES_ON


def test_other_rules_give_other_answers(every_vehicle: Warehouse) -> None:
    shipped = rules_reader.in_use(Settings())
    only_psfp = rules.beside(every_vehicle, replace(shipped, scopes=(rules.Scope("psfp", "billing", "cloud", is_free=False),)))
    assert [row["support_vehicle"] for row in asked(only_psfp, "billing") if row["is_fitting"]] == ["psfp"]
    # A plan of a vehicle that no rule names takes on nothing.
    assert by_plan(asked(only_psfp))["O"]["unfit_reasons"] == "support_type_not_covered"


def test_what_fits_is_ordered_free_then_unlimited_then_least_scarce(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        support_plans=[plan("HALF", "psfp"), plan("MOST", "asfp"), plan("OUT", "cloud", quantity="1"),
                       plan("ALL", "cloud", "unlimited", None), plan("FREE", "commercial")],
        service_requests=[*(request(f"P{n}", "psfp") for n in range(5)), request("A1", "asfp"),
                          request("C1", "cloud", support_plan_id="OUT")],
    )
    rows = asked(warehouse)
    assert [row["support_plan_id"] for row in rows if row["is_fitting"]] == ["ALL", "MOST", "HALF", "OUT"]
    assert [row["route_order"] for row in rows] == [1, 2, 3, 4, 5, 6]
    # A free vehicle may have a plan too; it is free all the same.
    assert [(row["support_plan_id"], row["is_free"]) for row in asked(warehouse, "billing") if row["is_fitting"]] == [("FREE", True)]


def test_incidents_use_one(tmp_path: Path) -> None:
    requests = [request("R1", "asfp"), request("R2", "asfp")]
    row = by_plan(asked(world(tmp_path, support_plans=[plan("A", "asfp", quantity="3")], service_requests=requests)))["A"]
    assert [row[name] for name in ("used_quantity", "left_quantity", "needed_quantity", "left_after_quantity")] == [2, 1, 1, 0]
    assert (row["needed_request_count"], row["has_run_out"]) == (None, False)


def test_hours_use_the_median_at_the_severity(tmp_path: Path) -> None:
    warehouse = world(tmp_path, support_plans=[plan("P", "psfp", "hours", "20")], service_requests=[
        request("R1", "psfp", hours_used="2", severity="B"), request("R2", "psfp", hours_used="5", severity="B"),
        request("R3", "psfp", hours_used="9", severity="A"), request("R4", "psfp", severity="B"),
        request("R5", "asfp", hours_used="1", severity="B"), request("R6", "psfp", "2026-07-01", hours_used="50", severity="B"),
    ])
    row = by_plan(asked(warehouse))["P"]
    assert (row["needed_quantity"], row["needed_request_count"]) == (Decimal("3.5"), 2)
    assert (row["left_quantity"], row["left_after_quantity"]) == (4, Decimal("0.5"))
    # Nothing at severity C yet: blank, not 0.
    none = by_plan(asked(warehouse, severity="C"))["P"]
    assert (none["needed_quantity"], none["left_after_quantity"], none["needed_request_count"]) == (None, None, 0)
    # Severity not known: all of them.
    every = by_plan(asked(warehouse, severity=None))["P"]
    assert (every["needed_quantity"], every["needed_request_count"]) == (5, 3)


@pytest.mark.parametrize(("unit", "quantity", "used", "has_run_out"), [
    ("incidents", "0", 0, True), ("incidents", "1", 1, True), ("incidents", "2", 1, False), ("hours", "4", 1, True),
    ("unlimited", None, 1, False), ("hours", None, 1, False),
])
def test_a_plan_that_has_run_out(tmp_path: Path, unit: str, quantity: str | None, used: int, has_run_out: bool) -> None:
    requests = [request(f"R{n}", "psfp", hours_used="4") for n in range(used)]
    row = by_plan(asked(world(tmp_path, support_plans=[plan("P", "psfp", unit, quantity)], service_requests=requests)))["P"]
    assert (row["is_fitting"], row["has_run_out"]) == (True, has_run_out)


def test_no_plan_runs(tmp_path: Path) -> None:
    warehouse = world(tmp_path, support_plans=[plan("P", "psfp", ends="2026-06-29"), plan("A", "asfp", ends="2026-06-30")])
    rows = by_plan(asked(warehouse))
    assert (rows["psfp"]["is_fitting"], rows["psfp"]["unfit_reasons"]) == (False, "no_plan_running")
    assert (rows["on_premises"]["unfit_reasons"]) == "platform_not_covered; no_plan_running"
    assert (rows["A"]["is_fitting"], rows["A"]["left_days"], rows["A"]["is_ending_soon"]) == (True, 0, True)
    # What is free needs none.
    assert by_plan(asked(warehouse, "billing"))["commercial"]["is_fitting"]


@pytest.mark.parametrize(("ends", "is_ending_soon"), [("2026-08-29", True), ("2026-08-30", False)])
def test_ends_soon_is_within_60_days(tmp_path: Path, ends: str, is_ending_soon: bool) -> None:
    assert by_plan(asked(world(tmp_path, support_plans=[plan("A", "asfp", ends=ends)])))["A"]["is_ending_soon"] is is_ending_soon


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Ana's cases: everything known, nothing known, and one that opens later; and a case of somebody else's customer."""
    def case(case_id: str, opened: str = "2026-06-01", **more: str) -> Row:
        return {"case_id": case_id, "opened_at": f"{opened} 12:00:00", **more}
    return world(
        tmp_path_factory.mktemp("cases"),
        customers=[
            {"customer_id": "C1", "sales_agent": "ana@partner.example"}, {"customer_id": "C2", "sales_agent": "ben@partner.example"}],
        support_plans=[plan("P", "psfp")],
        support_cases=[
            case("KNOWN", support_type="technical", product_name="Azure plan", severity="A"),
            case("BY-CATEGORY", case_category="Reconciliation", product_name="SQL Server 2022"),
            case("NOTHING"),
            case("LATER", "2026-07-01"),
            case("GONE", withdrawn_on="2026-06-30"),
            case("THEIRS", customer_id="C2"),
        ],
    )


def told(warehouse: Warehouse, case_id: str, viewer: Viewer = ANA) -> list[dict[str, Any]]:
    return list(routes.for_case(warehouse, RoutesFilter(case_id, DAY), viewer).to_pylist())


def test_a_case_is_asked_for_what_is_known_of_it(cases: Warehouse) -> None:
    rows = told(cases, "KNOWN")
    assert {(r["support_type"], r["platform"], r["severity"], r["is_support_type_known"], r["is_platform_known"]) for r in rows} == {
        ("technical", "cloud", "A", True, True)}
    by_hand = asked(cases, severity="A")[0]
    assert {name: rows[0][name] for name in by_hand} == by_hand
    # The type of a category and the platform of a product are known too.
    assert {(r["support_type"], r["platform"]) for r in told(cases, "BY-CATEGORY")} == {("billing", "on_premises")}


def test_what_is_not_known_stands_there_with_each_answer(cases: Warehouse) -> None:
    rows = told(cases, "NOTHING")
    assert {(r["support_type"], r["platform"]) for r in rows} == set(product(TYPES, PLATFORMS))
    assert {(r["is_support_type_known"], r["is_platform_known"], r["severity"], r["response_minutes"]) for r in rows} == {
        (False, False, None, None)}


def test_of_others_cases_later_ones_and_withdrawn_ones_nothing_is_said(cases: Warehouse) -> None:
    for case_id in ("THEIRS", "LATER", "GONE", "NONE"):
        assert told(cases, case_id) == []
    assert told(cases, "THEIRS", OPERATOR) != []


def test_what_fits_says_whose_plans_have_all_run_out(tmp_path: Path) -> None:
    plans = [plan("P1", "psfp", quantity="1"), plan("P2", "psfp"), plan("O1", "on_premises", quantity="1")]
    used = [request("R1", "psfp", support_plan_id="P1"), request("R2", "on_premises")]
    found = asked(world(tmp_path, support_plans=plans, service_requests=used), platform="on_premises")
    assert what_fits(found, ENGLISH) == "Premier Support for Partners (PSfP), Partner on-premises support: has run out"
    assert what_fits([row for row in found if not row["is_fitting"]], ENGLISH) == "Nothing fits"
