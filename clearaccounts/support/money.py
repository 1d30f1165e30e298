"""Support joined with money: severe cases of accounts in trouble, debts of who uses most support, cost to serve against revenue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from clearaccounts.access import Permission, Viewer
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

# By what customers are put in order of the support that they used.
MEASURES = {
    "cases": N_("Cases opened"), "open_cases": N_("Open cases"), "requests": N_("Requests to Microsoft"), "hours": N_("Hours used"),
}
MEASURED = {"cases": "case_count", "open_cases": "open_case_count", "requests": "request_count", "hours": "hours_used"}


@dataclass(frozen=True)
class SevereFilter:
    """One page of severity A cases open at an instant (UTC without a zone) whose account's word is at least `least_status`.

    An account that the policy would suspend, were such a case not open, counts as flagged.
    """

    at: datetime
    least_status: str = "flagged"
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class MarksFilter:
    """One page of severity A cases open at an instant (UTC without a zone)."""

    at: datetime
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class ConsumersFilter:
    """One page of customers, those who used most of `measure` in a period first."""

    from_on: date
    to_on: date
    measure: str = "cases"
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class CostsFilter:
    """One page of customers, the dearest to serve in a period first."""

    from_on: date
    to_on: date
    search: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class PeriodFilter:
    """A period of whole company days, both ends included."""

    from_on: date
    to_on: date


@dataclass(frozen=True)
class CustomerFilter:
    """One page of what one customer used in a period."""

    customer_id: str
    from_on: date
    to_on: date
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class CasesFilter:
    """One page of one customer's cases: `counted` keeps those opened in the period (cases), or open at its end (open_cases)."""

    customer_id: str
    from_on: date
    to_on: date
    counted: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


@dataclass(frozen=True)
class RequestCostsFilter:
    """One page of the requests of a period with what each costs; of one customer, or of all."""

    from_on: date
    to_on: date
    customer_id: str | None = None
    row_limit: int | None = None
    row_offset: int = 0


def severity_a_accounts(warehouse: Warehouse, chosen: SevereFilter, statuses: pa.Table, viewer: Viewer) -> pa.Table:
    """One row per open severity A case of an account in trouble; no amounts.

    Args:
        warehouse: the build to read.
        chosen: the instant and the page.
        statuses: the accounts' words on that day, from `collections.stages.account_status`.
        viewer: whose scope applies.
    """
    viewer.require(Permission.VIEW_CASES)
    return warehouse.run("support/severity_a_accounts", chosen, viewer, {"statuses_now": statuses})


def severity_a_marks(warehouse: Warehouse, chosen: MarksFilter, stages: pa.Table, marks: pa.Table, viewer: Viewer) -> pa.Table:
    """One row per open severity A case and currency in which it holds a suspension back, or a suspension mark is open; no amounts.

    Args:
        warehouse: the build to read.
        chosen: the instant and the page.
        stages: the policy's view on that day, from `collections.stages.stages`.
        marks: the open suspension marks, shaped like EMPTY_TABLES["marks_now"].
        viewer: whose scope applies.
    """
    viewer.require(Permission.VIEW_CASES)
    return warehouse.run("support/severity_a_marks", chosen, viewer, {"stages_now": stages, "marks_now": marks})


def consumers(warehouse: Warehouse, chosen: ConsumersFilter, viewer: Viewer) -> pa.Table:
    """One row per customer that used support: how much, and what they owe in company currency."""
    return warehouse.run("support/consumers", chosen, viewer)


def consumer_debts(warehouse: Warehouse, chosen: ConsumersFilter, viewer: Viewer) -> pa.Table:
    """One row per customer that used support and currency: what they owe in it, beside how much they used."""
    return warehouse.run("support/consumer_debts", chosen, viewer)


def cases(warehouse: Warehouse, chosen: CasesFilter, viewer: Viewer) -> pa.Table:
    """One row per case of a customer that was opened in the period, was open at its end, or both."""
    return warehouse.run("support/consumed_cases", chosen, viewer)


def requests(warehouse: Warehouse, chosen: CustomerFilter, viewer: Viewer) -> pa.Table:
    """One row per request to Microsoft that was opened for a customer in the period; no costs."""
    return warehouse.run("support/consumed_requests", chosen, viewer)


def cost_to_serve(warehouse: Warehouse, chosen: CostsFilter, viewer: Viewer) -> pa.Table:
    """One row per customer: plan fees and own cost, revenue, and the share of the one in the other, in company currency."""
    return warehouse.run("support/cost_to_serve", chosen, viewer)


def plan_fees(warehouse: Warehouse, chosen: PeriodFilter, viewer: Viewer) -> pa.Table:
    """One row per plan with a fee in the period: assigned to customers, of requests without a customer, unused; they add up to the fee."""
    return warehouse.run("support/plan_fees", chosen, viewer)


def request_costs(warehouse: Warehouse, chosen: RequestCostsFilter, viewer: Viewer) -> pa.Table:
    """One row per request of the period with its share of its plan's fee."""
    return warehouse.run("support/request_costs", chosen, viewer)
