"""What the page of users lists: people with their sessions and accounts, books with whose they are, who did what to whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from clearaccounts.access import Permission, Role, Viewer
from clearaccounts.decisions import Event, EventFilter, Store
from clearaccounts.people import assignments, register, sessions
from clearaccounts.people.assignments import ACCOUNT, BOOK, Assignment
from clearaccounts.people.model import SUBJECT, Person, Status
from clearaccounts.people.presence import SESSION
from clearaccounts.people.sessions import NEVER, SignedIn
from clearaccounts.settings import Access
from clearaccounts.warehouse import Warehouse

EXPIRED = "expired"


@dataclass(frozen=True)
class Listed:
    """One person on the page.

    Attributes:
        person: as they stand now.
        person_status: their status, or EXPIRED for an invitation that holds no more.
        signed_in: what is known of their sessions.
        account_count: how many accounts a sales agent has now, by the customer list and by assignment; None for every other role.
        assigned: what was assigned to them, books first.
    """

    person: Person
    person_status: str
    signed_in: SignedIn
    account_count: int | None
    assigned: tuple[Assignment, ...]


@dataclass(frozen=True)
class Book:
    """The accounts that the customer list puts under one address.

    Attributes:
        book: the address, in lower case; empty for accounts without any sales agent.
        account_count: how many accounts are in it.
        apart_count: how many of them somebody else than the book's owner has, because they were assigned one by one.
        owner: whose it is now: an active sales agent, or None.
        assignment: what gave it to them, None if the customer list did, or nobody.
        version: how many events about its assignment there are.
    """

    book: str
    account_count: int
    apart_count: int
    owner: Person | None
    assignment: Assignment | None
    version: int


def people(store: Store, access: Access, warehouse: Warehouse | None, viewer: Viewer, now: datetime) -> list[Listed]:
    """Everybody but those whose invitation was withdrawn, by name; who waits to join comes first. Without a warehouse nobody has accounts.

    Raises:
        NotPermitted: the role may not administer.
    """
    viewer.require(Permission.MANAGE_USERS)
    everybody = [one for one in register.everybody(store.matching, access) if one.status is not Status.WITHDRAWN]
    signed_in = sessions.by_person(store, access, everybody, now)
    accounts = Counter[str]() if warehouse is None else _accounts_by_agent(warehouse, viewer)
    assigned = assignments.current(store.matching)
    listed = [
        Listed(
            one, EXPIRED if one.status is Status.INVITED and not one.is_invited(now) else one.status.value,
            signed_in.get(one.user_id, NEVER), accounts[one.email.casefold()] if one.role is Role.SALES_AGENT else None,
            tuple(sorted((own for own in assigned if own.user_id == one.user_id), key=lambda own: own.book is None)),
        )
        for one in everybody
    ]
    return sorted(listed, key=lambda one: one.person.status is not Status.INVITED)


def books(store: Store, access: Access, warehouse: Warehouse, viewer: Viewer) -> list[Book]:
    """The books of the customer list: those that are nobody's first, then by address; accounts without a sales agent are one of them.

    Raises:
        NotPermitted: the role may not administer.
    """
    viewer.require(Permission.MANAGE_USERS)
    everybody = register.everybody(store.matching, access)
    agents = {one.email.casefold(): one for one in everybody if one.status is Status.ACTIVE and one.role is Role.SALES_AGENT}
    by_id = {one.user_id: one for one in everybody}
    given = {one.book: one for one in assignments.current(store.matching) if one.book is not None}
    versions = versions_of(store)
    parts: dict[str, Counter[str]] = {}
    for row in warehouse.run("people/books", {}, viewer).to_pylist():
        parts.setdefault(row["book_agent"] or "", Counter())[row["sales_agent"] or ""] += row["account_count"]
    found = []
    for book, by_agent in parts.items():
        assignment = given.get(book)
        holder = by_id[assignment.user_id].email.casefold() if assignment is not None and assignment.user_id in by_id else book
        count = by_agent.total()
        found.append(Book(book, count, count - by_agent[holder], agents.get(holder), assignment, versions.get(BOOK + book, 0)))
    return sorted(found, key=lambda one: (one.owner is not None, one.book))


def single_accounts(store: Store) -> list[Assignment]:
    """The accounts that were assigned one by one, in the order of their ids."""
    return [one for one in assignments.current(store.matching) if one.subject_id.startswith(ACCOUNT)]


def versions_of(store: Store) -> dict[str, int]:
    """How many events there are about each assignment, also those that were taken back."""
    return {event.subject_id: event.version for event in store.matching(EventFilter(subject_type=assignments.SUBJECT))}


def history(store: Store, viewer: Viewer, user_id: str) -> list[Event]:
    """Every event about a person, the newest first: their rights, their sign-ins, what was assigned to them, what they were refused.

    Raises:
        NotPermitted: the role may not read the users' part of the audit trail.
    """
    def events(subject_type: str, subject_id: str | None = None, actor: str | None = None) -> tuple[Event, ...]:
        return store.events(viewer, EventFilter(subject_type=subject_type, subject_id=subject_id, actor=actor)).events

    theirs = [*events(SUBJECT, user_id), *events("access", user_id), *events(SESSION, actor=user_id)]
    given: set[str] = set()
    for one in sorted(events(assignments.SUBJECT), key=lambda event: event.sequence):
        is_theirs = one.details.get("user_id") == user_id
        if is_theirs or one.subject_id in given:
            theirs.append(one)
        given = given | {one.subject_id} if is_theirs else given - {one.subject_id}
    return sorted(theirs, key=lambda event: event.sequence, reverse=True)


def _accounts_by_agent(warehouse: Warehouse, viewer: Viewer) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in warehouse.run("people/books", {}, viewer).to_pylist():
        counts[row["sales_agent"] or ""] += row["account_count"]
    return counts
