"""An invitation: what it says, whose mailbox it may name, and the operator's own way to invite the first user administrator.

There is no secret in it: whoever is invited signs in with the directory, and the address that the directory vouches for must be the one
that was invited.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from clearaccounts.access import OPERATOR, Permission, Role, is_same_mailbox
from clearaccounts.decisions import Action, Scene, Store
from clearaccounts.errors import NotFound, NotPermitted, Refused
from clearaccounts.people import register
from clearaccounts.people.model import SUBJECT, Person, Status
from clearaccounts.settings import MAILBOX, Access
from clearaccounts.text import N_

INVITED, WITHDRAWN, GRANTED, DISABLED, ENABLED, SESSIONS_ENDED = (
    "invited", "invitation_withdrawn", "granted", "disabled", "enabled", "sessions_ended")
INVITATION_LASTS = timedelta(days=14)
GRANTABLE = tuple(role for role in Role if role is not Role.OPERATOR)
_LONGEST_NAME = 120

NO_PERSON = N_("There is no such person.")
BY_DIRECTORY = N_("Your company's directory says who has which role here; people are let in and roles are changed there.")
_TAKEN = {
    Status.ACTIVE: N_("{name} is here already with this mailbox ({email}); change their role instead."),
    Status.DISABLED: N_("This mailbox is that of {name} ({email}), whose access was withdrawn; give it back instead."),
    Status.INVITED: N_("{name} is invited already at this mailbox ({email}); renew or withdraw that invitation instead."),
}
# Who did what to a person while a form about them was open.
MEANWHILE = {
    INVITED: N_("{who} invited this person on {when}."), WITHDRAWN: N_("{who} withdrew this invitation on {when}."),
    "joined": N_("{who} signed in for the first time on {when}."), GRANTED: N_("{who} changed this person's role on {when}."),
    DISABLED: N_("{who} withdrew this person's access on {when}."), ENABLED: N_("{who} gave this person their access back on {when}."),
    SESSIONS_ENDED: N_("{who} ended this person's sessions on {when}."),
}


def invite_administrator(
    store: Store, access: Access, *, email: str, name: str, idempotency_key: str, now: datetime, is_beside_others: bool = False,
) -> Person:
    """The machine's operator invites a user administrator, where nobody else could: none is active, and no invitation of one holds.

    An invitation at this mailbox that has expired, or was for another role, is made anew.

    Args:
        store: where it is recorded.
        access: the rules of `[access]`.
        email: one plain mailbox, the one that the directory knows them by.
        name: what they are called until they have signed in.
        idempotency_key: made for this one command.
        now: the caller's clock.
        is_beside_others: also where there is one: the last of them has left, and nobody is there to invite another.

    Raises:
        Refused: the directory decides; there is a user administrator, or one is invited; or the mailbox is that of somebody else.
    """
    earlier = next((one for one in register.by_email(email, store.matching, access) if one.status is Status.INVITED), None)

    def guard(scene: Scene) -> None:
        if scene.viewer != OPERATOR:
            raise NotPermitted(N_("Your role does not allow this."))
        refuse_if_by_directory(access)

    def rule(scene: Scene) -> Mapping[str, Any]:
        people = register.everybody(scene.matching, access)
        for one in people:
            if not is_beside_others and one.role is Role.USER_ADMIN and (one.status is Status.ACTIVE or one.is_invited(now)):
                raise Refused(N_("{name} ({email}) is a user administrator, or is invited as one; they invite everybody else."),
                              name=one.name, email=one.email)
        content = invitation(email, name, Role.USER_ADMIN, now)
        check_free(content["email"], (one for one in people if earlier is None or one.user_id != earlier.user_id))
        return content

    user_id = new_id(idempotency_key) if earlier is None else earlier.user_id
    store.append(OPERATOR, Action(
        SUBJECT, user_id, INVITED, "", idempotency_key, now, (Permission.VIEW_USERS_AUDIT,), rule,
        asked={"email": email, "name": name, "role": Role.USER_ADMIN.value, "is_beside_others": is_beside_others},
        expected_version=0 if earlier is None else earlier.version,
        guard=guard, meanwhile=MEANWHILE,
    ))
    return person_of(store, access, user_id)


def person_of(store: Store, access: Access, user_id: str) -> Person:
    """One person as they stand now.

    Raises:
        NotFound: there is no such person.
    """
    found = register.by_id(user_id, store.matching, access)
    if found is None:
        raise NotFound(NO_PERSON)
    return found


def new_id(idempotency_key: str) -> str:
    """The id of whom a form invites: the same form, the same person."""
    return "person:" + hashlib.sha256(idempotency_key.encode("utf-8", "replace")).hexdigest()[:16]


def refuse_if_by_directory(access: Access) -> None:
    """Refuse what the company's directory decides, where it does."""
    if access.is_by_directory:
        raise Refused(BY_DIRECTORY)


def invitation(email: str, name: str, role: Role, now: datetime) -> dict[str, Any]:
    """What an invitation says.

    Raises:
        Refused: the address is not one plain mailbox, there is no name or none that is one line, or no such role.
    """
    mailbox, called = email.strip(), " ".join(name.split())
    if not MAILBOX.fullmatch(mailbox):
        raise Refused(N_("Give one plain mail address, the one that your directory knows them by."))
    if not called:
        raise Refused(N_("Give the name of whom you invite."))
    if len(called) > _LONGEST_NAME or not called.isprintable():
        raise Refused(N_("A name is one line of at most {limit} characters."), limit=_LONGEST_NAME)
    if role not in GRANTABLE:
        raise Refused(N_("There is no such role."))
    return {"name": called, "email": mailbox, "role": role.value, "expires_at": now + INVITATION_LASTS}


def check_free(mailbox: str, people: Iterable[Person]) -> None:
    """Refuse a mailbox that is somebody's: active, disabled or invited."""
    for other in people:
        if other.status in _TAKEN and is_same_mailbox(other.email, mailbox):
            raise Refused(_TAKEN[other.status], name=other.name, email=other.email)


def check_invited(person: Person) -> None:
    """Refuse somebody who is not, or not any more, merely invited."""
    if person.status is Status.WITHDRAWN:
        raise Refused(N_("This invitation was withdrawn; invite them anew."))
    if person.status is not Status.INVITED:
        raise Refused(N_("{name} has signed in already; there is no invitation any more."), name=person.name)
