"""What the parts of the page about support and money share: the period, the customer looked at, their cases and requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts import accounts, key_figures
from clearaccounts.access import Permission, Viewer
from clearaccounts.support import money
from clearaccounts.text import N_
from clearaccounts.ui import ageing_view, charts_service, controls, registry, tables, theme, url, words
from clearaccounts.ui.charts_service import Bar
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

CUSTOMER = "customer"
_ASKED = "_customer_asked"
SHOWN = 10
_PERIODS = ("12_months", "90_days", "month")
CASE_COLUMNS = (
    Column("title", N_("Case"), width="large"),
    Column("case_category", N_("Category")),
    Column("severity", N_("Severity"), width=75),
    Column("case_status", N_("Status"), "label"),
    Column("is_opened_in_period", N_("In the period"), "flag", help=N_("Opened in the period; the others were open at its end.")),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("assignee", N_("Assignee")),
    Column("case_id", N_("Case id")),
)
REQUEST_COLUMNS = (
    Column("title", N_("Request"), width="large"),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("support_plan_id", N_("Plan"), missing=N_("Outside any plan")),
    Column("severity", N_("Severity"), width=75),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("hours_used", N_("Hours"), "figure"),
    Column("service_request_id", N_("Request id")),
    Column("case_id", N_("Case id")),
)


@dataclass(frozen=True)
class Place:
    """What the page looks at: one build, a day, a period that ends with it, to one person."""

    warehouse: Warehouse
    chosen: controls.Chosen
    viewer: Viewer
    caption: str
    from_on: date
    to_on: date

    @property
    def period_words(self) -> str:
        """The period, for a file."""
        language = words.language()
        return language.gettext(N_("{first} to {last}")).format(first=language.day(self.from_on), last=language.day(self.to_on))


def views(viewer: Viewer) -> dict[str, str]:
    """The parts of the page that this person may see."""
    found = {"severe": N_("Severe cases of accounts in trouble")}
    if viewer.may(Permission.VIEW_RECEIVABLES):
        found["debts"] = N_("Debts of who uses most support")
    if viewer.may(Permission.VIEW_COSTS):
        found["costs"] = N_("Cost to serve")
    return found


def period(to_on: date) -> tuple[date, date]:
    """First and last day of the chosen period, drawn as a segmented control; at first the last 12 months."""
    language = words.language()
    name = url.segments(
        language.gettext(N_("Period")), {one: language.gettext(key_figures.PERIODS[one]) for one in _PERIODS}, "period")
    return key_figures.period(name, to_on)


def chart(rows: Sequence[Bar], key: str, chosen: str | None) -> None:
    """Customers as bars; a click opens what is behind the bar, and a click on the chosen one goes back."""
    st.plotly_chart(
        charts_service.bars(rows, theme.palette(), chosen), key=key, on_select=partial(_follow_click, key), selection_mode="points",
        theme=None, config={"displayModeBar": False}, alt=charts_service.bars_alt(rows))


def _follow_click(key: str) -> None:
    """Callback: a click on a customer's bar chooses them, a click on the chosen one lets go of them."""
    clicked = ageing_view.clicked(key)
    if clicked is not None:
        st.session_state[CUSTOMER] = "" if st.session_state.get(CUSTOMER) == clicked else clicked
        url.keep(CUSTOMER)


def customer(place: Place, offered: pa.Table) -> Mapping[str, Any] | None:
    """The customer looked at, or None for all: the same choice as a click on a bar, as a control.

    Args:
        place: what the page looks at.
        offered: the customers of the bars: `customer_id`, `customer_name`.

    Raises:
        NotFound: the address names a customer who is not there, or not for this viewer.
    """
    translate = words.language().gettext
    if _ASKED in st.session_state:
        st.session_state[CUSTOMER] = st.session_state.pop(_ASKED)
        url.keep(CUSTOMER)
    known = {row["customer_id"]: row for row in offered.select(["customer_id", "customer_name"]).to_pylist()}
    asked = st.session_state.get(CUSTOMER) or st.query_params.get(CUSTOMER)
    if asked and asked not in known:
        known[asked] = accounts.account(place.warehouse, asked, place.viewer)
    url.seed(CUSTOMER, ["", *known], "")
    found = st.selectbox(
        translate(N_("Customer")), ["", *known], key=CUSTOMER, on_change=url.keep, args=(CUSTOMER,), width=300,
        label_visibility="collapsed", format_func=lambda one: known[one]["customer_name"] if one else translate(N_("All customers")))
    return known[found] if found else None


def look_at(customer_id: str) -> None:
    """Go on to what is behind one customer of a list."""
    st.session_state[_ASKED] = customer_id  # a widget's value is only changed before it is drawn
    st.rerun()


def cases(place: Place, customer_id: str, counted: str) -> Paged:
    """One page of the cases that the customer opened in the period (counted = cases), or that were open at its end (open_cases)."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        return money.cases(
            place.warehouse, money.CasesFilter(customer_id, place.from_on, place.to_on, counted, limit, offset), place.viewer)
    return tables.paged(fetch, "page")


def requests(place: Place, customer_id: str) -> Paged:
    """One page of the requests to Microsoft that were opened for the customer in the period."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        return money.requests(
            place.warehouse, money.CustomerFilter(customer_id, place.from_on, place.to_on, limit, offset), place.viewer)
    return tables.paged(fetch, "page")


def to_case(row: Mapping[str, Any]) -> None:
    """Open one case."""
    if row["case_id"]:
        st.switch_page(registry.CASES.path, query_params=controls.link(registry.CASES, case=row["case_id"]))


def to_account(customer_id: str) -> None:
    """A link to a customer's account."""
    st.page_link(
        registry.ACCOUNT.path, label=words.language().gettext(N_("Open the account")), icon=":material/person_search:", width="content",
        query_params=controls.link(registry.ACCOUNT, customer_id=customer_id))
