"""The forms that write: mark, approve, decline, withdraw. Each repeats whom, how much and what follows.

A form is opened by a button and remembered in the session with a key of its own; sending it twice, from a
double click or a lost answer, is one decision. The person is looked up again when the form is sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.collections import suspensions
from clearaccounts.collections.suspensions import Mark
from clearaccounts.errors import ClearAccountsError, NotPermitted
from clearaccounts.text import N_
from clearaccounts.ui import connection, guard, messages, words

_FORM, _PROBLEM, _DONE = "_decision_form", "_decision_problem", "_decision_done"

TITLES = {
    "mark": N_("Mark for suspension"), "approve": N_("Approve the mark"), "decline": N_("Decline the mark"),
    "withdraw": N_("Withdraw the mark"),
}
_CONSEQUENCES = {
    "mark": N_("Another person is asked to approve this. Nothing is suspended yet, and a payment or a hold stops it."),
    "approve": N_("With your approval the customer's subscriptions may be suspended at Microsoft: their users lose access."),
    "decline": N_("The mark ends here. The customer stays flagged as long as the policy says so, and may be marked again."),
    "withdraw": N_("The mark ends here, also if it was approved. The customer may be marked again."),
}
_SAID = {
    "mark": N_("Marked. Another person must approve it."), "approve": N_("Approved."), "decline": N_("Declined."),
    "withdraw": N_("Withdrawn."),
}


@dataclass(frozen=True)
class Form:
    """One open form: what is to be decided, about whom, on which evidence, under which key."""

    action: str
    customer_id: str
    customer_name: str
    currency: str
    amount_overdue: Decimal
    overdue_days: int
    evidence_hash: str
    idempotency_key: str
    mark_id: str = ""
    version: int = 0


def open_form(action: str, about: Form) -> None:
    """Callback: open the form for `action`, with a fresh key."""
    values = {**about.__dict__, "action": action, "idempotency_key": secrets.token_hex(16)}
    st.session_state[_FORM] = Form(**values)
    st.session_state.pop(_PROBLEM, None)
    st.session_state.pop("reason", None)


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
        st.dialog(translate(TITLES[form.action]), on_dismiss=close_form)(_body)(form)


def _body(form: Form) -> None:
    if st.session_state.get(_FORM) is None:  # sent, or cancelled, within the dialog
        st.rerun()
    language = words.language()
    translate = language.gettext
    st.text(form.customer_name, width="stretch")
    st.text(translate(N_("{amount} overdue, the oldest {days} days")).format(
        amount=language.amount(form.amount_overdue, form.currency), days=language.number(form.overdue_days)))
    st.write(translate(_CONSEQUENCES[form.action]))
    st.text_area(
        translate(N_("Reason")) if form.action != "approve" else translate(N_("Note, if any")), key="reason", max_chars=2000, height=90)
    problem = st.session_state.get(_PROBLEM)
    if problem:
        st.error(words.plain(problem), icon=":material/error:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(translate(N_("Cancel")), on_click=close_form, key="decision_cancel")
        st.button(translate(TITLES[form.action]), on_click=_send, args=(form,), type="primary", key="decision_send")


def _send(form: Form) -> None:
    try:
        _ACTIONS[form.action](form, str(st.session_state.get("reason") or ""))
    except ClearAccountsError as error:
        st.session_state[_PROBLEM] = messages.sentence(error)
        return
    close_form()
    st.session_state[_DONE] = form.action


def _mark(form: Form, reason: str) -> Mark:
    return suspensions.mark(
        connection.store(), connection.grounds(), _person(), customer_id=form.customer_id, currency=form.currency, reason=reason,
        seen_evidence_hash=form.evidence_hash, idempotency_key=form.idempotency_key, now=connection.now(),
    )


def _approve(form: Form, reason: str) -> Mark:
    return suspensions.approve(
        connection.store(), connection.grounds(), _person(), mark_id=form.mark_id, seen_version=form.version, reason=reason,
        seen_evidence_hash=form.evidence_hash, idempotency_key=form.idempotency_key, now=connection.now(),
    )


def _decline(form: Form, reason: str) -> Mark:
    return suspensions.decline(
        connection.store(), connection.grounds(), _person(), mark_id=form.mark_id, seen_version=form.version, reason=reason,
        idempotency_key=form.idempotency_key, now=connection.now(),
    )


def _withdraw(form: Form, reason: str) -> Mark:
    return suspensions.withdraw(
        connection.store(), connection.grounds(), _person(), mark_id=form.mark_id, seen_version=form.version, reason=reason,
        idempotency_key=form.idempotency_key, now=connection.now(),
    )


_ACTIONS: dict[str, Callable[[Form, str], Mark]] = {"mark": _mark, "approve": _approve, "decline": _decline, "withdraw": _withdraw}


def _person() -> Viewer:
    person = guard.viewer()
    if person is None:
        raise NotPermitted(N_("You are not known here any more; sign in again."))
    return person
