"""Undo of the last import: a record that says which landings count no longer. Nothing is removed.

The numbers are then those that the remaining landings give, as of the day they gave before. Undone landings stay where
they are, with their proof; the same file may be imported again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clearaccounts.errors import BuildError, LandingError
from clearaccounts.importing import staging
from clearaccounts.importing.cancelling import Asked, never
from clearaccounts.importing.records import Landing, landings, write_record
from clearaccounts.importing.staging import Stage
from clearaccounts.importing.swap import adopt, is_current, keep_failure, prepare
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_
from clearaccounts.warehouse import Build


@dataclass(frozen=True)
class LastImport:
    """The newest import that counts: what an undo would take back. A snapshot's withdrawal is one of its landings."""

    import_id: str
    landings: tuple[Landing, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files."""
        return tuple(one.name for one in self.landings if one.name)

    @property
    def landed_at(self) -> datetime:
        """When it landed, UTC."""
        return self.landings[0].landed_at

    @property
    def imported_by(self) -> str:
        """The user id of who imported it; empty for imports of the first version."""
        return self.landings[0].imported_by


@dataclass(frozen=True)
class Undone:
    """What an undo took back; `build` is None when nothing is left to build from, or the build failed."""

    undo: Landing
    undone: LastImport
    build: Build | None = None
    build_problem: BuildError | None = None


def last_import(folder: DataFolder) -> LastImport | None:
    """The newest import that counts; None if there is none, or this is the sample.

    Raises:
        LandingError: a record cannot be read.
    """
    return None if folder.is_sample else _last(landings(folder))


def _last(known: Sequence[Landing]) -> LastImport | None:
    if not known:
        return None
    key = known[-1].import_key
    return LastImport(key, tuple(one for one in known if one.import_key == key))


def undo(
    folder: DataFolder, settings: Settings, now: datetime, by: str, import_id: str | None = None, *, cancelled: Asked = never
) -> Undone:
    """Take the last import back: a record of its own, and the numbers from before.

    Args:
        folder: whose last import.
        settings: limits, company currency and time zone.
        now: the moment, with its zone.
        by: the user id of who undoes it.
        import_id: the import that the person saw; if it is not the last one any more, nothing happens. None = whichever.
        cancelled: asked often, from more than one thread; once it says yes, nothing changes.

    Raises:
        Cancelled: it was cancelled; nothing changed.
        LandingError: there is nothing to undo, it is not the last import any more, or this is the sample's folder.
        BuildError: the numbers from before cannot be built; nothing changed.
    """
    staging.refuse_sample(folder)
    with staging.working(folder, cancelled=cancelled) as work:
        stage = Stage(folder, settings, work, now, imported_by=by, cancelled=cancelled)
        last = _last(stage.known)
        if last is None:
            raise LandingError(N_("There is no import in {folder} to undo."), folder=folder.path.name)
        if import_id not in (None, last.import_id):
            raise LandingError(N_("Another import or undo came in between; look at what the last import is now, and decide again."))
        was_current = is_current(folder, stage.sequence, settings)
        record = Landing(
            sequence=stage.sequence + 1,
            landed_at=now.astimezone(UTC),
            import_id=last.import_id,
            imported_by=by,
            undoes=tuple(one.sequence for one in last.landings),
            undone_places=tuple(one.folder_name for one in last.landings),
        )
        unfinished = work / "undo"
        unfinished.mkdir()
        write_record(unfinished, record)
        stage.add(record, unfinished)
        try:
            prepared = prepare(stage) if stage.known else None
        except BuildError as problem:
            # If even now no warehouse can be built, undoing makes nothing worse, and may be the way out.
            if was_current:
                raise
            stage.commit()
            keep_failure(folder, problem, now)
            return Undone(record, last, build_problem=problem)
        stage.commit()
        try:
            return Undone(record, last, adopt(folder, prepared) if prepared is not None else None)
        except BuildError as problem:
            keep_failure(folder, problem, now)
            return Undone(record, last, build_problem=problem)
