"""The way of files into the warehouse on the Data page: choose them, look at what was understood, import.

Until the last step nothing changes. One step is shown at a time; the import itself belongs to the person and is found
again from any tab.
"""

from __future__ import annotations

import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.errors import Cancelled
from clearaccounts.importing.preview import Preview
from clearaccounts.importing.questions import Question
from clearaccounts.importing.validation.day_orders import OrderOpen
from clearaccounts.text import N_
from clearaccounts.ui import (
    import_desk,
    import_jobs,
    import_progress,
    import_questions,
    import_view,
    import_work,
    messages,
    profile_list,
    profile_wizard,
    tables,
    words,
)
from clearaccounts.ui.import_desk import Desk
from clearaccounts.ui.import_jobs import Job
from clearaccounts.ui.import_report import say
from clearaccounts.ui.import_work import Imported
from clearaccounts.ui.profile_habits import ORDERS

_ROUND = "_import_round"
FILE_TYPES = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "gz", "xlsx", "parquet"]
_AS_RECOGNISED = ""


def draw(viewer: Viewer) -> bool:
    """Draw the step that is due; whether it takes the whole page."""
    job = import_jobs.newest(viewer.user_id, import_work.IMPORT)
    if job is not None and not job.is_done:
        import_progress.watch(job, words.language().gettext(N_("Importing, checking and rebuilding")))
        return True
    if job is not None and _after(job, viewer):
        return True
    desk = import_desk.desk()
    if desk is None:
        _choose(job)
        return False
    if profile_wizard.is_open():
        profile_wizard.draw(desk, viewer)
        return True
    _look(desk, viewer)
    return True


def _choose(job: Job | None) -> None:
    """The field for files; whoever chooses new ones has read what came of the import before."""
    translate = words.language().gettext
    round_number: int = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        translate(N_("Choose files to import")), type=FILE_TYPES, accept_multiple_files=True, key=f"upload_{round_number}",
        help=translate(N_("CSV, JSON or JSON Lines, also gzipped, XLSX or Parquet. You see first what was understood; nothing changes.")),
    )
    if files:
        import_desk.keep(import_desk.lay(files))
        if job is not None:
            import_jobs.forget(job)
        st.session_state[_ROUND] = round_number + 1
        st.rerun()


def _look_again(desk: Desk, viewer: Viewer) -> Job:
    job = import_jobs.start(viewer.user_id, import_work.LOOK, import_work.look(desk), desk.paths[0].name)
    import_desk.keep_look(job)
    return job


def _put_away() -> None:
    """Callback: forget the files; nothing of them was kept."""
    import_desk.clear()
    profile_wizard.close()


def _look(desk: Desk, viewer: Viewer) -> None:
    translate = words.language().gettext
    job = import_desk.look() or _look_again(desk, viewer)
    if not job.is_done:
        import_progress.watch(job, translate(N_("Looking into the files; nothing changes")))
        return
    if job.error is not None:
        if not isinstance(job.error, Cancelled):
            messages.show(job.error)
        else:
            _put_away()
            st.rerun()
        st.button(translate(N_("Put the files away")), on_click=_put_away, key="put_away")
        return
    found: list[Preview] = job.result
    _understood(desk, found, viewer)


def _understood(desk: Desk, found: list[Preview], viewer: Viewer) -> None:
    language = words.language()
    translate = language.gettext
    good = [one for one in found if one.refused is None]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="understood_head"):
        st.subheader(translate(N_("What was understood")), anchor=False, width="stretch")
        with st.container(horizontal=True, width="content"):
            st.button(translate(N_("Put the files away")), on_click=_put_away, key="put_away")
            label = translate(N_("Import")) if len(found) == len(good) else translate(N_("Import {count} of {all} files")).format(
                count=language.number(len(good)), all=language.number(len(found)))
            st.button(label, type="primary", disabled=not good, key="import", on_click=_import, args=(desk, viewer),
                      icon=":material/upload:")
    # A line of its own above the table, whose tools come up over it.
    st.caption(translate(N_("Nothing has changed yet. Look at each file, then import.")))
    number = 0
    if len(found) > 1:
        picked = tables.show(
            import_view.overview(found, language), import_view.COLUMNS, key="understood", alt=translate(N_("What was understood")),
            selectable=True, visible_rows=6,
        )
        number = next((n for n, one in enumerate(found) if picked is not None and one.file == picked["file"]), 0)
    _one_file(desk, found, number)


def _one_file(desk: Desk, found: list[Preview], number: int) -> None:
    language = words.language()
    translate = language.gettext
    one = found[number]
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", key="one_file"):
        with st.container(gap="xxsmall", width="stretch"):
            st.text(one.file)
            if one.refused is None:
                st.caption(words.plain(_counts(one)))
        with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
            _days_as(desk, one, number)
            _read_as(desk, one, number)
            st.button(
                translate(N_("Map its columns")), on_click=profile_wizard.open_for, args=(number,), key="map", icon=":material/table_edit:",
                type="primary" if one.refused is not None and not one.profile else "secondary",
            )
    import_view.show_details(one, str(number))
    if any(each.refused is None for each in found):
        st.checkbox(
            translate(N_("These files hold everything of their kinds: withdraw what they no longer hold")), value=desk.is_whole,
            key="is_whole", on_change=_set_whole, args=(desk,),
        )


