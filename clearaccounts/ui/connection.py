"""The stores behind the pages: one warehouse build per run of a page, and the decisions.

A run takes the current build once and uses it for all its numbers, so that a page never mixes two
builds. A build that is replaced meanwhile is closed when the last run lets go of it.
"""

from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

from clearaccounts.access import OPERATOR, Viewer
from clearaccounts.collections.clearing import catch_up, has_decisions
from clearaccounts.collections.days import counts_from
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.policies import Known, known, known_on
from clearaccounts.collections.policy import Policy
from clearaccounts.collections.policy_desk import Desk
from clearaccounts.collections.standing import with_decisions
from clearaccounts.decisions import Event, EventFilter, People, Store, open_store
from clearaccounts.people import assignments, presence, register
from clearaccounts.settings import DataFolder, Settings, config_file, load, served_folder
from clearaccounts.support import rules, rules_reader
from clearaccounts.warehouse import Warehouse, current_path, open_current

log = logging.getLogger("clearaccounts")


@cache
def settings() -> Settings:
    """The configuration, read once per process from `CLEARACCOUNTS_CONFIG` or `clearaccounts.toml`.

    Raises:
        SettingsError: the file that is named is not there, or it holds something we cannot use.
    """
    return load(config_file(os.environ.get("CLEARACCOUNTS_CONFIG") or None))


def data_root() -> Path:
    """The data folder: `CLEARACCOUNTS_DATA` or `data`."""
    return Path(os.environ.get("CLEARACCOUNTS_DATA") or "data")


def folder() -> DataFolder:
    """The folder being served: the partner's, or the sample while that is empty."""
    return served_folder(data_root())


def own_folder() -> DataFolder:
    """The partner's own folder, where imports land and own profiles stand, also while the sample is served."""
    return DataFolder(data_root())


class _Current:
    """The build that new runs get; opened again when the pointer names another file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._warehouse: Warehouse | None = None

    def get(self) -> Warehouse:
        with self._lock:
            served = folder()
            path = current_path(served)
            if self._warehouse is None or path != self._path:
                self._warehouse = open_current(served, settings())
                self._path = self._warehouse.path
            return self._warehouse


_current = _Current()


class _Stores:
    """The decisions stores of this process, one per folder served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stores: dict[Path, Store] = {}

    def get(self, of: DataFolder) -> Store:
        with self._lock:
            if of.path not in self._stores:
                self._stores[of.path] = open_store(of, settings(), self._people(of))
            return self._stores[of.path]

    def _people(self, of: DataFolder) -> People:
        """Who people are now. They are the partner's own also while the sample is served: its store asks the other."""
        directory = presence.directory(settings().access)
        if of == own_folder():
            return directory
        return lambda viewer, _matching, at: directory(viewer, people_matching, at)


_stores = _Stores()


def store() -> Store:
    """What people decided about the partner being served.

    Raises:
        DecisionError: the store cannot be opened.
    """
    return _stores.get(folder())


def own_store() -> Store:
    """What people did with the partner's own data, also while the sample is served.

    Raises:
        DecisionError: the store cannot be opened.
    """
    return _stores.get(own_folder())


def policy(as_of_on: date) -> Policy | None:
    """The collections policy in force on a day, or None.

    Raises:
        SettingsError: a file that the settings name does not exist.
        PolicyError: a policy file holds something we cannot use.
    """
    found = known_on(policies(), as_of_on)
    return None if found is None else found.policy


def policies() -> list[Known]:
    """Every policy that counts or will, from files and approved by people; the newest first.

    Raises:
        SettingsError: a file that the settings name does not exist.
        PolicyError: a policy file holds something we cannot use.
    """
    return known(store().matching, folder(), settings())


def today() -> date:
    """The day from which a decision of now counts, by the newest build."""
    return counts_from(newest_warehouse().build, now())


def policy_desk() -> Desk:
    """Where policies are proposed, approved, declined and withdrawn."""
    return Desk(store(), folder(), settings(), today)


def grounds() -> Grounds:
    """What an action rests on: the newest build and the policy, looked up when it happens."""
    return Grounds(newest_warehouse, policy, settings().suspension)


def midnight(day: date) -> datetime:
    """The instant at which `day` begins in company time."""
    return datetime.combine(day, time(), settings().company.zone)


def now() -> datetime:
    """The clock, with its zone; only the outermost layer reads it."""
    return datetime.now(UTC)


class _Run(threading.local):
    """What the script run on this thread uses; Streamlit runs each session's script on a thread of its own."""

    warehouse: Warehouse | None = None


_run = _Run()


class _CaughtUp:
    """For which build of this process it has been noted whose debts are gone; see `collections.clearing`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._path: Path | None = None

    def with_(self, newest: Warehouse) -> None:
        with self._lock:
            if newest.path == self._path:
                return
            self._path = newest.path
        catch_up(folder(), settings(), now(), warehouse=lambda: newest)


_caught_up = _CaughtUp()


def people_matching(chosen: EventFilter) -> tuple[Event, ...]:
    """The events about people and their sessions. Where nobody ever decided anything, looking makes no store.

    Raises:
        DecisionError: the store cannot be read.
    """
    return own_store().matching(chosen) if has_decisions(own_folder(), settings()) else ()


def present(viewer: Viewer) -> Viewer:
    """Who this person is now, if their session is still good.

    Raises:
        SignedOut: it is not, or nobody knows them any more.
    """
    return presence.present(settings().access, viewer, people_matching, now())


def names() -> dict[str, str]:
    """Everybody's name to show, by their id."""
    people = register.everybody(people_matching, settings().access)
    return {OPERATOR.user_id: OPERATOR.name, **{person.user_id: person.name for person in people}}


def _with_assignments(newest: Warehouse) -> Warehouse:
    """The build with what user administrators assigned beside it, read once, when the first query asks."""
    return newest.beside({"assignments_now": cache(lambda: assignments.table(people_matching, settings().access))})


def begin_run() -> None:
    """Forget the build of the thread's previous run; the entry script calls this first."""
    _run.warehouse = None


def warehouse() -> Warehouse:
    """The build that this run uses, with what people decided beside it.

    Raises:
        NoWarehouse: nothing has been built yet.
        SupportRulesError: the file of support rules holds something we cannot use.
    """
    if _run.warehouse is None:
        newest = _current.get()
        _caught_up.with_(newest)
        decided = with_decisions(_with_assignments(newest), lambda chosen: store().matching(chosen))
        _run.warehouse = rules.beside(decided, rules_reader.in_use(settings()))
    return _run.warehouse


def newest_warehouse() -> Warehouse:
    """The current build, whatever this run uses: for an action, which must never decide on an old one.

    Raises:
        NoWarehouse: nothing has been built yet.
    """
    return _with_assignments(_current.get())
