"""An address carries what is looked at: through the sign-in, to a colleague, in either language."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from playwright.sync_api import expect

from clearaccounts.access import Role
from clearaccounts.ui.tables import ROW_HEIGHT
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor

LINK = "ageing?as_of_on=2026-06-30&currency=USD&basis=invoice_date"


def test_a_link_survives_the_sign_in(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open(LINK)
    visitor.sign_in(Role.MANAGER)
    expect(page.get_by_role("heading", name="Receivables ageing", level=1)).to_be_visible()
    assert page.url == f"{shared.url}/{LINK}"
    assert "As of 30 Jun 2026 · USD · days from the invoice date" in visitor.text()
    visitor.assert_well()


def test_the_same_link_shows_each_person_what_they_may_see(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    texts = {}
    for role in (Role.SALES_AGENT, Role.MANAGER, Role.HELPDESK_AGENT):
        visitor = visit(shared)
        visitor.open(LINK)
        visitor.sign_in(role)
        texts[role] = visitor.text()
    assert "your own customers" in texts[Role.SALES_AGENT]
    assert "your own customers" not in texts[Role.MANAGER]
    assert "No such page" in texts[Role.HELPDESK_AGENT] and "USD" not in texts[Role.HELPDESK_AGENT]


def test_the_language_can_be_switched_and_stays_in_the_address(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open()
    visitor.sign_in(Role.MANAGER)
    assert "What needs a decision today" in visitor.text()
    page.get_by_role("radio", name="ES").click()
    expect(page.get_by_text("What needs a decision today")).to_have_count(0)
    visitor.settle()
    assert "lang=es" in page.url
    visitor.assert_well()

    colleague = visit(shared)
    colleague.open(page.url.removeprefix(shared.url))
    assert "Choose whom to work as" not in colleague.text()
    colleague.sign_in(Role.MANAGER)
    assert colleague.page.get_by_role("heading", level=1).inner_text() == page.get_by_role("heading", level=1).inner_text()


def test_a_spanish_browser_is_greeted_in_spanish_with_its_own_numbers(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    english, spanish = visit(shared), visit(shared, locale="es-ES")
    for visitor in (english, spanish):
        visitor.open()
        visitor.sign_in(Role.MANAGER)
    figures = [re.findall(r"\d[\d.,]*(?= EUR)", visitor.text()) for visitor in (english, spanish)]
    assert figures[0] and figures[0] != figures[1]
    assert [figure.translate(str.maketrans(",.", ".,")) for figure in figures[0]] == figures[1]


def test_a_heading_sorts_by_value_and_a_row_is_still_its_own(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open()
    visitor.sign_in(Role.MANAGER)
    table = page.get_by_test_id("stDataFrame").first
    expect(table.locator("[role=gridcell]")).not_to_have_count(0)
    cells = table.locator("[role=gridcell]")
    amounts = [Decimal(cell.text_content() or "") for cell in cells.all() if cell.get_attribute("aria-colindex") == "2"]
    names = [cell.text_content() or "" for cell in cells.all() if cell.get_attribute("aria-colindex") == "1"]
    # As words they would stand in another order: the test has something to find.
    assert sorted(amounts) != sorted(amounts, key=str)
    table.locator(".dvn-scroller").click(position={"x": 350, "y": ROW_HEIGHT // 2})
    visitor.choose_row(0)
    expect(page.get_by_role("heading", name="Account", level=1)).to_be_visible()
    assert names[amounts.index(min(amounts))] in visitor.text()


def test_the_sign_in_is_gone_when_the_page_appears(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open("ageing")
    page.evaluate("""() => {
        window.together = 0;
        new MutationObserver(() => {
            const title = [...document.querySelectorAll('h1')].some(one => one.innerText === 'Receivables ageing');
            if (title && document.querySelector('[class*=st-key-sign_in_]')) window.together += 1;
        }).observe(document.body, {childList: true, subtree: true});
    }""")
    visitor.sign_in(Role.MANAGER)
    expect(page.get_by_role("heading", name="Receivables ageing", level=1)).to_be_visible()
    assert page.evaluate("window.together") == 0
