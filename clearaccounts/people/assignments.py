"""Which accounts were given to which sales agent, instead of the one that the customer list names."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from clearaccounts.decisions import Event, EventFilter
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.people import register
from clearaccounts.people.model import Matching
from clearaccounts.settings import Access

SUBJECT = "assignment"
ACCOUNT, BOOK = "account:", "book:"


@dataclass(frozen=True)
class Assignment:
    """An account, or a sales agent's whole book, in the hands of a person.

    Attributes:
        subject_id: `account:<customer_id>` or `book:<address in the customer list>`, the address in lower case.
        user_id: whose it is now.
        event: the event that gave it to them.
    """

    subject_id: str
    user_id: str
    event: Event

    @property
    def customer_id(self) -> str | None:
        """The account, None for a book."""
        return self.subject_id.removeprefix(ACCOUNT) if self.subject_id.startswith(ACCOUNT) else None

    @property
    def book(self) -> str | None:
        """The address whose accounts these are, None for a single account."""
        return self.subject_id.removeprefix(BOOK) if self.subject_id.startswith(BOOK) else None


def current(matching: Matching) -> list[Assignment]:
    """Every assignment that holds, in the order of its subjects."""
    newest: dict[str, Event] = {}
    for event in matching(EventFilter(subject_type=SUBJECT)):
        newest[event.subject_id] = event
    return [
        Assignment(subject_id, event.details["user_id"], event)
        for subject_id, event in sorted(newest.items()) if event.event_type == "assigned"
    ]


def table(matching: Matching, access: Access) -> pa.Table:
    """The assignments shaped like EMPTY_TABLES["assignments_now"].

    What was given to somebody whom nobody knows any more stands under their id, which is nobody's address.
    """
    found = current(matching)
    people = {person.user_id: person.viewer.agent_address for person in register.everybody(matching, access)} if found else {}
    rows = [
        {"customer_id": one.customer_id, "book": one.book, "sales_agent": people.get(one.user_id, one.user_id)} for one in found
    ]
    return pa.Table.from_pylist(rows, schema=EMPTY_TABLES["assignments_now"].schema)
