"""What runs on a job's thread for the Data page: a look into a file, a look at what an import would bring, the import."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clearaccounts.access import Permission, Viewer
from clearaccounts.errors import ClearAccountsError
from clearaccounts.importing import cancelling, publish
from clearaccounts.importing.mapping.samples import Sample, look_into
from clearaccounts.importing.preview import Preview
from clearaccounts.importing.profiles import Profile
from clearaccounts.ui import connection, import_records
from clearaccounts.ui.import_desk import Desk
from clearaccounts.ui.import_jobs import Job

LOOK, TRY, SAMPLE, IMPORT, UNDO = "look", "try", "sample", "import", "undo"


@dataclass(frozen=True)
class Imported:
    """What came of an import; `unrecorded` says why it could not be put on record.

    `desk` is kept only while a question is open: with the last hold on it the uploaded files go.
    """

    desk: Desk | None
    report: publish.Report
    unrecorded: ClearAccountsError | None


@dataclass(frozen=True)
class Undone:
    """What came of an undo; `problem` says why the numbers from before could not be built, `unrecorded` why it is not on record."""

    problem: ClearAccountsError | None
    unrecorded: ClearAccountsError | None


def look(desk: Desk) -> Callable[[Job], list[Preview]]:
    """Find out what an import of the files on the desk would bring; nothing changes."""
    paths, read_as, orders = desk.paths, desk.chosen(), desk.said_orders()

    def work(job: Job) -> list[Preview]:
        return publish.preview(
            connection.own_folder(), connection.settings(), paths, connection.now(), read_as, date_order=orders,
            progress=job.progress, cancelled=job.cancelled,
        )

    return work


def try_out(desk: Desk, number: int, profile: Profile) -> Callable[[Job], Preview]:
    """Read one file of the desk by a profile that is not saved yet; nothing changes."""
    path = desk.paths[number]

    def work(job: Job) -> Preview:
        found = publish.preview(
            connection.own_folder(), connection.settings(), [path], connection.now(), profile, progress=job.progress,
            cancelled=job.cancelled,
        )
        return found[0]

    return work


def sample(desk: Desk, number: int, heading: int, encoding: str) -> Callable[[Job], Sample]:
    """Look into one file of the desk that nobody has described; see `samples.look_into`."""
    path = desk.paths[number]

    def work(job: Job) -> Sample:
        def told(rows: int) -> None:
            cancelling.check(job.cancelled)
            job.progress(path.name, rows)

        with tempfile.TemporaryDirectory(prefix="clearaccounts-sample-") as folder:
            return look_into(path, Path(folder), heading=heading, encoding=encoding, progress=told)

    return work


def bring_in(desk: Desk, viewer: Viewer) -> Callable[[Job], Imported]:
    """Import the files on the desk and put that on record.

    The desk is held until the end, whatever becomes of the tab that it lies in.
    """
    confirmed = tuple(desk.confirmed)

    def work(job: Job) -> Imported:
        person = _still(viewer)
        now = connection.now()
        report = publish.import_files(
            connection.own_folder(), connection.settings(), desk.paths, now, by=person.user_id, profile=desk.chosen(),
            date_order=desk.said_orders(), snapshot=desk.is_whole, confirm=confirmed.__contains__,
            progress=job.progress, cancelled=job.cancelled, on_wait=job.waits,
        )
        return Imported(desk if report.unconfirmed is not None else None, report, import_records.record(person, now))

    return work


def take_back(import_id: str, viewer: Viewer) -> Callable[[Job], Undone]:
    """Undo exactly the import that the person saw, if it is still the last one, and put that on record."""
    def work(_job: Job) -> Undone:
        person = _still(viewer)
        now = connection.now()
        done = publish.undo(connection.own_folder(), connection.settings(), now, person.user_id, import_id=import_id)
        return Undone(done.build_problem, import_records.record(person, now))

    return work


def _still(viewer: Viewer) -> Viewer:
    """The person as they are known now: what they began to do, they must still be allowed."""
    person = connection.present(viewer)
    person.require(Permission.IMPORT)
    return person
