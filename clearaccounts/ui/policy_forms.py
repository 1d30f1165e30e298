"""The forms that decide about a policy: propose, approve, decline, withdraw; each repeats what, its hash, and what follows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from clearaccounts.errors import ClearAccountsError
from clearaccounts.text import N_
from clearaccounts.ui import connection, guard, messages, words

_FORM, _PROBLEM, _DONE = "_policy_form", "_policy_problem", "_policy_done"

TITLES = {
    "propose": N_("Propose this policy"), "approve": N_("Approve this policy"), "decline": N_("Decline this policy"),
    "withdraw": N_("Withdraw this policy"),
}
_CONSEQUENCES = {
    "propose": N_("A manager is asked to approve exactly this text. Until then nothing changes."),
    "approve": N_("From then on this policy decides who is flagged for suspension. Past days keep theirs."),
    "decline": N_("The proposal ends here; the policy in force stays."),
    "withdraw": N_("It ends here and comes into force no more; the policy in force stays."),
}
_SAID = {
    "propose": N_("Proposed. Another person must approve it."), "approve": N_("Approved."), "decline": N_("Declined."),
    "withdraw": N_("Withdrawn."),
}


@dataclass(frozen=True)
class Form:
    """One open form: what is to be decided about which policy, by which hash, under which key."""

    action: str
    name: str
    policy_version: int
    effective_on: date
    text_hash: str
    policy_id: str = ""
    seen_version: int = 0
    text: str = ""
    idempotency_key: str = ""


def open_form(about: Form) -> None:
    """Callback: open the form, with a fresh key."""
    st.session_state[_FORM] = replace(about, idempotency_key=secrets.token_hex(16))
    for key in (_PROBLEM, "policy_reason"):
        st.session_state.pop(key, None)


def close_form() -> None:
    """Callback: forget the open form."""
    for key in (_FORM, _PROBLEM):
        st.session_state.pop(key, None)


def draw() -> None:
    """What the last form did, and the form that is open."""
    translate = words.language().gettext
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(translate(_SAID[done]), icon=":material/check:")
    form: Form | None = st.session_state.get(_FORM)
    if form is not None:
        st.dialog(translate(TITLES[form.action]), on_dismiss=close_form)(guard.watched(_body))(form)


def _body(form: Form) -> None:
    if st.session_state.get(_FORM) is None:  # sent, or cancelled, within the dialog
        st.rerun()
    language = words.language()
    translate = language.gettext
    st.text(translate(N_("{name}, version {version}")).format(name=form.name, version=form.policy_version))
    if form.action in {"propose", "approve"}:
        counts = max(form.effective_on, connection.today())
        st.text(translate(N_("Once approved today, in force from {day}.")).format(day=language.day(counts)))
    st.caption(f"SHA-256 {form.text_hash}")
    st.write(translate(_CONSEQUENCES[form.action]))
    label = N_("Reason") if form.action != "approve" else N_("Note, if any")
    st.text_area(translate(label), key="policy_reason", max_chars=2000, height=90)
    problem = st.session_state.get(_PROBLEM)
    if problem:
        st.error(words.plain(problem), icon=":material/error:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(translate(N_("Cancel")), on_click=close_form, key="policy_cancel")
        st.button(translate(TITLES[form.action]), on_click=_send, args=(form,), type="primary", key="policy_send")


def _send(form: Form) -> None:
    try:
        _decide(form, str(st.session_state.get("policy_reason") or ""))
    except ClearAccountsError as error:
        st.session_state[_PROBLEM] = messages.sentence(error)
        return
    close_form()
    st.session_state[_DONE] = form.action


def _decide(form: Form, reason: str) -> None:
    person, desk, now = guard.person(), connection.policy_desk(), connection.now()
    match form.action:
        case "propose":
            desk.propose(person, text=form.text, reason=reason, idempotency_key=form.idempotency_key, now=now)
        case "approve":
            desk.approve(person, policy_id=form.policy_id, seen_version=form.seen_version, seen_hash=form.text_hash, reason=reason,
                         idempotency_key=form.idempotency_key, now=now)
        case "decline":
            desk.decline(person, policy_id=form.policy_id, seen_version=form.seen_version, reason=reason,
                         idempotency_key=form.idempotency_key, now=now)
        case _:
            desk.withdraw(person, policy_id=form.policy_id, seen_version=form.seen_version, reason=reason,
                          idempotency_key=form.idempotency_key, now=now)
