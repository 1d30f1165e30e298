"""Expected cash: when customers will pay if they go on as they did, against what falls due to Microsoft.

Each function runs one file of `queries/cash/`; the method stands in `queries/macros/` (payment_habits, expected_days,
expected_cash), is written down in docs/expected-cash.md, and is measured against the past by `backtest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts import receivables
from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

METHODS = {
    "own_history": N_("This forecast: own history"),
    "due_date": N_("On the due date"),
    "customer_mean": N_("As late as the customer's mean"),
    "portfolio_median": N_("As late as the median of all customers"),
}
# What is not a week among the rows of `expected_weeks`, in their order.
APART = {
    "later": N_("Later"),
    "disputed": N_("Disputed: not expected"),
    "no_day": N_("No day can be told: not expected"),
    "already_here": N_("Unapplied money, already here"),
}
# With fewer paid items behind it a mean error is an anecdote.
FEWEST_ITEMS = 30


@dataclass(frozen=True)
class ItemsFilter:
    """One page of open items with their expected day, of one currency, customer and week (or what is not a week) or all."""

    as_of_on: date
    currency: str | None = None
    customer_id: str | None = None
    week: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class DayFilter:
    """As known at the end of a day."""

    as_of_on: date


@dataclass(frozen=True)
class CoverFilter:
    """Money in and out from a day on, of one currency (None: all in company currency), from a bank balance on."""

    as_of_on: date
    currency: str | None = None
    opening_balance: Decimal = Decimal(0)


def expected_items(warehouse: Warehouse, chosen: ItemsFilter, viewer: Viewer) -> pa.Table:
    """One row per open item, the next expected first; `row_count` says how many there are in all."""
    return warehouse.run("cash/expected_items", chosen, viewer)


def expected_weeks(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> pa.Table:
    """One row per currency (and the company's, `is_converted`) and week, or why there is no week."""
    return warehouse.run("cash/expected_weeks", chosen, viewer)


def weeks_in(table: pa.Table, currency: str | None) -> pa.Table:
    """Those rows of `expected_weeks` that are in one currency; None: of all, in company currency."""
    if currency is None:
        return table.filter(table["is_converted"])
    return table.filter(pc.and_(pc.invert(table["is_converted"]), pc.equal(table["currency"], currency)))


def cover(warehouse: Warehouse, chosen: CoverFilter, viewer: Viewer) -> pa.Table:
    """One row per week: expected in, due to Microsoft, and what is in the bank at the end of it."""
    return warehouse.run("cash/cover", chosen, viewer)


def backtest(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> pa.Table:
    """One row per method, the forecast first; none if nothing of the past can be measured."""
    return warehouse.run("cash/backtest", chosen, viewer)


def backtest_cutoffs(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> pa.Table:
    """The same for each cut-off day."""
    return warehouse.run("cash/backtest_cutoffs", chosen, viewer)


def backtest_weeks(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> pa.Table:
    """One row per number of days ahead: how far sums were off, and how often they lay in their range."""
    return warehouse.run("cash/backtest_weeks", chosen, viewer)


def with_cover(weeks: pa.Table, covered: pa.Table) -> pa.Table:
    """The rows of `weeks_in` with Microsoft's side beside them: `amount_payable` to `amount_balance_high` and `is_covered`."""
    beside = covered.drop_columns(["currency", "starts_on", "ends_on", "amount_expected", "week_order"])
    return weeks.join(beside, keys="week", join_type="left outer").sort_by("week_order")


def outstanding(warehouse: Warehouse, chosen: ItemsFilter, viewer: Viewer) -> Decimal:
    """What the rows of `weeks_in` must add up to: the receivables of the same day, currency and customers, gross of unapplied money.

    Without a currency in company currency at booked rates, where what has no rate stays out.
    """
    if chosen.currency is None:
        rows = receivables.ageing_company(warehouse, receivables.CompanyFilter(chosen.as_of_on), viewer).to_pylist()
        return sum((row["amount_outstanding"] for row in rows if row["bucket"] not in ("unapplied", "revaluation")), Decimal(0))
    control = receivables.control_by_currency(warehouse, receivables.ControlFilter(chosen.as_of_on, chosen.currency), viewer)
    return sum((row["amount_control"] - row["amount_unapplied"] for row in control.to_pylist()), Decimal(0))


@dataclass(frozen=True)
class Verdict:
    """What a back-test says: whether there was enough to measure, and which simple rules the forecast does not beat."""

    is_enough: bool
    unbeaten: tuple[str, ...]
    item_count: int
    cutoff_count: int
    mean_absolute_error_days: Decimal | None
    in_range_rate: Decimal | None

    @property
    def beats_all(self) -> bool:
        """Whether the forecast is nearer than all three simple rules."""
        return self.is_enough and not self.unbeaten


def verdict(found: pa.Table) -> Verdict:
    """Read the rows of `backtest`; with fewer than FEWEST_ITEMS paid items nothing is said of the method."""
    rows = found.to_pylist()
    own = next((row for row in rows if row["method"] == "own_history"), None)
    if own is None:
        return Verdict(False, (), 0, 0, None, None)
    unbeaten = tuple(row["method"] for row in rows if row["method"] != "own_history" and not row["is_beaten"])
    return Verdict(
        own["item_count"] >= FEWEST_ITEMS, unbeaten, own["item_count"], own["cutoff_count"],
        own["mean_absolute_error_days"], own["in_range_rate"],
    )


@dataclass(frozen=True)
class Answer:
    """Whether Microsoft can be paid on time: the first week short and the one most short, and the first at the low end of the range.

    They are rows of `cover`, None when every week is covered.
    """

    is_anything_due: bool
    first_short: dict[str, Any] | None
    most_short: dict[str, Any] | None
    first_short_at_low: dict[str, Any] | None


def answer(covered: Sequence[dict[str, Any]]) -> Answer:
    """Read the rows of `cover`."""
    weeks = [row for row in covered if row["ends_on"] is not None]
    short = [row for row in weeks if not row["is_covered"]]
    return Answer(
        any(row["amount_payable"] for row in covered),
        short[0] if short else None,
        min(short, key=lambda row: row["amount_balance"]) if short else None,
        next((row for row in weeks if not row["is_covered_at_low"]), None),
    )
