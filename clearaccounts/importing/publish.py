"""From files to a served warehouse: land, withdraw, build, swap.

Every step is whole or not there. Files land one by one; the warehouse is written under a new name and
becomes current by one rename of the pointer. Whatever is interrupted, the previous numbers stay.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from clearaccounts.errors import BuildError, FileRefused, LandingError
from clearaccounts.importing import files, history, snapshots
from clearaccounts.importing.build import write_warehouse
from clearaccounts.importing.canonical import LOOKS_UP, RECEIVABLES_KINDS, kinds
from clearaccounts.importing.landing import Opened, Outcome, land, open_file
from clearaccounts.importing.readers import ENDINGS
from clearaccounts.importing.records import Landing, landings
from clearaccounts.sample import LAST_ON
from clearaccounts.settings import SAMPLE_SOURCE, DataFolder, Settings
from clearaccounts.text import N_
from clearaccounts.warehouse import BUILD_STEPS, QUERIES, Build, pointer

FAILURE = "failure.json"
# (file, rows read so far)
FileProgress = Callable[[str, int], None]
# (rows to be withdrawn per kind) -> go on?
Confirm = Callable[[dict[str, int]], bool]


def _quiet(_file: str, _rows: int) -> None:
    """Say nothing."""


def _yes(_counts: dict[str, int]) -> bool:
    return True


@dataclass(frozen=True)
class Failure:
    """Why the newest build failed; the one before it is still served."""

    template: str
    values: dict[str, object]
    at: datetime

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that `translate` speaks."""
        return BuildError(self.template, **self.values).in_language(translate)


@dataclass
class Report:
    """What came of one import: an outcome per file in the order given, and of the build."""

    outcomes: list[Outcome] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    withdrawn: dict[str, int] = field(default_factory=dict)
    snapshot_problem: LandingError | None = None
    build: Build | None = None
    build_problem: BuildError | None = None

    @property
    def landed(self) -> list[Landing]:
        """The landings that this import made."""
        return [o.landing for o in self.outcomes if o.landing is not None and o.first_landed_at is None]


def failure(folder: DataFolder) -> Failure | None:
    """Why the newest build failed, or None if it did not."""
    try:
        raw = json.loads((folder.warehouse / FAILURE).read_text(encoding="utf-8"))
        return Failure(raw["template"], raw["values"], datetime.fromisoformat(raw["at"]))
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return None


