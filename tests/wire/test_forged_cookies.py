"""A cookie that the server did not sign for this person, here, lately, makes nobody a person."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from clearaccounts.access import Role
from tests.identity_provider import OTHER_TENANT
from tests.wire.client import USER, XSRF, Caller, forged_xsrf
from tests.wire.forging import TOKENS, opened, signed
from tests.wire.servers import COOKIE_SECRET
from tests.wire.town import PEOPLE, Town, assert_nobody, name_shown

MANAGER = PEOPLE[Role.MANAGER]
DAY = 86400
# Of how many positions of the cookie one is tried over the wire; all of them are tried where the server opens it.
EVERY = int(os.environ.get("CLEARACCOUNTS_COOKIE_STEP", "10"))


@pytest.fixture
def caller(town: Town) -> Caller:
    """The manager, signed in, with a jar that the test may change."""
    return town.caller(MANAGER)


def claims(caller: Caller) -> dict[str, Any]:
    return opened(caller.cookies[USER])


Forgery = Callable[[Caller], dict[str, str]]


def _with(**changes: Any) -> Forgery:
    """The manager's cookie with other content, signed by somebody who knows the secret."""
    def forge(caller: Caller) -> dict[str, str]:
        content = {name: value for name, value in (claims(caller) | changes).items() if value is not None}
        return {USER: signed(content)}

    return forge


