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

from clearaccounts.errors import BuildError, FileRefused
from clearaccounts.importing import files, first_answers, history
from clearaccounts.importing.build import Maker, failed_by, write_warehouse
from clearaccounts.importing.canonical import RECEIVABLES_KINDS, kinds
from clearaccounts.importing.records import Landing
from clearaccounts.importing.staging import Stage
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


class NotBuilt(FileRefused):
    """A file did not land because no warehouse could be built with it."""

    def __init__(self, file: str, problem: BuildError) -> None:
        self.problem = problem
        super().__init__(N_("{file}: nothing was imported, and the previous numbers stay. {problem}"), file=file, problem=problem)

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that `translate` speaks."""
        return translate(self.template).format(**{**self.values, "problem": self.problem.in_language(translate)})


def failure(folder: DataFolder) -> Failure | None:
    """Why the newest build failed, or None if it did not."""
    try:
        raw = json.loads((folder.warehouse / FAILURE).read_text(encoding="utf-8"))
        return Failure(raw["template"], raw["values"], datetime.fromisoformat(raw["at"]))
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return None


def code_fingerprint() -> str:
    """What tells one version of the build's steps from another."""
    # Another version of the database may order or divide otherwise.
    digest = hashlib.sha256(duckdb.__version__.encode())
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


def is_current(folder: DataFolder, sequence: int, settings: Settings) -> bool:
    """Whether the current warehouse holds all landings up to `sequence`, built by these very steps for this company."""
    current = read_pointer(folder)
    return (
        current.get("sequence") == sequence
        and current.get("steps") == code_fingerprint()
        and current.get("company_currency") == settings.company.currency
        and current.get("time_zone") == settings.company.time_zone
        and (folder.warehouse / str(current.get("file"))).exists()
        and failure(folder) is None
    )


@dataclass(frozen=True)
class Prepared:
    """A new warehouse that stands in scratch; `sequence` is the newest record that it knows of.

    Attributes:
        build: what it says of itself.
        path: its file.
        sequence: that of the newest record that it knows of.
        remade_count: of a refresh, how many documents, cases and service requests were made anew; None of a full build.
        refreshed_count: the same over all refreshes since the last full build.
        not_refreshed: why it was built whole though it was to be refreshed, if so.
    """

    build: Build
    path: Path
    sequence: int
    remade_count: int | None = None
    refreshed_count: int = 0
    not_refreshed: str = ""


def prepare(
    stage: Stage, *, known: Sequence[Landing] | None = None, as_of_on: date | None = None, maker: Maker | None = None,
) -> Prepared:
    """Build a warehouse in scratch from what counts on the stage.

    Args:
        stage: what counts, and what it adds.
        known: the landings to build from, if not all that count.
        as_of_on: the day the pages show; else the day of the newest import in company time.
        maker: what makes the marts, if not this process.

    Raises:
        BuildError: it failed.
        Cancelled: somebody wants the import to stop.
    """
    counted = stage.known if known is None else known
    made = about(stage, counted, as_of_on)
    fresh = stage.work / f"warehouse-{made.build_id}.duckdb"
    try:
        tables = _merge(stage, counted, made)
        marts = maker(tables, made, stage.work, stage.cancelled) if maker else None
        write_warehouse(fresh, tables, made, stage.settings.limits, stage.cancelled, marts=marts)
        first_answers.keep(fresh, stage.settings)
        files.sync(fresh)
    except (duckdb.Error, OSError) as problem:
        raise failed_by(problem) from problem
    return Prepared(made, fresh, stage.sequence)


def about(stage: Stage, counted: Sequence[Landing], as_of_on: date | None = None) -> Build:
    """What a build of these landings says of itself; the day is that of the newest import in company time, unless it is given."""
    company = stage.settings.company
    newest = max(landing.landed_at for landing in counted)
    receivables = [
        landing.landed_at for landing in counted if RECEIVABLES_KINDS & {*landing.things, *landing.withdrawn, *landing.closed}
    ]
    return Build(
        build_id=f"{stage.now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
        built_at=_naive(stage.now),
        as_of_on=as_of_on or newest.astimezone(company.zone).date(),
        newest_import_at=_naive(newest),
        newest_receivables_import_at=_naive(max(receivables)) if receivables else None,
        company_currency=company.currency,
        time_zone=company.time_zone,
        is_sample=stage.folder.is_sample,
    )


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _merge(stage: Stage, known: Sequence[Landing], made: Build) -> dict[str, list[Path]]:
    """Per kind a Parquet file of the newest version of every row."""
    merged = stage.work / f"merged-{made.build_id}"
    merged.mkdir()
    tables: dict[str, list[Path]] = {}
    with history.connect(stage.settings, stage.work, stage.cancelled) as connection:
        for kind in kinds().values():
            if any(kind.name in landing.things for landing in known):
                path = merged / f"{kind.name}.parquet"
                connection.execute(f"copy ({history.latest(kind, stage.place, known)}) to $file (format parquet)", {"file": str(path)})
                tables[kind.name] = [path]
    return tables


def adopt(folder: DataFolder, prepared: Prepared) -> Build:
    """Make a prepared warehouse the current one, by one rename of the pointer. Only under the lock.

    Raises:
        BuildError: it could not be put in its place; the previous one is still served.
    """
    try:
        folder.warehouse.mkdir(parents=True, exist_ok=True)
        prepared.path.rename(folder.warehouse / prepared.path.name)
        files.sync(folder.warehouse)
        previous = read_pointer(folder).get("file")
        files.write_json(pointer(folder), {
            "file": prepared.path.name,
            "build_id": prepared.build.build_id,
            "sequence": prepared.sequence,
            "refreshed_count": prepared.refreshed_count,
            "steps": code_fingerprint(),
            "company_currency": prepared.build.company_currency,
            "time_zone": prepared.build.time_zone,
        })
    except OSError as problem:
        raise failed_by(problem) from problem
    (folder.warehouse / FAILURE).unlink(missing_ok=True)
    # A page that runs holds the previous file; older ones nobody opens any more.
    for path in folder.warehouse.glob("warehouse-*.duckdb"):
        if path.name not in {prepared.path.name, previous}:
            path.unlink()
    return prepared.build


def keep_failure(folder: DataFolder, failed: BuildError, now: datetime) -> None:
    """Leave word beside the previous warehouse that the newest build failed."""
    folder.warehouse.mkdir(parents=True, exist_ok=True)
    values = {key: str(value) for key, value in failed.values.items()}
    files.write_json(folder.warehouse / FAILURE, {"template": failed.template, "values": values, "at": now.isoformat()})


def build_and_swap(stage: Stage, as_of_on: date | None = None, maker: Maker | None = None) -> Build:
    """Build from what counts on the stage and make the result current; `maker` makes the marts if not this process. Only under the lock.

    Raises:
        BuildError: it failed, and the folder says so; the previous one is still served.
    """
    try:
        return adopt(stage.folder, prepare(stage, as_of_on=as_of_on, maker=maker))
    except BuildError as failed:
        keep_failure(stage.folder, failed, stage.now)
        raise
