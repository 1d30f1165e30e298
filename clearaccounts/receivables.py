"""Receivables: ageing, open items, control totals and key figures.

Each function runs one file of `queries/receivables/` for a filter and a viewer; the filter's fields
are the file's parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.text import N_, Language
from clearaccounts.warehouse import Warehouse

STANDARD_EDGES = (30, 60, 90)
# Where a list asks for a bucket: every item past its due date, whatever the bucket ends and the basis.
OVERDUE = "overdue"
BASES = {"due_date": N_("by due date"), "invoice_date": N_("by invoice date")}


def bucket_names(edges: tuple[int, ...]) -> list[str]:
    """The aged buckets that `edges` (last days, growing) make: current, 1-30, ..., 91+."""
    starts = [1, *(edge + 1 for edge in edges)]
    return ["current", *(f"{start}-{end}" for start, end in zip(starts, edges, strict=False)), f"{starts[-1]}+"]


@dataclass(frozen=True)
class AgeingFilter:
    """What an ageing shows: the day, the bucket edges (days overdue), the basis, one currency or all."""

    as_of_on: date
    bucket_edges: tuple[int, ...] = STANDARD_EDGES
    basis: str = "due_date"
    currency: str | None = None

    def in_words(self, language: Language) -> str:
        """The filter as a caption: "As of 30 Sep 2026, by due date, all currencies"."""
        return language.gettext("As of {day}, {basis}, {currency}").format(
            day=language.day(self.as_of_on),
            basis=language.gettext(BASES[self.basis]),
            currency=self.currency or language.gettext("all currencies"),
        )


@dataclass(frozen=True)
class BucketsFilter(AgeingFilter):
    """An ageing added up over the customers in view, or of one of them."""

    customer_id: str | None = None


@dataclass(frozen=True)
class CustomersFilter(AgeingFilter):
    """One page of customers, optionally of one bucket, of one group of a dimension, or whose name or id holds a text.

    A group is a dimension of `clearaccounts.ageing.DIMENSIONS` and its value; an empty value is the group without one.
    """

    bucket: str | None = None
    search: str | None = None
    row_limit: int | None = None
    row_offset: int = 0
    dimension: str | None = None
    dimension_value: str | None = None


@dataclass(frozen=True)
class OpenItemsFilter(AgeingFilter):
    """One page of open items, optionally of one customer and one bucket."""

    customer_id: str | None = None
    bucket: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class ItemListFilter(OpenItemsFilter):
    """One page of open items, optionally of one group of a dimension as well."""

    dimension: str | None = None
    dimension_value: str | None = None


@dataclass(frozen=True)
class ListTotalsFilter(AgeingFilter):
    """What a list of open items comes to (bucket `unapplied`: of money not applied); the fields are those of the lists."""

    customer_id: str | None = None
    bucket: str | None = None
    dimension: str | None = None
    dimension_value: str | None = None


@dataclass(frozen=True)
class CompanyFilter:
    """An ageing in company currency."""

    as_of_on: date
    bucket_edges: tuple[int, ...] = STANDARD_EDGES
    basis: str = "due_date"


@dataclass(frozen=True)
class DayFilter:
    """The state at the end of one day."""

    as_of_on: date


@dataclass(frozen=True)
class ControlFilter:
    """Control totals at the end of a day, of one currency or all."""

    as_of_on: date
    currency: str | None = None


@dataclass(frozen=True)
class PageFilter:
    """One page of customers at the end of a day, of one currency or all."""

    as_of_on: date
    currency: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class ConcentrationFilter:
    """The largest debtors at the end of a day: of one currency, or of all in company currency."""

    as_of_on: date
    currency: str | None = None
    customer_count: int = 10


@dataclass(frozen=True)
class PeriodFilter:
    """A period of whole days, both ends included, of one currency or all."""

    from_on: date
    to_on: date
    currency: str | None = None


def ageing(warehouse: Warehouse, chosen: AgeingFilter, viewer: Viewer) -> pa.Table:
    """One row per customer, currency and bucket that is not empty; amounts in that currency."""
    return warehouse.run("receivables/ageing", chosen, viewer)


def ageing_buckets(warehouse: Warehouse, chosen: BucketsFilter, viewer: Viewer) -> pa.Table:
    """One row per currency and bucket, empty ones too, added up over the customers in view."""
    return warehouse.run("receivables/ageing_buckets", chosen, viewer)


def ageing_company(warehouse: Warehouse, chosen: CompanyFilter, viewer: Viewer) -> pa.Table:
    """One row per customer and bucket in company currency, revaluation in a bucket of its own."""
    return warehouse.run("receivables/ageing_company", chosen, viewer)


def company_buckets(warehouse: Warehouse, chosen: CompanyFilter, viewer: Viewer) -> pa.Table:
    """`ageing_company` added up over the customers in view: one row per bucket in order of age, none if nothing is open.

    Columns `bucket, currency, amount_outstanding, item_count`; the currency is the company's. Empty buckets are there too, so
    that a bucket has its place (and its colour) whatever the others hold; revaluation only where there is some.
    """
    return warehouse.run("receivables/ageing_buckets_company", chosen, viewer)


def control_by_currency(warehouse: Warehouse, chosen: ControlFilter, viewer: Viewer) -> pa.Table:
    """`control_totals` added up over the customers in view: one row per currency, in order of its code.

    Columns `currency, amount_outstanding, amount_unapplied, amount_control, amount_difference`, and `wrong_count`:
    the customers whose buckets differ from their control total (differences could cancel out in the sum).
    """
    return warehouse.run("receivables/control_by_currency", chosen, viewer)


def ageing_without_rate(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> pa.Table:
    """One row per currency: what has no exchange rate and stays out of the company's ageing."""
    return warehouse.run("receivables/ageing_without_rate", chosen, viewer)


