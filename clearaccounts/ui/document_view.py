"""One customer invoice and its trail: what it is, its instalments, what settles it, and that this adds up.

Any page draws it with `draw(warehouse, invoice_id, chosen, viewer)`; the address then carries `invoice_id`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts import documents
from clearaccounts.access import Viewer
from clearaccounts.documents import InvoiceFilter
from clearaccounts.text import N_, Language
from clearaccounts.ui import controls, messages, registry, tables, words
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

CHOSEN = "invoice_id"  # the name in the address
# What the address of a list says beyond the shared controls, kept on the way to an invoice and back.
_KEPT = (
    "view", "bucket", "customer_id", "figure", "input", "period", "risk", "section", "kind", "week",
    "list", "opening_balance", "dimension", "of", "page",
)

INSTALMENT_COLUMNS = (
    Column("instalment_number", N_("Instalment"), "number", "small"),
    Column("due_on", N_("Due"), "day"),
    Column("overdue_days", N_("Days overdue"), "number"),
    Column("amount_total", N_("Invoiced"), "amount"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
)
ALLOCATION_COLUMNS = (
    Column("source_type", N_("Settled by"), "label"),
    Column("source_id", N_("Document"), missing=N_("None to show")),
    Column("source_on", N_("Dated"), "day"),
    Column("counts_from_on", N_("Counts from"), "day",
           help=N_("The latest of the day it was applied, the day of its document and the day of the invoice.")),
    Column("amount_applied", N_("Applied"), "amount"),
    # One document may settle several instalments: its amount stands in each of their rows.
    Column("amount_source", N_("Amount of the document"), "amount", currency="source_currency", is_summed=False),
    Column("amount_from_source", N_("Of it used here"), "amount", currency="source_currency"),
    Column("reference", N_("Reference")),
    Column("allocation_id", N_("Allocation")),
)
# Only where there is something to tell.
INSTALMENT = Column("instalment_number", N_("Instalment"), "number", "small")
PAYER = Column("source_customer_name", N_("Paid by"), missing=N_("Not in your view"))
TAKEN_BACK = (
    Column("taken_back_on", N_("Taken back on"), "day"),
    Column("amount_taken_back", N_("Taken back"), "amount"),
)


def asked() -> str | None:
    """The invoice that the address asks for, or None."""
    return st.query_params.get(CHOSEN)


def follow(entry: registry.Entry, invoice_id: str) -> None:
    """Open the invoice on the page it was chosen on, at an address of its own."""
    kept = {name: st.query_params[name] for name in st.query_params if name in _KEPT}
    tables.let_go()  # back on the list, the row that was chosen must not lead away at once
    st.switch_page(entry.path, query_params=controls.link(entry, **kept, invoice_id=invoice_id))


def way_back() -> None:
    """A way to the list that the invoice was chosen from, on the same page; the address forgets the invoice."""
    st.button(words.language().gettext(N_("Back to the list")), key="way_back", icon=":material/arrow_back:", type="tertiary",
              on_click=_leave)


def _leave() -> None:
    # A link would leave the browser's address as it is: to a link on the same page only what it adds counts.
    st.query_params.pop(CHOSEN, None)


def draw(warehouse: Warehouse, invoice_id: str, chosen: controls.Chosen, viewer: Viewer) -> None:
    """The invoice as of the chosen day, with its instalments and allocations.

    Raises:
        NotFound: there is no such invoice, or not for this viewer; the words are the same.
    """
    language = words.language()
    translate = language.gettext
    wanted = InvoiceFilter(invoice_id, chosen.as_of_on)
    invoice = documents.customer_invoice(warehouse, wanted, viewer)
    applied = documents.allocations(warehouse, wanted, viewer)
    _head(invoice, chosen, language)
    _sum_line(invoice, applied, language)

    parts = documents.instalments(warehouse, wanted, viewer)
    if parts.num_rows:
        title = translate(N_("Instalments"))
        st.subheader(title, anchor=False)
        tables.show(parts, INSTALMENT_COLUMNS, key="instalments", alt=title, visible_rows=6)

    title = translate(N_("What settles it"))
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader(title, anchor=False)
        actions = st.container(width="content")
    if applied.num_rows == 0:
        messages.empty(translate(N_("Nothing was set against this invoice by this day.")))
        return
    columns = allocation_columns(applied)
    tables.show(applied, columns, key="allocations", alt=title)
    with actions:
        said = f"{translate(N_('Invoice'))} {invoice_id}. {title}. {chosen.in_words(language, ('day',), viewer)}"
        tables.download(tables.whole(applied), columns, caption=said, stem="allocations")


def allocation_columns(applied: pa.Table) -> tuple[Column, ...]:
    """The columns of these allocations; instalment, payer and what was taken back stand only where there is some."""
    rows = applied.to_pylist()
    columns = list(ALLOCATION_COLUMNS)
    if any(row["instalment_number"] is not None for row in rows):
        columns.insert(4, INSTALMENT)
    if any(row["source_type"] in {"payment", "credit_note"} and row["source_customer_id"] != row["customer_id"] for row in rows):
        columns.insert(2, PAYER)
    if not all(row["is_in_force"] for row in rows):
        columns += TAKEN_BACK
    return tuple(columns)


def _state(invoice: Mapping[str, Any], chosen: controls.Chosen) -> tuple[str, str]:
    """What stands beside the invoice's id, and its colour."""
    if not invoice["is_counted"]:
        if invoice["issued_on"] > chosen.as_of_on:
            return N_("Not issued yet on this day"), "gray"
        return {"draft": N_("Draft, owes nothing"), "void": N_("Void, owes nothing")}.get(
            invoice["invoice_status"], N_("Withdrawn, owes nothing")), "gray"
    if invoice["amount_outstanding"] == 0:
        return N_("Settled"), "green"
    return (N_("Overdue"), "red") if invoice["overdue_days"] > 0 else (N_("Not yet due"), "blue")


