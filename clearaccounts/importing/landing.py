"""Landings: every file once, unchanged, addressed by its SHA-256, with its typed rows and its rejects beside it.

landing/<sha256>/      raw.<ending>, <kind>.parquet, <kind>.rejected_keys.parquet, rejects.parquet, landing.json
landing/snapshot-<n>/  <kind>.parquet (keys withdrawn by a snapshot), landing.json
landing/undo-<n>/      landing.json (which landings count no longer)

A landing appears by one rename and never changes. The order of landings is their sequence.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from clearaccounts.errors import FileRefused
from clearaccounts.importing import files, history, reports
from clearaccounts.importing.profiles import Profile, recognise
from clearaccounts.importing.questions import Question
from clearaccounts.importing.reading.__main__ import NO_ROOM
from clearaccounts.importing.reading.readers import ENDINGS, open_source
from clearaccounts.importing.reading.sources import Progress, Reject, Source, no_progress
from clearaccounts.importing.records import Landing, digests, read_rejects, write_record, write_rejects
from clearaccounts.importing.staging import Stage
from clearaccounts.importing.validation import Validated, validate
from clearaccounts.text import N_

_KEPT: tuple[tuple[str, dict[str, Any]], ...] = ((N_("It belongs to an export and holds nothing that is used; all of it is kept."), {}),)
NAME_CHARACTERS = 200
# Groups half as large as DuckDB's own keep two threads busy to the end.
_PARQUET = "format parquet, compression zstd, compression_level 1, row_group_size 61440"
NO_SUCH_FILE = N_("{file}: there is no such file; check the path.")


@dataclass(frozen=True)
class Outcome:
    """What came of one file; `first_landed_at` is set when exactly this file had landed before.

    `question` has to be answered before the file lands.
    """

    file: str
    landing: Landing | None
    rejects: tuple[Reject, ...] = ()
    refused: FileRefused | None = None
    first_landed_at: datetime | None = None
    question: Question | None = None


@dataclass(frozen=True)
class Opened:
    """A file that was copied in, opened and recognised, and has not landed yet.

    `date_order` is DMY or MDY if a person chose; it counts where the profile leaves it open.
    """

    copy: Path
    sha256: str
    source: Source
    profile: Profile
    date_order: str = ""


def shown_name(path: Path) -> str:
    """What a file is called, for people: nothing in it that moves a cursor or is no character, and not endless."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in path.name)
    return plain if len(plain) <= NAME_CHARACTERS else plain[:NAME_CHARACTERS] + "\N{HORIZONTAL ELLIPSIS}"


def open_file(
    path: Path,
    work: Path,
    chosen: str | Profile | None = None,
    known: Mapping[str, Profile] | None = None,
    *,
    date_order: str = "",
    progress: Progress = no_progress,
) -> Opened:
    """Copy `path` into `work`, open the copy and recognise it.

    Args:
        path: the file; what it is called is only ever shown, the copy has a name of our own.
        work: a folder to be made for it.
        chosen: its profile, if somebody says so: by name, or one that is not saved yet.
        known: the profiles there are; the built-in ones unless given.
        date_order: DMY or MDY, if somebody says so.
        progress: called now and then while the file is opened; what it raises ends that.

    Raises:
        FileRefused: it is not there, cannot be read, or is no file we know.
    """
    if not path.is_file():
        raise FileRefused(NO_SUCH_FILE, file=path)
    work.mkdir()
    name = shown_name(path)
    # Of a name from outside no more than a known ending becomes part of a path.
    copy = work / ("raw" + next((ending for ending in ENDINGS if path.name.lower().endswith(ending)), ""))
    try:
        shutil.copyfile(path, copy)
    except OSError as error:
        if files.is_no_room(error):
            raise FileRefused(NO_ROOM, file=name) from error
        raise FileRefused(
            N_("{file}: the file cannot be read ({problem}); check its rights."), file=name, problem=error.strerror
        ) from None
    # While a process is started that reads the header, the copy is hashed, and begins to be brought to the disk.
    beside = ThreadPoolExecutor(max_workers=1)
    sha256 = beside.submit(files.file_hash, copy)
    beside.submit(files.sync, copy)
    beside.shutdown(wait=False)
    source = open_source(copy, work.parent, name, progress)
    try:
        return Opened(copy, sha256.result(), source, choose(source, chosen, known), date_order)
    except BaseException:
        source.close()
        raise


