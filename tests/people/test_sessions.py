"""Which sessions are open, and ending one's own others."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearaccounts.access import Role
from clearaccounts.errors import SignedOut
from clearaccounts.people import administering, lists, sessions
from tests.decisions.common import note
from tests.people.house import ACCESS, House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def open_count(house: House, user_id: str) -> int:
    return len(sessions.by_person(house.store, ACCESS, [house.person(user_id)], house.now).get(user_id, sessions.NEVER).open_ids)


def test_a_session_is_open_until_it_is_ended_idle_or_too_old(house: House) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob")
    house.signs_in("bob")
    assert open_count(house, bob.user_id) == 2
    house.later(minutes=60)
    assert open_count(house, bob.user_id) == 0, "nobody did anything in them for an hour"
    again = house.signs_in("bob")
    assert open_count(house, again.user_id) == 1
    administering.end_sessions(house.store, ACCESS, house.signs_in("ada"), house.form(bob))
    assert open_count(house, bob.user_id) == 0
    listed = {one.person.name: one for one in lists.people(house.store, ACCESS, None, house.signs_in("ada"), house.now)}
    assert listed["Bob"].signed_in.last_at == house.now and listed["Bob"].account_count == 0


def test_a_sign_in_of_long_ago_is_told_and_whoever_never_came_is_not(house: House) -> None:
    ada = house.founder()
    eve = house.invited(ada, "eve")
    came_at = house.now
    house.later(days=400)
    found = sessions.by_person(house.store, ACCESS, [house.person(ada.user_id), eve], house.now)
    assert found == {ada.user_id: sessions.SignedIn(came_at, ())}


def test_one_ends_the_others_and_keeps_the_one_at_hand(house: House) -> None:
    ada = house.founder()
    here = house.joined(ada, "bob", Role.BILLING_ADMIN)
    elsewhere = [house.signs_in("bob") for _ in range(2)]
    assert sessions.end_own_others(
        house.store, ACCESS, here, house.person(here.user_id), idempotency_key=house.key(), now=house.now) == 2
    for session in elsewhere:
        with pytest.raises(SignedOut):
            house.store.append(session, note(house.key()))
    house.store.append(here, note("still here"))
    assert open_count(house, ada.user_id) == 1, "nobody else's were ended"
    assert sessions.end_own_others(
        house.store, ACCESS, here, house.person(here.user_id), idempotency_key=house.key(), now=house.now) == 0


def test_nobody_ends_the_sessions_of_another_by_this_way(house: House) -> None:
    ada = house.founder()
    bob = house.joined(ada, "bob")
    with pytest.raises(ValueError, match="own"):
        sessions.end_own_others(house.store, ACCESS, bob, house.person(ada.user_id), idempotency_key=house.key(), now=house.now)
    assert open_count(house, ada.user_id) == 1
