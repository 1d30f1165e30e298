"""The parts of the support offers page: who delivers the support, the list of offers, and the customers with none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.support import offers
from clearaccounts.text import N_
from clearaccounts.ui import ageing_view, charts_service, connection, controls, offer_letter_view, registry, tables, theme, url, words
from clearaccounts.ui.charts_service import Bar
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

VIEWS = {"offers": N_("Offers"), "none": N_("Customers with none")}
MODEL, OFFER = "delivery_model", "offer_name"
WITHOUT = N_("No offer")
_CHART = "offer_models"
OFFER_COLUMNS = (
    Column("customer_name", N_("Customer"), width=180),
    Column("offer_name", N_("Offer")),
    Column("delivery_model", N_("Who delivers"), "label"),
    Column("service_hours", N_("Service hours"), width=180),
    Column("contact_method", N_("Contact"), width=150),
    Column("answer_a", N_("Answer A"), width=75, help=N_("First answer to a case of severity A, as agreed.")),
    Column("answer_b", N_("Answer B"), width=75, help=N_("First answer to a case of severity B, as agreed.")),
    Column("answer_c", N_("Answer C"), width=75, help=N_("First answer to a case of severity C, as agreed.")),
)
PRICE = Column("amount_price", N_("Price"), "amount")
AGENT = Column("sales_agent", N_("Sales agent"))
NAME_COLUMNS = (Column("offer_name", N_("Offer"), width="medium"), Column("customer_count", N_("Customers"), "number"))
WITHOUT_COLUMNS = (
    Column("customer_name", N_("Customer"), width="large"),
    Column("customer_id", N_("Id")),
    Column("segment", N_("Segment")),
    Column("created_on", N_("Customer since"), "day"),
    Column("open_case_count", N_("Open cases"), "number"),
    Column("severity_a_case_count", N_("Of severity A"), "number"),
)


@dataclass(frozen=True)
class Listed:
    """A list of the page: its rows and columns, what it is called, and (marked with N_) what to say if it is empty."""

    found: Paged
    columns: tuple[Column, ...]
    label: str
    why_empty: str
    narrowed: tuple[str | None, ...] = ()


def title(model: str) -> str:
    """Who delivers the support, in the reader's words; `none` is no offer."""
    return words.language().gettext(WITHOUT if model == offers.NONE else offers.DELIVERY_MODELS[model])


