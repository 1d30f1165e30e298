"""Forms that a person's page never offered them: each is refused where it is decided, and is on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from clearaccounts.access import Role
from clearaccounts.ui.decision_steps import STEPS
from tests.pages.conftest import Screen
from tests.pages.test_marks import choose, counts, said

_FORM = "_decision_form"


def send_forged(tab: Screen, wanted: object) -> str:
    """Open a form in the session of somebody whose page offers no such button, send it, and read what it says."""
    tab.app.session_state[_FORM] = wanted
    tab.app.run()
    if any(area.key == "reason" for area in tab.app.text_area):
        tab.app.text_area(key="reason").set_value("Forged")
    tab.app.button(key="decision_send").click().run()
    return said(tab)


def test_no_step_is_taken_by_who_may_not_take_it(screen: Callable[..., Screen]) -> None:
    admin, manager, agent = screen(Role.BILLING_ADMIN), screen(Role.MANAGER), screen(Role.SALES_AGENT)
    choose(admin, "flagged")
    admin.app.button(key="decide_mark").click().run()
    marking = replace(admin.app.session_state[_FORM], idempotency_key="forged-mark")
    choose(agent, "overdue")
    choose(manager, "overdue")
    for tab in (agent, manager):
        assert "Your role does not allow this." in send_forged(tab, marking)
    admin.app.text_area(key="reason").set_value("Three reminders")
    admin.app.button(key="decision_send").click().run()

    choose(manager, "marked")
    manager.app.button(key="decide_approve").click().run()
    approving = manager.app.session_state[_FORM]
    assert "You marked" in send_forged(admin, replace(approving, idempotency_key="own"))
    for action in STEPS:
        wanted = replace(approving, action=action, idempotency_key=f"forged-{action}")
        assert "Your role does not allow this." in send_forged(agent, wanted), action
    assert counts(agent)["To approve"] == 1

    trail = screen(Role.MANAGER, at="audit.py", event_type="access.denied")
    refused = trail.cells()
    assert "Sofía Lindgren" in refused and "Martin Weiss" in refused and "Beatriz Romero" in refused
