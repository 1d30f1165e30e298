"""The service-levels page: what runs out, goals by severity, the cases behind them, groups, Microsoft's targets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.support import levels
from clearaccounts.support.levels import BreachingFilter, LevelCasesFilter, LevelsByFilter, LevelsFilter
from clearaccounts.ui import registry
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import Screen, words_of

LEVELS = registry.LEVELS.script
AT, WEEK_ENDS = datetime(2026, 9, 30, 16, 41, 0, 1), datetime(2026, 10, 7)
PERIOD = (date(2026, 7, 3), date(2026, 9, 30))
SOFIA = next(person for person in DEMO_PEOPLE if person.role is Role.SALES_AGENT)


def table(tab: Screen, number: int = -1) -> dict[str, list[str]]:
    return words_of(tab.app.dataframe[number])


def row_count(tab: Screen) -> int:
    """Rows of the last table, those of other pages of it too."""
    said = [caption.value for caption in tab.app.caption if "rows in all" in caption.value]
    return int(said[-1].split()[0]) if said else len(table(tab)["case_id"])


def pieces(tab: Screen) -> dict[tuple[str, ...], int]:
    """What each piece of the chart chooses -> its length."""
    chart: Any = tab.app.get("plotly_chart")[0]
    return {
        tuple(codes): length for trace in json.loads(chart.proto.spec)["data"]
        for codes, length in zip(trace["customdata"], trace["x"], strict=True)
    }


def test_a_helpdesk_agent_sees_what_runs_out_and_the_goals(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    tab = screen(Role.HELPDESK_AGENT, at=LEVELS, horizon="week")
    assert tab.problems() == []
    due = levels.breaching(sample_warehouse, BreachingFilter(AT, WEEK_ENDS), OPERATOR)
    assert table(tab, 0)["case_id"] == due["case_id"].to_pylist()
    waiting = [said for said, at in zip(table(tab, 0)["due_said"], due["due_at"].to_pylist(), strict=True) if at is None]
    assert waiting and set(waiting) == {"Paused: waits on the customer"}
    rows = levels.levels(sample_warehouse, LevelsFilter(AT, *PERIOD), OPERATOR).to_pylist()
    assert pieces(tab) == {
        (row["goal_type"], row["severity"], state): row[f"{state}_count"] for row in rows for state in levels.GOAL_STATUSES
    }


def test_nothing_runs_out_today_and_the_page_says_so(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, "es", at=LEVELS)
    assert tab.problems() == []
    said = [one.value.replace("\\", "") for one in tab.app.info]
    assert "Ningún objetivo vence hasta entonces: nada abierto llega a su fin. Mire más adelante." in said


def test_choices_keep_the_list_to_their_cases(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    tab = screen(Role.MANAGER, at=LEVELS, goal="response", state="breached", severity="B", clock="calendar")
    wanted = LevelCasesFilter(AT, *PERIOD, "calendar", "response", "breached", "B")
    assert table(tab)["case_id"] == levels.cases(sample_warehouse, wanted, OPERATOR)["case_id"].to_pylist()
    next(one for one in tab.app.selectbox if one.key == "state").set_value("met").run()
    assert set(table(tab)["status_said"]) == {"Met"} and tab.app.query_params["state"] == "met"


def test_a_group_leads_to_its_cases_and_back_to_all(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    tab = screen(Role.HELPDESK_AGENT, at=LEVELS, view="groups", by="offer", horizon="week")
    first = levels.levels_by(sample_warehouse, LevelsByFilter(AT, *PERIOD, dimension="offer"), OPERATOR).to_pylist()[0]
    tab.select(1, 0)
    assert tab.problems() == [] and set(table(tab)["offer_name"]) == {first["dimension_value"]}
    assert row_count(tab) == first["case_count"]
    tab.app.button(key="group_let_go").click().run()
    assert len(set(table(tab)["offer_name"])) > 1


def test_microsoft_s_targets_stand_with_what_is_not_known(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, at=LEVELS, view="microsoft", request_state="unknown", horizon="week")
    assert tab.problems() == [] and set(table(tab)["status_said"]) == {"Not known"}
    assert "it is no breach" in tab.words()


def test_times_are_by_goal_and_severity(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER, "es", at=LEVELS, view="times")
    assert tab.problems() == [] and table(tab)["goal_said"][0] == "Primera respuesta"


def test_a_sales_agent_sees_own_customers_alone(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    tab = screen(Role.SALES_AGENT, at=LEVELS, horizon="week")

    def due(viewer: Viewer) -> list[str]:
        found: list[str] = levels.breaching(sample_warehouse, BreachingFilter(AT, WEEK_ENDS), viewer)["case_id"].to_pylist()
        return found

    assert table(tab, 0)["case_id"] == due(SOFIA) != due(OPERATOR)


def test_what_makes_no_sense_in_an_address_narrows_nothing(screen: Callable[..., Screen]) -> None:
    wrong = {"view": "lost", "goal": "x", "state": "y", "severity": "Z", "clock": "sun", "horizon": "year", "by": "colour", "group": "x"}
    tab = screen(Role.MANAGER, at=LEVELS, **wrong)
    assert tab.problems() == [] and row_count(tab) == 398


def test_a_case_opens_from_what_runs_out(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.HELPDESK_AGENT, at=LEVELS, horizon="week")
    case_id = table(tab, 0)["case_id"][0]
    tab.select(0, 0)
    assert tab.problems() == [] and case_id in tab.words().replace("\\", "")


def test_a_case_shows_its_own_goals(screen: Callable[..., Screen], sample_warehouse: Warehouse) -> None:
    due = levels.breaching(sample_warehouse, BreachingFilter(AT, WEEK_ENDS), OPERATOR).to_pylist()
    running = next(row for row in due if not row["is_paused"] and row["case_id"] != "CASE-0010-038")
    tab = screen(Role.HELPDESK_AGENT, at=registry.CASES.script, case=running["case_id"])
    assert tab.problems() == []
    rows = table(tab, 0)
    chosen = levels.CaseLevelsFilter(running["case_id"], AT)
    known = levels.of_case(sample_warehouse, chosen, OPERATOR).to_pylist()
    assert [row["due_at"] for row in known if row["goal_type"] == running["goal_type"]] == [running["due_at"]]
    assert rows["goal_said"] == ["First response", "Resolution"] and any(rows["due_said"])