def files_of(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The files that `paths` name: themselves, or those of a folder that may be data; and what was passed over.

    Raises:
        LandingError: a path does not exist, or there is nothing to import.
    """
    found: list[Path] = []
    skipped: list[str] = []
    for path in paths:
        if path.is_dir():
            for entry in sorted(path.iterdir()):
                if entry.is_file() and not entry.name.startswith("."):
                    is_data = entry.name.lower().endswith(ENDINGS)
                    found += [entry] if is_data else []
                    skipped += [] if is_data else [entry.name]
        elif path.is_file():
            found.append(path)
        else:
            raise LandingError(N_("{file}: there is no such file; check the path."), file=path)
    if not found:
        raise LandingError(N_("{file}: there is no file to import in this folder; it takes CSV, CSV.gz, XLSX and Parquet."), file=paths[0])
    return found, skipped


def import_files(
    folder: DataFolder,
    settings: Settings,
    paths: Sequence[Path],
    now: datetime,
    *,
    profile: str | None = None,
    snapshot: bool = False,
    confirm: Confirm = _yes,
    progress: FileProgress = _quiet,
    on_wait: Callable[[], None] | None = None,
) -> Report:
    """Land files, each for itself, and publish what they bring.

    Args:
        folder: where they land.
        settings: limits, company currency and time zone.
        paths: files, or folders of files.
        now: the moment of the import, with its zone.
        profile: the profile of all of them; else each is recognised by its header.
        snapshot: whether rows of these kinds that the files no longer hold are withdrawn.
        confirm: asked before anything is withdrawn.
        progress: told (file, rows read so far).
        on_wait: called once if another import runs.

    Returns:
        What became of each file and of the build; a refused file and a failed build are in it, not raised.

    Raises:
        LandingError: no such file, or another import runs too long.
    """
    chosen, skipped = files_of(paths)
    report = Report(skipped=skipped)
    with files.exclusive(folder, on_wait=on_wait), files.scratch(folder) as work:
        outcomes: dict[int, Outcome] = {}
        opened: list[tuple[int, Opened]] = []
        for number, path in enumerate(chosen):
            try:
                opened.append((number, open_file(path, work / str(number), profile)))
            except FileRefused as refused:
                outcomes[number] = Outcome(path.name, None, refused=refused)
        known = landings(folder)
        # Documents before what refers to them: an allocation's currency is that of its invoice.
        for number, one in sorted(opened, key=lambda item: _refers(item[1])):
            name = one.source.name
            try:
                outcomes[number] = land(folder, settings, one, known, now, progress=partial(progress, name))
            except FileRefused as refused:
                outcomes[number] = Outcome(name, None, refused=refused)
            landing = outcomes[number].landing
            if landing is not None and outcomes[number].first_landed_at is None:
                known.append(landing)
        report.outcomes = [outcomes[number] for number in range(len(chosen))]
        if snapshot:
            try:
                report.withdrawn = snapshots.withdraw(folder, settings, report.outcomes, known, now, work=work, confirm=confirm)
            except LandingError as problem:
                report.snapshot_problem = problem
            known = landings(folder)
        if known and not _is_current(folder, known):
            try:
                report.build = _build(folder, settings, known, now, work)
            except BuildError as problem:
                report.build_problem = problem
    return report


def _refers(opened: Opened) -> bool:
    return any(target.kind in LOOKS_UP for target in opened.profile.targets)


def build(folder: DataFolder, settings: Settings, now: datetime, as_of_on: date | None = None) -> Build:
    """Build the warehouse anew from all that has landed, and make it current.

    Args:
        folder: whose landings.
        settings: limits, company currency and time zone.
        now: the moment of the build, with its zone.
        as_of_on: the day the pages show; else the day of the newest import in company time.

    Raises:
        LandingError: nothing has landed yet.
        BuildError: it failed; the previous one is still served.
    """
    with files.exclusive(folder), files.scratch(folder) as work:
        known = landings(folder)
        if not known:
            raise LandingError(N_("Nothing has landed in {folder} yet; import a file first."), folder=folder.path.name)
        return _build(folder, settings, known, now, work, as_of_on=as_of_on)


def build_sample(settings: Settings, folder: DataFolder, now: datetime, source: Path = SAMPLE_SOURCE) -> Build | None:
    """Bring the sample partner into `folder`, unless it is there just as its files are now.

    Args:
        settings: limits, company currency and time zone.
        folder: the sample's own folder; see `settings.served_folder`.
        now: the moment of the build, with its zone.
        source: the sample's files.

    Returns:
        The new build, or None when nothing had to be done.

    Raises:
        LandingError: a sample file was refused.
        BuildError: the build failed.
    """
    paths, _ = files_of([source])
    with files.exclusive(folder), files.scratch(folder) as work:
        wanted = {files.file_hash(path) for path in paths}
        known = landings(folder)
        if {landing.sha256 for landing in known} != wanted:
            # The sample is never added to: other files make another sample.
            for landing in known:
                files.remove(folder.landing / landing.folder_name)
            known = []
            opened = [open_file(path, work / str(number)) for number, path in enumerate(paths)]
            for one in sorted(opened, key=_refers):
                outcome = land(folder, settings, one, known, now)
                if outcome.landing is not None and outcome.landing not in known:
                    known.append(outcome.landing)
        elif _is_current(folder, known):
            return None
        return _build(folder, settings, known, now, work, as_of_on=LAST_ON)


def ensure_served(folder: DataFolder, settings: Settings, now: datetime) -> None:
    """See that `folder` has a warehouse that fits this version's queries: the sample is built, a stale one rebuilt.

    Raises:
        LandingError: a sample file was refused.
        BuildError: there is no warehouse and none can be built.
    """
    known = landings(folder)
    is_served = (folder.warehouse / str(_read_pointer(folder).get("file"))).exists()
    # What failed once fails again: a person mends it and imports or builds, while the previous numbers are served.
    if _is_current(folder, known) or (is_served and failure(folder) is not None):
        return
    try:
        if folder.is_sample:
            build_sample(settings, folder, now)
        elif known:
            build(folder, settings, now)
    except BuildError:
        if not is_served:
            raise


def code_fingerprint() -> str:
    """What tells one version of the build's steps from another."""
    digest = hashlib.sha256()
    for step in sorted(BUILD_STEPS):
        for path in sorted((QUERIES / step).glob("*.sql")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _read_pointer(folder: DataFolder) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(pointer(folder).read_text(encoding="utf-8"))
        return content
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _is_current(folder: DataFolder, known: Sequence[Landing]) -> bool:
    """Whether the current warehouse holds all landings, built by these very steps."""
    current = _read_pointer(folder)
    return (
        bool(known)
        and current.get("sequence") == max(landing.sequence for landing in known)
        and current.get("steps") == code_fingerprint()
        and (folder.warehouse / str(current.get("file"))).exists()
        and failure(folder) is None
    )


def _build(
    folder: DataFolder, settings: Settings, known: Sequence[Landing], now: datetime, work: Path, *, as_of_on: date | None = None
) -> Build:
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
    previous = _read_pointer(folder).get("file")
    files.write_json(pointer(folder), {
        "file": fresh.name,
        "build_id": made.build_id,
        "sequence": max(landing.sequence for landing in known),
        "steps": code_fingerprint(),
    })
    # A page that runs holds the previous file; older ones nobody opens any more.
    for path in folder.warehouse.glob("warehouse-*.duckdb"):
        if path.name not in {fresh.name, previous}:
            path.unlink()
