"""How one customer pays, for the account page: two charts, the figures beside those of its peers, promises, disputes, invoices.

`draw(warehouse, customer_id, chosen, viewer)` draws all of it; each part can be drawn alone, of a `Payer`. A customer billed in several
currencies gets a choice of them; its name in the address is `pays_in`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts import payments
from clearaccounts.access import Viewer
from clearaccounts.text import N_, Language
from clearaccounts.ui import charts_payments, controls, document_view, messages, payment_words, registry, tables, theme, url, words
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

RECORD_COLUMNS = (
    Column("invoice_id", N_("Invoice")),
    Column("payment_status", N_("Paid"), "label"),
    Column("issued_on", N_("Issued"), "day"),
    Column("due_on", N_("Due"), "day"),
    Column("settled_on", N_("Settled"), "day"),
    Column("late_days", N_("Days late"), "number", help=N_("Negative is early; of an open invoice, so far.")),
    Column("pay_days", N_("Days to pay"), "number", help=N_("From issue to settlement; blank without a payment.")),
    Column("is_part_paid", N_("In parts"), "flag", "small"),
    Column("amount_total", N_("Invoiced"), "amount"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
)
PROMISE_COLUMNS = (
    Column("promise_status", N_("Promise"), "label"),
    Column("starts_on", N_("Made"), "day"),
    Column("ends_on", N_("Last day"), "day"),
    Column("kept_on", N_("Kept on"), "day"),
    Column("amount_promised", N_("Promised"), "amount"),
    Column("amount_received", N_("Received"), "amount", help=N_("Paid or credited of it from the first to the last day of the promise.")),
    Column("invoice_id", N_("Invoice"), missing=N_("Everything overdue then")),
    Column("reason", N_("Reason"), width="medium"),
)
DISPUTE_COLUMNS = (
    Column("dispute_status", N_("Dispute"), "label"),
    Column("starts_on", N_("Since"), "day"),
    Column("ends_on", N_("Last day"), "day"),
    Column("amount_disputed", N_("Disputed"), "amount"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
    Column("resolution_type", N_("Resolved by"), "label"),
    Column("invoice_id", N_("Invoice"), missing=N_("The whole customer")),
    Column("reason", N_("Reason"), width="medium"),
)


@dataclass(frozen=True)
class Payer:
    """Whose payments are shown: one customer of one build, as of a day, to one person."""

    warehouse: Warehouse
    customer_id: str
    chosen: controls.Chosen
    viewer: Viewer

    def behaviours(self, *, is_compared: bool = True) -> list[dict[str, Any]]:
        """How the customer pays, a row per currency, the one with the most invoices first; empty if nothing was settled or overdue.

        Args:
            is_compared: beside the customers it is compared with, which reads the invoices of everybody in view.
        """
        wanted = payments.BehaviourFilter(self.chosen.as_of_on, self.customer_id, peers="shown" if is_compared else "left_out")
        rows: list[dict[str, Any]] = payments.behaviour(self.warehouse, wanted, self.viewer).to_pylist()
        return rows


def draw(
    warehouse: Warehouse, customer_id: str, chosen: controls.Chosen, viewer: Viewer, entry: registry.Entry = registry.AGEING,
) -> None:
    """All of it: charts, figures, promises and disputes, invoices. `entry` is the page that shows a chosen invoice.

    The days late of the first currency are left out: `days_late` draws them beside the balance, whatever list is open.
    """
    payer = Payer(warehouse, customer_id, chosen, viewer)
    rows = payer.behaviours()
    currencies = [str(row["currency"]) for row in rows]
    if not rows:
        messages.empty(words.language().gettext(N_("In the twelve months before this day no invoice of theirs was settled or overdue.")))
        agreements(payer)
        return
    currency = currencies[0]
    if len(currencies) > 1:
        currency = url.segments(words.language().gettext(N_("Currency")), {code: code for code in currencies}, "pays_in")
    row = next(row for row in rows if row["currency"] == currency)
    left, right = st.columns(2, gap="large")
    with left:
        invoiced_and_paid(payer, currency)
        if currency == currencies[0]:
            in_words(row)  # its days late stand above already, with the balance
        else:
            figures(row)
    with right:
        if currency == currencies[0]:
            figures(row)
        else:
            days_late(payer, currency)
            in_words(row)
    agreements(payer)
    invoices(payer, currency, entry)


def invoiced_and_paid(payer: Payer, currency: str) -> None:
    """Invoices against payments in time, over 24 months."""
    language = words.language()
    table = payments.timeline(
        payer.warehouse, payments.TimelineFilter(payer.chosen.as_of_on, payer.customer_id, currency), payer.viewer)
    st.subheader(
        language.gettext(N_("Invoiced and paid by month, in {currency}")).format(currency=currency), anchor=False,
        help=language.gettext(N_("Grey bar: invoiced. Blue bar: paid. Red line: what was open on invoices at the end of the month.")),
    )
    st.plotly_chart(
        charts_payments.invoiced_and_paid(table, currency, language, theme.palette()), key="invoiced_and_paid", theme=None,
        config={"displayModeBar": False}, alt=charts_payments.invoiced_and_paid_alt(table, currency, language),
    )


def days_late(payer: Payer, currency: str, key: str = "days_late") -> None:
    """Days late of each invoice of 24 months, with the running median; `key` tells two of them on one page apart."""
    language = words.language()
    day = payer.chosen.as_of_on
    wanted = payments.RecordsFilter(day, payer.customer_id, payments.years_before(day, 2), currency)
    table = payments.records(payer.warehouse, wanted, payer.viewer)
    st.subheader(
        language.gettext(N_("Days late, by day of settlement")), anchor=False,
        help=language.gettext(N_("A dot is an invoice, a ring one that is still open. The line is the median of five in a row.")),
    )
    st.plotly_chart(
        charts_payments.days_late(table, day, language, theme.palette()), key=key, theme=None,
        config={"displayModeBar": False}, alt=charts_payments.days_late_alt(table, language),
    )


def figures(row: Mapping[str, Any]) -> None:
    """The figures of twelve months, beside those of the customers it is compared with."""
    language = words.language()
    translate = language.gettext
    title = translate(N_("How they pay, last twelve months"))
    st.subheader(title, anchor=False, help=translate(payment_words.HOW_COUNTED))
    columns = [Column("figure", N_("Figure"), width="medium"), Column("own", N_("This customer"))]
    if row["peers_type"]:
        columns.append(Column("peers", N_("Same segment") if row["peers_type"] == "segment" else N_("All customers")))
    tables.show(payment_words.figures(row, language), columns, key="pay_figures", alt=title)
    st.caption(words.plain(payment_words.compared(row, language)))


def in_words(row: Mapping[str, Any]) -> None:
    """Trend, usual day and part payments as sentences."""
    language = words.language()
    st.subheader(language.gettext(N_("Trend and habits")), anchor=False)
    for sentence in payment_words.sentences(row, language):
        st.text(sentence)


def agreements(payer: Payer) -> None:
    """Promises to pay and disputes, each with its outcome; nothing is drawn where there never was one."""
    language = words.language()
    day, customer_id = payer.chosen.as_of_on, payer.customer_id
    promised = payments.promises(payer.warehouse, payments.PromisesFilter(day, customer_id), payer.viewer)
    disputed = payments.disputes(payer.warehouse, payments.DisputesFilter(day, customer_id), payer.viewer)
    for table, columns, title, key, hint in (
        (promised, PROMISE_COLUMNS, N_("Promises to pay"), "promises", payment_words.PROMISE_RULE),
        (disputed, DISPUTE_COLUMNS, N_("Disputes"), "disputes", payment_words.DISPUTE_RULE),
    ):
        if table.num_rows:
            st.subheader(language.gettext(title), anchor=False, help=language.gettext(hint))
            tables.show(table, columns, key=f"pay_{key}", alt=language.gettext(title), visible_rows=6)


def invoices(payer: Payer, currency: str, entry: registry.Entry) -> None:
    """The invoices behind the figures, by what became of them; one leads to its allocations on the page of `entry`."""
    language = words.language()
    translate = language.gettext
    title = translate(N_("Invoices behind these figures"))
    st.subheader(title, anchor=False)
    options = {"all": translate(N_("All"))} | {code: translate(text) for code, text in payments.RECORDS.items()}
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        status = url.segments(translate(N_("Invoices")), options, "paid")
        actions = st.container(width="content")
    found = _records(payer, currency, None if status == "all" else status)
    if found.rows.num_rows == 0:
        messages.empty(translate(N_("There is no such invoice in these twelve months.")))
        return
    picked = tables.show(found.rows, RECORD_COLUMNS, key="pay_records", alt=title, selectable=True, visible_rows=8)
    tables.pager(found, "paid_page")
    with actions:
        period = _period(payer.chosen, currency, language)
        caption = tables.captioned(
            f"{found.rows['customer_name'][0].as_py()}: {title}", period, None if status == "all" else options[status])
        tables.download(found, RECORD_COLUMNS, caption=caption, stem="payments")
    if picked:
        document_view.follow(entry, picked["invoice_id"])


def _records(payer: Payer, currency: str, status: str | None) -> Paged:
    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = payments.RecordsFilter(
            payer.chosen.as_of_on, payer.customer_id, currency=currency, payment_status=status, row_limit=limit, row_offset=offset)
        return payments.records(payer.warehouse, wanted, payer.viewer)
    return tables.paged(fetch, "paid_page")


def _period(chosen: controls.Chosen, currency: str, language: Language) -> str:
    return language.gettext(N_("The twelve months up to {day}, {currency}")).format(day=language.day(chosen.as_of_on), currency=currency)
