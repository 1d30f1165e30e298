"""How much is escalated: the case rate month by month, who escalates what, what was opened again, how soon; and the rows behind each.

One section of the escalations page. Its choices stand in the address under names that begin with `rate`; what a click on a
month or a bar chooses can be chosen beside the chart too. The month narrows everything below the line; the group, the list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.escalations import rates
from clearaccounts.escalations.rates import CaseRateFilter
from clearaccounts.text import N_, Language
from clearaccounts.ui import charts_rates, controls, escalation_rate_lists, messages, tables, theme, url, words
from clearaccounts.ui.escalation_rate_lists import Seen
from clearaccounts.warehouse import Warehouse

PERIOD, RATE, MONTH, VIEW, BY, GROUP = "rate_period", "rate", "rate_month", "rate_view", "rate_by", "rate_group"


def draw(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, caption: str) -> None:
    """The section, for the periods that end with the chosen day; `caption` says the page's filter in words."""
    language = words.language()
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(translate(N_("Case rate: requests to Microsoft")), anchor=False, width="content")
        period = url.segments(translate(N_("Period")), {code: translate(title) for code, title in rates.PERIODS.items()}, PERIOD)
        rate = url.segments(translate(N_("Rate")), {code: translate(title) for code, (title, _) in rates.RATES.items()}, RATE)
        beside = st.container(width="content")
    whole = rates.period(period, chosen.as_of_on)
    months = rates.months(warehouse, whole, viewer)
    if not any(months["request_count"].to_pylist()) and not any(months["case_count"].to_pylist()):
        messages.empty(translate(N_(
            "No case and no request was opened in these months. Choose a later day or a longer period, or import support cases.")))
        return
    with beside:
        month = _month(months["month_on"].to_pylist(), language)
    spans = {charts_rates.month_code(row["month_on"]): CaseRateFilter(row["from_on"], row["to_on"]) for row in months.to_pylist()}
    seen = Seen(warehouse, viewer, spans.get(month or "", whole), caption)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _trend(months, rate, month, language)
    with right:
        _figures(seen, language)
    _groups(seen, language)


def _month(months: Sequence[date], language: Language) -> str | None:
    """The month that everything is narrowed to, as `2026-05`; None is the whole period."""
    codes = [charts_rates.month_code(month) for month in months]
    url.seed(MONTH, ["", *codes], "")
    chosen: str = st.selectbox(
        language.gettext(N_("Month")), ["", *reversed(codes)], key=MONTH, on_change=url.keep, args=(MONTH,), label_visibility="collapsed",
        format_func=lambda code: f"{code[5:]}/{code[:4]}" if code else language.gettext(N_("All months")), width=150,
    )
    return chosen or None


def _clicked(chart: str) -> str | None:
    """The code of the mark that was clicked on the chart of that key, None if none was."""
    points: list[dict[str, Any]] = st.session_state[chart]["selection"]["points"]
    found = points[0].get("customdata") if points else None
    return (found[0] if found else None) if isinstance(found, list) else found


def _follow(chart: str, key: str) -> None:
    """A click on a mark chooses it; on the chosen one, lets go of it."""
    code = _clicked(chart)
    if code is not None:
        st.session_state[key] = "" if st.session_state.get(key) == code else code
        url.keep(key)


def _key(chart: str, chosen: str | None) -> str:
    """The chart's name with what is chosen: a click on the mark that it still holds as selected would tell nothing."""
    return f"{chart}_{hashlib.sha256((chosen or '').encode()).hexdigest()[:8]}"


def _trend(months: pa.Table, rate: str, month: str | None, language: Language) -> None:
    title, formula = (language.gettext(text) for text in rates.RATES[rate])
    key = _key("rate_months", month)
    days, values = months["month_on"].to_pylist(), months[rate].to_pylist()
    st.plotly_chart(
        charts_rates.months(days, values, language, theme.palette(), month), key=key,
        on_select=lambda: _follow(key, MONTH), selection_mode="points", theme=None,
        config={"displayModeBar": False}, alt=charts_rates.months_alt(title, days, values, language),
    )
    said = language.gettext(N_("The newest month up to the chosen day; a month without cases or customers is a gap."))
    st.caption(words.plain(f"{formula} {said}"))