def models(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> pa.Table:
    """One row per delivery model, and none: customers and offers."""
    return offers.models(warehouse, offers.DayFilter(chosen.as_of_on), viewer)


def names(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> pa.Table:
    """One row per name of an offer: how many customers have it."""
    return offers.names(warehouse, offers.DayFilter(chosen.as_of_on), viewer)


def chart(table: pa.Table, chosen: str | None) -> None:
    """Customers by who supports them; a click lists them."""
    language = words.language()
    bars = [
        Bar(row["delivery_model"], title(row["delivery_model"]), row["customer_count"], language.number(row["customer_count"]),
            is_late=row["delivery_model"] == offers.NONE)
        for row in table.to_pylist()
    ]
    st.plotly_chart(
        charts_service.bars(bars, theme.palette(), chosen), key=_CHART, on_select=_follow_click, selection_mode="points", theme=None,
        config={"displayModeBar": False}, alt=charts_service.bars_alt(bars))


def _follow_click() -> None:
    """A click on a bar lists its customers; a click on the chosen one lists all offers again."""
    model = ageing_view.clicked(_CHART)
    if model == offers.NONE:
        url.choose("view", "offers" if st.session_state.get("view") == "none" else "none", page="", delivery_model="")
    elif model is not None:
        is_chosen = st.session_state.get("view") != "none" and st.session_state.get(MODEL) == model
        url.choose("view", "offers", page="")
        st.session_state[MODEL] = "" if is_chosen else model
        url.keep(MODEL)


@dataclass(frozen=True)
class Narrowed:
    """What the list is kept to; None = all."""

    model: str | None = None
    name: str | None = None
    search: str | None = None


def choose(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> Narrowed:
    """The delivery model, the name and the customer that the list is kept to; all stand in the address."""
    language = words.language()
    models_known = ["", *offers.DELIVERY_MODELS]
    url.seed(MODEL, models_known, "")
    model = st.selectbox(
        language.gettext(N_("Who delivers")), models_known, key=MODEL, on_change=url.keep, args=(MODEL,), width=230,
        label_visibility="collapsed", format_func=lambda one: title(one) if one else language.gettext(N_("Whoever delivers")))
    known = ["", *names(warehouse, chosen, viewer)["offer_name"].to_pylist()]
    url.seed(OFFER, known, "")
    name = st.selectbox(
        language.gettext(N_("Offer")), known, key=OFFER, on_change=url.keep, args=(OFFER,), width=200, label_visibility="collapsed",
        format_func=lambda one: one or language.gettext(N_("All offers")))
    return Narrowed(model or None, name or None, search())


def search() -> str | None:
    """Part of a customer's name or id, None = all."""
    translate = words.language().gettext
    return st.text_input(
        translate(N_("Find a customer")), key="search", bind="query-params", placeholder=translate(N_("Name or id")),
        label_visibility="collapsed", icon=":material/search:", width=220) or None


def listed(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, kept: Narrowed) -> Listed:
    """The offers in force, with their prices for who may see amounts."""
    sees_prices = viewer.may(Permission.VIEW_RECEIVABLES)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = offers.OffersFilter(chosen.as_of_on, None, kept.model, kept.name, kept.search, limit, offset)
        found = offers.offers(warehouse, wanted, viewer)
        if sees_prices:
            found = offers.with_prices(found, offers.prices(warehouse, offers.PricesFilter(chosen.as_of_on), viewer))
        return _with_answers(found)
    columns = (*OFFER_COLUMNS, *((PRICE,) if sees_prices else ()), *_agent(viewer))
    translate = words.language().gettext
    return Listed(
        tables.paged(fetch, "page"), columns, translate(N_("Support offers")),
        N_("No offer matches. Choose another one, or import support_offers."),
        (title(kept.model) if kept.model else None, kept.name, f"“{kept.search}”" if kept.search else None))


def without(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, wanted: str | None) -> Listed:
    """The customers to whom nothing was promised."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        return offers.customers_without(warehouse, offers.WithoutFilter(chosen.as_of_on, wanted, limit, offset), viewer)
    return Listed(
        tables.paged(fetch, "page"), (*WITHOUT_COLUMNS, *_agent(viewer)), words.language().gettext(N_("Customers without a support offer")),
        N_("Every customer in view has a support offer on this day."), (f"“{wanted}”" if wanted else None,))


def about(picked: Mapping[str, Any], chosen: controls.Chosen, viewer: Viewer) -> None:
    """The customer who was chosen in the list: their offer as a letter, and the way to their account."""
    translate = words.language().gettext
    st.text(picked["customer_name"], width="content")
    offer_letter_view.button(connection.warehouse(), picked["customer_id"], chosen, viewer)
    st.page_link(
        registry.ACCOUNT.path, label=translate(N_("Open the account")), icon=":material/person_search:", width="content",
        query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))


def _agent(viewer: Viewer) -> tuple[Column, ...]:
    """Whoever sees only their own customers needs no sales agent."""
    return () if viewer.agent_scope is not None else (AGENT,)


def _with_answers(found: pa.Table) -> pa.Table:
    """The minutes to the first answer in words."""
    language = words.language()
    for severity in "abc":
        said = [None if count is None else language.minutes(count) for count in found[f"response_minutes_{severity}"].to_pylist()]
        found = found.append_column(f"answer_{severity}", pa.array(said, pa.string()))
    return found
