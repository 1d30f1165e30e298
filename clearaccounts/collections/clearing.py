"""Whether the debts of suspended customers are gone, noted once: the clock of their reinstatement starts there.

The note is made at the end of whatever brings new data; after a crash the next command or page makes it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import pyarrow as pa

from clearaccounts.access import OPERATOR, Viewer
from clearaccounts.collections.deciding import AlreadyThere, Form, decide
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.marks import SUBJECT, Mark, folded
from clearaccounts.collections.transitions import TRANSITIONS
from clearaccounts.decisions import EventFilter, Scene, Store, open_store
from clearaccounts.errors import ClearAccountsError, Refused
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse, open_current

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class DebtsFilter:
    """What is open of marked debts at the end of a day."""

    as_of_on: date


def marked_items(marks: Iterable[Mark]) -> pa.Table:
    """The items that marks were made on, shaped like EMPTY_TABLES["mark_items"]."""
    rows = [
        {
            "mark_id": mark.mark_id, "customer_id": mark.customer_id, "currency": mark.currency, "invoice_id": item["invoice_id"],
            "instalment_number": item["instalment_number"],
        }
        for mark in marks for item in mark.evidence["items"]
    ]
    return pa.Table.from_pylist(rows, schema=EMPTY_TABLES["mark_items"].schema)


def debts(warehouse: Warehouse, marks: Iterable[Mark], viewer: Viewer = OPERATOR) -> pa.Table:
    """What is still open of the debts that these marks were made on: rows of `collections/marked_debts`, as of the build's day."""
    return warehouse.run("collections/marked_debts", DebtsFilter(warehouse.build.as_of_on), viewer, {"mark_items": marked_items(marks)})


def is_debt_gone(warehouse: Warehouse, mark: Mark) -> bool:
    """Whether the debt that the mark was made on is gone by this build; a customer whom the data no longer hold still owes."""
    return any(row["is_debt_gone"] for row in debts(warehouse, [mark]).to_pylist())


def note_cleared(store: Store, grounds: Grounds, viewer: Viewer, now: datetime, *, only: str | None = None) -> list[Mark]:
    """Note every suspended customer whose debt is gone by the newest build; each is noted once, whoever looks.

    Args:
        store: where it is recorded.
        grounds: the newest warehouse.
        viewer: who brought the data or looks: the operator, or somebody who may import.
        now: the caller's clock.
        only: look at this mark alone.

    Returns:
        The marks that this call found to be cleared.
    """
    waiting = [
        mark for mark in folded(store.matching(EventFilter(subject_type=SUBJECT, subject_id=only)))
        if mark.mark_status in TRANSITIONS["clear"].before and mark.cleared is None and mark.suspended
    ]
    if not waiting:
        return []
    gone = {row["mark_id"] for row in debts(grounds.warehouse(), waiting).to_pylist() if row["is_debt_gone"]}
    found = [_note(store, grounds, viewer, now, mark) for mark in waiting if mark.mark_id in gone]
    return [mark for mark in found if mark is not None]


def has_decisions(folder: DataFolder, settings: Settings) -> bool:
    """Whether anybody can have decided anything about this folder yet: looking makes no store."""
    return bool(settings.decisions.url) or (folder.path / "decisions.sqlite").exists()


def catch_up(
    folder: DataFolder, settings: Settings, now: datetime, viewer: Viewer = OPERATOR, *,
    warehouse: Callable[[], Warehouse] | None = None, store: Store | None = None,
) -> list[Mark]:
    """Note what the newest build of a folder clears: at the end of an import, and by the next command or page after a crash.

    What keeps it from being noted (a store that is broken, no warehouse) is logged: it will be noted by whoever looks next.
    """
    try:
        store = store or open_store(folder, settings)
        newest = warehouse or partial(open_current, folder, settings)
        return note_cleared(store, Grounds(newest, lambda _: None, settings.suspension), viewer, now)
    except ClearAccountsError:
        _LOG.warning("it could not be noted whose debts are gone", exc_info=True)
        return []


def _note(store: Store, grounds: Grounds, viewer: Viewer, now: datetime, mark: Mark) -> Mark | None:
    def rule(_: Scene, marked: Mark) -> Mapping[str, Any]:
        newest = grounds.warehouse()
        if not marked.suspended or not is_debt_gone(newest, marked):
            raise Refused(N_("The debt is not gone."))
        return {"build": {"build_id": newest.build.build_id, "as_of_on": newest.build.as_of_on}}

    def first(_: Scene, marked: Mark) -> None:
        if marked.cleared is not None:
            raise AlreadyThere

    form = Form(mark.mark_id, None, f"clear:{mark.mark_id}:{viewer.user_id}", now)
    try:
        return decide(store, grounds, viewer, ("clear",), form, rule, before=first)
    except Refused:  # a later build shows it open again, or somebody acted a moment ago
        return None
