"""Support cases: what is open, of which kind, for how long."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import cases_view, connection, controls, guard, messages, registry, tables, words

viewer = guard.require(Permission.VIEW_CASES)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.CASES.filters, viewer)

backlog = cases_view.backlog(warehouse, chosen, viewer)
if backlog.num_rows == 0:
    messages.empty(_("No case was open at the end of this day. Choose another day, or import support cases."))
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    category = st.selectbox(
        _("Category"), ["", *backlog["case_category"].to_pylist()], key="category", bind="query-params", width=260,
        format_func=lambda name: name or _("All categories"),
    )
    severity = st.segmented_control(_("Severity"), ["A", "B", "C"], key="severity", bind="query-params")

left, right = st.columns([2, 3], gap="large")
with left:
    st.subheader(_("Open cases by category"), anchor=False)
    cases_view.chart(backlog, category or None)
with right:
    st.subheader(_("Age of the backlog"), anchor=False)
    tables.show(backlog, cases_view.BACKLOG_COLUMNS, key="backlog", alt=_("Open cases and their age by category"))

found = cases_view.cases(warehouse, chosen, viewer, category or None, severity)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.subheader(_("Open cases"), anchor=False, width="content")
    said = tables.captioned(_("Open cases"), caption, category, severity and f"{_('Severity')} {severity}")
    tables.download(found, cases_view.CASE_COLUMNS, caption=said, stem="cases")
if found.rows.num_rows == 0:
    messages.empty(_("No open case matches. Choose another category or severity."))
else:
    picked = tables.show(found.rows, cases_view.CASE_COLUMNS, key="cases", alt=_("Open cases"), selectable=True)
    tables.pager(found, "page")
    if picked:
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=picked["customer_id"]))
