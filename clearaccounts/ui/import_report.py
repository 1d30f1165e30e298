"""What came of an import, in one sentence for each file."""

from __future__ import annotations

import streamlit as st

from clearaccounts.importing import publish
from clearaccounts.text import N_
from clearaccounts.ui import labels, words


def say(report: publish.Report) -> None:
    """What came of each file, of what was withdrawn, and of the build."""
    language = words.language()
    translate = language.gettext
    for outcome in report.outcomes:
        if outcome.refused is not None:
            st.error(words.plain(outcome.refused.in_language(translate)), icon=":material/error:")
        elif outcome.first_landed_at is not None:
            st.text(translate(N_("{file}: the same file landed on {day} already; nothing changed.")).format(
                file=outcome.file, day=language.moment(outcome.first_landed_at)))
        elif outcome.landing is not None:
            one = outcome.landing
            st.text(translate(N_("{file}: {rows} rows, {loaded} loaded ({new} new, {changed} changed), {rejected} rejected.")).format(
                file=outcome.file, rows=language.number(one.rows), loaded=language.number(one.loaded), new=language.number(one.new),
                changed=language.number(one.changed), rejected=language.number(one.rejected)))
            for kind, count in one.closed.items():
                st.text(translate(N_("{file}: {count} of {kind} are no longer in the report and were closed.")).format(
                    file=outcome.file, count=language.number(count), kind=labels.kind(kind, language)))
            for template, values in one.notes:
                st.text(translate(template).format(**values))
    for kind, count in report.withdrawn.items():
        st.text(translate(N_("{count} of {kind} were withdrawn.")).format(count=language.number(count), kind=labels.kind(kind, language)))
    for problem in (report.snapshot_problem, report.build_problem):
        if problem is not None:
            st.error(words.plain(problem.in_language(translate)), icon=":material/error:")
