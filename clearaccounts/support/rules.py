"""The rules of support: working time, goals, what each vehicle covers, which service asks for what. Data of the partner, not code.

They come from a TOML file (`policy/support.toml`, or the one that `[support] rules` names) and reach queries as tables that
stand beside a build.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, time
from decimal import Decimal
from functools import cache, partial
from typing import Any

import pyarrow as pa

from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.support.calendar import business_hours
from clearaccounts.warehouse import Warehouse

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GOALS = ("response", "resolution", "microsoft_response")
CLOCKS = ("calendar", "business")
SEVERITIES = ("A", "B", "C")
SUPPORT_TYPES = ("billing", "subscription_management", "technical")
PLATFORMS = ("cloud", "on_premises")


@dataclass(frozen=True)
class Calendar:
    """When the partner works.

    `days` are numbers from 0, Monday. `closes` at 00:00 is the end of the day. `holidays` is an ISO 3166 country, or country and
    region with a hyphen; empty = none. `closed_on` are further days without work. Without `time_zone` the company's counts.
    """

    days: tuple[int, ...]
    opens: time
    closes: time
    time_zone: str = ""
    holidays: str = ""
    closed_on: tuple[date, ...] = ()


@dataclass(frozen=True)
class Goal:
    """What is to happen within how many minutes of which clock; no minutes = what the customer's offer promises."""

    goal_type: str
    severity: str
    goal_minutes: int | None
    clock: str


@dataclass(frozen=True)
class Scope:
    """One combination that a support vehicle takes on."""

    support_vehicle: str
    support_type: str
    platform: str
    is_free: bool


@dataclass(frozen=True)
class OnlineService:
    """A service, the beginnings of its products' names, and the support that it asks of the partner."""

    online_service: str
    platform: str
    support_types: tuple[str, ...]
    product_starts: tuple[str, ...]


@dataclass(frozen=True)
class CategoryType:
    """The support type of a category's cases, where they do not say theirs."""

    case_category: str
    support_type: str


@dataclass(frozen=True)
class ServingCosts:
    """What the partner's own work costs it, in company currency; None = not counted."""

    amount_per_case: Decimal | None = None
    amount_per_request: Decimal | None = None


@dataclass(frozen=True)
class SupportRules:
    """The whole file."""

    name: str
    calendar: Calendar
    goals: tuple[Goal, ...]
    scopes: tuple[Scope, ...]
    services: tuple[OnlineService, ...]
    categories: tuple[CategoryType, ...]
    serving_costs: ServingCosts = ServingCosts()


def beside(warehouse: Warehouse, rules: SupportRules) -> Warehouse:
    """The build with the rules' tables beside it, for every query that declares them."""
    hours = partial(business_hours, rules.calendar, warehouse.build.time_zone)
    return warehouse.beside({**tables(rules), "business_hours": hours})


@cache
def tables(rules: SupportRules) -> dict[str, Callable[[], pa.Table]]:
    """The rules as tables, by name, but for the working time; their columns are those of `EMPTY_TABLES`."""
    services = [(one.online_service, one.platform, start) for one in rules.services for start in one.product_starts]
    asked = [(one.online_service, support_type) for one in rules.services for support_type in one.support_types]
    found = {
        "service_goals": _rows(rules.goals),
        "vehicle_scopes": _rows(rules.scopes),
        "category_types": _rows(rules.categories),
        "serving_costs": _rows([rules.serving_costs]),
        "online_services": services,
        "service_support_types": asked,
    }
    return {name: partial(_given, _table(name, rows)) for name, rows in found.items()}


def _given(table: pa.Table) -> pa.Table:
    return table


def _rows(things: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [tuple(getattr(one, field.name) for field in fields(one)) for one in things]


def _table(name: str, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    schema = EMPTY_TABLES[name].schema
    return pa.table([pa.array([row[at] for row in rows], field.type) for at, field in enumerate(schema)], schema=schema)
