"""Ageing rules of one's own: save the bucket ends and the basis under a name, pick them again, delete them.

What is picked goes into the shared controls and so into the address: a link works for somebody who has saved nothing.
"""

from __future__ import annotations

import streamlit as st

from clearaccounts import preferences
from clearaccounts.access import Viewer
from clearaccounts.errors import ClearAccountsError
from clearaccounts.preferences import LONGEST_NAME, AgeingRule
from clearaccounts.text import N_
from clearaccounts.ui import connection, labels, messages, url, words

_PICKED, _NAME, _SAID = "saved_rule", "saved_rule_name", "_saved_rule_said"


def draw(viewer: Viewer, edges: tuple[int, ...] | None, basis: str) -> None:
    """A button that opens the person's saved rules.

    Args:
        viewer: whose rules these are.
        edges: the bucket ends that are set now; None while they make no sense, and then there is nothing to save.
        basis: the basis that is set now.
    """
    language = words.language()
    translate = language.gettext
    with st.popover(translate(N_("Saved")), icon=":material/bookmark:", key="saved_rules", help=translate(N_("Bucket ends of your own"))):
        try:
            rules = {rule.name: rule for rule in preferences.ageing_rules(connection.data_root(), viewer.user_id)}
        except ClearAccountsError as error:
            st.error(words.plain(messages.sentence(error)), icon=":material/error:")
            return
        if rules:
            if st.session_state.get(_PICKED) not in rules:
                st.session_state[_PICKED] = None
            with st.container(horizontal=True, vertical_alignment="bottom"):
                picked = st.selectbox(
                    translate(N_("Use one that you saved")), list(rules), key=_PICKED, on_change=_use, args=(rules,),
                    placeholder=translate(N_("Choose a name")),
                    format_func=lambda name: (
                        f"{name}: {', '.join(map(str, rules[name].bucket_edges))} · {labels.title(rules[name].basis, language)}"),
                )
                st.button(
                    translate(N_("Delete")), key="saved_rule_delete", icon=":material/delete:", disabled=picked is None,
                    on_click=_delete, args=(viewer, picked),
                )
        else:
            st.text(translate(N_("You have saved no bucket ends yet.")))
        if edges is not None:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                st.text_input(
                    translate(N_("Name for {edges}, {basis}")).format(
                        edges=", ".join(map(str, edges)), basis=labels.title(basis, language)),
                    key=_NAME, max_chars=LONGEST_NAME, placeholder=translate(N_("For example: by weeks")),
                )
                st.button(
                    translate(N_("Save")), key="saved_rule_save", icon=":material/bookmark_add:", on_click=_save,
                    args=(viewer, edges, basis))
        said = st.session_state.pop(_SAID, None)
        if said:
            st.error(words.plain(said), icon=":material/error:")


def _use(rules: dict[str, AgeingRule]) -> None:
    """Callback: put the picked rule into the shared controls, which write it into the address."""
    rule = rules.get(st.session_state.get(_PICKED) or "")
    if rule is not None:
        st.session_state["bucket_edges"] = ",".join(map(str, rule.bucket_edges))
        st.session_state["basis"] = rule.basis
        url.keep("basis", preferences.BASES[0])


def _save(viewer: Viewer, edges: tuple[int, ...], basis: str) -> None:
    name = str(st.session_state.get(_NAME) or "")
    try:
        saved = preferences.save_rule(connection.data_root(), viewer.user_id, AgeingRule(name, edges, basis))
    except ClearAccountsError as error:
        st.session_state[_SAID] = messages.sentence(error)
        return
    st.session_state[_NAME] = ""
    kept = " ".join(name.split())
    st.session_state[_PICKED] = next(rule.name for rule in saved if rule.name == kept)


def _delete(viewer: Viewer, name: str) -> None:
    try:
        preferences.delete_rule(connection.data_root(), viewer.user_id, name)
    except ClearAccountsError as error:
        st.session_state[_SAID] = messages.sentence(error)
