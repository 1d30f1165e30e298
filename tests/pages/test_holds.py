"""Recording and releasing holds on the account page, and the page that lists what holds whom, by role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from clearaccounts.access import Role
from clearaccounts.sample import LAST_ON
from tests.pages.conftest import Screen

HOSTILE = "<b>x</b> [a](javascript:y) :red[z] $q$"


def account(tab: Screen, customer_id: str = "C0002") -> Screen:
    """The holds of one customer (of Sofía's, with an imported dispute)."""
    return tab.open("account.py", customer_id=customer_id, section="holds")


def fill(tab: Screen, action: str, reason: str, *, amount: str | None = None, days: int | None = None) -> None:
    tab.app.button(key=f"hold_{action}").click().run()
    if amount is not None:
        tab.app.text_input(key="hold_amount").set_value(amount)
    if days is not None:
        tab.app.date_input(key="hold_ends_on").set_value(LAST_ON + timedelta(days=days))
    tab.app.text_area(key="hold_reason").set_value(reason)
    tab.app.button(key="hold_send").click().run()


def offered(tab: Screen) -> set[str]:
    return {str(button.key).removeprefix("hold_") for button in tab.app.button if str(button.key).startswith("hold_")}


def column(tab: Screen, table: int, name: str) -> list[object]:
    return list(tab.app.dataframe[table].value[name])


@pytest.mark.parametrize(("role", "kinds"), [
    (Role.SALES_AGENT, {"dispute", "promise_to_pay"}), (Role.BILLING_ADMIN, {"dispute", "promise_to_pay", "exemption"}),
    (Role.MANAGER, {"dispute", "promise_to_pay", "exemption"}),
])
def test_who_is_offered_what(screen: Callable[..., Screen], role: Role, kinds: set[str]) -> None:
    tab = account(screen(role))
    assert offered(tab) == kinds and tab.problems() == []
    assert column(tab, 0, "hold_type") == ["Dispute"]


def test_a_helpdesk_agent_has_no_such_list(screen: Callable[..., Screen]) -> None:
    tab = account(screen(Role.HELPDESK_AGENT))
    assert offered(tab) == set() and "In force" not in tab.words()


def test_a_promise_is_recorded_listed_and_released(screen: Callable[..., Screen]) -> None:
    agent = account(screen(Role.SALES_AGENT))
    fill(agent, "promise_to_pay", HOSTILE, amount="10.50", days=3)
    assert "The promise is recorded." in agent.words() and agent.problems() == []
    assert column(agent, 0, "hold_type") == ["Promise to pay", "Dispute"]
    assert HOSTILE in agent.cells() and HOSTILE not in agent.words()

    manager = screen(Role.MANAGER).open("holds.py")
    assert HOSTILE in manager.cells() and "Promise to pay" in column(manager, 0, "hold_type")

    admin = account(screen(Role.BILLING_ADMIN))
    admin.select(0, 0)
    admin.app.button(key="hold_release").click().run()
    admin.app.button(key="hold_send").click().run()
    assert "Give a reason" in admin.words()
    admin.app.text_area(key="hold_reason").set_value("They paid")
    admin.app.button(key="hold_send").click().run()
    assert "The hold is released." in admin.words()
    assert column(admin, 0, "hold_type") == ["Dispute"]
    assert "Released" in admin.cells() and "Ended early" in admin.cells()


def test_too_long_is_refused_in_the_form_and_allowed_to_an_admin(screen: Callable[..., Screen]) -> None:
    agent = account(screen(Role.SALES_AGENT))
    fill(agent, "promise_to_pay", "next month", amount="10", days=15)
    assert "a billing administrator may record a longer one" in agent.words().replace("\\", "")
    agent.app.date_input(key="hold_ends_on").set_value(LAST_ON + timedelta(days=14))
    agent.app.button(key="hold_send").click().run()
    assert "The promise is recorded." in agent.words()


def test_a_dispute_of_nothing_named_is_about_all(screen: Callable[..., Screen]) -> None:
    admin = account(screen(Role.BILLING_ADMIN))
    fill(admin, "dispute", "Wrong price")
    assert "The dispute is recorded." in admin.words()
    assert column(admin, 0, "hold_type") == ["Dispute", "Dispute"]


def test_an_amount_is_read_in_the_readers_language_to_the_last_digit(screen: Callable[..., Screen]) -> None:
    agent = account(screen(Role.SALES_AGENT, language="es"))
    fill(agent, "promise_to_pay", "Pagan el viernes", amount="10.5", days=3)
    assert "10.5 no se lee como un importe en EUR; escríbalo así: 1.250,50." in agent.words().replace("\\", "")
    agent.app.text_input(key="hold_amount").set_value("1.010,57")
    agent.app.button(key="hold_send").click().run()
    assert "La promesa está registrada." in agent.words() and "1.010,57" in agent.cells()


def test_on_another_day_nothing_is_recorded(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.BILLING_ADMIN, at="account.py", customer_id="C0002", section="holds", as_of_on="2026-09-20")
    assert offered(tab) == set() and "decisions are made on the newest" in tab.words()


def test_the_page_lists_every_reason_and_narrows(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.MANAGER).open("holds.py")
    kinds = set(column(tab, 0, "hold_type"))
    assert {"Dispute", "Promise to pay", "Open severity A case", "Unapplied money covers the debt", "No final notice sent in time",
            "Inside a cancellation window"} == kinds
    left = list(tab.app.dataframe[0].value["left_days"].dropna())
    assert left == sorted(left), "those that end first come first"
    narrowed = screen(Role.MANAGER, at="holds.py", list="built_in", hold_type="cancellation_window")
    assert column(narrowed, 0, "hold_type") == ["Inside a cancellation window"] and "Microsoft 365 E3" in narrowed.cells()
    nobody = screen(Role.MANAGER, at="holds.py", list="recorded")
    assert "Nobody recorded a hold" in nobody.words()


def test_an_agent_sees_own_customers_alone(screen: Callable[..., Screen]) -> None:
    tab = screen(Role.SALES_AGENT).open("holds.py")
    assert "Skogsvallen" not in tab.cells() and "Ateliers Véronnet" in tab.cells()


def test_what_can_be_cancelled_instead_stands_on_the_account(screen: Callable[..., Screen]) -> None:
    tab = account(screen(Role.BILLING_ADMIN), "C0005")
    assert "Cancel instead?" in tab.words() and "4,712.40" in tab.cells()
