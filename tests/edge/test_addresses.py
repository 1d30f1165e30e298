"""Which addresses there are: some of Streamlit's are closed however they are written, what is no page's leads to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clearaccounts.ui.edge.addresses import Closed, Signposted, plain_path
from tests.edge.asking import ask, body_of, headers_of, hello, status

CLOSED = [
    "/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp", "/_stcore/agent", "/_stcore/script-health-check",
    "/_stcore/bidi-components/x/y.js", "/_stcore/allowed-message-origins", "/_stcore", "/component/x/index.html",
]
DISGUISES: dict[str, Callable[[str], str]] = {
    "slash at the end": lambda path: path + "/",
    "doubled slashes": lambda path: path.replace("/", "//"),
    "backslashes": lambda path: path.replace("/", "\\"),
    "upper case": str.upper,
    "encoded slashes": lambda path: "/" + path[1:].replace("/", "%2F"),
    "encoded twice": lambda path: "/" + path[1:].replace("/", "%252f").replace("m", "%256d"),
    "under a page": lambda path: "/ageing" + path,
}


@pytest.mark.parametrize("path", CLOSED)
def test_what_nobody_needs_is_closed(path: str) -> None:
    answered = ask(Closed(hello), path)
    assert status(answered) == 404 and body_of(answered) == "There is nothing here."
    assert status(ask(Closed(hello), path, kind="websocket")) == 404


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise_opens_nothing(disguise: str) -> None:
    opened = [path for path in CLOSED if status(ask(Closed(hello), DISGUISES[disguise](path))) != 404]
    # A page's own address may go on as it likes: nothing of Streamlit's is meant by `component` there.
    assert opened in ([], ["/component/x/index.html"] if disguise == "under a page" else [])


@pytest.mark.parametrize("path", [
    "/", "/ageing", "/_stcore/health", "/_stcore/host-config", "/_stcore/stream", "/_stcore/upload_file/a/b", "/static/js/index.js",
    "/media/x", "/components",
])
def test_what_is_needed_is_open(path: str) -> None:
    assert status(ask(Closed(hello), path)) == 200


def test_a_path_is_read_as_it_may_be_meant() -> None:
    assert plain_path("//A%252FB\\c///") == "/a/b/c/"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Streamlit's way: whatever the address, the application's page; or a picture."""
    kind = b"image/png" if scope["path"].endswith(".png") else b"text/html; charset=utf-8"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": b"<html>", "more_body": True})
    await send({"type": "http.response.body", "body": b"</html>"})


@pytest.mark.parametrize(("path", "wanted"), [
    ("/", 200), ("/ageing", 200), ("/ageing/", 200), ("/nothing", 200), ("/healthz", 200), ("/favicon.png", 200), ("/static/x.png", 200),
    ("/elsewhere", 302), ("/Ageing", 302), ("//evil.example", 302), ("/static/none.js", 404), ("/media/x", 404),
])
def test_an_unknown_address_leads_to_the_page_that_says_so(path: str, wanted: int) -> None:
    answered = ask(Signposted(application, frozenset({"ageing"}), "nothing", frozenset({"healthz"})), path)
    assert status(answered) == wanted
    if wanted == 302:
        assert headers_of(answered)["location"] == "/nothing" and body_of(answered) == ""
    if wanted == 404:
        assert body_of(answered) == "There is nothing here."
