"""Reporting what came of an order: by hand for each subscription, or by the file that was filled in or that the script wrote."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

import streamlit as st

from clearaccounts.collections import suspensions
from clearaccounts.collections.marks import Mark, Reported
from clearaccounts.collections.orders import DONE, FAILED, NOT_DONE, UNKNOWN, Order
from clearaccounts.collections.suspensions import Outcome, Report
from clearaccounts.errors import ClearAccountsError, Refused
from clearaccounts.exporting.partner_center_confirmations import read_confirmation
from clearaccounts.text import N_
from clearaccounts.ui import connection, decision_forms, guard, mark_words, messages, words

_OPEN, _KEY, _PROBLEM, _ROUND = "_report_form", "_report_key", "_report_problem", "_report_round"
_SAID = N_("Reported.")


def button(mark: Mark, order: Order, known: Mapping[str, Reported]) -> None:
    """The button that opens the form, as long as something may still be said."""
    done = DONE[order.action]
    waiting = [line for line in order.lines if line.subscription_id not in known or known[line.subscription_id].outcome.outcome != done]
    if waiting:
        st.button(
            words.language().gettext(N_("Report what came of it")), key="report_open", on_click=_open, args=(mark.mark_id,),
            type="primary",
        )


def _open(mark_id: str) -> None:
    st.session_state[_OPEN], st.session_state[_KEY] = mark_id, secrets.token_hex(16)
    st.session_state.pop(_PROBLEM, None)
    for key in [key for key in st.session_state if str(key).startswith(("outcome_", "detail_"))]:
        del st.session_state[key]


def _close() -> None:
    for key in (_OPEN, _PROBLEM):
        st.session_state.pop(key, None)


def draw() -> None:
    """The form that is open."""
    mark_id = st.session_state.get(_OPEN)
    if mark_id is not None:
        st.dialog(words.language().gettext(N_("Report what came of it")), width="large", on_dismiss=_close)(guard.watched(_body))(mark_id)


def send(mark: Mark, said: Report, key: str) -> Mark:
    """Record a report of the mark's order in hand, under the person who is signed in."""
    act = suspensions.report if mark.reinstatement is None else suspensions.report_reinstatement
    return act(
        connection.store(), connection.grounds(), guard.person(), mark_id=mark.mark_id, said=said, idempotency_key=key,
        now=connection.now())


def _body(mark_id: str) -> None:
    if st.session_state.get(_OPEN) is None:
        st.rerun()
    language = words.language()
    translate = language.gettext
    mark = suspensions.mark_of(connection.store(), mark_id)
    order, known = (mark.order, mark.outcomes) if mark.reinstatement is None else (mark.reinstatement, mark.reinstated)
    if order is None:
        return
    st.text(mark.customer_name, width="stretch")
    st.write(translate(N_("Say of each subscription what Partner Center shows. What you leave open stays not reported.")))
    done = DONE[order.action]
    options = ["", done, FAILED, NOT_DONE, UNKNOWN]
    with st.container(key="report_lines", gap="small"):
        for number, line in enumerate(order.lines):
            before = known.get(line.subscription_id)
            if before is not None and before.outcome.outcome == done:
                st.text(f"{line.product_name}: {mark_words.outcome(done, language)}")
                continue
            left, right = st.columns([3, 2], vertical_alignment="bottom")
            left.selectbox(
                words.plain(f"{line.product_name} · {line.microsoft_subscription_id}"), options, key=f"outcome_{number}",
                format_func=lambda code: mark_words.outcome(code, language),
            )
            right.text_input(translate(N_("Note, if any")), key=f"detail_{number}", max_chars=300)
    problem = st.session_state.get(_PROBLEM)
    if problem:
        st.error(words.plain(problem), icon=":material/error:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(translate(N_("Cancel")), on_click=_close, key="report_cancel")
        everything = translate(N_("All are suspended") if done == "suspended" else N_("All are reactivated"))
        st.button(everything, on_click=_all_done, args=(len(order.lines), done), key="report_all_done")
        st.button(translate(N_("Report")), on_click=_send_by_hand, args=(mark, order), type="primary", key="report_send")


def _all_done(count: int, done: str) -> None:
    for number in range(count):
        st.session_state[f"outcome_{number}"] = done


def _send_by_hand(mark: Mark, order: Order) -> None:
    state = st.session_state
    outcomes = tuple(
        Outcome(line.subscription_id, state[f"outcome_{number}"], " ".join(str(state.get(f"detail_{number}") or "").split()))
        for number, line in enumerate(order.lines) if state.get(f"outcome_{number}")
    )
    try:
        if not outcomes:
            raise Refused(N_("Say of one subscription at least what came of it."))
        send(mark, Report(order.export_id, outcomes), st.session_state[_KEY])
    except ClearAccountsError as error:
        st.session_state[_PROBLEM] = messages.sentence(error)
        return
    _close()
    decision_forms.say(words.language().gettext(_SAID))


def by_file(marks: Sequence[Mark]) -> None:
    """A place to hand in a file that says what came of one order or of several; what it says is shown before it is recorded."""
    language = words.language()
    translate = language.gettext
    by_export = {order.export_id: (mark, order) for mark in marks for order in [mark.reinstatement or mark.order] if order is not None}
    place = st.popover(translate(N_("Report by file")), icon=":material/upload_file:", type="tertiary", key="report_by_file")
    with place:
        st.write(translate(N_("The order's own CSV with the column outcome filled in, or the result file that the script wrote.")))
        given = st.file_uploader(
            translate(N_("File")), type=["csv", "json"], key=f"report_file_{st.session_state.get(_ROUND, 0)}", label_visibility="collapsed")
        if given is None:
            return
        try:
            reports = read_confirmation(given.getvalue(), [order for _, order in by_export.values()], given.name)
        except ClearAccountsError as error:
            messages.show(error)
            return
        for one in reports:
            mark, order = by_export[one.export_id]
            for outcome in one.outcomes:
                line = order.line(outcome.subscription_id)
                st.text(f"{mark.customer_name}: {line.product_name if line else ''}: {mark_words.outcome(outcome.outcome, language)}")
        key = f"report-file/{reports[0].source_name}" if reports else ""
        st.button(
            translate(N_("Record what the file says")), key="report_file_send", type="primary", on_click=_send_file,
            args=([(by_export[one.export_id][0], one) for one in reports], key), disabled=not reports,
        )


def _send_file(found: Sequence[tuple[Mark, Report]], key: str) -> None:
    """Record each order's part for itself; what one refuses does not touch another."""
    language = words.language()
    details, problems = [], 0
    for mark, said in found:
        try:
            send(mark, said, f"{key}/{said.export_id}/{mark.version}")
            details.append(f"{mark.customer_name}: {language.gettext(_SAID)}")
        except ClearAccountsError as error:
            problems += 1
            details.append(f"{mark.customer_name}: {messages.sentence(error)}")
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    said_of_all = language.gettext(N_("{count} of {all} orders in the file were recorded.")).format(
        count=language.number(len(found) - problems), all=language.number(len(found)))
    decision_forms.say(said_of_all, details, is_good=not problems)
