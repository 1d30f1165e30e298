"""The first visit that a fresh server ever gets, straight to a page's address: nothing of that page is shown or sent."""

from __future__ import annotations

import csv
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.settings import SAMPLE_SOURCE
from clearaccounts.ui import registry, remembered
from tests.browser.server import Dashboard
from tests.browser.traffic import Traffic
from tests.browser.visitor import Visitor

# Titles that no sign-in page and no other title contains.
TELLING = ("Receivables ageing", "Suspensions", "Audit trail", "Escalations", "Support cases")


def customers() -> list[str]:
    with (SAMPLE_SOURCE / "customers.csv").open(encoding="utf-8", newline="") as file:
        return [row["customer_name"] for row in csv.DictReader(file)]


def wrong_person(entry: registry.Entry) -> Viewer:
    """Somebody who may not see the page."""
    return next(person for person in DEMO_PEOPLE if not entry.is_for(person))


@pytest.fixture(scope="module")
def sign_in_text(shared: Dashboard, browser: Browser) -> str:
    """What the sign-in says at the front door of a server that has been visited before."""
    with Visitor(browser, shared) as visitor:
        visitor.open()
        return visitor.text()


@pytest.mark.parametrize("entry", registry.PAGES, ids=lambda entry: entry.url)
def test_strangers_and_the_wrong_role_learn_nothing(
    entry: registry.Entry, own: Dashboard, visit: Callable[..., Visitor], sign_in_text: str
) -> None:
    visitor = visit(own)
    page = visitor.open(entry.url)
    assert visitor.text() == sign_in_text
    assert page.title() == "Clear Accounts"
    assert [name for name in (*customers(), *TELLING) if visitor.was_sent(name)] == []

    person = wrong_person(entry)
    visitor.sign_in(person.role)
    home = registry.home(person)
    if entry is registry.OVERVIEW and home:
        # The front door is everybody's: it leads to the first page that is for this person.
        expect(page.get_by_role("heading", level=1)).to_have_text(home.title)
    else:
        expect(page.get_by_role("heading", level=1)).to_have_text("No such page")
        assert page.title() == "Clear Accounts"
    assert [name for name in customers() if visitor.was_sent(name)] == []
    assert entry.title not in TELLING or not visitor.was_sent(entry.title)


def test_a_first_visit_of_the_overview_is_not_heavy(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    traffic = Traffic(visitor.page)
    page = visitor.open()
    visitor.sign_in(Role.MANAGER)
    expect(page.locator("[data-testid=stPlotlyChart] .main-svg").first).to_be_visible()
    largest = sorted(traffic.bytes_by_url.items(), key=lambda item: -item[1])[:8]
    assert 1_000_000 < traffic.bytes < 3_000_000, (traffic.bytes, traffic.socket_bytes, largest)
    first = traffic.bytes - traffic.socket_bytes
    page.reload()
    visitor.settle()
    assert traffic.bytes - traffic.socket_bytes < first + 50_000, "what the browser has is not sent again"


def test_an_address_of_nothing_says_the_same_as_one_that_is_not_for_you(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    visitor.open("audit")
    visitor.sign_in(Role.SALES_AGENT)
    not_for_you = visitor.text()
    other = visit(shared)
    other.open("data")
    other.sign_in(Role.SALES_AGENT)
    assert other.text() == not_for_you
    nowhere = visit(shared)
    nowhere.open("not/a/page?lang=en")
    nowhere.sign_in(Role.SALES_AGENT)
    assert nowhere.text() == not_for_you


def test_a_reload_keeps_the_demo_person_and_signing_out_forgets_them(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open("ageing")
    with page.expect_response(lambda answer: "/demo-person" in answer.url):
        visitor.sign_in(Role.MANAGER)
    kept = [cookie for cookie in visitor.context.cookies() if cookie.get("name") == remembered.COOKIE]
    assert [(cookie.get("value"), cookie.get("httpOnly"), cookie.get("sameSite"), cookie.get("expires")) for cookie in kept] == [
        ("demo:martin", True, "Strict", -1)]
    page.reload()
    visitor.settle()
    expect(page.get_by_role("heading", name="Receivables ageing", level=1)).to_be_visible()
    assert "Martin Weiss" in visitor.text()

    page.get_by_test_id("stPopoverButton").first.click()
    with page.expect_response(lambda answer: "/demo-person" in answer.url):
        page.locator(".st-key-sign_out button").click()
    visitor.settle()
    assert "Choose whom to work as" in visitor.text()
    page.reload()
    visitor.settle()
    assert "Choose whom to work as" in visitor.text()


@pytest.mark.parametrize("value", ["operator", "demo:nobody", "demo:martin2", ""])
def test_a_cookie_that_names_nobody_built_in_signs_nobody_in(value: str, shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    visitor.context.add_cookies([{"name": remembered.COOKIE, "value": value, "url": shared.url}])
    visitor.open("ageing")
    assert "Choose whom to work as" in visitor.text()


def test_without_a_ticket_no_cookie_is_set(shared: Dashboard) -> None:
    for ticket in ("", "?ticket=", "?ticket=demo:martin"):
        with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(f"{shared.url}{remembered.PATH}{ticket}"):
            pass
        assert refused.value.code == 404 and not refused.value.headers.get_all("set-cookie")
