"""The parts of the cases page: the backlog by group and by age, the list of open cases, the groups, what services ask for.

The backlog through time is in `backlog_view`, one case in `case_view`, what narrows them all in `case_filters`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clearaccounts.support import groups as support
from clearaccounts.support.groups import DIMENSION_TITLES
from clearaccounts.text import N_
from clearaccounts.ui import case_filters, charts_support, tables, theme, url, words
from clearaccounts.ui.ageing_view import Shown, clicked
from clearaccounts.ui.case_filters import Look
from clearaccounts.ui.charts_support import Bar
from clearaccounts.ui.tables import Column

VIEWS = {
    "cases": N_("Open cases"), "groups": N_("By group"), "time": N_("Over time"), "services": N_("By online service"),
}
SHOWN_GROUPS = 10
_ALL = "\x00all"  # no value of the data looks like this
_ROUND = "_cases_round"
_ARRIVING = "_cases_arriving"
CASE_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("title", N_("Case"), width="medium"),
    Column("severity", N_("Severity"), width=70),
    Column("case_status", N_("Status"), "label"),
    Column("age_days", N_("Age, days"), "figure", 80),
    Column("case_category", N_("Category")),
    Column("case_subcategory", N_("Subcategory")),
    Column("support_type", N_("Support type"), "label"),
    Column("online_service", N_("Online service")),
    Column("assignee", N_("Assignee")),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("product_name", N_("Product")),
    Column("case_id", N_("Case id")),
)
_COUNT_COLUMNS = (
    Column("case_count", N_("Open"), "number"),
    Column("unresolved_count", N_("Unresolved"), "number"),
    Column("waiting_count", N_("Waiting on customer"), "number"),
    Column("escalated_count", N_("Escalated"), "number"),
    Column("age_days_p50", N_("Median age, days"), "figure"),
    Column("age_days_p90", N_("90 % younger than, days"), "figure"),
    Column("age_days_max", N_("Oldest, days"), "figure"),
)
SERVICE_COLUMNS = (
    Column("service_said", N_("Online service"), width="medium"),
    Column("support_type", N_("Support type"), "label", width="medium", missing=case_filters.NOT_GIVEN),
    Column("asked_said", N_("The service asks for it")),
    Column("case_count", N_("Open"), "number"),
    Column("unresolved_count", N_("Unresolved"), "number"),
)
UNKNOWN_PRODUCT = N_("Product of no known service")
NO_PRODUCT = N_("No product given")
ASKED = {True: N_("yes"), False: N_("no: filed wrongly?"), None: N_("not known")}
SERVICES_SAID = N_(
    "Which support types an online service asks for stands in the rules of support. Cases of another type, or of a product that belongs to "
    "no known service, may have been filed wrongly.")


def choose_dimension() -> str:
    """By what the cases are grouped; the address keeps it."""
    language = words.language()
    url.seed("by", support.DIMENSIONS, "category")
    chosen: str = st.selectbox(
        language.gettext(N_("Group by")), list(support.DIMENSIONS), key="by", on_change=url.keep, args=("by", "category"),
        format_func=lambda code: language.gettext(DIMENSION_TITLES[code]), persist_state="page",
    )
    return chosen


def groups(seen: Look, by: str, choices: DeltaGenerator) -> None:
    """Bars of the largest groups, and in `choices` the same as a control; a click narrows the page to its group."""
    language = words.language()
    wanted = support.GroupsFilter(seen.at, by, **case_filters.fields(seen.narrowed, without=by))
    rows = support.groups(seen.warehouse, wanted, seen.viewer).to_pylist()
    names = dict(seen.called) | {row["dimension_value"]: row["dimension_name"] for row in rows if row["dimension_value"]}
    bars = [
        Bar(case_filters.value_words(by, row["dimension_value"], language, names), row["case_count"], row["dimension_value"] or "")
        for row in rows
    ]
    own = seen.narrowed.get(by)
    options = {bar.code: bar.label for bar in bars}
    if own is not None:
        options.setdefault(own, case_filters.value_words(by, own, language, names))
    with choices:
        _choose(by, language.gettext(DIMENSION_TITLES[by]), options)
    shown = bars[:SHOWN_GROUPS]
    _chart(
        charts_support.groups(shown, own, language, theme.palette()), by,
        charts_support.bars_alt(language.gettext(N_("Open cases")), shown, language))
    if len(bars) > len(shown):
        more = language.ngettext("{count} smaller group stands under By group.", "{count} smaller groups stand under By group.",
                                 len(bars) - len(shown))
        st.caption(words.plain(more.format(count=language.number(len(bars) - len(shown)))))


def ages(seen: Look) -> None:
    """Bars of the age buckets, and beside them the same choice as a control; a click narrows the page to its bucket."""
    language = words.language()
    wanted = support.AgesFilter(seen.at, **case_filters.fields(seen.narrowed, without=case_filters.AGE))
    counts = {row["age_bucket"]: row["case_count"] for row in support.ages(seen.warehouse, wanted, seen.viewer).to_pylist()}
    bars = charts_support.age_bars(counts, language)
    _choose(case_filters.AGE, language.gettext(N_("Age")), {bar.code: bar.label for bar in bars})
    _chart(
        charts_support.ages(bars, seen.narrowed.get(case_filters.AGE), language, theme.palette()), case_filters.AGE,
        charts_support.bars_alt(language.gettext(N_("Open cases by age")), bars, language))


def _choose(dimension: str, title: str, options: Mapping[str, str]) -> None:
    """A control with the groups of a dimension, codes and what they are called."""
    key = f"narrow_{dimension}"
    st.session_state[key] = case_filters.chosen().get(dimension, _ALL)
    said = {_ALL: words.language().gettext(N_("Any")), **options}
    st.selectbox(title, list(said), key=key, on_change=_narrow, args=(dimension,), format_func=said.__getitem__)


def _narrow(dimension: str) -> None:
    value = st.session_state[f"narrow_{dimension}"]
    case_filters.keep(dimension, None if value == _ALL else value)


def _chart(figure: Any, dimension: str, alt: str) -> None:
    # After each click it is another widget: the bar that was clicked last can be clicked again.
    key = f"cases_{dimension}_{st.session_state.get(_ROUND, 0)}"

    def follow() -> None:
        code = clicked(key)
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        if code is not None:
            case_filters.toggle(dimension, code)

    with st.container(key=f"chart_{dimension}"):
        st.plotly_chart(figure, key=key, on_select=follow, selection_mode="points", theme=None, config={"displayModeBar": False}, alt=alt)


def open_cases(seen: Look, at: datetime, narrowing: Mapping[str, Any]) -> Shown:
    """One page of the cases open at an instant, the most severe and oldest first."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        return support.open_cases(seen.warehouse, support.OpenCasesFilter(at, limit, offset, **narrowing), seen.viewer)

    return Shown(tables.paged(fetch, "page"), CASE_COLUMNS, words.language().gettext(N_("Open cases")),
                 N_("No open case matches. Choose another group or age, or a later day."))


