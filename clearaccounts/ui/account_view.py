"""The parts of the account page: find a customer, who they are, what they owe, how they pay, and the lists below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts import accounts, health, payments
from clearaccounts.access import Permission, Viewer
from clearaccounts.accounts import HealthFilter, SearchFilter
from clearaccounts.collections import evidence, suspensions
from clearaccounts.collections.conversation import Facts, Step, next_steps
from clearaccounts.collections.stages import StagesFilter, account_status
from clearaccounts.text import N_, Language
from clearaccounts.ui import (
    ageing_view,
    charts,
    connection,
    controls,
    health_view,
    labels,
    messages,
    payment_view,
    payment_words,
    suspensions_view,
    tables,
    theme,
    url,
    words,
)
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
        return suspensions_view.rows(self.warehouse, self.chosen.as_of_on, self.viewer, customer_id=self.customer_id)

    @cached_property
    def status(self) -> str:
        """The receivables status in one word, which needs no amounts."""
        found = _statuses(self.warehouse, self.chosen, self.viewer, self.customer_id)
        return str(found["receivables_status"][0].as_py())

    @cached_property
    def service(self) -> dict[str, Any]:
        """What their health rests on beside money."""
        found = accounts.health_service(self.warehouse, HealthFilter(self.chosen.as_of_on, self.customer_id), self.viewer)
        return dict(found.to_pylist()[0])

    @cached_property
    def money(self) -> list[dict[str, Any]]:
        """What their health rests on in money, one row per currency; none for who may see no amounts."""
        if not self.viewer.may(Permission.VIEW_RECEIVABLES):
            return []
        return list(accounts.health(self.warehouse, HealthFilter(self.chosen.as_of_on, self.customer_id), self.viewer).to_pylist())

    @cached_property
    def reasons(self) -> tuple[health.Reason, ...]:
        """The reasons of their health, the gravest first."""
        return health.reasons(self.status, self.service, self.money, self.behaviour, len({row["hold_id"] for row in self.broken_promises}))

    def steps(self, language: Language) -> list[Step]:
        """What to do next, the most pressing first."""
        sees_flags = self.viewer.may(Permission.VIEW_FLAGS)
        return next_steps(Facts(
            self.chosen.as_of_on, self.status, self.service, self.money, broken=self.broken_promises,
            stages=self.stages.to_pylist() if sees_flags else (),
            holds=evidence.holds(self.warehouse, self.viewer, self.customer_id, self.chosen.as_of_on) if sees_flags else (),
        ), language)

    @cached_property
    def payer(self) -> payment_view.Payer:
        """The same customer, as the parts about payments know them."""
        return payment_view.Payer(self.warehouse, self.customer_id, self.chosen, self.viewer)

    @cached_property
    def behaviour(self) -> list[dict[str, Any]]:
        """How they pay, one row per currency, the one with the most invoices first; none for who may see no amounts."""
        return self.payer.behaviours(is_compared=False) if self.viewer.may(Permission.VIEW_RECEIVABLES) else []

    @cached_property
    def broken_promises(self) -> list[dict[str, Any]]:
        """Promises broken in the twelve months up to the day, the latest first; none for who may see no amounts."""
        if not self.viewer.may(Permission.VIEW_RECEIVABLES):
            return []
        day = self.chosen.as_of_on
        wanted = payments.PromisesFilter(day, self.customer_id, promise_status="broken", since_on=payments.years_before(day, 1))
        return list(payments.promises(self.warehouse, wanted, self.viewer).to_pylist())


def find(warehouse: Warehouse, viewer: Viewer) -> str | None:
    """A search by name, id, domain or tenant; returns the id of the customer to show, which stands in the URL."""
    translate = words.language().gettext
    if st.session_state.pop(_FOUND, False):
        st.session_state["search"] = ""
    search = st.text_input(
        translate(N_("Find a customer")), key="search", bind="query-params", placeholder=translate(N_("Name, id, domain or tenant")),
        icon=":material/search:", label_visibility="collapsed", width=300,
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


def head(row: Mapping[str, Any], account: Account) -> None:
    """Name, status and health, and below them who they are in one line; customer text is never markdown."""
    language = words.language()
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="account_name", width="content"):
            st.text(row["customer_name"])
        st.badge(labels.title(account.status, language), color=STATUS_COLOURS[account.status])  # type: ignore[arg-type]
        health_view.badge(health.overall(account.reasons))
    terms = row["payment_terms_days"]
    facts = [
        row["customer_id"], row["segment"], row["country_code"], row["domain_name"],
        translate(N_("{days} days to pay")).format(days=language.number(terms)) if terms is not None else None,
        translate(N_("sales agent {agent}")).format(agent=row["sales_agent"]) if row["sales_agent"] else None,
        translate(N_("customer since {day}")).format(day=language.day(row["created_on"])) if row["created_on"] else None,
    ]
    with st.container(key="account_facts"):
        st.text(" · ".join(str(fact) for fact in facts if fact))


def balance(account: Account) -> None:
    """Balance by bucket, one chart per currency; a bar leads to the documents in it."""
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
        figure = charts.ageing_bars(own, currency, language, theme.palette())
        figure.update_traces(unselected={"marker": {"opacity": 1}})  # the list below may go on to something else
        st.plotly_chart(
            figure, key=f"balance_{currency}", theme=None,
            on_select=partial(_to_documents, f"balance_{currency}"), selection_mode="points",
            config={"displayModeBar": False}, alt=charts.ageing_alt(own, currency, language),
        )


def _to_documents(chart: str) -> None:
    """Callback: the list below shows what is in the bar that was clicked."""
    bucket = ageing_view.clicked(chart)
    if bucket == "unapplied":
        url.choose("section", "unapplied", page="")
    elif bucket is not None:
        url.choose("section", "items", bucket=bucket, page="")


def pays(account: Account) -> None:
    """Days late of each invoice in the currency with the most of them, and how that changes, in words."""
    language = words.language()
    if not account.behaviour:
        st.subheader(language.gettext(N_("How they pay")), anchor=False)
        st.text(language.gettext(N_("In the twelve months before this day no invoice of theirs was settled or overdue.")))
        return
    row = account.behaviour[0]
    payment_view.days_late(account.payer, row["currency"], key="days_late_in_short")
    st.caption(words.plain(payment_words.sentences(row, language)[0]))
