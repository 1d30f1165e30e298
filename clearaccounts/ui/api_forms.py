"""Carrying out an order by Partner Center's API, where the settings allow it: a form that says what follows, then each outcome."""

from __future__ import annotations

import os
import secrets
from decimal import Decimal

import streamlit as st

from clearaccounts.collections import carrying_out, suspensions
from clearaccounts.collections.carrying_out import CarriedOut
from clearaccounts.collections.marks import Mark
from clearaccounts.collections.orders import Order
from clearaccounts.collections.partner_center import PartnerCenter
from clearaccounts.errors import ClearAccountsError
from clearaccounts.text import N_
from clearaccounts.ui import connection, decision_forms, guard, mark_words, messages, words

_OPEN, _KEY, _PROBLEM = "_api_form", "_api_key", "_api_problem"
_TITLES = {"live": N_("Send to Partner Center"), "dry_run": N_("See what would be sent")}
_CONSEQUENCES = {
    "suspend": N_("The subscriptions are suspended at Microsoft now, one after the other: their users lose access."),
    "reactivate": N_(
        "The subscriptions are reactivated at Microsoft now, one after the other: their users get access again."),
}
_DRY = N_("A dry run: the subscriptions are read at Microsoft, and what would be sent is said. Nothing is changed.")


def _mode() -> str:
    return connection.settings().partner_center.mode


def button(mark: Mark) -> None:
    """The button that opens the form; nothing unless the settings switch the API on."""
    if _mode() in _TITLES:
        st.button(words.language().gettext(_TITLES[_mode()]), key="api_open", on_click=_open, args=(mark.mark_id,))


def _open(mark_id: str) -> None:
    st.session_state[_OPEN], st.session_state[_KEY] = mark_id, secrets.token_hex(16)
    st.session_state.pop(_PROBLEM, None)


def _close() -> None:
    for key in (_OPEN, _PROBLEM):
        st.session_state.pop(key, None)


def draw() -> None:
    """The form that is open."""
    mark_id = st.session_state.get(_OPEN)
    if mark_id is not None and _mode() in _TITLES:
        st.dialog(words.language().gettext(_TITLES[_mode()]), on_dismiss=_close)(guard.watched(_body))(mark_id)


def _body(mark_id: str) -> None:
    if st.session_state.get(_OPEN) is None:
        st.rerun()
    language = words.language()
    translate = language.gettext
    mark = suspensions.mark_of(connection.store(), mark_id)
    order = mark.reinstatement or mark.order
    if order is None:
        return
    st.text(mark.customer_name, width="stretch")
    st.text(translate(N_("{amount} overdue when it was marked")).format(amount=language.amount(_overdue(mark), mark.currency)))
    for line in order.lines:
        st.text(line.product_name)
    st.write(translate(_CONSEQUENCES[order.action] if _mode() == "live" else _DRY))
    problem = st.session_state.get(_PROBLEM)
    if problem:
        st.error(words.plain(problem), icon=":material/error:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(translate(N_("Cancel")), on_click=_close, key="api_cancel")
        st.button(translate(_TITLES[_mode()]), on_click=_send, args=(mark, order), type="primary", key="api_send")


def _overdue(mark: Mark) -> Decimal:
    """What was overdue when it was marked."""
    return sum((Decimal(item["amount_outstanding"]) for item in mark.evidence["items"]), Decimal(0))


def _send(mark: Mark, order: Order) -> None:
    try:
        with PartnerCenter.configured(connection.settings().partner_center, os.environ) as center:
            carried = carrying_out.carry_out(
                connection.store(), connection.grounds(), guard.person(), center, mark_id=mark.mark_id, action=order.action,
                idempotency_key=st.session_state[_KEY], clock=connection.now,
            )
    except ClearAccountsError as error:
        st.session_state[_PROBLEM] = messages.sentence(error)
        return
    _close()
    _say(carried, order)


def _say(carried: CarriedOut, order: Order) -> None:
    language = words.language()
    products = {line.subscription_id: line.product_name for line in order.lines}
    details = [f"{products[one.subscription_id]}: {mark_words.outcome(one.outcome, language)}. {one.detail}".rstrip()
               for one in carried.outcomes]
    if carried.stopped_by is not None:
        details.append(messages.sentence(carried.stopped_by))
    said = language.gettext(N_("Partner Center was asked about {count} of {all} subscriptions.")).format(
        count=language.number(len(carried.outcomes)), all=language.number(len(order.lines)))
    decision_forms.say(said, details, is_good=carried.stopped_by is None)
