"""Who may connect: demo mode answers this machine alone, the rest answers to its own name and its own pages."""

from __future__ import annotations

from typing import Any

import pytest

from clearaccounts.ui.edge.rules import Rules, host_name, is_loopback
from clearaccounts.ui.edge.visitors import OnlyByName, OnlyThisMachine
from tests.edge.asking import ask, body_of, hello, status

DEMO = Rules()
PUBLIC = Rules(is_demo=False, address="https://clear.partner.example", hosts=("probe.internal", "10.0.0.5"))
LOCAL_SIGN_IN = Rules(is_demo=False, address="http://127.0.0.1:8501")

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
    {"client": ("192.168.1.4", 5)}, {"client": None}, {"host": "evil.example"}, {"host": None}, {"more": ((b"host", b"localhost"),)},
    {"x_forwarded_for": "203.0.113.9"}, {"forwarded": "for=203.0.113.9"}, {"x_real_ip": "203.0.113.9"},
])
def test_demo_mode_refuses_strangers(kind: str, stranger: dict[str, Any]) -> None:
    assert status(ask(OnlyThisMachine(hello, rules=lambda: DEMO), kind=kind, **stranger)) == 403
    assert status(ask(OnlyThisMachine(hello, rules=lambda: PUBLIC), kind=kind, **stranger)) in {200, 101}


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_demo_mode_answers_this_machine(kind: str) -> None:
    assert status(ask(OnlyThisMachine(hello, rules=lambda: DEMO), kind=kind)) in {200, 101}


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", [
    "clear.partner.example", "CLEAR.partner.example.", "clear.partner.example:443", "clear.partner.example:8443", "probe.internal",
    "10.0.0.5:8501",
])
def test_the_dashboard_answers_to_its_names(kind: str, host: str) -> None:
    assert status(ask(OnlyByName(hello, rules=lambda: PUBLIC), kind=kind, host=host)) in {200, 101}


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", [
    "evil.example", "clear.partner.example.evil.example", "evil.clear.partner.example", "localhost", "127.0.0.1:8501", "[::1]", "", "a b",
    "user@clear.partner.example", "clear.partner.example/x", "clear.partner.example:x", "clear.partner.example,evil.example", "\xe9",
])
def test_any_other_name_is_refused_in_one_line(kind: str, host: str) -> None:
    answered = ask(OnlyByName(hello, rules=lambda: PUBLIC), kind=kind, host=host)
    assert status(answered) == 421 and body_of(answered) == "There is nothing under that name here."


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("how", [{"host": None}, {"more": ((b"host", b"evil.example"),)}, {"more": ((b"Host", b"clear.partner.example"),)}])
def test_one_host_must_be_named(kind: str, how: dict[str, Any]) -> None:
    assert status(ask(OnlyByName(hello, rules=lambda: PUBLIC), kind=kind, **({"host": "clear.partner.example"} | how))) == 400


def test_what_a_proxy_says_of_the_name_is_not_believed() -> None:
    guarded = OnlyByName(hello, rules=lambda: PUBLIC)
    assert status(ask(guarded, host="evil.example", x_forwarded_host="clear.partner.example")) == 421
    assert status(ask(guarded, host="clear.partner.example", x_forwarded_host="evil.example")) == 200


def test_a_server_that_cannot_answer_a_websocket_with_text_closes_it() -> None:
    async def answer_without(scope: Any, receive: Any, send: Any) -> None:
        await OnlyByName(hello, rules=lambda: PUBLIC)({**scope, "extensions": None}, receive, send)

    assert ask(answer_without, kind="websocket", host="evil.example") == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(("rules", "host", "origin", "is_own"), [
    (PUBLIC, "clear.partner.example", "https://clear.partner.example", True),
    (PUBLIC, "clear.partner.example", "https://clear.partner.example:443", True),
    (PUBLIC, "clear.partner.example", "HTTPS://Clear.Partner.example", True),
    (PUBLIC, "clear.partner.example", "http://clear.partner.example", False),
    (PUBLIC, "clear.partner.example", "https://clear.partner.example:8443", False),
    (PUBLIC, "clear.partner.example", "https://evil.example", False),
    (PUBLIC, "clear.partner.example", "https://clear.partner.example@evil.example", False),
    (PUBLIC, "clear.partner.example", "https://clear.partner.example/", False),
    (PUBLIC, "clear.partner.example", "http://localhost:9999", False),
    (PUBLIC, "probe.internal", "https://probe.internal", False),
    (PUBLIC, "clear.partner.example", "null", False),
    (PUBLIC, "clear.partner.example", "", False),
    (PUBLIC, "clear.partner.example", "https://clear.partner.example:99999", False),
    (LOCAL_SIGN_IN, "127.0.0.1:8501", "http://127.0.0.1:8501", True),
    (LOCAL_SIGN_IN, "127.0.0.1:8501", "http://localhost:8501", False),
    (LOCAL_SIGN_IN, "127.0.0.1:8501", "http://127.0.0.1:8502", False),
    (DEMO, "localhost:8501", "http://localhost:8501", True),
    (DEMO, "[::1]:8501", "http://[::1]:8501", True),
    (DEMO, "localhost:8501", "http://localhost:9999", False),
    (DEMO, "localhost:8501", "http://127.0.0.1:8501", False),
    (DEMO, "localhost:8501", "http://evil.example", False),
    (DEMO, "localhost:8501", "null", False),
])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_only_our_own_pages_may_ask(kind: str, rules: Rules, host: str, origin: str, is_own: bool) -> None:
    found = status(ask(OnlyByName(hello, rules=lambda: rules), kind=kind, host=host, origin=origin))
    assert found in ({200, 101} if is_own else {403})


def test_two_origins_are_none() -> None:
    own = b"https://clear.partner.example"
    found = ask(OnlyByName(hello, rules=lambda: PUBLIC), host="clear.partner.example", more=((b"origin", own), (b"origin", own)))
    assert status(found) == 403


def test_a_browser_that_says_nothing_of_its_page_may_ask() -> None:
    assert status(ask(OnlyByName(hello, rules=lambda: PUBLIC), host="clear.partner.example")) == 200


@pytest.mark.parametrize(("host", "name"), [
    ("A.b:1", "a.b"), ("a.b.", "a.b"), ("[::1]:2", "::1"), ("a..b@c", None), ("", None), ("a:b:c", None),
])
def test_a_host_is_one_name(host: str, name: str | None) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize(("rules", "is_https"), [
    (PUBLIC, True), (LOCAL_SIGN_IN, False), (DEMO, False), (Rules(address="https://x"), False),
])
def test_https_is_what_the_address_says(rules: Rules, is_https: bool) -> None:
    assert rules.is_https == is_https
