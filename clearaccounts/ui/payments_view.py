"""The parts of the payments page: who got slower, how late invoices are, the lists of customers, invoices, promises, disputes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts import payments
from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.ui import charts_payments, controls, payment_view, payment_words, tables, theme, url, words
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

VIEWS = {
    "customers": N_("Customers"), "invoices": N_("Invoices of the quarter"), "promises": N_("Promises to pay"), "disputes": N_("Disputes"),
}
# In the chart; all of them are in the table.
MOST_SLOWED = 10
CUSTOMER = Column("customer_name", N_("Customer"), width="medium")
SLOWER_COLUMNS = (
    CUSTOMER,
    Column("changed_late_days", N_("Slower by days"), "figure",
           help=N_("Median days late of this quarter less that of the quarter before.")),
    Column("quarter_late_days", N_("This quarter"), "figure", help=N_("Median days late; overdue invoices by their days so far.")),
    Column("quarter_before_late_days", N_("Quarter before"), "figure"),
    Column("year_before_late_days", N_("A year ago"), "figure",
           help=N_("The same three months a year earlier; blank with fewer than 2 invoices.")),
    Column("quarter_weighted_days", N_("By amount"), "figure", help=N_("Days late of this quarter weighted by amount.")),
    Column("quarter_before_weighted_days", N_("Before, by amount"), "figure"),
    Column("quarter_invoice_count", N_("Invoices"), "number", help=N_("Settled in this quarter or overdue at its end.")),
    Column("quarter_overdue_count", N_("Overdue now"), "number"),
    Column("amount_overdue", N_("Overdue"), "amount"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
)
INVOICE_COLUMNS = (CUSTOMER, *payment_view.RECORD_COLUMNS)
PROMISE_COLUMNS = (CUSTOMER, *payment_view.PROMISE_COLUMNS)
DISPUTE_COLUMNS = (CUSTOMER, *payment_view.DISPUTE_COLUMNS)
# What each list can be narrowed to; the first is the default.
_STATES = {
    "invoices": {"all": N_("All"), **payments.RECORDS},
    "promises": {**payments.PROMISES, "all": N_("All")},
    "disputes": {**payments.DISPUTES, "all": N_("All")},
}


def portfolio(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> Mapping[str, Any] | None:
    """The row of this quarter against the one before, None if there is nothing in either."""
    row: Mapping[str, Any] = payments.portfolio(
        warehouse, payments.PortfolioFilter(chosen.as_of_on, chosen.currency), viewer).to_pylist()[0]
    return row if row["quarter_invoice_count"] or row["quarter_before_invoice_count"] else None


def in_words(row: Mapping[str, Any], warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """The quarter in a few sentences: medians, share on time, how many slower, promises broken, disputes open."""
    language = words.language()
    broken = payments.promises(warehouse, payments.PromisesFilter(
        chosen.as_of_on, currency=chosen.currency, promise_status="broken", since_on=row["from_on"], row_limit=1), viewer)
    disputed = payments.disputes(warehouse, payments.DisputesFilter(
        chosen.as_of_on, currency=chosen.currency, dispute_status="open", row_limit=1), viewer)
    for sentence in payment_words.quarter(row, _row_count(broken), _row_count(disputed), language):
        st.text(sentence)


def _row_count(table: pa.Table) -> int:
    return int(table["row_count"][0].as_py()) if table.num_rows else 0


def slower_chart(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """Those who got slower the most, from the quarter before to this one."""
    language = words.language()
    wanted = payments.SlowerFilter(chosen.as_of_on, chosen.currency, row_limit=MOST_SLOWED)
    rows = [row for row in payments.slower(warehouse, wanted, viewer).to_pylist() if row["changed_late_days"] > 0]
    st.subheader(
        language.gettext(N_("Who got slower this quarter")), anchor=False,
        help=language.gettext(N_(
            "Median days late: grey the three months before, red the last three. Overdue invoices count by their days so far.")),
    )
    if not rows:
        st.text(language.gettext(N_("Nobody got slower.")))
        return
    st.plotly_chart(
        charts_payments.slower(rows, language, theme.palette()), key="slower", theme=None,
        config={"displayModeBar": False}, alt=charts_payments.slower_alt(rows, language),
    )


def bands_chart(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """Days late of the quarter's invoices, beside those of the quarter before."""
    language = words.language()
    table = payments.late_bands(warehouse, payments.QuarterFilter(chosen.as_of_on, chosen.currency), viewer)
    both = table.filter(pc.not_equal(table["period"], "year_before"))
    st.subheader(
        language.gettext(N_("Days late, share of invoices")), anchor=False,
        help=language.gettext(N_("Blue: the last three months. Grey: the three before.")),
    )
    st.plotly_chart(
        charts_payments.late_bands(both, language, theme.palette()), key="late_bands", theme=None,
        config={"displayModeBar": False}, alt=charts_payments.late_bands_alt(both, language),
    )


