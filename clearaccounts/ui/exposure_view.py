"""Below the key figures: overdue exposure, the largest customers, credit limits; each row leads to its account."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import streamlit as st

from clearaccounts import receivables
from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.ui import charts_trend, controls, messages, registry, tables, theme, url, words
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

VIEWS = {"overdue": N_("Overdue exposure"), "concentration": N_("Largest customers"), "credit": N_("Credit limits")}
PAGE = "risk_page"

EXPOSURE_COLUMNS = (
    Column("customer_name", N_("Customer"), width="large"),
    Column("customer_id", N_("Id"), width="small"),
    Column("amount_overdue", N_("Overdue"), "amount"),
    Column("amount_unapplied", N_("Unapplied"), "amount"),
    Column("amount_exposure", N_("Exposure"), "amount", help=N_("Overdue less what is on account; never below 0.")),
)
CONCENTRATION_COLUMNS = (
    Column("customer_order", N_("Rank"), "number", 55),
    Column("customer_name", N_("Customer"), width="medium"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
    Column("outstanding_rate", N_("Share"), "share", 85, help=N_("Of all that is outstanding here")),
    Column("running_rate", N_("So far"), "share", 85, help=N_("Of this customer and all above")),
)
CREDIT_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("customer_id", N_("Id"), width="small"),
    Column("is_over_limit", N_("Over the limit"), "flag", "small"),
    Column("limit_use_rate", N_("Used"), "share"),
    Column("amount_limit", N_("Credit limit"), "amount"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
    Column("amount_unapplied", N_("Unapplied"), "amount"),
    Column("amount_over_limit", N_("Over by"), "amount"),
    Column("other_currencies", N_("Also owes in"), width="small"),
    Column("amount_elsewhere_company", N_("In other currencies"), "amount",
           help=N_("Open and unapplied in other currencies, in company currency at booked rates; it takes nothing off the limit.")),
)


def draw(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """One of the three lists, chosen by a segmented control; a row leads to its account."""
    language = words.language()
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        view = url.segments(translate(N_("Show")), {key: translate(title) for key, title in VIEWS.items()}, "risk")
        actions = st.container(width="content")
    page, columns, why_empty = _found(view, warehouse, chosen, viewer)
    if page.rows.num_rows == 0:
        messages.empty(translate(why_empty))
        return
    title = translate(VIEWS[view])
    if view == "concentration":
        bars, rows = st.columns([4, 5], gap="large")
        with bars:
            _bars(page.rows)
        with rows:
            picked = tables.show(page.rows, columns, key=f"risk_{view}", alt=title, selectable=True)
    else:
        if view == "overdue":
            _totals(page)
        picked = tables.show(page.rows, columns, key=f"risk_{view}", alt=title, selectable=True)
        tables.pager(page, PAGE)
    with actions:
        said = chosen.in_words(language, registry.KEY_FIGURES.filters, viewer)
        tables.download(page, columns, caption=f"{title}. {said}", stem=f"receivables-{view}")
    if picked:
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))


def _found(view: str, warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> tuple[Paged, tuple[Column, ...], str]:
    """The rows of a list, its columns, and what to say when there are none."""
    if view == "concentration":
        wanted = receivables.ConcentrationFilter(chosen.as_of_on, chosen.currency)
        found = tables.whole(receivables.concentration(warehouse, wanted, viewer))
        return found, CONCENTRATION_COLUMNS, N_("Nothing was open on this day. Choose a later day, or another currency.")
    query = receivables.overdue_exposure if view == "overdue" else receivables.credit_use

    def fetch(limit: int | None, offset: int) -> pa.Table:
        return query(warehouse, receivables.PageFilter(chosen.as_of_on, chosen.currency, limit, offset), viewer)
    columns = tuple(
        replace(column, currency=warehouse.build.company_currency) if column.name == "amount_elsewhere_company" else column
        for column in CREDIT_COLUMNS
    )
    if view == "overdue":
        return tables.paged(fetch, PAGE), EXPOSURE_COLUMNS, N_("Nobody owes anything past its due date on this day.")
    return tables.paged(fetch, PAGE), columns, N_(
        "No customer has a credit limit in this currency; import customers with credit_limit_amount to see its use.")


def _totals(page: Paged) -> None:
    """What all exposures of each currency come to: never added over currencies."""
    language = words.language()
    rows = page.rows if page.row_count == page.rows.num_rows else page.fetch(None, 0)
    totals = rows.group_by("currency").aggregate([("amount_exposure_total", "max")]).sort_by("currency").to_pylist()
    said = ", ".join(language.amount(row["amount_exposure_total_max"], row["currency"]) for row in totals)
    st.text(language.gettext(N_("Exposure in all: {amounts}")).format(amounts=said))


def _bars(table: pa.Table) -> None:
    """The largest customers as bars, and what they owe together."""
    language = words.language()
    last = table.slice(table.num_rows - 1, 1).to_pylist()[0]
    text = language.gettext(N_("The {count} largest owe {sum} of {total}: {share}"))
    st.text(text.format(
        count=language.number(table.num_rows), sum=language.amount(last["amount_running"], last["currency"]),
        total=language.amount(last["amount_outstanding_total"], last["currency"]), share=language.percent(last["running_rate"], 1)))
    st.plotly_chart(
        charts_trend.concentration(table, language, theme.palette()), key="concentration", theme=None,
        config={"displayModeBar": False, "staticPlot": True}, alt=charts_trend.concentration_alt(table, language),
    )
