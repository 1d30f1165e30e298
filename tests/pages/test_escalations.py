"""Escalations on their page: what wants attention first, the plans with their outlook, and fees for those alone who may see them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from clearaccounts.access import Role
from tests.pages.conftest import Screen, words_of


def columns(tab: Screen, table: int) -> dict[str, list[str]]:
    return words_of(tab.app.dataframe[table])


def said(tab: Screen) -> str:
    """The page's words without what keeps them from being markdown."""
    return tab.words().replace("\\", "")


def test_what_wants_attention_stands_first_and_leads_to_the_plans_requests(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.HELPDESK_AGENT, at="escalations.py", as_of_on="2026-06-15")
    assert tab.problems() == []
    assert "CLOUD-2025 ends on 30 Jun 2026 (in 15 days); CLOUD-2026 carries on" in said(tab)
    assert "29 requests are outside every plan's dates" in said(tab)
    tab.app.button(key="alert_ends_CLOUD-2025").click().run()
    assert tab.problems() == [] and set(columns(tab, 1)["support_plan_id"]) == {"CLOUD-2025"}
    tab.app.button(key="alert_outside").click().run()
    assert tab.problems() == [] and len(columns(tab, 1)["outside_reason"]) == 29
    far = screen(Role.MANAGER, at="escalations.py", within="180")
    assert "PSFP-2026 ends on 31 Dec 2026 (in 92 days) and nothing renews it" in said(far)
    assert "ONPREM-2026 is mostly unused: 15 incidents of 20 incidents are left until 14 Mar 2027" in said(far)


def test_a_plan_says_until_when_its_rest_lasts_in_both_languages(screen: Callable[..., Screen]) -> None:
    running = columns(screen(Role.MANAGER, at="escalations.py"), 0)
    outlooks = dict(zip(running["support_plan_id"], running["outlook"], strict=True))
    assert outlooks["PSFP-2026"] == "Lasts at this rate; 25 Nov 2026 at the earliest"
    assert outlooks["CLOUD-2026"] == "Never: unlimited" and outlooks["ONPREM-2026"] == "Not before the plan ends"
    over = columns(screen(Role.MANAGER, "es", at="escalations.py", status="over"), 0)["outlook"]
    assert "Se agotó el 1 sept 2025; 16,8 horas de más" in over and "Terminó con 24 incidentes sin usar" in over


def test_a_group_leads_to_its_requests_and_a_request_to_its_case(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.HELPDESK_AGENT, at="escalations.py", view="by", by="severity", plan="PSFP-2026")
    groups = columns(tab, 1)
    assert groups["group_name"] == ["B", "A", "C"] and tab.problems() == []
    tab.select(1, 1)
    tab.app.run()
    assert tab.problems() == [] and "Severity: A" in said(tab)
    found = columns(tab, 1)
    assert set(found["severity"]) == {"A"} and len(found["severity"]) == int(groups["request_count"][1])
    tab.select(1, 0)
    assert tab.problems() == [] and found["case_id"][0] in tab.words()


def test_the_back_test_stands_there_in_words_with_its_formula(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.HELPDESK_AGENT, at="escalations.py", view="backtest")
    assert "use was off by 28% of the entitlement on average, and lay inside its range 82% of the time" in said(tab)
    assert "Less was used than projected, by 24% of the entitlement on average." in said(tab)
    assert "the projected day was 54.9 days off on average (8 projections)" in said(tab) and "1.2816 x sqrt" in said(tab)
    assert len(columns(tab, 2)["cutoff_on"]) == 44


@pytest.mark.parametrize("role", [Role.SALES_AGENT, Role.HELPDESK_AGENT])
def test_without_the_permission_no_fee_is_anywhere(screen: Callable[..., Screen], role: Role) -> None:
    for view in ("requests", "costs"):
        tab = screen(role, at="escalations.py", view=view)
        assert tab.problems() == [] and not re.search(r"\bEUR\b|fee|Costs", tab.words() + tab.cells())
        assert not [name for table in tab.app.dataframe for name in words_of(table) if name.startswith("amount_")]


def test_costs_for_those_who_see_them(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.BILLING_ADMIN, at="escalations.py", view="costs", plan="PSFP-2026")
    assert tab.problems() == [] and columns(tab, 1)["amount_per_incident"] == ["1,795.07 EUR"]
    assert columns(tab, 2)["amount_alternative"] == ["12,754.73 EUR", ""]


def test_a_day_before_everything_says_so(screen: Callable[..., Screen]) -> None:
    for view in ("requests", "by", "outside", "costs", "backtest"):
        tab = screen(Role.MANAGER, at="escalations.py", view=view, as_of_on="2020-01-01")
        assert tab.problems() == [] and len(tab.app.info) == 3, view
