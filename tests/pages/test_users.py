"""Users and roles on the page: what a user administrator sees and does, and what the others may from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clearaccounts.access import Role
from clearaccounts.decisions import EventFilter
from clearaccounts.people import register
from clearaccounts.people.model import Status
from clearaccounts.ui import connection
from tests.pages.conftest import Screen, words_of

U, S, M = Role.USER_ADMIN, Role.SALES_AGENT, Role.MANAGER


def send(tab: Screen, key: str, reason: str = "as agreed", **fields: str) -> Screen:
    """Open a form by its button, fill it and send it."""
    tab.app.button(key=key).click().run()
    for name, value in fields.items():
        every: list[Any] = [*tab.app.text_input, *tab.app.text_area, *tab.app.selectbox]
        [field] = [one for one in every if one.key == f"user_{name}"]
        field.set_value(value)
    tab.app.text_area(key="user_reason").set_value(reason)
    tab.app.button(key="user_send").click().run()
    return tab


def status_of(user_id: str) -> Status:
    found = register.by_id(user_id, connection.own_store().matching, connection.settings().access)
    assert found is not None
    return found.status


def test_the_list_has_everybody_and_no_customer(screen: Callable[..., Screen]) -> None:
    tab = screen(U)
    assert not tab.problems() and tab.app.title[0].value == "Users and roles"
    assert "Sofía Lindgren" in tab.cells() and "ursula.novak@partner.example" in tab.cells() and "Has access" in tab.cells()
    assert "Demo mode" in tab.words() and "Brennholt" not in tab.cells() + tab.words()
    narrowed = screen(U, at="users.py", with_role="manager")
    assert "Martin Weiss" in narrowed.cells() and "Sofía Lindgren" not in narrowed.cells()
    nobody = screen(U, at="users.py", search="zzz")
    assert "Nobody matches" in nobody.words()


def test_a_person_is_re_roled_disabled_and_enabled_and_it_counts_at_once(screen: Callable[..., Screen]) -> None:
    martin = screen(M)
    tab = screen(U, at="users.py", person="demo:martin")
    assert not tab.problems() and "Martin Weiss" in tab.words() and "Nothing yet" in tab.words()
    send(tab, "grant", role="helpdesk_agent")
    assert not tab.problems() and "The role is changed." in tab.words()
    martin.open("payments.py")
    assert martin.app.title[0].value == "No such page"
    send(tab, "disable", "left the company")
    assert status_of("demo:martin") is Status.DISABLED and "Access withdrawn" in tab.words()
    martin.open("cases.py")
    assert "Support cases" not in [title.value for title in martin.app.title]
    send(tab, "enable", "came back")
    assert status_of("demo:martin") is Status.ACTIVE
    assert "left the company" in tab.cells() and "Gave access back" in tab.cells() and "Ursula Novak" in tab.cells()


def test_an_administrator_may_not_raise_or_remove_themselves(screen: Callable[..., Screen]) -> None:
    tab = screen(U, at="users.py", person="demo:ursula")
    assert "This is you" in tab.words() and "grant" not in {button.key for button in tab.app.button}
    send(tab, "disable")
    assert any("last active user administrator" in said.replace("\\", "") for said in tab.problems())
    assert status_of("demo:ursula") is Status.ACTIVE


def test_an_invitation_is_made_renewed_and_withdrawn(screen: Callable[..., Screen]) -> None:
    tab = screen(U, at="users.py")
    send(tab, "invite", email="not an address", name="Nora Ek", role="manager")
    assert any("one plain mail address" in said for said in tab.problems())
    tab.app.text_input(key="user_email").set_value("nora.ek@partner.example")
    tab.app.button(key="user_send").click().run()
    assert not tab.problems() and "The invitation is on record." in tab.words()
    assert "1 person is invited and has not signed in yet" in tab.words().replace("\\", "") and "Nora Ek" in tab.cells()
    [event] = connection.own_store().matching(EventFilter(event_type="invited"))
    card = screen(U, at="users.py", person=event.subject_id)
    assert "the invitation holds until" in card.words()
    send(card, "renew")
    send(card, "withdraw", "a mistake")
    assert not card.problems() and status_of(event.subject_id) is Status.WITHDRAWN
    assert "There is no such person" in screen(U, at="users.py", person="person:nobody").words()


def test_a_book_and_single_accounts_are_assigned_and_the_agent_sees_them(screen: Callable[..., Screen]) -> None:
    sofia = screen(S)
    sofia.open("account.py", customer_id="C0003")
    assert "O'Dwyer" not in sofia.words().replace("\\", "")
    tab = screen(U, at="users.py", view="books")
    assert not tab.problems() and "jonas.vermeer@partner.example" in tab.cells() and "nobody" in tab.cells()
    assert "O'Dwyer" not in tab.cells() + tab.words()
    addresses = next(iter(words_of(tab.app.dataframe[0]).values()))
    tab.select(0, addresses.index("jonas.vermeer@partner.example"))
    send(tab, "assign_book", "Jonas is away", agent="demo:sofia")
    assert not tab.problems() and "The book is assigned." in tab.words() and "Jonas is away" in tab.cells()
    sofia.open("account.py", customer_id="C0003")
    assert "O'Dwyer" in sofia.words().replace("\\", "")
    single = screen(U, at="users.py", view="accounts")
    send(single, "assign_accounts", accounts="C0005, C9999", agent="demo:sofia")
    assert any("There is no such account: C9999" in said.replace("\\", "") for said in single.problems())
    single.app.text_area(key="user_accounts").set_value("C0005\nC0008")
    single.app.button(key="user_send").click().run()
    assert not single.problems() and "C0005" in single.cells() and "C0008" in single.cells()
    single.select(0, 0)
    send(single, "unassign", "only for a day")
    assert "C0005" not in single.cells() and "C0008" in single.cells()


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_happened_stands_in_the_audit_trail(screen: Callable[..., Screen], language: str) -> None:
    send(screen(U, at="users.py", person="demo:martin"), "grant", "moves to support", role="helpdesk_agent")
    tab = screen(U, language, at="audit.py")
    assert not tab.problems() and "moves to support" in tab.cells() and "Martin Weiss" in tab.cells()
    assert {"en": "Changed a role", "es": "Cambió un rol"}[language] in tab.cells()
