"""Key figures of receivables: what each is called, its formula, and the documents that it is made of.

`FIGURES` is the one table of them: a figure's key is its column in `queries/receivables/key_figures.sql`, its inputs
are the amounts in that row, and each input leads to the documents that add up to it (`documents`, `payments`). The
formulas are those of `queries/macros/key_figures.sql`, said here in words. Everywhere a currency of None means all
documents in company currency at booked rates.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.overview import month_before
from clearaccounts.receivables import PeriodFilter
from clearaccounts.text import N_, Language
from clearaccounts.warehouse import Warehouse

Unit = Literal["days", "percent", "share", "times"]
UNIT_WORDS: dict[Unit, str] = {"days": N_("days"), "percent": "%", "share": "%", "times": N_("times")}

# What a key figure is made of: the input's name in the document queries -> (column of the amount, title).
INPUTS: dict[str, tuple[str, str]] = {
    "closing": ("amount_closing", N_("Closing receivables")),
    "opening": ("amount_opening", N_("Opening receivables")),
    "current": ("amount_closing_current", N_("Not yet due at closing")),
    "overdue": ("amount_closing_overdue", N_("Overdue at closing")),
    "sales": ("amount_sales", N_("Sales of the period")),
    "written_off": ("amount_written_off", N_("Written off in the period")),
    "days_to_pay": ("paid_invoice_count", N_("Invoices paid in the period")),
    "days_late": ("amount_weight", N_("Invoices settled or overdue")),
}
# Those whose rows are invoices with days, not documents with amounts alone.
OF_PAYMENTS = ("days_to_pay", "days_late")

PERIODS = {"90_days": N_("Last 90 days"), "month": N_("Month to date"), "12_months": N_("Last 12 months")}
# A quarter, whatever the day: shorter and one late month-end swings DSO.
QUARTER_DAYS = 90


@dataclass(frozen=True)
class KeyFigure:
    """One key figure: `formula` says it in words, `filled` with its numbers; `inputs` are names of `INPUTS`."""

    key: str
    title: str
    unit: Unit
    formula: str
    filled: str
    inputs: tuple[str, ...]

    def in_words(self, value: Decimal | None, language: Language) -> str:
        """The value with its unit: `41.3 days`, `93.4%`; empty when it is undefined."""
        if value is None:
            return ""
        if self.unit in ("percent", "share"):
            return language.percent(value / 100 if self.unit == "percent" else value, 1)
        return f"{language.number(value, 2 if self.unit == 'times' else 1)} {language.gettext(UNIT_WORDS[self.unit])}"

    def plain(self, value: Decimal | None) -> Decimal | None:
        """The value in the unit that `UNIT_WORDS` names: a share of 0.85 is 85 %."""
        return value * 100 if value is not None and self.unit == "share" else value

    def with_numbers(self, row: Mapping[str, Any], language: Language) -> str:
        """The formula with the very inputs of `row` (of `key_figures`) filled in."""
        shown = {
            name: language.amount(Decimal(value), row["currency"]) if name.startswith("amount_") else language.number(value)
            for name, value in row.items() if isinstance(value, Decimal | int)
        }
        return language.gettext(self.filled).format(**shown)


FIGURES: tuple[KeyFigure, ...] = (
    KeyFigure(
        "dso_days", N_("Days sales outstanding (DSO)"), "days",
        N_("Closing receivables / sales of the period × days of the period."),
        N_("closing {amount_closing} / sales {amount_sales} × {period_days} days"),
        ("closing", "sales"),
    ),
    KeyFigure(
        "dso_countback_days", N_("DSO, count-back"), "days",
        N_("From the closing day back, whole months of sales are taken off the closing receivables, then the fraction of a month. "
           "Blank if receivables exceed all sales on record."),
        N_("closing {amount_closing} less the sales of each month, the newest first"),
        ("closing", "sales"),
    ),
    KeyFigure(
        "best_possible_dso_days", N_("Best possible DSO"), "days",
        N_("Closing receivables not yet due / sales of the period × days of the period: DSO if nobody paid late."),
        N_("not yet due {amount_closing_current} / sales {amount_sales} × {period_days} days"),
        ("current", "sales"),
    ),
    KeyFigure(
        "average_days_delinquent", N_("Average days delinquent"), "days",
        N_("DSO less best possible DSO: what is overdue / sales of the period × days of the period."),
        N_("overdue {amount_closing_overdue} / sales {amount_sales} × {period_days} days"),
        ("overdue", "sales"),
    ),
    KeyFigure(
        "collection_effectiveness_index", N_("Collection effectiveness index"), "percent",
        N_("(Opening receivables + sales − written off − closing) / (opening + sales − closing not yet due) × 100: how much of what could "
           "be collected was. A write-off collects nothing."),
        N_("({amount_opening} + {amount_sales} − {amount_written_off} − {amount_closing}) / ({amount_opening} + {amount_sales} − "
           "{amount_closing_current}) × 100"),
        ("opening", "sales", "written_off", "closing", "current"),
    ),
    KeyFigure(
        "average_days_to_pay", N_("Average days to pay"), "days",
        N_("Mean of the days from issue to settlement, over the invoices settled in the period with at least one payment."),
        N_("{total_pay_days} days / {paid_invoice_count} invoices"),
        ("days_to_pay",),
    ),
    KeyFigure(
        "weighted_days_late", N_("Weighted days late"), "days",
        N_("Sum of amount × days late / sum of amounts, over the invoices settled in the period (whole amount; early is negative) and what "
           "is overdue at its end (what is open, so far)."),
        N_("amount × days {amount_weight_by_days} / amounts {amount_weight}"),
        ("days_late",),
    ),
    KeyFigure(
        "current_rate", N_("Share not yet due"), "share",
        N_("Closing receivables not yet due / closing receivables."),
        N_("not yet due {amount_closing_current} / closing {amount_closing}"),
        ("current", "closing"),
    ),
    KeyFigure(
        "receivables_turnover", N_("Receivables turnover"), "times",
        N_("Sales of the period / the mean of opening and closing receivables, over this period (not made a year)."),
        N_("sales {amount_sales} / (({amount_opening} + {amount_closing}) / 2)"),
        ("sales", "opening", "closing"),
    ),
    KeyFigure(
        "written_off_rate", N_("Bad-debt share"), "share",
        N_("Written off in the period / sales of the period."),
        N_("written off {amount_written_off} / sales {amount_sales}"),
        ("written_off", "sales"),
    ),
)
BY_KEY = {figure.key: figure for figure in FIGURES}


@dataclass(frozen=True)
class CompanyPeriodFilter:
    """A period of whole days, both ends included, in company currency."""

    from_on: date
    to_on: date


@dataclass(frozen=True)
class MonthlyFilter:
    """The months up to a day, of one currency or each in its own."""

    as_of_on: date
    month_count: int = 24
    currency: str | None = None


@dataclass(frozen=True)
class MonthlyCompanyFilter:
    """The months up to a day, in company currency."""

    as_of_on: date
    month_count: int = 24


@dataclass(frozen=True)
class DocumentsFilter:
    """One page of the documents behind an input of a period."""

    from_on: date
    to_on: date
    input_name: str
    currency: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class MonthsFilter:
    """The months that the count-back from a day takes off the receivables."""

    to_on: date
    currency: str | None = None


def period(name: str, to_on: date) -> tuple[date, date]:
    """First and last day of a period of `PERIODS` that ends on `to_on`."""
    match name:
        case "month":
            return to_on.replace(day=1), to_on
        case "12_months":
            return year_before(to_on) + timedelta(days=1), to_on
        case _:
            return to_on - timedelta(days=QUARTER_DAYS - 1), to_on


def year_before(day: date) -> date:
    """The same day of the year before; the last day of the month when `day` is one, or when that month is shorter."""
    last = monthrange(day.year - 1, day.month)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return date(day.year - 1, day.month, last if is_last else min(day.day, last))


def kpis_company(warehouse: Warehouse, chosen: CompanyPeriodFilter, viewer: Viewer) -> pa.Table:
    """At most one row: the key figures of all documents in company currency."""
    return warehouse.run("receivables/kpis_company", chosen, viewer)


def monthly(warehouse: Warehouse, chosen: MonthlyFilter, viewer: Viewer) -> pa.Table:
    """One row per month and currency, the oldest first; `month_on` is the last day seen of the month."""
    return warehouse.run("receivables/kpis_monthly", chosen, viewer)


def monthly_company(warehouse: Warehouse, chosen: MonthlyCompanyFilter, viewer: Viewer) -> pa.Table:
    """`monthly` in company currency: one row per month."""
    return warehouse.run("receivables/kpis_monthly_company", chosen, viewer)


def months_of(warehouse: Warehouse, as_of_on: date, currency: str | None, viewer: Viewer) -> pa.Table:
    """The last 24 months in one currency, or in company currency for None."""
    if currency is None:
        return monthly_company(warehouse, MonthlyCompanyFilter(as_of_on), viewer)
    return monthly(warehouse, MonthlyFilter(as_of_on, currency=currency), viewer)


def key_figures(warehouse: Warehouse, chosen: PeriodFilter, viewer: Viewer) -> dict[str, Any] | None:
    """The figures of a period in one currency with all that they are made of; None if there was nothing at all."""
    rows = warehouse.run("receivables/key_figures", chosen, viewer).to_pylist()
    return rows[0] if rows else None


def compared(warehouse: Warehouse, to_on: date, period_name: str, currency: str | None, viewer: Viewer) -> dict[str, Any] | None:
    """`key_figures` of the period that ends on `to_on`, with `month_before` and `year_before`: the same of the periods before."""
    def of(day: date) -> dict[str, Any] | None:
        return key_figures(warehouse, PeriodFilter(*period(period_name, day), currency), viewer)
    now = of(to_on)
    if now is None:
        return None
    return now | {"month_before": of(month_before(to_on)) or {}, "year_before": of(year_before(to_on)) or {}}


def documents(warehouse: Warehouse, chosen: DocumentsFilter, viewer: Viewer) -> pa.Table:
    """One row per document behind an input; `amount_input` adds up to it, `amount_input_total` over all pages."""
    return warehouse.run("receivables/kpi_documents", chosen, viewer)


def payments(warehouse: Warehouse, chosen: DocumentsFilter, viewer: Viewer) -> pa.Table:
    """One row per invoice behind the days to pay or the weighted days late, with its days and its weight."""
    return warehouse.run("receivables/kpi_payments", chosen, viewer)


def count_back(warehouse: Warehouse, chosen: MonthsFilter, viewer: Viewer) -> pa.Table:
    """One row per month that the count-back takes off, the newest first; `counted_days` add up to the figure."""
    return warehouse.run("receivables/kpi_months", chosen, viewer)


def without_rate(warehouse: Warehouse, chosen: CompanyPeriodFilter, viewer: Viewer) -> pa.Table:
    """One row per currency: what has no exchange rate and stays out of company currency."""
    return warehouse.run("receivables/kpis_without_rate", chosen, viewer)
