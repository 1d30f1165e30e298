"""Which addresses there are: what Streamlit offers to anybody and nobody here needs is closed, what is no page's leads to one."""

from __future__ import annotations

import re
from urllib.parse import unquote

from clearaccounts.ui.edge.asgi import CONNECTIONS, Application, Message, Receive, Scope, Send, answer, first_segment, refuse

NOTHING = "There is nothing here."
# The first path segments that Streamlit answers itself; every other address is the page's HTML.
STREAMLIT_PATHS = ("_stcore", "static", "media", "component")
# What the pages need of Streamlit's own addresses. Everything else under them is closed: metrics, the agents' interface and
# its description, the script's health check, components of others' making.
OPEN = re.compile(r"/_stcore/(health|host-config|stream|upload_file/[^/]+/[^/]+)/?")


def plain_path(path: str) -> str:
    """A path as an attacker may mean it: no encoding however often, one slash for many of either kind, lower case."""
    before = ""
    while path != before:
        before, path = path, unquote(path)
    return re.sub(r"[/\\]+", "/", path).casefold()


class Closed:
    """Answers 404 for what is not open among Streamlit's own addresses, however it is written."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on unless its path is closed."""
        if scope["type"] in CONNECTIONS and self._is_closed(scope["path"]):
            await refuse(scope, send, 404, NOTHING)
        else:
            await self.app(scope, receive, send)

    @staticmethod
    def _is_closed(path: str) -> bool:
        plain = plain_path(path)
        if "/_stcore" in plain:
            return not OPEN.fullmatch(path)
        return first_segment(plain) == "component"


class Signposted:
    """Leads an address that is no page's to the page that says so; what is no HTML passes.

    Streamlit would answer it with its application, which then shows another page under a message of its own; also in the
    place of a file that it does not have, where nothing leads anywhere.
    """

    def __init__(self, app: Application, pages: frozenset[str], nowhere: str, own: frozenset[str]) -> None:
        self.app = app
        self.known = pages | own | {"", nowhere}
        self.nowhere = nowhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on; replace the answer if it is the application under an unknown address."""
        first = first_segment(scope.get("path", ""))
        if scope["type"] != "http" or first in self.known:
            await self.app(scope, receive, send)
            return
        is_led_away = False

        async def led(message: Message) -> None:
            nonlocal is_led_away
            if message["type"] == "http.response.start":
                is_led_away = any(
                    key.lower() == b"content-type" and value.startswith(b"text/html") for key, value in message["headers"])
                if is_led_away and first in STREAMLIT_PATHS:
                    await answer(send, 404, NOTHING)
                elif is_led_away:
                    headers = [(b"location", f"/{self.nowhere}".encode()), (b"content-length", b"0")]
                    await send({"type": "http.response.start", "status": 302, "headers": headers})
                    await send({"type": "http.response.body", "body": b""})
            if not is_led_away:
                await send(message)

        await self.app(scope, receive, led)
