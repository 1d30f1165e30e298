"""From a month of the case rate, by a click on its mark, to a group, its requests and one of their cases."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from clearaccounts.access import Role
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor


def test_a_month_and_a_bar_are_clicked_through_to_a_case(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open("escalations?view=rate")
    visitor.sign_in(Role.HELPDESK_AGENT)
    visitor.settle()
    line = page.locator("[class*=st-key-rate_months_] .scatterlayer .point")
    expect(line).to_have_count(12)
    line.nth(10).click(force=True)
    visitor.settle()
    assert "rate_month=2026-08" in page.url and "1 Aug 2026 – 31 Aug 2026" in visitor.text()
    page.locator("[class*=st-key-rate_groups_] .barlayer .point path").first.click(force=True)
    visitor.settle()
    assert "rate_group=" in page.url
    # The line stays whole.
    expect(line).to_have_count(12)
    # A second click lets go. The bar at the page's top would cover a mark that is only just in view.
    line.nth(10).evaluate("mark => mark.scrollIntoView({block: 'center'})")
    line.nth(10).click(force=True)
    visitor.settle()
    assert "rate_month" not in page.url
    visitor.assert_well()
