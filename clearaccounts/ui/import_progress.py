"""How far a job is, drawn anew until it has ended."""

from __future__ import annotations

import streamlit as st

from clearaccounts.text import N_
from clearaccounts.ui import guard, words
from clearaccounts.ui.import_jobs import Job

POLL_SECONDS = 0.7


def watch(job: Job, label: str, *, can_be_cancelled: bool = True) -> None:
    """Tell how far a job is, with a button that stops it, until it has ended; then the page runs again.

    Args:
        job: what runs.
        label: what it does, in the reader's language.
        can_be_cancelled: whether it can be stopped half-way.
    """
    st.fragment(run_every=POLL_SECONDS)(guard.watched(_progress))(job, label, can_be_cancelled)


def _progress(job: Job, label: str, can_be_cancelled: bool) -> None:
    if job.is_done:
        st.rerun()
    language = words.language()
    translate = language.gettext
    # Not as a context: at its end it would say that the work is done.
    status = st.status(label, expanded=True)
    if job.is_waiting:
        status.text(translate(N_("Another import is running; waiting for it.")))
    elif job.file:
        status.text(translate(N_("{file}: {rows} rows read")).format(file=job.file, rows=language.number(job.rows)))
    if job.is_cancelled:
        status.caption(translate(N_("Stopping; nothing of it is kept.")))
    elif can_be_cancelled:
        status.button(translate(N_("Cancel")), on_click=job.cancel, key=f"cancel_{job.job_id}", icon=":material/close:")
