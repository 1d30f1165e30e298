"""Suspensions: whom the policy flags, who marked and approved them, what was exported, what came of it, who is to be given back."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import (
    api_forms,
    connection,
    controls,
    decision_forms,
    evidence_card,
    guard,
    messages,
    registry,
    report_forms,
    suspensions_view,
    tables,
    url,
    words,
)

viewer = guard.require(Permission.VIEW_FLAGS)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.SUSPENSIONS.filters, viewer)
is_today = chosen.as_of_on == warehouse.build.as_of_on

decision_forms.draw()
report_forms.draw()
api_forms.draw()
lists = suspensions_view.lists(suspensions_view.rows(warehouse, chosen.as_of_on, viewer, chosen.currency))
counted = {key: f"{_(short)} {language.number(lists[key].num_rows)}" for key, (short, _whole) in suspensions_view.LISTS.items()}
name = url.segments(_("List"), counted, "list")
title = _(suspensions_view.LISTS[name][1])
page = tables.slices(lists[name])
columns = suspensions_view.columns(name, viewer)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="list_head"):
    approvals = suspensions_view.approvals_in_words(warehouse, viewer) if name == "marked" else ""
    st.caption(f"{title}. {approvals}" if approvals else title)
    with st.container(width="content", horizontal=True, vertical_alignment="center"):
        st.page_link(registry.POLICY.path, label=_("The policy in words"), icon=":material/gavel:",
                     query_params=controls.link(registry.POLICY))
        if is_today and viewer.may(Permission.EXPORT) and name in ("confirm", "stop", "suspended", "reinstate") and page.row_count:
            report_forms.by_file(suspensions_view.marks_of(lists[name]))
        if page.row_count:
            tables.download(page, columns, caption=f"{title}. {caption}", stem=f"suspensions-{name}")

if page.row_count == 0:
    messages.empty(_(suspensions_view.EMPTY[name]))
    st.stop()
rows = tables.choose(page.rows, columns, key=f"list_{name}", alt=title, several=name == "flagged", visible_rows=5)
tables.pager(page, "page")
if not rows:
    st.caption(_("Choose a row to see the evidence and to decide."))
elif len(rows) > 1:
    suspensions_view.several(warehouse, rows, viewer)
else:
    subject = evidence_card.Subject(warehouse, rows[0], viewer)
    evidence_card.draw(subject, can_act=is_today)
    if not is_today:
        st.caption(_("You are looking at another day than that of the newest data; decisions are made on the newest."))
