"""The backlog of support cases through time: the chart, its steps as a table, and the cases of one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from clearaccounts.support import groups as support
from clearaccounts.support.groups import MOVES, STEPS
from clearaccounts.support.moments import day_end
from clearaccounts.text import N_, Language
from clearaccounts.ui import case_filters, cases_view, charts_support, tables, theme, url, words
from clearaccounts.ui.ageing_view import Shown
from clearaccounts.ui.case_filters import Look
from clearaccounts.ui.tables import Column

SINCE = "since"  # first day of the step looked at, in the address
FLOWS = {"open": N_("Open at its end"), **MOVES}
CHART_SAID = N_(
    "The line is what is open at the end of each step. The bars are what came in (created, and in red reopened) and what went out (closed)."
    " A click opens the cases.")
NOT_NARROWED_SAID = N_("Status and age are those of an instant: they do not narrow the backlog over time.")
_NONE = ""
_ROUND = "_backlog_round"
STEP_COLUMNS = (
    Column("from_on", N_("From"), "day"),
    Column("to_on", N_("To"), "day"),
    Column("opening_count", N_("Open before"), "number"),
    Column("created_count", N_("Created"), "number"),
    Column("reopened_count", N_("Reopened"), "number"),
    Column("closed_count", N_("Closed"), "number", help=N_("Cases that a later file no longer held are among them.")),
    Column("withdrawn_count", N_("Of these withdrawn"), "number"),
    Column("closing_count", N_("Open at the end"), "number"),
)
MOVE_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("title", N_("Case"), width="medium"),
    Column("severity", N_("Severity"), width=70),
    Column("move_type", N_("What"), "label"),
    Column("moved_at", N_("When, UTC"), "moment"),
    Column("age_days", N_("Days since opened"), "figure"),
    Column("is_withdrawn", N_("Withdrawn"), "flag", 80),
    Column("case_category", N_("Category")),
    Column("case_subcategory", N_("Subcategory")),
    Column("assignee", N_("Assignee")),
    Column("case_id", N_("Case id")),
)


@dataclass(frozen=True)
class Through:
    """The backlog through time as the page shows it: how long its steps are, its rows, and the row of the step looked at."""

    step: str
    table: pa.Table
    row: Mapping[str, Any] | None


def chart(seen: Look) -> Through:
    """The line of the backlog and what moved it; a click opens the cases of its step."""
    language = words.language()
    url.seed("step", STEPS, "week")
    step: str = st.segmented_control(
        language.gettext(N_("Steps")), list(STEPS), required=True, key="step", on_change=_change_step, persist_state="page",
        format_func=lambda code: language.gettext(STEPS[code]),
    ) or "week"
    last = seen.chosen.as_of_on
    wanted = support.StepsFilter(support.first_day(step, last), last, step, **case_filters.lasting(seen.narrowed))
    table = support.through_time(seen.warehouse, wanted, seen.viewer)
    since = _since()
    row = next((row for row in table.to_pylist() if row["from_on"] == since), None)
    key = f"backlog_{step}_{st.session_state.get(_ROUND, 0)}"

    def follow() -> None:
        points = st.session_state[key]["selection"]["points"]
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        if points:
            day, flow = points[0]["customdata"][:2]
            _keep_step(day, flow)

    with st.container(key="chart_time"):
        st.plotly_chart(
            charts_support.through_time(table, since if row else None, language, theme.palette()), key=key, on_select=follow,
            selection_mode="points", theme=None, config={"displayModeBar": False}, alt=charts_support.through_time_alt(table, language))
    return Through(step, table, row)


def _since() -> date | None:
    try:
        return date.fromisoformat(st.query_params.get(SINCE, ""))
    except ValueError:
        return None


def _change_step() -> None:
    st.query_params.pop(SINCE, None)
    url.keep("step", "week")


def _keep_step(day: str, flow: str) -> None:
    """Callback: look at the cases of a step."""
    url.choose("view", "time", page="")
    url.choose("flow", flow)
    st.query_params[SINCE] = day


def step_controls(through: Through, language: Language) -> str:
    """Which step is looked at (none: all of them as a table), and which of its cases. Returns the chosen flow."""
    rows = {row["from_on"].isoformat(): row for row in reversed(through.table.to_pylist())}
    st.session_state["since_chosen"] = through.row["from_on"].isoformat() if through.row else _NONE
    st.selectbox(
        language.gettext(N_("Step")), [_NONE, *rows], key="since_chosen", on_change=_choose_step, width=240, label_visibility="collapsed",
        format_func=lambda day: charts_support.span_words(rows[day], language) if day else language.gettext(N_("All steps")),
    )
    if through.row is None:
        return "open"
    return url.segments(language.gettext(N_("Cases")), {code: language.gettext(title) for code, title in FLOWS.items()}, "flow")


def _choose_step() -> None:
    day = st.session_state["since_chosen"]
    st.query_params.pop("page", None)
    if day:
        st.query_params[SINCE] = day
    else:
        st.query_params.pop(SINCE, None)


def look_at(row: Mapping[str, Any]) -> None:
    """Open the cases of the step that was chosen in the table."""
    st.query_params[SINCE] = row["from_on"].isoformat()
    tables.let_go()
    st.rerun()


def listed(seen: Look, through: Through, flow: str) -> Shown:
    """The steps, or one page of the cases of the step looked at."""
    translate = words.language().gettext
    lasting = case_filters.lasting(seen.narrowed)
    row = through.row
    if row is None:
        return Shown(tables.whole(through.table), STEP_COLUMNS, translate(N_("Backlog over time")), N_("There are no days to look at."))
    if flow == "open":
        return cases_view.open_cases(seen, day_end(row["to_on"], ZoneInfo(seen.warehouse.build.time_zone)), lasting)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = support.MovesFilter(row["from_on"], row["to_on"], flow, limit, offset, **lasting)
        return support.moves(seen.warehouse, wanted, seen.viewer)

    return Shown(tables.paged(fetch, "page"), MOVE_COLUMNS, translate(FLOWS[flow]), N_("No case did so in this step."))


def step_words(through: Through, language: Language) -> list[str]:
    """The step that the list is kept to, or else how long the steps are; for a caption."""
    return [charts_support.span_words(through.row, language) if through.row else language.gettext(STEPS[through.step])]
