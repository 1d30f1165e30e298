"""Service levels: what runs out today, first responses and resolutions against what was agreed, Microsoft's own targets."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.support.levels import DIMENSIONS
from clearaccounts.ui import (
    case_view,
    connection,
    controls,
    due_view,
    guard,
    levels_view,
    messages,
    registry,
    response_levels_view,
    tables,
    url,
    words,
)

viewer = guard.require(Permission.VIEW_CASES)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.LEVELS.filters, viewer)

levels_view.arrive()
seen = levels_view.look(warehouse, chosen, viewer)
said = [levels_view.period_words(seen, language)]

soon, goals = st.columns([6, 5], gap="large")
with soon:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(_("Runs out next"), anchor=False, width="content", help=_(due_view.BREACHING_SAID))
        horizon = due_view.choose_horizon()
    due = due_view.breaching(seen, horizon)
    st.caption(words.plain(due.label))
    if due.found.rows.num_rows == 0:
        messages.empty(_(due.why_empty))
        picked = None
    else:
        picked = tables.show(due.found.rows, due.columns, key="due", alt=due.label, selectable=True, visible_rows=7)
        tables.pager(due.found, "due_page")
with goals:
    st.subheader(_("Goals by severity"), anchor=False, help=_(levels_view.GOALS_SAID))
    st.caption(words.plain(said[0]))
    by_severity = levels_view.by_severity(seen)
    if by_severity.num_rows == 0:
        messages.empty(_("No case was opened in this period. Choose another one."))
    else:
        levels_view.chart(by_severity)
if picked:
    case_view.follow(picked["case_id"], registry.LEVELS)

with st.container(horizontal=True, vertical_alignment="bottom"):
    view = url.segments(_("Show"), {key: _(title) for key, title in levels_view.VIEWS.items()}, "view")
    filters = st.container(horizontal=True, vertical_alignment="bottom", width="content")
    actions = st.container(horizontal=True, horizontal_alignment="right")

if view == "microsoft":
    st.caption(words.plain(_(response_levels_view.SAID)))
    response_levels_view.chart(seen)
with filters:
    if view == "microsoft":
        shown, kept = response_levels_view.requests(seen)
    elif view == "groups":
        shown, kept = levels_view.groups(seen, levels_view.choose_dimension()), []
    elif view == "times":
        shown, kept = levels_view.times(by_severity), []
    else:
        narrowed = levels_view.narrowed()
        group = levels_view.choose_group(seen)
        shown = levels_view.cases(seen, narrowed, group)
        kept = [*levels_view.kept_words(narrowed, language), *([f"{_(DIMENSIONS[group[0]])} {group[1]}"] if group else [])]

if shown.found.rows.num_rows == 0:
    messages.empty(_(shown.why_empty))
else:
    picked = tables.show(shown.found.rows, shown.columns, key=f"table_{view}", alt=shown.label, selectable=view != "times")
    tables.pager(shown.found, "page")
    with actions:
        tables.download(shown.found, shown.columns, caption=tables.captioned(shown.label, caption, *said, *kept), stem=f"levels-{view}")
    if picked and picked.get("case_id"):
        case_view.follow(picked["case_id"], registry.LEVELS)
    elif picked and view == "groups":
        levels_view.keep_to(picked)
