"""The page asked for before a sign-in: only pages of ours are kept, and an answer leads there once."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from clearaccounts.ui.edge.targets import CALLBACK, COOKIE, LONGEST, PATH, Targeted, keep, kept_target, picture, target
from tests.edge.asking import ask

PAGES = frozenset({"", "ageing", "key-figures"})
EVIL = [
    "https://evil.example/ageing", "//evil.example/ageing", "/\\evil.example", "\\\\evil.example", "/ageing/../audit", "/nowhere", "ageing",
    "/ageing//", "/ageing#x", "/ageing?a=//evil.example", "/ageing?a=\\b", "/ageing\r\nSet-Cookie: a=b", "/ageing?a=b\nc", "/ageing?a=\x00",
    "/ageing?a=\u2028", "/ageing/", "/Ageing", "javascript:alert(1)", "", " /ageing", "/ageing%2f", "/ageing?" + "a" * LONGEST,
    "/ageing?a=" + "é" * 400, "/ageing?" + "&".join(f"a{number}=1" for number in range(101)), "/oauth2callback", "/media/x", "/auth/logout",
]


def value_of(wanted: str) -> str:
    return urlsafe_b64encode(wanted.encode()).decode().rstrip("=")


@pytest.mark.parametrize(("wanted", "kept"), [
    ("/ageing", "/ageing"), ("/key-figures?currency=EUR&day=2026-01-31", "/key-figures?currency=EUR&day=2026-01-31"),
    ("/?lang=es", "/?lang=es"), ("/", "/"), ("/ageing?q=a b&q=c&empty=", "/ageing?q=a+b&q=c&empty="),
    ("/ageing?q=%0d%0a%2F%2Fevil", "/ageing?q=%0D%0A%2F%2Fevil"), ("/ageing?q=ñ", "/ageing?q=%C3%B1"),
])
def test_a_page_of_ours_is_kept_with_its_choices(wanted: str, kept: str) -> None:
    assert target(wanted, PAGES) == kept
    assert kept_target(value_of(wanted), PAGES) == kept


@pytest.mark.parametrize("wanted", EVIL)
def test_nothing_else_is(wanted: str) -> None:
    assert target(wanted, PAGES) is None
    assert kept_target(value_of(wanted), PAGES) is None
    assert kept_target(wanted, PAGES) is None


@given(st.text(max_size=60) | st.text(alphabet="/\\.:?#%&=ageing\r\n\t@", max_size=40).map(lambda text: "/" + text))
def test_whatever_comes_in_what_comes_out_is_a_page_of_ours(wanted: str) -> None:
    found = target(wanted, PAGES)
    if found is not None:
        parts = urlsplit(found)
        assert (parts.scheme, parts.netloc, parts.fragment) == ("", "", "") and parts.path[1:] in PAGES
        assert found.isascii() and found.isprintable() and "\\" not in found and "//" not in found
        assert target(found, PAGES) == found


def asked(address: str, **headers: str) -> tuple[int, str]:
    """Status and cookie that the picture's address answers with."""
    path, _, query = address.partition("?")
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    found = keep(
        Request({"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": sent}), PAGES, is_https=True)
    return found.status_code, found.headers.get("set-cookie", "")


def test_the_picture_keeps_the_page_for_ten_minutes() -> None:
    status, line = asked(picture("ageing", "q=a b&currency=EUR"), sec_fetch_site="same-origin")
    assert status == 204
    assert line == f"{COOKIE}={value_of('/ageing?q=a+b&currency=EUR')}; HttpOnly; Max-Age=600; Path=/; SameSite=lax; Secure"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_picture_elsewhere_keeps_nothing(site: str) -> None:
    assert asked(picture("ageing", ""), sec_fetch_site=site) == (404, "")


@pytest.mark.parametrize("address", [PATH, f"{PATH}?to=https://evil.example", f"{PATH}?to=%2Fnowhere", f"{PATH}?to=%2Fageing%0d%0a"])
def test_what_is_no_page_keeps_nothing(address: str) -> None:
    assert asked(address) == (404, "")


def answering(*cookies: bytes, status: int = 302) -> Any:
    async def callback(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"location", b"/"), *((b"set-cookie", line) for line in cookies)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return callback


SIGNED_IN = b"_streamlit_user=signed; HttpOnly; Max-Age=28800; Path=/"


def led(application: Any, path: str = CALLBACK, kept: str = "/ageing?q=1") -> tuple[str, list[str]]:
    """Where the answer leads, and the cookies that it sets."""
    found = ask(Targeted(application, PAGES), path, cookie=f"other=1; {COOKIE}={value_of(kept)}; bad cookie")[0]["headers"]
    assert len([name for name, _ in found if name == b"location"]) == 1
    return dict(found)[b"location"].decode(), [value.decode() for name, value in found if name == b"set-cookie"]


def test_a_sign_in_leads_to_the_page_and_forgets_it() -> None:
    location, cookies = led(answering(SIGNED_IN))
    assert location == "/ageing?q=1"
    assert cookies[1].startswith(f'{COOKIE}=""') and "Max-Age=0" in cookies[1]


@pytest.mark.parametrize("application", [
    answering(), answering(b'_streamlit_user=""; Max-Age=0; Path=/'), answering(b"_streamlit_user_tokens=x"),
    answering(SIGNED_IN, status=400),
])
def test_a_sign_in_that_did_not_work_changes_nothing(application: Any) -> None:
    location, cookies = led(application)
    assert location == "/" and not any(COOKIE in line for line in cookies)


@pytest.mark.parametrize("kept", EVIL[:12])
def test_a_forged_cookie_leads_nowhere(kept: str) -> None:
    assert led(answering(SIGNED_IN), kept=kept)[0] == "/"


def test_no_other_answer_is_led_anywhere() -> None:
    assert led(answering(SIGNED_IN), path="/auth/login")[0] == "/"
