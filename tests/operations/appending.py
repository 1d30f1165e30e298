"""What other processes do while a backup is made: record notes, or make one until they are killed."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from unittest.mock import patch

from clearaccounts.backups import making
from clearaccounts.decisions import open_store
from clearaccounts.settings import DataFolder, Settings
from tests.decisions.common import BEATRIZ, NOW, note


def record_until_told(folder: Path, process: int, told: Connection) -> None:
    """Record notes one after the other until something is sent."""
    store = open_store(DataFolder(folder), Settings())
    number = 0
    while not told.poll():
        number += 1
        store.append(BEATRIZ, note(f"{process} {number}", f"N {process} {number}"))


def die_in_a_backup(folder: Path, target: Path, step: str) -> None:
    """Begin a backup and be killed at one of its steps."""
    with patch(step, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
        making.make(DataFolder(folder), Settings(), Path("none.toml"), target, NOW)
