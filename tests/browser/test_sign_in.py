"""Signing in and out at the loopback provider as people do it: by an invitation, by a link, in Spanish; and every way in which it fails."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from clearaccounts.access import Role
from clearaccounts.settings import DataFolder
from tests.browser.visitor import SECONDS, Visitor
from tests.identity_provider import Flaw, Identity, IdentityProvider, providing
from tests.wire.servers import serving_oidc
from tests.wire.town import Town

WAIT = SECONDS * 1000


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    """The identity provider; each journey brings its own people."""
    with providing() as running:
        yield running


@pytest.fixture(scope="module")
def town(provider: IdentityProvider, sample_folder: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One dashboard for all journeys, on the sample partner."""
    place: Path = tmp_path_factory.mktemp("sign-in")
    shutil.copytree(sample_folder.path, place / "data-sample")
    with serving_oidc(place / "data", provider) as dashboard:
        yield Town.of(dashboard, provider)


@pytest.fixture
def comes(town: Town, visit: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """`comes(locale=...)`: somebody at a browser, who may go to the provider and back and nowhere else."""
    came: list[Visitor] = []

    def come(locale: str = "en-GB") -> Visitor:
        came.append(visit(town.dashboard, locale))
        return came[-1]

    yield come
    town.provider.flaw, town.provider.is_down = Flaw.NONE, False
    for visitor in came:
        visitor.problems[:] = [one for one in visitor.problems if town.provider.url not in one]


def signs_in(visitor: Visitor, who: Identity, address: str = "", *, succeeds: bool = True) -> Page:
    """From an address of the dashboard through the provider's page and back."""
    visitor.open(address)
    visitor.page.locator(".st-key-sign_in_directory button").click()
    visitor.page.get_by_role("button", name=who.name).click()
    if succeeds:
        expect(bar(visitor.page, who)).to_be_visible(timeout=WAIT)
    else:
        expect(visitor.page.locator(".st-key-sign_in_directory button")).to_be_visible(timeout=WAIT)
    visitor.settle()
    return visitor.page


def bar(page: Page, who: Identity) -> Locator:
    """Their name in the bar of the page."""
    return page.get_by_test_id("stPopoverButton").filter(has_text=who.name)


def test_an_invitation_and_a_link_with_a_filter(town: Town, comes: Callable[..., Visitor]) -> None:
    who, visitor = town.newcomer(Role.MANAGER), comes()
    page = signs_in(visitor, who, "ageing?currency=USD&basis=invoice_date")
    assert "/ageing?" in page.url and "currency=USD" in page.url and "basis=invoice_date" in page.url
    expect(page.get_by_role("heading", name="Receivables ageing", level=1)).to_be_visible()
    assert "USD" in visitor.text() and town.person(who).object_id == who.object_id
    page.reload()
    visitor.settle()
    expect(bar(page, who)).to_be_visible(timeout=WAIT)
    visitor.assert_well()


def test_in_spanish(town: Town, comes: Callable[..., Visitor]) -> None:
    who, visitor = town.newcomer(Role.SALES_AGENT), comes("es-ES")
    visitor.open()
    assert "Entre con su cuenta de empresa." in visitor.text()
    signs_in(visitor, who, "ageing")
    assert "Antigüedad de saldos" in visitor.text()


def test_another_role_in_mid_session(town: Town, comes: Callable[..., Visitor]) -> None:
    """An open dialog is refused, and page and menu are those of the new role from the next click on."""
    who, visitor = town.newcomer(Role.MANAGER), comes()
    page = signs_in(visitor, who, "account?customer_id=C0032&section=holds")
    page.locator(".st-key-hold_dispute button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Billed twice")
    visitor.settle()
    town.grant(who, Role.USER_ADMIN)
    before = len(town.events())
    dialog.locator(".st-key-hold_send button").click()
    expect(page.get_by_role("heading", name="No such page")).to_be_visible(timeout=WAIT)
    visitor.settle()
    assert page.get_by_role("dialog").count() == 0
    assert "Users and roles" in visitor.menu() and "Receivables ageing" not in visitor.menu()
    assert {event.event_type for event in town.events()[before:]} <= {"denied"}


def test_signing_out_in_one_tab_ends_the_other(town: Town, comes: Callable[..., Visitor]) -> None:
    who, visitor = town.newcomer(Role.MANAGER), comes()
    one = signs_in(visitor, who, "ageing")
    other = visitor.context.new_page()
    other.goto(f"{visitor.url}/ageing")
    expect(bar(other, who)).to_be_visible(timeout=WAIT)
    bar(other, who).click()
    other.locator(".st-key-sign_out button").click()
    expect(other.locator(".st-key-sign_in_directory button")).to_be_visible(timeout=WAIT)
    one.get_by_text("Open items", exact=True).first.click()
    expect(one.get_by_text("You signed out; sign in again.")).to_be_visible(timeout=WAIT)
    expect(bar(one, who)).to_have_count(0)
    assert "Receivables ageing" not in visitor.text()


def test_a_session_that_was_ended(town: Town, comes: Callable[..., Visitor]) -> None:
    who, visitor = town.newcomer(Role.MANAGER), comes()
    page = signs_in(visitor, who, "ageing")
    town.end_sessions(who)
    page.get_by_text("Open items", exact=True).first.click()
    expect(page.get_by_text("Your session was ended; sign in again.")).to_be_visible(timeout=WAIT)
    # What the page showed before goes when the run has ended, a moment after the sentence came.
    expect(page.locator("body")).not_to_contain_text("Receivables ageing", timeout=WAIT)


def test_nobody_invited_them(town: Town, comes: Callable[..., Visitor]) -> None:
    stranger = Identity("0b1ec700-0000-4000-8000-0000000000d1", "Nadia Rahal", "nadia.rahal@partner.example")
    town.provider.add(stranger)
    visitor = comes()
    page = signs_in(visitor, stranger, "ageing", succeeds=False)
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text(
        "Nobody has invited you yet, or your invitation has expired; ask a user administrator.")


def test_another_tenant(town: Town, comes: Callable[..., Visitor]) -> None:
    who, visitor = town.newcomer(Role.MANAGER), comes()
    town.provider.flaw = Flaw.WRONG_TENANT
    page = signs_in(visitor, who, "ageing", succeeds=False)
    expect(page.get_by_role("alert")).to_contain_text("Sign in with an account of your company's own directory.")


def test_the_provider_is_down(town: Town, comes: Callable[..., Visitor]) -> None:
    visitor = comes()
    visitor.open("ageing")
    town.provider.is_down = True
    visitor.page.locator(".st-key-sign_in_directory button").click()
    visitor.page.wait_for_url("**/auth/login**")
    said = visitor.text()
    assert "Traceback" not in said and "Authentication error" not in said and len(said) > 20, said
    visitor.problems[:] = [problem for problem in visitor.problems if "/auth/login" not in problem]
    town.provider.is_down = False
    signs_in(visitor, town.newcomer(Role.MANAGER), "ageing")
