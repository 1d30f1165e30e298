"""Every import that there was: who, when, what came of it; its sums, its rejected rows to mend; and the undo of the last one."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.importing import mending, publish, records, reports
from clearaccounts.importing.records import Landing
from clearaccounts.settings import DataFolder
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, guard, import_jobs, import_progress, import_view, import_work, labels, messages, tables, words
from clearaccounts.ui.import_work import Undone
from clearaccounts.ui.tables import Column

COLUMNS = (
    Column("file", N_("File"), width="medium"),
    Column("landed_at", N_("Imported, UTC"), "moment"),
    Column("imported_by", N_("By")),
    Column("profile", N_("Read as")),
    Column("row_count", N_("Rows"), "number"),
    Column("loaded_count", N_("Loaded"), "number"),
    Column("rejected_count", N_("Rejected"), "number"),
    Column("new_count", N_("New"), "number"),
    Column("changed_count", N_("Changed"), "number"),
    Column("unchanged_count", N_("Unchanged"), "number"),
    Column("closed_count", N_("Closed"), "number"),
    Column("state", N_("State")),
    Column("sha256", "SHA-256"),
)
_SCHEMA = pa.schema([
    ("sequence", pa.int64()), ("file", pa.string()), ("landed_at", pa.timestamp("us")), ("imported_by", pa.string()),
    ("profile", pa.string()),
    *((name, pa.int64()) for name in ("row_count", "loaded_count", "rejected_count", "new_count", "changed_count", "unchanged_count",
                                      "closed_count")),
    ("state", pa.string()), ("sha256", pa.string()),
])
_ASKED = "_undo_asked"


def imports(language: Language) -> pa.Table:
    """One row per landing, the newest first; those that were undone are told apart, and so are the undos."""
    translate = language.gettext
    every = records.everything(connection.folder())
    undone = {sequence for one in every for sequence in one.undoes}
    names, rows = connection.names(), []
    for one in reversed(every):
        is_file = bool(one.sha256)
        name = one.name if is_file else translate(N_("(undo)") if one.undoes else N_("(withdrawal)"))
        rows.append({
            "sequence": one.sequence, "file": name, "landed_at": one.landed_at.replace(tzinfo=None),
            "imported_by": names.get(one.imported_by, one.imported_by), "profile": one.profile, "sha256": one.sha256 or None,
            "row_count": one.rows if is_file else None, "loaded_count": one.loaded if is_file else None,
            "rejected_count": one.rejected if is_file else None, "new_count": one.new if is_file else None,
            "changed_count": one.changed if is_file else None, "unchanged_count": one.unchanged if is_file else None,
            "closed_count": sum(one.closed.values()) + sum(one.withdrawn.values()) if is_file or one.withdrawn else None,
            "state": translate(N_("undone")) if one.sequence in undone else "",
        })
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def details(sequence: int, viewer: Viewer) -> None:
    """The sums of one landing, and its rejected rows as a file to mend."""
    language = words.language()
    translate = language.gettext
    folder = connection.folder()
    one = next((each for each in records.everything(folder) if each.sequence == sequence), None)
    if one is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(one.name or translate(N_("No file of its own")), width="stretch")
        if one.rejected and viewer.may(Permission.IMPORT):
            _mend(one, viewer, language)
        if one.closed and viewer.may(Permission.IMPORT):
            _closed(one, viewer, language)
    for template, values in one.notes:
        st.text(translate(template).format(**values))
    for kind, count in {**one.closed, **one.withdrawn}.items():
        st.text(translate(N_("{count} of {kind} closed or withdrawn")).format(
            count=language.number(count), kind=labels.kind(kind, language)))
    if one.sums:
        tables.show(import_view.sums(one.sums, language), import_view.LANDED_SUM_COLUMNS, key=f"sums_{sequence}",
                    alt=translate(N_("Control totals of the file")), visible_rows=6)
    elif one.sha256:
        st.caption(translate(N_("The file has no amounts.")))


def _mend(one: Landing, viewer: Viewer, language: Language) -> None:
    """The rejected rows under the file's own header: mended, they can be imported again."""
    label = language.ngettext("Download {count} rejected row to mend", "Download {count} rejected rows to mend", one.rejected)
    name = mending.suggested_name(one)
    st.download_button(
        label.format(count=language.number(one.rejected)), partial(_rejected_rows, viewer, connection.folder(), one),
        # The hash of the file they are from tells the downloads of two people apart.
        file_name=f"{one.sha256[:12]}-{name}", mime="text/plain", key=f"mend_{one.sequence}", on_click="ignore", icon=":material/build:",
        help=language.gettext(N_("The rows as they came, under the file's own header. Mend them and import that file.")),
    )


