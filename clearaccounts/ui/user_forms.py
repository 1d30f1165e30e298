"""The dialogs of the page of users: each repeats whom and what follows, and its button says the verb.

As with the forms of a mark, an open form is remembered in the session with a key of its own: sent twice it is one event. The person is
looked up again when it is sent.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

import streamlit as st

from clearaccounts.access import ROLE_TITLES
from clearaccounts.errors import ClearAccountsError
from clearaccounts.people.administering import GRANTABLE
from clearaccounts.text import N_, Language
from clearaccounts.ui import guard, messages, tables, words
from clearaccounts.ui.user_steps import ASSIGN_ACCOUNTS, ASSIGN_BOOK, GRANT, INVITE, STEPS, Form

_FORM, _PROBLEM, _DONE = "_user_form", "_user_problem", "_user_done"
_FIELDS = ("user_email", "user_name", "user_role", "user_agent", "user_accounts", "user_reason")


def open_form(form: Form) -> None:
    """Callback: open a form, with a fresh key and empty fields."""
    st.session_state[_FORM] = replace(form, idempotency_key=secrets.token_hex(16))
    for key in (_PROBLEM, *_FIELDS):
        st.session_state.pop(key, None)


def close_form() -> None:
    """Callback: forget the open form."""
    for key in (_FORM, _PROBLEM):
        st.session_state.pop(key, None)


def button(form: Form, key: str, *, is_main: bool = False, icon: str | None = None) -> None:
    """A button that opens a form; it says the form's verb."""
    st.button(
        words.language().gettext(STEPS[form.action].title), key=key, on_click=open_form, args=(form,), icon=icon,
        type="primary" if is_main else "secondary",
    )


def draw() -> None:
    """What the last form did, and the form that is open."""
    translate = words.language().gettext
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(translate(STEPS[done].said), icon=":material/check:")
    form: Form | None = st.session_state.get(_FORM)
    if form is not None:
        st.dialog(translate(STEPS[form.action].title), on_dismiss=close_form)(_body)(form)


@guard.watched
def _body(form: Form) -> None:
    if st.session_state.get(_FORM) is None:  # sent, or cancelled, within the dialog
        st.rerun()
    language = words.language()
    translate = language.gettext
    for line in (form.name, form.about):
        if line:
            st.text(line, width="stretch")
    st.write(translate(STEPS[form.action].consequence))
    _fields(form, language)
    st.text_area(translate(N_("Reason")), key="user_reason", max_chars=2000, height=90)
    problem = st.session_state.get(_PROBLEM)
    if problem:
        st.error(words.plain(problem), icon=":material/error:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(translate(N_("Cancel")), on_click=close_form, key="user_cancel")
        st.button(translate(STEPS[form.action].title), on_click=_send, args=(form,), type="primary", key="user_send")


def _fields(form: Form, language: Language) -> None:
    translate = language.gettext
    if form.action == INVITE:
        st.text_input(translate(N_("E-mail")), key="user_email", max_chars=254)
        st.text_input(translate(N_("Name")), key="user_name", max_chars=120)
    if form.action in {INVITE, GRANT}:
        roles = [role.value for role in GRANTABLE if role is not form.role]
        titles = {role.value: translate(ROLE_TITLES[role]) for role in GRANTABLE}
        st.selectbox(translate(N_("Role")), roles, key="user_role", format_func=titles.__getitem__)
    if form.action == ASSIGN_ACCOUNTS:
        st.text_area(
            translate(N_("Ids of the accounts")), key="user_accounts", height=120,
            help=translate(N_("Up to 200, one a line or with commas between them.")))
    if form.action in {ASSIGN_BOOK, ASSIGN_ACCOUNTS}:
        agents = dict(form.agents)
        st.selectbox(translate(N_("Sales agent")), list(agents), key="user_agent", format_func=agents.__getitem__)


def _send(form: Form) -> None:
    try:
        STEPS[form.action].send(form)
    except ClearAccountsError as error:
        st.session_state[_PROBLEM] = messages.sentence(error)
        return
    close_form()
    tables.let_go()
    st.session_state[_DONE] = form.action
