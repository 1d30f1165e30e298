"""The parts of the page of expected cash: the answer, the weeks, and what makes them up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts import cash, payables, receivables
from clearaccounts.access import Permission, Viewer
from clearaccounts.cash import APART, Answer
from clearaccounts.text import N_, Language
from clearaccounts.ui import charts_cash, controls, money_field, tables, theme, url, words
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

LISTS = {"items": N_("Expected from customers"), "suppliers": N_("Due to Microsoft"), "backtest": N_("How well the forecast does")}
BALANCE = ("amount_balance", "amount_balance_low", "amount_balance_high")
EXPECTED = ("amount_cumulative", "amount_cumulative_low", "amount_cumulative_high")

AT_LOW = N_("The low end of the range of 80%: nine times in ten at least this much, if customers pay as they did, each for itself")
ITEM_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("invoice_id", N_("Invoice")),
    Column("instalment_number", N_("Instalment"), "number", "small"),
    Column("due_on", N_("Due"), "day"),
    Column("expected_on", N_("Expected"), "day", help=N_("The middle of the days that the customer's past allows.")),
    Column("earliest_on", N_("Earliest"), "day", help=N_("Four times in five the day lies between earliest and latest.")),
    Column("latest_on", N_("Latest"), "day"),
    Column("basis", N_("Told from"), "label"),
    Column("own_paid_count", N_("Paid before"), "number", help=N_("How many items this customer has paid; the last 24 count.")),
    Column("promised_on", N_("Promised"), "day"),
    Column("amount_expected", N_("Expected amount"), "amount", help=N_("Outstanding less the customer's unapplied money.")),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
)
SUPPLIER_COLUMNS = (
    Column("supplier_invoice_id", N_("Supplier invoice"), width="medium"),
    Column("issued_on", N_("Issued"), "day"),
    Column("due_on", N_("Due"), "day"),
    Column("is_due_derived", N_("Due day derived"), "flag", help=N_("Not given: 60 days after it was issued.")),
    Column("left_days", N_("Days left"), "number"),
    Column("amount_total", N_("Invoiced"), "amount"),
    Column("amount_outstanding", N_("Outstanding"), "amount"),
)


def week_columns(*, has_payables: bool) -> tuple[Column, ...]:
    """The table of weeks, with Microsoft's side for who may see it."""
    ours = (
        Column("week_words", N_("Week"), width="medium"),
        Column("starts_on", N_("From"), "day"),
        Column("ends_on", N_("To"), "day"),
        Column("amount_expected", N_("From customers"), "amount"),
        Column("amount_overdue", N_("Of it overdue now"), "amount"),
    )
    if not has_payables:
        return (*ours, Column("amount_cumulative", N_("Added up"), "amount", is_summed=False),
                Column("amount_cumulative_low", N_("Low end (80%)"), "amount", help=AT_LOW, is_summed=False),
                Column("item_count", N_("Items"), "number"))
    return (
        *ours,
        Column("amount_payable", N_("Due to Microsoft"), "amount", help=N_("What was due before stands in the first week.")),
        Column("amount_difference", N_("Difference"), "amount"),
        Column("amount_balance", N_("In the bank then"), "amount", is_summed=False),
        Column("amount_balance_low", N_("Low end (80%)"), "amount", help=AT_LOW, is_summed=False),
        Column("item_count", N_("Items"), "number"),
    )


@dataclass(frozen=True)
class Outlook:
    """What the page shows: of one build and day, in one currency, to one person, from one bank balance on."""

    warehouse: Warehouse
    chosen: controls.Chosen
    viewer: Viewer
    opening_balance: Decimal

    @property
    def has_payables(self) -> bool:
        """Whether Microsoft's side is for this person."""
        return self.viewer.may(Permission.VIEW_COSTS)

    @property
    def currency(self) -> str:
        """The currency of the amounts: the chosen one, or the company's for all."""
        return self.chosen.currency or self.warehouse.build.company_currency

    @cached_property
    def cover(self) -> pa.Table:
        """Money in and out by week; only for who may see Microsoft's side.

        Raises:
            NotPermitted: for the others.
        """
        wanted = cash.CoverFilter(self.chosen.as_of_on, self.chosen.currency, self.opening_balance)
        return cash.cover(self.warehouse, wanted, self.viewer)

    @cached_property
    def table(self) -> pa.Table:
        """One row per week, then what has none; Microsoft's side beside them for who may see it."""
        found = cash.weeks_in(
            cash.expected_weeks(self.warehouse, cash.DayFilter(self.chosen.as_of_on), self.viewer), self.chosen.currency)
        if self.has_payables and found.num_rows:
            found = cash.with_cover(found, self.cover)
        language = words.language()
        said = [language.gettext(APART[week]) if week in APART else week for week in found["week"].to_pylist()]
        return found.append_column("week_words", pa.array(said, pa.string()))

    @property
    def weeks(self) -> list[dict[str, Any]]:
        """The 13 weeks among the rows."""
        return [row for row in self.table.to_pylist() if row["ends_on"] is not None]


