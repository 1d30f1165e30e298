"""The files of one import: which they are, in which order they are read, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

from clearaccounts.errors import FileRefused, LandingError
from clearaccounts.importing import reports
from clearaccounts.importing.canonical import LOOKS_UP
from clearaccounts.importing.landing import NO_SUCH_FILE, Opened, Outcome, land, open_file, shown_name
from clearaccounts.importing.profiles import Profile, broken, known
from clearaccounts.importing.reading.readers import ENDINGS
from clearaccounts.importing.staging import Stage
from clearaccounts.importing.validation import day_orders
from clearaccounts.text import N_

# (file, rows read so far)
FileProgress = Callable[[str, int], None]
# The profile by which files are read: of all of them, or of each; of those left out the header tells.
ReadBy: TypeAlias = "str | Profile | Mapping[Path, str | Profile] | None"
# DMY or MDY, as a person says of all files or of each; it counts where a profile leaves it open.
DayOrder: TypeAlias = "str | Mapping[Path, str]"

_UNUSABLE = N_("{file}: the profile chosen for it cannot be used: {problem}")


def quiet(_file: str, _rows: int) -> None:
    """Say nothing."""


def files_of(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The files that `paths` name: themselves, or those of a folder that may be data; and what was passed over.

    Raises:
        LandingError: none of the files exists, or there is nothing to import.
    """
    found: list[Path] = []
    skipped: list[str] = []
    for path in paths:
        if path.is_dir():
            for entry in sorted(path.iterdir()):
                if entry.is_file() and not entry.name.startswith("."):
                    is_data = entry.name.lower().endswith(ENDINGS)
                    found += [entry] if is_data else []
                    skipped += [] if is_data else [entry.name]
        else:
            found.append(path)
    if found and not any(path.is_file() for path in found):
        raise LandingError(NO_SUCH_FILE, file=found[0])
    if not found:
        raise LandingError(N_("{file}: there is no file to import in this folder; it takes CSV, JSON, XLSX and Parquet."), file=paths[0])
    return found, skipped


def open_all(
    stage: Stage, paths: Sequence[Path], profile: ReadBy = None, date_order: DayOrder = ""
) -> tuple[dict[int, Opened], dict[int, Outcome]]:
    """Open and recognise every file: those that could be, and an outcome of those that are refused, by their number.

    Raises:
        Cancelled: somebody wants it to stop.
    """
    opened: dict[int, Opened] = {}
    refused: dict[int, Outcome] = {}
    profiles, unusable = known(stage.folder.path), broken(stage.folder.path)
    for number, path in enumerate(paths):
        stage.check()
        try:
            chosen = profile.get(path) if isinstance(profile, Mapping) else profile
            if isinstance(chosen, str) and chosen not in profiles and chosen in unusable:
                raise FileRefused(_UNUSABLE, file=shown_name(path), problem=unusable[chosen])
            order = date_order.get(path, "") if isinstance(date_order, Mapping) else date_order
            opened[number] = open_file(
                path, stage.work / str(number), chosen, profiles, date_order=order, progress=lambda _rows: stage.check()
            )
        except FileRefused as refusal:
            refused[number] = Outcome(shown_name(path), None, refused=refusal)
    return opened, refused


def land_opened(stage: Stage, opened: dict[int, Opened], progress: FileProgress = quiet) -> dict[int, Outcome]:
    """Read every opened file and put it on the stage; an outcome for each, by its number.

    Raises:
        Cancelled: somebody wants it to stop.
    """
    outcomes: dict[int, Outcome] = {}
    for number, one in sorted(opened.items(), key=lambda item: _turn(item[1])):
        stage.check()
        name = one.source.name

        def told(rows: int, name: str = name) -> None:
            stage.check()
            progress(name, rows)

        try:
            outcomes[number] = land(stage, one, told)
        except FileRefused as refused:
            outcomes[number] = Outcome(name, None, refused=refused)
    return outcomes


def land_all(
    stage: Stage, paths: Sequence[Path], profile: ReadBy = None, progress: FileProgress = quiet, *, date_order: DayOrder = ""
) -> list[Outcome]:
    """Open and read every file and put it on the stage; an outcome for each, in the order given.

    Raises:
        Cancelled: somebody wants it to stop.
    """
    opened, refused = open_all(stage, paths, profile, date_order)
    outcomes = refused | land_opened(stage, opened, progress)
    return [outcomes[number] for number in range(len(paths))]


def _turn(opened: Opened) -> tuple[bool, date]:
    """Documents before what refers to them: an allocation's currency is that of its invoice. Reports by their days."""
    refers = any(target.kind in LOOKS_UP for target in opened.profile.targets)
    header, rows = opened.source.header, opened.source.sample_rows
    return refers, reports.first_day(day_orders.settle_by_sample(opened.profile, rows, opened.date_order), header, rows) or date.min
