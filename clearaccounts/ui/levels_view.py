"""The parts of the service-levels page: goals by severity, the cases behind them, the groups.

What runs out next is in `due_view`, Microsoft's own targets in `response_levels_view`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts import key_figures
from clearaccounts.access import Viewer
from clearaccounts.support import levels
from clearaccounts.support.levels import CLOCKS, DIMENSIONS, GOAL_STATUSES, GOAL_TYPES, Moment
from clearaccounts.text import N_, Language
from clearaccounts.ui import charts_levels, controls, tables, theme, url, words
from clearaccounts.ui.ageing_view import Shown
from clearaccounts.ui.charts_levels import Level
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

VIEWS = {"cases": N_("Cases"), "groups": N_("By group"), "times": N_("Times"), "microsoft": N_("Microsoft's targets")}
GOALS_SAID = N_(
    "Met: done within its goal. Breached: past its goal, done or not. Running: neither yet. No goal: no severity, nothing promised, "
    "or nothing tells when it ended. The figure at the end is the attainment, met / (met + breached). A response's goal is the "
    "customer's support offer; a resolution's stands in the rules of support.")
_ROUND = "_levels_round"
_ARRIVING = "_levels_arriving"
NO_GROUP = N_("None given")
# As queries take them; a case may have none.
SEVERITIES = {"A": "A", "B": "B", "C": "C", "none": NO_GROUP}

CASE_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("title", N_("Case"), width="medium"),
    Column("severity", N_("Severity"), width=70),
    Column("goal_said", N_("Goal"), width=110),
    Column("status_said", N_("State"), width=100),
    Column("elapsed_minutes", N_("Minutes taken"), "number", help=N_("So far, if it still runs; by the clock that counts for this goal.")),
    Column("goal_minutes", N_("Minutes given"), "number"),
    Column("clock_said", N_("Clock")),
    Column("case_status", N_("Status"), "label"),
    Column("offer_name", N_("Support offer")),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("done_at", N_("Done, UTC"), "moment"),
    Column("assignee", N_("Assignee")),
    Column("is_dated_by_events", N_("Dated by events"), "flag",
           help=N_("If not, its past is read from its row, and its clock never stood still.")),
    Column("case_id", N_("Case id")),
)
GROUP_COUNTS = (
    Column("goal_said", N_("Goal")),
    Column("case_count", N_("Cases"), "number"),
    Column("met_count", N_("Met"), "number"),
    Column("breached_count", N_("Breached"), "number"),
    Column("running_count", N_("Running"), "number"),
    Column("none_count", N_("No goal"), "number"),
    Column("attainment_rate", N_("Attainment"), "share", help=N_("Met / (met + breached); empty where both are 0.")),
)
TIME_COLUMNS = (
    Column("goal_said", N_("Goal")),
    Column("severity", N_("Severity"), width=70, missing=NO_GROUP),
    Column("attainment_rate", N_("Attainment"), "share", help=N_("Met / (met + breached); empty where both are 0.")),
    Column("elapsed_minutes_p50", N_("Median, minutes"), "number", help=N_("Of what is done, by the clock that counts.")),
    Column("elapsed_minutes_p90", N_("90 % within, minutes"), "number", help=N_("Of what is done, by the clock that counts.")),
    Column("clock_said", N_("Clock")),
)


@dataclass(frozen=True)
class Look:
    """What a run of the page looks at."""

    warehouse: Warehouse
    viewer: Viewer
    moment: Moment
    from_on: date
    to_on: date
    clock: str

    @property
    def common(self) -> dict[str, Any]:
        """The fields that all filters of a period share."""
        return {"at": self.moment.at, "from_on": self.from_on, "to_on": self.to_on, "clock": self.clock}


def look(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> Look:
    """Period and clock, drawn as controls."""
    language = words.language()
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        period = url.segments(translate(N_("Period")), {name: translate(title) for name, title in key_figures.PERIODS.items()}, "period")
        clock = url.segments(translate(N_("Clock")), {name: translate(title) for name, title in CLOCKS.items()}, "clock")
    from_on, to_on = key_figures.period(period, chosen.as_of_on)
    return Look(warehouse, viewer, levels.moment(warehouse, levels.DayFilter(chosen.as_of_on), viewer), from_on, to_on, clock)


def period_words(seen: Look, language: Language) -> str:
    """Which cases these are, and from when they are seen."""
    text = language.gettext(N_("Cases opened {from_day} to {to_day}, as known on {moment} UTC, {clock}"))
    return text.format(
        from_day=language.day(seen.from_on), to_day=language.day(seen.to_on), moment=language.moment(seen.moment.at),
        clock=language.gettext(CLOCKS[seen.clock]).lower())


def _said(table: pa.Table, language: Language, **columns: tuple[str, Callable[[Any], str]]) -> pa.Table:
    """The table with more columns: of each, another column's value in words."""
    for name, (of, in_words) in columns.items():
        table = table.append_column(name, pa.array([in_words(value) for value in table[of].to_pylist()], pa.string()))
    return table


