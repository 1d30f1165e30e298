"""The way to end one's own other sessions: at another machine, or in a browser that somebody else may open."""

from __future__ import annotations

import secrets

import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.errors import ClearAccountsError
from clearaccounts.people import administering, sessions
from clearaccounts.text import N_
from clearaccounts.ui import connection, guard, messages, words

_KEY, _SAID = "_other_sessions_key", "_other_sessions_said"


def draw(viewer: Viewer) -> None:
    """The button, where people have sessions, and what the last click came to."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.toast(words.plain(said))
    if viewer.session is None:
        return
    key = st.session_state.setdefault(_KEY, secrets.token_hex(16))
    st.button(
        words.language().gettext(N_("End my other sessions")), on_click=_end, args=(key,), icon=":material/devices:", key="end_others",
    )


def _end(key: str) -> None:
    language = words.language()
    store, access = connection.own_store(), connection.settings().access
    try:
        viewer = guard.person()
        person = administering.person_of(store, access, viewer.user_id)
        count = sessions.end_own_others(store, access, viewer, person, idempotency_key=key, now=connection.now())
    except ClearAccountsError as error:
        st.session_state[_SAID] = messages.sentence(error)
        return
    st.session_state.pop(_KEY, None)
    st.session_state[_SAID] = language.gettext(N_("You have no other session.")) if count == 0 else language.ngettext(
        "{count} other session is ended.", "{count} other sessions are ended.", count).format(count=language.number(count))
