"""A user administrator's day, by a real sign-in: the first of them invited by the operator, a colleague invited, given a book, shut out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.server import Dashboard
from tests.browser.visitor import SECONDS, Visitor
from tests.identity_provider import Identity, IdentityProvider, providing
from tests.wire.servers import serving_oidc

URSULA = Identity("0b1ec700-0000-4000-8000-0000000000a1", "Ursula Novak", "ursula.novak@partner.example")
NORA = Identity("0b1ec700-0000-4000-8000-0000000000a2", "Nora Ek", "nora.ek@partner.example")


def signs_in(visitor: Visitor, who: Identity, address: str = "") -> None:
    """Through the provider's page and back."""
    visitor.open(address)
    visitor.page.locator(".st-key-sign_in_directory button").click()
    visitor.page.get_by_role("button", name=who.name).click()
    expect(visitor.page.get_by_test_id("stPopoverButton").filter(has_text=who.name)).to_be_visible(timeout=SECONDS * 1000)
    visitor.settle()


def does(visitor: Visitor, key: str, reason: str, **fields: str) -> None:
    """Open a form by its button, fill it and send it."""
    visitor.page.locator(f".st-key-{key} button").click()
    for label, value in {**fields, "Reason": reason}.items():
        visitor.page.get_by_role("dialog").get_by_label(label, exact=True).fill(value)
    visitor.page.keyboard.press("Tab")
    visitor.settle()
    visitor.page.locator(".st-key-user_send button").click()
    expect(visitor.page.get_by_role("dialog")).to_have_count(0, timeout=SECONDS * 1000)
    visitor.settle()


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    """Where both sign in."""
    with providing(URSULA, NORA) as running:
        yield running


@pytest.fixture
def dashboard(provider: IdentityProvider, folder: Path) -> Iterator[Dashboard]:
    """A fresh server whose people sign in there; it outlives its visitors."""
    with serving_oidc(folder, provider) as running:
        yield running


def test_a_colleague_is_invited_given_a_book_and_shut_out(
    provider: IdentityProvider, dashboard: Dashboard, visit: Callable[..., Visitor],
) -> None:
    config = dashboard.environment["CLEARACCOUNTS_CONFIG"]
    assert dashboard.run("invite-administrator", URSULA.email, "--name", URSULA.name, "--config", config).returncode == 0
    ursula, nora = visit(dashboard), visit(dashboard)
    signs_in(ursula, URSULA, "users")
    assert "Users and roles" in ursula.text() and "last signed in" not in ursula.text()

    does(ursula, "invite", "joins sales", **{"E-mail": NORA.email, "Name": NORA.name})
    assert "1 person is invited and has not signed in yet." in ursula.text()
    ursula.choose_row(0)  # whoever waits to join stands on top
    expect(ursula.page.get_by_text("you are invited to Clear Accounts as Sales agent")).to_be_visible()
    card = ursula.page.url
    assert "person=person" in card

    signs_in(nora, NORA, "account")
    assert "O'Dwyer" not in nora.text() and not nora.was_sent("O'Dwyer")

    ursula.open("users?view=books")
    ursula.choose_row(2)
    assert "jonas.vermeer@partner.example: 50 accounts" in ursula.text()
    does(ursula, "assign_book", "takes over from Jonas")
    assert "The book is assigned." in ursula.text()
    nora.open("account?customer_id=C0003")
    assert "O'Dwyer" in nora.text()

    ursula.open(card.removeprefix(dashboard.url))
    assert "50 accounts" in ursula.text() and "1 open session" in ursula.text()
    does(ursula, "disable", "left the company")
    assert "Access withdrawn" in ursula.text()
    nora.open("account?customer_id=C0003")
    assert "Your access was withdrawn; ask a user administrator." in nora.text() and "O'Dwyer" not in nora.text()
    for visitor in (ursula, nora):  # to the provider and back is the one way that leaves
        visitor.problems[:] = [problem for problem in visitor.problems if provider.url not in problem]
