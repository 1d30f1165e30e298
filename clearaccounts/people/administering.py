"""What user administrators do with people: invite, grant a role, disable and enable, end sessions.

Every check looks at the events under the store's lock: of two administrators who act at once, the second is judged with what the first
one did in view. Nobody raises their own rights, and one active user administrator is always left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clearaccounts.access import Permission, Role, Viewer, is_same_person
from clearaccounts.collections.checks import check_reason
from clearaccounts.decisions import Action, Scene, Store
from clearaccounts.errors import NotFound, Refused, SamePerson
from clearaccounts.people import register
from clearaccounts.people.assigning import assign_account, assign_accounts, assign_book, unassign
from clearaccounts.people.invitations import (
    DISABLED,
    ENABLED,
    GRANTABLE,
    GRANTED,
    INVITED,
    MEANWHILE,
    NO_PERSON,
    SESSIONS_ENDED,
    WITHDRAWN,
    check_free,
    check_invited,
    invitation,
    new_id,
    person_of,
    refuse_if_by_directory,
)
from clearaccounts.people.model import SUBJECT, Person, Status
from clearaccounts.settings import Access
from clearaccounts.text import N_

__all__ = [
    "GRANTABLE", "Form", "assign_account", "assign_accounts", "assign_book", "disable", "enable", "end_sessions", "grant", "invite",
    "person_of", "renew", "unassign", "withdraw_invitation",
]

Rule = Callable[[Scene, Person, list[Person]], Mapping[str, Any]]


@dataclass(frozen=True)
class Form:
    """What every form about a person sends: whom, as which version they were seen, why, and its key."""

    user_id: str
    seen_version: int | None
    reason: str
    idempotency_key: str
    now: datetime


def invite(
    store: Store, access: Access, viewer: Viewer, *, email: str, name: str, role: Role, reason: str, idempotency_key: str, now: datetime,
) -> Person:
    """Invite somebody: whoever signs in with the directory and this address has that role, for 14 days from now.

    Args:
        store: where it is recorded.
        access: the rules of `[access]`.
        viewer: who invites.
        email: one plain mailbox, the one that the directory knows them by.
        name: what they are called until they have signed in.
        role: one of GRANTABLE.
        reason: why, in the administrator's own words.
        idempotency_key: made when the form was drawn.
        now: the caller's clock.

    Raises:
        NotPermitted: the role does not allow it.
        Refused: the directory decides; no mailbox, name or reason; or the mailbox is that of somebody who is here or invited.
    """
    def guard(_: Scene) -> None:
        refuse_if_by_directory(access)

    def rule(scene: Scene) -> Mapping[str, Any]:
        check_reason(reason)
        content = invitation(email, name, role, now)
        check_free(content["email"], register.everybody(scene.matching, access))
        return content

    user_id = new_id(idempotency_key)
    store.append(viewer, Action(
        SUBJECT, user_id, INVITED, reason.strip(), idempotency_key, now, (Permission.MANAGE_USERS,), rule,
        asked={"email": email, "name": name, "role": role.value}, expected_version=0, guard=guard, meanwhile=MEANWHILE,
    ))
    return person_of(store, access, user_id)


def renew(store: Store, access: Access, viewer: Viewer, form: Form) -> Person:
    """Let an invitation hold for another 14 days from now, expired or not; or invite somebody anew whose access was withdrawn.

    Who is invited anew is bound to no identity of the directory any more: their account there may have been made anew. Role, accounts
    and history stay theirs.

    Raises:
        NotFound: there is no such person.
        NotPermitted: the role does not allow it.
        Stale: somebody did something about this person meanwhile; says who.
        Refused: the directory decides, no reason, or they are neither invited nor shut out.
    """
    def rule(_: Scene, person: Person, people: list[Person]) -> Mapping[str, Any]:
        # In demo mode nobody could join by it.
        if person.status is not Status.DISABLED or not access.is_oidc:
            check_invited(person)
        check_free(person.email, (other for other in people if other.user_id != person.user_id))
        return invitation(person.email, person.name, person.role, form.now)

    return _change(store, access, viewer, INVITED, form, rule, is_for_directory=True)


def withdraw_invitation(store: Store, access: Access, viewer: Viewer, form: Form) -> Person:
    """Take an invitation back: nobody can join by it any more.

    Raises:
        NotFound, NotPermitted, Stale: as `renew`.
        Refused: no reason, or they are not invited (any more: who has joined is disabled instead).
    """
    def rule(_: Scene, person: Person, __: list[Person]) -> Mapping[str, Any]:
        check_invited(person)
        return {}

    return _change(store, access, viewer, WITHDRAWN, form, rule)


def grant(store: Store, access: Access, viewer: Viewer, form: Form, role: Role) -> Person:
    """Give somebody else another role; it counts from their next click on.

    Raises:
        NotFound, NotPermitted, Stale: as `renew`.
        SamePerson: it is the administrator's own role.
        Refused: the directory decides, no reason, they have that role, or nobody would be left to administer.
    """
    def rule(scene: Scene, person: Person, people: list[Person]) -> Mapping[str, Any]:
        if is_same_person(scene.viewer, person.viewer):
            raise SamePerson(N_("Nobody changes their own role; another user administrator does."))
        if person.status is Status.WITHDRAWN:
            raise Refused(N_("This invitation was withdrawn; invite them anew."))
        if role not in GRANTABLE:
            raise Refused(N_("There is no such role."))
        if role is person.role:
            raise Refused(N_("{name} has this role already."), name=person.name)
        _keep_an_administrator(person, people)
        return {"role": role.value, "source": "person"}

    return _change(store, access, viewer, GRANTED, form, rule, asked={"role": role.value}, is_for_directory=True)


def disable(store: Store, access: Access, viewer: Viewer, form: Form) -> Person:
    """Withdraw somebody's access: they are refused from their next click on, in every session, until somebody enables them again.

    Raises:
        NotFound, NotPermitted, Stale: as `renew`.
        Refused: no reason, they are not active, or they are the last active user administrator.
    """
    def rule(_: Scene, person: Person, people: list[Person]) -> Mapping[str, Any]:
        if person.status in {Status.INVITED, Status.WITHDRAWN}:
            raise Refused(N_("{name} has not signed in yet; withdraw the invitation instead."), name=person.name)
        if person.status is Status.DISABLED:
            raise Refused(N_("The access of {name} is withdrawn already."), name=person.name)
        _keep_an_administrator(person, people)
        return {}

    return _change(store, access, viewer, DISABLED, form, rule)


def enable(store: Store, access: Access, viewer: Viewer, form: Form) -> Person:
    """Give somebody else their access back, with the role they had; they sign in anew.

    Raises:
        NotFound, NotPermitted, Stale: as `renew`.
        SamePerson: it is the administrator's own access.
        Refused: no reason, or their access was not withdrawn.
    """
    def rule(scene: Scene, person: Person, _: list[Person]) -> Mapping[str, Any]:
        if is_same_person(scene.viewer, person.viewer):
            raise SamePerson(N_("Nobody gives themselves access; another user administrator does."))
        if person.status is not Status.DISABLED:
            raise Refused(N_("The access of {name} was not withdrawn."), name=person.name)
        return {}

    return _change(store, access, viewer, ENABLED, form, rule)


def end_sessions(store: Store, access: Access, viewer: Viewer, form: Form) -> Person:
    """End every session that somebody has now; they may sign in anew.

    Raises:
        NotFound, NotPermitted, Stale: as `renew`.
        Refused: no reason, or they never signed in.
    """
    def rule(_: Scene, person: Person, __: list[Person]) -> Mapping[str, Any]:
        if person.status in {Status.INVITED, Status.WITHDRAWN}:
            raise Refused(N_("{name} has not signed in yet; there is no session to end."), name=person.name)
        return {}

    return _change(store, access, viewer, SESSIONS_ENDED, form, rule)


def _change(  # noqa: PLR0917 - the public functions name everything; this one passes it on
    store: Store, access: Access, viewer: Viewer, event_type: str, form: Form, rule: Rule, *,
    asked: Mapping[str, Any] | None = None, is_for_directory: bool = False,
) -> Person:
    """One event about a person who is on record: who they are and what they are now is looked up under the lock."""
    def guard(scene: Scene) -> None:
        if is_for_directory:
            refuse_if_by_directory(access)
        if register.by_id(form.user_id, scene.matching, access) is None:
            raise NotFound(NO_PERSON)

    def judged(scene: Scene) -> Mapping[str, Any]:
        people = register.everybody(scene.matching, access)
        person = next(one for one in people if one.user_id == form.user_id)
        found = rule(scene, person, people)
        check_reason(form.reason)
        return found

    store.append(viewer, Action(
        SUBJECT, form.user_id, event_type, form.reason.strip(), form.idempotency_key, form.now, (Permission.MANAGE_USERS,), judged,
        asked=asked or {}, expected_version=form.seen_version, guard=guard, meanwhile=MEANWHILE,
    ))
    return person_of(store, access, form.user_id)


def _keep_an_administrator(person: Person, people: Iterable[Person]) -> None:
    """Refuse what would leave nobody who may administer; `person` is about to lose the role or the access."""
    active = {one.user_id for one in people if one.role is Role.USER_ADMIN and one.status is Status.ACTIVE}
    if active == {person.user_id}:
        raise Refused(N_("{name} is the last active user administrator; make somebody else one first."), name=person.name)
