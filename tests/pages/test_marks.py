"""A customer's way from the flag to the suspension and back, by several people, all on the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clearaccounts.access import Role
from clearaccounts.collections.desk import LISTS
from tests.pages.conftest import Screen


def choose(tab: Screen, list_name: str, *rows: int) -> None:
    """Open one of the page's lists and choose rows of it, the first if none is named."""
    tab.open("suspensions.py")
    tab.app.session_state["list"] = list_name
    tab.app.run()
    key = tab.app.dataframe[0].proto.id.split("-", 2)[2]
    tab.app.session_state[key] = {"selection": {"rows": list(rows or (0,)), "columns": [], "cells": []}}
    tab.app.run()


def form(tab: Screen, action: str, reason: str | None) -> None:
    tab.app.button(key=f"decide_{action}").click().run()
    if reason is not None:
        tab.app.text_area(key="reason").set_value(reason)
    tab.app.button(key="decision_send").click().run()


def counts(tab: Screen) -> dict[str, int]:
    """The numbers beside the lists' names."""
    options = [option.content for option in tab.app.get("button_group")[-1].proto.options]
    return {name.rsplit(" ", 1)[0]: int(name.rsplit(" ", 1)[1]) for name in options}


def said(tab: Screen) -> str:
    """What the page says, as its reader reads it."""
    return tab.words().replace("\\", "")


def offered(tab: Screen) -> set[str]:
    """The keys of the buttons that decide or report."""
    return {str(button.key) for button in tab.app.button if str(button.key).startswith(("decide_", "report_"))}


def marked_and_approved(screen: Callable[..., Screen]) -> tuple[Screen, Screen]:
    """The billing administrator and the manager, and the first flagged customer marked and approved by them."""
    admin, manager = screen(Role.BILLING_ADMIN), screen(Role.MANAGER)
    choose(admin, "flagged")
    form(admin, "mark", "Three reminders, no answer")
    choose(manager, "marked")
    form(manager, "approve", "")
    return admin, manager


def report(tab: Screen, *outcomes: str) -> None:
    """Report by hand what came of each subscription of the chosen customer; an empty one is left open."""
    tab.app.button(key="report_open").click().run()
    for number, outcome in enumerate(outcomes):
        if outcome:
            tab.app.selectbox(key=f"outcome_{number}").set_value(outcome)
    tab.app.button(key="report_send").click().run()


def test_who_approves_sees_money_that_is_applied_to_nothing_yet(screen: Callable[..., Screen]) -> None:
    admin, manager = screen(Role.BILLING_ADMIN), screen(Role.MANAGER)
    choose(admin, "flagged")  # Wilholz: as much on account as their oldest invoice
    form(admin, "mark", "No answer")
    choose(manager, "marked")
    assert "On account, applied to no invoice yet: 10,234.17 EUR" in said(manager)


def test_mark_approve_and_withdraw(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN)
    choose(admin, "flagged")
    before = counts(admin)
    name = admin.app.dataframe[0].value["customer_name"][0]
    form(admin, "mark", "Three reminders, no answer")
    assert "Marked. Another person must approve it." in said(admin)
    assert counts(admin)["Flagged"] == before["Flagged"] - 1 and counts(admin)["To approve"] == 1

    choose(admin, "marked")
    assert name in admin.cells() and "Three reminders, no answer" in said(admin)
    assert offered(admin) == {"decide_withdraw"}

    manager = screen(Role.MANAGER)
    assert "1 mark waits for your approval" in said(manager)
    choose(manager, "marked")
    assert "0 of 10 approved today; from number 11 on a second person approves too." in said(manager)
    form(manager, "approve", "")
    assert "Approved." in said(manager) and counts(manager)["To export"] == 1

    choose(manager, "approved")
    assert "The approval holds until" in said(manager)
    form(manager, "withdraw", "They called: paid tomorrow")
    assert counts(manager)["To export"] == 0

    trail = screen(Role.MANAGER).open("audit.py")
    told = [str(value) for value in trail.app.dataframe[0].value["event"]]
    assert told == ["Withdrew the mark", "Approved the mark", "Marked for suspension"]
    trail.app.button(key="verify").click().run()
    assert "The trail is whole" in said(trail)


def test_the_card_says_what_a_suspension_costs(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN)
    choose(admin, "flagged", 1)  # Brennholt: two subscriptions of the new commerce, five bills to come each
    text, cells = said(admin), admin.cells()
    assert "Microsoft keeps billing: 11,356.00 EUR are still committed, at the customer's prices." in text
    assert "Not recoverable after the commitment's end" in text
    assert {"Microsoft keeps billing", "9,476.00 EUR", "9 Mar 2027"} <= set(cells.split("\n"))
    assert "Notice: Final notice, sent 24 Jun 2026" in text and "No case of severity A or B is open." in text
    admin.app.button(key="decide_mark").click().run()
    assert said(admin).count("11,356.00 EUR are still committed") == 2, "the form repeats what follows"


