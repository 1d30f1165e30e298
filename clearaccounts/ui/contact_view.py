"""Whom to call and who supports them: the contact and the support offers of an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from babel import Locale, UnknownLocaleError

from clearaccounts.access import Permission, Viewer
from clearaccounts.support import offers as support_offers
from clearaccounts.support.offers import OffersFilter, PricesFilter
from clearaccounts.text import N_, Language
from clearaccounts.ui import words
from clearaccounts.warehouse import Warehouse

DELIVERY = {
    "own": N_("supported by us"), "resold": N_("support resold"), "outsourced": N_("support by another company for us"),
    "mixed": N_("supported by us and others"),
}


def contact(row: Mapping[str, Any]) -> None:
    """Whom to call, how to write, in which language and time zone."""
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("Contact")), anchor=False)
    who = " · ".join(str(part) for part in (row["contact_name"], row["contact_email"]) if part)
    speaks = _spoken(row["language"], language)
    about = " · ".join(str(part) for part in (
        translate(N_("writes {language}")).format(language=speaks) if speaks else None,
        translate(N_("time zone {zone}")).format(zone=row["time_zone"]) if row["time_zone"] else None,
    ) if part)
    with st.container(key="contact", gap=None):
        st.text(who or translate(N_("No contact is on record; import customers with contact_name and contact_email.")))
        if about:
            st.text(about)


def _spoken(code: str | None, language: Language) -> str:
    """The name of a language in the reader's; the code if nobody knows it."""
    if not code:
        return ""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(language.locale) or code
    except (UnknownLocaleError, ValueError):
        return code


def offers(warehouse: Warehouse, customer_id: str, as_of_on: Any, viewer: Viewer) -> bool:
    """Every support offer: who supports, hours, how to reach them, first answers, and the price for who may see it; False if none."""
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("Support offer")), anchor=False)
    found = support_offers.offers(warehouse, OffersFilter(as_of_on, customer_id), viewer).to_pylist()
    prices = {}
    if viewer.may(Permission.VIEW_RECEIVABLES):
        priced = support_offers.prices(warehouse, PricesFilter(as_of_on, customer_id), viewer)
        prices = {row["offer_name"]: row for row in priced.to_pylist()}
    if not found:
        st.text(translate(N_("No support was agreed with them, or support_offers were not imported.")))
    for offer in found:
        price = prices.get(offer["offer_name"])
        cost = language.amount(price["amount_price"], price["currency"]) if price else None
        with st.container(key=f"offer_{found.index(offer)}", gap=None):
            st.text(" · ".join(part for part in (offer["offer_name"], translate(DELIVERY[offer["delivery_model"]]), cost) if part))
            st.text(" · ".join((offer["service_hours"], offer["contact_method"])))
            answers = [
                f"{severity} {language.minutes(offer[f'response_minutes_{severity.lower()}'])}"
                for severity in "ABC" if offer[f"response_minutes_{severity.lower()}"] is not None
            ]
            if answers:
                st.text(translate(N_("First answer by severity: {answers}")).format(answers=", ".join(answers)))
    return bool(found)
