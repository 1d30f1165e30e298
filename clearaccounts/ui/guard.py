"""Who is looking, and whether they may: `viewer = guard.require(Permission.X)` is the first line of every page.

In demo mode a person signs in by choosing one of the built-in people; only their id is kept in the
session, and in a cookie for the next one; their role is looked up again on every run.
"""

from __future__ import annotations

import streamlit as st

from clearaccounts.access import DEMO_PEOPLE, Permission, Viewer
from clearaccounts.errors import NotPermitted
from clearaccounts.text import N_
from clearaccounts.ui import connection, messages, remembered

_SESSION_KEY = "_signed_in_user_id"
_NOBODY = ""  # signed out: the cookie that this page was opened with counts no more


def viewer() -> Viewer | None:
    """The person signed in, or None."""
    if connection.settings().access.mode != "demo":
        return None
    user_id = st.session_state.get(_SESSION_KEY)
    if user_id is None:
        user_id = remembered.person_id()
    return next((one for one in DEMO_PEOPLE if one.user_id == user_id), None)


def person() -> Viewer:
    """The person signed in, looked up again: who sends a form.

    Raises:
        NotPermitted: they are not known any more.
    """
    found = viewer()
    if found is None:
        raise NotPermitted(N_("You are not known here any more; sign in again."))
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


def sign_in(user_id: str) -> None:
    """Sign in as one of the built-in people (demo mode only); everybody else is ignored."""
    if connection.settings().access.mode == "demo" and any(one.user_id == user_id for one in DEMO_PEOPLE):
        st.session_state[_SESSION_KEY] = user_id
        remembered.keep(user_id)


def sign_out() -> None:
    """Forget the person and everything this session kept for them."""
    for key in list(st.session_state):
        del st.session_state[key]
    st.session_state[_SESSION_KEY] = _NOBODY
    remembered.keep(None)
