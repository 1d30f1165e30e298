"""Signing in and out: what the directory's token says becomes a person of ours and a session, both on record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from clearaccounts.access import Role, Session, Viewer, is_same_mailbox
from clearaccounts.decisions import Action, Event, EventFilter, Scene, Store
from clearaccounts.errors import SignedOut
from clearaccounts.people import register
from clearaccounts.people.model import SUBJECT, Matching, Person, Status
from clearaccounts.people.presence import ENDED, SESSION, check_begun_since, check_length, check_person, present
from clearaccounts.settings import Access
from clearaccounts.text import N_

# How exactly it is known when a session was last in use.
SEEN_EVERY = timedelta(minutes=1)

_ANOTHER_DIRECTORY = N_("Sign in with an account of your company's own directory.")
_NOT_INVITED = N_("Nobody has invited you yet, or your invitation has expired; ask a user administrator.")
_NO_ROLE = N_("Your company's directory gives you no role here; ask whoever keeps it.")


# Every claim that is read of a token, but for the one that `[access] roles` maps.
_READ = ("iss", "sub", "nonce", "iat", "tid", "oid", "name", "preferred_username", "email", "email_verified", "xms_edov")


def kept(token: Mapping[str, Any], access: Access) -> dict[str, Any]:
    """What is read of a token: of the claim that gives roles, the values that give one."""
    granted = token.get(access.roles_claim)
    mapped = [value for value in granted if isinstance(value, str) and value in access.roles] if isinstance(granted, list) else []
    return {**{name: token[name] for name in _READ if name in token}, access.roles_claim: mapped}


@dataclass(frozen=True)
class Claims:
    """What a verified id token says about who signed in, as far as we use it.

    Attributes:
        issuer, subject, nonce, issued_at: of this one sign-in.
        tenant_id, object_id: who it is in the directory, whatever their name or address becomes.
        email: where they can be reached; None if the directory itself says that it is not proven to be theirs.
        granted: the values of the claim that `[access] roles` maps.
    """

    issuer: str
    subject: str
    nonce: str
    issued_at: datetime
    tenant_id: str
    object_id: str
    name: str
    email: str | None
    granted: tuple[str, ...]

    @classmethod
    def of(cls, token: Mapping[str, Any], access: Access) -> Claims:
        """The claims of a token whose signature, audience and times were verified when it came.

        Raises:
            SignedOut: it lacks what tells people and sign-ins apart.
        """
        def text(name: str) -> str:
            value = token.get(name)
            return value if isinstance(value, str) else ""

        granted = token.get(access.roles_claim)
        found = cls(
            text("iss"), text("sub"), text("nonce"), _instant(token.get("iat")),
            text("tid"), text("oid"), text("name") or text("preferred_username") or text("email") or text("oid"),
            None if _is_unproven(token) else text("email") or text("preferred_username"),
            tuple(map(str, granted)) if isinstance(granted, list) else (),
        )
        if not (found.subject and found.nonce and found.object_id and found.tenant_id == access.tenant and found.issuer == access.issuer):
            raise SignedOut(_ANOTHER_DIRECTORY)
        return found

    @property
    def session_id(self) -> str:
        """One sign-in's own id: nobody can choose it, and it tells nothing about the token."""
        content = "\n".join((self.issuer, self.subject, self.nonce, str(int(self.issued_at.timestamp()))))
        return hashlib.sha256(content.encode()).hexdigest()[:32]

    def role(self, access: Access) -> Role | None:
        """The role that the directory gives, by the first line of `[access] roles` that fits."""
        return next((Role(role) for value, role in access.roles.items() if value in self.granted), None)


def _is_unproven(token: Mapping[str, Any]) -> bool:
    """Whether the directory itself says that the address is not proven; some write it as a text, Entra in a claim of its own."""
    return any(str(token.get(name)).casefold() in {"false", "0"} for name in ("email_verified", "xms_edov"))


