"""The parts of the account page: find a customer, who they are, what they owe, how they pay, what they asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts import accounts, escalations, payments
from clearaccounts.access import Permission, Viewer
from clearaccounts.accounts import CasesFilter, SearchFilter, SubscriptionsFilter
from clearaccounts.collections import suspensions
from clearaccounts.collections.conversation import STATUS_WORDS, next_words
from clearaccounts.collections.stages import StagesFilter, account_status
from clearaccounts.decisions import as_table
from clearaccounts.text import N_, Language
from clearaccounts.ui import ageing_view, charts, connection, controls, labels, messages, suspensions_view, tables, theme, words
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

CHOSEN = "customer_id"
_FOUND = "_search_done"
STATUS_COLOURS = {"current": "green", "overdue": "orange", "flagged": "red", "suspended": "red"}
FOUND_COLUMNS = (
    Column("customer_name", N_("Customer"), width="large"),
    Column("customer_id", N_("Id")),
    Column("domain_name", N_("Domain")),
    Column("segment", N_("Segment")),
    Column("country_code", N_("Country"), width="small"),
    Column("sales_agent", N_("Sales agent")),
)
HISTORY_COLUMNS = (
    Column("invoice_id", N_("Invoice")),
    Column("issued_on", N_("Issued"), "day"),
    Column("due_on", N_("Due"), "day"),
    Column("settled_on", N_("Settled"), "day"),
    Column("days_late", N_("Days late"), "number", help=N_("Negative is early; of an open invoice, so far.")),
    Column("amount_total", N_("Invoiced"), "amount"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
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


@dataclass(frozen=True)
class Account:
    """Whom the page shows: one customer of one build, as of a day, to one person."""

    warehouse: Warehouse
    customer_id: str
    chosen: controls.Chosen
    viewer: Viewer

    @cached_property
    def stages(self) -> pa.Table:
        """The policy's view of this customer, one row per currency."""
        found = suspensions_view.rows(self.warehouse, self.chosen.as_of_on, self.viewer)
        return found.filter(pc.equal(found["customer_id"], self.customer_id))

    def cases(self) -> pa.Table:
        """The customer's cases, the open ones first."""
        return accounts.cases(self.warehouse, CasesFilter(self.customer_id, self.chosen.as_of_on), self.viewer)

    def status(self) -> str:
        """The receivables status in one word, which needs no amounts."""
        found = _statuses(self.warehouse, self.chosen, self.viewer, self.customer_id)
        return str(found["receivables_status"][0].as_py())

    @cached_property
    def history(self) -> pa.Table:
        """One row per invoice, the newest first."""
        return payments.history(self.warehouse, payments.HistoryFilter(self.customer_id, self.chosen.as_of_on), self.viewer)


def sections(viewer: Viewer) -> dict[str, str]:
    """The lists that this person may look at on an account."""
    money = {"items": N_("Open items"), "history": N_("Payment history")} if viewer.may(Permission.VIEW_RECEIVABLES) else {}
    decisions = {"suspension": N_("Suspension")} if viewer.may(Permission.VIEW_FLAGS) else {}
    return {
        **money, "cases": N_("Cases"), "requests": N_("Service requests"), "subscriptions": N_("Subscriptions"), **decisions,
    }


def find(warehouse: Warehouse, viewer: Viewer) -> str | None:
    """A search by name, id, domain or tenant; returns the id of the customer to show, which stands in the URL."""
    translate = words.language().gettext
    if st.session_state.pop(_FOUND, False):
        st.session_state["search"] = ""
    search = st.text_input(
        translate(N_("Find a customer")), key="search", bind="query-params", placeholder=translate(N_("Name, id, domain or tenant")),
        icon=":material/search:", label_visibility="collapsed", width=420,
    )
    if not search:
        if CHOSEN not in st.query_params:
            messages.empty(translate(N_("Search for a customer, or follow one from a list on another page.")))
        return st.query_params.get(CHOSEN)
    found = accounts.search(warehouse, SearchFilter(search), viewer)
    if found.num_rows == 0:
        messages.empty(translate(N_("No customer of yours matches. Try a part of the name, the id or the domain.")))
        return None
    if found.num_rows == 1:
        _follow(str(found["customer_id"][0].as_py()))
    picked = tables.show(found, FOUND_COLUMNS, key="found", alt=translate(N_("Customers found")), selectable=True, visible_rows=8)
    if picked is None:
        st.caption(translate(N_("Choose one of them.")))
    else:
        _follow(str(picked["customer_id"]))
    return None


def _follow(customer_id: str) -> NoReturn:
    """Open a customer at an address of their own, and leave the search behind."""
    st.query_params[CHOSEN] = customer_id
    st.session_state[_FOUND] = True  # a widget's value is only changed before it is drawn
    st.rerun()


def _statuses(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, customer_id: str | None = None) -> pa.Table:
    marks = suspensions.table(suspensions.current(connection.store()))
    policy = connection.policy(chosen.as_of_on)
    return account_status(warehouse, StagesFilter(chosen.as_of_on), policy, marks, viewer, customer_id=customer_id)


