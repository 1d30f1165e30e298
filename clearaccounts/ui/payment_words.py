"""How a customer pays, in words: a table of figures and a few sentences. Pure functions from a row of `payments/behaviour`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from babel.dates import get_day_names

from clearaccounts.text import N_, Language

HOW_COUNTED = N_(
    "Over the invoices settled in the twelve months, and those overdue now, late by their days so far. Negative is early. What credit "
    "notes alone settled says nothing about payment and is left out.")
PROMISE_RULE = N_(
    "Kept: by the end of its last day what was promised had been paid or credited; without an amount that is what was open on the "
    "invoice, or overdue of the customer, when it began. Otherwise it is broken the day after. A write-off keeps no promise.")
DISPUTE_RULE = N_(
    "Resolved: nothing is open on the invoice any longer, or credit notes took off what was disputed. Lapsed: its last day is over and "
    "it is not resolved.")

# What each line of the table reads: its words, the column of the customer, that of its peers, and how it is written.
_FIGURES = (
    (N_("Invoices paid on time"), "on_time_rate", "peers_on_time_rate", "share"),
    (N_("Days late, median"), "median_late_days", "peers_median_late_days", "days"),
    (N_("Days late, average"), "average_late_days", "peers_average_late_days", "days"),
    (N_("Days late, by amount"), "weighted_days_late", "peers_weighted_late_days", "days"),
    (N_("Days late, 8 of 10 within"), "p80_late_days", "peers_p80_late_days", "days"),
    (N_("Days late, 9 of 10 within"), "p90_late_days", "peers_p90_late_days", "days"),
    (N_("Days to pay, average"), "average_days_to_pay", "peers_average_pay_days", "days"),
    (N_("Days to pay, median"), "median_pay_days", "peers_median_pay_days", "days"),
    (N_("Settled in parts"), "part_paid_rate", "peers_part_paid_rate", "share"),
    (N_("Change in 30 days"), "slope_days", "peers_slope_days", "change"),
)


def _written(value: Decimal | None, form: str, language: Language) -> str:
    if value is None:
        return "–"
    if form == "share":
        return language.percent(value)
    sign = "+" if form == "change" and value > 0 else ""
    return sign + language.number(value, 1)


def figures(row: Mapping[str, Any], language: Language) -> pa.Table:
    """Columns `figure, own, peers`, one line per figure, all in words."""
    lines = [
        {"figure": language.gettext(text), "own": _written(row[own], form, language), "peers": _written(row[peers], form, language)}
        for text, own, peers, form in _FIGURES
    ]
    return pa.Table.from_pylist(lines, schema=pa.schema([(name, pa.string()) for name in ("figure", "own", "peers")]))


def compared(row: Mapping[str, Any], language: Language) -> str:
    """With whom the customer is compared, and over how many invoices."""
    own = language.ngettext(
        "{count} invoice since {day}, {overdue} of them overdue now.", "{count} invoices since {day}, {overdue} of them overdue now.",
        row["invoice_count"],
    ).format(count=language.number(row["invoice_count"]), day=language.day(row["from_on"]), overdue=language.number(row["overdue_count"]))
    text = {
        "segment": N_("Compared with {customers} customers in view of the segment {segment}."),
        "all": N_("Compared with all {customers} customers in view: too few of the segment have invoices."),
        None: N_("Not compared: fewer than 5 customers in view have invoices in this currency."),
    }[row["peers_type"]]
    return own + " " + language.gettext(text).format(
        customers=language.number(row["peers_customer_count"]), segment=row["segment"] or "–")


def sentences(row: Mapping[str, Any], language: Language) -> list[str]:
    """Trend, usual day and part payments, each in a sentence; what cannot be said says why."""
    return [*_trend(row, language), *_usual_day(row, language), *_parts(row, language)]


def _trend(row: Mapping[str, Any], language: Language) -> list[str]:
    now, before, last_year = row["quarter_late_days"], row["quarter_before_late_days"], row["year_before_late_days"]
    if now is None or before is None:
        return [language.gettext(N_("No trend: it takes 2 invoices in the last three months and 2 in the three before."))]
    change = row["changed_late_days"]
    text = (
        N_("Slower: {now} days late in the last three months (median), {before} in the three before.") if change > 0
        else N_("Faster: {now} days late in the last three months (median), {before} in the three before.") if change < 0
        else N_("As before: {now} days late in the last three months (median), {before} in the three before.")
    )
    said = [language.gettext(text).format(now=language.number(now, 1), before=language.number(before, 1))]
    if last_year is not None:
        said.append(language.gettext(N_("In the same three months a year ago: {days}.")).format(days=language.number(last_year, 1)))
    if row["peers_quarter_late_days"] is not None and row["peers_quarter_before_late_days"] is not None:
        said.append(language.gettext(N_("Those it is compared with: {now}, before {before}.")).format(
            now=language.number(row["peers_quarter_late_days"], 1), before=language.number(row["peers_quarter_before_late_days"], 1)))
    if row["slope_days"] is not None:
        text = (
            N_("Over the twelve months each 30 days added {days} days of lateness on average.") if row["slope_days"] >= 0
            else N_("Over the twelve months each 30 days took off {days} days of lateness on average.")
        )
        said.append(language.gettext(text).format(days=language.number(abs(row["slope_days"]), 1)))
    return said


def weekday(number: int, language: Language) -> str:
    """A day of the week by its number, 1 is Monday."""
    return str(get_day_names("wide", "format", language.locale)[date(2024, 1, number).weekday()])  # 1 January 2024 was a Monday


def _usual_day(row: Mapping[str, Any], language: Language) -> list[str]:
    said = []
    if row["usual_day_number"] is not None:
        said.append(language.gettext(N_("Usually pays around day {day} of the month: {share} of {count} days with money.")).format(
            day=language.number(row["usual_day_number"]), share=language.percent(row["usual_day_rate"]),
            count=language.number(row["pay_day_count"])))
    if row["usual_weekday_number"] is not None:
        said.append(language.gettext(N_("Usually pays on a {weekday}: {share} of {count} days with money.")).format(
            weekday=weekday(row["usual_weekday_number"], language), share=language.percent(row["usual_weekday_rate"]),
            count=language.number(row["pay_day_count"])))
    return said or [language.gettext(N_("No usual day: it takes at least 6 days with money, half of them around the same one."))]


def _parts(row: Mapping[str, Any], language: Language) -> list[str]:
    return [language.gettext(N_("Settled in more than one payment: {count} of {settled}. Open with a part paid: {open}.")).format(
        count=language.number(row["part_paid_count"]), settled=language.number(row["settled_count"]),
        open=language.number(row["open_part_paid_count"]))]


def quarter(row: Mapping[str, Any], broken_count: int, disputed_count: int, language: Language) -> list[str]:
    """The portfolio's quarter in sentences, from a row of `payments/portfolio`."""
    said = [language.gettext(N_(
        "{first} to {last}: {days} days late (median), {before} in the three months before. {share} of {count} invoices on time, "
        "before {share_before} of {count_before}.",
    )).format(
        first=language.day(row["from_on"]), last=language.day(row["as_of_on"]), days=language.number(row["quarter_late_days"], 1) or "–",
        before=language.number(row["quarter_before_late_days"], 1) or "–", share=language.percent(row["on_time_rate"]) or "–",
        count=language.number(row["quarter_invoice_count"]), share_before=language.percent(row["before_on_time_rate"]) or "–",
        count_before=language.number(row["quarter_before_invoice_count"]))]
    customers = language.gettext(N_("Of {count} customers compared {slower} got slower and {faster} faster.")).format(
        count=language.number(row["compared_count"]), slower=language.number(row["slower_count"]),
        faster=language.number(row["faster_count"]))
    if row["left_out_count"]:
        customers += " " + language.gettext(N_("Left out, with fewer than 2 invoices in one of the two quarters: {count}.")).format(
            count=language.number(row["left_out_count"]))
    agreed = language.gettext(N_("Promises broken in these three months: {broken}. Disputes open: {disputed}.")).format(
        broken=language.number(broken_count), disputed=language.number(disputed_count))
    return [*said, f"{customers} {agreed}"]
