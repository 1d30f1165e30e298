"""What a backup holds, file by file, and the proof that it still holds just that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from clearaccounts.decisions import prove
from clearaccounts.errors import BackupError, StoreBroken
from clearaccounts.importing import files
from clearaccounts.text import N_

NAME, SEAL = "manifest.json", "manifest.sha256"
EVENTS, ANCHOR = "decisions/events.jsonl", "decisions/anchor"
FORMAT = 1
PREFIX = "clearaccounts-"


@dataclass(frozen=True)
class Kept:
    """One file: its place in the backup, its size in bytes, its SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """A backup: when it was made (UTC), up to which event, and its files."""

    made_at: datetime
    sequence: int
    head: str
    files: tuple[Kept, ...]

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)

    def of(self, folder: str) -> dict[str, str]:
        """Path below `folder` -> SHA-256."""
        start = folder + "/"
        return {file.path.removeprefix(start): file.sha256 for file in self.files if file.path.startswith(start)}


def write(folder: Path, made_at: datetime, sequence: int, head: str) -> Manifest:
    """Write the manifest of an unfinished backup, and its seal; bring all of it to the disk."""
    kept = tuple(Kept(name, path.stat().st_size, files.file_hash(path)) for name, path in sorted(_files(folder)))
    made = Manifest(made_at, sequence, head, kept)
    content = {"format": FORMAT, "made_at": made_at.isoformat(), "sequence": sequence, "head": head, "files": [asdict(one) for one in kept]}
    text = json.dumps(content, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="ascii")
    (folder / SEAL).write_text(hashlib.sha256(text.encode("ascii")).hexdigest() + "\n", encoding="ascii")
    for path in sorted(folder.rglob("*"), reverse=True):
        files.sync(path)
    files.sync(folder)
    return made


def read(folder: Path) -> Manifest:
    """The manifest of a backup, every file of which is as it was written, and whose events and anchor agree.

    Raises:
        BackupError: it is not whole; names the first file that is not, or the event.
    """
    try:
        raw = (folder / NAME).read_bytes()
        if (folder / SEAL).read_bytes() != hashlib.sha256(raw).hexdigest().encode("ascii") + b"\n":
            raise _broken(folder, NAME)
        content = json.loads(raw)
        if content["format"] != FORMAT:
            raise BackupError(N_("{folder} was made by another version of this program; restore it with that one."), folder=folder.name)
        kept = tuple(Kept(**one) for one in content["files"])
        found = Manifest(datetime.fromisoformat(content["made_at"]), content["sequence"], content["head"], kept)
        there = dict(_files(folder))
        for file in found.files:
            path = there.pop(file.path, None)
            if path is None or path.stat().st_size != file.size or files.file_hash(path) != file.sha256:
                raise _broken(folder, file.path)
        for name in there:
            raise BackupError(N_("{folder}: {file} is not of this backup."), folder=folder.name, file=name)
        if prove(folder / EVENTS, folder / ANCHOR) != (found.sequence, found.head):
            raise _broken(folder, EVENTS)
    except (FileNotFoundError, NotADirectoryError):
        raise BackupError(N_("{folder} is no backup, or one that was never finished."), folder=folder.name) from None
    except (ValueError, KeyError, TypeError):
        raise _broken(folder, NAME) from None
    except StoreBroken as error:
        raise BackupError(N_("{folder} cannot be restored: {problem}"), folder=folder.name, problem=error) from error
    return found


def newest(folder: Path) -> Path:
    """The backup itself, or the newest of a folder of backups.

    Raises:
        BackupError: there is none.
    """
    if (folder / NAME).is_file():
        return folder
    found = sorted(path for path in folder.glob(f"{PREFIX}*") if (path / NAME).is_file()) if folder.is_dir() else []
    if not found:
        raise BackupError(N_("There is no backup in {folder}."), folder=folder)
    return found[-1]


def _broken(folder: Path, file: str) -> BackupError:
    return BackupError(N_("{folder} is not whole: {file} is not as it was written; take another backup."), folder=folder.name, file=file)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file but the manifest and its seal, by its path in the backup."""
    for path in folder.rglob("*"):
        if path.is_file() and path not in (folder / NAME, folder / SEAL):
            yield path.relative_to(folder).as_posix(), path
