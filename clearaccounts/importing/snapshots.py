"""Snapshots: files that hold everything of their kinds, so that what they no longer hold is withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from clearaccounts.errors import LandingError
from clearaccounts.importing import files, history
from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.landing import Outcome
from clearaccounts.importing.records import Landing, digests, write_record
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_


def withdraw(
    folder: DataFolder,
    settings: Settings,
    outcomes: Sequence[Outcome],
    known: Sequence[Landing],
    now: datetime,
    *,
    work: Path,
    confirm: Callable[[dict[str, int]], bool],
) -> dict[str, int]:
    """Withdraw, from today on, the rows of these files' kinds that the files no longer hold. Only under the lock.

    A row that was rejected is still held by its file. Of a kind of which a rejected row does not tell its
    key, or of which a newer file has landed since, nothing is withdrawn.

    Returns:
        Rows withdrawn per kind; empty if there are none, or `confirm` said no.

    Raises:
        LandingError: nothing was withdrawn, and why.
    """
    if any(outcome.refused for outcome in outcomes):
        raise LandingError(N_("Nothing was withdrawn, because a file was refused; a snapshot must be whole."))
    held = [outcome.landing for outcome in outcomes if outcome.landing is not None]
    names = sorted({name for landing in held for name in landing.things})
    unsure = sorted({name for landing in held for name in landing.kinds_with_unknown_keys})
    if unsure:
        raise LandingError(
            N_("Nothing was withdrawn, because rows were rejected whose ids cannot be read ({kinds}); mend them and import again."),
            kinds=", ".join(unsure),
        )
    own = {landing.sequence for landing in held}
    later = [one for one in known if one.sequence not in own and one.sequence > max(own, default=0) and set(one.things) & set(names)]
    if later:
        raise LandingError(N_("Nothing was withdrawn, because {file} landed after these files."), file=later[0].name)
    today = now.astimezone(settings.company.zone).date()
    unfinished = work / "snapshot"
    unfinished.mkdir()
    counts: dict[str, int] = {}
    with history.connect(settings, work) as connection:
        history.prepare(connection, folder.landing, known, names)
        for name in names:
            paths = [
                str(folder.landing / landing.folder_name / f"{name}{part}.parquet")
                for landing in held if name in landing.things for part in ("", ".rejected_keys")
            ]
            count = _gone(connection, name, paths, unfinished / f"{name}.parquet", today)
            if count:
                counts[name] = count
    if not counts or not confirm(counts):
        return {}
    landing = Landing(
        sequence=max(one.sequence for one in known) + 1,
        landed_at=now.astimezone(UTC),
        withdrawn_on=today,
        withdrawn=counts,
        digests=digests(unfinished),
    )
    write_record(unfinished, landing)
    files.put(unfinished, folder.landing / landing.folder_name)
    return counts


def _gone(connection: duckdb.DuckDBPyConnection, name: str, paths: Sequence[str], target: Path, today: date) -> int:
    """Write the keys of `latest_<name>` that none of the Parquet files holds to `target`, and count them."""
    key = ", ".join(kinds()[name].key)
    connection.execute(
        f"""
        create or replace temp table gone as
        select {key} from latest_{name}
        where ({key}) not in (select ({key}) from read_parquet($files, union_by_name = true))
        """,
        {"files": list(paths)},
    )
    count = int(connection.execute("select count(*) from gone").fetchall()[0][0])
    if count:
        connection.execute(
            "copy (select *, $today::date as withdrawn_on from gone) to $file (format parquet)", {"file": str(target), "today": today}
        )
    return count
