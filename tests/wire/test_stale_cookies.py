"""A cookie that was good once: after a sign-out, a lost access, the end of its session or an hour of nothing it opens nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clearaccounts.access import Role
from tests.identity_provider import Identity, IdentityProvider
from tests.wire.client import USER, Caller
from tests.wire.town import Town, assert_nobody, name_shown


def sign_out(_town: Town, _who: Identity, caller: Caller) -> None:
    with caller.open() as tab:
        tab.press("sign_out")
        caller.follow(tab.leads_to)


def disable(town: Town, who: Identity, _caller: Caller) -> None:
    town.disable(who)


def disable_and_enable(town: Town, who: Identity, _caller: Caller) -> None:
    town.disable(who)
    town.enable(who)


def end_sessions(town: Town, who: Identity, _caller: Caller) -> None:
    town.end_sessions(who)


def be_idle(town: Town, who: Identity, _caller: Caller) -> None:
    town.forget_activity(who, 60)


ENDS = {
    sign_out: "You signed out", disable: "Your access was withdrawn", disable_and_enable: "Your session was ended",
    end_sessions: "Your session was ended", be_idle: "Nothing was done in your session for 60 minutes",
}


@pytest.mark.parametrize("end", ENDS, ids=lambda end: str(end.__name__))
def test_a_copy_of_the_cookie_dies_with_the_session(town: Town, end: Callable[[Town, Identity, Caller], None]) -> None:
    who = town.newcomer(Role.MANAGER)
    caller = town.sign_in(who)
    copy = caller.twin()
    with copy.open("ageing") as tab:
        assert name_shown(tab) == who.name
        end(town, who, caller)
        tab.run()
        assert_nobody_any_more(tab.text(), ENDS[end])
        assert name_shown(tab) is None
    for page in ("", "ageing"):
        with copy.open(page) as tab:
            assert_nobody(tab, who.name, "DSO")
            assert_nobody_any_more(tab.text(), ENDS[end])


def assert_nobody_any_more(text: str, sentence: str) -> None:
    assert sentence in text.replace("\\", ""), text


def test_another_session_of_theirs_goes_on_when_one_is_signed_out(town: Town) -> None:
    who = town.newcomer(Role.MANAGER)
    at_work, at_home = town.sign_in(who), town.sign_in(who)
    sign_out(town, who, at_home.twin())
    with at_home.open() as tab:
        assert_nobody(tab, who.name)
    with at_work.open() as tab:
        assert name_shown(tab) == who.name


def test_signing_out_takes_the_cookie_away(town: Town) -> None:
    who = town.newcomer(Role.MANAGER)
    caller = town.sign_in(who)
    sign_out(town, who, caller)
    assert USER not in caller.cookies


@pytest.mark.parametrize("end", [end_sessions, disable_and_enable], ids=lambda end: str(end.__name__))
def test_a_sign_in_that_was_put_aside_does_not_outlive_the_end_of_all_sessions(
    town: Town, provider: IdentityProvider, end: Callable[[Town, Identity, Caller], None],
) -> None:
    """Somebody keeps the cookie of a sign-in that they never used, for the day on which their sessions are ended."""
    who = town.newcomer(Role.MANAGER)
    town.sign_in(who)
    provider.issued_seconds_ago = 10
    put_aside = Caller(town.dashboard.url)
    put_aside.sign_in(who.email)
    assert put_aside.has_identity
    end(town, who, put_aside)
    with put_aside.open("ageing") as tab:
        assert_nobody(tab, who.name)


def test_nobody_whom_nobody_invited_comes_in_and_an_invitation_that_expired_is_none(town: Town) -> None:
    stranger = Identity("0b1ec700-0000-4000-8000-0000000000aa", "Stranger", "stranger@partner.example")
    late = Identity("0b1ec700-0000-4000-8000-0000000000ab", "Late", "late@partner.example")
    town.invite(late, Role.MANAGER, days=-1)
    for who in (stranger, late):
        town.provider.add(who)
        caller = Caller(town.dashboard.url)
        caller.sign_in(who.email)
        with caller.open("ageing") as tab:
            assert_nobody(tab, "DSO")
            assert_nobody_any_more(tab.text(), "Nobody has invited you yet, or your invitation has expired")
        assert not [event for event in town.events() if event.event_type == "joined" and event.details["object_id"] == who.object_id]
