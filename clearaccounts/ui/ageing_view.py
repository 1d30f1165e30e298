"""The parts of the ageing page: bars that filter, the control total, customers and open items.

The groups by dimension, and what stands apart, are in `ageing_by_view`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts import receivables
from clearaccounts.access import Viewer
from clearaccounts.exporting.workbooks import Control
from clearaccounts.text import N_, Language
from clearaccounts.ui import charts, controls, labels, tables, theme, url, words
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

VIEWS = {"customers": N_("Customers"), "items": N_("Open items"), "by": N_("By group"), "apart": N_("Left aside")}
# Where revaluation stands: by currency, each with its own.
REVALUATION = {"view": "by", "dimension": "currency", "amounts": "company"}

BESIDE_THE_BUCKETS = N_(
    "Unapplied is money received or credited that is not set against an invoice yet. Revaluation is what the same items are worth at the "
    "newest exchange rates, less what they are booked at.")
DIFFERS = N_("Buckets and control total differ: do not rely on these numbers until the cause is mended. The Data page lists the checks.")
ITEM_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("invoice_id", N_("Invoice")),
    Column("instalment_number", N_("Instalment"), "number", "small"),
    Column("issued_on", N_("Issued"), "day"),
    Column("due_on", N_("Due"), "day"),
    Column("overdue_days", N_("Days overdue"), "number"),
    Column("bucket", N_("Bucket"), "bucket"),
    Column("amount_total", N_("Invoiced"), "amount"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
)
# Beside an amount in another currency, where there is one.
IN_COMPANY = Column("amount_outstanding_company", N_("In company currency"), "amount", currency="company_currency",
                    help=N_("At the rate at which the document is booked; empty if none is known."))


@dataclass(frozen=True)
class Shown:
    """A list of the page: its rows, its columns, what it is called, and (marked with N_) what to say if it is empty.

    `parts` are the columns that come to the control total together; none where the list is but a part of everything.
    """

    found: Paged
    columns: tuple[Column, ...]
    label: str
    why_empty: str
    parts: tuple[str, ...] = ()


def customer_columns(bucket: str | None) -> tuple[Column, ...]:
    """The customers table; with a bucket chosen, how much is in it stands first."""
    # All that is overdue has a column of its own.
    in_bucket = (Column("amount_in_bucket", N_("In this bucket"), "amount"),) if bucket not in (None, receivables.OVERDUE) else ()
    return (
        Column("customer_name", N_("Customer"), width="large"),
        Column("customer_id", N_("Id"), width="small"),
        *in_bucket,
        Column("amount_outstanding", N_("Outstanding"), "amount"),
        Column("amount_overdue", N_("Overdue"), "amount"),
        Column("amount_unapplied", N_("Unapplied"), "amount"),
        Column("overdue_days", N_("Days overdue"), "number", help=tables.OLDEST),
        Column("item_count", N_("Open items"), "number"),
    )


def totals(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> pa.Table:
    """Per currency: buckets, unapplied, control total, difference."""
    return receivables.control_by_currency(warehouse, receivables.ControlFilter(chosen.as_of_on, chosen.currency), viewer)


def control(table: pa.Table, language: Language) -> None:
    """What the buckets add up to beside what the documents say, and whether the two agree."""
    translate = language.gettext
    with st.container(horizontal=True, gap="small"):
        rows = table.to_pylist()
        for row in rows:
            is_right = row["wrong_count"] == 0
            st.badge(
                translate(N_("{currency}: agrees")).format(currency=row["currency"]) if is_right
                else translate(N_("{currency}: differs by {amount}")).format(
                    currency=row["currency"], amount=language.amount(row["amount_difference"], row["currency"])),
                icon=":material/check:" if is_right else ":material/error:", color="green" if is_right else "red",
            )
    tables.show(
        table,
        (
            Column("currency", N_("Currency"), width="small"),
            Column("amount_outstanding", N_("Buckets"), "amount"),
            Column("amount_unapplied", N_("Unapplied"), "amount"),
            Column("amount_control", N_("Control total"), "amount", help=N_("Invoices less payments, credit notes and write-offs")),
        ),
        key="control", alt=translate(N_("Control total")),
    )
    if any(row["wrong_count"] for row in rows):
        st.error(words.plain(translate(DIFFERS)), icon=":material/error:")


def workbook_control(table: pa.Table, parts: tuple[str, ...]) -> Control | None:
    """What the columns `parts` of a workbook must come to, per currency; None if there are none."""
    amounts = dict(zip(table["currency"].to_pylist(), table["amount_control"].to_pylist(), strict=True))
    return Control(parts, amounts) if parts else None


def apart(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """What stands outside these numbers: drafts and voids, missing due dates, documents without a rate."""
    language = words.language()
    day = receivables.DayFilter(chosen.as_of_on)
    by_reason: dict[str, list[str]] = {}
    for row in receivables.documents_apart(warehouse, day, viewer).to_pylist():
        if chosen.currency in (None, row["currency"]):
            said = f"{language.number(row['document_count'])} ({language.amount(row['amount_total'], row['currency'])})"
            by_reason.setdefault(row["reason"], []).append(said)
    for reason, parts in by_reason.items():
        st.caption(words.plain(f"{labels.title(reason, language)}: {', '.join(parts)}"))
    without_rate(warehouse, chosen, viewer)


def without_rate(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """What amounts in company currency leave out because no exchange rate is known."""
    language = words.language()
    if chosen.currency is None:
        for row in receivables.ageing_without_rate(warehouse, receivables.DayFilter(chosen.as_of_on), viewer).to_pylist():
            text = language.gettext(N_("{amount} in {count} documents have no exchange rate and stay out of the bars."))
            st.caption(words.plain(text.format(
                amount=language.amount(row["amount_open"], row["currency"]), count=language.number(row["item_count"]))))


def bars(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> str | None:
    """The bars and, beside them, the same filter as a control; returns the chosen bucket."""
    language = words.language()
    translate = language.gettext
    table, currency = buckets(warehouse, chosen, viewer)
    options = table["bucket"].to_pylist()
    st.subheader(
        translate(N_("Outstanding by days overdue, in {currency}")).format(currency=currency), anchor=False,
        help=translate(BESIDE_THE_BUCKETS),
    )
    bucket = pills(options)
    st.plotly_chart(
        charts.ageing_bars(table, currency, language, theme.palette(), chosen=bucket if bucket in options else None),
        key="ageing_bars", on_select=_follow_click, selection_mode="points", theme=None,
        config={"displayModeBar": False}, alt=charts.ageing_alt(table, currency, language),
    )
    return bucket


def pills(buckets: list[str]) -> str | None:
    """What lists of documents are kept to: one of the buckets, everything overdue, or (None) all; the address keeps it."""
    language = words.language()
    own = [bucket for bucket in dict.fromkeys(buckets) if bucket != "revaluation"]
    choosable = [*own[:1], receivables.OVERDUE, *own[1:]]
    url.seed("bucket", choosable)
    chosen: str | None = st.pills(
        language.gettext(N_("Bucket")), choosable, key="bucket", on_change=url.keep, args=("bucket",), label_visibility="collapsed",
        format_func=lambda name: labels.bucket(name, language),
    )
    return chosen


def clicked(chart: str) -> str | None:
    """The bucket of the bar that was clicked on the chart of that key, None if none was."""
    points: list[dict[str, Any]] = st.session_state[chart]["selection"]["points"]
    found = points[0].get("customdata") if points else None
    return (found[0] if found else None) if isinstance(found, list) else found


def _follow_click() -> None:
    """A click on a bar chooses its bucket, a click on the chosen one lets go of it; revaluation is shown by currency."""
    bucket = clicked("ageing_bars")
    if bucket == "revaluation":
        for key, value in REVALUATION.items():
            url.choose(key, value)
    elif bucket is not None:
        st.session_state["bucket"] = None if st.session_state.get("bucket") == bucket else bucket
        url.keep("bucket")


def buckets(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, customer_id: str | None = None,
) -> tuple[pa.Table, str]:
    """One row per bucket and the currency they are in: the chosen one, or the company's for all."""
    if chosen.currency is None and customer_id is None:
        wanted = receivables.CompanyFilter(chosen.as_of_on, chosen.bucket_edges, chosen.basis)
        return receivables.company_buckets(warehouse, wanted, viewer), warehouse.build.company_currency
    filtered = receivables.BucketsFilter(chosen.as_of_on, chosen.bucket_edges, chosen.basis, chosen.currency, customer_id)
    return receivables.ageing_buckets(warehouse, filtered, viewer), chosen.currency or warehouse.build.company_currency


