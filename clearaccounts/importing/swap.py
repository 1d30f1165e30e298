"""Landings -> a new warehouse file, made current by one rename of the pointer; a failure is kept beside the old one."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from clearaccounts.errors import BuildError
from clearaccounts.importing import files, history
from clearaccounts.importing.build import write_warehouse
from clearaccounts.importing.canonical import RECEIVABLES_KINDS, kinds
from clearaccounts.importing.records import Landing
from clearaccounts.query_files import BUILD_STEPS, QUERIES
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_
from clearaccounts.warehouse import Build, pointer

FAILURE = "failure.json"


@dataclass(frozen=True)
class Failure:
    """Why the newest build failed; the one before it is still served."""

    template: str
    values: dict[str, object]
    at: datetime

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that `translate` speaks."""
        return BuildError(self.template, **self.values).in_language(translate)


def failure(folder: DataFolder) -> Failure | None:
    """Why the newest build failed, or None if it did not."""
    try:
        raw = json.loads((folder.warehouse / FAILURE).read_text(encoding="utf-8"))
        return Failure(raw["template"], raw["values"], datetime.fromisoformat(raw["at"]))
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return None


def code_fingerprint() -> str:
    """What tells one version of the build's steps from another."""
    digest = hashlib.sha256()
    for step in sorted(BUILD_STEPS):
        for path in sorted((QUERIES / step).glob("*.sql")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read_pointer(folder: DataFolder) -> dict[str, Any]:
    """What the pointer says; empty when nothing was ever built."""
    try:
        content: dict[str, Any] = json.loads(pointer(folder).read_text(encoding="utf-8"))
        return content
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def is_current(folder: DataFolder, known: Sequence[Landing], settings: Settings) -> bool:
    """Whether the current warehouse holds all landings, built by these very steps for this company."""
    current = read_pointer(folder)
    return (
        bool(known)
        and current.get("sequence") == max(landing.sequence for landing in known)
        and current.get("steps") == code_fingerprint()
        and current.get("company_currency") == settings.company.currency
        and current.get("time_zone") == settings.company.time_zone
        and (folder.warehouse / str(current.get("file"))).exists()
        and failure(folder) is None
    )


def build_and_swap(
    folder: DataFolder, settings: Settings, known: Sequence[Landing], now: datetime, work: Path, *, as_of_on: date | None = None
) -> Build:
    """Build from the landings `known`, in `work`, and make the result current. Only under the lock.

    Raises:
        BuildError: it failed, and the folder says so; the previous one is still served.
    """
    newest = max(landing.landed_at for landing in known)
    receivables = [landing.landed_at for landing in known if RECEIVABLES_KINDS & (set(landing.things) | set(landing.withdrawn))]
    made = Build(
        build_id=f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
        built_at=_naive(now),
        as_of_on=as_of_on or newest.astimezone(settings.company.zone).date(),
        newest_import_at=_naive(newest),
        newest_receivables_import_at=_naive(max(receivables)) if receivables else None,
        company_currency=settings.company.currency,
        time_zone=settings.company.time_zone,
        is_sample=folder.is_sample,
    )
    try:
        _write_and_swap(folder, settings, known, made, work)
    except (BuildError, duckdb.Error, OSError) as problem:
        failed = problem if isinstance(problem, BuildError) else BuildError(
            N_("The new warehouse could not be built: {problem}"), problem=str(problem).split("\n", maxsplit=1)[0]
        )
        folder.warehouse.mkdir(parents=True, exist_ok=True)
        values = {key: str(value) for key, value in failed.values.items()}
        files.write_json(folder.warehouse / FAILURE, {"template": failed.template, "values": values, "at": now.isoformat()})
        raise failed from problem
    (folder.warehouse / FAILURE).unlink(missing_ok=True)
    return made


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _write_and_swap(folder: DataFolder, settings: Settings, known: Sequence[Landing], made: Build, work: Path) -> None:
    merged = work / "merged"
    merged.mkdir()
    tables: dict[str, list[Path]] = {}
    with history.connect(settings, work) as connection:
        for kind in kinds().values():
            if any(kind.name in landing.things for landing in known):
                path = merged / f"{kind.name}.parquet"
                connection.execute(f"copy ({history.latest(kind, folder.landing, known)}) to $file (format parquet)", {"file": str(path)})
                tables[kind.name] = [path]
    fresh = work / f"warehouse-{made.build_id}.duckdb"
    write_warehouse(fresh, tables, made, settings.limits)
    files.sync(fresh)
    folder.warehouse.mkdir(parents=True, exist_ok=True)
    fresh.rename(folder.warehouse / fresh.name)
    files.sync(folder.warehouse)
    previous = read_pointer(folder).get("file")
    files.write_json(pointer(folder), {
        "file": fresh.name,
        "build_id": made.build_id,
        "sequence": max(landing.sequence for landing in known),
        "steps": code_fingerprint(),
        "company_currency": made.company_currency,
        "time_zone": made.time_zone,
    })
    # A page that runs holds the previous file; older ones nobody opens any more.
    for path in folder.warehouse.glob("warehouse-*.duckdb"):
        if path.name not in {fresh.name, previous}:
            path.unlink()
