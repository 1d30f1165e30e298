"""Giving accounts to sales agents: a whole book of the customer list, or single accounts by their ids; and taking them back.

What is assigned counts at once and everywhere: scope, groups and lists read the same table (`assignments.py`). A single account goes
before its book. A user administrator sees no customers: an id that they typed is only said to exist or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from clearaccounts.access import Permission, Role, Viewer
from clearaccounts.collections.checks import check_reason
from clearaccounts.decisions import Action, Event, Scene, Store
from clearaccounts.errors import NotFound, Refused
from clearaccounts.people import register
from clearaccounts.people.assignments import ACCOUNT, BOOK, SUBJECT
from clearaccounts.people.model import Person, Status
from clearaccounts.settings import Access
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

ASSIGNED, UNASSIGNED = "assigned", "unassigned"
MOST_ACCOUNTS = 200
_MEANWHILE = {ASSIGNED: N_("{who} assigned this on {when}."), UNASSIGNED: N_("{who} took this assignment back on {when}.")}

Newest = Callable[[], Warehouse]


def assign_book(
    store: Store, access: Access, newest: Newest, viewer: Viewer, *,
    book: str, user_id: str, seen_version: int | None, reason: str, idempotency_key: str, now: datetime,
) -> Event:
    """Give a sales agent all accounts that the customer list puts under an address, those it will put there in future too.

    Args:
        store: where it is recorded.
        access: the rules of `[access]`.
        newest: opens the newest build.
        viewer: who assigns.
        book: the address in the customer list, in lower case; empty for the accounts without any sales agent.
        user_id: an active sales agent.
        seen_version: how many events about this book there were when it was seen.
        reason: why, in the administrator's own words.
        idempotency_key: made when the form was drawn.
        now: the caller's clock.

    Raises:
        NotFound: there is no such book.
        NotPermitted: the role does not allow it.
        Stale: somebody assigned it, or took it back, meanwhile; says who.
        Refused: no reason, no active sales agent, or it is theirs already.
    """
    def guard(scene: Scene) -> None:
        if not any((row["book_agent"] or "") == book for row in newest().run("people/books", {}, scene.viewer).to_pylist()):
            raise NotFound(N_("There is no such book in the customer list."))

    def check(person: Person) -> None:
        if person.email.casefold() == book:
            raise Refused(N_("By the customer list this book is that of {name}; take the assignment back instead."), name=person.name)

    return _assign(store, access, viewer, BOOK + book, user_id, seen_version, reason, idempotency_key, now, guard, check)


def assign_account(
    store: Store, access: Access, newest: Newest, viewer: Viewer, *,
    customer_id: str, user_id: str, seen_version: int | None, reason: str, idempotency_key: str, now: datetime,
) -> Event:
    """Give a sales agent a single account; it stays theirs whatever becomes of its book.

    Raises:
        NotFound: there is no such account.
        NotPermitted, Stale, Refused: as `assign_book`.
    """
    def guard(scene: Scene) -> None:
        _check_accounts(newest(), scene.viewer, [customer_id])

    return _assign(store, access, viewer, ACCOUNT + customer_id, user_id, seen_version, reason, idempotency_key, now, guard)


def assign_accounts(
    store: Store, access: Access, newest: Newest, viewer: Viewer, *,
    customer_ids: Sequence[str], user_id: str, seen_versions: Mapping[str, int], reason: str, idempotency_key: str, now: datetime,
) -> list[Event]:
    """Give a sales agent several accounts, each with an event of its own; if one of them does not exist, none is given.

    `customer_ids` are up to 200; one that is theirs already is left as it is. `seen_versions` says per subject (`account:<id>`) how many
    events about it there were when the form was drawn; none is 0. The key of each is made of the form's key and its id, so that the
    whole form may be sent again. The rest is as in `assign_book`.

    Returns:
        What was recorded, in the order of the ids.

    Raises:
        NotFound: there is no such account; names those.
        NotPermitted, Stale, Refused: as `assign_book`; or there are no ids, or too many.
    """
    wanted = list(dict.fromkeys(customer_ids))
    if not wanted:
        raise Refused(N_("Give the ids of the accounts."))
    if len(wanted) > MOST_ACCOUNTS:
        raise Refused(N_("At most {limit} accounts at once; these are {count}."), limit=MOST_ACCOUNTS, count=len(wanted))

    unseen = list(wanted)

    def guard(scene: Scene) -> None:
        # The first one asks for all of them: a form with a mistake in it gives nothing.
        _check_accounts(newest(), scene.viewer, unseen)
        unseen.clear()

    made = []
    for customer_id in wanted:
        subject_id = ACCOUNT + customer_id
        try:
            made.append(_assign(
                store, access, viewer, subject_id, user_id, seen_versions.get(subject_id, 0), reason, f"{idempotency_key}/{customer_id}",
                now, guard))
        except AlreadyTheirs:
            continue
    return made


def unassign(
    store: Store, viewer: Viewer, *, subject_id: str, seen_version: int | None, reason: str, idempotency_key: str, now: datetime,
) -> Event:
    """Take an assignment back: the customer list counts again, or for a single account its book's assignment.

    `subject_id` is `book:<address>` or `account:<customer_id>`; the rest is as in `assign_book`.

    Raises:
        NotFound: there is no such assignment.
        NotPermitted, Stale: as `assign_book`.
        Refused: no reason, or it was taken back already.
    """
    def guard(scene: Scene) -> None:
        if not scene.events:
            raise NotFound(N_("There is no such assignment."))

    def rule(scene: Scene) -> Mapping[str, Any]:
        if scene.events[-1].event_type != ASSIGNED:
            raise Refused(N_("This assignment was taken back already."))
        check_reason(reason)
        return {}

    return store.append(viewer, Action(
        SUBJECT, subject_id, UNASSIGNED, reason.strip(), idempotency_key, now, (Permission.MANAGE_USERS,), rule,
        expected_version=seen_version, guard=guard, meanwhile=_MEANWHILE,
    ))


def known_accounts(warehouse: Warehouse, viewer: Viewer, customer_ids: Sequence[str]) -> pa.Table:
    """`people/accounts`: those of the ids that there are; one row per customer_id: customer_id, book_agent, sales_agent."""
    wanted = pa.table({"customer_id": pa.array(customer_ids, pa.string())})
    return warehouse.run("people/accounts", {}, viewer, {"customers_wanted": wanted})


class AlreadyTheirs(Refused):
    """It is in these hands already."""


def _assign(  # noqa: PLR0917 - the public functions name everything; this one passes it on
    store: Store, access: Access, viewer: Viewer, subject_id: str, user_id: str, seen_version: int | None, reason: str,
    idempotency_key: str, now: datetime, guard: Callable[[Scene], None], check: Callable[[Person], None] = lambda _: None,
) -> Event:
    def rule(scene: Scene) -> Mapping[str, Any]:
        person = register.by_id(user_id, scene.matching, access)
        if person is None or person.status is not Status.ACTIVE or person.role is not Role.SALES_AGENT:
            raise Refused(N_("Accounts are given to active sales agents alone."))
        check(person)
        last = scene.events[-1] if scene.events else None
        if last is not None and last.event_type == ASSIGNED and last.details["user_id"] == user_id:
            raise AlreadyTheirs(N_("This is assigned to {name} already."), name=person.name)
        check_reason(reason)
        return {"user_id": user_id}

    return store.append(viewer, Action(
        SUBJECT, subject_id, ASSIGNED, reason.strip(), idempotency_key, now, (Permission.MANAGE_USERS,), rule,
        asked={"user_id": user_id}, expected_version=seen_version, guard=guard, meanwhile=_MEANWHILE,
    ))


def _check_accounts(warehouse: Warehouse, viewer: Viewer, customer_ids: Sequence[str]) -> None:
    found = set(known_accounts(warehouse, viewer, customer_ids)["customer_id"].to_pylist())
    missing = [one for one in customer_ids if one not in found]
    if missing:
        raise NotFound(N_("There is no such account: {accounts}."), accounts=", ".join(missing))
