"""The anchor: a text file outside the database that remembers every event's hash.

A chain alone cannot tell that its last events were cut off or that all of it was written anew; one
line per event, `sequence hash`, in a second place can. The file only ever grows. Its lock is also the
queue in which everybody who acts stands: held from before the transaction until the line is on the
disk, it keeps the lines in order without a gap, and is let go by the system when a process dies.
"""

from __future__ import annotations

import fcntl
import os
import random
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clearaccounts.decisions.chain import GENESIS
from clearaccounts.errors import DecisionError, StoreBroken
from clearaccounts.text import N_

_LINE = re.compile(r"(?P<sequence>0|[1-9]\d*) (?P<hash>[0-9a-f]{64})(?: (?P<remark>adopted|accepted))?")
_LONGEST_LINE = 256
_PATIENCE_SECONDS = 60.0
_PART_BYTES = 1 << 20
_DAMAGED = N_("The anchor {file} is damaged at line {line}.")


@dataclass(frozen=True)
class Anchored:
    """One line: an event that was on the disk.

    `remark` is `adopted` for one that a crash had left without its line, `accepted` for one of a store
    that a person accepted as it was; otherwise empty.
    """

    sequence: int
    hash: str
    remark: str = ""

    @property
    def text(self) -> str:
        """The line as written."""
        return f"{self.sequence} {self.hash}{' ' if self.remark else ''}{self.remark}\n"

    @classmethod
    def read(cls, line: str) -> Anchored | None:
        """The line that `line` is, or None."""
        match = _LINE.fullmatch(line)
        return cls(int(match["sequence"]), match["hash"], match["remark"] or "") if match else None


START = Anchored(0, GENESIS)


class HeldAnchor:
    """The anchor while its lock is ours."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def last(self) -> Anchored | None:
        """The last whole line; None when the file is empty.

        Raises:
            StoreBroken: the file does not end as this program writes it.
        """
        size = os.fstat(self._descriptor).st_size
        start = max(0, size - _LONGEST_LINE)
        whole, _, _ = os.pread(self._descriptor, _LONGEST_LINE, start).rpartition(b"\n")
        if not whole:
            return None if start == 0 else self._damaged()
        line = Anchored.read(whole.rpartition(b"\n")[2].decode("ascii", "replace"))
        return line or self._damaged()

    def lines(self) -> Iterator[Anchored]:
        """Every whole line in order.

        Raises:
            StoreBroken: a line is not as this program writes it.
        """
        with self._path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if not raw.endswith(b"\n"):
                    return  # torn by a crash: the next line written completes it
                line = Anchored.read(raw[:-1].decode("ascii", "replace"))
                if line is None:
                    raise StoreBroken(_DAMAGED, file=self._path.name, line=number)
                yield line

    @contextmanager
    def as_it_is(self) -> Iterator[Iterator[bytes]]:
        """The bytes of the file as they are now, also when others have added to it or begun it anew by the time they are read."""
        size = os.fstat(self._descriptor).st_size
        descriptor = os.dup(self._descriptor)
        try:
            yield _first_bytes(descriptor, size)
        finally:
            os.close(descriptor)

    def write(self, line: Anchored) -> None:
        """Append one line and wait until it is on the disk.

        A line torn by a crash is completed, never removed: the file may live where it can only grow.

        Raises:
            DecisionError: the line could not be written; the event itself stands in the store.
            StoreBroken: the torn line is not the beginning of this one.
        """
        size = os.fstat(self._descriptor).st_size
        torn = os.pread(self._descriptor, _LONGEST_LINE, max(0, size - _LONGEST_LINE)).rpartition(b"\n")[2]
        text = line.text.encode("ascii")
        if not text.startswith(torn):
            self._damaged()
        rest = text[len(torn):]
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest):]
            os.fsync(self._descriptor)
        except OSError as error:
            raise DecisionError(
                N_("This was recorded, but its anchor could not be written ({problem}). Once that is mended, send the same form again."),
                problem=error.strerror or str(error),
            ) from error

    def _damaged(self) -> Anchored:
        with self._path.open("rb") as file:
            count = sum(1 for _ in file)
        raise StoreBroken(_DAMAGED, file=self._path.name, line=count)


def _first_bytes(descriptor: int, size: int) -> Iterator[bytes]:
    position = 0
    while position < size:
        part = os.pread(descriptor, min(_PART_BYTES, size - position), position)
        if not part:
            return
        position += len(part)
        yield part


class Anchor:
    """The anchor file of one store; beside it the word that acting has stopped, and when all was last found whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stop = path.with_name(path.name + ".broken")
        self._verified = path.with_name(path.name + ".verified")

    @contextmanager
    def held(self) -> Iterator[HeldAnchor]:
        """Wait for the lock and hold it; the file is made if there is none.

        Raises:
            DecisionError: another process has held the lock for a minute, or the file cannot be opened.
        """
        descriptor = self._locked()
        try:
            yield HeldAnchor(self.path, descriptor)
        finally:
            os.close(descriptor)

    def _locked(self) -> int:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            descriptor = self._opened()
            try:
                while not _try_lock(descriptor):
                    if time.monotonic() > give_up_at:
                        raise DecisionError(N_("Somebody else's decision is taking very long; nothing was recorded. Try again."))
                    time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - spreads those who wait, guards nothing
                if _is_at(descriptor, self.path):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)  # moved away while we waited

    def _opened(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not self.path.exists()
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if is_new:
                sync_folder(self.path.parent)
        except OSError as error:
            raise DecisionError(
                N_("The anchor {file} cannot be opened: {problem}. Nothing was recorded."), file=self.path, problem=error.strerror,
            ) from error
        return descriptor

    def stop(self, sentences: list[str]) -> None:
        """Leave word that acting has stopped, and why."""
        self._stop.write_text("\n".join(sentences) + "\n", encoding="utf-8")

    def stopped(self) -> str | None:
        """Why acting has stopped, in one sentence; None when it has not."""
        try:
            return self._stop.read_text(encoding="utf-8").partition("\n")[0]
        except FileNotFoundError:
            return None

    def note_verified(self, sequence: int) -> None:
        """Leave word that an audit has just found everything whole up to this event."""
        self._verified.write_text(f"{sequence}\n", encoding="ascii")

    def verified(self) -> tuple[int, datetime] | None:
        """Up to which event the last audit found everything whole, and when (UTC); None before the first one."""
        try:
            return int(self._verified.read_text(encoding="ascii")), datetime.fromtimestamp(self._verified.stat().st_mtime, UTC)
        except (FileNotFoundError, ValueError):
            return None

    def resume(self) -> bool:
        """Take the word away; whether there was one."""
        try:
            self._stop.unlink()
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def begun_anew(self, lines: Iterable[Anchored], mark: str) -> Iterator[HeldAnchor]:
        """Replace the file by one of `lines`, keeping the old one as `<name>.<mark>`; the caller holds the old one.

        The new file is locked before it takes its name, so that nobody slips in between.
        """
        new = self.path.with_name(f"{self.path.name}.new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            held = HeldAnchor(self.path, descriptor)
            held.write(START)
            for line in lines:
                held.write(line)
            self.path.with_name(f"{self.path.name}.{mark}").hardlink_to(self.path)
            new.replace(self.path)
            sync_folder(self.path.parent)
            yield held
        finally:
            os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def sync_folder(folder: Path) -> None:
    """Wait until the folder's own entries are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
