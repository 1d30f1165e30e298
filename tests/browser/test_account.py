"""A sales agent before a call: from the overview to the account, to an invoice, to what settled it, and back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from clearaccounts.access import Role
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor


def test_from_the_overview_to_the_allocations_of_an_invoice(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open()
    visitor.sign_in(Role.SALES_AGENT)
    visitor.choose_row(0)
    expect(page.get_by_text("First answer by severity")).to_be_visible()
    visitor.settle()
    text = visitor.text()
    for part in ("Health: act", "Next step", "Contact", "Support offer", "Balance by days overdue", "Days late"):
        assert part in text
    # A reason leads to its list, a row of the list to the invoice.
    page.get_by_role("button", name="is overdue · watch from 10%").click()
    visitor.settle()
    assert "section=items" in page.url
    visitor.choose_row(0)
    expect(page.get_by_text("What settles it")).to_be_visible()
    visitor.settle()
    assert "invoice_id=INV-" in page.url and "the documents below agree" in visitor.text()
    page.get_by_role("button", name="Back to the list").click()
    expect(page.get_by_text("First answer by severity")).to_be_visible()
    visitor.settle()
    assert "invoice_id" not in page.url and "customer_id=" in page.url and "Next step" in visitor.text()
    # What was settled long ago leads to what settled it.
    page.get_by_role("radio", name="Timeline").click()
    visitor.settle()
    page.get_by_role("radio", name="Money", exact=True).click()
    visitor.settle()
    visitor.choose_row(8)
    visitor.assert_well()
    assert "section=timeline" in page.url and "kind=money" in page.url


def test_the_first_screen_needs_no_scrolling(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open("account?customer_id=C0001")
    visitor.sign_in(Role.SALES_AGENT)
    for words in ("Health", "Next step", "Contact", "Support offer", "Balance by days overdue, in EUR", "First answer by severity: A 8 h"):
        box = page.get_by_text(words).first.bounding_box()
        assert box is not None and box["y"] + box["height"] < 768, words


def test_a_link_to_an_invoice_of_another_agent_tells_nothing(shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    texts = []
    for invoice_id in ("INV-2607-0003", "no-such-invoice"):
        visitor = visit(shared)
        visitor.open(f"account?customer_id=C0001&invoice_id={invoice_id}")
        visitor.sign_in(Role.SALES_AGENT)
        texts.append(visitor.text())
        assert not visitor.was_sent("O'Dwyer")
    assert texts[0] == texts[1] and "There is no such invoice." in texts[0]
