"""The parts of the audit page: the events a person may read, how the list is narrowed, and whether the store is whole."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.decisions import Event, EventFilter, Finding, Store, as_json_lines, as_table
from clearaccounts.decisions.reading import ACCESS_SUBJECTS
from clearaccounts.errors import DecisionError
from clearaccounts.exporting.tables import file_name
from clearaccounts.text import N_
from clearaccounts.ui import connection, event_words, guard, messages, tables, words
from clearaccounts.ui.tables import Column, Paged

COLUMNS = (
    Column("occurred_at", N_("When, UTC"), "moment"),
    Column("actor_name", N_("Who")),
    Column("actor_role", N_("As"), "label"),
    Column("event", N_("What"), width=200),
    Column("subject", N_("About")),
    Column("concerning", N_("Concerning"), width=200),
    Column("customer_id", N_("Customer id")),
    Column("reason", N_("Reason"), width="medium"),
    Column("subject_id", N_("Which"), width=180),
    Column("sequence", N_("Number"), "number"),
)
# What only a file has room for.
FILE_COLUMNS = (*COLUMNS, Column("details", N_("Details")), Column("hash", N_("Hash")))
_FINDINGS = "_verified"


def trail(viewer: Viewer) -> Store:
    """The store whose events this person reads: people are the partner's own also while the sample is served."""
    return connection.store() if viewer.may(Permission.VIEW_AUDIT) else connection.own_store()


def subjects(viewer: Viewer) -> list[str]:
    """What the events that this person may read can be about."""
    return [name for name in event_words.SUBJECTS if viewer.may(Permission.VIEW_AUDIT) or name in ACCESS_SUBJECTS]


def kinds(viewer: Viewer, subject_type: str) -> list[str]:
    """What can be done with such a subject, or with any: `subject.event`."""
    chosen = [subject_type] if subject_type else subjects(viewer)
    return [f"{subject}.{event}" for subject, event in event_words.EVENTS if subject in chosen]


def people(store: Store, viewer: Viewer) -> dict[str, str]:
    """Everybody who did anything that this person may read: user id and name."""
    return {actor.user_id: actor.name for actor in store.actors(viewer)}


def wanted(  # noqa: PLR0917 - one for each control of the page
    subject_type: str, kind: str, actor: str, customer_id: str, subject_id: str, from_on: date | None, until_on: date | None,
) -> EventFilter:
    """The filter that the controls ask for; days begin and end in company time, both included."""
    subject, _, event_type = kind.partition(".")
    return EventFilter(
        subject_type=subject or subject_type or None, subject_id=subject_id or None, event_type=event_type or None, actor=actor or None,
        customer_id=customer_id or None,
        from_at=connection.midnight(from_on) if from_on else None,
        until_at=connection.midnight(until_on + timedelta(days=1)) if until_on else None,
    )


def events(store: Store, viewer: Viewer, chosen: EventFilter) -> Paged:
    """One page of events, newest first, what happened in the reader's words; the store gives each person only their part."""
    language = words.language()
    page = store.events(viewer, chosen, limit=0)
    names = connection.names()

    def fetch(limit: int | None, offset: int) -> pa.Table:
        listed = store.events(viewer, chosen, limit=limit, offset=offset).events
        table = as_table(listed)
        said = [event_words.concerning(event, names, language) for event in listed]
        table = table.append_column("concerning", pa.array(said, pa.string()))
        pairs = list(zip(table["subject_type"].to_pylist(), table["event_type"].to_pylist(), strict=True))
        table = table.append_column("event", pa.array([event_words.event(*pair, language) for pair in pairs], pa.string()))
        return table.append_column("subject", pa.array([event_words.subject(subject, language) for subject, _ in pairs], pa.string()))
    return tables.paged(fetch, "page", page.event_count)


def one(store: Store, viewer: Viewer, sequence: int) -> Event | None:
    """The event of that number, if this person may read it in full."""
    if not viewer.may(Permission.VIEW_AUDIT):
        return None
    found = store.events(viewer, EventFilter(sequence=sequence)).events
    return found[0] if found else None


def in_words(page: Paged, chosen: EventFilter, names: dict[str, str], from_on: date | None, until_on: date | None) -> str:
    """As of when the list is, that of its newest event, and what it is narrowed to."""
    language = words.language()
    translate = language.gettext
    newest = page.fetch(1, 0)["occurred_at"][0].as_py()
    said = [
        translate(N_("As of {day}")).format(day=f"{language.moment(newest)} UTC"),
        event_words.subject(chosen.subject_type, language) if chosen.subject_type else "",
        event_words.event(chosen.subject_type or "", chosen.event_type, language) if chosen.event_type else "",
        f"{translate(N_('Who'))} {names.get(chosen.actor, chosen.actor)}" if chosen.actor else "",
        f"{translate(N_('Customer id'))} {chosen.customer_id}" if chosen.customer_id else "",
        f"{translate(N_('Which'))} {chosen.subject_id}" if chosen.subject_id else "",
        f"{translate(N_('From'))} {language.day(from_on)}" if from_on else "",
        f"{translate(N_('Until'))} {language.day(until_on)}" if until_on else "",
    ]
    return " · ".join(one for one in said if one)


def chain_file(store: Store, viewer: Viewer, chosen: EventFilter) -> None:
    """A button for the events as they are stored, with everything needed to check the chain without this program."""
    translate = words.language().gettext
    label = translate(N_("Chain (JSON Lines)"))
    place = st.popover(label, icon=":material/link:", type="tertiary", key="open_chain", on_change="rerun", width="content")
    if not place.open:
        return
    content = as_json_lines(store.events(viewer, chosen, newest_first=False).events)
    with place:
        st.caption(translate(N_("Every event of this list as it is stored. The guide for operators says how to check it.")))
        st.download_button(
            label, content, file_name=file_name("audit", content, "jsonl"), mime="application/jsonl", key="download_chain",
            on_click="ignore", icon=":material/download:", type="tertiary",
        )


def state_line(store: Store) -> None:
    """How the chain stands, in one line."""
    language = words.language()
    translate = language.gettext
    try:
        state = store.state()
    except DecisionError as error:
        st.error(words.plain(messages.sentence(error)), icon=":material/error:")
        return
    if state.stopped:
        st.error(words.plain(translate(N_("No decision is possible: {problem}")).format(problem=state.stopped)), icon=":material/error:")
    said = translate(N_("{count} events, anchored up to number {number}.")).format(
        count=language.number(state.event_count), number=language.number(state.anchored_sequence))
    if state.verified is None:
        verified = translate(N_("Not verified yet."))
    else:
        number, moment = state.verified
        verified = translate(N_("Last found whole up to number {number} on {moment} UTC.")).format(
            number=language.number(number), moment=language.moment(moment.replace(tzinfo=None)))
    st.caption(words.plain(f"{said} {verified}"))


def verify() -> None:
    """Callback: audit the whole store and keep what was found for this run of the page."""
    found = guard.viewer()
    if found is not None:
        st.session_state[_FINDINGS] = trail(found).verify()


def findings() -> list[Finding] | None:
    """What the last click on "Verify" found; None before it."""
    found: list[Finding] | None = st.session_state.get(_FINDINGS)
    return found
