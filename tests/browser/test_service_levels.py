"""A helpdesk agent at the service levels: a piece of each chart opens its cases, and what runs out next opens its case."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from clearaccounts.access import Role
from tests.browser.server import Dashboard
from tests.browser.test_cases import click_mark
from tests.browser.visitor import Visitor


def test_pieces_of_the_charts_open_their_cases_and_a_row_its_case(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open("service-levels?horizon=week")
    visitor.sign_in(Role.HELPDESK_AGENT)
    # Pieces come by state: met of the six goals first, then breached of the six.
    click_mark(visitor, "levels_chart", ".barlayer .point path", 11)
    assert "goal=resolution" in page.url and "severity=C" in page.url and "state=breached" in page.url
    expect(page.get_by_role("combobox", name="State")).to_have_value("Breached")
    page.get_by_role("radio", name="Microsoft's targets").click()
    visitor.settle()
    # Met, breached and running of the three severities come before what is not known.
    click_mark(visitor, "response_chart", ".barlayer .point path", 9)
    assert "request_severity=A" in page.url and "request_state=unknown" in page.url
    visitor.assert_well()
    visitor.choose_row(0)
    expect(page.get_by_text("Timeline")).to_be_visible()
    visitor.settle()
    assert "case=CASE-" in page.url
    visitor.assert_well()
