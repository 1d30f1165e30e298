"""A manager at the support offers and at support and money: a bar opens what is behind it, an offer is taken away as a letter."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import pypdf
from playwright.sync_api import expect

from clearaccounts.access import Role
from tests.browser.server import Dashboard
from tests.browser.test_cases import click_mark
from tests.browser.visitor import Visitor

BAR = ".barlayer .point path"


def test_bars_open_lists_and_an_offer_is_a_letter(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open("support-offers")
    visitor.sign_in(Role.MANAGER)
    click_mark(visitor, "offer_models", BAR, 2)
    assert "delivery_model=outsourced" in page.url
    click_mark(visitor, "offer_models", BAR, 4)
    assert "view=none" in page.url and "Choose a customer to open their account." in visitor.text()
    click_mark(visitor, "offer_models", BAR, 0)
    assert "delivery_model=own" in page.url

    table = page.get_by_test_id("stDataFrame").nth(1)
    table.locator(".dvn-scroller").click(position={"x": 16, "y": 48})
    visitor.settle()
    page.get_by_role("button", name="Print the offer").click()
    button = page.get_by_role("button", name="Support offer (PDF)")
    expect(button).to_be_visible()
    with page.expect_download() as waiting:
        button.click()
    content = waiting.value.path().read_bytes()
    assert hashlib.sha256(content).hexdigest()[:8] in waiting.value.suggested_filename
    assert "Abogados Armira" in pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    page.keyboard.press("Escape")

    visitor.open("support-money?view=costs")
    click_mark(visitor, "cost_to_serve", BAR, 0)
    assert "customer=" in page.url and "Service requests:" in visitor.text()
    visitor.assert_well()
