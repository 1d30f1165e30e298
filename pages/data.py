"""Data: files on their way in, what was imported, what was rejected and why, what the checks found, the profiles there are."""

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import connection, data_view, guard, import_flow, import_history, messages, profile_list, tables, url, words

viewer = guard.require(Permission.VIEW_DATA)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
build = warehouse.build
caption = _("Build {build} of {moment} UTC, as of {day}; newest import {newest} UTC.").format(
    build=build.build_id, moment=language.moment(build.built_at), day=language.day(build.as_of_on),
    newest=language.moment(build.newest_import_at),
)
may_import = viewer.may(Permission.IMPORT)
if may_import:
    profile_list.warn_of_broken()
if may_import and (import_history.undoing(viewer) or import_flow.draw(viewer)):
    # A step of an import has the page to itself; below it there is nothing to compare with yet.
    st.stop()
st.caption(words.plain(caption))

sections = {key: _(title) for key, title in data_view.SECTIONS.items() if may_import or key != "profiles"}
with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    name = url.segments(_("Show"), sections, "section")
    actions = st.container(width="content", horizontal=True)
if name == "imports" and may_import:
    with actions:
        import_history.undo_button(viewer)

listed: pa.Table
columns: tuple[tables.Column, ...]
if name == "imports":
    listed, columns, why_empty = import_history.imports(language), import_history.COLUMNS, _("Nothing was imported yet.")
elif name == "rejects":
    listed, columns, why_empty = data_view.rejects(language), data_view.REJECT_COLUMNS, _("Every row of every file was loaded.")
elif name == "sums":
    listed, columns, why_empty = data_view.sums(), data_view.SUM_COLUMNS, _("No file with amounts was imported yet.")
elif name == "profiles":
    listed, columns, why_empty = profile_list.table(language), profile_list.COLUMNS, ""
else:
    listed, columns, why_empty = data_view.checks(warehouse, viewer, language), data_view.CHECK_COLUMNS, _("This build has no checks.")

page = tables.slices(listed)
if page.row_count == 0:
    messages.empty(why_empty)
    st.stop()
with actions:
    as_of = _("As of {day}").format(day=f"{language.moment(build.newest_import_at)} UTC")
    tables.download(page, columns, caption=tables.captioned(_(data_view.SECTIONS[name]), as_of), stem=f"data-{name}")
picked = tables.show(
    page.rows, columns, key=f"data_{name}", alt=_(data_view.SECTIONS[name]), selectable=name in data_view.SELECTABLE,
    visible_rows=data_view.VISIBLE_ROWS[name],
)
tables.pager(page, "page")
if name == "imports":
    if picked is None:
        st.caption(_("Choose an import to see its sums and to download its rejected rows."))
    else:
        import_history.details(picked["sequence"], viewer)
elif name == "profiles":
    if picked is None:
        st.caption(_("Choose a profile of your own to download or delete it. Choose a file above to make one."))
    else:
        profile_list.actions(viewer, picked["name"])
elif name == "checks":
    if picked is None:
        st.caption(_("Choose a check to see what it found."))
    elif picked["offender_count"] == 0:
        messages.empty(_("This check found nothing."))
    else:
        tables.show(data_view.offenders(warehouse, viewer, picked["check_name"]), data_view.OFFENDER_COLUMNS, key="offenders",
                    alt=_("What the check found"))
