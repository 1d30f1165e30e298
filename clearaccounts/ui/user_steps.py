"""What user administrators can do to somebody: what each step is called, what follows from it, and how it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from clearaccounts.access import Role
from clearaccounts.errors import Refused
from clearaccounts.people import administering
from clearaccounts.people.administering import GRANTABLE
from clearaccounts.people.administering import Form as Sent
from clearaccounts.text import N_
from clearaccounts.ui import connection, guard

INVITE, RENEW, INVITE_ANEW, WITHDRAW, GRANT, DISABLE, ENABLE, END_SESSIONS, ASSIGN_BOOK, ASSIGN_ACCOUNTS, UNASSIGN = (
    "invite", "renew", "invite_anew", "withdraw", "grant", "disable", "enable", "end_sessions", "assign_book", "assign_accounts",
    "unassign")


@dataclass(frozen=True)
class Form:
    """One open form: what it does to whom, as which version they were seen, its key.

    `name` and `about` are what the dialog repeats, people's own words; `agents` are the sales agents to choose from (id and name),
    `versions` those of every assignment as seen.
    """

    action: str
    subject_id: str = ""
    name: str = ""
    about: str = ""
    version: int = 0
    role: Role | None = None
    agents: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, int], ...] = ()
    idempotency_key: str = ""


@dataclass(frozen=True)
class Step:
    """Texts are marked with N_; `send` records it."""

    title: str
    consequence: str
    said: str
    send: Callable[[Form], None]


def typed(key: str) -> str:
    """What stands in one of the form's fields."""
    return str(st.session_state.get(key) or "")


def _sent(form: Form) -> Sent:
    return Sent(form.subject_id, form.version, typed("user_reason"), form.idempotency_key, connection.now())


def _role() -> Role:
    chosen = typed("user_role")
    if chosen not in set(GRANTABLE):
        raise Refused(N_("There is no such role."))
    return Role(chosen)


def _invite(form: Form) -> None:
    administering.invite(
        connection.own_store(), connection.settings().access, guard.person(), email=typed("user_email"), name=typed("user_name"),
        role=_role(), reason=typed("user_reason"), idempotency_key=form.idempotency_key, now=connection.now(),
    )


def _grant(form: Form) -> None:
    administering.grant(connection.own_store(), connection.settings().access, guard.person(), _sent(form), _role())


def _assign_book(form: Form) -> None:
    administering.assign_book(
        connection.own_store(), connection.settings().access, connection.newest_warehouse, guard.person(), book=form.subject_id,
        user_id=typed("user_agent"), seen_version=form.version, reason=typed("user_reason"), idempotency_key=form.idempotency_key,
        now=connection.now(),
    )


def _assign_accounts(form: Form) -> None:
    # However they were typed or pasted: one a line, or with commas, semicolons or tabs between them.
    customer_ids = [one.strip() for one in re.split(r"[\n\t,;]+", typed("user_accounts")) if one.strip()]
    administering.assign_accounts(
        connection.own_store(), connection.settings().access, connection.newest_warehouse, guard.person(), customer_ids=customer_ids,
        user_id=typed("user_agent"), seen_versions=dict(form.versions), reason=typed("user_reason"),
        idempotency_key=form.idempotency_key, now=connection.now(),
    )


def _unassign(form: Form) -> None:
    administering.unassign(
        connection.own_store(), guard.person(), subject_id=form.subject_id, seen_version=form.version, reason=typed("user_reason"),
        idempotency_key=form.idempotency_key, now=connection.now(),
    )


STEPS = {
    INVITE: Step(
        N_("Invite a person"),
        N_("Whoever signs in with your directory and this address within 14 days has this role. There is no secret in the invitation."),
        N_("The invitation is on record."), _invite),
    RENEW: Step(
        N_("Renew the invitation"), N_("The invitation holds for another 14 days from now."), N_("The invitation is renewed."),
        lambda form: _plainly(administering.renew, form)),
    INVITE_ANEW: Step(
        N_("Invite anew"),
        N_("For somebody whose account in the directory was made anew: whoever signs in with it and this address within 14 days has the "
           "role, the accounts and the history of before."),
        N_("The invitation is on record."), lambda form: _plainly(administering.renew, form)),
    WITHDRAW: Step(
        N_("Withdraw the invitation"), N_("Nobody can join by this invitation any more."), N_("The invitation is withdrawn."),
        lambda form: _plainly(administering.withdraw_invitation, form)),
    GRANT: Step(
        N_("Change the role"), N_("The new role counts from their next click on: what it does not allow is refused at once."),
        N_("The role is changed."), _grant),
    DISABLE: Step(
        N_("Withdraw access"),
        N_("They are refused from their next click on, in every session. What they did stays on record, and accounts stay theirs."),
        N_("Access is withdrawn."), lambda form: _plainly(administering.disable, form)),
    ENABLE: Step(
        N_("Give access back"), N_("They may sign in again, with the role that they had."), N_("Access is given back."),
        lambda form: _plainly(administering.enable, form)),
    END_SESSIONS: Step(
        N_("End all sessions"), N_("They are signed out everywhere at their next click, and may sign in again."),
        N_("The sessions are ended."), lambda form: _plainly(administering.end_sessions, form)),
    ASSIGN_BOOK: Step(
        N_("Assign this book"),
        N_("From now on these accounts are seen by this sales agent alone, also those that the customer list adds to the book."),
        N_("The book is assigned."), _assign_book),
    ASSIGN_ACCOUNTS: Step(
        N_("Assign accounts"),
        N_("From now on these accounts are seen by this sales agent alone, whatever becomes of the books they are in."),
        N_("The accounts are assigned."), _assign_accounts),
    UNASSIGN: Step(
        N_("Take the assignment back"), N_("From now on the customer list says again whose this is."),
        N_("The assignment is taken back."), _unassign),
}


def _plainly(service: Callable[..., object], form: Form) -> None:
    """Send what says nothing but whom and why."""
    service(connection.own_store(), connection.settings().access, guard.person(), _sent(form))
