"""Debts of the customers who use most support: bars of what they used, a list per currency, and behind each their cases or requests."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from clearaccounts.support import money
from clearaccounts.text import N_
from clearaccounts.ui import messages, support_money_view, tables, url, words
from clearaccounts.ui.charts_service import Bar
from clearaccounts.ui.support_money_view import Place
from clearaccounts.ui.tables import Column

CHART = "consumers"
_USED = (
    Column("case_count", N_("Cases opened"), "number"),
    Column("open_case_count", N_("Open cases"), "number"),
    Column("request_count", N_("Requests to Microsoft"), "number"),
    Column("hours_used", N_("Hours used"), "figure"),
)
DEBT_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    *_USED,
    Column("amount_overdue", N_("Overdue"), "amount"),
    Column("overdue_days", N_("Days overdue"), "number", help=tables.OLDEST),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
    Column("amount_unapplied", N_("Unapplied"), "amount"),
)
COMPANY_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    *_USED,
    Column("amount_overdue_company", N_("Overdue, company currency"), "amount", currency="company_currency"),
    Column("amount_outstanding_company", N_("Outstanding, company currency"), "amount", currency="company_currency"),
)
FORMULA = N_(
    "Cases and requests opened in the period, cases open at its end; hours as Microsoft counted them. Overdue and outstanding: what is "
    "open at its end, gross of money on account.")
IN_COMPANY = N_(
    "In company currency each document counts at its booked rate; a customer with a document without a rate stays empty.")


def draw(place: Place) -> None:
    """The part of the page."""
    language = words.language()
    translate = language.gettext
    measure = url.segments(translate(N_("Ordered by")), {key: translate(text) for key, text in money.MEASURES.items()}, "measure")
    first = money.consumers(
        place.warehouse, money.ConsumersFilter(place.from_on, place.to_on, measure, support_money_view.SHOWN), place.viewer)
    if first.num_rows == 0:
        messages.empty(translate(N_("Nobody used support in this period. Choose a longer one, or a later day.")))
        return
    title = translate(N_("{measure}, and what is overdue")).format(measure=translate(money.MEASURES[measure]))
    st.subheader(title, anchor=False, help=translate(N_(
        "The ten who used most; red owe something past its due date, in company currency.")))
    slot = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        who = support_money_view.customer(place, first)
        options = {"currencies": translate(N_("By currency")), "company": translate(N_("In company currency"))}
        shown = url.segments(translate(N_("Amounts")), options, "amounts") if who is None else ""
        actions = st.container(horizontal=True, horizontal_alignment="right")
    with slot:
        support_money_view.chart([_bar(row, measure) for row in first.to_pylist()], CHART, who["customer_id"] if who else None)
    if who is not None:
        _behind(place, who["customer_id"], who["customer_name"], measure, actions)
        return
    in_company = shown == "company"

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = money.ConsumersFilter(place.from_on, place.to_on, measure, limit, offset)
        return (money.consumers if in_company else money.consumer_debts)(place.warehouse, wanted, place.viewer)

    found, columns = tables.paged(fetch, "page"), COMPANY_COLUMNS if in_company else DEBT_COLUMNS
    picked = tables.show(found.rows, columns, key=f"debts_{shown}", alt=title, selectable=True)
    tables.pager(found, "page")
    st.caption(words.plain(translate(FORMULA) + (" " + translate(IN_COMPANY) if in_company else "")))
    with actions:
        said = tables.captioned(translate(N_("Debts of who uses most support")), place.caption, place.period_words)
        tables.download(found, columns, caption=said, stem="support-debts")
    if picked:
        support_money_view.look_at(picked["customer_id"])


def _bar(row: dict[str, object], measure: str) -> Bar:
    """One customer: how much they used, and what they owe past its due date."""
    language = words.language()
    used, owed = row[money.MEASURED[measure]], row["amount_overdue_company"]
    said = language.number(used, 1 if measure == "hours" else 0)  # type: ignore[arg-type]
    if owed is None:
        said = language.gettext(N_("{used} · overdue not known, a rate is missing")).format(used=said)
    elif owed:
        overdue = language.amount(owed, str(row["company_currency"]))  # type: ignore[arg-type]
        said = language.gettext(N_("{used} · {amount} overdue")).format(used=said, amount=overdue)
    return Bar(str(row["customer_id"]), str(row["customer_name"]), used, said, bool(owed))  # type: ignore[arg-type]


def _behind(place: Place, customer_id: str, name: str, measure: str, actions: st.delta_generator.DeltaGenerator) -> None:
    """The cases, or the requests, behind a customer's bar."""
    translate = words.language().gettext
    in_cases = measure in {"cases", "open_cases"}
    found = (support_money_view.cases(place, customer_id, measure) if in_cases else
             support_money_view.requests(place, customer_id))
    columns = support_money_view.CASE_COLUMNS if in_cases else support_money_view.REQUEST_COLUMNS
    label = translate(money.MEASURES[measure]) if in_cases else translate(N_("Service requests"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{label}: {name}", width="content")
        support_money_view.to_account(customer_id)
    if found.rows.num_rows == 0:
        messages.empty(translate(N_("There is none of theirs in this period. Choose a longer one.")))
        return
    picked = tables.show(found.rows, columns, key=f"behind_{measure}", alt=f"{label}: {name}", selectable=True)
    tables.pager(found, "page")
    with actions:
        tables.download(
            found, columns, caption=tables.captioned(f"{label}: {name}", place.caption, place.period_words), stem=f"support-{measure}")
    if picked:
        support_money_view.to_case(picked)
