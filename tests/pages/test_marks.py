"""A customer is flagged, marked by one person and approved by another, all on the page."""

from __future__ import annotations

from collections.abc import Callable

from clearaccounts.access import Role
from tests.pages.conftest import Screen


def choose(tab: Screen, list_name: str) -> None:
    """Open one of the page's lists and choose its first row."""
    tab.open("suspensions.py")
    tab.app.session_state["list"] = list_name
    tab.app.run()
    tab.select(0, 0)


def form(tab: Screen, action: str, reason: str) -> None:
    tab.app.button(key=f"decide_{action}").click().run()
    tab.app.text_area(key="reason").set_value(reason)
    tab.app.button(key="decision_send").click().run()


def counts(tab: Screen) -> dict[str, int]:
    """The numbers beside the lists' names."""
    options = [option.content for option in tab.app.get("button_group")[-1].proto.options]
    return {name.rsplit(" ", 1)[0]: int(name.rsplit(" ", 1)[1]) for name in options}


def test_mark_approve_and_withdraw(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN)
    choose(admin, "flagged")
    before = counts(admin)
    name = admin.app.dataframe[0].value["customer_name"][0]
    form(admin, "mark", "Three reminders, no answer")
    assert "Marked. Another person must approve it." in admin.words()
    assert counts(admin)["Flagged customers"] == before["Flagged customers"] - 1 and counts(admin)["Waiting for approval"] == 1

    choose(admin, "marked")
    assert name in admin.cells() and "Three reminders, no answer" in admin.words()
    offered = {button.key for button in admin.app.button}
    assert "decide_withdraw" in offered and not {"decide_approve", "decide_decline", "decide_mark"} & offered

    manager = screen(Role.MANAGER)
    assert "1 mark waits for your approval" in manager.words()
    choose(manager, "marked")
    form(manager, "approve", "")
    assert "Approved." in manager.words() and counts(manager)["Approved marks"] == 1

    choose(manager, "approved")
    form(manager, "withdraw", "They called: paid tomorrow")
    assert counts(manager)["Approved marks"] == 0

    trail = screen(Role.MANAGER).open("audit.py")
    assert [str(value) for value in trail.app.dataframe[0].value["event_type"]] == ["Withdrew mark", "Approved mark", "Marked"]
    trail.app.button(key="verify").click().run()
    assert "The trail is whole" in trail.words()


def test_a_mark_needs_a_reason_and_says_so_in_the_form(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN)
    choose(admin, "flagged")
    form(admin, "mark", "  ")
    assert "Give a reason" in admin.words()
    assert "decision_send" in {button.key for button in admin.app.button}
    admin.app.text_area(key="reason").set_value("No answer")
    admin.app.button(key="decision_send").click().run()
    assert counts(admin)["Waiting for approval"] == 1


def test_what_somebody_else_did_meanwhile_is_told(screen: Callable[..., Screen]) -> None:
    admin, late = screen(Role.BILLING_ADMIN), screen(Role.MANAGER)
    choose(admin, "flagged")
    form(admin, "mark", "No answer")
    choose(late, "marked")
    late.app.button(key="decide_approve").click().run()
    choose(admin, "marked")
    form(admin, "withdraw", "A mistake")
    late.app.button(key="decision_send").click().run()
    assert "Beatriz Romero withdrew this mark" in late.words().replace("\\", "")


def test_a_sales_agent_reads_and_does_not_decide(screen: Callable[..., Screen]) -> None:
    agent = screen(Role.SALES_AGENT)
    choose(agent, "flagged")
    assert "Evidence" in agent.words()
    assert not [button.key for button in agent.app.button if str(button.key).startswith("decide_")]


def test_on_another_day_nothing_can_be_decided(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN, at="suspensions.py", as_of_on="2026-09-20", list="overdue")
    admin.select(0, 0)
    assert not [button.key for button in admin.app.button if str(button.key).startswith("decide_")]
    assert "decisions are made on the newest" in admin.words()
