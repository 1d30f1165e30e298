"""A helpdesk agent and a manager at the cases page: every chart opens its cases by a click, a case opens from the list, and back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from clearaccounts.access import Role
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor


def click_mark(visitor: Visitor, chart: str, marks: str, number: int) -> None:
    """Click a bar or a point of a chart, and wait for what it opens."""
    mark = visitor.page.locator(f".st-key-{chart} .js-plotly-plot {marks}").nth(number)
    expect(mark).to_be_visible()
    box = mark.bounding_box()
    assert box is not None
    # On a chart a transparent layer lies over the marks and takes the click: it goes to the place, not to the mark.
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visitor.settle()


def badge(page: Page, dimension: str) -> str:
    return page.locator(f".st-key-forget_{dimension} button").inner_text()


def test_a_helpdesk_agent_goes_from_a_bar_to_a_case_and_back(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open("cases")
    visitor.sign_in(Role.HELPDESK_AGENT)
    click_mark(visitor, "chart_category", ".barlayer .point path", 0)
    assert "category=Invoices" in page.url and "Category: Invoices and billing" in badge(page, "category")
    # The same bar once more lets go of it, another one chooses another.
    click_mark(visitor, "chart_category", ".barlayer .point path", 0)
    assert "category=" not in page.url
    click_mark(visitor, "chart_category", ".barlayer .point path", 2)
    click_mark(visitor, "chart_age", ".barlayer .point path", 0)
    assert "category=Mail" in page.url and "age=0-2" in page.url
    visitor.choose_row(0)
    expect(page.get_by_text("Timeline")).to_be_visible()
    visitor.settle()
    assert "case=CASE-" in page.url and "Mail and calendar" in visitor.text()
    page.get_by_role("button", name="Back to the list").click()
    visitor.settle()
    assert "case=" not in page.url and "category=Mail" in page.url and "Age: 0–2 days" in badge(page, "age")
    # A step of the backlog through time, by its point and by one of its bars.
    click_mark(visitor, "chart_time", ".scatterlayer .points path", 24)
    assert "view=time" in page.url and "since=2026-09-21" in page.url and "flow=open" in page.url
    click_mark(visitor, "chart_time", ".barlayer .point path", 0)
    visitor.assert_well()
    assert "flow=created" in page.url and "since=2026-04-06" in page.url


def test_a_manager_opens_the_cases_of_every_chart(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open("cases?by=customer&lang=es")
    visitor.sign_in(Role.MANAGER)
    click_mark(visitor, "chart_age", ".barlayer .point path", 0)
    assert "age=0-2" in page.url
    click_mark(visitor, "chart_customer", ".barlayer .point path", 0)
    assert "customer=C0" in page.url and "Cliente: " in badge(page, "customer")
    click_mark(visitor, "chart_time", ".scatterlayer .points path", 25)
    visitor.assert_well()
    assert "view=time" in page.url and "since=2026-09-28" in page.url
