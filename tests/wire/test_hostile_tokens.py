"""Whatever is wrong with the token that the provider hands out: nobody is signed in, and nothing goes on record."""

from __future__ import annotations

import pytest

from clearaccounts.access import Role
from tests.identity_provider import Flaw, Identity, IdentityProvider
from tests.wire.client import Caller
from tests.wire.town import PEOPLE, Town, assert_nobody, name_shown

MANAGER = PEOPLE[Role.MANAGER]
HOSTILE = [flaw for flaw in Flaw if flaw not in {Flaw.NONE, Flaw.EMAIL_NOT_VERIFIED}]


@pytest.mark.parametrize("flaw", HOSTILE, ids=lambda flaw: flaw.name)
def test_a_hostile_token_signs_nobody_in(town: Town, provider: IdentityProvider, flaw: Flaw) -> None:
    provider.flaw = flaw
    caller = Caller(town.dashboard.url)
    opened = len(town.sessions(MANAGER))
    happened = town.watch()
    answers = caller.sign_in(MANAGER.email)
    assert answers[-1].status_code < 500
    with caller.open("ageing") as tab:
        assert_nobody(tab, MANAGER.name, "Traceback")
    assert happened() == [] and len(town.sessions(MANAGER)) == opened


def test_an_address_that_the_directory_does_not_vouch_for_finds_no_invitation(town: Town, provider: IdentityProvider) -> None:
    stranger = Identity("0b1ec700-0000-4000-8000-0000000000ff", "Mallory", "invited.already@partner.example")
    provider.add(stranger)
    town.invite(stranger, Role.MANAGER)
    provider.flaw = Flaw.EMAIL_NOT_VERIFIED
    caller = Caller(town.dashboard.url)
    caller.sign_in(stranger.email)
    with caller.open("ageing") as tab:
        assert_nobody(tab)
    provider.flaw = Flaw.NONE
    town.sign_in(stranger)


def test_who_is_a_person_already_is_known_by_their_identity_and_not_by_their_address(town: Town, provider: IdentityProvider) -> None:
    """An address that wandered to somebody else gives them nothing; the person keeps what is theirs under a new one."""
    before = town.newcomer(Role.HELPDESK_AGENT)
    town.sign_in(before)
    provider.add(Identity("0b1ec700-0000-4000-8000-0000000000fe", "Mallory", before.email))
    provider.add(Identity(before.object_id, before.name, "new.name@partner.example"))
    thief = Caller(town.dashboard.url)
    thief.sign_in("0b1ec700-0000-4000-8000-0000000000fe")
    with thief.open() as tab:
        assert_nobody(tab, before.name)
    owner = Caller(town.dashboard.url)
    owner.sign_in(before.object_id)
    with owner.open() as tab:
        assert name_shown(tab) == before.name


def test_a_token_issued_too_long_ago_opens_no_session(town: Town, provider: IdentityProvider) -> None:
    provider.issued_seconds_ago = 8 * 3600 + 1
    caller = Caller(town.dashboard.url)
    caller.sign_in(MANAGER.email)
    with caller.open() as tab:
        assert_nobody(tab, MANAGER.name)
        assert "8 hours" in tab.text()


def test_the_answer_to_a_sign_in_that_somebody_else_began_is_worth_nothing(town: Town, provider: IdentityProvider) -> None:
    """A code and a state sent to somebody in a link do not sign them in as the sender."""
    sender = Caller(town.dashboard.url)
    with sender.open() as tab:
        tab.press("sign_in_directory")
        to_provider = sender.get(tab.leads_to)
    back = sender.get(to_provider.headers["location"] + f"&login_hint={MANAGER.object_id}").headers["location"]
    receiver = Caller(town.dashboard.url)
    receiver.get(back)
    assert not receiver.has_identity
    sender.get(back)
    assert sender.has_identity
    twice = Caller(town.dashboard.url)
    twice.get(back)
    assert not twice.has_identity
