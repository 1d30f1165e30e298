"""Data: what was imported, what was rejected and why, what the checks found."""

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Permission
from clearaccounts.ui import connection, data_view, guard, messages, tables, url, words

viewer = guard.require(Permission.VIEW_DATA)
language = words.language()
_ = language.gettext
warehouse = connection.warehouse()
build = warehouse.build
caption = _("Build {build} of {moment} UTC, as of {day}; newest import {newest} UTC.").format(
    build=build.build_id, moment=language.moment(build.built_at), day=language.day(build.as_of_on),
    newest=language.moment(build.newest_import_at),
)
st.caption(words.plain(caption))

if viewer.may(Permission.IMPORT):
    with st.expander(_("Import files"), icon=":material/upload_file:"):
        data_view.upload(viewer)

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    name = url.segments(_("Show"), {key: _(title) for key, title in data_view.SECTIONS.items()}, "section")
    actions = st.container(width="content")

listed: pa.Table
columns: tuple[tables.Column, ...]
if name == "imports":
    listed, columns, why_empty = data_view.imports(), data_view.IMPORT_COLUMNS, _("Nothing was imported yet. Import a file above.")
elif name == "rejects":
    listed, columns, why_empty = data_view.rejects(language), data_view.REJECT_COLUMNS, _("Every row of every file was loaded.")
elif name == "sums":
    listed, columns, why_empty = data_view.sums(), data_view.SUM_COLUMNS, _("No file with amounts was imported yet.")
else:
    listed, columns, why_empty = data_view.checks(warehouse, viewer, language), data_view.CHECK_COLUMNS, _("This build has no checks.")

page = tables.slices(listed)
if page.row_count == 0:
    messages.empty(why_empty)
    st.stop()
with actions:
    tables.download(page, columns, caption=f"{_(data_view.SECTIONS[name])}. {caption}", stem=f"data-{name}")
picked = tables.show(page.rows, columns, key=f"data_{name}", alt=_(data_view.SECTIONS[name]), selectable=name == "checks")
tables.pager(page, "page")
if name == "checks":
    if picked is None:
        st.caption(_("Choose a check to see what it found."))
    elif picked["offender_count"] == 0:
        messages.empty(_("This check found nothing."))
    else:
        tables.show(data_view.offenders(warehouse, viewer, picked["check_name"]), data_view.OFFENDER_COLUMNS, key="offenders",
                    alt=_("What the check found"))