def grouped(seen: Look, by: str) -> Shown:
    """One page of all groups, the largest first, with their ages."""
    language = words.language()

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = support.GroupsFilter(seen.at, by, limit, offset, **case_filters.fields(seen.narrowed, without=by))
        table = support.groups(seen.warehouse, wanted, seen.viewer)
        named = dict(zip(table["dimension_value"].to_pylist(), table["dimension_name"].to_pylist(), strict=True))
        said = [case_filters.value_words(by, value, language, named) for value in named]
        return table.set_column(table.column_names.index("dimension_name"), "dimension_name", pa.array(said, pa.string()))

    buckets = [
        Column(f"age_{bucket.replace('-', '_').rstrip('+')}_count", charts_support.age_words(bucket, language), "number", 84)
        for bucket in support.AGE_BUCKETS
    ]
    columns = (Column("dimension_name", DIMENSION_TITLES[by], width="medium"), *_COUNT_COLUMNS, *buckets)
    label = language.gettext(N_("Open cases by group: {dimension}")).format(dimension=language.gettext(DIMENSION_TITLES[by]))
    return Shown(tables.paged(fetch, "page"), columns, label, N_("No open case matches. Choose another group or age, or a later day."))


def by_service(seen: Look) -> Shown:
    """Every online service with the support types that it asks for or has cases of."""
    translate = words.language().gettext
    table = support.by_service(
        seen.warehouse, support.ServicesFilter(seen.at, **case_filters.fields(seen.narrowed)), seen.viewer)
    rows = table.to_pylist()
    services = [row["online_service"] or translate(UNKNOWN_PRODUCT if row["has_product"] else NO_PRODUCT) for row in rows]
    asked = [translate(ASKED[row["is_asked_for"]]) for row in rows]
    table = table.append_column("service_said", pa.array(services, pa.string())).append_column("asked_said", pa.array(asked, pa.string()))
    return Shown(tables.whole(table), SERVICE_COLUMNS, translate(N_("Open cases by online service and support type")),
                 N_("No online service is known. The rules of support name them."))


def keep_to(view: str, by: str, row: Mapping[str, Any]) -> None:
    """Narrow the page to a row of the groups, or of the services, and open the list of its cases."""
    if view == "groups":
        case_filters.keep(by, row["dimension_value"] or "")
    else:
        case_filters.keep("online_service", row["online_service"] or "")
        case_filters.keep("support_type", row["support_type"] or "")
    tables.let_go()
    st.session_state[_ARRIVING] = "cases"
    st.rerun()


def arrive() -> None:
    """Take over the view that a row chosen on the page's last run asked for; a widget's value is only changed before it is drawn."""
    view = st.session_state.pop(_ARRIVING, None)
    if view is not None:
        st.session_state["view"] = view
        url.keep("view", next(iter(VIEWS)))
