"""Who is looking, and whether they may: `viewer = guard.require(Permission.X)` is the first line of every page.

In demo mode a person signs in by choosing one of the built-in people; only their id is kept in the session, and in a cookie for the
next one. Else the directory says who it is. Either way, person, role and session are looked up again on every run, by
`clearaccounts/people/presence.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from clearaccounts.access import DEMO_PEOPLE, Permission, Viewer
from clearaccounts.errors import SignedOut
from clearaccounts.text import N_
from clearaccounts.ui import connection, logged, messages, oidc, remembered, words

_SESSION_KEY = "_signed_in_user_id"
_SEEN_AS = "_seen_as"  # whose session this was, and in which role, when the entry script last ran
_NOBODY = ""  # signed out: the cookie that this page was opened with counts no more
P = ParamSpec("P")


def _found() -> Viewer | None:
    found = _who()
    logged.about(found)
    return found


def _who() -> Viewer | None:
    if connection.settings().access.is_oidc:
        return oidc.viewer()
    user_id = st.session_state.get(_SESSION_KEY)
    if user_id is None:
        user_id = remembered.person_id()
    built_in = next((one for one in DEMO_PEOPLE if one.user_id == user_id), None)
    return None if built_in is None else connection.present(built_in)


def viewer() -> Viewer | None:
    """The person signed in as they are known now, or None."""
    try:
        return _found()
    except SignedOut:
        return None


def refusal() -> SignedOut | None:
    """Why somebody who did sign in is nobody here; None if nobody did."""
    try:
        _found()
    except SignedOut as refused:
        return refused
    return None


def person() -> Viewer:
    """The person signed in, looked up again: who sends a form.

    Raises:
        SignedOut: nobody is, or not any more.
    """
    found = _found()
    if found is None:
        raise SignedOut(N_("You are not known here any more; sign in again."))
    return found


def require(*permissions: Permission) -> Viewer:
    """The person signed in, if their role has one of `permissions`; otherwise the script stops here.

    The entry script decides first what to show; this is the lock on the page itself, for the day that
    something runs it by another way.
    """
    found = viewer()
    if found is None or not any(found.may(permission) for permission in permissions):
        messages.no_such_page()
        st.stop()
    return found


def settle(found: Viewer | None) -> None:
    """Forget what the session kept for somebody else, or for the same person in another role: a form names customers too.

    The entry script calls this before it draws anything of a page.
    """
    if found is None:
        return
    before = st.session_state.get(_SEEN_AS)
    if before not in {None, _seen_as(found)}:
        for key in [key for key in st.session_state if key not in {_SESSION_KEY, words.LANGUAGE_KEY}]:
            del st.session_state[key]
    st.session_state[_SEEN_AS] = _seen_as(found)


def _seen_as(found: Viewer) -> tuple[str, str, str | None]:
    return (found.user_id, found.role.value, found.agent_scope)


def watched(body: Callable[P, None]) -> Callable[P, None]:
    """The body of a dialog, or of another part that runs again by itself: without the entry script, nobody else looks who is there.

    Whoever is not, or not any more who they were, is led to the entry script, which says so.
    """
    @wraps(body)
    def look_first(*arguments: P.args, **named: P.kwargs) -> None:
        found = viewer()
        if found is None or st.session_state.get(_SEEN_AS) != _seen_as(found):
            st.rerun()
        body(*arguments, **named)

    return look_first


def sign_in(user_id: str) -> None:
    """Sign in as one of the built-in people (demo mode only); everybody else is ignored."""
    if not connection.settings().access.is_oidc and any(one.user_id == user_id for one in DEMO_PEOPLE):
        st.session_state[_SESSION_KEY] = user_id
        remembered.keep(user_id)


def sign_out() -> None:
    """Forget the person and everything this session kept for them."""
    if connection.settings().access.is_oidc:
        oidc.sign_out()
    for key in list(st.session_state):
        del st.session_state[key]
    if not connection.settings().access.is_oidc:
        st.session_state[_SESSION_KEY] = _NOBODY
        remembered.keep(None)
