"""How much disk a run takes, said before it begins; one that there is no room for does not begin."""

from __future__ import annotations

import shutil
from pathlib import Path

# Bytes an invoice, with its payments and cases; measured at one and at ten million, rounded up.
GENERATED = 170
LANDED = 120
# The warehouse, and what a build sets aside on disk while its memory is full.
BUILT = 250
SET_ASIDE = 150


class NoRoom(Exception):
    """There is not enough disk; says how much is needed and where."""


def needed(invoices: int, generated: Path, work: Path) -> dict[Path, int]:
    """The bytes that a partner of this size takes in each of the two folders; a set that is there already takes nothing more."""
    is_there = (generated / "generated.json").exists()
    return {generated: 0 if is_there else invoices * GENERATED, work: invoices * (LANDED + BUILT + SET_ASIDE)}


def check(invoices: int, generated: Path, work: Path) -> str:
    """Make sure that there is room for both folders; a sentence that says how much is needed.

    Raises:
        NoRoom: there is not.
    """
    by_disk: dict[int, list[tuple[Path, int]]] = {}
    for folder, size in needed(invoices, generated, work).items():
        by_disk.setdefault(_existing(folder).stat().st_dev, []).append((folder, size))
    said = []
    for parts in by_disk.values():
        size, place = sum(part for _, part in parts), _existing(parts[-1][0])
        free = shutil.disk_usage(place).free
        words = f"about {_gigabytes(size)} of disk in {place}, where {_gigabytes(free)} are free"
        if free < size:
            raise NoRoom(f"{invoices:,} invoices need {words}: not begun")
        said.append(words)
    return f"needs {' and '.join(said)}"


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
