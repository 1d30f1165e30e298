"""Make a backup while the server runs: the decisions of one moment first, then what has landed by then or since."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clearaccounts.backups import manifest
from clearaccounts.backups.manifest import Manifest
from clearaccounts.decisions import open_store
from clearaccounts.errors import BackupError
from clearaccounts.importing import files, records
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_

UNFINISHED = ".unfinished-"
_LOCK = ".backup.lock"
_FOLDERS = ("profiles", "preferences")
# Of these folders what is no content: locks, and what is being written.
_PASSING = shutil.ignore_patterns("*.lock", "*.new")
_PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Made:
    """A finished backup: where it is and what it holds."""

    path: Path
    manifest: Manifest


def make(folder: DataFolder, settings: Settings, config: Path, target: Path, now: datetime) -> Made:
    """Make a backup of `folder` as a new folder in `target`, dated `now`; people may work meanwhile.

    Args:
        folder: the partner's own data folder.
        settings: where its decisions are; the files that they name are kept too.
        config: the settings' own file, if there is one.
        target: a folder for backups, made if it is not there; best on another disk.
        now: the moment, with its zone.

    Raises:
        BackupError: another backup is being made there, or something would not be restorable.
        DecisionError: the decisions are not whole, or out of reach.
        OSError: no room, no right.
    """
    if not folder.path.is_dir():
        raise BackupError(N_("There is no data folder {folder}; check --data."), folder=folder.path)
    with _alone(target):
        moment = now.astimezone(UTC)
        work = target / f"{UNFINISHED}{moment:%Y%m%dT%H%M%SZ}"
        work.mkdir(mode=0o700)
        try:
            (work / "decisions").mkdir()
            # Before the landings: whatever the decisions say was imported is among them then.
            sequence, head = open_store(folder, settings).export(work / manifest.EVENTS, work / manifest.ANCHOR)
            _copy_landings(folder, work / "data")
            for name in _FOLDERS:
                if (folder.path / name).is_dir():
                    shutil.copytree(folder.path / name, work / "data" / name, ignore=_PASSING)
            _copy_settings(settings, config, work / "settings")
            made = manifest.write(work, moment, sequence, head)
            _refuse_damaged(DataFolder(work / "data"), made)
            finished = _free(target / f"{manifest.PREFIX}{moment:%Y%m%dT%H%M%SZ}")
            work.rename(finished)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        files.sync(target)
    return Made(finished, made)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Hold the folder of backups; what a killed backup left in it goes first."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (target / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(N_("Another backup is being made in {folder}; nothing was done."), folder=target) from None
        for left in target.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        yield


def _free(path: Path) -> Path:
    found, number = path, 2
    while found.exists():
        found, number = path.with_name(f"{path.name}-{number}"), number + 1
    return found


def _copy_landings(folder: DataFolder, data: Path) -> None:
    """Every landing of whole imports; a landing never changes and never goes, so it may be copied at leisure."""
    (data / "landing").mkdir(parents=True)
    for name in _landed(folder):
        shutil.copytree(folder.landing / name, data / "landing" / name)


def _landed(folder: DataFolder) -> list[str]:
    """The names of all landings at a moment at which no import is half put away."""
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        before = _names(folder)
        if not folder.arriving.exists() and before == _names(folder):
            return before
        if time.monotonic() > give_up_at:
            raise BackupError(
                N_("An import in {folder} was decided and never put away; run `python -m clearaccounts build`."), folder=folder.path)
        time.sleep(0.05)


def _names(folder: DataFolder) -> list[str]:
    return sorted(path.name for path in folder.landing.iterdir()) if folder.landing.is_dir() else []


def _copy_settings(settings: Settings, config: Path, target: Path) -> None:
    """The settings' file and the files that it names, each under a name of its own."""
    target.mkdir()
    named = [*settings.collections.policies, settings.support.rules, settings.notices.templates, settings.company.logo]
    for source in [config, *(Path(name) for name in named if name)]:
        place = _free(target / source.name)
        if source.is_dir():
            shutil.copytree(source, place)
        elif source.is_file():
            shutil.copyfile(source, place)


def _refuse_damaged(copied: DataFolder, made: Manifest) -> None:
    """Raise BackupError if a landing is not what was imported: what is kept must be restorable."""
    hashes = made.of("data/landing")
    for landing in records.everything(copied):
        wrong = [name for name, digest in landing.digests.items() if hashes.get(f"{landing.folder_name}/{name}") != digest]
        if wrong:
            raise BackupError(
                N_("landing/{place}: {files} changed after the import; restore it from an earlier backup first."),
                place=landing.folder_name, files=", ".join(wrong),
            )
