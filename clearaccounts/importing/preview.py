"""What importing files would do, found out by doing it in a scratch folder that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from clearaccounts.errors import FileRefused
from clearaccounts.importing import intake
from clearaccounts.importing.cancelling import Asked, never
from clearaccounts.importing.intake import DayOrder, FileProgress, ReadBy, quiet
from clearaccounts.importing.landing import Opened, Outcome
from clearaccounts.importing.questions import Question
from clearaccounts.importing.reading.sources import Reject
from clearaccounts.importing.staging import Stage
from clearaccounts.importing.validation import Sum
from clearaccounts.settings import DataFolder, Settings

REJECTS_SHOWN = 100


@dataclass(frozen=True)
class Preview:
    """What one file would be recognised as and become; nothing has changed.

    Attributes:
        file: its name.
        profile: the name of its profile; empty if it was not even recognised.
        title: what the profile calls itself.
        source: from which document or sample its columns come.
        is_proven: whether it has been tried on real files.
        is_kept_only: whether the file is only kept: it belongs to an export and holds nothing that is used.
        columns: (our handle, the file's header) of every column that is read.
        passed_over: headers of the file that nothing reads; they are kept in the landing all the same.
        rows, loaded, rejected, new, changed, unchanged: as a landing counts them.
        closed: rows per kind that a report no longer holds.
        things: rows per canonical kind that would be kept.
        sums: the conserved sums.
        rejects: the first rejected rows.
        notes: what else there is to say, as templates with their values.
        report_on: the day of a report.
        refused: why the file would be refused whole.
        first_landed_at: when this very file landed already; importing it again changes nothing.
        questions: what would have to be confirmed, as far as it can be told without a build: whether open invoices would
            vanish is asked by the import itself.
    """

    file: str
    profile: str = ""
    title: str = ""
    source: str = ""
    is_proven: bool = False
    is_kept_only: bool = False
    columns: tuple[tuple[str, str], ...] = ()
    passed_over: tuple[str, ...] = ()
    rows: int = 0
    loaded: int = 0
    rejected: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: dict[str, int] = field(default_factory=dict)
    things: dict[str, int] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()
    rejects: tuple[Reject, ...] = ()
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    report_on: date | None = None
    refused: FileRefused | None = None
    first_landed_at: datetime | None = None
    questions: tuple[Question, ...] = ()


def preview(
    folder: DataFolder,
    settings: Settings,
    paths: Sequence[Path],
    now: datetime,
    profile: ReadBy = None,
    *,
    date_order: DayOrder = "",
    progress: FileProgress = quiet,
    cancelled: Asked = never,
) -> list[Preview]:
    """What an import of `paths` into `folder` would bring, file by file in the order given; nothing is kept.

    It waits for nobody: what another import lands meanwhile is not in it.

    Args:
        folder: where they would land; it need not exist.
        settings: limits, company currency and time zone.
        paths: files, or folders of files.
        now: the moment, with its zone.
        profile: the profile of all of them, or of each by its path; else each is recognised by its header.
        date_order: DMY or MDY of all of them, or of each, where a profile leaves it open.
        progress: told (file, rows read so far).
        cancelled: whether somebody wants it to stop.

    Raises:
        LandingError: there is no file.
        Cancelled: somebody wants it to stop.
    """
    chosen, _ = intake.files_of(paths)
    with tempfile.TemporaryDirectory(prefix="clearaccounts-") as work:
        stage = Stage(folder, settings, Path(work), now, cancelled=cancelled)
        opened, outcomes = intake.open_all(stage, chosen, profile, date_order)
        outcomes |= intake.land_opened(stage, opened, progress)
        return [_preview(outcomes[number], opened.get(number)) for number in range(len(chosen))]


def _preview(outcome: Outcome, opened: Opened | None) -> Preview:
    about = _about(outcome.file, opened) if opened is not None else {}
    landing = outcome.landing
    if landing is None:
        return Preview(outcome.file, refused=outcome.refused, **about)
    return Preview(
        outcome.file, **about,
        rows=landing.rows, loaded=landing.loaded, rejected=landing.rejected, new=landing.new, changed=landing.changed,
        unchanged=landing.unchanged, closed=landing.closed, things=landing.things, sums=landing.sums,
        rejects=outcome.rejects[:REJECTS_SHOWN], notes=landing.notes, report_on=landing.report_on,
        first_landed_at=outcome.first_landed_at, questions=(outcome.question,) if outcome.question else (),
    )


def _about(file: str, opened: Opened) -> dict[str, Any]:
    """What is known of a file as soon as it is recognised."""
    profile, header = opened.profile, opened.source.header
    try:
        bound, read = profile.bind(file, header), profile.wanted(file, header)
    except FileRefused:
        bound, read = {}, set()
    return {
        "profile": profile.name,
        "title": profile.title,
        "source": profile.source,
        "is_proven": profile.is_proven,
        "is_kept_only": profile.is_kept_only,
        "columns": tuple((handle, header[position]) for handle, position in bound.items()),
        "passed_over": tuple(name for position, name in enumerate(header) if position not in read),
    }
