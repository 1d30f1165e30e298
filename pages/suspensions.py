"""Suspensions: whom the policy flags, who marked and approved them, on which evidence."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import connection, controls, decision_forms, guard, messages, registry, suspensions_view, tables, url, words

viewer = guard.require(Permission.VIEW_FLAGS)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.SUSPENSIONS.filters, viewer)

decision_forms.draw()
with st.expander(_("The policy in words"), icon=":material/gavel:"):
    suspensions_view.policy_in_words(chosen.as_of_on)

lists = suspensions_view.lists(suspensions_view.rows(warehouse, chosen.as_of_on, viewer, chosen.currency))
with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    counted = {key: f"{_(title)} {language.number(lists[key].num_rows)}" for key, title in suspensions_view.LISTS.items()}
    name = url.segments(_("List"), counted, "list")
    actions = st.container(width="content")

page = tables.slices(lists[name])
if page.row_count == 0:
    messages.empty(_(suspensions_view.EMPTY[name]))
    st.stop()
columns = suspensions_view.columns(name, viewer)
with actions:
    tables.download(page, columns, caption=f"{_(suspensions_view.LISTS[name])}. {caption}", stem=f"suspensions-{name}")
row = tables.show(page.rows, columns, key=f"list_{name}", alt=_(suspensions_view.LISTS[name]), selectable=True, visible_rows=9)
tables.pager(page, "page")
if row is None:
    st.caption(_("Choose a row to see the evidence and to decide."))
else:
    is_today = chosen.as_of_on == warehouse.build.as_of_on
    suspensions_view.detail(warehouse, row, viewer, can_act=is_today)
    if not is_today:
        st.caption(_("You are looking at another day than that of the newest data; decisions are made on the newest."))
