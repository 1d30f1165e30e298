"""A drill: restore a backup where it harms nobody, and tell what a loss of the live folder would lose."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from clearaccounts.access import OPERATOR
from clearaccounts.backups.manifest import Manifest
from clearaccounts.backups.restoring import restore
from clearaccounts.decisions import EventFilter, Store, open_store
from clearaccounts.errors import NoWarehouse
from clearaccounts.importing import files, records
from clearaccounts.settings import DataFolder, Decisions, Settings
from clearaccounts.warehouse import open_current, rows


@dataclass(frozen=True)
class Totals:
    """The control totals of a warehouse: how many customers and currencies, and those that differ from another's."""

    count: int
    different: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Drill:
    """What came of it.

    Attributes:
        backup: what was restored; `manifest` is its own word.
        seconds: how long the restoring took, the proof and the build of the warehouse in it.
        age: of the backup, from its moment to now.
        has_live: whether there is a live folder to compare with; without one nothing is known to be lost.
        lost_events: the first and the last event that the live store holds and the backup does not; None = none.
        strange_events: the first and the last that the backup holds and the live store does not, or not alike; None = none.
        lost_files: what the live folder holds and the backup does not, or not alike; a landing by its file's name.
        totals: the restored control totals against the live ones, of the restored day; None if one of them has none.
    """

    backup: Path
    manifest: Manifest
    seconds: float
    age: timedelta
    has_live: bool
    lost_events: tuple[int, int] | None = None
    strange_events: tuple[int, int] | None = None
    lost_files: tuple[str, ...] = ()
    totals: Totals | None = None

    @property
    def is_nothing_lost(self) -> bool:
        """Whether the backup holds all that the live folder does."""
        return not (self.lost_events or self.strange_events or self.lost_files or (self.totals and self.totals.different))


def drill(backup: Path, live: DataFolder, settings: Settings, now: datetime) -> Drill:
    """Restore into a scratch folder, which goes again, and compare with the live one, which is only read.

    Raises:
        BackupError, DecisionError, BuildError: the backup cannot be restored.
    """
    with tempfile.TemporaryDirectory(prefix="clearaccounts-drill-") as scratch:
        restored = DataFolder(Path(scratch) / "data")
        alone = replace(settings, decisions=Decisions())
        begun = time.monotonic()
        found = restore(backup, restored, alone, now)
        seconds = time.monotonic() - begun
        done = Drill(backup, found, seconds, now - found.made_at, has_live=live.path.is_dir())
        if not done.has_live:
            return done
        lost, strange = _events(found, open_store(live, settings))
        return replace(
            done, lost_events=lost, strange_events=strange, lost_files=tuple(_files(found, live)),
            totals=_totals(restored, live, alone),
        )


def _events(found: Manifest, live: Store) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    last = live.events(OPERATOR, limit=1).event_count
    common = min(last, found.sequence)
    if found.sequence > last:
        return None, (last + 1, found.sequence)
    there = live.matching(EventFilter(sequence=common)) if common else ()
    if there and there[0].hash != found.head:
        return None, (1, found.sequence)
    return ((common + 1, last) if last > common else None), None


def _files(found: Manifest, live: DataFolder) -> Iterable[str]:
    kept = found.of("data/landing")
    for landing in records.everything(live):
        wrong = [name for name, digest in landing.digests.items() if kept.get(f"{landing.folder_name}/{name}") != digest]
        if wrong or f"{landing.folder_name}/{records.RECORD}" not in kept:
            yield landing.name or f"landing/{landing.folder_name}"
    for folder in ("profiles", "preferences"):
        there = found.of(f"data/{folder}")
        for path in sorted((live.path / folder).glob("*")):
            if path.is_file() and path.suffix not in {".lock", ".new"} and there.get(path.name) != files.file_hash(path):
                yield f"{folder}/{path.name}"


def _totals(restored: DataFolder, live: DataFolder, settings: Settings) -> Totals | None:
    """Compared value by value: no two amounts are added here."""
    try:
        ours, theirs = open_current(restored, settings), open_current(live, settings)
    except NoWarehouse:
        return None
    day = {"as_of_on": ours.build.as_of_on}
    found = [
        {(row["customer_id"], row["currency"]): row for row in rows(one.run("receivables/control_totals", day, OPERATOR))}
        for one in (ours, theirs)
    ]
    return Totals(len(found[0]), tuple(sorted(key for key in found[0].keys() | found[1].keys() if found[0].get(key) != found[1].get(key))))
