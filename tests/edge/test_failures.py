"""An error says one sentence and nothing of the inside, wherever it happens."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from clearaccounts.ui.edge.dressed import Dressed
from clearaccounts.ui.edge.failures import Caught, Plain
from clearaccounts.ui.edge.rules import Rules
from tests.edge.asking import ask, body_of, headers_of, status

SECRET = "select amount from customers where name = 'Tailspin Toys' -- /srv/clear/accounts.py line 12"
SENTENCE = r"Something went wrong on our side\. Tell your administrator this reference: ([0-9a-f]{12})\."
HTTPS = Rules(is_demo=False, address="https://clear.partner.example")
OWN = frozenset({"healthz", "broken"})


class Faulty:
    """A middleware that breaks before, in the middle of, or instead of an answer."""

    def __init__(self, app: Any, when: str = "") -> None:
        self.app = app
        self.when = when

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Break."""
        if scope["type"] == "http" and self.when == "after the head":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
            await send({"type": "http.response.body", "body": b"<p>half", "more_body": True})
        if scope["type"] == "websocket" and self.when == "after the head":
            await send({"type": "websocket.accept"})
        raise RuntimeError(SECRET)


def broken(_request: Request) -> PlainTextResponse:
    raise RuntimeError(SECRET)


def detailed(request: Request) -> PlainTextResponse:
    raise HTTPException(int(request.path_params["status"]), detail=SECRET, headers={"X-Inside": SECRET, "Content-Range": "bytes */5"})


def asked(path: str, method: str = "GET") -> httpx.Response:
    """What our edge answers before routes that break; errors that pass it would be raised into the test."""
    routes = [
        Route("/broken", broken), Route("/detailed/{status}", detailed), Route("/stcore", broken),
        Route("/healthz", lambda _request: JSONResponse({"status": "no warehouse"}, status_code=503)),
    ]
    middleware = [
        Middleware(Caught, rules=lambda: HTTPS), Middleware(Dressed, rules=lambda: HTTPS, own=OWN), Middleware(Plain, own=OWN),
    ]
    network = httpx.ASGITransport(app=Starlette(routes=routes, middleware=middleware), raise_app_exceptions=True)

    async def ask_once() -> httpx.Response:
        async with httpx.AsyncClient(transport=network, base_url="https://clear.partner.example") as client:
            return await client.request(method, path)

    return asyncio.run(ask_once())


@pytest.mark.parametrize("path", ["/broken", "/stcore"], ids=["a route of ours", "a route of Streamlit's"])
def test_a_route_that_breaks_says_a_reference_and_nothing_else(path: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="clearaccounts"):
        found = asked(path)
    said = re.fullmatch(SENTENCE, found.text)
    assert found.status_code == 500 and said
    assert SECRET not in str(found.headers)
    assert found.headers["x-content-type-options"] == "nosniff" and found.headers["strict-transport-security"]
    assert found.headers["cache-control"] == "private, no-store" and "frame-ancestors 'none'" in found.headers["content-security-policy"]
    [record] = caplog.records
    assert record.clearaccounts == {"reference": said[1]} and record.exc_info, "the log has what the answer does not"  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", [400, 401, 404, 405, 413, 416, 418, 500, 503])
def test_the_words_of_others_about_an_error_are_ours(code: int) -> None:
    found = asked(f"/detailed/{code}")
    assert found.status_code == code and re.fullmatch(r"[A-Z][a-z' ]+(; [a-z ]+)?\.", found.text)
    assert "x-inside" not in found.headers and found.headers["content-range"] == "bytes */5"
    assert found.headers["x-frame-options"] == "DENY" and int(found.headers["content-length"]) == len(found.content)


@pytest.mark.parametrize(("method", "path", "code"), [("GET", "/nothing", 404), ("POST", "/broken", 405), ("HEAD", "/nothing", 404)])
def test_what_is_not_there_says_so_with_the_same_headers(method: str, path: str, code: int) -> None:
    found = asked(path, method)
    assert found.status_code == code and found.headers["referrer-policy"] == "no-referrer"
    assert "path" not in found.text and "Starlette" not in found.text and (method != "HEAD" or found.text == "")


def test_our_own_addresses_speak_for_themselves() -> None:
    assert asked("/healthz").json() == {"status": "no warehouse"}


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_middleware_that_breaks_is_caught_too(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    answered = ask(Caught(Dressed(Faulty(None), lambda: HTTPS, OWN), lambda: HTTPS), kind=kind)
    assert status(answered) == 500 and SECRET not in body_of(answered)
    assert "unexpected_error" in caplog.text
    if kind == "http":
        assert re.fullmatch(SENTENCE, body_of(answered)) and headers_of(answered)["x-frame-options"] == "DENY"


def test_what_dresses_the_answers_may_break_too() -> None:
    answered = ask(Caught(Faulty(None), lambda: HTTPS))
    assert re.fullmatch(SENTENCE, body_of(answered)) and headers_of(answered)["strict-transport-security"]


def test_an_answer_that_has_begun_is_cut_and_says_no_more() -> None:
    answered = ask(Caught(Faulty(None, "after the head"), lambda: HTTPS))
    assert [message.get("body") for message in answered] == [None, b"<p>half"]
    opened = ask(Caught(Faulty(None, "after the head"), lambda: HTTPS), kind="websocket")
    assert opened == [{"type": "websocket.accept"}, {"type": "websocket.close", "code": 1011}]
