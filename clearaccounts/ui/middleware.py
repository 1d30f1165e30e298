"""What stands between the network and Streamlit: who may connect, what every answer carries, what stays closed.

All of them are plain ASGI, so that they see http and websocket connections alike.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

STYLE = Path(__file__).with_name("style.css")
# The first path segments that Streamlit answers itself; every other address is the page's HTML.
STREAMLIT_PATHS = ("_stcore", "static", "media", "component", "healthz")
CLOSED = ("/_stcore/metrics", "/_stcore/agent")
# Says who asked when a proxy stands between; in demo mode nobody may ask from elsewhere.
FORWARDING = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), "")


def is_loopback(address: str) -> bool:
    """Whether a host name or an address, with or without a port, is this machine itself."""
    host = address.strip()
    if bracketed := re.fullmatch(r"\[([^\]]+)\](:\d+)?", host):
        host = bracketed[1]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    if host.rstrip(".").casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _plain(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class OnlyThisMachine:
    """Refuses every connection whose client or Host is not loopback; `applies` is asked each time.

    Demo mode lets anybody be anybody, so it is for the person at this machine alone. The Host
    matters too: a page elsewhere may make a browser here resolve its own name to 127.0.0.1.
    """

    def __init__(self, app: Application, applies: Callable[[], bool]) -> None:
        self.app = app
        self.applies = applies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, or refuse it."""
        if scope["type"] not in {"http", "websocket"} or self._is_local(scope) or not self.applies():
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _plain(send, 403, "Demo mode answers only the machine it runs on.")

    @staticmethod
    def _is_local(scope: Scope) -> bool:
        client: tuple[str, int] | None = scope.get("client")
        forwarded = any(key.lower() in FORWARDING for key, _ in scope["headers"])
        return client is not None and is_loopback(client[0]) and is_loopback(_header(scope, b"host")) and not forwarded


class Closed:
    """Answers 404 for what Streamlit offers to anybody and nobody here needs: metrics, the agent API."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on unless its path is closed."""
        path = re.sub(r"/+", "/", scope.get("path", ""))
        if scope["type"] == "http" and any(path == closed or path.startswith(closed + "/") for closed in CLOSED):
            await _plain(send, 404, "Not found.")
        else:
            await self.app(scope, receive, send)


class Signposted:
    """Leads an address that is no page's to the page that says so; what is no HTML passes.

    Streamlit would answer it with its application, which then shows another page under a message of its own.
    """

    def __init__(self, app: Application, pages: frozenset[str], nowhere: str) -> None:
        self.app = app
        self.known = pages | {"", nowhere, *STREAMLIT_PATHS}
        self.nowhere = nowhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on; replace the answer if it is the application under an unknown address."""
        if scope["type"] != "http" or scope["path"].lstrip("/").partition("/")[0] in self.known:
            await self.app(scope, receive, send)
            return
        is_led_away = False

        async def answer(message: Message) -> None:
            nonlocal is_led_away
            if message["type"] == "http.response.start":
                is_led_away = any(
                    key.lower() == b"content-type" and value.startswith(b"text/html") for key, value in message["headers"])
                if is_led_away:
                    headers = [(b"location", f"/{self.nowhere}".encode()), (b"content-length", b"0")]
                    await send({"type": "http.response.start", "status": 302, "headers": headers})
                    await send({"type": "http.response.body", "body": b""})
            if not is_led_away:
                await send(message)

        await self.app(scope, receive, answer)


# Streamlit looks for its server under the page's address first and at the root second, which puts two failed
# requests into the console of every deep link. Told where it is, it asks once.
_WHERE = "window.__streamlit={BACKEND_BASE_URL:window.location.origin+'/'}"


@lru_cache(maxsize=4)
def dress(html: bytes) -> tuple[bytes, str]:
    """Streamlit's index page with our style and title, and the content policy that fits its scripts."""
    text = html.decode("utf-8")
    text = re.sub(r"<title>[^<]*</title>", "<title>Clear Accounts</title>", text)
    text = re.sub(r'<link rel="service-desc"[^>]*>', "", text)
    text = re.sub(r"<noscript>.*?</noscript>", "<noscript>Clear Accounts needs JavaScript.</noscript>", text, flags=re.DOTALL)
    style = re.sub(r"\s+", " ", STYLE.read_text(encoding="utf-8"))
    text = text.replace("</title>", f"</title><style>{style}</style><script>{_WHERE}</script>", 1)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return text.encode(), content_policy(hashes)


def content_policy(script_hashes: str = "") -> str:
    """The Content-Security-Policy: everything from here, nothing evaluated, nobody may frame us."""
    return "; ".join((
        "default-src 'self'",
        f"script-src 'self' {script_hashes}".rstrip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ))


class Dressed:
    """Adds the security headers to every answer, and our style to the page that carries the application."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through `_Answer`, which rewrites the head and, for the index page, the body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        first = scope["path"].lstrip("/").partition("/")[0]
        is_page = first not in STREAMLIT_PATHS
        if is_page:
            # The body is rewritten: it must come whole, uncompressed and never as "not modified".
            dropped = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
            scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k.lower() not in dropped]}
        await self.app(scope, receive, _Answer(send, is_page=is_page, is_media=first == "media"))


class _Answer:
    def __init__(self, send: Send, *, is_page: bool, is_media: bool) -> None:
        self.send = send
        self.is_page = is_page
        self.is_media = is_media
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            content_type = next((value for key, value in message["headers"] if key.lower() == b"content-type"), b"")
            if self.is_page and content_type.startswith(b"text/html"):
                self.start = message  # sent once the body is known
                return
            await self.send({**message, "headers": self._secured(message["headers"], content_policy())})
        elif message["type"] == "http.response.body" and self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                body, policy = dress(self.body) if self.body else (b"", content_policy())
                headers = [(k, v) for k, v in self.start["headers"] if k.lower() not in (b"content-length", b"etag", b"last-modified")]
                headers.append((b"content-length", str(len(body)).encode()))
                await self.send({**self.start, "headers": self._secured(headers, policy)})
                await self.send({"type": "http.response.body", "body": body})
        else:
            await self.send(message)

    def _secured(self, headers: list[tuple[bytes, bytes]], policy: str) -> list[tuple[bytes, bytes]]:
        ours = {
            b"content-security-policy": policy.encode(),
            b"x-content-type-options": b"nosniff",
            b"x-frame-options": b"DENY",
            b"referrer-policy": b"no-referrer",
            b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
        }
        if self.is_media:
            ours[b"cache-control"] = b"private, no-store"
        return [(k, v) for k, v in headers if k.lower() not in ours] + list(ours.items())
