"""A profile of one's own: one file, its first rows, the mapping, a try on the whole file, and the name to save it under."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.decisions.profiles import SAVED
from clearaccounts.errors import Cancelled, ClearAccountsError
from clearaccounts.importing import mapping
from clearaccounts.importing.mapping import Decided
from clearaccounts.importing.mapping.guessing import Proposal
from clearaccounts.importing.mapping.samples import OTHER_ENCODINGS, UTF_8, Sample
from clearaccounts.importing.preview import Preview
from clearaccounts.importing.profiles import own as own_profiles
from clearaccounts.text import N_
from clearaccounts.ui import (
    connection,
    import_desk,
    import_jobs,
    import_progress,
    import_records,
    import_view,
    import_work,
    messages,
    profile_grid,
    profile_habits,
    profile_words,
    words,
)
from clearaccounts.ui.import_desk import Desk
from clearaccounts.ui.import_jobs import Job
from clearaccounts.ui.tables import ROW_HEIGHT

_WIZARD = "_profile_wizard"
ROWS_SHOWN = 5


@dataclass
class Wizard:
    """One file on its way to a profile.

    Attributes:
        number: which file of the desk.
        heading: by which of its headings it is read.
        encoding: in which its text is read; empty until somebody chooses.
        key: tells the widgets of this one from those of an earlier one.
        sample: the job that looks into the file.
        trial: the job that tries the profile, and what was decided when it began.
        problem: why saving failed.
        shapes: what a row may be, the likeliest first; `proposals` are the first guesses by shape. Both are made once.
    """

    number: int
    heading: int = 0
    encoding: str = ""
    key: str = field(default_factory=lambda: f"map_{secrets.token_hex(4)}")
    sample: Job | None = None
    trial: Job | None = None
    tried: Decided | None = None
    problem: str = ""
    shapes: tuple[str, ...] = ()
    proposals: dict[str, Proposal] = field(default_factory=dict)

    def proposal(self, shape: str, sample: Sample) -> Proposal:
        """The first guess for a shape."""
        if shape not in self.proposals:
            self.proposals[shape] = mapping.proposal(shape, sample.columns)
        return self.proposals[shape]


def is_open() -> bool:
    """Whether a file is being mapped."""
    return _WIZARD in st.session_state


def open_for(number: int) -> None:
    """Callback: map the columns of that file of the desk."""
    st.session_state[_WIZARD] = Wizard(number)


def close() -> None:
    """Callback: back to the files; nothing is kept of the mapping."""
    wizard: Wizard | None = st.session_state.pop(_WIZARD, None)
    for job in (wizard.sample, wizard.trial) if wizard is not None else ():
        if job is not None:
            job.cancel()
            import_jobs.forget(job)


def draw(desk: Desk, viewer: Viewer) -> None:
    """The step that is due: reading the file, or mapping it."""
    translate = words.language().gettext
    wizard: Wizard = st.session_state[_WIZARD]
    if wizard.sample is None:
        wizard.sample = import_jobs.start(
            viewer.user_id, import_work.SAMPLE, import_work.sample(desk, wizard.number, wizard.heading, wizard.encoding),
            desk.paths[wizard.number].name)
    if not wizard.sample.is_done:
        import_progress.watch(wizard.sample, translate(N_("Looking into the file")))
        return
    if isinstance(wizard.sample.error, Cancelled):
        close()
        st.rerun()
    if wizard.sample.error is not None:
        messages.show(wizard.sample.error)
        st.button(translate(N_("Back to the files")), on_click=close, key="wizard_back")
        return
    _map(desk, wizard, wizard.sample.result, viewer)


def _map(desk: Desk, wizard: Wizard, sample: Sample, viewer: Viewer) -> None:
    language = words.language()
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(translate(N_("Map the columns")), anchor=False, width="stretch")
        st.button(translate(N_("Back to the files")), on_click=close, key="wizard_back", icon=":material/arrow_back:")
    # A line of its own above the table, whose tools come up over it.
    st.caption(words.plain(translate(N_("{file}: {rows} rows. Nothing has changed yet.")).format(
        file=sample.name, rows=language.number(sample.row_count))))
    _first_rows(sample)
    wizard.shapes = wizard.shapes or mapping.likeliest(sample.columns)
    shapes = wizard.shapes
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shape = st.selectbox(
            translate(N_("Each row is")), shapes, key=f"{wizard.key}_{wizard.heading}_shape", width=420,
            format_func=lambda name: profile_words.shape(name, language),
        ) or shapes[0]
        _reading(wizard, sample)
    key = f"{wizard.key}_{wizard.heading}_{shape}"
    choices = profile_grid.draw(shape, sample.columns, wizard.proposal(shape, sample), key)
    habits = profile_habits.draw(shape, sample.columns, choices, key)
    decided = Decided(
        shape=shape, title=sample.name, source=sample.name, header=sample.header, columns=choices.columns, constants=choices.constants,
        words=habits.words, date_order=habits.date_order, decimal_sign=habits.decimal_sign, thousands_sign=habits.thousands_sign,
        currency_signs=habits.currency_signs, time_zone=habits.time_zone, encodings=(sample.encoding,),
    )
    _try(desk, wizard, decided, habits.open_questions, viewer)


_SEPARATORS = {",": N_("comma"), ";": N_("semicolon"), "\t": N_("tabulator"), "|": N_("bar")}


def _reading(wizard: Wizard, sample: Sample) -> None:
    """How the text was cut and decoded, where it could have been done otherwise."""
    translate = words.language().gettext

    def name(number: int) -> str:
        separator = sample.headings[number].separator
        said = translate(_SEPARATORS[separator]) if separator in _SEPARATORS else separator
        return translate(N_("{separator}, {count} columns")).format(separator=said, count=len(sample.headings[number].header))

    if len(sample.headings) > 1:
        st.selectbox(
            translate(N_("Separator")), range(len(sample.headings)), index=sample.headings.index(sample.heading), width=240,
            key=f"{wizard.key}_separator", format_func=name, on_change=_read_again, args=(wizard,),
        )
    if sample.encoding != UTF_8:
        st.selectbox(
            translate(N_("Letters are written in")), OTHER_ENCODINGS, index=OTHER_ENCODINGS.index(sample.encoding), width=240,
            key=f"{wizard.key}_encoding", on_change=_read_again, args=(wizard,),
            help=translate(N_("The file is not UTF-8. Look at the letters with accents in its first rows: they must be right.")),
        )


def _read_again(wizard: Wizard) -> None:
    """Callback: read the file by another separator or in another encoding."""
    wizard.heading = int(st.session_state.get(f"{wizard.key}_separator") or 0)
    wizard.encoding = str(st.session_state.get(f"{wizard.key}_encoding") or "")
    for job in (wizard.sample, wizard.trial):
        if job is not None:
            job.cancel()
            import_jobs.forget(job)
    wizard.sample = wizard.trial = wizard.tried = None
    wizard.shapes, wizard.proposals = (), {}


def _first_rows(sample: Sample) -> None:
    """The first rows as they stand, in cells."""
    names = profile_grid.headers(sample.columns)
    table = pa.table({
        names.get(position, f"({position + 1})"): pa.array([row[position] for row in sample.rows[:ROWS_SHOWN]], pa.string())
        for position in range(len(sample.header))
    })
    st.dataframe(
        table.to_pandas(), hide_index=True, row_height=ROW_HEIGHT, lazy=False, placeholder="", key="first_rows",
        height=ROW_HEIGHT * (min(len(sample.rows), ROWS_SHOWN) + 1) + 4, alt=words.language().gettext(N_("The first rows of the file")),
    )


def _try(desk: Desk, wizard: Wizard, decided: Decided, open_questions: list[str], viewer: Viewer) -> None:
    language = words.language()
    translate = language.gettext
    missing = [profile_words.column(name, language) for name in decided.missing]
    if missing:
        st.caption(words.plain(translate(N_("Still to be mapped: {columns}.")).format(columns=", ".join(missing))))
    if open_questions:
        st.caption(words.plain(translate(N_("Still to be answered: {questions}.")).format(questions=", ".join(open_questions))))
    is_tried = wizard.trial is not None and wizard.tried == decided
    if not is_tried:
        st.button(
            translate(N_("Try it on the whole file")), type="primary", disabled=bool(missing or open_questions), key="try",
            on_click=_start_trial, args=(desk, wizard, decided, viewer), icon=":material/fact_check:",
        )
        if wizard.problem:
            st.error(words.plain(wizard.problem), icon=":material/error:")
        return
    trial = wizard.trial
    if trial is None or not trial.is_done:
        if trial is not None:
            import_progress.watch(trial, translate(N_("Reading the whole file by this mapping; nothing changes")))
        return
    if trial.error is not None:
        messages.show(trial.error)
        return
    _tried(wizard, trial.result, decided, desk, viewer)


def _start_trial(desk: Desk, wizard: Wizard, decided: Decided, viewer: Viewer) -> None:
    """Callback: read the whole file by what was decided."""
    wizard.problem = ""
    try:
        profile = own_profiles.as_profile(mapping.document(decided))
    except ClearAccountsError as error:
        wizard.problem = messages.sentence(error)
        return
    wizard.tried = decided
    wizard.trial = import_jobs.start(
        viewer.user_id, import_work.TRY, import_work.try_out(desk, wizard.number, profile), desk.paths[wizard.number].name)


def _tried(wizard: Wizard, one: Preview, decided: Decided, desk: Desk, viewer: Viewer) -> None:
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("What came of it")), anchor=False)
    if one.refused is None:
        st.text(translate(N_("{rows} rows, {loaded} would load, {rejected} rejected")).format(
            rows=language.number(one.rows), loaded=language.number(one.loaded), rejected=language.number(one.rejected)))
    import_view.show_details(replace(one, columns=()), "trial")
    if one.refused is not None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.text_input(
            translate(N_("Save the profile as")), value=_first_name(desk, wizard), max_chars=60,
            key=f"{wizard.key}_title", width=320,
        ) or ""
        name = own_profiles.safe_name(title)
        is_there = name in own_profiles.names(connection.own_folder())
        label = translate(N_("Replace the profile {name}") if is_there else N_("Save the profile")).format(name=words.plain(name))
        st.button(
            label, type="primary", disabled=not name, key="save_profile", icon=":material/save:", on_click=_save,
            args=(wizard, replace(decided, title=title.strip()), desk, viewer), kwargs={"name": name, "is_there": is_there},
        )
    if is_there:
        said = translate(N_("There is a profile {name} already. What was imported by it stays as it is."))
        st.caption(words.plain(said.format(name=name)))
    if wizard.problem:
        st.error(words.plain(wizard.problem), icon=":material/error:")


def _first_name(desk: Desk, wizard: Wizard) -> str:
    """A first name for the profile: the file's, without its ending."""
    return desk.paths[wizard.number].name.partition(".")[0][: own_profiles.NAME_CHARACTERS]


def _save(wizard: Wizard, decided: Decided, desk: Desk, viewer: Viewer, *, name: str, is_there: bool) -> None:
    """Callback: keep the profile, put that on record, and read the file by it."""
    try:
        content: dict[str, Any] = mapping.document(decided)
        own_profiles.save(connection.own_folder(), name, content, replace=is_there)
        digest = hashlib.sha256(own_profiles.text_of(content).encode()).hexdigest()
        import_records.record_own_profile(viewer, name, SAVED, digest, connection.now())
    except ClearAccountsError as error:
        wizard.problem = messages.sentence(error)
        return
    desk.read_as[wizard.number] = name
    close()
    import_desk.look_again()
