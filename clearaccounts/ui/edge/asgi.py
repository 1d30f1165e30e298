"""The few words of ASGI that the edge speaks: types, headers, a short answer in plain text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# Connections that somebody made; the third type, the server's own start and stop, is nobody's.
CONNECTIONS = frozenset({"http", "websocket"})


def headers(scope: Scope, name: bytes) -> list[str]:
    """Every value that the connection's header `name` (in lower case) was sent with."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def header(scope: Scope, name: bytes) -> str:
    """The first value of the header `name` (in lower case); empty if it was not sent."""
    return next(iter(headers(scope, name)), "")


def without(found: Iterable[tuple[bytes, bytes]], *names: bytes) -> Headers:
    """The headers but those of these names (in lower case)."""
    return [(key, value) for key, value in found if key.lower() not in names]


def first_segment(path: str) -> str:
    """What stands between the first slashes and the next one: the page's name, or Streamlit's own `static`, `media`, `_stcore`."""
    return path.lstrip("/").partition("/")[0]


async def answer(send: Send, status: int, text: str, *, kind: str = "http", more: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Answer with one line of plain text; `kind` is the connection's type: a websocket is refused before it is opened."""
    body = text.encode()
    sent = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *more]
    start = "websocket.http.response" if kind == "websocket" else "http.response"
    await send({"type": f"{start}.start", "status": status, "headers": sent})
    await send({"type": f"{start}.body", "body": body})


async def refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    """Refuse a connection of either type; a server that cannot answer a websocket with text closes it."""
    if scope["type"] == "websocket" and "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
    else:
        await answer(send, status, text, kind=scope["type"])
