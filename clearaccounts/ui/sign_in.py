"""The sign-in: by the company's directory, or, in demo mode, as one of five built-in people."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode, urlsplit

import streamlit as st

from clearaccounts.access import DEMO_PEOPLE, ROLE_TITLES, Role
from clearaccounts.text import N_
from clearaccounts.ui import connection, guard, messages, words
from clearaccounts.ui.edge import targets
from clearaccounts.ui.registry import PRODUCT

_DOES = {
    Role.SALES_AGENT: N_("Their own customers: what they owe, what they asked, what to say next"),
    Role.HELPDESK_AGENT: N_("Cases and escalations of all customers; whether an account is overdue, without amounts"),
    Role.BILLING_ADMIN: N_("All receivables, imports, and proposing a suspension"),
    Role.MANAGER: N_("Everything on one screen, and approving a suspension"),
    Role.USER_ADMIN: N_("People and their roles; no customers"),
}


def show() -> None:
    """Offer to sign in; the address stays, so that the page asked for opens after it."""
    with st.container(key="sign_in"):
        st.title(PRODUCT, anchor=False)
        refused = guard.refusal()
        if refused is not None:
            messages.show(refused)
        if connection.settings().access.is_oidc:
            _directory()
        else:
            _built_in_people()


def _directory() -> None:
    """The same button for whom the sentence above sends away: the directory lets them choose the account."""
    translate = words.language().gettext
    _keep_target()
    st.write(translate(N_("Sign in with your company account.")))
    st.button(
        translate(N_("Sign in")), key="sign_in_directory", on_click=st.login, type="primary", icon=":material/login:",
    )


def _keep_target() -> None:
    """Have the browser keep the page that was asked for: the way leads to the directory and back to the front door."""
    asked = st.context.url or ""
    page = urlsplit(asked).path.strip("/")
    query = urlencode([(name, value) for name in st.query_params for value in st.query_params.get_all(name)])
    if page or query:
        st.html(f'<img src="{escape(targets.picture(page, query))}" alt="">')


def _built_in_people() -> None:
    translate = words.language().gettext
    st.write(translate(N_("Choose whom to work as. This is the demo mode: everybody at this machine may be anybody.")))
    for person in DEMO_PEOPLE:
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.button(
                person.name, key=f"sign_in_{person.role.value}", on_click=guard.sign_in, args=(person.user_id,),
                width=190, icon=":material/login:",
            )
            with st.container(gap=None):
                st.markdown(f"**{translate(ROLE_TITLES[person.role])}**")
                st.caption(translate(_DOES[person.role]))
