"""Files that are whole or not there: written beside their place, synced, renamed; and the lock of the one import."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clearaccounts.errors import LandingError
from clearaccounts.settings import DataFolder
from clearaccounts.text import N_

_NAME_BYTES = 200


def sync(path: Path) -> None:
    """Bring a file, or the entries of a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Bring every file of `folder`, and the folder, to the disk."""
    for path in folder.iterdir():
        sync(path)
    sync(folder)


def put(folder: Path, target: Path) -> None:
    """Make the finished `folder` appear as `target`, whole or not at all."""
    sync_folder(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(target)
    sync(target.parent)


def remove(folder: Path) -> None:
    """Make `folder` disappear."""
    shutil.rmtree(folder)
    sync(folder.parent)


def write_json(path: Path, content: Any) -> None:
    """Replace `path` by `content`, whole or not at all."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1, default=str))


def write_text(path: Path, content: str) -> None:
    """Replace `path` by `content`, whole or not at all."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync(path.parent)


def last_part(name: str, instead: str = "file.csv") -> str:
    """A name from outside as the name of one file, which every file system takes and which leads nowhere.

    Args:
        name: what the other side calls it, perhaps with folders of any system before it.
        instead: what it is called if nothing is left.
    """
    last = name.replace("\\", "/").replace("\0", "").rpartition("/")[2].encode("utf-8", "replace").decode("utf-8")
    if len(last.encode("utf-8")) > _NAME_BYTES:
        # The ending stays: people know their files by it.
        stem, dot, ending = last.rpartition(".")
        room = _NAME_BYTES - len((dot + ending).encode("utf-8"))
        last = _beginning(stem, room) + dot + ending if stem and room > 0 else _beginning(last, _NAME_BYTES)
    return last if last not in {"", ".", ".."} else instead


def _beginning(text: str, size: int) -> str:
    """As many whole characters of `text` as fit in `size` bytes."""
    return text.encode("utf-8")[:size].decode("utf-8", "ignore")


def is_no_room(problem: BaseException) -> bool:
    """Whether the disk is full; DuckDB tells it in its words alone."""
    return getattr(problem, "errno", None) == errno.ENOSPC or os.strerror(errno.ENOSPC) in str(problem)


def file_hash(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def exclusive(
    folder: DataFolder,
    wait_seconds: float = 300,
    on_wait: Callable[[], None] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Hold the lock of the one import or build that may run in `folder`; the end of the process frees it.

    While another holds it, `on_wait` is called once and `check` often; what that raises ends the waiting.

    Raises:
        LandingError: another one still runs after `wait_seconds`.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    with folder.lock.open("a") as file:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if on_wait is not None:
                    on_wait()
                    on_wait = None
                check()
                if time.monotonic() >= deadline:
                    raise LandingError(
                        N_("Another import is running in {folder}; wait until it has finished and try again."), folder=folder.path.name
                    ) from None
                time.sleep(0.1)
        yield


@contextmanager
def scratch(folder: DataFolder) -> Iterator[Path]:
    """A folder for unfinished work; what a killed import left there goes first. Only under the lock."""
    path = folder.path / "unfinished"
    if path.exists():
        shutil.rmtree(path)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path)
