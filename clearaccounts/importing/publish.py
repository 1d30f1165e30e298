"""From files to a served warehouse: read, build, ask, land, swap.

Everything of an import is done in scratch first; then its landings are put by one rename, and the warehouse becomes
current by another. Whatever is refused, cancelled or interrupted, the previous numbers stay.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from clearaccounts.access import OPERATOR
from clearaccounts.errors import BuildError, LandingError
from clearaccounts.importing import files, intake, refresh, shrinking, snapshots, staging
from clearaccounts.importing.build import Maker
from clearaccounts.importing.cancelling import Asked, never
from clearaccounts.importing.intake import DayOrder, FileProgress, ReadBy, files_of, quiet
from clearaccounts.importing.landing import Outcome
from clearaccounts.importing.preview import Preview, preview
from clearaccounts.importing.questions import Confirm, Question, Unconfirmed, nobody
from clearaccounts.importing.records import Landing, everything
from clearaccounts.importing.staging import Stage
from clearaccounts.importing.swap import (
    Failure,
    NotBuilt,
    Prepared,
    adopt,
    build_and_swap,
    failure,
    is_current,
    keep_failure,
    read_pointer,
)
from clearaccounts.importing.undoing import LastImport, Undone, last_import, undo
from clearaccounts.sample import LAST_ON
from clearaccounts.settings import SAMPLE_SOURCE, DataFolder, Settings
from clearaccounts.text import N_
from clearaccounts.warehouse import Build

__all__ = [
    "BuildError", "Failure", "LastImport", "Preview", "Question", "Report", "Undone", "build", "build_sample", "ensure_served", "failure",
    "files_of", "import_files", "last_import", "preview", "undo",
]

@dataclass
class Report:
    """What came of one import: an outcome per file in the order given, and of the build.

    `unconfirmed` is the question that nobody said yes to: nothing was imported then. Nor was anything if there is a
    `build_problem`, unless the warehouse was built and only could not be put in its place.
    """

    import_id: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    withdrawn: dict[str, int] = field(default_factory=dict)
    snapshot_problem: LandingError | None = None
    unconfirmed: Question | None = None
    build: Build | None = None
    remade_count: int | None = None
    not_refreshed: str = ""
    build_problem: BuildError | None = None

    @property
    def landed(self) -> list[Landing]:
        """The landings that this import made."""
        return [o.landing for o in self.outcomes if o.landing is not None and o.first_landed_at is None]


def import_files(
    folder: DataFolder,
    settings: Settings,
    paths: Sequence[Path],
    now: datetime,
    *,
    by: str = OPERATOR.user_id,
    profile: ReadBy = None,
    date_order: DayOrder = "",
    snapshot: bool = False,
    confirm: Confirm = nobody,
    progress: FileProgress = quiet,
    cancelled: Asked = never,
    on_wait: Callable[[], None] | None = None,
) -> Report:
    """Land files, each for itself, and publish what they bring.

    Args:
        folder: where they land.
        settings: limits, company currency and time zone.
        paths: files, or folders of files.
        now: the moment of the import, with its zone.
        by: the user id of who imports.
        profile: the profile of all of them, or of each by its path; else each is recognised by its header.
        date_order: DMY or MDY of all of them, or of each, where a profile leaves it open.
        snapshot: whether rows of these kinds that the files no longer hold are withdrawn.
        confirm: asked, while the import waits, before something happens that a person should know of; a no to one
            question and nothing is imported.
        progress: told (file, rows read so far).
        cancelled: asked often, from more than one thread; once it says yes, nothing is kept.
        on_wait: called once if another import runs.

    Returns:
        What became of each file and of the build; a refused file and a failed build are in it, not raised. With a failed build
        nothing has landed, and the folder says so on every page until one succeeds.

    Raises:
        LandingError: there is nothing to import, another import runs too long, or this is the sample's folder.
        Cancelled: it was cancelled; nothing changed.
    """
    staging.refuse_sample(folder)
    chosen, skipped = files_of(paths)
    import_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    report = Report(import_id, skipped=skipped)
    with staging.working(folder, on_wait, cancelled) as work:
        stage = Stage(folder, settings, work, now, import_id, by, cancelled)
        report.outcomes = intake.land_all(stage, chosen, profile, progress, date_order=date_order)
        questions = [one.question for one in report.outcomes if one.question is not None]
        questions += _withdraw(stage, report) if snapshot else []
        prepared: Prepared | None = None
        if stage.known and not is_current(folder, stage.sequence, settings):
            try:
                prepared = refresh.prepare(stage)
                questions += _shrink(stage, prepared)
            except BuildError as problem:
                keep_failure(folder, problem, now)
                return _not_built(report, problem)
        for question in questions:
            if not confirm(question):
                return _declined(report, question)
        stage.check()
        _publish(stage, prepared, report)
    return report


def _withdraw(stage: Stage, report: Report) -> list[Question]:
    try:
        asked = snapshots.withdraw(stage, report.outcomes)
    except LandingError as problem:
        report.snapshot_problem = problem
        return []
    if asked is None:
        return []
    report.withdrawn = dict(asked.counts)
    return [asked]


def _shrink(stage: Stage, prepared: Prepared) -> list[Question]:
    asked = shrinking.question(stage, prepared)
    return [asked] if asked is not None else []


def _declined(report: Report, question: Question) -> Report:
    """Nothing lands: every file that would have is refused, with the question as its reason."""
    report.unconfirmed, report.withdrawn = question, {}
    report.outcomes = [
        Outcome(one.file, None, refused=Unconfirmed(one.file, question)) if one.landing is not None else one for one in report.outcomes
    ]
    return report


def _not_built(report: Report, problem: BuildError) -> Report:
    """Nothing lands: what cannot be built would keep every later import from being seen."""
    report.build_problem, report.withdrawn = problem, {}
    report.outcomes = [
        Outcome(one.file, None, refused=NotBuilt(one.file, problem)) if one.landing is not None and one.first_landed_at is None else one
        for one in report.outcomes
    ]
    return report


def _publish(stage: Stage, prepared: Prepared | None, report: Report) -> None:
    """From here on nothing asks and nothing cancels: put the landings, then make the warehouse current."""
    if stage.staged:
        stage.commit()
    try:
        if prepared is not None:
            report.build = adopt(stage.folder, prepared)
            report.remade_count, report.not_refreshed = prepared.remade_count, prepared.not_refreshed
    except BuildError as problem:
        report.build_problem = problem
    if report.build_problem is not None:
        keep_failure(stage.folder, report.build_problem, stage.now)


def build(
    folder: DataFolder, settings: Settings, now: datetime, as_of_on: date | None = None, *, maker: Maker | None = None,
) -> Build:
    """Build the warehouse anew from all that has landed, and make it current.

    Args:
        folder: whose landings.
        settings: limits, company currency and time zone.
        now: the moment of the build, with its zone.
        as_of_on: the day the pages show; else the day of the newest import in company time.
        maker: what makes the marts, if not this process.

    Raises:
        LandingError: nothing has landed yet.
        BuildError: it failed; the previous one is still served.
    """
    with staging.working(folder) as work:
        stage = Stage(folder, settings, work, now)
        if not stage.known:
            raise LandingError(N_("Nothing has landed in {folder} yet; import a file first."), folder=folder.path.name)
        return build_and_swap(stage, as_of_on, maker)


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
    with staging.working(folder) as work:
        wanted = {files.file_hash(path) for path in paths}
        stage = Stage(folder, settings, work, now)
        if {landing.sha256 for landing in stage.known} != wanted:
            # The sample is never added to: other files make another sample.
            for landing in stage.known:
                files.remove(folder.landing / landing.folder_name)
            stage = Stage(folder, settings, work, now)
            refused = [outcome.refused for outcome in intake.land_all(stage, paths) if outcome.refused is not None]
            if refused:
                raise refused[0]
            stage.commit()
        elif is_current(folder, stage.sequence, settings):
            return None
        return build_and_swap(stage, LAST_ON)


def ensure_served(folder: DataFolder, settings: Settings, now: datetime) -> None:
    """See that `folder` has a warehouse that fits this version and its settings: the sample is built, a stale one rebuilt.

    Raises:
        LandingError: a sample file was refused.
        BuildError: there is no warehouse and none can be built.
    """
    is_served = (folder.warehouse / str(read_pointer(folder).get("file"))).exists()
    # What failed once fails again: a person mends it and imports or builds, while the previous numbers are served.
    if not folder.arriving.exists():
        known = everything(folder)
        is_up_to_date = bool(known) and is_current(folder, known[-1].sequence, settings)
        if is_up_to_date or (is_served and failure(folder) is not None):
            return
    try:
        if folder.is_sample:
            build_sample(settings, folder, now)
        elif not folder.is_empty:
            build(folder, settings, now)
    except BuildError:
        if not is_served:
            raise
