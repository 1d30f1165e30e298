"""The ageing by group (segment, agent, product ...), the documents of the unapplied bucket, and what is left aside."""

from __future__ import annotations

from typing import Any, NoReturn

import pyarrow as pa
import streamlit as st

from clearaccounts import ageing, documents, receivables
from clearaccounts.access import Viewer
from clearaccounts.ageing import DIMENSIONS
from clearaccounts.text import N_, Language
from clearaccounts.ui import ageing_view, controls, document_view, labels, registry, tables, url, words
from clearaccounts.ui.ageing_view import Shown
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

OF = "of"  # the group's value in the address; an empty one is the group without a value
_ARRIVING = "_ageing_arriving"

NOT_GIVEN = N_("Not given")
NO_PRODUCT = N_("Several, not known, or not applied")
PRODUCT_RULE = N_(
    "An invoice belongs to the product of its customer's subscriptions that its description names, or to the only one its customer has. "
    "Else it belongs to none: nothing is split or guessed. Money not applied has no product.")
COMPANY_RULE = N_(
    "Buckets at booked rates; revaluation is the change to the newest rates of the day. Control totals are held in the documents' own "
    "currencies.")
UNAPPLIED_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("source_type", N_("Document"), "label"),
    Column("source_id", N_("Id")),
    Column("source_on", N_("Dated"), "day"),
    Column("unapplied_days", N_("Days since"), "number"),
    Column("reference", N_("Reference"), width="medium"),
    Column("amount_total", N_("Amount of the document"), "amount"),
    Column("amount_unapplied", N_("Unapplied"), "amount"),
)
UNAPPLIED_IN_COMPANY = Column("amount_unapplied_company", N_("In company currency"), "amount", currency="company_currency",
                              help=N_("At the rate at which the document is booked; empty if none is known."))
APART_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("reason", N_("Reason"), "label", width="medium"),
    Column("document_type", N_("Document"), "label"),
    Column("document_id", N_("Id")),
    Column("instalment_number", N_("Instalment"), "number", "small"),
    Column("dated_on", N_("Dated"), "day"),
    Column("amount_total", N_("Amount of the document"), "amount"),
    Column("amount_open", N_("Open"), "amount"),
)


def arrive() -> None:
    """Take over the view that a click on the page's last run asked for; a widget's value is only changed before it is drawn."""
    view = st.session_state.pop(_ARRIVING, None)
    if view is not None:
        st.session_state["view"] = view
        url.keep("view", next(iter(ageing_view.VIEWS)))


def group() -> tuple[str, str] | None:
    """The group that the address keeps the lists to: dimension and value, or None for everything."""
    dimension = st.query_params.get("dimension")
    value = st.query_params.get(OF)
    return (dimension, value) if value is not None and dimension in DIMENSIONS else None


def open_row(view: str, dimension: str, row: dict[str, Any]) -> None:
    """Where a row of one of the lists leads: a group to its customers, an invoice to what settles it, the rest to its customer."""
    if view == "by" and dimension != "customer":
        _keep_to(dimension, row)
    invoice_id = row["invoice_id"] if "invoice_id" in row else row["document_id"] if row.get("document_type") == "invoice" else None
    if invoice_id is not None:
        document_view.follow(registry.AGEING, invoice_id)
    customer_id = row["dimension_value"] if view == "by" else row["customer_id"]
    st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=customer_id))


def _keep_to(dimension: str, row: dict[str, Any]) -> NoReturn:
    """Keep the lists to the group of `row`, and show its customers."""
    st.query_params["dimension"] = dimension
    st.query_params[OF] = row["dimension_value"] or ""
    st.session_state[_ARRIVING] = "customers"
    st.rerun()


def group_words(chosen: tuple[str, str], language: Language) -> str:
    """What the lists are kept to."""
    dimension, value = chosen
    return f"{language.gettext(DIMENSIONS[dimension])}: {value or missing(dimension, language)}"


