"""Cost to serve against revenue, in company currency: bars, the list, what no customer used, and behind each customer their requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.support import money, rules_reader
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, messages, support_money_view, tables, words
from clearaccounts.ui.charts_service import Bar
from clearaccounts.ui.support_money_view import Place
from clearaccounts.ui.tables import Column, Paged

CHART = "cost_to_serve"
_COMPANY = "company_currency"
_OWN = Column("amount_own_company", N_("Own cost"), "amount", currency=_COMPANY, help=N_(
    "Cases and requests opened in the period, at what the support rules say that one costs."))
COST_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("amount_cost_company", N_("Cost to serve"), "amount", currency=_COMPANY),
    Column("amount_plan_fees_company", N_("Plan fees"), "amount", currency=_COMPANY),
    _OWN,
    Column("amount_revenue_company", N_("Revenue"), "amount", currency=_COMPANY),
    Column("cost_rate", N_("Cost in revenue"), "share"),
    Column("request_count", N_("Requests to Microsoft"), "number"),
    Column("hours_used", N_("Hours used"), "figure"),
    Column("case_count", N_("Cases opened"), "number"),
    Column("sales_agent", N_("Sales agent")),
)
PLAN_COLUMNS = (
    Column("support_plan_id", N_("Plan")),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("fee_days", N_("Days of the term in the period"), "number"),
    Column("amount_fee", N_("Fee of the term"), "amount"),
    Column("amount_fee_company", N_("Fee of the period"), "amount", currency=_COMPANY),
    Column("amount_assigned_company", N_("Assigned to customers"), "amount", currency=_COMPANY),
    Column("amount_without_customer_company", N_("Requests without a customer"), "amount", currency=_COMPANY),
    Column("amount_unused_company", N_("Unused"), "amount", currency=_COMPANY),
    Column("request_count", N_("Requests"), "number"),
)
REQUEST_COLUMNS = (
    *support_money_view.REQUEST_COLUMNS[:1],
    Column("amount_share_company", N_("Share of the fee"), "amount", currency=_COMPANY),
    *support_money_view.REQUEST_COLUMNS[1:],
)
FORMULAS = (
    N_("Fee of the period = fee x days of the plan's term in the period / days of the term, at the last rate by its first day."),
    N_("Plan fees of a customer = fee of the period x what their requests of the period used / what all used: hours of a plan in hours, "
       "else requests. An unused plan and requests without a customer are assigned to nobody."),
    N_("Revenue = invoices of the period less what credit notes settled in it, tax included, each at its booked rate. Cost in revenue = "
       "cost to serve / revenue, empty unless there is revenue."),
)


def draw(place: Place) -> None:
    """The part of the page."""
    language = words.language()
    translate = language.gettext
    currency = place.warehouse.build.company_currency
    first = _costs(place, None, support_money_view.SHOWN, 0)
    if first.num_rows == 0:
        messages.empty(translate(N_("Nobody was served or billed in this period. Choose a longer one, or a later day.")))
        return
    left, right = st.columns([3, 2], gap="large")
    with right:
        st.subheader(translate(N_("Where the fees went, in {currency}")).format(currency=currency), anchor=False)
        fees = money.plan_fees(place.warehouse, money.PeriodFilter(place.from_on, place.to_on), place.viewer)
        with st.container(key="fee_words", gap=None):
            for line in fee_words(fees.to_pylist(), language):
                st.text(line)
        with st.container(key="cost_formulas", gap=None):
            for line in (*(translate(formula) for formula in FORMULAS), _own_words(language, currency)):
                st.caption(words.plain(line))
    with left:
        st.subheader(translate(N_("Dearest to serve, in {currency}")).format(currency=currency), anchor=False, help=translate(N_(
            "The ten customers with the highest cost to serve, and its share in their revenue.")))
        slot = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        who = support_money_view.customer(place, first)
        search = _search() if who is None else None
        actions = st.container(horizontal=True, horizontal_alignment="right")
    with slot:
        support_money_view.chart([_bar(row, language) for row in first.to_pylist()], CHART, who["customer_id"] if who else None)
    if who is not None:
        _behind(place, who, actions)
        return
    found = tables.paged(lambda limit, offset: _costs(place, search, limit, offset), "page")
    if found.rows.num_rows == 0:
        messages.empty(translate(N_("No customer matches. Clear the search.")))
    else:
        picked = tables.show(found.rows, cost_columns(), key="costs", alt=translate(N_("Cost to serve")), selectable=True)
        tables.pager(found, "page")
        _gaps(found.rows.slice(0, 1).to_pylist()[0], language)
        title = translate(N_("Cost to serve")) + (f" · “{search}”" if search else "")
        with actions:
            _download(place, found, cost_columns(), title, "cost-to-serve")
        if picked:
            support_money_view.look_at(picked["customer_id"])
    _plans(place, fees)


def cost_columns() -> tuple[Column, ...]:
    """The columns of the list: own cost where the rules say what a case or a request costs."""
    given = _own_costs()
    return COST_COLUMNS if any(given.values()) else tuple(column for column in COST_COLUMNS if column is not _OWN)


def fee_words(rows: list[dict[str, Any]], language: Language) -> list[str]:
    """What became of the plans' fees of the period, a sentence each: assigned, without a customer, unused, together, without a rate."""
    translate = language.gettext
    if not rows:
        return [translate(N_("No plan with a fee ran in this period; nothing is assigned."))]
    row = rows[0]
    said = [
        translate(text).format(amount=language.amount(row[name], row["company_currency"]))
        for name, text in (
            ("amount_assigned_total_company", N_("{amount} assigned to customers")),
            ("amount_without_customer_total_company", N_("{amount} used by requests without a customer, not assigned")),
            ("amount_unused_total_company", N_("{amount} of plans that nobody used, not assigned")),
            ("amount_fee_total_company", N_("{amount} in all: the plans' fees of the period")),
        ) if row[name] is not None
    ]
    if count := row["plan_without_rate_count"]:
        text = language.ngettext("{count} plan's fee has no exchange rate and is in none of these.",
                                 "{count} plans' fees have no exchange rate and are in none of these.", count)
        said.append(text.format(count=language.number(count)))
    return said


