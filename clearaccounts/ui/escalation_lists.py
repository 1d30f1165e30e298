"""The lists under the plans of the escalations page: requests one by one, and by group; each leads to its case."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.escalations import requests as service_requests
from clearaccounts.escalations.requests import GROUPS
from clearaccounts.text import N_, Language
from clearaccounts.ui import case_view, charts_plans, controls, escalation_words, messages, registry, tables, theme, url, words
from clearaccounts.ui.escalations_view import Narrowed, clicked, narrowed_words
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

OF = "of"  # the group's value in the address; an empty one is the group without a value
_ARRIVING = "_escalations_arriving"
NO_PLAN = N_("No plan")
REQUEST_COLUMNS = (
    Column("customer_name", N_("Customer"), width=190),
    Column("title", N_("Request"), width=220),
    Column("support_vehicle", N_("Vehicle"), "vehicle", 180),
    Column("support_plan_id", N_("Plan"), width=120, missing=NO_PLAN),
    Column("severity", N_("Severity"), width=70),
    Column("is_open", N_("Open"), "flag", 60),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("closed_at", N_("Closed, UTC"), "moment"),
    Column("hours_used", N_("Hours"), "figure", 70),
    Column("service_request_id", N_("Request id")),
    Column("case_id", N_("Case id")),
)
WHY_OUTSIDE = {
    "none_running": N_("No plan of the vehicle ran that day"),
    "named_not_running": N_("The plan that it names did not run that day"),
    "named_unknown": N_("The plan that it names is not on record"),
}
_BARS = 12


def arrive() -> None:
    """Take over the group that a row of the page's last run asked for; a widget's value is only changed before it is drawn."""
    value = st.session_state.pop(_ARRIVING, None)
    if value is not None:
        _keep_to(value)


def group() -> tuple[str, str] | None:
    """The group that the address keeps the requests to: by what and which, or None for all."""
    by, value = st.query_params.get("by", next(iter(GROUPS))), st.query_params.get(OF)
    return (by, value) if value is not None and by in GROUPS else None


def group_name(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, kept: tuple[str, str]) -> str:
    """What the group is called: a customer by the name that this person may see."""
    by, value = kept
    language = words.language()
    name = None
    if by == "customer" and value:
        wanted = service_requests.RequestsFilter(chosen.as_of_on, by=by, by_value=value, row_limit=1)
        rows = service_requests.requests(warehouse, wanted, viewer).to_pylist()
        name = rows[0]["customer_name"] if rows else None
    return escalation_words.narrowed(by, value, name, language)


def badge(said: str, language: Language) -> None:
    """What the requests are kept to, and the way out of it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(words.plain(said), color="blue")
        st.button(language.gettext(N_("Show all")), key="all_groups", icon=":material/close:", type="tertiary", on_click=forget)


def forget() -> None:
    """Callback: keep the requests to no group any more."""
    st.query_params.pop(OF, None)


def requests(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, kept: Narrowed, in_group: tuple[str, str] | None, *,
    is_outside: bool = False,
) -> Paged:
    """One page of requests, newest first."""
    by, value = in_group or (None, None)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = service_requests.RequestsFilter(
            chosen.as_of_on, kept.support_vehicle, None, kept.support_plan_id, "yes" if is_outside else None, by, value, limit, offset)
        return _with_reason(service_requests.requests(warehouse, wanted, viewer))
    return tables.paged(fetch, "page")


def _with_reason(rows: pa.Table) -> pa.Table:
    """The requests, each with why it is outside every plan in words."""
    language = words.language()
    said = [language.gettext(WHY_OUTSIDE[one]) if one else None for one in rows["outside_type"].to_pylist()]
    return rows.append_column("outside_reason", pa.array(said, pa.string()))


