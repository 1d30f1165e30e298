"""The headers that guard a browser, on every answer, and the index page in our dress."""

from __future__ import annotations

from collections.abc import Callable

from clearaccounts.ui.edge.addresses import STREAMLIT_PATHS
from clearaccounts.ui.edge.asgi import Application, Headers, Message, Receive, Scope, Send, first_segment, without
from clearaccounts.ui.edge.index import content_policy, dress
from clearaccounts.ui.edge.rules import Rules

# What no page of ours needs of the machine it is shown on.
_CLOSED_FEATURES = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi",
    "payment", "serial", "usb",
)
_GUARDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", ", ".join(f"{feature}=()" for feature in _CLOSED_FEATURES).encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
# One year. Subdomains are not ours to decide about.
_STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")


def guards(rules: Rules, path: str, policy: str) -> Headers:
    """The headers that every answer at `path` carries; what is not one of the files of a release is kept by nobody."""
    found = [(b"content-security-policy", policy.encode()), *_GUARDS]
    if first_segment(path) != "static":
        found.append((b"cache-control", b"private, no-store"))
    if rules.is_https:
        found.append(_STRICT_TRANSPORT)
    return found


class Dressed:
    """Adds the security headers to every answer, and our style to the page that carries the application.

    Nothing here is for another site's pages: what Streamlit says to them (`Access-Control-*`) is left out.
    """

    def __init__(self, app: Application, rules: Callable[[], Rules], own: frozenset[str]) -> None:
        self.app = app
        self.rules = rules
        self.no_pages = {*STREAMLIT_PATHS, *own}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through `_Answer`, which rewrites the head and, for the index page, the body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_page = first_segment(scope["path"]) not in self.no_pages
        answer = _Answer(send, self.rules(), scope["path"], is_page=is_page, is_head=scope["method"] == "HEAD")
        if is_page:
            # The body is rewritten: it must come whole, uncompressed and never as "not modified".
            dropped = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
            # Whoever asks for the head alone gets the one that the page has.
            asked = "GET" if scope["method"] == "HEAD" else scope["method"]
            scope = {**scope, "headers": without(scope["headers"], *dropped), "method": asked}
        await self.app(scope, receive, answer)


class _Answer:
    def __init__(self, send: Send, rules: Rules, path: str, *, is_page: bool, is_head: bool) -> None:
        self.send = send
        self.rules = rules
        self.path = path
        self.is_page = is_page
        self.is_head = is_head
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            content_type = next((value for key, value in message["headers"] if key.lower() == b"content-type"), b"")
            if self.is_page and content_type.startswith(b"text/html"):
                self.start = message  # sent once the body is known
                return
            await self.send({**message, "headers": self._guarded(message["headers"], content_policy())})
        elif message["type"] == "http.response.body" and self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                body, policy = dress(self.body) if self.body else (b"", content_policy())
                headers = without(self.start["headers"], b"content-length", b"etag", b"last-modified")
                headers.append((b"content-length", str(len(body)).encode()))
                await self.send({**self.start, "headers": self._guarded(headers, policy)})
                await self.send({"type": "http.response.body", "body": b"" if self.is_head else body})
        else:
            await self.send(message)

    def _guarded(self, headers: Headers, policy: str) -> Headers:
        ours = guards(self.rules, self.path, policy)
        kept = [(key, value) for key, value in headers if not key.lower().startswith(b"access-control-")]
        return without(kept, *(name for name, _ in ours)) + ours