def _base64(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


UNSIGNED: dict[str, Forgery] = {
    "plain JSON": lambda caller: {USER: json.dumps(claims(caller)).replace(" ", "")},
    "base64 of it": lambda caller: {USER: _base64(claims(caller))},
    "its payload alone": lambda caller: {USER: caller.cookies[USER].split(".")[0]},
    "without its signature": lambda caller: {USER: caller.cookies[USER].rpartition(".")[0]},
    "with an empty signature": lambda caller: {USER: caller.cookies[USER].rpartition(".")[0] + "."},
    "signed with another secret": lambda caller: {USER: signed(claims(caller), secret="another-secret-of-thirty-two-characters!")},
    "signed with an empty secret": lambda caller: {USER: signed(claims(caller), secret="")},
    "signed for another cookie's name": lambda caller: {USER: signed(claims(caller), name="_streamlit_session")},
    "the cookie of tokens in its place": lambda caller: {USER: signed({"id_token": "x"}, name=TOKENS)},
    "its value under the name of the tokens": lambda caller: {USER: "", TOKENS: caller.cookies[USER]},
    "its value under another letter case": lambda caller: {USER: "", USER.upper(): caller.cookies[USER]},
    "nothing": lambda _: {USER: ""},
    "a word": lambda _: {USER: "manager"},
    "a very long one": lambda _: {USER: "A" * 3000},
    "chunks unsigned": lambda caller: {USER: "chunks-2", f"{USER}_1": caller.cookies[USER][:40], f"{USER}_2": caller.cookies[USER][40:]},
    "chunks whose count is unsigned": lambda caller: {USER: "chunks-1", f"{USER}_1": signed(claims(caller), name=f"{USER}_1")},
    "chunks of which one is missing": lambda _: {USER: signed("chunks-2"), f"{USER}_1": signed("{}", name=f"{USER}_1")},
    "chunks signed for each other's place": lambda caller: {
        USER: signed("chunks-2"), f"{USER}_1": signed(json.dumps(claims(caller))[40:], name=f"{USER}_2"),
        f"{USER}_2": signed(json.dumps(claims(caller))[:40], name=f"{USER}_1")},
    "chunks without an end": lambda _: {USER: signed("chunks-99999999999")},
    "no chunks": lambda _: {USER: signed("chunks-0")},
}
WELL_SIGNED: dict[str, Forgery] = {
    "older than the cookie may be": lambda caller: {USER: signed(claims(caller), seconds_ago=31 * DAY + DAY // 2)},
    "another origin": _with(origin="http://127.0.0.1:9"),
    "the origin of evil": _with(origin="https://evil.example"),
    "no origin": _with(origin=None),
    "not signed in": _with(is_logged_in=False),
    "nothing about being signed in": _with(is_logged_in=None),
    "another tenant": _with(tid=OTHER_TENANT),
    "another tenant's issuer": _with(iss=f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"),
    "another tenant throughout": _with(tid=OTHER_TENANT, iss=f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"),
    "no tenant": _with(tid=None),
    "a tenant that is a list": _with(tid=[OTHER_TENANT]),
    "no object id": _with(oid=None),
    "an empty object id": _with(oid=""),
    "an object id that is a number": _with(oid=1),
    "an object id of nobody": _with(oid="99999999-0000-4000-8000-000000000000", email="nobody@partner.example"),
    "no nonce": _with(nonce=None),
    "no subject": _with(sub=None),
    "no issuer": _with(iss=None),
    "begun 8 hours ago": _with(iat=int(time.time()) - 8 * 3600, nonce="old"),
    "begun in a day": _with(iat=int(time.time()) + DAY, nonce="new"),
    "begun at no time": _with(iat=None, nonce="none"),
    "begun at a word": _with(iat="today", nonce="word"),
    "begun beyond all time": _with(iat=10**18, nonce="far"),
    "begun before all time": _with(iat=-10**18, nonce="early"),
    "no JSON": lambda _: {USER: signed("not json")},
    "a list": lambda _: {USER: signed("[]")},
    "a number": lambda _: {USER: signed("1")},
    "null": lambda _: {USER: signed("null")},
    "no claims": lambda caller: {USER: signed({"is_logged_in": True, "origin": caller.url})},
}


@pytest.mark.parametrize("how", [*UNSIGNED, *WELL_SIGNED])
def test_a_forged_cookie_makes_nobody_a_person(town: Town, caller: Caller, how: str) -> None:
    caller.cookies.update((UNSIGNED | WELL_SIGNED)[how](caller))
    happened = town.watch()
    with caller.open("ageing") as tab:
        assert_nobody(tab, MANAGER.name, "Aurora")
    assert {event.event_type for event in happened()} <= {"denied"}


def test_the_cookie_itself_is_good_so_that_the_others_mean_something(caller: Caller) -> None:
    with caller.open("ageing") as tab:
        assert name_shown(tab) == MANAGER.name
    caller.cookies[USER] = signed(claims(caller))
    with caller.open("ageing") as tab:
        assert name_shown(tab) == MANAGER.name


def altered(value: str) -> Iterator[tuple[int, str]]:
    """The cookie with one byte changed, at every position: to a character that a cookie may hold."""
    for position, byte in enumerate(value):
        other = "A" if byte != "A" else "B"
        yield position, value[:position] + other + value[position + 1:]


def test_one_byte_changed_at_any_position_makes_it_worthless_where_it_is_opened(caller: Caller) -> None:
    value = caller.cookies[USER]
    assert decode_signed_value(COOKIE_SECRET, USER, value) is not None
    accepted = [position for position, other in altered(value) if decode_signed_value(COOKIE_SECRET, USER, other) is not None]
    assert accepted == []


def test_one_byte_changed_makes_it_worthless_over_the_wire(town: Town, caller: Caller) -> None:
    value = caller.cookies[USER]
    ends = {0, len(value) - 1, *(position + shift for position, byte in enumerate(value) if byte == "." for shift in (-1, 0, 1))}
    tried = [other for position, other in altered(value) if position % EVERY == 0 or position in ends]

    def who(other: str) -> str | None:
        thief = caller.twin()
        thief.cookies[USER] = other
        with thief.open("no-such-page") as tab:
            return name_shown(tab)

    happened = town.watch()
    with ThreadPoolExecutor(4) as several:
        assert set(several.map(who, tried)) == {None}
    assert happened() == []


@pytest.mark.parametrize("token", ["", "guess", "2|00000000|" + "0" * 32 + "|1"])
def test_without_the_token_against_cross_site_requests_the_cookie_counts_for_nothing(caller: Caller, token: str) -> None:
    with caller.open("ageing", xsrf=token or None) as tab:
        assert_nobody(tab, MANAGER.name)
    with caller.open("ageing", xsrf=forged_xsrf()) as tab:
        assert_nobody(tab, MANAGER.name)
    token_of_the_jar = caller.cookies.pop(XSRF)
    with caller.open("ageing", xsrf=token_of_the_jar) as tab:
        assert_nobody(tab, MANAGER.name)
