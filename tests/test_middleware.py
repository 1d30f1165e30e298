"""What stands before Streamlit: demo mode answers this machine alone, every answer is guarded, some paths are closed."""

from __future__ import annotations

import asyncio
import hashlib
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import streamlit

from clearaccounts.ui.middleware import Application, Closed, Dressed, OnlyThisMachine, Signposted, dress, is_loopback

INDEX = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """What is behind the guards: greets over http, accepts over websocket."""
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
    app: Application, path: str = "/", kind: str = "http", client: tuple[str, int] | None = ("127.0.0.1", 5), host: str = "localhost:8501",
    **headers: str,
) -> list[Any]:
    """The messages that `app` answers with."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": f"{kind}.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in ({"host": host} | headers).items()]
    scope = {"type": kind, "path": path, "client": client, "headers": named, "method": "GET"}
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    return sent


def status(messages: list[Any]) -> int:
    return int(messages[0].get("status", messages[0].get("code", 101)))


def headers_of(messages: list[Any]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in messages[0]["headers"]}


LOCAL = ["localhost", "localhost:8501", "LOCALHOST", "127.0.0.1", "127.0.0.1:8501", "127.9.9.9", "[::1]", "[::1]:8501", "::1", "localhost."]
ELSEWHERE = [
    "evil.example", "evil.example:8501", "localhost.evil.example", "192.168.1.4", "0.0.0.0", "[2001:db8::1]:80", "", "127.0.0.1.evil",
]


@pytest.mark.parametrize("address", LOCAL)
def test_this_machine_is_known_by_all_its_names(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_else_passes_for_it(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("stranger", [
    {"client": ("192.168.1.4", 5)}, {"client": None}, {"host": "evil.example"}, {"x_forwarded_for": "203.0.113.9"},
    {"forwarded": "for=203.0.113.9"}, {"x_real_ip": "203.0.113.9"},
])
def test_demo_mode_refuses_strangers(kind: str, stranger: dict[str, Any]) -> None:
    demo = OnlyThisMachine(hello, applies=lambda: True)
    assert status(ask(demo, kind=kind, **stranger)) == (403 if kind == "http" else 1008)
    assert status(ask(OnlyThisMachine(hello, applies=lambda: False), kind=kind, **stranger)) in {200, 101}


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_demo_mode_answers_this_machine(kind: str) -> None:
    assert status(ask(OnlyThisMachine(hello, applies=lambda: True), kind=kind)) in {200, 101}


@pytest.mark.parametrize("path", [
    "/_stcore/metrics", "/_stcore/metrics/", "//_stcore//metrics", "/_stcore/agent/openapi.json", "/_stcore/agent",
])
def test_what_nobody_needs_is_closed(path: str) -> None:
    assert status(ask(Closed(hello), path)) == 404


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Streamlit's way: whatever the address, the application's page; or a picture."""
    kind = b"image/png" if scope["path"].endswith(".png") else b"text/html; charset=utf-8"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": b"<html>", "more_body": True})
    await send({"type": "http.response.body", "body": b"</html>"})


@pytest.mark.parametrize(("path", "wanted"), [
    ("/", 200), ("/ageing", 200), ("/ageing/", 200), ("/nothing", 200), ("/_stcore/health", 200), ("/favicon.png", 200),
    ("/elsewhere", 302), ("/Ageing", 302), ("//evil.example", 302),
])
def test_an_unknown_address_leads_to_the_page_that_says_so(path: str, wanted: int) -> None:
    answered = ask(Signposted(application, frozenset({"ageing"}), "nothing"), path)
    assert status(answered) == wanted
    if wanted == 302:
        assert headers_of(answered)["location"] == "/nothing" and b"".join(message.get("body", b"") for message in answered) == b""


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/metricsx", "/ageing"])
def test_what_is_needed_is_open(path: str) -> None:
    assert status(ask(Closed(hello), path)) == 200


@pytest.mark.parametrize("path", ["/", "/media/abc.csv", "/static/x.js", "/_stcore/health", "/missing"])
def test_every_answer_carries_the_guards(path: str) -> None:
    found = headers_of(ask(Dressed(hello), path))
    assert "frame-ancestors 'none'" in found["content-security-policy"] and "unsafe-eval" not in found["content-security-policy"]
    assert found["x-content-type-options"] == "nosniff" and found["referrer-policy"] == "no-referrer"


def test_a_download_is_never_kept() -> None:
    assert headers_of(ask(Dressed(hello), "/media/abc.csv"))["cache-control"] == "private, no-store"


def test_the_page_comes_with_our_style_and_the_right_length() -> None:
    messages = ask(Dressed(hello), "/")
    body = b"".join(message["body"] for message in messages[1:])
    assert int(headers_of(messages)["content-length"]) == len(body) and "etag" not in headers_of(messages)
    assert b"max-width: 1280px" in body and b"<title>Clear Accounts</title>" in body and b"agent/openapi" not in body


def test_every_inline_script_is_allowed_by_its_hash_and_no_other() -> None:
    body, policy = dress(INDEX)
    scripts = re.findall(r"<script>(.*?)</script>", body.decode(), re.DOTALL)
    wanted = {f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts}
    assert len(scripts) == 2 and set(re.findall(r"'sha256-[^']+'", policy)) == wanted
    assert "'unsafe-inline'" not in policy.split("style-src")[0]


def test_a_page_is_never_answered_as_not_modified() -> None:
    seen: list[list[tuple[bytes, bytes]]] = []

    async def remember(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["headers"])
        await hello(scope, receive, send)

    ask(Dressed(remember), "/", if_none_match="x", accept_encoding="gzip")
    assert {name for name, _ in seen[0]} == {b"host"}
