"""The forms that send and record notices: each repeats to whom, how much and what follows.

A form has its keys from when it was opened: sending it twice is one mail. Several notices are several events; each tells what
became of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import streamlit as st

from clearaccounts.collections import notice_sending, notices
from clearaccounts.collections.days import counts_from
from clearaccounts.collections.notice_sending import RECORDED, ByHand, Wish
from clearaccounts.collections.notices import CHANNELS, TYPES, Notice, Status
from clearaccounts.errors import ClearAccountsError
from clearaccounts.text import N_
from clearaccounts.ui import connection, guard, labels, messages, tables, words

_FORM, _PROBLEM, _DONE = "_notice_form", "_notice_problem", "_notice_done"

TITLES = {
    "send": N_("Send notices"), "by_hand": N_("Record a notice sent by hand"), "arrived": N_("It arrived"),
    "not_arrived": N_("It did not arrive"), "withdraw": N_("Take the record back"),
}
_CONSEQUENCES = {
    "arrived": N_("It then counts as sent on the day on which it was handed to the mail server."),
    "not_arrived": N_("It then counts as never sent, and may be sent again."),
    "withdraw": N_("It then counts no more: who was flagged because of it no longer is."),
}
_SAID = {
    "by_hand": N_("Recorded."), "arrived": N_("Noted: it arrived."), "not_arrived": N_("Noted: it did not arrive. It may be sent again."),
    "withdraw": N_("The record is taken back."),
}
_OUTCOMES = {
    Status.SENT: N_("{customer}: sent."), Status.FAILED: N_("{customer}: not sent. The mail server said: {detail}"),
    Status.UNKNOWN: N_("{customer}: nobody knows whether it arrived ({detail}). Find out before you send it again."),
    Status.QUEUED: N_("{customer}: it is on its way; look again in a few minutes."),
}


@dataclass(frozen=True)
class Draft:
    """One notice that is about to be sent: to whom, how much, and what the sender saw."""

    customer_id: str
    customer_name: str
    currency: str
    notice_type: str
    amount_asked: Decimal
    to_address: str
    seen_hash: str
    hold_types: tuple[str, ...]
    idempotency_key: str = ""


@dataclass(frozen=True)
class Form:
    """One open form; which of its fields it uses depends on what it does."""

    action: str
    idempotency_key: str
    drafts: tuple[Draft, ...] = ()
    way: str = ""
    customer_id: str = ""
    customer_name: str = ""
    notice_type: str = ""
    currency: str | None = None
    notice_id: str = ""
    version: int = 0


def open_sending(drafts: tuple[Draft, ...], way: str) -> None:
    """Callback: open the form that sends these, each with a key of its own."""
    keyed = tuple(replace(draft, idempotency_key=secrets.token_hex(16)) for draft in drafts)
    _open(Form("send", "", drafts=keyed, way=way))


def open_by_hand(customer_id: str, customer_name: str, notice_type: str, currency: str | None) -> None:
    """Callback: open the form that records a notice sent another way."""
    _open(Form("by_hand", secrets.token_hex(16), customer_id=customer_id, customer_name=customer_name, notice_type=notice_type,
               currency=currency))


def open_step(action: str, notice: Notice) -> None:
    """Callback: open the form that says what became of a notice, or takes its record back."""
    _open(Form(action, secrets.token_hex(16), customer_name=notice.customer_name, notice_type=notice.notice_type,
               notice_id=notice.notice_id, version=notice.version))


def close_form() -> None:
    """Callback: forget the open form."""
    for key in (_FORM, _PROBLEM):
        st.session_state.pop(key, None)


def draw() -> None:
    """What the last form did, and the form that is open."""
    for is_good, said in st.session_state.pop(_DONE, []):
        if is_good:
            st.success(words.plain(said), icon=":material/check:")
        else:
            st.error(words.plain(said), icon=":material/error:")
    form: Form | None = st.session_state.get(_FORM)
    if form is not None:
        st.dialog(words.language().gettext(TITLES[form.action]), on_dismiss=close_form)(guard.watched(_body))(form)


def _open(form: Form) -> None:
    st.session_state[_FORM] = form
    for key in (_PROBLEM, "notice_reason", "notice_knows"):
        st.session_state.pop(key, None)


def _body(form: Form) -> None:
    if st.session_state.get(_FORM) is None:  # sent, or cancelled, within the dialog
        st.rerun()
    {"send": _sending_body, "by_hand": _by_hand_body}.get(form.action, _step_body)(form)


def _sending_body(form: Form) -> None:
    language = words.language()
    translate = language.gettext
    for draft in form.drafts:
        st.text(translate(N_("{customer}: {notice}, {amount}, to {address}")).format(
            customer=draft.customer_name, notice=labels.notice(draft.notice_type, language),
            amount=language.amount(draft.amount_asked, draft.currency),
            address=draft.to_address or translate(N_("no mail address on record"))), width="stretch")
    st.write(translate(
        N_("Sample data: they are put on record as if they had been mailed; nothing leaves this machine.") if form.way == RECORDED
        else N_("Each is mailed at once and cannot be taken back.")))
    if any(draft.notice_type == "final_notice" for draft in form.drafts):
        st.write(translate(N_("After a final notice and its waiting days the customer may be flagged for suspension.")))
    held = [draft for draft in form.drafts if draft.hold_types]
    if held:
        names = ", ".join(f"{one.customer_name} ({', '.join(labels.title(kind, language) for kind in one.hold_types)})" for one in held)
        st.checkbox(translate(N_("I know that these are on hold and write to them all the same")), key="notice_knows")
        st.text(names)
    _end(form, translate(N_("Record as mailed")) if form.way == RECORDED else translate(TITLES["send"]), _send)


def _by_hand_body(form: Form) -> None:
    language = words.language()
    translate = language.gettext
    build = connection.warehouse().build
    today = counts_from(build, connection.now())
    st.text(form.customer_name, width="stretch")
    st.selectbox(translate(N_("Notice")), TYPES, index=TYPES.index(form.notice_type), key="notice_type_by_hand",
                 format_func=lambda code: labels.notice(code, language))
    st.date_input(translate(N_("Sent on")), value=today, max_value=today, key="notice_day", format="YYYY-MM-DD")
    st.selectbox(translate(N_("How")), CHANNELS, index=CHANNELS.index("letter"), key="notice_channel",
                 format_func=lambda code: labels.title(code, language))
    st.text_area(translate(N_("Note, if any")), key="notice_reason", max_chars=2000, height=90)
    st.write(translate(N_("It counts from the day on which it was really sent.")))
    _end(form, translate(N_("Record")), _record)


def _step_body(form: Form) -> None:
    language = words.language()
    translate = language.gettext
    st.text(f"{form.customer_name}: {labels.notice(form.notice_type, language)}", width="stretch")
    st.write(translate(_CONSEQUENCES[form.action]))
    st.text_area(translate(N_("Reason")), key="notice_reason", max_chars=2000, height=90)
    _end(form, translate(TITLES[form.action]), _step)


def _end(form: Form, verb: str, callback: Callable[[Form], None]) -> None:
    problem = st.session_state.get(_PROBLEM)
    if problem:
        st.error(words.plain(problem), icon=":material/error:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(words.language().gettext(N_("Cancel")), on_click=close_form, key="notice_cancel")
        st.button(verb, on_click=callback, args=(form,), type="primary", key="notice_do")


def _send(form: Form) -> None:
    """Send one after the other; each stands for itself, and one that is refused stops none of the others."""
    translate = words.language().gettext
    said: list[tuple[bool, str]] = []
    knows = bool(st.session_state.get("notice_knows"))
    for draft in form.drafts:
        try:
            notice = notice_sending.send(
                connection.store(), connection.grounds(), connection.settings(), guard.person(),
                Wish(draft.customer_id, draft.currency, draft.notice_type, draft.seen_hash, knows),
                idempotency_key=draft.idempotency_key, clock=connection.now)
        except ClearAccountsError as error:
            said.append((False, f"{draft.customer_name}: {messages.sentence(error)}"))
            continue
        outcome = _OUTCOMES.get(notice.notice_status, N_("{customer}: sent."))
        said.append((notice.notice_status is Status.SENT, translate(outcome).format(customer=draft.customer_name, detail=notice.detail)))
    if len(form.drafts) == 1 and not said[0][0]:
        st.session_state[_PROBLEM] = said[0][1]  # the form stays open: nothing is lost, and sending it again is the same mail
        return
    _finish(said)


def _record(form: Form) -> None:
    wish = ByHand(form.customer_id, str(st.session_state.get("notice_type_by_hand")), st.session_state.get("notice_day"),
                  str(st.session_state.get("notice_channel")), form.currency)
    _try(form, lambda: notice_sending.record(
        connection.store(), connection.grounds(), guard.person(), wish, note=_reason(), idempotency_key=form.idempotency_key,
        now=connection.now()))


def _step(form: Form) -> None:
    def settle() -> Notice:
        if form.action == "withdraw":
            return notice_sending.withdraw(
                connection.store(), connection.grounds(), guard.person(), notice_id=form.notice_id, seen_version=form.version,
                reason=_reason(), idempotency_key=form.idempotency_key, now=connection.now())
        return notice_sending.settle(
            connection.store(), connection.grounds(), guard.person(), notice_id=form.notice_id, seen_version=form.version,
            has_arrived=form.action == notices.ARRIVED, reason=_reason(), idempotency_key=form.idempotency_key, now=connection.now())
    _try(form, settle)


def _try(form: Form, act: Callable[[], Notice]) -> None:
    try:
        act()
    except ClearAccountsError as error:
        st.session_state[_PROBLEM] = messages.sentence(error)
        return
    _finish([(True, words.language().gettext(_SAID[form.action]))])


def _finish(said: list[tuple[bool, str]]) -> None:
    close_form()
    tables.let_go()
    st.session_state[_DONE] = said


def _reason() -> str:
    return str(st.session_state.get("notice_reason") or "")
