"""Snapshots: files that hold everything of their kinds, so that what they no longer hold is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from pathlib import Path

import duckdb

from clearaccounts.errors import LandingError
from clearaccounts.importing import history
from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.landing import Outcome
from clearaccounts.importing.questions import WITHDRAW, Question
from clearaccounts.importing.records import Landing, digests, write_record
from clearaccounts.importing.staging import Stage
from clearaccounts.text import N_


def withdraw(stage: Stage, outcomes: Sequence[Outcome]) -> Question | None:
    """Put on the stage that, from today on, the rows of these files' kinds that the files no longer hold are withdrawn.

    A row that was rejected is still held by its file. Of a kind of which a rejected row does not tell its
    key, or of which a newer file has landed since, nothing is withdrawn.

    Returns:
        What has to be asked before the stage is committed; None if there is nothing to withdraw.

    Raises:
        LandingError: nothing is to be withdrawn, and why.
        Cancelled: somebody wants the import to stop.
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
    later = [one for one in stage.known if one.sequence not in own and one.sequence > max(own, default=0) and set(one.things) & set(names)]
    if later:
        raise LandingError(N_("Nothing was withdrawn, because {file} landed after these files."), file=later[0].name)
    unfinished = stage.work / "snapshot"
    unfinished.mkdir()
    counts: dict[str, int] = {}
    with history.connect(stage.settings, stage.work, stage.cancelled) as connection:
        history.prepare(connection, stage.place, stage.known, names)
        for name in names:
            paths = [
                str(stage.place(landing) / f"{name}{part}.parquet")
                for landing in held if name in landing.things for part in ("", ".rejected_keys")
            ]
            count = _gone(connection, name, paths, unfinished / f"{name}.parquet", stage.today)
            if count:
                counts[name] = count
    if not counts:
        return None
    landing = Landing(
        sequence=stage.sequence + 1,
        landed_at=stage.now.astimezone(UTC),
        withdrawn_on=stage.today,
        withdrawn=counts,
        digests=digests(unfinished),
        import_id=stage.import_id,
        imported_by=stage.imported_by,
    )
    write_record(unfinished, landing)
    stage.add(landing, unfinished)
    listed = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    return Question("withdraw", WITHDRAW, {"counts": listed, "day": stage.today}, counts)


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
