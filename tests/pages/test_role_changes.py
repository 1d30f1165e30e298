"""Who is given another role while a page is open keeps nothing that the session held for the old one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.decisions import Action
from clearaccounts.ui import connection
from tests.pages.conftest import Screen

MARTIN = next(person for person in DEMO_PEOPLE if person.role is Role.MANAGER)


def test_what_a_session_kept_for_a_manager_is_gone_for_the_sales_agent_they_become(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER).open("suspensions.py")
    tab.app.session_state["_kept_for_the_manager"] = "Contoso owes 1,250.00 EUR"
    tab.app.run()
    assert "_kept_for_the_manager" in tab.app.session_state, "the same person in the same role keeps it"
    given = {"role": Role.SALES_AGENT.value, "source": "person"}
    connection.own_store().append(OPERATOR, Action(
        "person", MARTIN.user_id, "granted", "", "g", datetime(2026, 10, 1, tzinfo=UTC), (), lambda _: given, entering=OPERATOR))
    tab.app.run()
    assert "_kept_for_the_manager" not in tab.app.session_state
    assert tab.app.session_state["lang"] == "en" and tab.problems() == []
    assert tab.app.title[0].value == "Suspensions"
