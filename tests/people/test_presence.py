"""Who may come in, and until when: invitations, the directory's roles, sessions that end; asked inside every action too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Permission, Role, Viewer
from clearaccounts.decisions import Action, EventFilter, Store, open_store
from clearaccounts.errors import NotPermitted, SignedOut
from clearaccounts.people import presence, register, signing
from clearaccounts.people.model import Status
from clearaccounts.settings import Access, DataFolder
from tests.decisions.common import settings_in

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
TENANT, OTHER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
OIDC = Access("oidc", TENANT, "http://127.0.0.1:9000", "client", "http://localhost:8501")
BY_DIRECTORY = replace(OIDC, roles={"CA.Manager": "manager", "CA.Sales": "sales_agent"})
URSULA = next(person for person in DEMO_PEOPLE if person.role is Role.USER_ADMIN)


def store_of(folder: Path, access: Access = OIDC) -> Store:
    return open_store(DataFolder(folder), replace(settings_in(folder), access=access), presence.directory(access))


def put(store: Store, event_type: str, subject: tuple[str, str], now: datetime = NOW, **details: object) -> None:
    """An event by the machine's operator, whatever the rules of whoever usually records it say."""
    key = f"{event_type}:{subject}:{len(store.matching(EventFilter()))}"
    store.append(OPERATOR, Action(*subject, event_type, "", key, now, (), lambda _: details, entering=OPERATOR))


def invite(store: Store, role: Role = Role.BILLING_ADMIN, email: str = "Ann@partner.example", days: int = 14) -> None:
    put(store, "invited", ("person", "person:ann"), name="Ann Berg", email=email, role=role.value,
        expires_at=(NOW + timedelta(days=days)).isoformat())


def token(**changed: object) -> dict[str, Any]:
    return {
        "iss": f"http://127.0.0.1:9000/{TENANT}/v2.0", "sub": "s-ann", "nonce": "n1", "iat": int(NOW.timestamp()), "tid": TENANT,
        "oid": "o-ann", "name": "Ann B.", "email": "ann@partner.example", "preferred_username": "ann@partner.example", **changed,
    }


def enter(store: Store, now: datetime = NOW, access: Access = OIDC, **changed: object) -> Viewer:
    return signing.enter(store, access, signing.Claims.of(signing.kept(token(**changed), access), access), now)


def noting(key: str, now: datetime = NOW) -> Action:
    return Action("note", "N1", "noted", "because", key, now, (Permission.MARK,), lambda _: {})


