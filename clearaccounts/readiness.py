"""Whether the dashboard is ready to serve people, in one word for each of its parts, and nothing of what is in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from clearaccounts.decisions import EventFilter, Store
from clearaccounts.errors import ClearAccountsError, StoreBroken
from clearaccounts.importing import publish
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.support import rules_reader
from clearaccounts.warehouse import Build

READY, DEGRADED, NOT_READY = "ready", "degraded", "not_ready"
# Words with which people are served all the same; every other one but `ok` is a reason to send them elsewhere.
_WELL = ("ok", "fresh", "sample")
_SERVED_ALL_THE_SAME = ("old", "none", "failed")
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Readiness:
    """How the parts stand.

    Attributes:
        parts: part -> one word: settings, support_rules, warehouse, data, build, decisions, anchor, disk.
        data_age_hours: whole hours since the newest import of receivables; None without one.
    """

    parts: dict[str, str]
    data_age_hours: int | None = None

    @property
    def status(self) -> str:
        """`ready`; `degraded`: people are served, with numbers of before; `not_ready`: they cannot be served or cannot act."""
        others = [word for word in self.parts.values() if word not in _WELL]
        if any(word not in _SERVED_ALL_THE_SAME for word in others):
            return NOT_READY
        return DEGRADED if others else READY


@dataclass(frozen=True)
class Premises:
    """Where to look; each is asked when its turn comes, and may raise what it raises.

    Attributes:
        folders: the folder that is served, and the partner's own.
        stores: the decisions of these folders.
        build: the build that is served.
    """

    settings: Callable[[], Settings]
    folders: Callable[[], Sequence[DataFolder]]
    stores: Callable[[], Sequence[Store]]
    build: Callable[[], Build]


def look(premises: Premises, now: datetime) -> Readiness:
    """Look at every part; what stops the look at one says something of that one only."""
    try:
        settings = premises.settings()
    except ClearAccountsError:
        return Readiness({"settings": "unreadable"})
    parts = {"settings": "ok", "support_rules": _rules(settings)}
    parts["warehouse"], build = _warehouse(premises)
    age = None
    if build is not None:
        parts["data"], age = _data(build, settings, now)
    parts["build"] = _build(premises)
    parts["decisions"], parts["anchor"] = _decisions(premises, settings)
    parts["disk"] = _disk(premises, settings)
    return Readiness(parts, age)


def _rules(settings: Settings) -> str:
    try:
        rules_reader.in_use(settings)
    except (ClearAccountsError, OSError):
        return "unreadable"
    return "ok"


def _warehouse(premises: Premises) -> tuple[str, Build | None]:
    try:
        return "ok", premises.build()
    except (ClearAccountsError, duckdb.Error, OSError):
        return "missing", None


def _data(build: Build, settings: Settings, now: datetime) -> tuple[str, int | None]:
    if build.is_sample:
        return "sample", None
    if build.newest_receivables_import_at is None:
        return "none", None
    age = now - build.newest_receivables_import_at.replace(tzinfo=UTC)
    return "old" if age > timedelta(hours=settings.suspension.max_data_age_hours) else "fresh", age // timedelta(hours=1)


def _build(premises: Premises) -> str:
    try:
        return "failed" if any(publish.failure(folder) for folder in premises.folders()) else "ok"
    except (ClearAccountsError, OSError):
        return "unreadable"


def _decisions(premises: Premises, settings: Settings) -> tuple[str, str]:
    """Whether the decisions can be read, and whether the anchor agrees, so that people can act."""
    try:
        stores = premises.stores()
        for store in stores:
            store.matching(EventFilter(sequence=0))
            if settings.access.is_oidc:
                store.seen_at("")  # a table of its own, which a database of before may lack: nobody would come in
    except (ClearAccountsError, OSError):
        return "unreachable", "unknown"
    try:
        for store in stores:
            store.check()
    except StoreBroken:
        return "ok", "differs"
    except (ClearAccountsError, OSError):
        return "ok", "unreachable"
    return "ok", "ok"


def _disk(premises: Premises, settings: Settings) -> str:
    floor = settings.limits.min_free_disk_megabytes * _MEGABYTE
    try:
        places = {place for folder in premises.folders() for place in (_there(folder.path), _there(folder.anchor(settings)))}
        return "full" if any(shutil.disk_usage(place).free < floor for place in places) else "ok"
    except (ClearAccountsError, OSError):
        return "unreachable"


def _there(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    found = path.absolute()
    while not found.exists():
        found = found.parent
    return found