def group_badge(chosen: tuple[str, str], language: Language) -> None:
    """What the lists are kept to, and the way out of it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(words.plain(group_words(chosen, language)), color="blue")
        st.button(language.gettext(N_("Show all")), key="all_groups", icon=":material/close:", type="tertiary", on_click=forget)


def forget() -> None:
    """Callback: keep the lists to no group any more."""
    st.query_params.pop(OF, None)


def _choose_dimension() -> None:
    forget()
    url.keep("dimension", "customer")


def missing(dimension: str, language: Language) -> str:
    """What stands for the group without a value."""
    has_no_product = dimension == "product"
    return language.gettext(NO_PRODUCT if has_no_product else NOT_GIVEN)


def choose(chosen: controls.Chosen, company_currency: str, language: Language) -> tuple[str, bool]:
    """The controls of the table by group: by what, and whether in company currency."""
    translate = language.gettext
    url.seed("dimension", DIMENSIONS, "customer")
    dimension = st.selectbox(
        translate(N_("Group by")), list(DIMENSIONS), key="dimension", on_change=_choose_dimension, label_visibility="collapsed", width=170,
        format_func=lambda code: translate(DIMENSIONS[code]), persist_state="page",
    )
    if chosen.currency is not None:
        return dimension, False
    amounts = {"own": translate(N_("Own currencies")), "company": translate(N_("All in {currency}")).format(currency=company_currency)}
    return dimension, url.segments(translate(N_("Amounts")), amounts, "amounts") == "company"


def by_group(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, dimension: str, *, in_company: bool,
) -> Shown:
    """One page of groups, those with the most overdue first, each beside its control total."""
    translate = words.language().gettext

    def fetch(limit: int | None, offset: int) -> pa.Table:
        if in_company:
            company = ageing.ByCompanyFilter(chosen.as_of_on, dimension, chosen.bucket_edges, chosen.basis, limit, offset)
            return ageing.company_groups(warehouse, company, viewer)
        wanted = ageing.ByFilter(chosen.as_of_on, dimension, chosen.bucket_edges, chosen.basis, chosen.currency, limit, offset)
        return ageing.groups(warehouse, wanted, viewer)

    found = tables.paged(fetch, "page")
    label = translate(N_("Ageing by group: {dimension}")).format(dimension=translate(DIMENSIONS[dimension]))
    parts = () if in_company else (*receivables.bucket_names(chosen.bucket_edges), "amount_unapplied")
    return Shown(found, by_columns(found.rows, chosen, dimension), label, N_("Nothing was open on this day."), parts)


def by_columns(rows: pa.Table, chosen: controls.Chosen, dimension: str) -> tuple[Column, ...]:
    """The group, a column for each bucket, what is unapplied, the total and the control total beside it."""
    language = words.language()
    buckets = [Column(name, labels.bucket(name, language), "amount") for name in receivables.bucket_names(chosen.bucket_edges)]
    ends: tuple[Column, ...] = (Column("amount_net", N_("Total"), "amount"),)
    if "revaluation" in rows.column_names:
        ends = (Column("revaluation", N_("Revaluation"), "amount"), Column("amount_net", N_("Total at the day's rates"), "amount"))
    if "amount_control" in rows.column_names:
        ends += (Column("amount_control", N_("Control total"), "amount", help=N_("Invoices less payments, credit notes and write-offs")),)
        if _wrong_count(rows):
            ends += (Column("amount_difference", N_("Difference"), "amount"),)
    return (
        Column("dimension_name", DIMENSIONS[dimension], width="medium", missing=missing(dimension, language)),
        *buckets,
        Column("amount_unapplied", N_("Unapplied"), "amount"),
        *ends,
        Column("customer_count", N_("Customers"), "number", "small"),
    )


def _wrong_count(rows: pa.Table) -> int:
    return int(rows["wrong_count"][0].as_py()) if "wrong_count" in rows.column_names and rows.num_rows else 0


def below_groups(rows: pa.Table, dimension: str, language: Language, *, in_company: bool) -> None:
    """A red line if a group differs from its control total; and what must be known to read the groups."""
    if _wrong_count(rows):
        st.error(words.plain(language.gettext(ageing_view.DIFFERS)), icon=":material/error:")
    if dimension == "product":
        st.caption(words.plain(language.gettext(PRODUCT_RULE)))
    if in_company:
        st.caption(words.plain(language.gettext(COMPANY_RULE)))


def unapplied(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, of_group: tuple[str, str] | None, customer_id: str | None = None,
) -> Shown:
    """One page of the payments and credit notes that make up the unapplied bucket, the oldest first."""
    dimension, value = of_group or (None, None)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = documents.UnappliedFilter(chosen.as_of_on, chosen.currency, customer_id, limit, offset, dimension, value)
        return documents.unapplied_items(warehouse, wanted, viewer)

    found = tables.paged(fetch, "page")
    is_foreign = any(row["currency"] != row["company_currency"] for row in found.rows.to_pylist())
    columns = (*UNAPPLIED_COLUMNS, UNAPPLIED_IN_COMPANY) if is_foreign else UNAPPLIED_COLUMNS
    return Shown(found, columns, words.language().gettext(N_("Money not applied")), N_("Everything is applied on this day."))


def apart(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> Shown:
    """One page of the documents that these numbers leave aside or read with care."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        return documents.documents_apart(warehouse, documents.ApartFilter(chosen.as_of_on, chosen.currency, limit, offset), viewer)

    return Shown(tables.paged(fetch, "page"), APART_COLUMNS, words.language().gettext(N_("Left aside, or read with care")),
                 N_("No draft, no void, every invoice has a due date and every document a rate."))