def test_an_invitation_lets_in_once_and_the_identity_stays(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    invite(store)
    ann = enter(store)
    assert (ann.user_id, ann.name, ann.role, ann.email) == ("person:ann", "Ann Berg", Role.BILLING_ADMIN, "Ann@partner.example")
    assert [event.event_type for event in store.matching(EventFilter())] == ["invited", "joined", "signed_in"]
    # Another address, the same identity: the same person. The same address, another identity: nobody.
    assert enter(store, nonce="n2", email="new@partner.example", preferred_username="new@partner.example").user_id == "person:ann"
    with pytest.raises(SignedOut, match="Nobody has invited you"):
        enter(store, nonce="n3", oid="o-other", sub="s-other")
    assert store.verify() == []


@pytest.mark.parametrize(("changed", "said"), [
    ({"tid": OTHER}, "your company's own directory"),
    ({"iss": f"http://127.0.0.1:9000/{OTHER}/v2.0"}, "your company's own directory"),
    ({"oid": ""}, "your company's own directory"),
    ({"nonce": None}, "your company's own directory"),
    ({"email_verified": False}, "Nobody has invited you"),
    ({"email": "ann@elsewhere.example"}, "Nobody has invited you"),
    ({"iat": int((NOW - timedelta(hours=8)).timestamp())}, "8 hours at most"),
    ({"iat": int((NOW + timedelta(hours=1)).timestamp())}, "8 hours at most"),
    ({"iat": "soon"}, "8 hours at most"),
])
def test_a_token_that_is_not_good_lets_nobody_in(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    store = store_of(tmp_path)
    invite(store)
    with pytest.raises(SignedOut, match=said):
        enter(store, **changed)
    assert not store.matching(EventFilter(event_type="signed_in"))


def test_an_invitation_that_expired_or_was_withdrawn_lets_nobody_in(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    invite(store, days=1)
    with pytest.raises(SignedOut):
        enter(store, NOW + timedelta(days=1), iat=int((NOW + timedelta(days=1)).timestamp()))
    put(store, "invitation_withdrawn", ("person", "person:ann"))
    with pytest.raises(SignedOut):
        enter(store)


def test_the_directory_gives_the_role_and_takes_it(tmp_path: Path) -> None:
    store = store_of(tmp_path, BY_DIRECTORY)
    let_in = partial(enter, store, access=BY_DIRECTORY)
    with pytest.raises(SignedOut, match="gives you no role"):
        let_in(roles=["Something else"])
    first = let_in(roles=["CA.Sales", "CA.Manager"])
    assert (first.role, first.name, first.email) == (Role.MANAGER, "Ann B.", "ann@partner.example")
    assert let_in(nonce="n2", roles=["CA.Sales"]).role is Role.SALES_AGENT
    [person] = register.everybody(store.matching, BY_DIRECTORY)
    assert (person.status, person.role, person.object_id) == (Status.ACTIVE, Role.SALES_AGENT, "o-ann")
    with pytest.raises(SignedOut, match="gives you no role"):
        let_in(nonce="n3", roles=[])


def test_a_sign_in_without_a_role_ends_what_was_begun_with_one(tmp_path: Path) -> None:
    store = store_of(tmp_path, BY_DIRECTORY)
    let_in = partial(enter, store, access=BY_DIRECTORY)
    manager = let_in(roles=["CA.Manager"])
    at = NOW + timedelta(minutes=5)
    for _ in range(2):  # a page that runs again ends nothing anew
        with pytest.raises(SignedOut, match="gives you no role"):
            let_in(at, nonce="n2", iat=int(at.timestamp()), roles=[])
    for attempt in (lambda: let_in(at, roles=["CA.Manager"]), lambda: store.append(manager, noting("k1", at))):
        with pytest.raises(SignedOut, match="was ended"):
            attempt()
    assert [event.event_type for event in store.matching(EventFilter(subject_type="person"))] == ["joined", "sessions_ended"]
    assert let_in(at, nonce="n3", iat=int(at.timestamp()), roles=["CA.Sales"]).role is Role.SALES_AGENT


def test_a_sign_in_that_was_put_aside_gives_no_role_back(tmp_path: Path) -> None:
    store = store_of(tmp_path, BY_DIRECTORY)
    let_in = partial(enter, store, access=BY_DIRECTORY)
    at = NOW + timedelta(minutes=5)
    let_in(roles=["CA.Manager"])
    for roles in (["CA.Manager"], []):
        assert let_in(at, nonce="n2", iat=int(at.timestamp()), roles=["CA.Sales"]).role is Role.SALES_AGENT
        with pytest.raises(SignedOut, match="was ended"):
            let_in(at, nonce=f"aside {roles}", roles=roles)
        assert let_in(at, nonce="n2", iat=int(at.timestamp()), roles=["CA.Sales"]).role is Role.SALES_AGENT


@pytest.mark.parametrize("unproven", [{"email_verified": False}, {"email_verified": "false"}, {"xms_edov": False}, {"xms_edov": "0"}])
def test_an_address_that_the_directory_calls_unproven_binds_nothing(tmp_path: Path, unproven: dict[str, Any]) -> None:
    store = store_of(tmp_path)
    invite(store)
    with pytest.raises(SignedOut, match="Nobody has invited you"):
        enter(store, **unproven)
    assert enter(store, nonce="n2", email_verified="true", xms_edov="1").user_id == "person:ann"


def test_whom_the_directory_does_not_name_has_something_to_be_called(tmp_path: Path) -> None:
    nameless = enter(store_of(tmp_path, BY_DIRECTORY), access=BY_DIRECTORY, roles=["CA.Sales"], name="", email="", preferred_username="")
    assert (nameless.name, nameless.email) == ("o-ann", "")


@pytest.mark.only("sqlite")
def test_a_page_is_shown_although_its_use_cannot_be_noted(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    invite(store)
    enter(store)
    with closing(sqlite3.connect(tmp_path / "decisions.sqlite")) as database:
        database.execute("create trigger no_room before insert on session_seen begin select raise(abort, 'no room'); end")
    assert enter(store, NOW + timedelta(minutes=59)).role is Role.BILLING_ADMIN
    with pytest.raises(SignedOut, match="Nothing was done"):
        enter(store, NOW + timedelta(minutes=60))


@pytest.mark.only("sqlite")
def test_who_looks_does_not_wait_for_who_acts(tmp_path: Path) -> None:
    store, other = store_of(tmp_path), store_of(tmp_path)
    invite(store)
    enter(store)
    with other._turn():
        enter(store, NOW + timedelta(minutes=2))
    assert store.seen_at(store.matching(EventFilter(subject_type="session"))[0].subject_id) == NOW + timedelta(minutes=2)


def test_a_session_ends_everywhere_when_it_is_signed_out_ended_too_long_or_idle(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    invite(store)
    ann = enter(store)
    assert enter(store) == ann and store.append(ann, noting("k1")).actor == "person:ann"

    signing.sign_out(store, ann, NOW)
    for attempt in (lambda: enter(store), lambda: store.append(ann, noting("k2"))):
        with pytest.raises(SignedOut, match="You signed out"):
            attempt()

    again = enter(store, nonce="n2")
    put(store, "sessions_ended", ("person", "person:ann"))
    for attempt in (lambda: enter(store, nonce="n2"), lambda: store.append(again, noting("k3"))):
        with pytest.raises(SignedOut, match="Your session was ended"):
            attempt()

    later = enter(store, nonce="n3")
    with pytest.raises(SignedOut, match="Nothing was done in your session for 60 minutes"):
        enter(store, NOW + timedelta(minutes=60), nonce="n3")
    with pytest.raises(SignedOut, match="Nothing was done"):
        store.append(later, noting("k4", NOW + timedelta(minutes=60)))

    for minutes in range(50, 480, 50):
        enter(store, NOW + timedelta(minutes=minutes), nonce="n4", iat=int(NOW.timestamp()))
    with pytest.raises(SignedOut, match="8 hours at most"):
        enter(store, NOW + timedelta(hours=8), nonce="n4")
    assert not any(finding.is_failure for finding in store.verify())


def test_what_was_withdrawn_or_granted_counts_in_the_next_action(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    invite(store)
    ann = enter(store)
    put(store, "granted", ("person", "person:ann"), role="helpdesk_agent", source="person")
    with pytest.raises(NotPermitted, match="Your role has changed"):
        store.append(ann, noting("k1"))
    assert enter(store).role is Role.HELPDESK_AGENT
    put(store, "disabled", ("person", "person:ann"))
    for attempt in (lambda: enter(store), lambda: enter(store, nonce="n2"), lambda: store.append(ann, noting("k2"))):
        with pytest.raises(SignedOut, match="Your access was withdrawn"):
            attempt()
    put(store, "enabled", ("person", "person:ann"))
    with pytest.raises(SignedOut, match="Your session was ended"):
        enter(store)
    assert enter(store, nonce="n3").role is Role.HELPDESK_AGENT
    denied = store.matching(EventFilter(event_type="denied", actor="person:ann"))
    assert {event.details["denial"] for event in denied} == {"NotPermitted", "SignedOut"}


def test_somebody_elses_session_or_none_is_nobodys(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    invite(store)
    ann = enter(store)
    assert ann.session is not None
    for session in (None, replace(ann.session, session_id="0" * 32)):
        with pytest.raises(SignedOut, match="not known here"):
            store.append(replace(ann, session=session), noting("k"))
    for person in DEMO_PEOPLE:
        with pytest.raises(SignedOut, match="not known here"):
            store.append(replace(person, session=ann.session), noting("k"))


def test_demo_mode_knows_the_built_in_people_and_what_became_of_them(tmp_path: Path) -> None:
    demo = Access()
    store = store_of(tmp_path, demo)
    assert [presence.present(demo, one, store.matching, NOW) for one in DEMO_PEOPLE] == list(DEMO_PEOPLE)
    put(store, "granted", ("person", URSULA.user_id), role="manager", source="person")
    assert presence.present(demo, URSULA, store.matching, NOW).role is Role.MANAGER
    put(store, "disabled", ("person", URSULA.user_id))
    with pytest.raises(SignedOut):
        presence.present(demo, URSULA, store.matching, NOW)
    assert presence.present(demo, OPERATOR, store.matching, NOW) == OPERATOR


def test_a_sign_in_of_before_the_end_of_all_sessions_opens_none_even_if_it_was_never_used(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    invite(store)
    enter(store)
    put(store, "sessions_ended", ("person", "person:ann"), NOW + timedelta(minutes=10))
    with pytest.raises(SignedOut, match="was ended"):
        enter(store, NOW + timedelta(minutes=11), nonce="n2", iat=int((NOW + timedelta(minutes=9)).timestamp()))
    enter(store, NOW + timedelta(minutes=11), nonce="n3", iat=int((NOW + timedelta(minutes=10)).timestamp()))