def statuses(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> pa.Table:
    """Every account in view that is not current, the gravest first."""
    found = _statuses(warehouse, chosen, viewer)
    grave = [found.filter(pc.equal(found["receivables_status"], one)) for one in ("suspended", "flagged", "overdue")]
    return pa.concat_tables(grave)


def head(row: Mapping[str, Any], receivables_status: str) -> None:
    """Name and status, and below them who they are in one line; customer text is never markdown."""
    language = words.language()
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="account_name", width="content"):
            st.text(row["customer_name"])
        st.badge(labels.title(receivables_status, language), color=STATUS_COLOURS[receivables_status])  # type: ignore[arg-type]
    terms = row["payment_terms_days"]
    facts = [
        row["customer_id"], row["segment"], row["country_code"], row["domain_name"], row["contact_name"], row["contact_email"],
        translate(N_("{days} days to pay")).format(days=language.number(terms)) if terms is not None else None,
        translate(N_("sales agent {agent}")).format(agent=row["sales_agent"]) if row["sales_agent"] else None,
        translate(N_("support {offer}, {hours}")).format(offer=row["offer_name"], hours=row["service_hours"])
        if row["offer_name"] else None,
    ]
    with st.container(key="account_facts"):
        st.text(" · ".join(str(fact) for fact in facts if fact))


def say_next(account: Account, receivables_status: str, cases: pa.Table) -> None:
    """What to say next; without amounts for those who may not see them."""
    language = words.language()
    st.subheader(language.gettext(N_("What to say next")), anchor=False)
    if not account.viewer.may(Permission.VIEW_FLAGS):
        st.text(language.gettext(STATUS_WORDS[receivables_status]))
        return
    severity_a = cases.filter(pc.and_(cases["is_open"], pc.fill_null(pc.equal(cases["severity"], "A"), False))).num_rows
    mine = account.stages
    is_suspended = receivables_status == "suspended"
    for sentence in next_words(mine.to_pylist(), is_suspended=is_suspended, severity_a_count=severity_a, language=language):
        st.text(sentence)


def balance(account: Account) -> None:
    """Balance by bucket, one chart per currency, and how the customer pays."""
    language = words.language()
    translate = language.gettext
    table, _currency = ageing_view.buckets(account.warehouse, account.chosen, account.viewer, account.customer_id)
    currencies = sorted(set(table["currency"].to_pylist()))
    if not currencies:
        st.subheader(translate(N_("Balance by days overdue")), anchor=False)
        st.text(translate(N_("Nothing is open or unapplied on this day.")))
    for currency in currencies:
        st.subheader(translate(N_("Balance by days overdue, in {currency}")).format(currency=currency), anchor=False)
        own = table.filter(pc.equal(table["currency"], currency))
        st.plotly_chart(
            charts.ageing_bars(own, currency, language, theme.palette()), key=f"balance_{currency}", theme=None,
            config={"displayModeBar": False, "staticPlot": True}, alt=charts.ageing_alt(own, currency, language),
        )


def pays(account: Account) -> None:
    """Days late of each settled invoice, and the averages in words."""
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("Days late, by day of invoice")), anchor=False)
    history = account.history
    settled = history.filter(pc.is_valid(history["settled_on"]))
    if settled.num_rows == 0:
        st.text(translate(N_("No invoice of theirs is settled yet.")))
        return
    st.plotly_chart(
        charts.payment_history(settled, language, theme.palette()), key="payment_history", theme=None,
        config={"displayModeBar": False}, alt=charts.payment_history_alt(settled, language),
    )
    summary = payments.summary(
        account.warehouse, payments.SummaryFilter(account.chosen.as_of_on, account.customer_id), account.viewer)
    for row in summary.to_pylist():
        st.caption(words.plain(_pays_in_words(row, language)))


def _pays_in_words(row: Mapping[str, Any], language: Language) -> str:
    late = row["average_days_late"]
    said = language.gettext(
        N_("{currency}: {days} days to pay on average, {late} days late on average, {share} on time ({count} invoices)") if late >= 0
        else N_("{currency}: {days} days to pay on average, {late} days early on average, {share} on time ({count} invoices)"))
    return said.format(
        currency=row["currency"], days=language.number(row["average_days_to_pay"], 1), late=language.number(abs(late), 1),
        share=language.percent(row["on_time_rate"]), count=language.number(row["invoice_count"]),
    )


def section(name: str, account: Account, cases: pa.Table) -> tuple[pa.Table, tuple[Column, ...], str]:
    """The rows and columns of one list, and what to say when it is empty."""
    warehouse, customer_id, chosen, viewer = account.warehouse, account.customer_id, account.chosen, account.viewer
    match name:
        case "items":
            return (ageing_view.items(warehouse, chosen, viewer, None, customer_id).rows, ageing_view.ITEM_COLUMNS[1:],
                    N_("Nothing is open on this day."))
        case "history":
            return account.history, HISTORY_COLUMNS, N_("They were never invoiced by this day.")
        case "cases":
            return cases, CASE_COLUMNS, N_("They opened no support case by this day.")
        case "requests":
            wanted = escalations.RequestsFilter(chosen.as_of_on, customer_id=customer_id, row_limit=tables.PAGE_SIZE)
            return escalations.requests(warehouse, wanted, viewer), REQUEST_COLUMNS, N_("Nothing of theirs was escalated to Microsoft.")
        case "subscriptions":
            found = accounts.subscriptions(warehouse, SubscriptionsFilter(customer_id, chosen.as_of_on), viewer)
            return found, SUBSCRIPTION_COLUMNS, N_("They have no subscription in the data; import subscriptions to see them.")
        case _:
            events = suspensions.history(connection.store(), warehouse, viewer, customer_id)
            return as_table(events), DECISION_COLUMNS, N_("Nobody ever marked them for suspension.")


def suspension_state(account: Account) -> None:
    """The policy's stage, the holds and the mark, per currency."""
    mine = account.stages
    if mine.num_rows:
        shown = [column for column in suspensions_view.COLUMNS if column.name not in {"customer_name", "sales_agent"}]
        tables.show(mine, shown, key="suspension_state",
                    alt=words.language().gettext(N_("Suspension state by currency")))
