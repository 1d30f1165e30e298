"""One import on its way in: everything of it stands in scratch until it is decided, then lands by one rename.

unfinished/   copies of the files, typed rows, the new warehouse; whatever stops the import, it goes
arriving/     the landings of one import that is decided; whoever takes the lock next puts them away

So an import is there whole or not at all, however many files it has and wherever it was interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from clearaccounts.errors import LandingError
from clearaccounts.importing import files
from clearaccounts.importing.cancelling import Asked, check, never
from clearaccounts.importing.records import Landing, counting, everything
from clearaccounts.settings import SAMPLE_FOLDER, DataFolder, Settings
from clearaccounts.text import N_


def refuse_sample(folder: DataFolder) -> None:
    """The sample is made anew from its own files: what anybody added would be gone.

    Raises:
        LandingError: this is the sample's folder.
    """
    if folder.is_sample or folder.path.resolve().name == SAMPLE_FOLDER:
        raise LandingError(N_("{folder} is the sample partner's; import into another folder, such as ./data."), folder=folder.path)


@contextmanager
def working(folder: DataFolder, on_wait: Callable[[], None] | None = None, cancelled: Asked = never) -> Iterator[Path]:
    """Hold the lock of `folder` and give a folder for unfinished work; a decided import is put away first.

    Raises:
        Cancelled: somebody did not want to wait any longer for another import.
        LandingError: another import or build runs too long.
    """
    with files.exclusive(folder, on_wait=on_wait, check=lambda: check(cancelled)):
        _put_away(folder)
        with files.scratch(folder) as work:
            yield work


@dataclass
class Stage:
    """One import: who does it and when, what counts already, and what it adds.

    Attributes:
        folder: where the import will land.
        settings: limits, company currency and time zone.
        work: the scratch folder.
        now: the moment of the import, with its zone.
        import_id: what its landings have in common.
        imported_by: the user id of who imports.
        cancelled: asked often, from more than one thread; once it says yes, the import stops.
        known: the landings that count, those of this import included.
        records: every record there is, undos and what they took back too.
        sequence: that of the newest record, whatever it is.
        earlier: the landings that counted before, and `earlier_sequence`, the newest record of then.
        staged: where the landings of this import stand until they are put, by sequence.
    """

    folder: DataFolder
    settings: Settings
    work: Path
    now: datetime
    import_id: str = ""
    imported_by: str = ""
    cancelled: Asked = never
    known: list[Landing] = field(init=False)
    records: list[Landing] = field(init=False)
    sequence: int = field(init=False)
    earlier: tuple[Landing, ...] = field(init=False)
    earlier_sequence: int = field(init=False)
    staged: dict[int, Path] = field(init=False, default_factory=dict)
    _taken: set[str] = field(init=False)

    def __post_init__(self) -> None:
        """Read what has landed; LandingError if a record cannot be read."""
        found = everything(self.folder)
        self.records = list(found)
        self.known, self.sequence = counting(found), max((one.sequence for one in found), default=0)
        self.earlier, self.earlier_sequence = tuple(self.known), self.sequence
        self._taken = {one.folder_name for one in found}

    @property
    def today(self) -> date:
        """The day of the import in company time."""
        return self.now.astimezone(self.settings.company.zone).date()

    def check(self) -> None:
        """Raise Cancelled if somebody wants the import to stop."""
        check(self.cancelled)

    def place(self, landing: Landing) -> Path:
        """Where the files of a landing stand now."""
        return self.staged.get(landing.sequence) or self.folder.landing / landing.folder_name

    def free_name(self, sha256: str) -> str:
        """The name under which a file of this hash can land; empty if the hash itself is free.

        It is taken when the same file has landed before and was undone.
        """
        return f"{sha256}-{self.sequence + 1:06d}" if sha256 in self._taken else ""

    def add(self, landing: Landing, finished: Path) -> None:
        """Take the finished folder of one landing; of an undo, what it takes back counts no longer."""
        target = self.work / "staged" / landing.folder_name
        target.parent.mkdir(exist_ok=True)
        finished.rename(target)
        self.staged[landing.sequence] = target
        self.sequence = landing.sequence
        self._taken.add(landing.folder_name)
        self.records.append(landing)
        self.known = counting([*self.known, landing])

    def commit(self) -> None:
        """Put all that was added, by one rename. Only under the lock."""
        for path in self.staged.values():
            files.sync_folder(path)
        files.sync(self.work / "staged")
        (self.work / "staged").rename(self.folder.arriving)
        files.sync(self.folder.path)
        _put_away(self.folder)
        self.staged.clear()


def _put_away(folder: DataFolder) -> None:
    """Move what is decided to where it belongs; repeating it does no harm."""
    if not folder.arriving.is_dir():
        return
    folder.landing.mkdir(exist_ok=True)
    for path in sorted(folder.arriving.iterdir()):
        path.rename(folder.landing / path.name)
    files.sync(folder.landing)
    folder.arriving.rmdir()
    files.sync(folder.path)
