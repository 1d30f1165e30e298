"""Holds: everything that keeps a customer from being suspended, who follows it up, and when it ends."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import connection, controls, guard, hold_view, labels, registry, tables, url, words

viewer = guard.require(Permission.VIEW_FLAGS)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.HOLDS.filters, viewer)

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    name = url.segments(_("List"), {key: _(title) for key, title in hold_view.LISTS.items()}, "list")
    hold_type = hold_view.chosen_type({code: labels.title(code, language) for code in hold_view.HOLD_TYPES}) if name != "broken" else None
    actions = st.container(width="content")
page, columns = hold_view.listed(warehouse, chosen, viewer, name, hold_type)
if page.row_count == 0:
    hold_view.empty(name)
    st.stop()
title = _(hold_view.LISTS[name])
with actions:
    narrowed = labels.title(hold_type, language) if hold_type else None
    tables.download(page, columns, caption=tables.captioned(title, caption, narrowed), stem=f"holds-{name}")
picked = tables.show(page.rows, columns, key=f"holds_{name}", alt=title, selectable=True)
tables.pager(page, "page")
if picked:
    where = controls.link(registry.ACCOUNT, customer_id=picked["customer_id"], section="holds")
    st.switch_page(registry.ACCOUNT.path, query_params=where)
