"""The statement of the account that is open: its language, and the PDF once somebody asks for it."""

from __future__ import annotations

import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.exporting.logos import logo
from clearaccounts.exporting.statement_data import gather, language_of
from clearaccounts.exporting.statements import to_pdf
from clearaccounts.exporting.tables import file_name
from clearaccounts.text import ENGLISH, LANGUAGES, N_, SPANISH
from clearaccounts.ui import connection, controls, words
from clearaccounts.warehouse import Warehouse

_LETTERS = {language.code: language for language in (ENGLISH, SPANISH)}


def button(warehouse: Warehouse, customer_id: str, chosen: controls.Chosen, viewer: Viewer) -> None:
    """A button that opens onto the statement as of the chosen day; nothing for who may not see receivables.

    Raises:
        NotFound: there is no such customer, or not for this viewer; the words are the same.
    """
    if not viewer.may(Permission.VIEW_RECEIVABLES):
        return
    translate = words.language().gettext
    place = st.popover(
        translate(N_("Statement")), icon=":material/description:", type="tertiary", key="open_statement", on_change="rerun",
        width="content")
    if not place.open:
        return
    statement = gather(warehouse, customer_id, chosen.as_of_on, viewer, chosen.bucket_edges)
    with place:
        code = st.segmented_control(
            translate(N_("Language of the letter")), list(LANGUAGES), default=language_of(statement).code, required=True,
            key=f"statement_language_{customer_id}", format_func=LANGUAGES.__getitem__,
        )
        company = connection.settings().company
        content = to_pdf(statement, company, logo(company.logo), _LETTERS[code or ENGLISH.code])
        st.download_button(
            translate(N_("Statement (PDF)")), content, file_name=file_name(f"statement-{chosen.as_of_on.isoformat()}", content, "pdf"),
            mime="application/pdf", key="download_statement", on_click="ignore", icon=":material/download:", type="tertiary",
        )
        st.caption(translate(N_("As of the day chosen above, by due date, every currency.")))