def ageing_customers(warehouse: Warehouse, chosen: CustomersFilter, viewer: Viewer) -> pa.Table:
    """One row per customer and currency, one page; `row_count` says how many there are in all."""
    return warehouse.run("receivables/ageing_customers", chosen, viewer)


def open_items(warehouse: Warehouse, chosen: OpenItemsFilter, viewer: Viewer) -> pa.Table:
    """One row per open item, the longest overdue first."""
    return warehouse.run("receivables/open_items", chosen, viewer)


def open_item_list(warehouse: Warehouse, chosen: ItemListFilter, viewer: Viewer) -> pa.Table:
    """`open_items` as a page lists them: with names, numbers and company currency; `row_count` says how many there are in all."""
    return warehouse.run("receivables/open_item_list", chosen, viewer)


def list_totals(warehouse: Warehouse, chosen: ListTotalsFilter, viewer: Viewer) -> pa.Table:
    """One row per currency: what all pages of a list come to, in that currency and in company currency at booked rates."""
    return warehouse.run("receivables/list_totals", chosen, viewer)


def control_totals(warehouse: Warehouse, chosen: ControlFilter, viewer: Viewer) -> pa.Table:
    """One row per customer and currency: buckets, unapplied, control total and their difference."""
    return warehouse.run("receivables/control_totals", chosen, viewer)


def documents_apart(warehouse: Warehouse, chosen: DayFilter, viewer: Viewer) -> pa.Table:
    """One row per reason and currency: drafts, voids, invoices without a due date."""
    return warehouse.run("receivables/documents_apart", chosen, viewer)


def kpis(warehouse: Warehouse, chosen: PeriodFilter, viewer: Viewer) -> pa.Table:
    """One row per currency: balances, sales and the ratios of the contract; null where undefined."""
    return warehouse.run("receivables/kpis", chosen, viewer)


def overdue_exposure(warehouse: Warehouse, chosen: PageFilter, viewer: Viewer) -> pa.Table:
    """One row per customer and currency with something overdue: overdue, unapplied, and the two netted (never below 0)."""
    return warehouse.run("receivables/overdue_exposure", chosen, viewer)


def concentration(warehouse: Warehouse, chosen: ConcentrationFilter, viewer: Viewer) -> pa.Table:
    """One row per customer, the largest first: what they owe, their share of all, and the share of all up to them."""
    return warehouse.run("receivables/concentration", chosen, viewer)


def credit_use(warehouse: Warehouse, chosen: PageFilter, viewer: Viewer) -> pa.Table:
    """One row per customer with a credit limit: what they owe net, against it; those over the limit first."""
    return warehouse.run("receivables/credit_use", chosen, viewer)