def request_list(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, kept: Narrowed, *, caption: str, actions: Any, is_outside: bool = False,
) -> None:
    """The requests, all or those outside every plan's dates; a row leads to its case."""
    language = words.language()
    translate = language.gettext
    in_group = None if is_outside else group()
    said = group_name(warehouse, chosen, viewer, in_group) if in_group else None
    if said:
        badge(said, language)
    found = requests(warehouse, chosen, viewer, kept, in_group, is_outside=is_outside)
    if found.rows.num_rows == 0:
        messages.empty(translate(
            N_("No request is outside the plans. A request is, if no plan of its vehicle, or not the one it names, ran on its day.")
            if is_outside else N_("No request was opened by this day. Choose a later day, another plan or another vehicle.")))
        return
    columns = REQUEST_COLUMNS
    if is_outside:
        columns = (*REQUEST_COLUMNS[:3], Column("outside_reason", N_("Why outside"), width=270), *REQUEST_COLUMNS[4:])
    label = translate(N_("Service requests outside every plan") if is_outside else N_("Service requests"))
    with actions:
        tables.download(
            found, columns, caption=tables.captioned(label, caption, *narrowed_words(kept, language), said),
            stem="requests-outside" if is_outside else "requests")
    picked = tables.show(found.rows, columns, key="outside" if is_outside else "requests", alt=label, selectable=True)
    tables.pager(found, "page")
    if picked:
        _open(picked)


def _open(request: dict[str, Any]) -> None:
    """Where a request leads: to its case, or without one to its customer."""
    if request["case_id"]:
        case_view.follow(request["case_id"], registry.ESCALATIONS)
    if request["customer_id"]:
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=request["customer_id"]))


def choose_by(language: Language) -> str:
    """By what requests are grouped."""
    url.seed("by", GROUPS, next(iter(GROUPS)))
    by: str = st.selectbox(
        language.gettext(N_("Group by")), list(GROUPS), key="by", on_change=_other_groups, label_visibility="collapsed", width=150,
        format_func=lambda code: language.gettext(GROUPS[code]), persist_state="page",
    )
    return by


def _other_groups() -> None:
    forget()
    url.keep("by", next(iter(GROUPS)))


def used_by(
    warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, kept: Narrowed, by: str, *, caption: str, actions: Any,
) -> None:
    """Requests and hours by group: the largest as bars, all of them beside it; each leads to its requests."""
    language = words.language()
    translate = language.gettext

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = service_requests.UsageByFilter(
            chosen.as_of_on, by, kept.support_vehicle, kept.support_plan_id, None, limit, offset)
        return _named(service_requests.usage_by(warehouse, wanted, viewer), by, language)
    found = tables.paged(fetch, "page")
    if found.rows.num_rows == 0:
        messages.empty(translate(N_("No request was opened by this day. Choose a later day, another plan or another vehicle.")))
        return
    columns = (
        Column("group_name", GROUPS[by], width="medium"), Column("request_count", N_("Requests"), "number"),
        Column("open_count", N_("Open"), "number"), Column("severity_a_count", N_("Severity A"), "number"),
        Column("hours_used", N_("Hours"), "figure", help=N_("Only requests of plans in hours say theirs.")),
    )
    label = translate(N_("Service requests by {group}")).format(group=translate(GROUPS[by]))
    left, right = st.columns([2, 3], gap="large")
    shown = found.rows.slice(max(0, found.rows.num_rows - _BARS) if by == "month" else 0, _BARS)
    with left:
        names, counts = shown["group_name"].to_pylist(), shown["request_count"].to_pylist()
        st.plotly_chart(
            charts_plans.groups(names, counts, [value or "" for value in shown["by_value"].to_pylist()], language, theme.palette()),
            key="used_by", on_select=_follow_group, selection_mode="points", theme=None, config={"displayModeBar": False},
            alt=f"{label}: " + "; ".join(f"{name} {language.number(count)}" for name, count in zip(names, counts, strict=True)) + ".",
        )
    with right:
        picked = tables.show(found.rows, columns, key="groups", alt=label, selectable=True)
        tables.pager(found, "page")
    with actions:
        tables.download(found, columns, caption=tables.captioned(label, caption, *narrowed_words(kept, language)), stem="requests-by")
    if picked:
        tables.let_go()
        st.session_state[_ARRIVING] = picked["by_value"] or ""
        st.rerun()


def _named(rows: pa.Table, by: str, language: Language) -> pa.Table:
    names = [escalation_words.group(by, row["by_value"], row["by_name"], language) for row in rows.to_pylist()]
    return rows.append_column("group_name", pa.array(names, pa.string()))


def _follow_group() -> None:
    """A click on a bar shows the requests of its group."""
    value = clicked("used_by")
    if value is not None:
        _keep_to(value)


def _keep_to(value: str) -> None:
    url.choose("view", "requests", page="")
    st.query_params[OF] = value
