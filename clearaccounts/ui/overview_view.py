"""The parts of the overview: key figures with a month's change, where the money is stuck, what needs a decision."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts import key_figures, overview, receivables
from clearaccounts.access import Permission, Viewer
from clearaccounts.overview import month_before
from clearaccounts.text import N_, Language
from clearaccounts.ui import (
    account_view,
    ageing_view,
    cards,
    charts,
    controls,
    messages,
    registry,
    suspensions_view,
    tables,
    theme,
    words,
)
from clearaccounts.ui.cards import Card
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

_CLICKED = "_overview_bucket"

CUSTOMER_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("amount_overdue", N_("Overdue"), "amount"),
    Column("overdue_days", N_("Days overdue"), "number", help=tables.OLDEST),
)
STATUS_COLUMNS = (
    Column("customer_name", N_("Customer"), width="large"),
    Column("customer_id", N_("Id")),
    Column("receivables_status", N_("Status"), "label"),
)
WORKLIST_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("amount_overdue", N_("Overdue"), "amount"),
)
# What tells the rows apart: how long they are overdue, or, once there are marks, whose these are.
UNMARKED = Column("overdue_days", N_("Days overdue"), "number", help=tables.OLDEST)
MARKED_BY = Column("marked_by", N_("Marked by"))
WORKLIST_ROWS = 8


def headline(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> list[Card]:
    """The cards this person may see; each figure beside the one of a month before."""
    language = words.language()
    found = []
    if viewer.may(Permission.VIEW_RECEIVABLES):
        found += _money(warehouse, chosen, viewer, language)
        found.append(_dso(warehouse, chosen, viewer, language))
    if viewer.may(Permission.VIEW_CASES):
        found += _support(warehouse, chosen, viewer, language)
    return found


def _money(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, language: Language) -> list[Card]:
    translate = language.gettext
    now, then = (
        overview.summary(warehouse, overview.SummaryFilter(day, chosen.currency), viewer).to_pylist()[0]
        for day in (chosen.as_of_on, month_before(chosen.as_of_on))
    )
    currency = now["currency"]

    def card(key: str, title: str, column: str, explained: str, **parameters: object) -> Card:
        difference = charts.bare(abs(now[column] - then[column]), currency, language)
        change, is_good = cards.change(now[column], then[column], difference, "lower", language)
        return Card(key, translate(title), language.amount(now[column], currency), change, is_good, registry.AGEING, translate(explained),
                    parameters)

    return [
        card("outstanding", N_("Outstanding"), "amount_outstanding",
             N_("Open items, all currencies at booked rates unless one is chosen; unapplied money is not taken off.")),
        card("overdue", N_("Overdue"), "amount_overdue", N_("Open items past their due date."), bucket=receivables.OVERDUE,
             view="items"),
        card("overdue_90", N_("Overdue by more than 90 days"), "amount_overdue_90",
             N_("Open items more than 90 days past their due date."), bucket="91+", view="items"),
    ]


def _dso(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, language: Language) -> Card:
    """DSO over the last 90 days, which is what the key figures show first: the same number, with its documents."""
    translate = language.gettext
    figure = key_figures.BY_KEY["dso_days"]

    def of(to_on: date) -> Decimal | None:
        period = receivables.PeriodFilter(*key_figures.period("90_days", to_on), chosen.currency)
        found = key_figures.key_figures(warehouse, period, viewer)
        return found["dso_days"] if found else None

    now, then = of(chosen.as_of_on), of(month_before(chosen.as_of_on))
    shown = figure.in_words(abs(now - then), language) if now is not None and then is not None else ""
    change, is_good = cards.change(now, then, shown, "lower", language)
    title = N_("Days sales outstanding, {currency}")
    return Card(
        "dso", translate(title).format(currency=chosen.currency or warehouse.build.company_currency), figure.in_words(now, language),
        change, is_good, registry.KEY_FIGURES, translate(N_("DSO: closing receivables / credit sales of the last 90 days x 90.")),
        {"figure": figure.key},
    )


def _support(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, language: Language) -> list[Card]:
    translate = language.gettext
    now, then = (
        overview.support_summary(warehouse, overview.SupportFilter(day), viewer).to_pylist()[0]
        for day in (chosen.as_of_on, month_before(chosen.as_of_on))
    )

    def card(key: str, title: str, column: str, entry: registry.Entry, explained: str) -> Card:
        change, is_good = cards.change(now[column], then[column], language.number(abs(now[column] - then[column])), "lower", language)
        return Card(key, translate(title), language.number(now[column]), change, is_good, entry, translate(explained))

    return [
        card("cases", N_("Open cases"), "open_case_count", registry.CASES,
             N_("Cases opened and not closed by the end of the day; resolved but not closed counts as open.")),
        card("requests", N_("Escalated to Microsoft"), "open_request_count", registry.ESCALATIONS, N_("Open service requests.")),
    ]


def stuck(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """The ageing, and the customers who owe the most overdue; both lead on."""
    language = words.language()
    translate = language.gettext
    table, currency = ageing_view.buckets(warehouse, chosen, viewer)
    st.subheader(
        translate(N_("Where the money is stuck, in {currency}")).format(currency=currency), anchor=False,
        help=translate(ageing_view.BESIDE_THE_BUCKETS),
    )
    if table.num_rows == 0:
        messages.empty(translate(N_("Nothing was open on this day. Choose a later day, or another currency.")))
        return
    st.plotly_chart(
        charts.ageing_bars(table, currency, language, theme.palette()), key="overview_ageing", theme=None,
        on_select=_to_bucket, selection_mode="points",
        config={"displayModeBar": False}, alt=charts.ageing_alt(table, currency, language),
    )
    ageing_view.without_rate(warehouse, chosen, viewer)
    if bucket := st.session_state.pop(_CLICKED, None):
        where = ageing_view.REVALUATION if bucket == "revaluation" else {"bucket": bucket, "view": "items"}
        st.switch_page(registry.AGEING.path, query_params=controls.link(registry.AGEING, **where))
    wanted = receivables.CustomersFilter(
        chosen.as_of_on, chosen.bucket_edges, chosen.basis, chosen.currency, row_limit=overview.OLDEST_CUSTOMERS)
    customers = receivables.ageing_customers(warehouse, wanted, viewer)
    customers = customers.filter(pc.greater(customers["amount_overdue"], pa.scalar(0, customers["amount_overdue"].type)))
    if customers.num_rows:
        title = translate(N_("Customers who owe the most overdue"))
        st.subheader(title, anchor=False)
        picked = tables.show(customers, CUSTOMER_COLUMNS, key="overview_customers", selectable=True, alt=title)
        if picked:
            st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))


def _to_bucket() -> None:
    """A click on a bar asks for the documents in it."""
    if bucket := ageing_view.clicked("overview_ageing"):
        st.session_state[_CLICKED] = bucket


def accounts_in_trouble(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """Accounts that are not current, without amounts, for those who work on cases."""
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("Accounts overdue, flagged or suspended")), anchor=False)
    found = account_view.statuses(warehouse, chosen, viewer)
    if found.num_rows == 0:
        messages.empty(translate(N_("Every account is current on this day.")))
        return
    picked = tables.show(found, STATUS_COLUMNS, key="overview_statuses", selectable=True,
                         alt=translate(N_("Accounts overdue, flagged or suspended")))
    if picked:
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))


def worklists(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> dict[str, pa.Table] | None:
    """The lists of the suspensions page; None for those who may not see flags."""
    if not viewer.may(Permission.VIEW_FLAGS):
        return None
    return suspensions_view.lists(suspensions_view.rows(warehouse, chosen.as_of_on, viewer, chosen.currency))


def to_decide(lists: dict[str, pa.Table]) -> None:
    """Whom the lines above are about: marks that wait, then customers flagged."""
    found = pa.concat_tables([lists["marked"], lists["flagged"]])
    if found.num_rows:
        title = words.language().gettext(N_("Customers flagged or marked"))
        columns = (*WORKLIST_COLUMNS, MARKED_BY if lists["marked"].num_rows else UNMARKED)
        st.subheader(title, anchor=False)
        picked = tables.show(found.slice(0, WORKLIST_ROWS), columns, key="overview_worklist", selectable=True, alt=title)
        if picked:
            where = {"list": "marked" if picked["mark_status"] == "marked" else "flagged"}
            st.switch_page(registry.SUSPENSIONS.path, query_params=controls.link(registry.SUSPENSIONS, **where))
