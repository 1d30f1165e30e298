"""A click on a plan's bar shows its requests, one on a group's bar those of the group, a request its case; a manager sees what it costs."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from clearaccounts.access import Role
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor


def click_bar(page: Page, chart: str, number: int) -> None:
    """The bar of that number (from 0) in the chart of that key."""
    page.locator(f".st-key-{chart} .barlayer .point path").nth(number).click(force=True)


def test_bars_lead_to_requests_and_requests_to_cases(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open("escalations")
    visitor.sign_in(Role.HELPDESK_AGENT)
    click_bar(page, "burn", 3)
    visitor.settle()
    assert "plan=PSFP-2026" in page.url and "EUR" not in visitor.text()
    # The field beside it says the same; a second click lets go.
    expect(page.get_by_role("combobox", name="Plan")).to_have_value("PSFP-2026")
    click_bar(page, "burn", 3)
    visitor.settle()
    assert "plan=" not in page.url
    page.get_by_role("radio", name="Used by").click()
    visitor.settle()
    click_bar(page, "used_by", 0)
    visitor.settle()
    assert "of=Mail" in page.url and "Category: Mail and calendar" in visitor.text()
    visitor.assert_well()


def test_a_manager_sees_what_plans_cost(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    visitor.open("escalations?view=costs")
    visitor.sign_in(Role.MANAGER)
    assert "What the incidents would have cost elsewhere" in visitor.text()
    visitor.assert_well()