def worded(table: pa.Table, language: Language) -> pa.Table:
    """Goal, clock and state in the reader's words, as far as the table has them."""
    found = {"goal_said": ("goal_type", GOAL_TYPES), "clock_said": ("clock", CLOCKS), "status_said": ("goal_status", GOAL_STATUSES)}
    return _said(table, language, **{
        name: (column, lambda code, titles=titles: language.gettext(titles[code]))
        for name, (column, titles) in found.items() if column in table.column_names
    })


def by_severity(seen: Look) -> pa.Table:
    """One row per goal and severity."""
    return worded(levels.levels(seen.warehouse, levels.LevelsFilter(**seen.common), seen.viewer), words.language())


def chart(table: pa.Table) -> None:
    """The states of each goal by severity; a click keeps the list below to its cases."""
    language = words.language()
    bars = [
        Level(
            f"{row['goal_said']}, {row['severity'] or language.gettext(NO_GROUP).lower()}", (row["goal_type"], row["severity"] or "none"),
            {state: row[f"{state}_count"] for state in GOAL_STATUSES}, row["attainment_rate"],
        )
        for row in table.to_pylist()
    ]
    states = {state: language.gettext(title) for state, title in GOAL_STATUSES.items()}
    draw_chart(charts_levels.levels(bars, states, {"state": st.session_state.get("state")}, language, theme.palette()), "levels_chart",
               ("goal", "severity", "state"), "cases", charts_levels.levels_alt(bars, states, language))


def draw_chart(figure: Any, key: str, addressed: tuple[str, ...], view: str, alt: str) -> None:
    """A chart of levels; a click writes its codes under the names `addressed` into the address and opens `view`."""
    # After each click it is another widget: the piece that was clicked last can be clicked again.
    own = f"{key}_{st.session_state.get(_ROUND, 0)}"

    def follow() -> None:
        points = st.session_state[own]["selection"]["points"]
        codes = points[0].get("customdata") if points else None
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        if codes:
            for name, code in zip(addressed, codes, strict=True):
                st.session_state[name] = code or None
                url.keep(name)
            st.session_state["view"] = view
            url.keep("view", next(iter(VIEWS)))

    with st.container(key=key):
        st.plotly_chart(figure, key=own, on_select=follow, selection_mode="points", theme=None, config={"displayModeBar": False}, alt=alt)


def choose(label: str, options: Mapping[str, str], key: str) -> str | None:
    """A control with codes and their words, empty for all; the address keeps the code."""
    language = words.language()
    url.seed(key, options)
    chosen: str | None = st.selectbox(
        language.gettext(label), list(options), index=None, key=key, on_change=url.keep, args=(key,), width=170, persist_state="page",
        placeholder=language.gettext(N_("Any")), format_func=lambda code: language.gettext(options[code]),
    )
    return chosen


def choose_group(seen: Look) -> tuple[str, str] | None:
    """The group that a row of the groups led to, with a button that lets go of it; None for all cases."""
    language = words.language()
    by, value = st.query_params.get("by", "category"), st.query_params.get("group")
    if value is None or by not in DIMENSIONS:
        return None
    rows = levels.levels_by(seen.warehouse, levels.LevelsByFilter(**seen.common, dimension=by), seen.viewer).to_pylist()
    names = {row["dimension_value"]: row["dimension_name"] for row in rows}
    said = f"{language.gettext(DIMENSIONS[by])}: {names.get(value) or value or language.gettext(NO_GROUP)}"
    st.button(words.plain(said), icon=":material/close:", key="group_let_go", on_click=_let_go_of_group, type="tertiary",
              help=language.gettext(N_("Show the cases of all groups")))
    return by, value