def on_time_chart(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """The share paid on time, over 24 months of due days."""
    language = words.language()
    table = payments.on_time(warehouse, payments.TimelineFilter(chosen.as_of_on, currency=chosen.currency), viewer)
    st.subheader(
        language.gettext(N_("Paid on time, by month due")), anchor=False,
        help=language.gettext(N_(
            "Of the invoices that fell due in a month, the share settled by their due day; the last month may not be over.")),
    )
    st.plotly_chart(
        charts_payments.on_time(table, language, theme.palette()), key="on_time", theme=None,
        config={"displayModeBar": False}, alt=charts_payments.on_time_alt(table, language),
    )


def states(view: str) -> str | None:
    """Narrow a list to one state; None is all of them."""
    if view not in _STATES:
        return None
    language = words.language()
    options = {code: language.gettext(text) for code, text in _STATES[view].items()}
    with st.container(width="content"):
        state = url.segments(language.gettext(N_("State")), options, f"{view}_state")
    return None if state == "all" else state


def state_words(view: str, state: str | None) -> str | None:
    """What `states` narrowed the list to, as a file says it."""
    return words.language().gettext(_STATES[view][state]) if state else None


def listed(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, view: str, state: str | None,
) -> tuple[Paged, tuple[Column, ...], str]:
    """One page of a list, its columns, and what to say when it is empty."""
    day, currency = chosen.as_of_on, chosen.currency

    def customers(limit: int | None, offset: int) -> pa.Table:
        return payments.slower(warehouse, payments.SlowerFilter(day, currency, row_limit=limit, row_offset=offset), viewer)

    def invoices(limit: int | None, offset: int) -> pa.Table:
        return payments.records(warehouse, payments.RecordsFilter(
            day, None, payments.quarter_begins(day), currency, state, limit, offset), viewer)

    def promises(limit: int | None, offset: int) -> pa.Table:
        return payments.promises(warehouse, payments.PromisesFilter(day, None, currency, state, None, limit, offset), viewer)

    def disputes(limit: int | None, offset: int) -> pa.Table:
        return payments.disputes(warehouse, payments.DisputesFilter(day, None, currency, state, limit, offset), viewer)

    fetch, columns, why_empty = {
        "customers": (customers, SLOWER_COLUMNS, N_("No customer has 2 invoices in this quarter and 2 in the one before.")),
        "invoices": (invoices, INVOICE_COLUMNS, N_("There is no such invoice in this quarter.")),
        "promises": (promises, PROMISE_COLUMNS, N_(
            "There is no such promise. Promises come with the holds of the accounting system, or are recorded on an account.")),
        "disputes": (disputes, DISPUTE_COLUMNS, N_(
            "There is no such dispute. Disputes come with the holds of the accounting system, or are recorded on an account.")),
    }[view]
    return tables.paged(fetch, f"page_{view}"), columns, why_empty
