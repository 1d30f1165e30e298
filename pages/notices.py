"""Notices: who is due which one, exactly what is sent, and what was sent."""

import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.collections.notices import TYPES
from clearaccounts.ui import connection, controls, guard, labels, messages, notice_forms, notice_view, registry, tables, url, words

viewer = guard.require(Permission.SEND_NOTICE)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
chosen = controls.chosen()
caption = chosen.in_words(language, registry.NOTICES.filters, viewer)
is_today = chosen.as_of_on == warehouse.build.as_of_on

notice_forms.draw()
notice_view.policy_note(warehouse, chosen.as_of_on)
due = notice_view.due(warehouse, chosen.as_of_on, viewer, chosen.currency)
unanswered = notice_view.unanswered(warehouse, viewer, chosen.currency)
counts = {"due": due.num_rows, "open": unanswered.num_rows}
with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    titles = {
        key: f"{_(title)} {language.number(counts[key])}" if key in counts else _(title) for key, title in notice_view.LISTS.items()
    }
    with st.container(horizontal=True, width="content"):
        name = url.segments(_("List"), titles, "list")
        types = {"all": _("Every notice")} | {code: labels.notice(code, language) for code in TYPES}
        kind = url.segments(_("Notice"), types, "notice_type")
    actions = st.container(width="content")

wanted = None if kind == "all" else kind
if name == "due":
    page = tables.slices(notice_view.narrowed(due, wanted))
elif name == "open":
    page = tables.slices(notice_view.narrowed(unanswered, wanted))
else:
    page = notice_view.listed(warehouse, viewer, chosen.currency, wanted)
if page.row_count == 0:
    messages.empty(_(notice_view.EMPTY[name]))
    st.stop()
columns = notice_view.columns(viewer) if name == "due" else notice_view.sent_columns()
with actions:
    said = tables.captioned(_(notice_view.LISTS[name]), caption, types[kind] if wanted else None)
    tables.download(page, columns, caption=said, stem=f"notices-{name}")
picked = tables.choose(
    page.rows, columns, key=f"notices_{name}", alt=_(notice_view.LISTS[name]), several=name == "due", visible_rows=9)
tables.pager(page, "page")
if not picked:
    st.caption(_("Choose one or several to read them and to send them.") if name == "due" else _("Choose one to read it."))
elif name != "due":
    notice_view.on_record(picked[0], viewer)
elif is_today:
    notice_view.desk(warehouse, picked, viewer)
else:
    st.caption(_("You are looking at another day than that of the newest data; notices are sent on the newest."))
