"""The parts of the audit page: the events a person may read, and whether the store is whole."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.decisions import EventFilter, Finding, Store, as_table
from clearaccounts.text import N_
from clearaccounts.ui import connection, guard, labels, tables, words
from clearaccounts.ui.tables import Column, Paged

COLUMNS = (
    Column("occurred_at", N_("When, UTC"), "moment"),
    Column("actor_name", N_("Who")),
    Column("actor_role", N_("As"), "label"),
    Column("event_type", N_("What"), "label"),
    Column("subject_type", N_("About"), "label"),
    Column("subject_id", N_("Which"), width=180),
    Column("customer_id", N_("Customer id")),
    Column("reason", N_("Reason"), width="medium"),
    Column("details", N_("Details"), width="medium"),
    Column("sequence", N_("Number"), "number"),
    Column("hash", N_("Hash")),
)
EVENT_TYPES = ("propose", "mark", "approve", "decline", "withdraw", "imported", "undone", "denied", "break_accepted")
PEOPLES_EVENT_TYPES = ("denied",)  # what there is in the part of the trail that is about people
_FINDINGS = "_verified"
_SHARED = {"approve", "decline", "withdraw"}


def wanted(event_type: str, customer_id: str, from_on: date | None, until_on: date | None) -> EventFilter:
    """The filter that the controls ask for; days begin and end in company time, both included."""
    return EventFilter(
        event_type=event_type or None, customer_id=customer_id or None,
        from_at=connection.midnight(from_on) if from_on else None,
        until_at=connection.midnight(until_on + timedelta(days=1)) if until_on else None,
    )


def events(store: Store, viewer: Viewer, chosen: EventFilter) -> Paged:
    """One page of events, newest first; the store gives each person only their part."""
    page = store.events(viewer, chosen, limit=1)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        return _with_own_words(as_table(store.events(viewer, chosen, limit=limit, offset=offset).events))
    return tables.paged(fetch, "page", page.event_count)


def _with_own_words(table: pa.Table) -> pa.Table:
    """Steps that a policy shares with a mark by name get a label of their own."""
    pairs = zip(table["event_type"].to_pylist(), table["subject_type"].to_pylist(), strict=True)
    named = [f"{step}_policy" if subject == "policy" and step in _SHARED else step for step, subject in pairs]
    return table.set_column(table.column_names.index("event_type"), "event_type", pa.array(named, pa.string()))


def in_words(page: Paged, chosen: EventFilter, from_on: date | None, until_on: date | None) -> str:
    """As of when the list is, that of its newest event, and what it is narrowed to."""
    language = words.language()
    translate = language.gettext
    newest = page.fetch(1, 0)["occurred_at"][0].as_py()
    said = [
        translate(N_("As of {day}")).format(day=f"{language.moment(newest)} UTC"),
        labels.title(chosen.event_type, language),
        f"{translate(N_('Customer id'))} {chosen.customer_id}" if chosen.customer_id else "",
        f"{translate(N_('From'))} {language.day(from_on)}" if from_on else "",
        f"{translate(N_('Until'))} {language.day(until_on)}" if until_on else "",
    ]
    return " · ".join(one for one in said if one)


def verify() -> None:
    """Callback: audit the whole store and keep what was found for this run of the page."""
    if guard.viewer() is not None:
        st.session_state[_FINDINGS] = connection.store().verify()


def findings() -> list[Finding] | None:
    """What the last click on "Verify" found; None before it."""
    found: list[Finding] | None = st.session_state.get(_FINDINGS)
    return found