def _let_go_of_group() -> None:
    st.query_params.pop("group", None)


def keep_to(row: Mapping[str, Any]) -> None:
    """Keep the page to a row of the groups and open the list of its cases."""
    st.query_params["group"] = row["dimension_value"]
    tables.let_go()
    st.session_state[_ARRIVING] = {"view": "cases", "goal": row["goal_type"]}
    st.rerun()


def arrive() -> None:
    """Take over what a row chosen on the page's last run asked for; a widget's value is only changed before it is drawn."""
    for key, value in st.session_state.pop(_ARRIVING, {}).items():
        st.session_state[key] = value
        url.keep(key, next(iter(VIEWS)))


def narrowed() -> dict[str, str | None]:
    """What the list of cases is kept to, drawn as controls: fields of the filter."""
    return {
        "goal_type": choose(N_("Goal"), GOAL_TYPES, "goal"),
        "goal_status": choose(N_("State"), GOAL_STATUSES, "state"),
        "severity": choose(N_("Severity"), SEVERITIES, "severity"),
    }


def kept_words(kept: Mapping[str, str | None], language: Language) -> list[str]:
    """The same for a file's caption."""
    goal, state, severity = kept["goal_type"], kept["goal_status"], kept["severity"]
    return [
        *([language.gettext(GOAL_TYPES[goal])] if goal else []),
        *([language.gettext(GOAL_STATUSES[state])] if state else []),
        *severity_words(severity, language),
    ]


def severity_words(severity: str | None, language: Language) -> list[str]:
    """A chosen severity for a file's caption; none for all."""
    return [f"{language.gettext(N_('Severity'))}: {language.gettext(SEVERITIES[severity])}"] if severity else []


def cases(seen: Look, kept: Mapping[str, str | None], group: tuple[str, str] | None) -> Shown:
    """One page of the cases behind the levels, the furthest past its goal first."""
    language = words.language()
    dimension, value = group or ("category", None)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = levels.LevelCasesFilter(
            **seen.common, goal_type=kept["goal_type"], goal_status=kept["goal_status"], severity=kept["severity"],
            dimension=dimension, dimension_value=value, row_limit=limit, row_offset=offset)
        return worded(levels.cases(seen.warehouse, wanted, seen.viewer), language)

    return Shown(tables.paged(fetch, "page"), CASE_COLUMNS, language.gettext(N_("Cases and their goals")),
                 N_("No case of this period matches. Choose another goal, state or period."))


def choose_dimension() -> str:
    """By what the groups are; the address keeps it."""
    language = words.language()
    url.seed("by", DIMENSIONS, "category")
    chosen: str = st.selectbox(
        language.gettext(N_("Group by")), list(DIMENSIONS), key="by", on_change=_regroup, width=200,
        format_func=lambda code: language.gettext(DIMENSIONS[code]), persist_state="page",
    )
    return chosen


def _regroup() -> None:
    # A group of the dimension before is none of this one.
    _let_go_of_group()
    url.keep("by", "category")


def times(by_severity: pa.Table) -> Shown:
    """How long it took, by goal and severity."""
    label = words.language().gettext(N_("Minutes taken by goal and severity"))
    return Shown(tables.whole(by_severity), TIME_COLUMNS, label, N_("No case was opened in this period. Choose another one."))


def groups(seen: Look, by: str) -> Shown:
    """Every group with the states of its goals."""
    language = words.language()
    translate = language.gettext
    table = worded(levels.levels_by(seen.warehouse, levels.LevelsByFilter(**seen.common, dimension=by), seen.viewer), language)
    table = _said(table, language, name_said=("dimension_name", lambda name: name or translate(NO_GROUP)))
    columns = (Column("name_said", DIMENSIONS[by], width="medium"), *GROUP_COUNTS)
    label = translate(N_("Service levels by group: {dimension}")).format(dimension=translate(DIMENSIONS[by]))
    return Shown(tables.slices(table), columns, label, N_("No case was opened in this period. Choose another one."))
