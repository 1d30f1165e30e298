"""Support cases: what is open, of which kind, for how long; how the backlog came about; one case and what happened to it."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import (
    backlog_view,
    case_filters,
    case_view,
    cases_view,
    connection,
    controls,
    guard,
    messages,
    registry,
    tables,
    url,
    words,
)

viewer = guard.require(Permission.VIEW_CASES)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.CASES.filters, viewer)

if (case_id := case_view.asked()) is not None:
    case_view.way_back()
    case_view.draw(warehouse, case_id, chosen, viewer)
    st.stop()

cases_view.arrive()
seen = case_filters.look(warehouse, chosen, viewer)

groups, ages, time = st.columns([4, 3, 5], gap="medium")
with groups:
    st.subheader(_("Open cases"), anchor=False)
    choices = st.container(horizontal=True, vertical_alignment="bottom")
    with choices:
        by = cases_view.choose_dimension()
    cases_view.groups(seen, by, choices)
with ages:
    st.subheader(_("By age"), anchor=False)
    cases_view.ages(seen)
with time:
    st.subheader(_("Backlog over time"), anchor=False, help=_(backlog_view.CHART_SAID))
    through = backlog_view.chart(seen)

with st.container(horizontal=True, vertical_alignment="bottom"):
    view = url.segments(_("Show"), {key: _(title) for key, title in cases_view.VIEWS.items()}, "view")
    flow = backlog_view.step_controls(through, language) if view == "time" else "open"
    case_filters.badges(seen, language)
    actions = st.container(horizontal=True, horizontal_alignment="right")

match view:
    case "groups":
        shown, said = cases_view.grouped(seen, by), case_filters.said(seen, language, without=by)
    case "time":
        shown = backlog_view.listed(seen, through, flow)
        said = [*backlog_view.step_words(through, language), *case_filters.said(seen, language, at_any_instant=True)]
    case "services":
        shown, said = cases_view.by_service(seen), case_filters.said(seen, language)
    case _:
        shown, said = cases_view.open_cases(seen, seen.at, case_filters.fields(seen.narrowed)), case_filters.said(seen, language)

if shown.found.rows.num_rows == 0:
    messages.empty(_(shown.why_empty))
else:
    picked = tables.show(shown.found.rows, shown.columns, key=f"table_{view}", alt=shown.label, selectable=True)
    tables.pager(shown.found, "page")
    if view == "services":
        st.caption(words.plain(_(cases_view.SERVICES_SAID)))
    if view == "time" and case_filters.lasting(seen.narrowed) != case_filters.fields(seen.narrowed):
        st.caption(words.plain(_(backlog_view.NOT_NARROWED_SAID)))
    with actions:
        tables.download(shown.found, shown.columns, caption=tables.captioned(shown.label, caption, *said), stem=f"cases-{view}")
    if picked and "case_id" in picked:
        case_view.follow(picked["case_id"], registry.CASES)
    elif picked and view == "time":
        backlog_view.look_at(picked)
    elif picked:
        cases_view.keep_to(view, by, picked)
