"""`invite-administrator`: the machine's operator invites a user administrator where there is none."""

from __future__ import annotations

import hashlib
from argparse import Namespace

from clearaccounts.commands.context import Context, say
from clearaccounts.decisions import open_store
from clearaccounts.errors import Refused
from clearaccounts.people import presence
from clearaccounts.people.invitations import invite_administrator
from clearaccounts.text import N_


def run_invite_administrator(context: Context, arguments: Namespace) -> int:
    """Put the invitation on record and say what to do next; 0 invited."""
    access = context.settings.access
    if not access.is_oidc:
        raise Refused(N_("In demo mode nobody signs in by an invitation; set [access] mode to oidc first."))
    store = open_store(context.own, context.settings, presence.directory(access))
    name = arguments.name or arguments.email.partition("@")[0]
    key = "invite:" + hashlib.sha256(repr((arguments.email, name, context.now)).encode()).hexdigest()
    invited = invite_administrator(
        store, access, email=arguments.email, name=name, idempotency_key=key, now=context.now,
        is_beside_others=arguments.is_beside_others,
    )
    until = "" if invited.expires_at is None else f"{invited.expires_at:%Y-%m-%d %H:%M} UTC"
    say(f"{invited.name} is invited as user administrator until {until}.")
    say(f"They sign in at {access.address} with the account whose address is {invited.email}.")
    return 0
