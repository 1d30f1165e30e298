"""The case rate on the escalations page and the ways to Microsoft: each figure in both languages, own customers alone, and no amount."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.escalations import rates
from clearaccounts.escalations.rates import RateRequestsFilter
from clearaccounts.text import ENGLISH
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import Screen, words_of

SOFIA = next(person for person in DEMO_PEOPLE if person.role is Role.SALES_AGENT)
AMOUNT = re.compile(r"\d+[.,]\d{2}\s(?:EUR|USD|GBP)")


@pytest.mark.parametrize(("language", "view", "by"), [
    ("en", "requests", "customer"), ("es", "cases", "vehicle"), ("en", "reopened", "support_type"), ("es", "time", "severity"),
    ("es", "kinds", "category"),
])
def test_every_figure_with_its_list(screen: Callable[..., Screen], language: str, view: str, by: str) -> None:
    tab = screen(Role.HELPDESK_AGENT, language, at="escalations.py", view="rate", rate_view=view, rate_by=by)
    assert tab.problems() == []
    shown = [table for table in tab.app.dataframe if "case_id" in table.value and "mismatch_type" not in table.value]
    assert shown if view != "kinds" else any("mismatch_type" in table.value for table in tab.app.dataframe)
    assert not AMOUNT.search(tab.words() + tab.cells())


def test_a_month_and_a_group_narrow_the_list(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    tab = screen(Role.SALES_AGENT, at="escalations.py", view="rate", rate_month="2026-08", rate_by="support_type", rate_group="=technical")
    wanted = RateRequestsFilter(date(2026, 8, 1), date(2026, 8, 31), "support_type", "technical")
    own = rates.requests_behind(sample_warehouse, wanted, SOFIA)
    listed = next(words_of(table) for table in tab.app.dataframe if "support_type" in table.value and "service_request_id" in table.value)
    assert listed["service_request_id"] == own["service_request_id"].to_pylist() != []
    rate = rates.case_rate(sample_warehouse, rates.CaseRateFilter(wanted.from_on, wanted.to_on), SOFIA).to_pylist()[0]
    assert f"Requests per 100 cases: {ENGLISH.number(rate['requests_per_100_cases'], 1)}" in tab.words()


def test_a_bar_of_escalated_cases_leads_to_these_alone(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    tab = screen(
        Role.MANAGER, at="escalations.py", view="rate", rate_view="cases", rate_month="2026-08", rate_by="severity", rate_group="=A")
    wanted = rates.GroupsFilter(date(2026, 8, 1), date(2026, 8, 31), "severity")
    groups = rates.groups(sample_warehouse, wanted, OPERATOR).to_pylist()
    counted = next(row["escalated_case_count"] for row in groups if row["dimension_value"] == "A")
    listed = next(words_of(table) for table in tab.app.dataframe if "case_id" in table.value and "is_escalated" in table.value)
    assert counted == len(listed["case_id"]) > 0


def test_the_ways_for_what_is_typed_in(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at="escalations.py", view="routes", route_type="technical", route_platform="on_premises", route_severity="A")
    ways = next(words_of(table) for table in tab.app.dataframe if "would_use" in table.value)
    assert ways["support_plan_id"][:2] == ["ONPREM-2026", "PSFP-2026"]
    assert "a person decides" in tab.words() and "within 2 h for severity A" in tab.words()


def test_a_case_shows_its_ways(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.HELPDESK_AGENT, "es", at="cases.py", case="CASE-0004-017")
    assert tab.problems() == [] and "Vías a Microsoft" in tab.words()
    assert any("would_use" in table.value for table in tab.app.dataframe)
    assert not AMOUNT.search(tab.words() + tab.cells())