def _rejected_rows(viewer: Viewer, folder: DataFolder, one: Landing) -> bytes:
    """The rows, if the person may still have them when they ask: this runs on the click, after the page was drawn."""
    connection.present(viewer).require(Permission.IMPORT)
    return mending.rejected_rows(folder, one)


def _closed(one: Landing, viewer: Viewer, language: Language) -> None:
    """What a report of open items no longer holds, as a list."""
    count = sum(one.closed.values())
    label = language.ngettext("Download {count} row that was closed", "Download {count} rows that were closed", count)
    st.download_button(
        label.format(count=language.number(count)), partial(_closed_rows, viewer, connection.folder(), one),
        file_name=f"{one.sha256[:12]}-closed.csv", mime="text/csv", key=f"closed_{one.sequence}", on_click="ignore",
        icon=":material/download:",
        help=language.gettext(N_("The rows as they were last known, with the day since which they count no longer.")),
    )


def _closed_rows(viewer: Viewer, folder: DataFolder, one: Landing) -> bytes:
    """The list, if the person may still have it when they ask."""
    connection.present(viewer).require(Permission.IMPORT)
    return reports.closed_csv(folder, one)


def undo_button(viewer: Viewer) -> None:
    """Offer to take the last import back; on the sample, and before anything was imported, there is nothing to undo."""
    translate = words.language().gettext
    last = publish.last_import(connection.folder())
    if last is None:
        return
    st.button(
        translate(N_("Undo the last import")), on_click=_ask, args=(last.import_id,), key="undo", icon=":material/undo:", type="tertiary")
    if st.session_state.get(_ASKED):
        st.dialog(translate(N_("Undo the last import")), on_dismiss=_close, width="medium")(guard.watched(_body))(viewer)


def _ask(import_id: str) -> None:
    """Callback: open the dialog about this very import."""
    st.session_state[_ASKED] = import_id


def _close() -> None:
    st.session_state.pop(_ASKED, None)


def _body(viewer: Viewer) -> None:
    asked: str | None = st.session_state.get(_ASKED)
    if asked is None:
        st.rerun()
    language = words.language()
    translate = language.gettext
    last = publish.last_import(connection.folder())
    if last is not None:
        names = connection.names()
        with st.container(gap="xxsmall"):
            st.text(translate(N_("Imported on {day} UTC by {who}")).format(
                day=language.moment(last.landed_at.replace(tzinfo=None)), who=names.get(last.imported_by) or last.imported_by or "–"))
            for one in last.landings:
                _what_goes(one, language)
    st.write(translate(N_("The numbers from before come back. The files stay kept with their proof and can be imported again.")))
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(translate(N_("Cancel")), on_click=_close, key="undo_cancel")
        st.button(translate(N_("Undo the import")), on_click=_undo, args=(asked, viewer), type="primary", key="undo_send")


def _what_goes(one: Landing, language: Language) -> None:
    translate = language.gettext
    if one.name:
        st.text(translate(N_("{file}: {loaded} rows, {new} of them new and {changed} changed")).format(
            file=one.name, loaded=language.number(one.loaded), new=language.number(one.new), changed=language.number(one.changed)))
    for kind, count in {**one.closed, **one.withdrawn}.items():
        st.text(translate(N_("{count} of {kind} that were closed or withdrawn come back")).format(
            count=language.number(count), kind=labels.kind(kind, language)))


def _undo(import_id: str, viewer: Viewer) -> None:
    """Callback: begin to take back exactly the import that the person saw."""
    import_jobs.start(viewer.user_id, import_work.UNDO, import_work.take_back(import_id, viewer))
    _close()


def undoing(viewer: Viewer) -> bool:
    """Tell of an undo of this person that runs, or has ended; whether it has the page to itself."""
    translate = words.language().gettext
    job = import_jobs.newest(viewer.user_id, import_work.UNDO)
    if job is None:
        return False
    if not job.is_done:
        import_progress.watch(job, translate(N_("Bringing the numbers from before back")), can_be_cancelled=False)
        return True
    done: Undone | None = job.result
    problems = [job.error] if done is None else [done.problem, done.unrecorded]
    with st.container(border=True, horizontal=True, horizontal_alignment="distribute", key="undo_said"):
        with st.container(gap="xsmall", width="stretch"):
            if done is not None:
                st.text(translate(N_("The import was undone; the numbers are those from before.")))
            for problem in problems:
                if problem is not None:
                    messages.show(problem)
        st.button(translate(N_("Close")), on_click=import_jobs.forget, args=(job,), key="undo_seen")
    return False
