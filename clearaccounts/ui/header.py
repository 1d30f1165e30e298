"""The bar above every page, beside the pages' names: what kind of data this is, the language, the person."""

from __future__ import annotations

import streamlit as st

from clearaccounts.access import ROLE_TITLES, Viewer
from clearaccounts.text import LANGUAGES, N_
from clearaccounts.ui import connection, guard, own_sessions, words


def bar() -> Viewer | None:
    """Draw the bar and say who is signed in.

    The language comes first, because every other word depends on it; it is bound to the URL.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="bar", width="content"):
        badges = st.container(horizontal=True, gap="small", width="content")
        st.segmented_control(
            "Language / Idioma", list(LANGUAGES), key=words.LANGUAGE_KEY, default=words.browser_language().code, required=True,
            label_visibility="collapsed", bind="query-params", persist_state="session",
        )
        viewer = guard.viewer()
        with badges:
            _badges(viewer)
        if viewer is not None:
            _person(viewer)
    return viewer


def _badges(viewer: Viewer | None) -> None:
    translate = words.language().gettext
    if not connection.settings().access.is_oidc:
        st.badge("DEMO", color="orange", help=translate(N_("Everybody at this machine may be anybody; nobody else can connect.")))
    if viewer is not None and connection.folder().is_sample:
        explained = translate(N_("Invented data of a partner that does not exist; import files and yours take its place."))
        st.badge("SAMPLE", color="violet", help=explained)


def _person(viewer: Viewer) -> None:
    translate = words.language().gettext
    name = words.plain(viewer.name)
    with st.container(key="person", width="content"), st.popover(name, icon=":material/account_circle:", type="tertiary"):
        st.text(translate(ROLE_TITLES[viewer.role]))
        st.text(viewer.email)
        own_sessions.draw(viewer)
        st.button(translate(N_("Sign out")), on_click=guard.sign_out, icon=":material/logout:", key="sign_out")
