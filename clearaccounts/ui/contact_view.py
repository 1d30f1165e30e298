"""Whom to call and who supports them: the contact and the support offers of an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from babel import Locale, UnknownLocaleError

from clearaccounts import accounts
from clearaccounts.access import Permission, Viewer
from clearaccounts.accounts import DayFilter
from clearaccounts.text import N_, Language
from clearaccounts.ui import words
from clearaccounts.warehouse import Warehouse

DELIVERY = {
    "own": N_("supported by us"), "resold": N_("support resold"), "outsourced": N_("support by another company for us"),
    "mixed": N_("supported by us and others"),
}
_HOUR, _DAY = 60, 24 * 60


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


def offers(warehouse: Warehouse, customer_id: str, as_of_on: Any, viewer: Viewer) -> None:
    """Every support offer: who supports, hours, how to reach them, first answers, and the price for who may see it."""
    language = words.language()
    translate = language.gettext
    chosen = DayFilter(customer_id, as_of_on)
    st.subheader(translate(N_("Support offer")), anchor=False)
    found = accounts.support_offers(warehouse, chosen, viewer).to_pylist()
    prices = {}
    if viewer.may(Permission.VIEW_RECEIVABLES):
        prices = {row["offer_name"]: row for row in accounts.support_prices(warehouse, chosen, viewer).to_pylist()}
    if not found:
        st.text(translate(N_("No support was agreed with them, or support_offers were not imported.")))
    for offer in found:
        price = prices.get(offer["offer_name"])
        cost = language.amount(price["amount_price"], price["currency"]) if price and price["currency"] else None
        with st.container(key=f"offer_{found.index(offer)}", gap=None):
            st.text(" · ".join(part for part in (offer["offer_name"], translate(DELIVERY[offer["delivery_model"]]), cost) if part))
            st.text(" · ".join((offer["service_hours"], offer["contact_method"])))
            answers = [
                f"{severity} {minutes_in_words(offer[f'response_minutes_{severity.lower()}'], language)}"
                for severity in "ABC" if offer[f"response_minutes_{severity.lower()}"] is not None
            ]
            if answers:
                st.text(translate(N_("First answer by severity: {answers}")).format(answers=", ".join(answers)))


def minutes_in_words(minutes: int, language: Language) -> str:
    """Minutes as people say them: `30 min`, `4 h`, `1.5 h`, `2 days`."""
    if minutes < _HOUR:
        return language.gettext(N_("{count} min")).format(count=language.number(minutes))
    if minutes >= 2 * _DAY and minutes % _DAY == 0:
        return language.gettext(N_("{days} days")).format(days=language.number(minutes // _DAY))
    whole, left = divmod(minutes, _HOUR)
    if left % 30 == 0:
        return language.gettext(N_("{count} h")).format(count=language.number(minutes / _HOUR))
    return language.gettext(N_("{hours} h {minutes} min")).format(hours=language.number(whole), minutes=language.number(left))