def _own_costs() -> Mapping[str, Any]:
    costs = rules_reader.in_use(connection.settings()).serving_costs
    return {"case": costs.amount_per_case, "request": costs.amount_per_request}


def _own_words(language: Language, currency: str) -> str:
    """What the partner's own work is counted at, or that it is not."""
    translate = language.gettext
    given = _own_costs()
    if not any(given.values()):
        return translate(N_(
            "Your own work is not counted: the support rules do not say what a case or a request costs ([cost_to_serve])."))
    said = [
        translate(text).format(amount=f"{language.number(given[name])} {currency}")
        for name, text in (("case", N_("{amount} for each case opened")), ("request", N_("{amount} for each request opened")))
        if given[name] is not None
    ]
    return translate(N_("Own cost = {parts}, as the support rules say.")).format(parts=" + ".join(said))


def _costs(place: Place, search: str | None, limit: int | None, offset: int) -> pa.Table:
    return money.cost_to_serve(
        place.warehouse, money.CostsFilter(place.from_on, place.to_on, search, limit, offset), place.viewer)


def _search() -> str | None:
    translate = words.language().gettext
    return st.text_input(
        translate(N_("Find a customer")), key="search", bind="query-params", placeholder=translate(N_("Name or id")),
        label_visibility="collapsed", icon=":material/search:", width=220) or None


def _bar(row: dict[str, Any], language: Language) -> Bar:
    """One customer: what serving them cost, and its share in what they were billed."""
    cost = row["amount_cost_company"]
    said = language.amount(cost, row[_COMPANY]).replace(row[_COMPANY], "").strip() if cost is not None else "–"
    if row["cost_rate"] is not None:
        said = language.gettext(N_("{amount} · {share} of revenue")).format(amount=said, share=language.percent(row["cost_rate"], 1))
    return Bar(row["customer_id"], row["customer_name"], max(cost or 0, 0), said)


def _gaps(row: Mapping[str, Any], language: Language) -> None:
    """Of how many customers the list knows no revenue, or no cost, because a rate is missing."""
    revenue, cost = row["customer_without_revenue_count"], row["customer_without_cost_count"]
    if revenue:
        said = language.ngettext("Revenue is empty for {count} customer: a document of theirs has no exchange rate.",
                                 "Revenue is empty for {count} customers: documents of theirs have no exchange rate.", revenue)
        st.caption(words.plain(said.format(count=language.number(revenue))))
    if cost:
        said = language.ngettext("Cost is empty for {count} customer: the fee of a plan that they used has no exchange rate.",
                                 "Cost is empty for {count} customers: fees of plans that they used have no exchange rate.", cost)
        st.caption(words.plain(said.format(count=language.number(cost))))


def _plans(place: Place, fees: pa.Table) -> None:
    """Plan by plan, what was assigned and what was not; it adds up."""
    if fees.num_rows == 0:
        return
    translate = words.language().gettext
    title = translate(N_("Plans and their fees"))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(title, anchor=False, width="content")
        _download(place, tables.whole(fees), PLAN_COLUMNS, title, "plan-fees")
    tables.show(fees, PLAN_COLUMNS, key="plan_fees", alt=title)


def _behind(place: Place, who: Mapping[str, Any], actions: st.delta_generator.DeltaGenerator) -> None:
    """The requests of one customer, each with its share of its plan's fee."""
    translate = words.language().gettext

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = money.RequestCostsFilter(place.from_on, place.to_on, who["customer_id"], limit, offset)
        return money.request_costs(place.warehouse, wanted, place.viewer)

    label = f"{translate(N_('Service requests'))}: {who['customer_name']}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(label, width="content")
        support_money_view.to_account(who["customer_id"])
    found = tables.paged(fetch, "page")
    if found.rows.num_rows == 0:
        messages.empty(translate(N_("There is none of theirs in this period. Choose a longer one.")))
        return
    picked = tables.show(found.rows, REQUEST_COLUMNS, key="request_costs", alt=label, selectable=True)
    tables.pager(found, "page")
    with actions:
        _download(place, found, REQUEST_COLUMNS, label, "request-costs")
    if picked:
        support_money_view.to_case(picked)


def _download(place: Place, found: Paged, columns: tuple[Column, ...], title: str, stem: str) -> None:
    tables.download(found, columns, caption=tables.captioned(title, place.caption, place.period_words), stem=stem)
