"""From files to a served warehouse: land, withdraw, build, swap.

Every step is whole or not there. Files land one by one; the warehouse is written under a new name and
becomes current by one rename of the pointer. Whatever is interrupted, the previous numbers stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path

from clearaccounts.errors import BuildError, FileRefused, LandingError
from clearaccounts.importing import files, snapshots
from clearaccounts.importing.canonical import LOOKS_UP
from clearaccounts.importing.landing import NO_SUCH_FILE, Opened, Outcome, land, open_file
from clearaccounts.importing.readers import ENDINGS
from clearaccounts.importing.records import Landing, landings
from clearaccounts.importing.swap import Failure, build_and_swap, failure, is_current, read_pointer
from clearaccounts.sample import LAST_ON
from clearaccounts.settings import SAMPLE_FOLDER, SAMPLE_SOURCE, DataFolder, Settings
from clearaccounts.text import N_
from clearaccounts.warehouse import Build

__all__ = ["Failure", "Report", "build", "build_sample", "ensure_served", "failure", "files_of", "import_files"]

# (file, rows read so far)
FileProgress = Callable[[str, int], None]
# (rows to be withdrawn per kind) -> go on?
Confirm = Callable[[dict[str, int]], bool]


def _quiet(_file: str, _rows: int) -> None:
    """Say nothing."""


def _yes(_counts: dict[str, int]) -> bool:
    return True


@dataclass
class Report:
    """What came of one import: an outcome per file in the order given, and of the build."""

    outcomes: list[Outcome] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    withdrawn: dict[str, int] = field(default_factory=dict)
    snapshot_problem: LandingError | None = None
    build: Build | None = None
    build_problem: BuildError | None = None

    @property
    def landed(self) -> list[Landing]:
        """The landings that this import made."""
        return [o.landing for o in self.outcomes if o.landing is not None and o.first_landed_at is None]


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
        raise LandingError(N_("{file}: there is no file to import in this folder; it takes CSV, CSV.gz, XLSX and Parquet."), file=paths[0])
    return found, skipped


def import_files(
    folder: DataFolder,
    settings: Settings,
    paths: Sequence[Path],
    now: datetime,
    *,
    profile: str | None = None,
    snapshot: bool = False,
    confirm: Confirm = _yes,
    progress: FileProgress = _quiet,
    on_wait: Callable[[], None] | None = None,
) -> Report:
    """Land files, each for itself, and publish what they bring.

    Args:
        folder: where they land.
        settings: limits, company currency and time zone.
        paths: files, or folders of files.
        now: the moment of the import, with its zone.
        profile: the profile of all of them; else each is recognised by its header.
        snapshot: whether rows of these kinds that the files no longer hold are withdrawn.
        confirm: asked before anything is withdrawn.
        progress: told (file, rows read so far).
        on_wait: called once if another import runs.

    Returns:
        What became of each file and of the build; a refused file and a failed build are in it, not raised.

    Raises:
        LandingError: there is nothing to import, another import runs too long, or this is the sample's folder.
    """
    # The sample is made anew from its own files: what anybody added would be gone.
    if folder.path.resolve().name == SAMPLE_FOLDER:
        raise LandingError(N_("{folder} is the sample partner's; import into another folder, such as ./data."), folder=folder.path)
    chosen, skipped = files_of(paths)
    report = Report(skipped=skipped)
    with files.exclusive(folder, on_wait=on_wait), files.scratch(folder) as work:
        outcomes: dict[int, Outcome] = {}
        opened: list[tuple[int, Opened]] = []
        for number, path in enumerate(chosen):
            try:
                opened.append((number, open_file(path, work / str(number), profile)))
            except FileRefused as refused:
                outcomes[number] = Outcome(path.name, None, refused=refused)
        known = landings(folder)
        # Documents before what refers to them: an allocation's currency is that of its invoice.
        for number, one in sorted(opened, key=lambda item: _refers(item[1])):
            name = one.source.name
            try:
                outcomes[number] = land(folder, settings, one, known, now, progress=partial(progress, name))
            except FileRefused as refused:
                outcomes[number] = Outcome(name, None, refused=refused)
            landing = outcomes[number].landing
            if landing is not None and outcomes[number].first_landed_at is None:
                known.append(landing)
        report.outcomes = [outcomes[number] for number in range(len(chosen))]
        if snapshot:
            try:
                report.withdrawn = snapshots.withdraw(folder, settings, report.outcomes, known, now, work=work, confirm=confirm)
            except LandingError as problem:
                report.snapshot_problem = problem
            known = landings(folder)
        if known and not is_current(folder, known, settings):
            try:
                report.build = build_and_swap(folder, settings, known, now, work)
            except BuildError as problem:
                report.build_problem = problem
    return report


def _refers(opened: Opened) -> bool:
    return any(target.kind in LOOKS_UP for target in opened.profile.targets)


def build(folder: DataFolder, settings: Settings, now: datetime, as_of_on: date | None = None) -> Build:
    """Build the warehouse anew from all that has landed, and make it current.

    Args:
        folder: whose landings.
        settings: limits, company currency and time zone.
        now: the moment of the build, with its zone.
        as_of_on: the day the pages show; else the day of the newest import in company time.

    Raises:
        LandingError: nothing has landed yet.
        BuildError: it failed; the previous one is still served.
    """
    with files.exclusive(folder), files.scratch(folder) as work:
        known = landings(folder)
        if not known:
            raise LandingError(N_("Nothing has landed in {folder} yet; import a file first."), folder=folder.path.name)
        return build_and_swap(folder, settings, known, now, work, as_of_on=as_of_on)


def build_sample(settings: Settings, folder: DataFolder, now: datetime, source: Path = SAMPLE_SOURCE) -> Build | None:
    """Bring the sample partner into `folder`, unless it is there just as its files are now.

    Args:
        settings: limits, company currency and time zone.
        folder: the sample's own folder; see `settings.served_folder`.
        now: the moment of the build, with its zone.
        source: the sample's files.

    Returns:
        The new build, or None when nothing had to be done.

    Raises:
        LandingError: a sample file was refused.
        BuildError: the build failed.
    """
    paths, _ = files_of([source])
    with files.exclusive(folder), files.scratch(folder) as work:
        wanted = {files.file_hash(path) for path in paths}
        known = landings(folder)
        if {landing.sha256 for landing in known} != wanted:
            # The sample is never added to: other files make another sample.
            for landing in known:
                files.remove(folder.landing / landing.folder_name)
            known = []
            opened = [open_file(path, work / str(number)) for number, path in enumerate(paths)]
            for one in sorted(opened, key=_refers):
                outcome = land(folder, settings, one, known, now)
                if outcome.landing is not None and outcome.landing not in known:
                    known.append(outcome.landing)
        elif is_current(folder, known, settings):
            return None
        return build_and_swap(folder, settings, known, now, work, as_of_on=LAST_ON)


def ensure_served(folder: DataFolder, settings: Settings, now: datetime) -> None:
    """See that `folder` has a warehouse that fits this version and its settings: the sample is built, a stale one rebuilt.

    Raises:
        LandingError: a sample file was refused.
        BuildError: there is no warehouse and none can be built.
    """
    known = landings(folder)
    is_served = (folder.warehouse / str(read_pointer(folder).get("file"))).exists()
    # What failed once fails again: a person mends it and imports or builds, while the previous numbers are served.
    if is_current(folder, known, settings) or (is_served and failure(folder) is not None):
        return
    try:
        if folder.is_sample:
            build_sample(settings, folder, now)
        elif known:
            build(folder, settings, now)
    except BuildError:
        if not is_served:
            raise
