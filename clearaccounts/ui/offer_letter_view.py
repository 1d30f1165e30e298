"""A customer's support as a letter: its language, and the PDF once somebody asks for it."""

from __future__ import annotations

import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.exporting.logos import logo
from clearaccounts.exporting.offer_letter import to_pdf
from clearaccounts.exporting.offer_terms import gather
from clearaccounts.exporting.tables import file_name
from clearaccounts.support import rules_reader
from clearaccounts.text import ENGLISH, LANGUAGES, N_, SPANISH, language_for
from clearaccounts.ui import connection, controls, words
from clearaccounts.warehouse import Warehouse

_LETTERS = {language.code: language for language in (ENGLISH, SPANISH)}


def button(warehouse: Warehouse, customer_id: str, chosen: controls.Chosen, viewer: Viewer) -> None:
    """A button that opens onto the letter about the offers in force on the chosen day; without prices for who may see no amounts.

    Raises:
        NotFound: there is no such customer, or not for this viewer, or they have no offer.
    """
    translate = words.language().gettext
    place = st.popover(
        translate(N_("Print the offer")), icon=":material/description:", type="tertiary", key="open_offer_letter", on_change="rerun",
        width="content")
    if not place.open:
        return
    terms = gather(warehouse, customer_id, chosen.as_of_on, viewer)
    with place:
        code = st.segmented_control(
            translate(N_("Language of the letter")), list(LANGUAGES), default=language_for(terms.language_code).code, required=True,
            key=f"offer_language_{customer_id}", format_func=LANGUAGES.__getitem__)
        settings = connection.settings()
        content = to_pdf(
            terms, rules_reader.in_use(settings), settings.company, logo(settings.company.logo), _LETTERS[code or ENGLISH.code],
            time_zone=warehouse.build.time_zone)
        name = file_name(f"support-offer-{chosen.as_of_on.isoformat()}", content, "pdf")
        st.download_button(
            translate(N_("Support offer (PDF)")), content, file_name=name,
            mime="application/pdf", key="download_offer_letter", on_click="ignore", icon=":material/download:", type="tertiary")
        is_priced = any(offer.amount_price is not None for offer in terms.offers)
        st.caption(translate(N_("With the price, for the customer.") if is_priced else N_("Without a price.")))