def _instant(seconds: Any) -> datetime:
    """The instant of a token's `iat`; what is no instant at all lies so far back that no session can have begun there."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class _Door:
    """One sign-in at the door: where it is recorded, by which rules, whose it is, and when."""

    store: Store
    access: Access
    claims: Claims
    now: datetime

    def session(self) -> tuple[Event, ...]:
        """The events of this sign-in's session."""
        return self.store.matching(EventFilter(subject_type=SESSION, subject_id=self.claims.session_id))

    def joined(self, matching: Matching) -> Person | None:
        """Who joined with this identity."""
        return register.by_identity(self.claims.tenant_id, self.claims.object_id, matching, self.access)

    def invited(self, matching: Matching) -> Person:
        """Whose invitation names this mailbox."""
        fitting = [
            person for person in register.everybody(matching, self.access)
            if person.is_invited(self.now) and self.claims.email and is_same_mailbox(person.email, self.claims.email)
        ]
        if len(fitting) != 1:
            raise SignedOut(_NOT_INVITED)
        return fitting[0]

    def person(self) -> Person:
        """The person of this identity, let in now if an invitation or the directory says so."""
        person = self.joined(self.store.matching)
        if not self.access.is_by_directory:
            return person or self.join(self.invited(self.store.matching))
        role = self.claims.role(self.access)
        if role is None:
            self.shut_out(person)
            raise SignedOut(_NO_ROLE)
        if person is None:
            return self.join(self.stranger(role))
        return person if person.role is role else self.follow(person, role)

    def stranger(self, role: Role) -> Person:
        """Whom the directory sends for the first time; the same id whichever of two tabs comes first."""
        identity = hashlib.sha256(f"{self.claims.tenant_id}\n{self.claims.object_id}".encode()).hexdigest()[:16]
        return Person(f"person:{identity}", self.claims.name, self.claims.email or "", role, Status.INVITED)

    def join(self, person: Person) -> Person:
        """Bind identity and person, once: whoever came first with either is kept."""
        identity = {"tenant_id": self.claims.tenant_id, "object_id": self.claims.object_id}

        def rule(scene: Scene) -> Mapping[str, Any]:
            if self.joined(scene.matching) is not None:
                raise SignedOut(_NOT_INVITED)
            if self.access.is_by_directory:
                return {**identity, "name": person.name, "email": person.email, "role": person.role.value}
            check_begun_since(self.invited(scene.matching), self.claims.issued_at)
            return identity

        self.record("joined", person, identity, rule)
        return self.again()

    def follow(self, person: Person, role: Role) -> Person:
        """Take the role that the directory gives now."""
        details = {"role": role.value, "source": "directory"}

        self.heed("granted", person, details)
        return self.again()

    def shut_out(self, person: Person | None) -> None:
        """End what somebody began while the directory still gave them a role."""
        if person is not None and person.status is Status.ACTIVE:
            self.heed("sessions_ended", person, {"source": "directory"})

    def heed(self, event_type: str, person: Person, details: Mapping[str, Any]) -> None:
        """Record what the directory says of somebody now; what it said when a sign-in was put aside is outdone by a later sign-in.

        Raises:
            SignedOut: there was a later one.
        """
        def rule(scene: Scene) -> Mapping[str, Any]:
            for event in scene.matching(EventFilter(subject_type=SESSION, event_type="signed_in", actor=person.user_id)):
                if datetime.fromisoformat(event.details["started_at"]) > self.claims.issued_at:
                    raise SignedOut(ENDED)
            return details

        self.record(event_type, person, details, rule)

    def again(self) -> Person:
        """The person after what was recorded."""
        person = self.joined(self.store.matching)
        if person is None:
            raise SignedOut(_NOT_INVITED)
        return person

    def open_session(self, person: Person) -> None:
        """Put the session on record; a sign-in that is refused leaves none."""
        details = {"user_id": person.user_id, "started_at": self.claims.issued_at}

        def rule(scene: Scene) -> Mapping[str, Any]:
            known = check_person(register.by_id(person.user_id, scene.matching, self.access))
            check_begun_since(known, self.claims.issued_at)
            check_length(self.access, self.claims.issued_at, self.now)
            return details

        self.record("signed_in", person, details, rule)

    def record(self, event_type: str, person: Person, asked: Mapping[str, Any], rule: Callable[[Scene], Mapping[str, Any]]) -> None:
        """Append what a sign-in brings about; two tabs of one sign-in are one event."""
        session_id = self.claims.session_id
        subject = (SESSION, session_id) if event_type == "signed_in" else (SUBJECT, person.user_id)
        self.store.append(person.viewer, Action(
            *subject, event_type, "", f"{event_type}:{session_id}", self.now, (), rule, asked, entering=person.viewer,
        ))


def enter(store: Store, access: Access, claims: Claims, now: datetime) -> Viewer:
    """Who signed in by these claims, their session on record and still good; the first run of a session puts it there.

    Raises:
        SignedOut: they are not invited, have no role, or their session is over.
        DecisionError: the store cannot be read or written.
    """
    door = _Door(store, access, claims, now)
    begun = door.session()
    if not begun:
        door.open_session(door.person())
        begun = door.session()
    person = register.by_id(begun[0].details["user_id"], store.matching, access)
    if person is None or (person.tenant_id, person.object_id) != (claims.tenant_id, claims.object_id):
        raise SignedOut(_ANOTHER_DIRECTORY)
    seen_at = store.seen_at(claims.session_id) or begun[0].occurred_at
    session = Session(claims.session_id, claims.issued_at, seen_at)
    viewer = present(access, replace(person.viewer, session=session), store.matching, now)
    if now - seen_at >= SEEN_EVERY:
        store.note_seen(session.session_id, now)
    return viewer


def sign_out(store: Store, viewer: Viewer, now: datetime) -> None:
    """End the viewer's session for good, in every tab and in every copy of its cookie.

    Raises:
        DecisionError: it could not be recorded.
    """
    if viewer.session is None:
        return
    session_id = viewer.session.session_id
    store.append(viewer, Action(
        SESSION, session_id, "signed_out", "", f"signed_out:{session_id}", now, (), lambda _: {}, entering=viewer,
    ))
