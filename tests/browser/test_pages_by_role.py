"""Every page as each role, in a real browser: it opens, says its title, complains of nothing and asks nobody outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from clearaccounts.access import DEMO_PEOPLE, Viewer
from clearaccounts.ui import registry
from tests.browser.server import Dashboard
from tests.browser.visitor import NAMES, Visitor


@pytest.mark.parametrize("person", DEMO_PEOPLE, ids=lambda person: person.role.value)
def test_each_page_opens_without_a_complaint(person: Viewer, shared: Dashboard, visit: Callable[..., Visitor]) -> None:
    visitor = visit(shared)
    page = visitor.open()
    visitor.sign_in(person.role)
    mine = [entry for entry in registry.PAGES if entry.is_for(person)]
    # Whoever has one page needs no menu and is there already.
    assert visitor.menu() == [entry.title for entry in mine if len(mine) > 1]
    for entry in mine:
        if len(mine) > 1:
            visitor.go(entry.title, entry.section)
        expect(page.get_by_role("heading", name=entry.title, level=1)).to_be_visible()
        visitor.assert_well()
        for said in ("DEMO", "SAMPLE", NAMES[person.role]):
            assert said in visitor.text()
