"""Support plans in words: how long the rest will last, what an alert says, what a group of requests is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearaccounts.escalations.requests import GROUPS
from clearaccounts.text import N_, Language
from clearaccounts.ui import labels

NOT_GIVEN = N_("Not given")
NO_CASE = N_("No case, or none given")
ALERT_ICONS = {"ran_out": "error", "runs_out": "hourglass_bottom", "ends": "event", "unused": "savings"}


def quantity(value: Any, unit: str, language: Language) -> str:
    """`28.3 hours`, `5 incidents`."""
    return f"{language.number(value, 1 if unit == 'hours' else 0)} {labels.title('incidents' if unit == 'unlimited' else unit, language)}"


def outlook(plan: Mapping[str, Any], language: Language) -> str:
    """Until when what is left of a plan will last, with the range; or why nothing is said."""
    translate = language.gettext
    unit = plan["entitlement_unit"]
    match plan["outlook_status"]:
        case "unlimited":
            return translate(N_("Never: unlimited"))
        case "not_known":
            return translate(N_("Not known: no entitlement given"))
        case "too_little":
            return translate(N_("Too little use to say"))
        case "upcoming":
            return translate(N_("Not begun yet"))
        case "over" if plan["left_quantity"] is not None:
            return translate(N_("Ended with {left} unused")).format(left=quantity(plan["left_quantity"], unit, language))
        case "over":
            return translate(N_("Ended"))
        case "ran_out" if plan["over_quantity"]:
            return translate(N_("Ran out on {day}, {over} beyond it")).format(
                day=language.day(plan["ran_out_on"]), over=quantity(plan["over_quantity"], unit, language))
        case "ran_out":
            return translate(N_("Ran out on {day}")).format(day=language.day(plan["ran_out_on"]))
        case "runs_out" if plan["latest_on"] is None:
            return translate(N_("About {day}, not before {earliest}")).format(
                day=language.day(plan["runs_out_on"]), earliest=language.day(plan["earliest_on"]))
        case "runs_out":
            return translate(N_("About {day} ({earliest} to {latest})")).format(
                day=language.day(plan["runs_out_on"]), earliest=language.day(plan["earliest_on"]), latest=language.day(plan["latest_on"]))
        case "may_run_out":
            return translate(N_("Lasts at this rate; {earliest} at the earliest")).format(
                earliest=language.day(plan["earliest_on"]))
        case _:
            return translate(N_("Not before the plan ends"))


def alert(row: Mapping[str, Any], language: Language) -> str:
    """One line: which plan, what about it, how soon, and what follows."""
    translate = language.gettext
    named = {"plan": row["support_plan_id"], "day": language.day(row["alert_on"]), "days": language.number(row["left_days"])}
    unit = row["entitlement_unit"]
    match row["alert_type"]:
        case "ran_out":
            return translate(N_("{plan} ran out on {day}; its term ends on {end}")).format(**named, end=language.day(row["ends_on"]))
        case "runs_out":
            return translate(N_("{plan} runs out about {day}, before its term ends on {end}")).format(
                **named, end=language.day(row["ends_on"]))
        case "unused":
            return translate(N_("{plan} is mostly unused: {left} of {entitled} are left until {day}")).format(
                **named, left=quantity(row["left_quantity"], unit, language), entitled=quantity(row["entitled_quantity"], unit, language))
        case _ if row["renewed_by_plan_id"]:
            return translate(N_("{plan} ends on {day} (in {days} days); {later} carries on")).format(
                **named, later=row["renewed_by_plan_id"])
        case _:
            return translate(N_("{plan} ends on {day} (in {days} days) and nothing renews it")).format(**named)


def group(by: str, value: str | None, name: str | None, language: Language) -> str:
    """What one group of requests is called."""
    if not value:
        return language.gettext(NOT_GIVEN if by in ("customer", "severity") else NO_CASE)
    if by == "month":
        return f"{value[5:]}/{value[:4]}"
    return labels.title(value, language) if by == "support_type" else (name or value)


def narrowed(by: str, value: str | None, name: str | None, language: Language) -> str:
    """What a list is kept to: `Severity: A`."""
    return f"{language.gettext(GROUPS[by])}: {group(by, value, name, language)}"
