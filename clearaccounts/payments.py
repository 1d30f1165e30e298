"""Payment history: when invoices were settled, how a customer pays and who got slower, what was promised and disputed.

Days late count from the due day; negative is early. Where invoices say how somebody pays, what is overdue and open stands beside
what was settled, late so far: who stops paying does not look punctual (`queries/macros/payment_records.sql`).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

# Fewest invoices in each of two quarters for a customer to be compared: who is billed monthly has 2 to 4 in a quarter.
MIN_INVOICES = 2
RECORDS = {"overdue": N_("Overdue"), "late": N_("Paid late"), "on_time": N_("Paid on time"), "part_paid": N_("Paid in parts")}
PROMISES = {
    "broken": N_("Broken"), "running": N_("Running"), "kept": N_("Kept"), "ended_early": N_("Ended early"),
    "nothing_due": N_("Nothing was due"),
}
DISPUTES = {"open": N_("Open"), "resolved": N_("Resolved"), "lapsed": N_("Lapsed, not resolved")}


def years_before(day: date, years: int) -> date:
    """The first day of the period of so many years that ends with `day`."""
    following = day + timedelta(days=1)
    return following.replace(year=following.year - years, day=min(following.day, monthrange(following.year - years, following.month)[1]))


def quarter_begins(day: date) -> date:
    """The first day of the three months that end with `day`, as the queries count them."""
    following = day + timedelta(days=1)
    year, month = divmod(following.year * 12 + following.month - 4, 12)
    return date(year, month + 1, min(following.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class HistoryFilter:
    """One customer's invoices as known at the end of a day."""

    customer_id: str
    as_of_on: date


@dataclass(frozen=True)
class PaymentsFilter:
    """How customers paid from a day (twelve months ago when None) to a day; one customer or all, one currency or all."""

    as_of_on: date
    customer_id: str | None = None
    from_on: date | None = None
    currency: str | None = None


@dataclass(frozen=True)
class BehaviourFilter(PaymentsFilter):
    """The same, beside the customers that each is compared with (`peers`: shown or left_out)."""

    peers: str = "shown"


@dataclass(frozen=True)
class RecordsFilter(PaymentsFilter):
    """The invoices behind a `PaymentsFilter`, optionally of one state (`RECORDS`); one page of them."""

    payment_status: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class TimelineFilter:
    """Months up to a day, of one customer or all, in one currency or each."""

    as_of_on: date
    customer_id: str | None = None
    currency: str | None = None
    month_count: int = 24


@dataclass(frozen=True)
class QuarterFilter:
    """The three months that end with a day, against those before; invoices of one currency or all."""

    as_of_on: date
    currency: str | None = None


@dataclass(frozen=True)
class PortfolioFilter(QuarterFilter):
    """The same, of customers with enough invoices on both sides."""

    min_invoice_count: int = MIN_INVOICES


@dataclass(frozen=True)
class SlowerFilter(PortfolioFilter):
    """One page of the customers compared."""

    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class PromisesFilter:
    """Promises to pay known on a day; with `since_on` only those that ended on or after it, or have not ended."""

    as_of_on: date
    customer_id: str | None = None
    currency: str | None = None
    promise_status: str | None = None
    since_on: date | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class DisputesFilter:
    """Disputes known on a day."""

    as_of_on: date
    customer_id: str | None = None
    currency: str | None = None
    dispute_status: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def history(warehouse: Warehouse, chosen: HistoryFilter, viewer: Viewer) -> pa.Table:
    """One row per invoice, newest first: settled day, days late, amount, what is open."""
    return warehouse.run("payments/history", chosen, viewer)


def behaviour(warehouse: Warehouse, chosen: BehaviourFilter, viewer: Viewer) -> pa.Table:
    """One row per customer and currency, most invoices first: how they pay, `peers_` how those like them do; days, shares 0 to 1."""
    return warehouse.run("payments/behaviour", chosen, viewer)


def records(warehouse: Warehouse, chosen: RecordsFilter, viewer: Viewer) -> pa.Table:
    """One row per invoice behind `behaviour`, the overdue first, then the last settled; `row_count` says how many there are in all."""
    return warehouse.run("payments/records", chosen, viewer)


def timeline(warehouse: Warehouse, chosen: TimelineFilter, viewer: Viewer) -> pa.Table:
    """One row per currency and month: opening and closing amount, and everything between them, to the cent."""
    return warehouse.run("payments/timeline", chosen, viewer)


def on_time(warehouse: Warehouse, chosen: TimelineFilter, viewer: Viewer) -> pa.Table:
    """One row per month: of the invoices due in it, how many were settled by their due day (`on_time_rate`, null if none was due)."""
    return warehouse.run("payments/on_time", chosen, viewer)


def slower(warehouse: Warehouse, chosen: SlowerFilter, viewer: Viewer) -> pa.Table:
    """One row per customer and currency, who got slower the most first; one page, `row_count` in all."""
    return warehouse.run("payments/slower", chosen, viewer)


def portfolio(warehouse: Warehouse, chosen: PortfolioFilter, viewer: Viewer) -> pa.Table:
    """One row: this quarter against the one before, and how many customers got slower, faster or were left out."""
    return warehouse.run("payments/portfolio", chosen, viewer)


def late_bands(warehouse: Warehouse, chosen: QuarterFilter, viewer: Viewer) -> pa.Table:
    """One row per quarter and band of days late: invoices and their share (`invoice_rate`, 0 to 1)."""
    return warehouse.run("payments/late_bands", chosen, viewer)


def promises(warehouse: Warehouse, chosen: PromisesFilter, viewer: Viewer) -> pa.Table:
    """One row per promise and currency, newest first: promised, received, and what became of it (`PROMISES`)."""
    return warehouse.run("payments/promises", chosen, viewer)


def disputes(warehouse: Warehouse, chosen: DisputesFilter, viewer: Viewer) -> pa.Table:
    """One row per dispute, newest first: amount disputed, still open or not (`DISPUTES`), resolved by what."""
    return warehouse.run("payments/disputes", chosen, viewer)
