"""The parts of the escalations page about plans: what wants attention, use against the elapsed term, the plans one by one.

What is under them (requests, groups, costs, the back-test) is in modules of its own. The address keeps what is chosen:
`status` the kind of plans, `plan` one of them, `within` how far ahead alerts look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.escalations import requests as service_requests
from clearaccounts.escalations import usage as plan_usage
from clearaccounts.escalations.vehicles import VEHICLES
from clearaccounts.text import N_, Language
from clearaccounts.ui import charts_plans, controls, escalation_words, messages, tables, theme, url, words
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

PLAN_COLUMNS = (
    Column("support_plan_id", N_("Plan"), width=115),
    Column("support_vehicle", N_("Vehicle"), "vehicle", 160),
    Column("used_quantity", N_("Used"), "figure", 65),
    Column("entitled_quantity", N_("Entitled"), "figure", 75),
    Column("left_quantity", N_("Left"), "figure", 60),
    Column("entitlement_unit", N_("Unit"), "label", 85),
    Column("burn_share", N_("Used share"), "share", 85, help=N_("Used / entitled")),
    Column("elapsed_share", N_("Term elapsed"), "share", 105),
    Column("outlook", N_("The rest lasts until"), width=270, help=N_(
        "At the rate of use so far; the range holds four times in five. The section on how well this works says how often it did.")),
    Column("ends_on", N_("Ends"), "day", 100),
    Column("renewed_by_plan_id", N_("Renewed by"), width=105, missing=N_("nothing yet")),
    Column("request_count", N_("Requests"), "number", 80),
    Column("open_count", N_("Open"), "number", 60),
)
WITHIN = ("30", "60", "90", "180")
_VIEWS = {
    "requests": N_("Requests"), "by": N_("Used by"), "outside": N_("Outside every plan"), "costs": N_("Costs"),
    "backtest": N_("How well it projects"), "rate": N_("Case rate"), "routes": N_("Which way"),
}
# The sections that a plan or a vehicle narrows.
_OF_PLANS = frozenset({"requests", "by", "outside", "costs", "backtest"})


@dataclass(frozen=True)
class Narrowed:
    """What the lists of the page are kept to."""

    support_vehicle: str | None
    support_plan_id: str | None


def views(viewer: Viewer, language: Language) -> dict[str, str]:
    """The lists that this person may see, by code."""
    return {code: language.gettext(title) for code, title in _VIEWS.items() if code != "costs" or viewer.may(Permission.VIEW_COSTS)}


def every_plan(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> pa.Table:
    """One row per plan on record, whether it runs, has not begun or is over."""
    return plan_usage.plans(warehouse, plan_usage.PlansFilter(chosen.as_of_on, "all"), viewer)


def alerts(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """What wants attention, a line each that leads to the plan's requests; and how many requests are outside every plan."""
    language = words.language()
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader(translate(N_("What wants attention")), anchor=False, width="content")
        url.seed("within", WITHIN, str(plan_usage.ALERT_DAYS))
        within = st.selectbox(
            translate(N_("Days ahead")), WITHIN, key="within", on_change=url.keep, args=("within", str(plan_usage.ALERT_DAYS)), width=150,
            label_visibility="collapsed", persist_state="page",
            format_func=lambda days: translate(N_("within {days} days")).format(days=days),
        )
    rows = plan_usage.alerts(warehouse, plan_usage.AlertsFilter(chosen.as_of_on, int(within)), viewer).to_pylist()
    for row in rows:
        st.button(
            words.plain(escalation_words.alert(row, language)), key=f"alert_{row['alert_type']}_{row['support_plan_id']}", type="tertiary",
            icon=f":material/{escalation_words.ALERT_ICONS[row['alert_type']]}:", on_click=keep_to_plan, args=(row["support_plan_id"],),
        )
    if not rows:
        st.caption(words.plain(translate(N_("No running plan ends or runs out within {days} days.")).format(days=within)))
    outside = service_requests.requests(
        warehouse, service_requests.RequestsFilter(chosen.as_of_on, is_outside="yes", row_limit=1), viewer).to_pylist()
    if outside:
        count = outside[0]["row_count"]
        said = language.ngettext(
            "{count} request is outside every plan's dates", "{count} requests are outside every plan's dates", count)
        st.button(words.plain(said.format(count=language.number(count))), key="alert_outside", type="tertiary",
                  icon=":material/event_busy:", on_click=show, args=("outside",))


def show(view: str) -> None:
    """Callback: show that list of the page, of all plans and vehicles."""
    url.choose("view", view, plan="", vehicle="", of="", page="")


