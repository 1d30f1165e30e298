"""Headers, origins, addresses and ids of sessions that somebody else makes up or has seen: they change nothing about who is there."""

from __future__ import annotations

import uuid

import pytest
from websockets.exceptions import InvalidStatus

from clearaccounts.access import DEMO_PEOPLE, Role
from clearaccounts.ui.remembered import COOKIE as DEMO_COOKIE
from tests.wire.client import Caller, Tab
from tests.wire.town import PEOPLE, Town, assert_nobody, name_shown

AGENT, MANAGER = PEOPLE[Role.SALES_AGENT], PEOPLE[Role.MANAGER]
IDENTITY_HEADERS = (
    ("X-Forwarded-Email", MANAGER.email), ("X-Forwarded-User", MANAGER.email), ("X-Forwarded-Preferred-Username", MANAGER.email),
    ("X-Forwarded-Groups", "managers"), ("X-Auth-Request-Email", MANAGER.email), ("X-Auth-Request-User", MANAGER.object_id),
    ("X-Auth-Request-Groups", "managers"), ("X-Ms-Client-Principal", "eyJyb2xlcyI6WyJtYW5hZ2VyIl19"),
    ("X-Ms-Client-Principal-Id", MANAGER.object_id), ("X-Ms-Client-Principal-Name", MANAGER.email), ("Remote-User", MANAGER.email),
    ("X-Remote-User", MANAGER.email), ("X-User", "demo:martin"), ("X-Role", "manager"), ("Authorization", "Bearer manager"),
)


def assert_agent(tab: Tab) -> None:
    """The tab is the sales agent's and shows what is theirs, nothing more."""
    assert name_shown(tab) == AGENT.name, tab.text()
    assert "Sales agent" in tab.text() and "Manager" not in tab.text()


@pytest.mark.parametrize("doubled", [False, True], ids=["once", "doubled"])
@pytest.mark.parametrize("header", IDENTITY_HEADERS, ids=lambda header: str(header[0]))
def test_a_header_makes_nobody_a_person(town: Town, header: tuple[str, str], doubled: bool) -> None:
    sent = [header, (header[0], "someone@else.example")] if doubled else [header]
    with Caller(town.dashboard.url).open("ageing", headers=sent) as tab:
        assert_nobody(tab, MANAGER.name)
    with town.caller(AGENT).open("audit", headers=sent) as tab:
        assert_agent(tab)
        assert "No such page" in tab.text()


def test_all_of_them_at_once_change_nothing(town: Town) -> None:
    with town.caller(AGENT).open("audit", headers=IDENTITY_HEADERS) as tab:
        assert_agent(tab)


