"""A person at a browser: opens addresses, signs in, waits until the page is done, and notes what went wrong."""

from __future__ import annotations

import re
from types import TracebackType
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, WebSocket, expect

from clearaccounts.access import Role

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

    def __init__(self, browser: Browser, url: str, locale: str = "en-GB") -> None:
        self.url = url
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
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=SECONDS * 1000)
        expect(self.page.locator("[data-testid=stMainBlockContainer] [data-stale=true]")).to_have_count(0, timeout=SECONDS * 1000)

    def sign_in(self, role: Role) -> None:
        """Choose the built-in person of that role on the sign-in page."""
        self.page.locator(f".st-key-sign_in_{role.value} button").click()
        expect(self.page.locator(".st-key-person")).to_contain_text(NAMES[role], timeout=SECONDS * 1000)
        self.settle()

    def text(self) -> str:
        """Everything that the page says, blanks evened out."""
        return re.sub(r"\s+", " ", self.page.locator("body").inner_text()).strip()

    def was_sent(self, word: str) -> bool:
        """Whether the server has sent `word` to this browser at all, shown or not."""
        return any(word.encode() in frame for frame in self.received)
