"""Asking a piece of the edge as the network would: one connection in, the messages that came out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import streamlit

from clearaccounts.ui.edge.asgi import Application

INDEX = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """What is behind the guards: Streamlit's page at the root, a greeting elsewhere; accepts websockets."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    body = INDEX if scope["path"] == "/" else b"hello"
    kind = b"text/html; charset=utf-8" if scope["path"] == "/" else b"text/plain"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"etag", b"x")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body[:10], "more_body": True})
    await send({"type": "http.response.body", "body": body[10:]})


def ask(
    app: Application, path: str = "/", *, kind: str = "http", client: tuple[str, int] | None = ("127.0.0.1", 5),
    host: str | None = "localhost:8501", method: str = "GET", more: tuple[tuple[bytes, bytes], ...] = (), **headers: str,
) -> list[Any]:
    """The messages that `app` answers with; `more` are raw headers, for what a name can have only once."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": f"{kind}.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if host is not None:
        named.insert(0, (b"host", host.encode()))
    scope: dict[str, Any] = {
        "type": kind, "path": path, "client": client, "headers": [*named, *more], "method": method,
        "extensions": {"websocket.http.response": {}}, "asgi": {"version": "3.0", "spec_version": "2.4"},
    }

    async def asked() -> None:
        await app(scope, receive, send)

    asyncio.run(asked())
    return sent


def status(messages: list[Any]) -> int:
    """The status of the answer; 101 for a websocket that was accepted."""
    return int(messages[0].get("status", messages[0].get("code", 101)))


def headers_of(messages: list[Any]) -> dict[str, str]:
    """The answer's headers by name."""
    return {name.decode(): value.decode() for name, value in messages[0]["headers"]}


def body_of(messages: list[Any]) -> str:
    """The answer's body."""
    return b"".join(message.get("body", b"") for message in messages[1:]).decode()
