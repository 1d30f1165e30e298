"""The health of an account on its page: the reasons, each a click from the list on which it can be checked, and what to do next."""

from __future__ import annotations

from collections.abc import Container, Sequence

import streamlit as st

from clearaccounts import health, receivables
from clearaccounts.collections.conversation import Step
from clearaccounts.health import Reason, State
from clearaccounts.text import N_, Language
from clearaccounts.ui import url, words

COLOURS = {State.ACT: "red", State.WATCH: "orange", State.WELL: "green", State.UNKNOWN: "gray"}
STEPS_SHOWN = 4
# How the list of a reason (or of a step) is narrowed to what its number is about.
_NARROWED = {
    "overdue_rate": {"bucket": receivables.OVERDUE}, "overdue_days": {"bucket": receivables.OVERDUE},
    "overdue": {"bucket": receivables.OVERDUE}, "suspended": {"bucket": receivables.OVERDUE},
    "disputes": {"kind": "collections"}, "notices": {"kind": "collections"},
    "dispute": {"kind": "collections"}, "no_final_notice": {"kind": "collections"},
}


def badge(state: State) -> None:
    """The state of the account beside its name."""
    language = words.language()
    said = language.gettext(N_("Health: {state}")).format(state=language.gettext(health.STATE_TITLES[state]).lower())
    st.badge(said, color=COLOURS[state])  # type: ignore[arg-type]


def reasons(found: Sequence[Reason], sections: Container[str]) -> None:
    """The reasons that speak against the account, the gravest first; those in order behind a click.

    Args:
        found: every reason.
        sections: the lists of the page that this person may look at.
    """
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("Health")), anchor=False)
    grave = [one for one in found if one.state in {State.ACT, State.WATCH}]
    rest = [one for one in found if one not in grave]
    if not grave:
        st.text(translate(N_("Nothing speaks against this account.")))
    with st.container(key="reasons", gap=None):
        for one in grave:
            _row(one, sections, language)
    well = sum(1 for one in rest if one.state is State.WELL)
    label = N_("{count} more reasons, in order or not known") if well < len(rest) else N_("{count} more reasons, in order")
    said = translate(label).format(count=language.number(len(rest)))
    with st.expander(said, type="compact"), st.container(key="reasons_well", gap=None):
        for one in rest:
            _row(one, sections, language)


def _row(one: Reason, sections: Container[str], language: Language) -> None:
    """State, number, threshold; a button where there is a list to check it on."""
    title = language.gettext(health.STATE_TITLES[one.state])
    said = words.plain(health.in_words(one, language))
    threshold = words.plain(health.threshold_in_words(one.rule, language))
    label = f":{COLOURS[one.state]}-badge[{title}] {said} :small[:gray[· {threshold}]]"
    if one.rule.section in sections:
        key = f"reason_{one.rule.reason}_{one.currency or ''}"
        st.button(label, key=key, type="tertiary", on_click=url.choose, args=("section", one.rule.section),
                  kwargs=_where(one.rule.reason))
    else:
        st.markdown(label)


def _where(name: str) -> dict[str, str]:
    """What the address says beside the list: from its first row on, and narrowed to what the reason or step is about."""
    return {"invoice_id": "", "page": "", "bucket": "", "kind": ""} | _NARROWED.get(name, {})


def steps(found: Sequence[Step], sections: Container[str]) -> None:
    """The next step with its reason, then what else is worth saying."""
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("Next step")), anchor=False)
    first, *rest = found
    with st.container(key="next_step", gap="xxsmall"):
        st.text(first.to_do)
        with st.container(key="next_step_reason"):
            st.text(first.reason)
        if first.section in sections:
            st.button(translate(N_("Show me")), key="step_section", type="tertiary", icon=":material/arrow_downward:",
                      on_click=url.choose, args=("section", first.section), kwargs=_where(first.kind))
    if rest:
        with st.container(key="then_steps", gap="xxsmall"):
            for step in rest[:STEPS_SHOWN]:
                st.text(translate(N_("Then: {step}")).format(step=f"{step.to_do} {step.reason}"))
