"""People and plain actions for the tests of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Permission, Role, Viewer, current_person
from clearaccounts.decisions import Action, Scene, Store, known_by_id, open_store
from clearaccounts.settings import DataFolder, Settings, load

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


def settings_in(folder: Path) -> Settings:
    """The settings of a test: those that stand in its folder, where they name the database, else the defaults."""
    return load(folder / "clearaccounts.toml")


def store_in(folder: Path, people: Callable[[str], Viewer | None] = current_person) -> Store:
    return open_store(DataFolder(folder), settings_in(folder), known_by_id(people))


def with_notes(folder: Path, count: int) -> Store:
    """A store that holds `count` notes."""
    store = store_in(folder)
    for number in range(1, count + 1):
        store.append(BEATRIZ, note(f"key-{number}", f"N{number}"))
    return store


class Database:
    """The store's database opened by somebody who passes the program by, its guards removed unless they are kept.

    Statements are SQLite's; a question mark stands for a value.
    """

    def __init__(self, folder: Path, *, is_guarded: bool = False) -> None:
        self._connection: sqlite3.Connection | psycopg.Connection[Any]
        url = settings_in(folder).decisions.url
        self.is_server = bool(url)
        if self.is_server:
            address = make_url(url)
            self._connection = psycopg.connect(
                host=str(address.query["host"]), user=address.username, dbname=address.database, options=str(address.query["options"]),
                autocommit=True,
            )
        else:
            self._connection = sqlite3.connect(folder / "decisions.sqlite", isolation_level=None)
        if not is_guarded:
            self._remove_guards()

    def _remove_guards(self) -> None:
        for name in ["event_no_change on event"] if self.is_server else ["event_no_update", "event_no_delete"]:
            self.execute(f"drop trigger if exists {name}")

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        if isinstance(self._connection, sqlite3.Connection):
            return self._connection.execute(statement, values)
        return self._connection.execute(statement.replace("%", "%%").replace("?", "%s").encode(), values or None)

    def executescript(self, script: str) -> None:
        for statement in script.split(";"):
            if statement.strip():
                self.execute(statement)


def database(folder: Path) -> Database:
    return Database(folder)


def anchor(folder: Path) -> Path:
    return folder / "decisions.anchor"