@pytest.mark.parametrize("origin", [
    "http://evil.example", "https://evil.example", "null", "http://127.0.0.1.evil.example", "http://127.0.0.1", "file://", "http://[::1]:80",
])
def test_another_origin_is_refused(town: Town, origin: str) -> None:
    if origin == "http://127.0.0.1":
        assert_not_known(town, origin)
        return
    with pytest.raises(InvalidStatus) as refused:
        town.caller(MANAGER).open("ageing", origin=origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", [None, "http://localhost:9999", "http://localhost", "http://127.0.0.1:9999"])
def test_no_origin_or_another_port_has_no_identity(town: Town, origin: str | None) -> None:
    assert_not_known(town, origin)


def assert_not_known(town: Town, origin: str | None) -> None:
    """Refused, or let in as nobody."""
    try:
        tab = town.caller(MANAGER).open("ageing", origin=origin)
    except InvalidStatus as refused:
        assert refused.response.status_code == 403
        return
    with tab:
        assert_nobody(tab, MANAGER.name)


def test_a_session_of_somebody_else_is_not_taken_over(town: Town) -> None:
    with town.caller(MANAGER).open("ageing") as victim:
        for thief in (Caller(town.dashboard.url), town.caller(AGENT)):
            with thief.open("ageing", session=victim.session_id) as tab:
                assert name_shown(tab) != MANAGER.name
                assert tab.session_id != victim.session_id
                assert not tab.was_sent(MANAGER.name)
        assert victim.is_open
        victim.run()
        assert name_shown(victim) == MANAGER.name


def test_nor_after_they_have_left(town: Town) -> None:
    with town.caller(MANAGER).open("ageing") as victim:
        session_id = victim.session_id
    for thief in (Caller(town.dashboard.url), town.caller(AGENT)):
        with thief.open("ageing", session=session_id) as tab:
            assert name_shown(tab) != MANAGER.name and tab.session_id != session_id
            assert not tab.was_sent(MANAGER.name)


def test_an_anonymous_session_is_not_taken_into_somebody_elses_sign_in(town: Town) -> None:
    """Fixation: the id of a session that somebody opened beforehand is not the one a person gets."""
    with Caller(town.dashboard.url).open("ageing") as laid_out, \
            town.caller(MANAGER).open("ageing", session=laid_out.session_id) as tab:
        assert name_shown(tab) == MANAGER.name and tab.session_id != laid_out.session_id
        laid_out.run()
        assert_nobody(laid_out, MANAGER.name)


@pytest.mark.parametrize("invented", [
    str(uuid.UUID(int=0)), "admin", "demo.martin", "1" * 500, "%00", "*",
])
def test_an_invented_session_id_is_nobodys(town: Town, invented: str) -> None:
    with Caller(town.dashboard.url).open("ageing", session=invented) as tab:
        assert_nobody(tab, MANAGER.name)
        assert tab.session_id != invented


SPOOFS = (
    "role=admin&user=ceo", "role=manager", "user=ceo", f"user_id={MANAGER.object_id}", "viewer=demo:martin",
    "_signed_in_user_id=demo:martin", f"email={MANAGER.email}", "viewer_agent=", "agent=", "scope=all", "is_logged_in=true", "mode=demo",
    "sign_in_manager=true", "role=user_admin&role=manager", "lang=es&role=manager", "token=x&id_token=y", "%72ole=manager",
    "role%3Dmanager",
)


@pytest.mark.parametrize("query", SPOOFS)
def test_nothing_in_the_address_changes_rights(town: Town, query: str) -> None:
    with Caller(town.dashboard.url).open("ageing", query) as tab:
        assert_nobody(tab, MANAGER.name)
    with town.caller(AGENT).open("audit", query) as tab:
        assert name_shown(tab) == AGENT.name and tab.pages.keys() and not tab.was_sent("Anchor")
    with town.caller(AGENT).open(f"audit#{query}") as tab:
        assert name_shown(tab) == AGENT.name


@pytest.mark.parametrize("cookie", [
    ("role", "manager"), ("user", "ceo"), ("_signed_in_user_id", "demo:martin"), ("is_logged_in", "true"), ("st.user", MANAGER.email),
    *((DEMO_COOKIE, person.user_id) for person in DEMO_PEOPLE),
])
def test_no_other_cookie_counts(town: Town, cookie: tuple[str, str]) -> None:
    with Caller(town.dashboard.url, dict([cookie])).open("ageing") as tab:
        assert_nobody(tab, *(person.name for person in DEMO_PEOPLE))
    agent = town.caller(AGENT)
    agent.cookies.update([cookie])
    with agent.open("audit") as tab:
        assert_agent(tab)


def test_demo_modes_own_address_is_not_there(town: Town) -> None:
    answer = Caller(town.dashboard.url).get("demo-person?ticket=x")
    assert answer.status_code == 404 and "set-cookie" not in answer.headers


@pytest.mark.parametrize("frame", [b"\xff" * 64, b"", b"{}", "text", b"\x00" * 100_000])
def test_a_frame_of_rubbish_closes_its_own_connection_at_most(town: Town, frame: bytes | str) -> None:
    with town.caller(MANAGER).open("no-such-page") as neighbour, Caller(town.dashboard.url).open("no-such-page") as tab:
        tab.send_raw(frame)
        neighbour.run()
        assert name_shown(neighbour) == MANAGER.name
