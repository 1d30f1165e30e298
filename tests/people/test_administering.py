"""Inviting people, granting and withdrawing: who may, what is refused, and that it counts at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR, Permission, Role, Viewer
from clearaccounts.decisions import EventFilter
from clearaccounts.errors import KeyReused, NotFound, NotPermitted, Refused, SamePerson, SignedOut, Stale
from clearaccounts.people import administering, invitations, lists, presence, signing
from clearaccounts.people.administering import GRANTABLE, Form
from clearaccounts.people.model import Person, Status
from clearaccounts.people.signing import Claims
from tests.decisions.common import note
from tests.people.house import ACCESS, BY_DIRECTORY, DOMAIN, TENANT, House

A, S, M = Role.USER_ADMIN, Role.SALES_AGENT, Role.MANAGER
CHANGES: dict[str, Callable[[House, Viewer, Form], Person]] = {
    "renew": lambda house, by, form: administering.renew(house.store, house.access, by, form),
    "withdraw": lambda house, by, form: administering.withdraw_invitation(house.store, house.access, by, form),
    "grant": lambda house, by, form: administering.grant(house.store, house.access, by, form, M),
    "disable": lambda house, by, form: administering.disable(house.store, house.access, by, form),
    "enable": lambda house, by, form: administering.enable(house.store, house.access, by, form),
    "end_sessions": lambda house, by, form: administering.end_sessions(house.store, house.access, by, form),
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_operator_invites_the_first_administrator_and_nobody_after(house: House) -> None:
    def invited(email: str, name: str = "Somebody") -> Person:
        return invitations.invite_administrator(
            house.store, ACCESS, email=email, name=name, idempotency_key=house.key(), now=house.now)

    ada = invited("ada@partner.example", "Ada")
    assert (ada.role, ada.status, ada.name) == (A, Status.INVITED, "Ada")
    [event] = house.store.matching(EventFilter(subject_type="person"))
    assert event.actor == OPERATOR.user_id
    with pytest.raises(Refused, match=r"Ada .ada@partner\.example. is a user administrator, or is invited as one"):
        invited("bob@partner.example")
    house.later(days=14)
    again = invited("ada@partner.example", "Ada")  # it has expired: made anew for the same person
    assert again.user_id == ada.user_id and again.version == 2
    house.later(days=14)
    bob = invited("bob@partner.example")  # hers has expired, so his may be made
    assert house.signs_in("bob").user_id == bob.user_id
    with pytest.raises(Refused, match="is a user administrator"):
        invited("carl@partner.example")


def test_nobody_but_the_operator_goes_the_operators_way(house: House) -> None:
    house.founder()
    assert not OPERATOR.may(Permission.MANAGE_USERS)
    with pytest.raises(NotPermitted):
        house.invited(OPERATOR, "bob")


def test_who_is_invited_joins_with_the_role_that_they_were_given(house: House) -> None:
    ada = house.founder()
    bob = house.invited(ada, "bob", M)
    assert (bob.status, bob.expires_at) == (Status.INVITED, house.now + invitations.INVITATION_LASTS)
    joined = house.signs_in("bob")
    assert (joined.user_id, joined.role) == (bob.user_id, M)
    assert house.events("person", subject_id=bob.user_id) == ["invited", "joined"]
    [event] = house.store.matching(EventFilter(subject_type="person", subject_id=bob.user_id, event_type="invited"))
    assert (event.actor, event.reason) == (ada.user_id, "new here")


@pytest.mark.parametrize("email", [
    "", "bob", "bob@", "@partner.example", "bob@partner", "Bob <bob@partner.example>", "bob@partner.example, eve@evil.example",
    "bob@partner.example\nBcc: eve@evil.example", "bob bob@partner.example", "x" * 250 + "@partner.example",
])
def test_only_one_plain_mailbox_is_invited(house: House, email: str) -> None:
    ada = house.founder()
    with pytest.raises(Refused, match="one plain mail address"):
        house.invited(ada, "bob", email=email)
    assert house.events("person").count("invited") == 1


@pytest.mark.parametrize(("more", "said"), [
    ({"name": "  "}, "Give the name"), ({"name": "B\x07b"}, "one line"), ({"name": "B" * 121}, "120 characters"),
    ({"reason": " "}, "Give a reason"), ({"reason": "x" * 2001}, "too long"),
])
def test_an_invitation_needs_a_name_and_a_reason(house: House, more: dict[str, str], said: str) -> None:
    with pytest.raises(Refused, match=said):
        house.invited(house.founder(), "bob", S, **more)


def test_nobody_is_invited_as_the_operator(house: House) -> None:
    with pytest.raises(Refused, match="no such role"):
        house.invited(house.founder(), "bob", Role.OPERATOR)


@pytest.mark.parametrize("email", ["bob@partner.example", "BOB@Partner.Example", "bob+work@partner.example", " bob@partner.example "])
@pytest.mark.parametrize("status", ["active", "disabled", "invited"])
def test_a_mailbox_is_invited_once(house: House, status: str, email: str) -> None:
    ada = house.founder()
    bob: Person | Viewer = house.invited(ada, "bob")
    if status != "invited":
        bob = house.signs_in("bob")
    if status == "disabled":
        administering.disable(house.store, house.access, ada, house.form(bob))
    with pytest.raises(Refused, match="mailbox"):
        house.invited(ada, "somebody", email=email)


def test_an_invitation_expires_can_be_renewed_and_withdrawn(house: House) -> None:
    ada = house.founder()
    bob = house.invited(ada, "bob")
    house.later(days=14)
    ada = house.signs_in("ada")
    with pytest.raises(SignedOut):
        house.signs_in("bob")
    assert administering.renew(house.store, ACCESS, ada, house.form(bob)).expires_at == house.now + invitations.INVITATION_LASTS
    assert house.signs_in("bob").user_id == bob.user_id
    with pytest.raises(Refused, match="has signed in already"):
        administering.renew(house.store, ACCESS, ada, house.form(bob))

    carl = house.invited(ada, "carl")
    administering.withdraw_invitation(house.store, ACCESS, ada, house.form(carl, "a mistake"))
    with pytest.raises(SignedOut):
        house.signs_in("carl")
    for change in ("renew", "grant", "withdraw"):
        with pytest.raises(Refused, match="was withdrawn; invite them anew"):
            CHANGES[change](house, ada, house.form(carl))
    assert house.joined(ada, "carl").user_id != carl.user_id


@pytest.mark.parametrize("role", [role for role in GRANTABLE if role is not A])
def test_only_a_user_administrator_administers_and_who_tries_is_on_record(house: House, role: Role) -> None:
    ada = house.founder()
    bob, carl = house.joined(ada, "bob", role), house.joined(ada, "carl")
    before = house.events("person")
    with pytest.raises(NotPermitted):
        house.invited(bob, "dora", A)
    for change in CHANGES.values():
        with pytest.raises(NotPermitted):
            change(house, bob, house.form(carl))
    assert house.events("person") == before
    assert house.events("access", subject_id=bob.user_id) == ["denied"] * (len(CHANGES) + 1)


@pytest.mark.parametrize("change", CHANGES)
def test_there_is_no_such_person(house: House, change: str) -> None:
    ada = house.founder()
    with pytest.raises(NotFound, match="no such person"):
        CHANGES[change](house, ada, Form("person:nobody", 0, "because", house.key(), house.now))


@pytest.mark.parametrize("change", ["grant", "disable", "end_sessions"])
def test_every_change_has_its_reason(house: House, change: str) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob")
    with pytest.raises(Refused, match="Give a reason"):
        CHANGES[change](house, ada, house.form(bob, " "))


def test_a_role_counts_at_once(house: House) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob", Role.BILLING_ADMIN)
    house.store.append(bob, note("before"))
    administering.grant(house.store, ACCESS, ada, house.form(bob), Role.HELPDESK_AGENT)
    with pytest.raises(NotPermitted, match="role has changed"):
        house.store.append(bob, note("after"))
    assert presence.present(ACCESS, bob, house.store.matching, house.now).role is Role.HELPDESK_AGENT
    with pytest.raises(Refused, match="has this role already"):
        administering.grant(house.store, ACCESS, ada, house.form(bob), Role.HELPDESK_AGENT)


def test_who_is_disabled_does_nothing_more_until_enabled_and_signed_in_again(house: House) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob", Role.BILLING_ADMIN)
    administering.disable(house.store, ACCESS, ada, house.form(bob))
    with pytest.raises(SignedOut, match="access was withdrawn"):
        house.store.append(bob, note("k1"))
    with pytest.raises(SignedOut):
        house.signs_in("bob")
    with pytest.raises(Refused, match="withdrawn already"):
        administering.disable(house.store, ACCESS, ada, house.form(bob))
    administering.enable(house.store, ACCESS, ada, house.form(bob))
    with pytest.raises(SignedOut, match="session was ended"):
        house.store.append(bob, note("k2"))
    house.later(minutes=1)
    house.store.append(house.signs_in("bob"), note("k3"))
    with pytest.raises(Refused, match="was not withdrawn"):
        administering.enable(house.store, ACCESS, ada, house.form(bob))


def test_whose_account_was_made_anew_is_invited_anew_and_the_old_one_is_nobodys(house: House) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob", Role.BILLING_ADMIN)
    with pytest.raises(SignedOut, match="Nobody has invited you"):
        house.signs_in("bob2", email="bob@partner.example")
    administering.disable(house.store, ACCESS, ada, house.form(bob))
    asked_at = house.now
    house.later(minutes=1)
    administering.renew(house.store, ACCESS, ada, house.form(bob))
    aside = Claims(ACCESS.issuer, "bob", "aside", asked_at - timedelta(minutes=1), TENANT, "object-bob", "Bob", bob.email, ())
    with pytest.raises(SignedOut, match="was ended"):
        signing.enter(house.store, ACCESS, aside, house.now)
    again = house.signs_in("bob2", email="bob@partner.example")
    assert (again.user_id, again.role) == (bob.user_id, Role.BILLING_ADMIN)
    house.store.append(again, note("k1"))
    with pytest.raises(SignedOut, match="Nobody has invited you"):
        house.signs_in("bob")
    with pytest.raises(SignedOut, match="session was ended"):
        house.store.append(bob, note("k2"))


def test_sessions_are_ended_everywhere_and_a_new_one_is_good(house: House) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob", Role.BILLING_ADMIN)
    elsewhere = house.signs_in("bob")
    administering.end_sessions(house.store, ACCESS, ada, house.form(bob))
    for session in (bob, elsewhere):
        with pytest.raises(SignedOut, match="session was ended"):
            house.store.append(session, note(house.key()))
    house.store.append(house.signs_in("bob"), note("k"))


def test_who_has_not_signed_in_has_nothing_to_withdraw_or_end(house: House) -> None:
    ada = house.founder()
    bob = house.invited(ada, "bob")
    for change in ("disable", "end_sessions"):
        with pytest.raises(Refused, match="has not signed in yet"):
            CHANGES[change](house, ada, house.form(bob))
    with pytest.raises(Refused, match="was not withdrawn"):
        administering.enable(house.store, ACCESS, ada, house.form(bob))


def test_the_last_administrator_stays(house: House) -> None:
    ada = house.founder()
    with pytest.raises(Refused, match="Ada is the last active user administrator"):
        administering.disable(house.store, ACCESS, ada, house.form(ada))
    bob = house.joined(ada, "bob", A)
    administering.disable(house.store, ACCESS, bob, house.form(ada))
    with pytest.raises(Refused, match="Bob is the last"):
        administering.disable(house.store, ACCESS, bob, house.form(bob))
    # Ada is disabled and no longer counts; enabled again she does, and Bob may go of his own will.
    administering.enable(house.store, ACCESS, bob, house.form(ada))
    administering.disable(house.store, ACCESS, bob, house.form(bob))
    assert house.administrators() == {ada.user_id}


def test_nobody_changes_their_own_role_or_gives_themselves_access(house: House) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob", A)
    for role in GRANTABLE:
        with pytest.raises(SamePerson, match="own role"):
            administering.grant(house.store, ACCESS, ada, house.form(ada), role)
    assert house.events("access", subject_id=ada.user_id) == ["denied"] * len(GRANTABLE)
    administering.disable(house.store, ACCESS, bob, house.form(ada))
    with pytest.raises(SignedOut):
        administering.enable(house.store, ACCESS, ada, house.form(ada))
    assert house.person(ada.user_id).status is Status.DISABLED


def test_an_old_form_tells_who_did_what_meanwhile(house: House) -> None:
    ada = house.founder()
    eve = house.joined(ada, "eve", A)
    bob = house.joined(ada, "bob")
    seen = house.form(bob)
    administering.disable(house.store, ACCESS, eve, house.form(bob))
    with pytest.raises(Stale, match=r"Eve withdrew this person's access on 2026-06-30 09:00 UTC"):
        administering.grant(house.store, ACCESS, ada, seen, M)


def test_one_form_is_one_event(house: House) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob")
    form = house.form(bob)
    made = [administering.grant(house.store, ACCESS, ada, form, M) for _ in range(3)]
    assert len(set(map(repr, made))) == 1 and house.events("person", subject_id=bob.user_id).count("granted") == 1
    with pytest.raises(KeyReused):
        administering.grant(house.store, ACCESS, ada, form, S)
    with pytest.raises(KeyReused):
        administering.grant(house.store, ACCESS, ada, replace(form, reason="another"), M)


def test_where_the_directory_decides_it_alone_lets_people_in(tmp_path: Path) -> None:
    house = House(tmp_path, BY_DIRECTORY)
    ada, bob = house.signs_in("ada", granted=("Admins",)), house.signs_in("bob", granted=("Sales",))
    with pytest.raises(Refused, match="directory says who has which role"):
        house.invited(ada, "carl")
    for change in ("renew", "grant"):
        with pytest.raises(Refused, match="directory says who has which role"):
            CHANGES[change](house, ada, house.form(bob))
    with pytest.raises(Refused, match="directory says"):
        invitations.invite_administrator(
            house.store, house.access, email="x" + DOMAIN, name="X", idempotency_key=house.key(), now=house.now)
    administering.end_sessions(house.store, house.access, ada, house.form(bob))
    administering.disable(house.store, house.access, ada, house.form(bob))
    with pytest.raises(SignedOut, match="access was withdrawn"):
        house.signs_in("bob", granted=("Sales",))


def test_the_history_of_a_person_is_theirs_with_its_reasons_and_no_customer(house: House) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob", Role.HELPDESK_AGENT)
    with pytest.raises(NotPermitted):
        house.store.append(bob, note("k", "C1-secret", "the customer called", customer_id="C1"))
    administering.grant(house.store, ACCESS, ada, house.form(bob, "moves to the desk"), M)
    told = lists.history(house.store, ada, bob.user_id)
    assert [event.event_type for event in told] == ["granted", "denied", "signed_in", "joined", "invited"]
    assert told[0].reason == "moves to the desk" and told[0].details["role"] == "manager" and told[-1].details["email"] == "bob" + DOMAIN
    assert "C1" not in repr(told[1]) and "called" not in repr(told[1])
    with pytest.raises(NotPermitted):
        lists.history(house.store, bob, bob.user_id)
