"""Audit trail: who decided what, when, why and on which evidence, and that nothing of it was changed."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import audit_view, event_view, event_words, guard, messages, tables, url, words

viewer = guard.require(Permission.VIEW_AUDIT, Permission.VIEW_USERS_AUDIT)
language = words.language()
_ = language.gettext
store = audit_view.trail(viewer)
sees_all = viewer.may(Permission.VIEW_AUDIT)
caption = _("Every decision, newest first; events are only ever added.") if sees_all else _("The part of the trail that is about people.")
st.caption(words.plain(caption))
names = audit_view.people(store, viewer)

with st.container(horizontal=True, vertical_alignment="bottom"):
    subjects = ["", *audit_view.subjects(viewer)]
    url.seed("subject_type", subjects, "")
    subject_type = st.selectbox(
        _("About"), subjects, key="subject_type", on_change=url.keep, args=("subject_type",), width=180,
        format_func=lambda name: event_words.subject(name, language) if name else _("Everything"),
    )
    kinds = ["", *audit_view.kinds(viewer, subject_type or "")]
    url.seed("event_type", kinds, "")
    kind = st.selectbox(
        _("What"), kinds, key="event_type", on_change=url.keep, args=("event_type",), width=220,
        format_func=lambda name: event_words.event(name.partition(".")[0], name.partition(".")[2], language) or _("Everything"),
    )
    people = ["", *names]
    url.seed("actor", people, "")
    actor = st.selectbox(
        _("Who"), people, key="actor", on_change=url.keep, args=("actor",), width=180,
        format_func=lambda user_id: names.get(user_id, _("Everybody")),
    )
    customer_id = st.text_input(_("Customer id"), key="customer_id", bind="query-params", width=130) if sees_all else ""
    subject_id = st.text_input(_("Which"), key="subject_id", bind="query-params", width=130) if sees_all else ""
    from_on = st.date_input(_("From"), value=None, key="from_on", bind="query-params", width=130, format="DD/MM/YYYY")
    until_on = st.date_input(_("Until"), value=None, key="until_on", bind="query-params", width=130, format="DD/MM/YYYY")

with st.container(horizontal=True, vertical_alignment="center"):
    st.button(_("Verify the trail"), on_click=audit_view.verify, icon=":material/verified:", key="verify")
    actions = st.container(horizontal=True, width="content")
    audit_view.state_line(store)

found = audit_view.findings()
if found is not None:
    if any(finding.is_failure for finding in found):
        st.error(words.plain(_("The trail is not whole; no decision is possible until somebody has looked.")), icon=":material/error:")
    else:
        st.success(words.plain(_("The trail is whole: every event follows from the one before, and the anchor agrees.")),
                   icon=":material/verified:")
    for finding in found:
        st.text(finding.in_language(language))

wanted = audit_view.wanted(subject_type or "", kind or "", actor or "", customer_id, subject_id, from_on, until_on)
page = audit_view.events(store, viewer, wanted)
if page.row_count == 0:
    messages.empty(
        _("No event matches. Marks, approvals, imports and refused attempts appear here as they happen.") if sees_all
        else _("No event matches. Invitations, roles, sign-ins, assignments and refused attempts appear here as they happen."))
else:
    with actions:
        said = tables.captioned(f"{_('Audit trail')}. {caption.rstrip('.')}", audit_view.in_words(page, wanted, names, from_on, until_on))
        tables.download(page, audit_view.FILE_COLUMNS, caption=said, stem="audit")
        if sees_all:
            audit_view.chain_file(store, viewer, wanted)
    if sees_all:
        st.caption(_("Choose an event to see all of it, with the evidence that the person saw."))
    chosen = tables.show(page.rows, audit_view.COLUMNS, key="events", alt=_("Audit trail"), selectable=sees_all, visible_rows=12)
    tables.pager(page, "page")
    if chosen is not None:
        event = audit_view.one(store, viewer, chosen["sequence"])
        if event is not None:
            event_view.draw(store, event)
