"""The cases page: groups and ages narrow it, steps of the backlog open their cases, a case has an address of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from clearaccounts.access import OPERATOR, Role
from clearaccounts.sample import LAST_ON
from clearaccounts.support import groups as support
from clearaccounts.support.groups import DIMENSIONS, GroupsFilter, OpenCasesFilter, StepsFilter
from clearaccounts.ui import registry
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import Screen, words_of

CASES = registry.CASES.script
AT = datetime(2026, 10, 1)
# Of a customer that is not the sales agent's of the demo, and of one that is.
FOREIGN, OWN = "CASE-0003-015", "CASE-0001-010"


def said(tab: Screen) -> str:
    return tab.words().replace("\\", "")


def box(app: AppTest, key: str) -> Any:
    return next(one for one in app.selectbox if one.key == key)


def listed(tab: Screen) -> dict[str, list[str]]:
    return words_of(tab.app.dataframe[0])


@pytest.mark.parametrize("by", DIMENSIONS)
def test_every_dimension_narrows_the_page_to_its_groups(screen: Callable[..., Screen], sample_warehouse: Warehouse, by: str) -> None:
    tab = screen(Role.HELPDESK_AGENT, "es", at=CASES, by=by)
    first = support.groups(sample_warehouse, GroupsFilter(AT, by), OPERATOR).to_pylist()[0]
    box(tab.app, f"narrow_{by}").set_value(first["dimension_value"] or "").run()
    assert tab.problems() == [] and len(listed(tab)["case_id"]) == first["case_count"]
    # What it is narrowed to stands beside the list, with the way out of it.
    tab.app.button(key=f"forget_{by}").click().run()
    assert len(listed(tab)["case_id"]) == 49 and tab.problems() == []


def test_several_choices_hold_together_and_a_file_says_them(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    tab = screen(Role.MANAGER, at=CASES, category="Azure", support_type="technical", age="11-20", by="severity")
    wanted = OpenCasesFilter(AT, case_category="Azure", support_type="technical", age_bucket="11-20")
    assert sorted(listed(tab)["case_id"]) == sorted(support.open_cases(sample_warehouse, wanted, OPERATOR)["case_id"].to_pylist())
    assert {"Category: Azure", "Support type: Technical", "Age: 11–20 days"} <= set(said(tab).splitlines())
    tab.app.button(key="forget_all").click().run()
    assert len(listed(tab)["case_id"]) == 49 and "age" not in tab.app.query_params


def test_what_makes_no_sense_in_an_address_narrows_nothing(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at=CASES, severity="Z", age="7", status="lost", since="yesterday", by="colour")
    assert tab.problems() == [] and len(listed(tab)["case_id"]) == 49


def test_a_group_without_cases_says_so_and_keeps_its_way_out(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.HELPDESK_AGENT, at=CASES, category="Nothing of this name")
    assert "No open case matches." in " ".join(tab.app.info[0].value.replace("\\", "").split())
    tab.app.button(key="forget_category").click().run()
    assert len(listed(tab)["case_id"]) == 49


def test_the_table_of_groups_leads_to_the_cases_of_one(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.HELPDESK_AGENT, at=CASES, view="groups", by="support_type")
    shown = listed(tab)
    count = int(shown["case_count"][0])
    assert sum(map(int, shown["case_count"])) == 49
    tab.select(0, 0)
    assert tab.app.session_state["view"] == "cases" and len(listed(tab)["case_id"]) == count


def test_services_stand_beside_what_they_ask_for(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at=CASES, view="services")
    shown = listed(tab)
    assert sum(map(int, shown["case_count"])) == 49 and {"yes", "not known"} == set(shown["asked_said"])
    row = next(n for n, name in enumerate(shown["service_said"]) if name == "Microsoft 365" and shown["support_type"][n] == "Billing")
    tab.select(0, row)
    assert len(listed(tab)["case_id"]) == int(shown["case_count"][row]) and "Online service: Microsoft 365" in said(tab)


@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_every_step_leads_to_as_many_cases_as_it_counts(screen: Callable[..., Screen], sample_warehouse: Warehouse, step: str) -> None:
    tab = screen(Role.HELPDESK_AGENT, at=CASES, view="time", step=step, category="Invoices and billing")
    steps = support.through_time(
        sample_warehouse, StepsFilter(support.first_day(step, LAST_ON), LAST_ON, step, case_category="Invoices and billing"), OPERATOR)
    assert [int(count) for count in listed(tab)["closing_count"]] == steps["closing_count"].to_pylist()
    last = steps.num_rows - 1
    tab.select(0, last)
    row = steps.to_pylist()[last]
    assert len(listed(tab)["case_id"]) == row["closing_count"]
    for flow in ("created", "closed"):
        tab.app.session_state["flow"] = flow
        tab.app.run()
        assert tab.problems() == []
        assert (len(listed(tab)["case_id"]) if tab.app.dataframe else 0) == row[f"{flow}_count"]
    box(tab.app, "since_chosen").set_value("").run()
    assert len(listed(tab)["closing_count"]) == steps.num_rows


@pytest.mark.parametrize("role", [Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.BILLING_ADMIN, Role.MANAGER])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_row_opens_its_case_and_the_way_back_keeps_the_list(screen: Callable[..., Screen], role: Role, language: str) -> None:
    tab = screen(role, language, at=CASES, support_type="technical")
    case_id = listed(tab)["case_id"][0]
    tab.select(0, 0)
    assert tab.problems() == [] and case_id in said(tab)
    goals, timeline = (set(words_of(frame)) for frame in tab.app.dataframe[:2])
    assert {"goal_said", "status_said"} <= goals and {"occurred_at", "event_type"} <= timeline
    tab.app.button(key="case_way_back").click().run()
    assert case_id in listed(tab)["case_id"] and tab.app.button(key="forget_support_type")


def test_a_case_is_told_up_to_the_day(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.HELPDESK_AGENT, at=CASES, case=OWN)
    assert "Closed" in said(tab) and "Request to Microsoft closed" in tab.cells() and "260917000001001" in tab.cells()
    earlier = screen(Role.HELPDESK_AGENT, at=CASES, case=OWN, as_of_on="2026-09-18")
    assert "Escalated" in said(earlier) and "Request to Microsoft opened" in earlier.cells()
    assert "closed" not in earlier.cells().casefold() and "2026, 13:24" not in earlier.cells()
    assert earlier.app.session_state["as_of_on"] == date(2026, 9, 18)


def test_a_case_of_another_agents_customer_is_as_one_that_is_not_there(screen: Callable[..., Screen]) -> None:
    told = []
    for case_id in (FOREIGN, "no-such-case"):
        tab = screen(Role.SALES_AGENT, at=CASES, case=case_id)
        told.append((said(tab).replace(case_id, "it"), tab.cells(), tab.problems()))
    assert told[0] == told[1] and "There is no such case by this day" in told[0][2][0].replace("\\", "")
    assert "O'Dwyer" in said(screen(Role.MANAGER, at=CASES, case=FOREIGN))


def test_a_customer_that_is_not_ones_own_narrows_to_nothing_and_is_not_named(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.SALES_AGENT, at=CASES, customer="C0003")
    assert tab.problems() == [] and "O'Dwyer" not in said(tab) + tab.cells() and "Customer: C0003" in said(tab)


def test_an_accounts_list_of_cases_opens_them(screen: Callable[..., Screen]) -> None:
    for section in ("cases", "requests"):
        tab = screen(Role.HELPDESK_AGENT, at=registry.ACCOUNT.script, customer_id="C0001", section=section)
        tab.select(0, 0)
        assert tab.problems() == [] and "CASE-0001-" in said(tab) and "Account of Brennholt Anlagenbau GmbH" in said(tab)
