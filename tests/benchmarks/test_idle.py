"""When a page is at rest after a click, in a real browser: an empty page, and one whose server takes its time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from benchmarks import browsing, figures, idle
from tests.browser import chromium

pytestmark = pytest.mark.browser

SLOW = """
import time

import streamlit as st

if st.button("Press"):
    time.sleep(0.7)
    st.write("done")
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if chromium.find() is None:
        pytest.skip("there is no Chromium on this machine; `make test` installs it where it may")
    with browsing.chrome() as browser, browsing.plain_server(SLOW) as server:
        page = browsing.window(browser)
        page.goto(server.url)
        expect(page.locator("[data-testid=stButton] button")).to_be_visible()
        idle.rest(page)
        yield page


def test_a_click_lasts_until_the_server_has_answered_and_the_page_shows_it(page: Page) -> None:
    took = idle.timed(page, page.locator("[data-testid=stButton] button").click)

    assert page.get_by_text("done").is_visible()
    assert took.seconds >= took.answered >= 0.7


def test_what_changes_nothing_is_no_click(page: Page) -> None:
    with pytest.raises(SystemExit, match="nothing changed"):
        idle.timed(page, lambda: page.evaluate("window.__seen.pressed = performance.now()"), is_answered=False)


def test_the_figures_of_clicks_tell_when_the_server_had_answered() -> None:
    found = idle.spread([idle.Click(0.3, 0.2), idle.Click(0.5, 0.1), idle.Click(0.4, 0.3)])

    assert (found["seconds"], found["answered"], found["times"]) == (0.4, 0.2, 3)
    assert figures.spread([0.3, 0.5, 0.4]).items() <= found.items()
