"""A person at a browser: opens addresses, signs in, waits until the page is done, and notes what went wrong."""

from __future__ import annotations

import re
from types import TracebackType
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, WebSocket, expect

from clearaccounts.access import Role
from clearaccounts.ui.tables import ROW_HEIGHT
from tests.browser.server import Dashboard

SECONDS = 30
NAMES = {
    Role.SALES_AGENT: "Sofía Lindgren",
    Role.HELPDESK_AGENT: "Henry Okafor",
    Role.BILLING_ADMIN: "Beatriz Romero",
    Role.MANAGER: "Martin Weiss",
    Role.USER_ADMIN: "Ursula Novak",
}


class Visitor:
    """One browser context (its own cookies and cache) with one tab."""

    def __init__(self, browser: Browser, dashboard: Dashboard, locale: str = "en-GB") -> None:
        self.dashboard = dashboard
        self.url = dashboard.url
        self.context = browser.new_context(locale=locale, timezone_id="Europe/Madrid", viewport={"width": 1366, "height": 768})
        self.context.set_default_timeout(SECONDS * 1000)
        self.context.set_default_navigation_timeout(SECONDS * 1000)
        self.problems: list[str] = []
        self.received: list[bytes] = []
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.problems.append(f"uncaught: {error.error}"))
        self.context.on("request", self._asked)
        self.page: Page = self.context.new_page()
        self.page.on("websocket", self._connected)

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.context.close()
        # A test that has already failed says more by itself.
        assert kind is not None or not self.problems, "\n".join(self.problems)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and f"{address.scheme}://{address.netloc}" != self.url:
            self.problems.append(f"left the machine: {request.url}")

    def _connected(self, socket: WebSocket) -> None:
        host = urlsplit(self.url).netloc
        if urlsplit(socket.url).netloc != host:
            self.problems.append(f"left the machine: {socket.url}")
        socket.on("framereceived", lambda frame: self.received.append(frame if isinstance(frame, bytes) else frame.encode()))

    def open(self, address: str = "") -> Page:
        """Go to an address of this dashboard and wait until its script has run."""
        self.page.goto(f"{self.url}/{address.lstrip('/')}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the script has run and nothing on the page is being replaced any more."""
        app = self.page.locator("[data-testid=stApp]")
        body = self.page.locator("[data-testid=stMainBlockContainer]")
        expect(body).not_to_be_empty(timeout=SECONDS * 1000)
        before = ""
        for _ in range(SECONDS * 2):
            expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=SECONDS * 1000)
            expect(body.locator("[data-stale=true]")).to_have_count(0, timeout=SECONDS * 1000)
            now = self.text()
            if now == before:
                return
            before = now
            self.page.wait_for_timeout(250)
        raise AssertionError(f"the page does not come to rest: {self.text()}")

    def sign_in(self, role: Role) -> None:
        """Choose the built-in person of that role on the sign-in page."""
        self.assert_well()
        self.page.locator(f".st-key-sign_in_{role.value} button").click()
        person = self.page.locator("[data-testid=stPopoverButton]").filter(has_text=NAMES[role])
        expect(person).to_be_visible(timeout=SECONDS * 1000)
        expect(self.page.locator("[class*=st-key-sign_in_]")).to_have_count(0, timeout=SECONDS * 1000)
        self.settle()

    def menu(self) -> list[str]:
        """The pages that the menu offers, those inside its sections too."""
        titles = [link.inner_text() for link in self.page.get_by_test_id("stTopNavLink").all()]
        for section in self.page.get_by_test_id("stTopNavSection").all():
            section.click()
            inside = self.page.get_by_test_id("stTopNavDropdownLink")
            expect(inside.first).to_be_visible(timeout=SECONDS * 1000)
            titles += [link.inner_text() for link in inside.all()]
            self.page.keyboard.press("Escape")
            expect(inside).to_have_count(0, timeout=SECONDS * 1000)
        # Each begins with the name of its icon, on a line of its own.
        return [title.strip().splitlines()[-1] for title in titles]

    def go(self, title: str, section: str = "") -> None:
        """Choose a page in the menu."""
        if section:
            self.page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
        links = self.page.get_by_test_id("stTopNavDropdownLink" if section else "stTopNavLink")
        links.filter(has_text=title).click()
        expect(self.page.get_by_role("heading", name=title, level=1)).to_be_visible(timeout=SECONDS * 1000)
        self.settle()

    def choose_row(self, number: int) -> None:
        """Tick the row of that number (from 0) in the page's first table, and wait for what it opens."""
        table = self.page.get_by_test_id("stDataFrame").first
        expect(table).to_be_visible(timeout=SECONDS * 1000)
        # A table is drawn on a canvas: below its header of one row's height, the first column holds the ticks.
        table.locator(".dvn-scroller").click(position={"x": 16, "y": ROW_HEIGHT * (number + 1) + ROW_HEIGHT // 2})
        self.settle()

    def assert_well(self) -> None:
        """The page shows no error that nobody foresaw; else say what the server logged of it."""
        broken = self.page.locator("[data-testid=stException]").count() or "Something went wrong" in self.text()
        assert not broken, f"{self.page.url}\n{self.text()}\n{self.dashboard.last_words()}"

    def text(self) -> str:
        """Everything that the page says, blanks evened out."""
        return re.sub(r"\s+", " ", self.page.locator("body").inner_text()).strip()

    def was_sent(self, word: str) -> bool:
        """Whether the server has sent `word` to this browser at all, shown or not."""
        return any(word.encode() in frame for frame in self.received)
