"""A file of support rules: TOML -> the dataclasses of `rules`, checked whole before anything of it is used."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from clearaccounts import toml_tables
from clearaccounts.errors import SettingsError, SupportRulesError
from clearaccounts.settings import SUPPORT_RULES, Settings
from clearaccounts.support.calendar import is_known
from clearaccounts.support.rules import (
    CLOCKS,
    DAYS,
    GOALS,
    PLATFORMS,
    SEVERITIES,
    SUPPORT_TYPES,
    Calendar,
    CategoryType,
    Goal,
    OnlineService,
    Scope,
    ServingCosts,
    SupportRules,
)
from clearaccounts.text import N_
from clearaccounts.toml_tables import TableReader

_KEYS = ("name", "calendar", "goals", "vehicles", "services", "categories", "cost_to_serve")
_TWICE = N_("{file}, line {line}: this stands in the file twice; each needs one place.")


def in_use(settings: Settings) -> SupportRules:
    """The rules that the settings name, or those that come with the product; read once per process.

    Raises:
        SettingsError: the file that the settings name does not exist.
        SupportRulesError: naming file, line and key.
    """
    return _load(settings.support.rules or str(SUPPORT_RULES))


@cache
def _load(name: str) -> SupportRules:
    path = Path(name)
    if not path.is_file():
        raise SettingsError(N_("clearaccounts.toml: [support] rules names {path}, and there is no such file."), path=name)
    return parse(toml_tables.read(path, SupportRulesError), path.name)


def parse(text: str, file: str) -> SupportRules:
    """Check the text of a file; `file` is the name that errors give.

    Raises:
        SupportRulesError: naming file, line and key.
    """
    top = toml_tables.top(text, file, _KEYS, SupportRulesError)
    return SupportRules(
        name=top.text("name"),
        calendar=_calendar(top.table("calendar", ("time_zone", "days", "opens", "closes", "holidays", "closed_on"))),
        goals=_goals(top),
        scopes=_scopes(top),
        services=_services(top),
        categories=_categories(top),
        serving_costs=_serving_costs(top.table("cost_to_serve", ("amount_per_case", "amount_per_request"))),
    )


def _calendar(table: TableReader) -> Calendar:
    time_zone = table.text("time_zone") if table.has("time_zone") else ""
    if time_zone and time_zone not in available_timezones():
        raise table.refuse("time_zone", N_("{file}, line {line}: {key} must be a time zone such as Europe/Madrid."))
    opens, closes = table.hour("opens"), table.hour("closes")
    if closes <= opens and (closes.hour, closes.minute) != (0, 0):
        raise table.refuse("closes", N_("{file}, line {line}: {key} must be later than opens; 00:00:00 is the end of the day."))
    holidays = table.text("holidays") if table.has("holidays") else ""
    if holidays and not is_known(holidays):
        raise table.refuse("holidays", N_(
            "{file}, line {line}: no such {key} are known; name a country such as ES, or a country and its region: ES-CN."))
    return Calendar(
        tuple(sorted(DAYS.index(day) for day in table.choices("days", DAYS))), opens, closes, time_zone,
        holidays, table.days("closed_on"),
    )


def _goals(top: TableReader) -> tuple[Goal, ...]:
    found: dict[tuple[str, str], Goal] = {}
    for table in top.tables("goals", ("goal_type", "severity", "minutes", "clock")):
        goal_type = table.required("goal_type", table.choice("goal_type", GOALS))
        severity = table.required("severity", table.choice("severity", SEVERITIES))
        minutes = table.whole("minutes")
        if goal_type == "response" and minutes is not None:
            raise table.refuse("minutes", N_("{file}, line {line}: the minutes of a response are those of the customer's support offer."))
        if goal_type != "response":
            table.required("minutes", minutes)
        if (goal_type, severity) in found:
            raise table.refuse("severity", _TWICE)
        clock = table.required("clock", table.choice("clock", CLOCKS))
        found[goal_type, severity] = Goal(goal_type, severity, minutes, clock)
    return tuple(found.values())


def _scopes(top: TableReader) -> tuple[Scope, ...]:
    vehicles = ("commercial", "psfp", "asfp", "cloud", "on_premises")
    found: dict[str, list[Scope]] = {}
    for table in top.tables("vehicles", ("support_vehicle", "support_types", "platforms", "is_free")):
        vehicle = table.required("support_vehicle", table.choice("support_vehicle", vehicles))
        if vehicle in found:
            raise table.refuse("support_vehicle", _TWICE)
        table.required("is_free", table.has("is_free") or None)
        found[vehicle] = [
            Scope(vehicle, support_type, platform, table.switch("is_free"))
            for support_type in table.choices("support_types", SUPPORT_TYPES)
            for platform in table.choices("platforms", PLATFORMS)
        ]
    return tuple(scope for scopes in found.values() for scope in scopes)


def _services(top: TableReader) -> tuple[OnlineService, ...]:
    found: dict[str, OnlineService] = {}
    starts: set[str] = set()
    for table in top.tables("services", ("online_service", "platform", "support_types", "products")):
        name = table.text("online_service")
        products = table.texts("products")
        if name in found:
            raise table.refuse("online_service", _TWICE)
        if len({one.lower() for one in products} - starts) < len(products):
            raise table.refuse("products", _TWICE)
        starts |= {one.lower() for one in products}
        platform = table.required("platform", table.choice("platform", PLATFORMS))
        found[name] = OnlineService(name, platform, table.choices("support_types", SUPPORT_TYPES), products)
    return tuple(found.values())


def _categories(top: TableReader) -> tuple[CategoryType, ...]:
    found: dict[str, CategoryType] = {}
    for table in top.tables("categories", ("case_category", "support_type")):
        name = table.text("case_category")
        if name.lower() in found:
            raise table.refuse("case_category", _TWICE)
        found[name.lower()] = CategoryType(name, table.required("support_type", table.choice("support_type", SUPPORT_TYPES)))
    return tuple(found.values())


def _serving_costs(table: TableReader) -> ServingCosts:
    return ServingCosts(table.unit_price("amount_per_case"), table.unit_price("amount_per_request"))