def lists(viewer: Viewer) -> dict[str, str]:
    """The lists that this person may look at."""
    return {name: title for name, title in LISTS.items() if name != "suppliers" or viewer.may(Permission.VIEW_COSTS)}


def opening_balance(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> Decimal:
    """What is in the bank at the end of the day: a field whose value stands in the address; 0 for who may not see Microsoft's side."""
    if not viewer.may(Permission.VIEW_COSTS):
        return Decimal(0)
    language = words.language()
    currency = chosen.currency or warehouse.build.company_currency
    label = language.gettext(N_("In the bank now, {currency}")).format(currency=currency)
    return money_field.draw(label, "opening_balance", currency, width=190)


def answer_words(found: Answer, currency: str, language: Language) -> tuple[str, str]:
    """Whether Microsoft can be paid on time, in one sentence, and what to know beside it in another."""
    translate = language.gettext
    short, most, late = found.first_short, found.most_short, found.first_short_at_low
    if not found.is_anything_due:
        return translate(N_("Nothing is known to fall due to Microsoft.")), translate(
            N_("Import supplier invoices to see whether customers' money covers them."))

    def missing(row: dict[str, Any], column: str) -> dict[str, str]:
        return {"amount": language.amount(abs(row[column]), currency), "day": language.day(row["starts_on"])}

    if short is None or most is None:
        said = translate(N_("Yes: if customers pay as they do, their money covers what falls due to Microsoft in each of the 13 weeks."))
        if late is None:
            return said, translate(N_("Also at the low end of the range of 80%."))
        beside = translate(N_("At the low end of the range of 80%, {amount} are missing in the week from {day} on."))
        return said, beside.format(**missing(late, "amount_balance_low"))
    said = translate(N_("Not on time: if customers pay as they do, {amount} are missing in the week from {day} on to pay Microsoft."))
    beside = translate(N_("Most is missing in the week from {day} on: {amount}.")).format(**missing(most, "amount_balance"))
    return said.format(**missing(short, "amount_balance")), beside


def answer(outlook: Outlook) -> None:
    """The answer first; for who may not see Microsoft's side, what their customers are expected to pay."""
    language = words.language()
    translate = language.gettext
    if outlook.has_payables:
        said, beside = answer_words(cash.answer(outlook.cover.to_pylist()), outlook.currency, language)
    elif not outlook.weeks:
        said, beside = translate(N_("Nothing is expected from your customers.")), ""
    else:
        weeks = outlook.weeks
        said = translate(N_("Your customers are expected to pay {amount} in 13 weeks, {first} of it in the first four.")).format(
            amount=language.amount(weeks[-1]["amount_cumulative"], outlook.currency),
            first=language.amount(weeks[3]["amount_cumulative"], outlook.currency))
        beside = ""
    st.subheader(words.plain(said), anchor=False)
    only = N_("Only invoices that exist count, on either side: what will be invoiced from now on comes on top.") if outlook.has_payables \
        else N_("Only invoices that exist count: what will be invoiced from now on comes on top.")
    st.caption(words.plain(" ".join(said for said in (beside, *map(translate, reservations(outlook)), translate(only)) if said)))


def reservations(outlook: Outlook) -> list[str]:
    """What the answer leaves out that a reader may take for granted: a balance nobody gave, and payments to Microsoft since a past day."""
    if not outlook.has_payables:
        return []
    found = [] if outlook.opening_balance else [N_("No money in the bank is counted: enter it on the right.")]
    if outlook.chosen.as_of_on < outlook.warehouse.build.as_of_on:
        found.append(N_("What was paid to Microsoft since that day counts as paid: less is due here than was then."))
    return found


def charts(outlook: Outlook, about_band: str) -> None:
    """In and out by week, and what that adds up to; `about_band` says how far that can be relied on."""
    language = words.language()
    translate = language.gettext
    rows, currency = outlook.weeks, outlook.currency
    columns = BALANCE if outlook.has_payables else EXPECTED
    left, right = st.columns(2, gap="large")
    with left:
        title = N_("In and out by week, in {currency}") if outlook.has_payables else N_("Expected by week, in {currency}")
        st.subheader(translate(title).format(currency=currency), anchor=False)
        st.plotly_chart(
            charts_cash.weekly(rows, currency, language, theme.palette()), key="cash_weekly", theme=None,
            config={"displayModeBar": False}, alt=charts_cash.weekly_alt(rows, currency, language))
    with right:
        title = N_("In the bank at each week's end, in {currency}") if outlook.has_payables else N_(
            "Added up by each week's end, in {currency}")
        st.subheader(translate(title).format(currency=currency), anchor=False)
        st.plotly_chart(
            charts_cash.running(rows, columns, currency, language, theme.palette()), key="cash_running", theme=None,
            config={"displayModeBar": False}, alt=charts_cash.running_alt(rows, columns, currency, language))
        st.caption(words.plain(about_band))


def weeks(outlook: Outlook, actions: Any, caption: str) -> None:
    """The table of weeks; a row chosen keeps its items and supplier invoices below."""
    language = words.language()
    title = language.gettext(N_("Weeks, and what is not expected"))
    columns = week_columns(has_payables=outlook.has_payables)
    picked = tables.show(outlook.table, columns, key="weeks", alt=title, selectable=True, visible_rows=17)
    week = picked["week"] if picked else None
    # The choice of a row is followed once: after that the field above the list may say something else.
    if week is not None and week != st.session_state.get("_week_picked"):
        st.session_state["week"] = week
        url.keep("week", "")
    st.session_state["_week_picked"] = week
    with actions:
        currency = outlook.currency
        bank = language.gettext(N_("In the bank now, {currency}")).format(currency=currency)
        said = f"{bank}: {language.amount(outlook.opening_balance, currency)}" if outlook.has_payables else None
        tables.download(tables.whole(outlook.table), columns, caption=tables.captioned(title, caption, said), stem="cash-weeks")


def week_words(outlook: Outlook, week: str | None) -> str | None:
    """The week that a list is about, as a file says it."""
    named = dict(zip(outlook.table["week"].to_pylist(), outlook.table["week_words"].to_pylist(), strict=True))
    return named.get(week)


def adds_up(outlook: Outlook) -> None:
    """That weeks and the rest are what is outstanding, from the documents."""
    language = words.language()
    translate = language.gettext
    total = sum(outlook.table["amount_expected"].to_pylist(), Decimal(0))
    control = cash.outstanding(
        outlook.warehouse, cash.ItemsFilter(outlook.chosen.as_of_on, outlook.chosen.currency), outlook.viewer)
    amount = language.amount(total, outlook.currency)
    if total == control:
        st.badge(translate(N_("{amount}: all that is outstanding")).format(amount=amount), icon=":material/check:", color="green")
    else:
        st.badge(translate(N_("{amount}, but {control} is outstanding")).format(
            amount=amount, control=language.amount(control, outlook.currency)), icon=":material/error:", color="red")
    without_rate(outlook)


def without_rate(outlook: Outlook) -> None:
    """What stays out of company currency because no rate is known."""
    language = words.language()
    if outlook.chosen.currency is None:
        day = receivables.DayFilter(outlook.chosen.as_of_on)
        for row in receivables.ageing_without_rate(outlook.warehouse, day, outlook.viewer).to_pylist():
            said = language.gettext(N_("{amount} in {count} documents have no exchange rate and stay out."))
            st.caption(words.plain(said.format(
                amount=language.amount(row["amount_open"], row["currency"]), count=language.number(row["item_count"]))))


def week_field(outlook: Outlook) -> str | None:
    """The week that the lists below are about: a field that the table of weeks sets and the address keeps."""
    language = words.language()
    named = {"": language.gettext(N_("All weeks"))} | dict(
        zip(outlook.table["week"].to_pylist(), outlook.table["week_words"].to_pylist(), strict=True))
    url.seed("week", named, "")
    chosen = st.selectbox(
        language.gettext(N_("Week")), list(named), key="week", on_change=url.keep, args=("week", ""), width=300,
        format_func=lambda week: named[week], label_visibility="collapsed",
    )
    return chosen or None


def items(outlook: Outlook, week: str | None) -> Paged:
    """One page of open items, the next expected first; of one week or all."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = cash.ItemsFilter(outlook.chosen.as_of_on, outlook.chosen.currency, None, week, limit, offset)
        return cash.expected_items(outlook.warehouse, wanted, outlook.viewer)
    return tables.paged(fetch, "page")


def suppliers(outlook: Outlook, week: str | None) -> Paged:
    """Supplier invoices not fully paid, of one week or all."""
    wanted = payables.FallingDueFilter(outlook.chosen.as_of_on, outlook.chosen.currency, week)
    return tables.whole(payables.falling_due(outlook.warehouse, wanted, outlook.viewer))
