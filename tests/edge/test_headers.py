"""What every answer carries, and the index page in our dress."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

import pytest

from clearaccounts.ui.edge.dressed import Dressed
from clearaccounts.ui.edge.index import dress, script_hashes
from clearaccounts.ui.edge.rules import Rules
from tests.edge.asking import INDEX, ask, body_of, headers_of, hello

HTTPS = Rules(is_demo=False, address="https://clear.partner.example")


def dressed(behind: object = hello, rules: Rules | None = None) -> Dressed:
    return Dressed(behind, lambda: rules or Rules(), frozenset({"healthz"}))  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/", "/ageing", "/media/abc.csv", "/static/x.js", "/_stcore/health", "/healthz", "/missing"])
@pytest.mark.parametrize("rules", [Rules(), HTTPS], ids=["demo", "https"])
def test_every_answer_carries_the_guards_once(path: str, rules: Rules) -> None:
    answered = ask(dressed(rules=rules), path)
    names = [name for name, _ in answered[0]["headers"]]
    assert len(names) == len(set(names))
    found = headers_of(answered)
    policy = found["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "unsafe-eval" not in policy and "'unsafe-inline'" not in policy.split("style-src")[0]
    assert found["x-content-type-options"] == "nosniff" and found["referrer-policy"] == "no-referrer"
    assert "camera=()" in found["permissions-policy"] and found["x-frame-options"] == "DENY"
    assert ("strict-transport-security" in found) == rules.is_https
    assert found.get("cache-control") == (None if path.startswith("/static/") else "private, no-store")


def test_nothing_is_allowed_to_other_sites() -> None:
    async def generous(scope: object, receive: object, send: object) -> None:
        headers = [(b"content-type", b"text/plain"), (b"Access-Control-Allow-Origin", b"*"), (b"x-frame-options", b"ALLOWALL")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    found = headers_of(ask(dressed(generous), "/media/x"))
    assert "Access-Control-Allow-Origin" not in found and found["x-frame-options"] == "DENY"


def test_the_page_comes_with_our_style_and_the_right_length() -> None:
    messages = ask(dressed(), "/")
    body = b"".join(message["body"] for message in messages[1:])
    assert int(headers_of(messages)["content-length"]) == len(body) and "etag" not in headers_of(messages)
    assert b"max-width: 1280px" in body and b"<title>Clear Accounts</title>" in body and b"agent/openapi" not in body


def test_the_head_of_a_page_is_the_pages_own() -> None:
    whole, head = ask(dressed(), "/"), ask(dressed(), "/", method="HEAD")
    assert headers_of(head) == headers_of(whole) and body_of(head) == "" and body_of(whole)


def test_every_inline_script_is_allowed_by_its_hash_and_no_other() -> None:
    body, policy = dress(INDEX)
    scripts = re.findall(r"<script>(.*?)</script>", body.decode(), re.DOTALL)
    wanted = {f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts}
    assert len(scripts) == 2 and set(re.findall(r"'sha256-[^']+'", policy)) == wanted


def test_an_inline_script_is_one_whatever_its_tag_says() -> None:
    html = '<script type="module">a</script><script src="./x.js"></script><SCRIPT>b</SCRIPT ><script\n data-src="no">c</script>'
    assert script_hashes(html) == [f"'sha256-{b64encode(hashlib.sha256(text).digest()).decode()}'" for text in (b"a", b"b", b"c")]


def test_a_page_is_never_answered_as_not_modified() -> None:
    seen: list[list[tuple[bytes, bytes]]] = []

    async def remember(scope: object, receive: object, send: object) -> None:
        seen.append(scope["headers"])  # type: ignore[index]
        await hello(scope, receive, send)

    ask(dressed(remember), "/", if_none_match="x", accept_encoding="gzip")
    assert {name for name, _ in seen[0]} == {b"host"}