def _counts(one: Preview) -> str:
    language = words.language()
    said = language.gettext(N_("{title}: {rows} rows, {loaded} would load ({new} new, {changed} changed, {unchanged} unchanged),"
                               " {rejected} rejected")).format(
        title=import_view.title(one, language), rows=language.number(one.rows), loaded=language.number(one.loaded),
        new=language.number(one.new), changed=language.number(one.changed), unchanged=language.number(one.unchanged),
        rejected=language.number(one.rejected))
    closed = sum(one.closed.values())
    return said + (language.gettext(N_("; {closed} closed")).format(closed=language.number(closed)) if closed else "")


def _set_whole(desk: Desk) -> None:
    desk.is_whole = bool(st.session_state.get("is_whole"))
    desk.confirmed.clear()


def _read_as(desk: Desk, one: Preview, number: int) -> None:
    """A choice of the profile that the file is read by."""
    translate = words.language().gettext
    titles = profile_list.titles(words.language())
    key = f"read_as_{number}"
    chosen = desk.read_as.get(number, _AS_RECOGNISED)
    # A profile may have been deleted meanwhile; the file says so itself.
    st.session_state[key] = chosen if chosen in titles else _AS_RECOGNISED
    st.selectbox(
        translate(N_("Read it as")), [_AS_RECOGNISED, *titles], key=key, on_change=_read_otherwise, args=(desk, number), width=300,
        format_func=lambda name: titles[name] if name else translate(N_("as recognised by its header")),
    )


def _days_as(desk: Desk, one: Preview, number: int) -> None:
    """Where a file leaves it open: a choice whether the day or the month comes first."""
    if number not in desk.date_orders and not isinstance(one.refused, OrderOpen):
        return
    translate = words.language().gettext
    key = f"days_as_{number}"
    st.session_state[key] = desk.date_orders.get(number)
    st.selectbox(
        translate(N_("How are days written?")), list(ORDERS), index=None, key=key, on_change=_read_days, args=(desk, number), width=220,
        placeholder=translate(N_("Choose an order")), format_func=lambda order: translate(ORDERS[order]),
    )


def _read_days(desk: Desk, number: int) -> None:
    order = st.session_state.get(f"days_as_{number}")
    desk.date_orders.pop(number, None)
    if order:
        desk.date_orders[number] = order
    import_desk.look_again()


def _read_otherwise(desk: Desk, number: int) -> None:
    name = st.session_state.get(f"read_as_{number}")
    desk.read_as.pop(number, None)
    if name:
        desk.read_as[number] = name
    import_desk.look_again()


def _import(desk: Desk, viewer: Viewer) -> None:
    """Callback: begin, unless an import of this person runs already."""
    running = import_jobs.newest(viewer.user_id, import_work.IMPORT)
    if running is None or running.is_done:
        if running is not None:
            import_jobs.forget(running)
        # The job holds the files from here on; whatever comes of it, this tab is free for others.
        import_desk.clear()
        import_jobs.start(viewer.user_id, import_work.IMPORT, import_work.bring_in(desk, viewer), desk.paths[0].name)


def _confirm(job: Job, question: Question, viewer: Viewer) -> None:
    """Callback: say yes to exactly this question and import again."""
    desk: Desk | None = job.result.desk
    if desk is not None:
        desk.confirmed.append(question)
        _import(desk, viewer)


def _seen(job: Job) -> None:
    """Callback: the person has read what came of it."""
    import_jobs.forget(job)


def _after(job: Job, viewer: Viewer) -> bool:
    """What came of the import; whether it still needs an answer."""
    translate = words.language().gettext
    if job.error is not None:
        if isinstance(job.error, Cancelled):
            st.info(words.plain(messages.sentence(job.error)), icon=":material/info:")
        else:
            messages.show(job.error)
        st.button(translate(N_("Close")), on_click=_seen, args=(job,), key="seen")
        return False
    done: Imported = job.result
    if done.report.unconfirmed is not None:
        import_questions.ask(done.report.unconfirmed, yes=(_confirm, (job, done.report.unconfirmed, viewer)), no=(_seen, (job,)))
        return True
    with st.container(border=True, key="import_said", horizontal=True, horizontal_alignment="distribute"):
        with st.container(gap="xsmall", width="stretch"):
            say(done.report)
            if done.unrecorded is not None:
                messages.show(done.unrecorded)
        st.button(translate(N_("Close")), on_click=_seen, args=(job,), key="seen")
    return False