def _head(invoice: Mapping[str, Any], chosen: controls.Chosen, language: Language) -> None:
    """Id and state, and below them the facts in one line; nothing of it is markdown."""
    translate = language.gettext
    state, colour = _state(invoice, chosen)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="document_name", width="content"):
            st.text(f"{translate(N_('Invoice'))} {invoice['invoice_number'] or invoice['invoice_id']}")
        st.badge(translate(state), color=colour)  # type: ignore[arg-type]  # one of the badge's colours, see _state
        st.page_link(
            registry.ACCOUNT.path, label=translate(N_("Account")), icon=":material/person_search:",
            query_params=controls.link(registry.ACCOUNT, customer_id=invoice["customer_id"]))
    facts = [
        invoice["customer_name"],
        invoice["invoice_id"],
        translate(N_("issued on {day}")).format(day=language.day(invoice["issued_on"])),
        translate(N_("due on {day}")).format(day=language.day(invoice["due_on"])) if invoice["due_on"]
        else translate(N_("no due date of its own")),
        translate(N_("days overdue: {days}")).format(days=language.number(invoice["overdue_days"]))
        if invoice["overdue_days"] is not None else None,
        translate(N_("settled on {day}")).format(day=language.day(invoice["settled_on"])) if invoice["settled_on"] else None,
        translate(N_("void from {day}")).format(day=language.day(invoice["voided_on"])) if invoice["voided_on"] else None,
        _rate(invoice, language),
        invoice["description"],
    ]
    with st.container(key="document_facts"):
        st.text(" · ".join(str(fact) for fact in facts if fact))


def _rate(invoice: Mapping[str, Any], language: Language) -> str | None:
    """At which rate the invoice is booked; nothing for one in company currency."""
    if invoice["currency"] == invoice["company_currency"]:
        return None
    if invoice["exchange_rate"] is None:
        return language.gettext(N_("no exchange rate: stays out of company currency"))
    said = language.gettext(N_("1 {currency} booked at {rate} {company_currency}"))
    rate = invoice["exchange_rate"].normalize()
    return said.format(
        currency=invoice["currency"], rate=language.number(rate, max(2, -rate.as_tuple().exponent)),
        company_currency=invoice["company_currency"])


def _sum_line(invoice: Mapping[str, Any], applied: pa.Table, language: Language) -> None:
    """Invoiced, settled, open; and whether what stands below adds up to what is settled."""
    translate = language.gettext
    currency = invoice["currency"]
    said = translate(N_("Invoiced {invoiced}, settled {settled}, open {open}")).format(
        invoiced=language.amount(invoice["amount_total"], currency), settled=language.amount(invoice["amount_settled"], currency),
        open=language.amount(invoice["amount_outstanding"], currency))
    if currency != invoice["company_currency"] and invoice["amount_outstanding_company"] is not None:
        company = language.amount(invoice["amount_outstanding_company"], invoice["company_currency"])
        said = translate(N_("{sum} ({amount} in company currency)")).format(sum=said, amount=company)
    difference = documents.difference(invoice, applied)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="document_sum"):
        st.text(said)
        if difference == 0:
            st.badge(translate(N_("the documents below agree")), icon=":material/check:", color="green")
    if difference != 0:
        wrong = translate(
            N_("The documents below differ from what is settled by {amount}. Do not rely on this invoice until that is mended."))
        st.error(words.plain(wrong.format(amount=language.amount(difference, currency))), icon=":material/error:")