def choose(source: Source, chosen: str | Profile | None, known: Mapping[str, Profile] | None) -> Profile:
    """The profile of an opened file; the first of the file's headings that one knows is chosen.

    Raises:
        FileRefused: none knows it; says what is wrong with the likeliest heading.
    """
    problem: FileRefused | None = None
    for heading in source.headings:
        try:
            profile = chosen if isinstance(chosen, Profile) else recognise(source.name, heading.header, chosen, known)
            profile.bind(source.name, heading.header)
        except FileRefused as refused:
            problem = problem or refused
        else:
            source.choose(heading)
            return profile
    assert problem is not None  # noqa: S101 - a source has a heading
    raise problem


def land(stage: Stage, opened: Opened, progress: Progress = no_progress) -> Outcome:
    """Validate an opened file and put it on the stage; it has landed when the stage is committed.

    Raises:
        FileRefused: the file is refused whole.
        LandingError: its rows or sums are not conserved.
        Cancelled: somebody wants the import to stop.
    """
    try:
        return _land(stage, opened, progress)
    finally:
        opened.source.close()


def _land(stage: Stage, opened: Opened, progress: Progress) -> Outcome:
    name = opened.source.name
    for landing in stage.known:
        if landing.sha256 == opened.sha256:
            return Outcome(name, landing, tuple(read_rejects(stage.place(landing))), first_landed_at=landing.landed_at)
    work = opened.copy.parent
    profile, source = opened.profile, opened.source
    records = source.records(profile.wanted(name, source.header), progress, encodings=profile.habits.encodings)
    try:
        with history.connect(stage.settings, work, stage.cancelled) as connection:
            history.prepare(connection, stage.place, stage.known, [target.kind for target in opened.profile.targets])
            done = validate(
                connection, opened.source, records, opened.profile, opened.sha256,
                company_currency=stage.settings.company.currency, date_order=opened.date_order,
            )
            report = reports.settle(stage, connection, work, file=name, profile=done.profile, done=done)
            done = report.done if report else done
            _write_rows(connection, work, done)
    except duckdb.Error as error:
        if files.is_no_room(error):
            raise FileRefused(NO_ROOM, file=name) from error
        problem = str(error).split("\n", maxsplit=1)[0]
        raise FileRefused(
            N_("{file}: the rows could not be checked ({problem}); nothing was landed."), file=name, problem=problem
        ) from error
    write_rejects(work, done.rejects)
    landing = Landing(
        sequence=stage.sequence + 1,
        landed_at=stage.now.astimezone(UTC),
        sha256=opened.sha256,
        name=name,
        profile=opened.profile.name,
        rows=done.rows,
        loaded=done.loaded,
        rejected=len(done.rejects),
        new=done.new,
        changed=done.changed,
        unchanged=done.unchanged,
        sums=done.sums,
        things=dict(done.things),
        kinds_with_unknown_keys=done.kinds_with_unknown_keys,
        digests=digests(work, {opened.copy.name: opened.sha256}),
        import_id=stage.import_id,
        imported_by=stage.imported_by,
        report_on=report.report_on if report else None,
        closed=report.closed if report else {},
        notes=(*done.notes, *(report.notes if report else ()), *(_KEPT if opened.profile.is_kept_only else ())),
        parts=profile.parts(profile.bind(name, source.header)),
        place=stage.free_name(opened.sha256),
    )
    write_record(work, landing)
    stage.add(landing, work)
    return Outcome(name, landing, done.rejects, question=report.question if report else None)


def _write_rows(connection: duckdb.DuckDBPyConnection, work: Path, done: Validated) -> None:
    for kind in done.things:
        for rows, name in ((f"final_{kind}", kind), (f"rejected_keys_{kind}", f"{kind}.rejected_keys")):
            file = str(work / f"{name}.parquet")
            connection.execute(f"copy (from {rows}) to $file ({_PARQUET})", {"file": file})
