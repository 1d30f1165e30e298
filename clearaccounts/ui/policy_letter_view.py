"""The policy as a letter to customers: its language, whose stages, and the PDF once somebody asks for it."""

from __future__ import annotations

import streamlit as st

from clearaccounts.collections.policies import Known
from clearaccounts.exporting.logos import logo
from clearaccounts.exporting.policy_letter import to_pdf
from clearaccounts.exporting.tables import file_name
from clearaccounts.text import ENGLISH, LANGUAGES, N_, SPANISH
from clearaccounts.ui import connection, words

_LETTERS = {language.code: language for language in (ENGLISH, SPANISH)}
_OWN = ""


def button(current: Known) -> None:
    """A button that opens onto the policy as a letter for customers."""
    language = words.language()
    translate = language.gettext
    place = st.popover(
        translate(N_("For customers")), icon=":material/description:", type="tertiary", key="open_policy_letter", on_change="rerun",
        width="content")
    if not place.open:
        return
    with place:
        code = st.segmented_control(
            translate(N_("Language of the letter")), list(LANGUAGES), default=language.code, required=True, key="policy_letter_language",
            format_func=LANGUAGES.__getitem__)
        segment = _OWN
        if current.policy.variants:
            names = [_OWN, *(variant.segment for variant in current.policy.variants)]
            segment = st.selectbox(
                translate(N_("For customers of the segment")), names, key="policy_letter_segment",
                format_func=lambda name: name or translate(N_("all others")))
        company = connection.settings().company
        content = to_pdf(
            current.policy, current.counts_from_on, company, logo(company.logo), _LETTERS[code or ENGLISH.code],
            segment=segment or None, is_sample=connection.folder().is_sample)
        st.download_button(
            translate(N_("Policy (PDF)")), content, file_name=file_name(f"policy-{current.policy.version}", content, "pdf"),
            mime="application/pdf", key="download_policy_letter", on_click="ignore", icon=":material/download:", type="tertiary")
        st.caption(translate(N_("The process in plain words, with no customer and no debt named.")))
