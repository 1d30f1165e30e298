"""People and plain actions for the tests of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Permission, Role
from clearaccounts.decisions import Action, Scene, Store, open_store
from clearaccounts.settings import DataFolder, Settings

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
PEOPLE = {person.role: person for person in (*DEMO_PEOPLE, OPERATOR)}
BEATRIZ, MARTIN = PEOPLE[Role.BILLING_ADMIN], PEOPLE[Role.MANAGER]


def note(
    key: str,
    subject: str = "N1",
    reason: str = "because",
    *,
    version: int | None = None,
    details: Mapping[str, Any] | None = None,
    now: datetime = NOW,
    customer_id: str | None = None,
) -> Action:
    """The simplest thing that can be recorded: a note on a subject."""

    def rule(_: Scene) -> Mapping[str, Any]:
        return details or {}

    return Action("note", subject, "noted", reason, key, now, (Permission.MARK, Permission.APPROVE), rule,
                  {"text": reason}, customer_id, version)


def store_in(folder: Path) -> Store:
    return open_store(DataFolder(folder), Settings())


def with_notes(folder: Path, count: int) -> Store:
    """A store that holds `count` notes."""
    store = store_in(folder)
    for number in range(1, count + 1):
        store.append(BEATRIZ, note(f"key-{number}", f"N{number}"))
    return store


def database(folder: Path) -> sqlite3.Connection:
    """The store's database opened by somebody who passes the program by, its guards removed."""
    connection = sqlite3.connect(folder / "decisions.sqlite", isolation_level=None)
    connection.execute("drop trigger if exists event_no_update")
    connection.execute("drop trigger if exists event_no_delete")
    return connection


def anchor(folder: Path) -> Path:
    return folder / "decisions.anchor"
