"""The parts of the key-figures page: the list of figures, the one that is chosen with its months, and the documents behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts import key_figures
from clearaccounts.access import Viewer
from clearaccounts.key_figures import FIGURES, INPUTS, OF_PAYMENTS, DocumentsFilter, KeyFigure
from clearaccounts.text import N_, Language
from clearaccounts.ui import charts_trend, controls, document_view, messages, registry, tables, theme, url, words
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

FIGURE = "figure"  # the name in the address
INPUT = "input"

FIGURE_COLUMNS = (
    Column("title", N_("Key figure"), width="medium"),
    Column("now", N_("Now"), "figure", 70),
    Column("unit", N_("Unit"), width=60),
    Column("month_before", N_("A month before"), "figure"),
    Column("year_before", N_("A year before"), "figure"),
)
MONTH_COLUMNS = (
    Column("month_starts_on", N_("Month from"), "day"),
    Column("amount_sales", N_("Sales of the month"), "amount"),
    Column("amount_taken", N_("Taken off the receivables"), "amount"),
    Column("month_days", N_("Days of the month"), "number"),
    Column("counted_days", N_("Days counted"), "figure"),
)
DOCUMENT_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("document_id", N_("Document")),
    Column("document_type", N_("Kind"), "label"),
    Column("invoice_id", N_("Invoice")),
    Column("happened_on", N_("Happened on"), "day"),
    Column("issued_on", N_("Issued"), "day"),
    Column("due_on", N_("Due"), "day"),
    Column("overdue_days", N_("Days overdue"), "number"),
    Column("document_currency", N_("Document currency"), width=110),
    Column("amount_document", N_("In its own currency"), "amount", currency="document_currency"),
    Column("amount_input", N_("Amount"), "amount"),
)
PAYMENT_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("invoice_id", N_("Invoice")),
    Column("issued_on", N_("Issued"), "day"),
    Column("due_on", N_("Due"), "day"),
    Column("settled_on", N_("Settled"), "day"),
    Column("pay_days", N_("Days to pay"), "number"),
    Column("days_late", N_("Days late"), "number"),
    Column("amount_weight", N_("Weight"), "amount"),
    Column("amount_weight_by_days", N_("Weight × days"), "amount"),
)
# Columns that say nothing for an input are left out.
_SALES_ONLY = {"document_type", "happened_on"}
_BALANCE_ONLY = {"overdue_days"}


def period_name() -> str:
    """The chosen period's name, drawn as a segmented control."""
    language = words.language()
    options = {name: language.gettext(title) for name, title in key_figures.PERIODS.items()}
    return url.segments(language.gettext(N_("Period")), options, "period")


def heading(wanted: DocumentsFilter, currency: str) -> None:
    """From when to when, and in which currency."""
    language = words.language()
    text = language.gettext(N_("{from_day} to {to_day}, in {currency}")) if wanted.currency else language.gettext(
        N_("{from_day} to {to_day}, all currencies in {currency} at booked rates"))
    st.subheader(
        words.plain(text.format(from_day=language.day(wanted.from_on), to_day=language.day(wanted.to_on), currency=currency)), anchor=False)


def chosen_figure() -> KeyFigure:
    """The figure that the address names, the first one if it names none."""
    return key_figures.BY_KEY.get(st.query_params.get(FIGURE, ""), FIGURES[0])


def figures(found: dict[str, Any]) -> KeyFigure:
    """All figures beside those of a month and a year before; a row that is chosen goes into the address. Returns the chosen one."""
    language = words.language()
    def of(figure: KeyFigure, when: str) -> Any:
        return figure.plain((found if when == "now" else found[when]).get(figure.key))
    rows = {
        "key": [figure.key for figure in FIGURES],
        "title": [language.gettext(figure.title) for figure in FIGURES],
        "unit": [language.gettext(key_figures.UNIT_WORDS[figure.unit]) for figure in FIGURES],
    }
    table = pa.table(rows | {
        when: pa.array([of(figure, when) for figure in FIGURES], pa.decimal128(38, 4)) for when in ("now", "month_before", "year_before")
    })
    picked = tables.show(table, FIGURE_COLUMNS, key="figures", alt=language.gettext(N_("Key figures")), selectable=True)
    if picked and picked["key"] != chosen_figure().key:
        st.query_params[FIGURE] = picked["key"]
    return chosen_figure()


def explained(figure: KeyFigure, found: dict[str, Any], months: pa.Table) -> None:
    """The chosen figure: its value, its formula in words and with its numbers, and its last 24 months."""
    language = words.language()
    translate = language.gettext
    st.subheader(words.plain(translate(figure.title)), anchor=False)
    value = found[figure.key]
    with st.container(key="figure_chosen"):
        st.text(figure.in_words(value, language) or "–")
    st.caption(words.plain(translate(figure.formula)))
    if value is None:
        st.text(translate(N_("Blank: there is nothing to divide by, or not enough sales to count back.")))
    st.text("= " + figure.with_numbers(found, language))
    if months.num_rows:
        st.plotly_chart(
            charts_trend.months(months, figure, language, theme.palette()), key="figure_months", theme=None,
            config={"displayModeBar": False}, alt=charts_trend.months_alt(months, figure, language),
        )
        st.caption(translate(N_("By calendar month; the newest up to the chosen day. A month where the figure is undefined is a gap.")))


