"""Which cookies leave the server: none outlives a session, none leaves TLS, no token is in one."""

from __future__ import annotations

from typing import Any

import pytest

from clearaccounts.ui.edge.cookies import Capped, cookie
from clearaccounts.ui.edge.rules import Rules
from tests.edge.asking import ask

HTTPS = Rules(is_demo=False, address="https://clear.partner.example", session_hours=8)
HTTP = Rules(is_demo=False, address="http://127.0.0.1:8501", session_hours=2)


@pytest.mark.parametrize(("line", "rules", "wanted"), [
    ("_streamlit_user=a; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax", HTTPS,
     "_streamlit_user=a; HttpOnly; Path=/; SameSite=lax; Max-Age=28800; Secure"),
    ("_streamlit_user=a; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax", HTTP,
     "_streamlit_user=a; HttpOnly; Path=/; SameSite=lax; Max-Age=7200"),
    ("_streamlit_user_1=a; max-age=60; Secure", HTTPS, "_streamlit_user_1=a; Secure; Max-Age=60"),
    ("_streamlit_user=a; Expires=Wed, 01 Jan 2099 00:00:00 GMT; Max-Age=99999999", HTTP, "_streamlit_user=a; Max-Age=7200"),
    ('_streamlit_user=""; Max-Age=0; expires=Thu, 01 Jan 1970; Path=/', HTTPS,
     '_streamlit_user=""; Max-Age=0; expires=Thu, 01 Jan 1970; Path=/; Secure'),
    ("_streamlit_user_tokens=a; HttpOnly; Max-Age=2592000; Path=/", HTTPS, ""),
    ("_streamlit_user_tokens_1=a; Path=/", HTTP, ""),
    ("_streamlit_user_tokens__2=a", HTTP, ""),
    ('_streamlit_user_tokens=""; Max-Age=0; Path=/', HTTP, '_streamlit_user_tokens=""; Max-Age=0; Path=/'),
    ("_streamlit_session=a; path=/; Max-Age=1209600; httponly; samesite=lax", HTTPS,
     "_streamlit_session=a; path=/; httponly; samesite=lax; Max-Age=28800; Secure"),
    ("_streamlit_xsrf=2|a|b|c; Path=/; SameSite=Lax", HTTPS, "_streamlit_xsrf=2|a|b|c; Path=/; SameSite=Lax; Secure"),
    ("_streamlit_xsrf=2|a|b|c; Path=/; SameSite=Lax", HTTP, "_streamlit_xsrf=2|a|b|c; Path=/; SameSite=Lax"),
    ("clearaccounts_sign_in_target=a; Max-Age=600; Secure", HTTPS, "clearaccounts_sign_in_target=a; Max-Age=600; Secure"),
])
def test_a_cookie_leaves_as_it_may(line: str, rules: Rules, wanted: str) -> None:
    assert cookie(line, rules) == wanted


def test_every_cookie_of_an_answer_is_looked_at_and_one_that_may_not_leave_is_gone() -> None:
    async def setting(scope: Any, receive: Any, send: Any) -> None:
        lines = [b"_streamlit_user=a; Max-Age=2592000", b"_streamlit_user_tokens=b; Max-Age=2592000", b"_streamlit_xsrf=c"]
        headers = [(b"content-type", b"text/plain"), *((b"Set-Cookie", line) for line in lines)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert ask(Capped(setting, lambda: HTTPS))[0]["headers"] == [
        (b"content-type", b"text/plain"), (b"Set-Cookie", b"_streamlit_user=a; Max-Age=28800; Secure"),
        (b"Set-Cookie", b"_streamlit_xsrf=c; Secure"),
    ]
