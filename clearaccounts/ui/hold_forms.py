"""The forms that record and release holds. Each says whom it holds, from when, and what ends it.

As with the forms of a mark, an open form is remembered in the session with a key of its own: sent twice it is one hold. The person is
looked up again when it is sent.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, timedelta

import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.collections import holding
from clearaccounts.collections.holding import DISPUTE, EXEMPTION, PROMISE, Wish
from clearaccounts.errors import ClearAccountsError
from clearaccounts.money import typed
from clearaccounts.text import N_
from clearaccounts.ui import connection, guard, messages, words

_FORM, _PROBLEM, _DONE = "_hold_form", "_hold_problem", "_hold_done"
_FIELDS = ("hold_invoice", "hold_currency", "hold_amount", "hold_ends_on", "hold_owner", "hold_reason")
RELEASE = "release"

TITLES = {
    DISPUTE: N_("Record a dispute"), PROMISE: N_("Record a promise to pay"), EXEMPTION: N_("Exempt this customer"),
    RELEASE: N_("Release this hold"),
}
_CONSEQUENCES = {
    DISPUTE: N_(
        "What is disputed is left out when the policy looks at this customer, up to the last day. Without an amount all of it is disputed."
    ),
    PROMISE: N_("Nobody suspends this customer up to the last day. Whether the promise was kept is found by itself."),
    EXEMPTION: N_("Nobody suspends this customer up to the last day, whatever they owe."),
    RELEASE: N_("The policy looks at this customer again at once. The hold stays on record."),
}
_SAID = {
    DISPUTE: N_("The dispute is recorded."), PROMISE: N_("The promise is recorded."), EXEMPTION: N_("The exemption is recorded."),
    RELEASE: N_("The hold is released."),
}
_USUAL_DAYS = {DISPUTE: 30, PROMISE: 7, EXEMPTION: 90}


@dataclass(frozen=True)
class Form:
    """One open form: what it records about whom, the first day that may be its last, its key; of a release, which hold as which version."""

    action: str
    customer_id: str
    customer_name: str
    today: date
    invoices: tuple[tuple[str, str], ...] = ()
    currencies: tuple[str, ...] = ()
    longest_days: int | None = None
    hold_id: str = ""
    version: int = 0
    about: str = ""
    idempotency_key: str = ""


def offered(viewer: Viewer) -> list[str]:
    """The kinds of hold that this person may record."""
    found = [DISPUTE, PROMISE] if viewer.may(Permission.RECORD_HOLD) else []
    return [*found, *([EXEMPTION] if viewer.may(Permission.EXEMPT) else [])]


def open_form(form: Form) -> None:
    """Callback: open a form, with a fresh key and empty fields."""
    st.session_state[_FORM] = replace(form, idempotency_key=secrets.token_hex(16))
    for key in (_PROBLEM, *_FIELDS):
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
    st.text(form.customer_name, width="stretch")
    if form.about:
        st.text(form.about)
    st.write(translate(_CONSEQUENCES[form.action]))
    if form.action != RELEASE:
        _fields(form)
    st.text_area(translate(N_("Reason")), key="hold_reason", max_chars=2000, height=90)
    problem = st.session_state.get(_PROBLEM)
    if problem:
        st.error(words.plain(problem), icon=":material/error:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(translate(N_("Cancel")), on_click=close_form, key="hold_cancel")
        st.button(translate(TITLES[form.action]), on_click=_send, args=(form,), type="primary", key="hold_send")


def _fields(form: Form) -> None:
    language = words.language()
    translate = language.gettext
    currency = None
    if form.action == DISPUTE:
        currencies = dict(form.invoices)
        chosen = st.selectbox(
            translate(N_("Invoice")), list(currencies), key="hold_invoice", format_func=lambda one: f"{one} ({currencies[one]})")
        currency = currencies.get(chosen or "")
    elif form.action == PROMISE:
        currency = st.selectbox(translate(N_("Currency")), form.currencies, key="hold_currency")
    if currency:
        label = N_("Disputed, {currency}") if form.action == DISPUTE else N_("Promised, {currency}")
        # A field of text: one of numbers keeps binary ones, which do not hold every amount.
        st.text_input(translate(label).format(currency=currency), key="hold_amount", max_chars=40)
    longest = translate(N_("At most {days}; longer is for a billing administrator.")).format(
        days=language.days(form.longest_days)) if form.longest_days is not None else None
    usual = min(_USUAL_DAYS[form.action], form.longest_days or 90)
    st.date_input(
        translate(N_("They pay by")) if form.action == PROMISE else translate(N_("Last day")), key="hold_ends_on",
        value=form.today + timedelta(days=usual), min_value=form.today, help=longest, format="YYYY-MM-DD")
    person = guard.viewer()
    st.text_input(
        translate(N_("Owner")), key="hold_owner", value="" if person is None else person.email, max_chars=200,
        help=translate(N_("The e-mail of whoever follows this up; they may release it.")))


def _send(form: Form) -> None:
    try:
        _record(form) if form.action != RELEASE else _release(form)
    except ClearAccountsError as error:
        st.session_state[_PROBLEM] = messages.sentence(error)
        return
    close_form()
    st.session_state[_DONE] = form.action


def _record(form: Form) -> None:
    invoice_id = st.session_state.get("hold_invoice") if form.action == DISPUTE else None
    currency = dict(form.invoices).get(invoice_id or "") if form.action == DISPUTE else st.session_state.get("hold_currency")
    amount = None if form.action == EXEMPTION else typed(str(st.session_state.get("hold_amount") or ""), currency or "", words.language())
    wish = Wish(
        form.customer_id, form.action, st.session_state.get("hold_ends_on"), str(st.session_state.get("hold_owner") or ""), invoice_id,
        amount, None if form.action == EXEMPTION else currency,
    )
    holding.record(
        connection.store(), connection.grounds(), guard.person(), wish, reason=str(st.session_state.get("hold_reason") or ""),
        idempotency_key=form.idempotency_key, now=connection.now(),
    )


def _release(form: Form) -> None:
    holding.release(
        connection.store(), connection.grounds(), guard.person(), hold_id=form.hold_id, seen_version=form.version,
        reason=str(st.session_state.get("hold_reason") or ""), idempotency_key=form.idempotency_key, now=connection.now(),
    )