def made_of(warehouse: Warehouse, figure: KeyFigure, found: dict[str, Any], wanted: DocumentsFilter, viewer: Viewer) -> None:
    """The documents behind each input of the chosen figure, and that they add up to it; a row opens its invoice."""
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("What it is made of")), anchor=False)
    if figure.key == "dso_countback_days":
        wanted, found = _count_back(warehouse, wanted, found, viewer)
    name = _input(figure, found, language)
    wanted = replace(wanted, input_name=name)
    is_of_payments = name in OF_PAYMENTS
    query = key_figures.payments if is_of_payments else key_figures.documents

    def fetch(limit: int | None, offset: int) -> pa.Table:
        return query(warehouse, replace(wanted, row_limit=limit, row_offset=offset), viewer)
    page = tables.paged(fetch, "page")
    if page.row_count == 0:
        messages.empty(translate(N_("There is no such document in this period. Choose another amount, period or currency.")))
        return
    columns = PAYMENT_COLUMNS if is_of_payments else _columns(name, wanted.currency)
    title = translate(INPUTS[name][1])
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(_sum_in_words(name, page.rows.slice(0, 1).to_pylist()[0], language))
        actions = st.container(width="content")
    picked = tables.show(page.rows, columns, key=f"documents_{name}", alt=title, selectable=True, visible_rows=10)
    tables.pager(page, "page")
    with actions:
        said = f"{translate(figure.title)}. {title}. {language.day(wanted.from_on)} – {language.day(wanted.to_on)}"
        scope = controls.chosen().in_words(language, ("currency",), viewer)
        tables.download(page, columns, caption=f"{said}. {scope}", stem=f"key-figure-{name}")
    if picked and picked["invoice_id"]:
        document_view.follow(registry.KEY_FIGURES, picked["invoice_id"])


def _input(figure: KeyFigure, found: dict[str, Any], language: Language) -> str:
    """Which input of the figure is looked at, by pills that carry their amounts."""
    def said(name: str) -> str:
        column, title = INPUTS[name]
        if name == "sales" and figure.key == "dso_countback_days":
            title = N_("Sales of the months counted back")
        value = found[column]
        shown = language.amount(value, found["currency"]) if column.startswith("amount_") else language.number(value)
        return f"{language.gettext(title)}: {shown}"
    url.seed(INPUT, figure.inputs, figure.inputs[0])
    name = st.pills(
        language.gettext(N_("Amount")), figure.inputs, required=True, key=INPUT, on_change=url.keep, args=(INPUT, figure.inputs[0]),
        format_func=said, label_visibility="collapsed",
    )
    return str(name or figure.inputs[0])


def _count_back(
    warehouse: Warehouse, wanted: DocumentsFilter, found: dict[str, Any], viewer: Viewer,
) -> tuple[DocumentsFilter, dict[str, Any]]:
    """The months that are counted back: their sales stand in place of the period's, and so do the documents behind them."""
    months = key_figures.count_back(warehouse, key_figures.MonthsFilter(wanted.to_on, wanted.currency), viewer)
    if months.num_rows == 0:
        return wanted, found
    tables.show(months, MONTH_COLUMNS, key="counted_months", alt=words.language().gettext(N_("Months counted back")), visible_rows=6)
    wanted = replace(wanted, from_on=pc.min(months["month_starts_on"]).as_py())
    return wanted, found | {"amount_sales": pc.sum(months["amount_sales"]).as_py()}


def _columns(name: str, currency: str | None) -> tuple[Column, ...]:
    """The columns for the documents of one input; the documents' own currency only beside the company's."""
    out = set(_BALANCE_ONLY if name in ("sales", "written_off") else _SALES_ONLY | {"document_id"})
    if currency is not None:
        out |= {"amount_document", "document_currency"}
    return tuple(column for column in DOCUMENT_COLUMNS if column.name not in out)


def _sum_in_words(name: str, first: dict[str, Any], language: Language) -> str:
    """How many rows there are and what they add up to: the amount in the formula."""
    row_count = first["row_count"]
    count = language.number(row_count)
    if name == "days_to_pay":
        text = language.ngettext("{count} invoice, {days} days in all", "{count} invoices, {days} days in all", row_count)
        return text.format(count=count, days=language.number(first["total_pay_days"]))
    if name == "days_late":
        text = language.ngettext(
            "{count} document: amount {sum}, amount × days {weighted}",
            "{count} documents: amounts {sum}, amount × days {weighted}", row_count)
        return text.format(
            count=count, sum=language.amount(first["amount_weight_total"], first["currency"]),
            weighted=language.amount(first["amount_weight_by_days_total"], first["currency"]))
    text = language.ngettext("{count} document, {sum}", "{count} documents, together {sum}", row_count)
    return text.format(count=count, sum=language.amount(first["amount_input_total"], first["currency"]))


def without_rate(warehouse: Warehouse, wanted: DocumentsFilter, viewer: Viewer) -> None:
    """What stays out of company currency, one line per currency."""
    language = words.language()
    chosen = key_figures.CompanyPeriodFilter(wanted.from_on, wanted.to_on)
    for row in key_figures.without_rate(warehouse, chosen, viewer).to_pylist():
        text = language.ngettext(
            "{count} document has no exchange rate and stays out: {sold} sold, {open} open, {unapplied} unapplied.",
            "{count} documents have no exchange rate and stay out: {sold} sold, {open} open, {unapplied} unapplied.", row["document_count"])
        st.caption(words.plain(text.format(
            count=language.number(row["document_count"]), sold=language.amount(row["amount_sales"], row["currency"]),
            open=language.amount(row["amount_closing"], row["currency"]),
            unapplied=language.amount(row["amount_unapplied"], row["currency"]))))
