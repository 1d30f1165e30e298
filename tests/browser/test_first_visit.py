"""The first visit that a fresh server ever gets, straight to a page's address: nothing of that page is shown or sent."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.settings import SAMPLE_SOURCE
from clearaccounts.ui import registry
from tests.browser.server import Dashboard
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


def test_an_address_of_nothing_says_the_same_as_one_that_is_not_for_you(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    visitor.open("audit")
    visitor.sign_in(Role.SALES_AGENT)
    not_for_you = visitor.text()
    other = visit(shared)
    other.open("data")
    other.sign_in(Role.SALES_AGENT)
    assert other.text() == not_for_you
