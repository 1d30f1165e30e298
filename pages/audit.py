"""Audit trail: who decided what, when and why, and that nothing of it was changed."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import audit_view, connection, guard, labels, messages, tables, url, words

viewer = guard.require(Permission.VIEW_AUDIT, Permission.VIEW_USERS_AUDIT)
language = words.language()
_ = language.gettext
store = connection.store()
sees_all = viewer.may(Permission.VIEW_AUDIT)
caption = _("Every decision, newest first; events are only ever added.") if sees_all else _("The part of the trail that is about people.")
st.caption(words.plain(caption))

with st.container(horizontal=True, vertical_alignment="bottom"):
    event_types = ["", *(audit_view.EVENT_TYPES if sees_all else audit_view.PEOPLES_EVENT_TYPES)]
    url.seed("event_type", event_types, "")
    event_type = st.selectbox(
        _("What"), event_types, key="event_type", on_change=url.keep, args=("event_type",), width=220,
        format_func=lambda name: labels.title(name, language) or _("Everything"),
    )
    customer_id = st.text_input(_("Customer id"), key="customer_id", bind="query-params", width=160) if sees_all else ""
    from_on = st.date_input(_("From"), value=None, key="from_on", bind="query-params", width=150, format="DD/MM/YYYY")
    until_on = st.date_input(_("Until"), value=None, key="until_on", bind="query-params", width=150, format="DD/MM/YYYY")
    st.button(_("Verify the trail"), on_click=audit_view.verify, icon=":material/verified:", key="verify")
    actions = st.container(width="content")

found = audit_view.findings()
if found is not None:
    if any(finding.is_failure for finding in found):
        st.error(words.plain(_("The trail is not whole; no decision is possible until somebody has looked.")), icon=":material/error:")
    else:
        st.success(words.plain(_("The trail is whole: every event follows from the one before, and the anchor agrees.")),
                   icon=":material/verified:")
    for finding in found:
        st.text(finding.in_language(language))

wanted = audit_view.wanted(event_type, customer_id, from_on, until_on)
page = audit_view.events(store, viewer, wanted)
if page.row_count == 0:
    messages.empty(
        _("No event matches. Marks, approvals, imports and refused attempts appear here as they happen.") if sees_all
        else _("No event matches. Attempts that a role did not allow appear here as they happen."))
else:
    with actions:
        said = tables.captioned(f"{_('Audit trail')}. {caption.rstrip('.')}", audit_view.in_words(page, wanted, from_on, until_on))
        tables.download(page, audit_view.COLUMNS, caption=said, stem="audit")
    tables.show(page.rows, audit_view.COLUMNS, key="events", alt=_("Audit trail"), visible_rows=16)
    tables.pager(page, "page")