def customers(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, bucket: str | None, search: str | None,
    *, group: tuple[str, str] | None = None,
) -> Paged:
    """One page of customers, those who owe the most overdue first; `group` is a dimension and its value."""
    dimension, value = group or (None, None)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = receivables.CustomersFilter(
            chosen.as_of_on, chosen.bucket_edges, chosen.basis, chosen.currency, bucket, search, limit, offset, dimension, value)
        return receivables.ageing_customers(warehouse, wanted, viewer)
    return tables.paged(fetch, "page")


def items(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, bucket: str | None, customer_id: str | None = None,
    *, group: tuple[str, str] | None = None,
) -> Paged:
    """One page of open items, the longest overdue first; `group` is a dimension and its value."""
    dimension, value = group or (None, None)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = receivables.ItemListFilter(
            chosen.as_of_on, chosen.bucket_edges, chosen.basis, chosen.currency, customer_id, bucket, limit, offset, dimension, value)
        return receivables.open_item_list(warehouse, wanted, viewer)
    return tables.paged(fetch, "page")


def item_columns(rows: pa.Table) -> tuple[Column, ...]:
    """The columns of these open items: company currency only beside another one."""
    is_foreign = any(row["currency"] != row["company_currency"] for row in rows.select(["currency", "company_currency"]).to_pylist())
    return (*ITEM_COLUMNS, IN_COMPANY) if is_foreign else ITEM_COLUMNS