def keep_to_plan(plan_id: str) -> None:
    """Callback: keep the lists to the plan, and show its requests."""
    url.choose("plan", plan_id, vehicle="", of="", page="")
    url.choose("view", "requests")


def status() -> str:
    """Which plans are shown: those that run, have not begun or are over."""
    language = words.language()
    titles = {code: language.gettext(title) for code, title in plan_usage.STATUSES.items()}
    return url.segments(language.gettext(N_("Plans")), titles, "status")


def burn(plans: Sequence[dict[str, Any]]) -> None:
    """Used and elapsed share of the plans that have a limit; a click on one keeps the lists to it."""
    language = words.language()
    limited = [plan for plan in plans if plan["burn_share"] is not None]
    if not limited:
        messages.empty(language.gettext(N_("None of these plans has a limit that is known: nothing to compare with the term.")))
        return
    titles = [VEHICLES[plan["support_vehicle"]] for plan in limited]
    vehicles = [language.gettext(title) for title in titles]
    asked = st.query_params.get("plan")
    chosen = asked if asked in {plan["support_plan_id"] for plan in limited} else None
    st.plotly_chart(
        charts_plans.burn(limited, language, theme.palette(), chosen=chosen),
        key="burn", on_select=_follow_burn, selection_mode="points", theme=None, config={"displayModeBar": False},
        alt=charts_plans.burn_alt(limited, vehicles, language),
    )


def clicked(chart: str) -> str | None:
    """What the clicked mark of the chart of that key stands for, None if none was clicked."""
    points: list[dict[str, Any]] = st.session_state[chart]["selection"]["points"]
    found = points[0].get("customdata") if points else None
    return (found[0] if found else None) if isinstance(found, list) else found


def _follow_burn() -> None:
    """A click on a plan chooses it, a click on the chosen one lets go of it."""
    plan_id = clicked("burn")
    if plan_id is not None and plan_id == st.query_params.get("plan"):
        url.choose("plan", "")
        url.keep("plan")
    elif plan_id is not None:
        keep_to_plan(plan_id)


def with_outlook(plans: Sequence[dict[str, Any]], schema: pa.Schema, language: Language) -> pa.Table:
    """The plans as a table, each with its outlook in words."""
    said = [{**plan, "outlook": escalation_words.outlook(plan, language)} for plan in plans]
    return pa.Table.from_pylist(said, schema.append(pa.field("outlook", pa.string())))


def plan_table(plans: pa.Table, caption: str, actions: Any) -> None:
    """The plans one by one; a row keeps the lists to its plan. Outlook in words, fees nowhere."""
    language = words.language()
    label = language.gettext(N_("Support plans"))
    picked = tables.show(plans, PLAN_COLUMNS, key="plans", alt=label, selectable=True, visible_rows=6)
    with actions:
        tables.download(tables.whole(plans), PLAN_COLUMNS, caption=tables.captioned(label, caption), stem="plans")
    without = sum(plan["without_hours_count"] for plan in plans.to_pylist() if plan["entitlement_unit"] == "hours")
    if without:
        said = language.ngettext(
            "{count} request of these plans does not say its hours and counts as none.",
            "{count} requests of these plans do not say their hours and count as none.", without)
        st.caption(words.plain(said.format(count=language.number(without))))
    if picked:
        tables.let_go()
        keep_to_plan(picked["support_plan_id"])
        st.rerun()


def narrow(view: str, plan_ids: Sequence[str]) -> Narrowed:
    """The vehicle and the plan that the lists are kept to: fields that the chart, the alerts and the table of plans set too."""
    if view not in _OF_PLANS:
        return Narrowed(None, None)
    language = words.language()
    translate = language.gettext
    url.seed("vehicle", ["", *VEHICLES], "")
    vehicle = st.selectbox(
        translate(N_("Vehicle")), ["", *VEHICLES], key="vehicle", on_change=url.keep, args=("vehicle",), width=250, persist_state="page",
        label_visibility="collapsed", format_func=lambda name: translate(VEHICLES[name]) if name else translate(N_("All vehicles")),
    )
    url.seed("plan", ["", *plan_ids], "")
    plan = st.selectbox(
        translate(N_("Plan")), ["", *plan_ids], key="plan", on_change=url.keep, args=("plan",), width=170, persist_state="page",
        label_visibility="collapsed", format_func=lambda name: name or translate(N_("All plans")),
    )
    return Narrowed(vehicle or None, plan or None)


def narrowed_words(kept: Narrowed, language: Language) -> tuple[str | None, ...]:
    """What the lists are kept to, for captions."""
    return (language.gettext(VEHICLES[kept.support_vehicle]) if kept.support_vehicle else None, kept.support_plan_id)