def _figures(seen: Seen, language: Language) -> None:
    """The rates of the span, what was opened again and how soon it was escalated, each with its formula and its numbers."""
    translate = language.gettext
    row = rates.case_rate(seen.warehouse, seen.span, seen.viewer).to_pylist()[0]
    st.text(seen.days)
    shares = rates.SharesFilter(seen.span.from_on, seen.span.to_on)
    again = _only(rates.reopened(seen.warehouse, shares, seen.viewer))
    soon = _only(rates.time_to_escalate(seen.warehouse, shares, seen.viewer))
    counts = {name: language.number(value) for name, value in row.items() if name.endswith("_count")}
    lines = [
        (translate(N_("Requests per 100 cases")), language.number(row["requests_per_100_cases"], 1),
         translate(N_("{request_count} requests / {case_count} cases × 100")).format(**counts)),
        (translate(N_("Requests per 100 customers")), language.number(row["requests_per_100_customers"], 1),
         translate(N_("{request_count} requests / {customer_count} customers × 100")).format(**counts)),
        (translate(N_("Reopened")), language.percent(again.get("reopened_rate"), 1),
         translate(N_("{reopened} opened again / {finished} cases resolved or closed")).format(
             reopened=language.number(again.get("reopened_case_count", 0)), finished=language.number(again.get("finished_case_count", 0)))),
        (translate(N_("Time to escalate")), escalation_rate_lists.hours(soon.get("minutes_p50"), language),
         translate(N_("median of {count} cases, from opening to the first escalation; nine in ten within {p90}")).format(
             count=language.number(soon.get("case_count", 0)), p90=escalation_rate_lists.hours(soon.get("minutes_p90"), language) or "–")),
    ]
    for name, value, formula in lines:
        st.text(f"{name}: {value or '–'}")
        st.caption(words.plain(formula))


def _only(table: pa.Table) -> Mapping[str, Any]:
    """The one row of a result, nothing if it has none."""
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows[0] if rows else {}


def _groups(seen: Seen, language: Language) -> None:
    """A figure by group as bars and as a table, and the requests or cases behind the chosen group."""
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = url.segments(
            translate(N_("Figure")), {code: translate(one.title) for code, one in escalation_rate_lists.VIEWS.items()}, VIEW)
        if view == "kinds":
            by, place = None, None
        else:
            url.seed(BY, rates.DIMENSIONS, "category")
            by = st.selectbox(
                translate(N_("Group by")), list(rates.DIMENSIONS), key=BY, on_change=_choose_dimension, label_visibility="collapsed",
                format_func=lambda code: translate(rates.DIMENSIONS[code]), width=170,
            )
            place = st.container(width="content")
        actions = st.container(horizontal=True, horizontal_alignment="right")
    if by is None or place is None:
        escalation_rate_lists.kinds(seen, language)
        group = None
    else:
        found = escalation_rate_lists.grouped(seen, view, by)
        bars = escalation_rate_lists.bars(found, view, by, language)
        with place:
            group = _group(escalation_rate_lists.options(found, by, language), language)
        _bars(bars, found, view, by, group)
    escalation_rate_lists.listed(seen, view, by, group, actions)


def _choose_dimension() -> None:
    """Another grouping has other groups: none of them is chosen."""
    st.session_state.pop(GROUP, None)
    st.query_params.pop(GROUP, None)
    url.keep(BY, "category")


def _group(names: Mapping[str, str], language: Language) -> str | None:
    """The group (code -> name) that the list is narrowed to, by its code; None is all of them."""
    url.seed(GROUP, ["", *names], "")
    chosen: str = st.selectbox(
        language.gettext(N_("Group")), ["", *names], key=GROUP, on_change=url.keep, args=(GROUP,), label_visibility="collapsed", width=240,
        format_func=lambda code: names[code] if code else language.gettext(N_("All groups")),
    )
    return chosen or None


def _bars(bars: Sequence[charts_rates.Bar], found: pa.Table, view: str, by: str, group: str | None) -> None:
    """The largest groups as bars, all of them as a table beside; nothing if there are none."""
    if not bars:
        return
    language = words.language()
    key = _key("rate_groups", group)
    shown = bars[:escalation_rate_lists.MOST_BARS]
    title = language.gettext(escalation_rate_lists.VIEWS[view].bars)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.plotly_chart(
            charts_rates.groups(shown, theme.palette(), group), key=key, on_select=lambda: _follow(key, GROUP),
            selection_mode="points", theme=None, config={"displayModeBar": False}, alt=charts_rates.groups_alt(title, shown, language),
        )
    with right:
        tables.show(found, escalation_rate_lists.columns(view, by), key=f"rate_groups_{view}", alt=title, visible_rows=8)
        st.caption(words.plain(language.gettext(escalation_rate_lists.VIEWS[view].formula)))