def list_total(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, bucket: str | None, customer_id: str | None = None,
    *, group: tuple[str, str] | None = None,
) -> None:
    """What all pages of a list come to, above it: in company currency at booked rates, and in each currency there is."""
    dimension, value = group or (None, None)
    language = words.language()
    wanted = receivables.ListTotalsFilter(
        chosen.as_of_on, chosen.bucket_edges, chosen.basis, chosen.currency, customer_id, bucket, dimension, value)
    rows = receivables.list_totals(warehouse, wanted, viewer).to_pylist()
    if not rows:
        return
    count = sum(row["document_count"] for row in rows)
    said = language.ngettext("{count} document: {amount}", "{count} documents: {amount}", count)
    amount = ", ".join(language.amount(row["amount_open"], row["currency"]) for row in rows)
    company = warehouse.build.company_currency
    if chosen.currency is None and customer_id is None and [row["currency"] for row in rows] != [company]:
        total = sum((row["amount_open_company"] or Decimal(0) for row in rows), Decimal(0))
        amount = language.gettext(N_("{total} at booked rates ({parts})")).format(total=language.amount(total, company), parts=amount)
    st.caption(words.plain(said.format(count=language.number(count), amount=amount)))


def customers_listed(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, bucket: str | None, search: str | None,
    *, group: tuple[str, str] | None,
) -> Shown:
    """The customers as the page lists them."""
    found = customers(warehouse, chosen, viewer, bucket, search, group=group)
    parts = () if bucket or search or group else ("amount_outstanding", "amount_unapplied")
    return Shown(found, customer_columns(bucket), words.language().gettext(N_("Customers with something open")),
                 N_("No customer matches. Clear the search or choose another bucket."), parts)


def open_items(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, bucket: str | None, group: tuple[str, str] | None,
) -> Shown:
    """The open items as the page lists them."""
    found = items(warehouse, chosen, viewer, bucket, group=group)
    return Shown(found, item_columns(found.rows), words.language().gettext(N_("Open items")),
                 N_("No open item matches. Choose another bucket."))