def test_several_are_marked_with_one_reason_and_each_has_its_outcome(screen: Callable[..., Screen]) -> None:
    admin, other = screen(Role.BILLING_ADMIN), screen(Role.BILLING_ADMIN)
    choose(admin, "flagged", 0, 1, 2)
    names = [str(name) for name in admin.app.dataframe[0].value["customer_name"][:3]]
    assert offered(admin) == {"decide_mark_several"}
    admin.app.button(key="decide_mark_several").click().run()
    choose(other, "flagged", 1)  # somebody marks one of them meanwhile
    form(other, "mark", "Called, no answer")
    admin.app.text_area(key="reason").set_value("Three reminders, no answer")
    admin.app.button(key="decision_send").click().run()
    text = said(admin)
    assert "2 of 3 marked" in text
    assert f"{names[0]}: marked" in text and f"{names[2]}: marked" in text
    assert f"{names[1]}: {names[1]} is already marked in EUR: Beatriz Romero marked it" in text
    assert counts(admin)["To approve"] == 3


def test_several_need_a_reason_and_the_form_says_so(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN)
    choose(admin, "flagged", 0, 1)
    form(admin, "mark_several", " ")
    assert "Give a reason" in said(admin) and counts(admin)["To approve"] == 0


def test_from_export_to_suspension_and_back(screen: Callable[..., Screen]) -> None:
    admin, manager = screen(Role.BILLING_ADMIN), screen(Role.MANAGER)
    choose(admin, "flagged", 1)
    form(admin, "mark", "Three reminders, no answer")
    choose(manager, "marked")
    form(manager, "approve", "")
    assert "decide_export" not in offered(manager)
    choose(admin, "approved")
    form(admin, "export", None)
    assert "Download the files" in said(admin) and counts(admin)["To confirm"] == 1
    assert "1 export is to be confirmed" in said(screen(Role.BILLING_ADMIN))

    choose(admin, "confirm")
    files = [button.proto.label for button in admin.app.get("download_button")]
    assert [name for name in files if "(" in name] == ["Table (CSV)", "Requests (JSON)", "Script (PowerShell)"]
    report(admin, "suspended", "")
    assert "Reported." in said(admin) and counts(admin)["To confirm"] == 1, "one of two is not known yet"
    choose(admin, "confirm")
    assert "suspended 1, not reported 1" in said(admin)
    report(admin, "", "failed")
    assert counts(admin)["Suspended"] == 1 and counts(admin)["To confirm"] == 0

    account = screen(Role.SALES_AGENT, at="account.py", customer_id="C0001", section="suspension")
    assert "Microsoft 365 Business Premium: Suspended" in said(account) and "Teams Phone Standard: Failed" in said(account)
    assert "They are suspended, and still owe." in said(account)

    choose(manager, "suspended")
    form(manager, "approve_reinstatement", "")
    assert "give the reason" in said(manager), "the debt is not gone"
    manager.app.text_area(key="reason").set_value("A plan was agreed")
    manager.app.button(key="decision_send").click().run()
    assert counts(manager)["To reinstate"] == 1
    choose(admin, "reinstate")
    form(admin, "export_reinstatement", None)
    choose(admin, "reinstate")
    assert "switch auto-renew on again" in said(admin) and "Order to reactivate" in said(admin)
    report(admin, "reactivated")
    assert counts(admin)["To reinstate"] == 0


@pytest.mark.parametrize("role", [Role.SALES_AGENT, Role.BILLING_ADMIN, Role.MANAGER])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_list_opens_for_everybody_who_sees_the_page(role: Role, language: str, screen: Callable[..., Screen]) -> None:
    tab = screen(role, language, at="suspensions.py")
    for name in LISTS:
        tab.app.session_state["list"] = name
        tab.app.run()
        assert not tab.problems(), name
        assert tab.app.dataframe or tab.app.info, name


def test_a_mark_needs_a_reason_and_says_so_in_the_form(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN)
    choose(admin, "flagged")
    form(admin, "mark", "  ")
    assert "Give a reason" in said(admin)
    assert "decision_send" in {button.key for button in admin.app.button}
    admin.app.text_area(key="reason").set_value("No answer")
    admin.app.button(key="decision_send").click().run()
    assert counts(admin)["To approve"] == 1


def test_what_somebody_else_did_meanwhile_is_told(screen: Callable[..., Screen]) -> None:
    admin, late = screen(Role.BILLING_ADMIN), screen(Role.MANAGER)
    choose(admin, "flagged")
    form(admin, "mark", "No answer")
    choose(late, "marked")
    late.app.button(key="decide_approve").click().run()
    choose(admin, "marked")
    form(admin, "withdraw", "A mistake")
    late.app.button(key="decision_send").click().run()
    assert "Beatriz Romero withdrew this mark" in said(late)


def test_a_sales_agent_reads_and_does_not_decide(screen: Callable[..., Screen]) -> None:
    agent = screen(Role.SALES_AGENT)
    choose(agent, "flagged")
    assert "What suspending each subscription costs" in said(agent)
    assert not offered(agent)
    choose(agent, "flagged", 0, 1)
    assert not offered(agent)


def test_on_another_day_nothing_can_be_decided(screen: Callable[..., Screen]) -> None:
    admin = screen(Role.BILLING_ADMIN, at="suspensions.py", as_of_on="2026-09-20", list="overdue")
    admin.select(0, 0)
    assert not offered(admin)
    assert "decisions are made on the newest" in said(admin)
