"""The form that decides: it repeats whom, how much and what follows, and its button says the verb.

A form is opened by a button and remembered in the session with a key of its own; sending it twice, from a
double click or a lost answer, is one decision. The person is looked up again when the form is sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from clearaccounts.collections.suspensions import Marked
from clearaccounts.errors import ClearAccountsError
from clearaccounts.text import N_, Language
from clearaccounts.ui import guard, messages, tables, words
from clearaccounts.ui.decision_steps import STEPS, Form, Target

_FORM, _PROBLEM, _DONE = "_decision_form", "_decision_problem", "_decision_done"
_TARGETS_SHOWN = 8


def open_form(form: Form) -> None:
    """Callback: open a form, with a fresh key."""
    st.session_state[_FORM] = replace(form, idempotency_key=secrets.token_hex(16))
    st.session_state.pop(_PROBLEM, None)
    st.session_state.pop("reason", None)


def close_form() -> None:
    """Callback: forget the open form."""
    for key in (_FORM, _PROBLEM):
        st.session_state.pop(key, None)


def say(sentence: str, details: Sequence[str] = (), *, is_good: bool = True) -> None:
    """Remember what the next run of the page says on top; `details` are customers' words, a line each."""
    st.session_state[_DONE] = (sentence, tuple(details), is_good)


def draw() -> None:
    """What the last form did, and the form that is open."""
    done = st.session_state.pop(_DONE, None)
    if done:
        sentence, details, is_good = done
        if is_good:
            st.success(words.plain(sentence), icon=":material/check:")
        else:
            st.warning(words.plain(sentence), icon=":material/error:")
        with st.container(key="decision_outcomes", gap="xxsmall"):
            for line in details:
                st.text(line)
    form: Form | None = st.session_state.get(_FORM)
    if form is not None:
        st.dialog(words.language().gettext(STEPS[form.action].title), on_dismiss=close_form)(guard.watched(_body))(form)


def label(form: Form, language: Language) -> str:
    """The verb on the button: `Mark for suspension`, or `Mark 3 customers for suspension`."""
    if len(form.targets) == 1:
        return language.gettext(STEPS[form.action].title)
    return language.gettext(N_("Mark {count} customers for suspension")).format(count=language.number(len(form.targets)))


def target_in_words(target: Target, language: Language) -> str:
    """How much somebody owes: `1,200.00 EUR overdue, the oldest 72 days`."""
    days = target.overdue_days
    return language.ngettext("{amount} overdue, the oldest {days} day", "{amount} overdue, the oldest {days} days", days).format(
        amount=language.amount(target.amount_overdue, target.currency), days=language.number(target.overdue_days))


def _body(form: Form) -> None:
    if st.session_state.get(_FORM) is None:  # sent, or cancelled, within the dialog
        st.rerun()
    language = words.language()
    translate = language.gettext
    step = STEPS[form.action]
    _targets(form, language)
    st.write(translate(step.consequence))
    for note in form.notes:
        st.text(note)
    if step.asks is not None:
        st.text_area(translate(step.asks), key="reason", max_chars=2000, height=90)
    problem = st.session_state.get(_PROBLEM)
    if problem:
        st.error(words.plain(problem), icon=":material/error:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(translate(N_("Cancel")), on_click=close_form, key="decision_cancel")
        st.button(label(form, language), on_click=_send, args=(form,), type="primary", key="decision_send")


def _targets(form: Form, language: Language) -> None:
    if len(form.targets) == 1:
        st.text(form.targets[0].customer_name, width="stretch")
        st.text(target_in_words(form.targets[0], language))
        return
    for target in form.targets[:_TARGETS_SHOWN]:
        st.text(f"{target.customer_name}: {target_in_words(target, language)}", width="stretch")
    rest = len(form.targets) - _TARGETS_SHOWN
    if rest > 0:
        st.caption(language.ngettext("and {count} more", "and {count} more", rest).format(count=language.number(rest)))


def _send(form: Form) -> None:
    language = words.language()
    try:
        found = STEPS[form.action].send(form, str(st.session_state.get("reason") or ""))
    except ClearAccountsError as error:
        st.session_state[_PROBLEM] = messages.sentence(error)
        return
    close_form()
    tables.let_go()
    if len(found) == 1:
        mark = found[0].mark
        is_first = mark is not None and mark.mark_status.value == "approved_once"
        said = N_("Approved as the first of two: the day's limit is used up, another person approves it too.")
        say(language.gettext(said if is_first else STEPS[form.action].said))
        return
    _say_each(form, found, language)


def _say_each(form: Form, found: Sequence[Marked], language: Language) -> None:
    """What came of each of several customers: their own outcome, one line each."""
    names = {(one.customer_id, one.currency): one.customer_name for one in form.targets}
    translate = language.gettext
    marked = sum(1 for one in found if one.mark is not None)
    details = [
        f"{names[one.chosen.customer_id, one.chosen.currency]}: "
        + (translate(N_("marked")) if one.problem is None else messages.sentence(one.problem))
        for one in found
    ]
    said = translate(N_("{count} of {all} marked; another person must approve each.")).format(
        count=language.number(marked), all=language.number(len(found)))
    say(said, details, is_good=marked == len(found))
