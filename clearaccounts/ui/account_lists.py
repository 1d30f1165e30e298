"""The lists of the account page: what is open, unapplied, what happened, cases, requests, subscriptions, the way of a suspension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts import accounts, documents, receivables
from clearaccounts.access import Permission, Viewer
from clearaccounts.accounts import CasesFilter, SubscriptionsFilter
from clearaccounts.collections import suspensions
from clearaccounts.decisions import as_table
from clearaccounts.documents import InvoiceFilter, UnappliedFilter
from clearaccounts.errors import NotFound
from clearaccounts.escalations.requests import RequestsFilter, requests
from clearaccounts.text import N_
from clearaccounts.ui import ageing_view, connection, mark_words, suspensions_view, tables, timeline_view, words
from clearaccounts.ui.account_view import Account
from clearaccounts.ui.tables import Column

# Lists whose rows may be about an invoice, which a click opens.
ABOUT_INVOICES = frozenset({"items", "timeline"})
# What of the timeline is about an invoice, which opens it.
INVOICE_EVENTS = frozenset({"invoice_issued", "became_overdue", "invoice_settled"})
# The same of support cases.
ABOUT_CASES = frozenset({"cases", "requests", "timeline"})
CASE_EVENTS = frozenset({"case_opened", "case_escalated", "case_resolved", "case_reopened", "case_closed"})
UNAPPLIED_COLUMNS = (
    Column("source_id", N_("Document")),
    Column("source_type", N_("Kind"), "label"),
    Column("source_on", N_("Dated"), "day"),
    Column("unapplied_days", N_("Days unapplied"), "number"),
    Column("amount_total", N_("Amount of the document"), "amount"),
    Column("amount_unapplied", N_("Unapplied"), "amount"),
    Column("payment_method", N_("Method")),
    Column("reference", N_("Reference"), width="large"),
)
CASE_COLUMNS = (
    Column("title", N_("Case"), width="large"),
    Column("case_category", N_("Category")),
    Column("severity", N_("Severity"), width="small"),
    Column("case_status", N_("Status"), "label"),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("closed_at", N_("Closed, UTC"), "moment"),
    Column("case_id", N_("Case id")),
)
REQUEST_COLUMNS = (
    Column("title", N_("Request"), width="large"),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("severity", N_("Severity"), width="small"),
    Column("is_open", N_("Open"), "flag", "small"),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("closed_at", N_("Closed, UTC"), "moment"),
    Column("service_request_id", N_("Request id")),
)
SUBSCRIPTION_COLUMNS = (
    Column("product_name", N_("Product"), width="large"),
    Column("quantity", N_("Quantity"), "number"),
    Column("subscription_status", N_("Status"), "label"),
    Column("commerce_model", N_("Model"), "label"),
    Column("commitment_ends_on", N_("Commitment ends"), "day"),
    Column("left_to_cancel_days", N_("Days left to cancel"), "number"),
    Column("is_auto_renew", N_("Renews"), "flag", "small"),
    Column("subscription_id", N_("Id")),
)
DECISION_COLUMNS = (
    Column("occurred_at", N_("When, UTC"), "moment"),
    Column("event_type", N_("What"), "label"),
    Column("actor_name", N_("Who")),
    Column("reason", N_("Reason"), width="large"),
)


def sections(viewer: Viewer) -> dict[str, str]:
    """The lists that this person may look at on an account."""
    money = {
        "items": N_("Open items"), "history": N_("Payment history"), "unapplied": N_("Unapplied money"),
    } if viewer.may(Permission.VIEW_RECEIVABLES) else {}
    own = {"notices": N_("Notices"), "holds": N_("Holds"), "suspension": N_("Suspension")}
    decisions = own if viewer.may(Permission.VIEW_FLAGS) else {}
    return {
        **money, "timeline": N_("Timeline"), "cases": N_("Cases"), "requests": N_("Service requests"),
        "subscriptions": N_("Subscriptions"), **decisions,
    }


@dataclass(frozen=True)
class Listed:
    """One list of the page: a page of its rows, what is shown of them, and what to say when there are none."""

    page: tables.Paged
    columns: tuple[Column, ...]
    why_empty: str


def bucket(account: Account) -> str | None:
    """A control that keeps the open items to one bucket, or to what is overdue; None is all."""
    return ageing_view.pills(receivables.bucket_names(account.chosen.bucket_edges))


def total(name: str, account: Account, chosen_bucket: str | None) -> None:
    """What the list of that name comes to, where it is one of amounts open."""
    if name in ("items", "unapplied"):
        wanted = "unapplied" if name == "unapplied" else chosen_bucket
        ageing_view.list_total(account.warehouse, account.chosen, account.viewer, wanted, account.customer_id)


def section(name: str, account: Account, kind: str | None, chosen_bucket: str | None = None) -> Listed:
    """The list of that name; `kind` narrows the timeline, `chosen_bucket` the open items."""
    warehouse, customer_id, chosen, viewer = account.warehouse, account.customer_id, account.chosen, account.viewer
    match name:
        case "items":
            return Listed(ageing_view.items(warehouse, chosen, viewer, chosen_bucket, customer_id), ageing_view.ITEM_COLUMNS[1:],
                          N_("No open item matches. Choose another bucket.") if chosen_bucket else N_("Nothing is open on this day."))
        case "unapplied":
            return Listed(_unapplied(account), UNAPPLIED_COLUMNS, N_("Every payment and credit note of theirs is applied on this day."))
        case "timeline":
            return Listed(timeline_view.page(warehouse, customer_id, chosen.as_of_on, kind, viewer), timeline_view.columns(viewer),
                          timeline_view.EMPTY)
        case "cases":
            found = accounts.cases(warehouse, CasesFilter(customer_id, chosen.as_of_on), viewer)
            return Listed(tables.slices(found), CASE_COLUMNS, N_("They opened no support case by this day."))
        case "requests":
            wanted = RequestsFilter(chosen.as_of_on, customer_id=customer_id)
            return Listed(tables.slices(requests(warehouse, wanted, viewer)), REQUEST_COLUMNS,
                          N_("Nothing of theirs was escalated to Microsoft."))
        case "subscriptions":
            found = accounts.subscriptions(warehouse, SubscriptionsFilter(customer_id, chosen.as_of_on), viewer)
            return Listed(tables.whole(found), SUBSCRIPTION_COLUMNS,
                          N_("They have no subscription in the data; import subscriptions to see them."))
        case _:
            events = suspensions.history(connection.store(), warehouse, viewer, customer_id)
            return Listed(tables.whole(as_table(events)), DECISION_COLUMNS, N_("Nobody ever marked them for suspension."))


def _unapplied(account: Account) -> tables.Paged:
    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = UnappliedFilter(account.chosen.as_of_on, customer_id=account.customer_id, row_limit=limit, row_offset=offset)
        return documents.unapplied_items(account.warehouse, wanted, account.viewer)
    return tables.paged(fetch, "page")


def opens(name: str, viewer: Viewer) -> bool:
    """Whether a row of the list of that name may open something that this person may see: an invoice, a case."""
    if name in ABOUT_CASES and viewer.may(Permission.VIEW_CASES):
        return True
    return name in ABOUT_INVOICES and viewer.may(Permission.VIEW_RECEIVABLES)


def case_of(name: str, row: Mapping[str, Any]) -> str | None:
    """The support case that a row of a list is about, None if it is about something else."""
    if name == "timeline":
        return str(row["subject_id"]) if row["event_type"] in CASE_EVENTS else None
    return str(row["case_id"]) if name in ABOUT_CASES and row["case_id"] else None


def invoice_of(name: str, row: Mapping[str, Any]) -> str | None:
    """The invoice that a row of a list is about, None if it is about something else."""
    if name == "timeline":
        return str(row["subject_id"]) if row["event_type"] in INVOICE_EVENTS else None
    return str(row["invoice_id"]) if name in ABOUT_INVOICES else None


def check_invoice(account: Account, invoice_id: str) -> None:
    """See that an invoice is this customer's, for somebody who may see invoices.

    Raises:
        NotFound: there is no such invoice, or not here, or not for this viewer; the words are the same.
    """
    if account.viewer.may(Permission.VIEW_RECEIVABLES):
        row = documents.customer_invoice(account.warehouse, InvoiceFilter(invoice_id, account.chosen.as_of_on), account.viewer)
        if row["customer_id"] == account.customer_id:
            return
    raise NotFound(documents.NO_INVOICE)


def suspension_state(account: Account) -> None:
    """How far a suspension has come, in words, per currency: stage, holds, mark, approval, order, what came of each subscription."""
    language = words.language()
    marks = {mark.mark_id: mark for mark in suspensions.current(connection.store())}
    for rows in suspensions_view.lists(account.stages)["all"].to_pylist():
        with st.container(key=f"suspension_state_{rows['currency']}", gap="xxsmall"):
            for sentence in mark_words.standing(rows, marks.get(rows["mark_id"]), language):
                st.text(sentence)
