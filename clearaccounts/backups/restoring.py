"""Restore a backup into an empty folder: proven first, built in a corner of it, and put in its place at the end."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from clearaccounts.backups import manifest
from clearaccounts.backups.manifest import Manifest
from clearaccounts.decisions import open_store
from clearaccounts.errors import BackupError
from clearaccounts.importing import files, publish
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_

_CORNER = "unfinished-restore"


def restore(backup: Path, folder: DataFolder, settings: Settings, now: datetime) -> Manifest:
    """Restore `backup` into `folder`, and its decisions to where `settings` say; the warehouse is built anew.

    The settings in the backup are not put anywhere: they stay in its folder `settings/`.

    Raises:
        BackupError: the backup is not whole, or the folder is not empty.
        DecisionError: the database or the anchor that the settings name holds decisions already, or does not answer.
        BuildError: no warehouse can be built from what is in it.
    """
    found = manifest.read(backup)
    if folder.path.exists() and (not folder.path.is_dir() or any(folder.path.iterdir())):
        raise BackupError(N_("{folder} is not empty; restore into a folder that is, and nothing can be overwritten."), folder=folder.path)
    corner = folder.path / _CORNER
    try:
        shutil.copytree(backup / "data", corner)
        scratch = DataFolder(corner)
        if not scratch.is_empty:
            publish.build(scratch, settings, now)
        open_store(folder, settings).replace_empty(backup / manifest.EVENTS, backup / manifest.ANCHOR)
        # The landings last: until they are there the folder holds nothing that would be served.
        for path in sorted(corner.iterdir(), key=lambda path: path.name == "landing"):
            path.rename(folder.path / path.name)
        corner.rmdir()
    except BaseException:
        shutil.rmtree(corner, ignore_errors=True)
        for left in folder.path.glob("decisions.*"):  # the folder was empty: they are ours
            left.unlink()
        raise
    files.sync(folder.path)
    return found
