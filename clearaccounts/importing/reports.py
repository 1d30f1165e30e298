"""Reports of what is open: what the newest one no longer holds is closed as of its day.

A report is a file whose profile names the day of the report and the kinds that it closes. Of these kinds, every row that
an earlier report of this very profile held and this one does not is closed: it counts until the day before the report's.
A row that was rejected is still held. Held again by a later report, it is open again.

A report that is older than the newest of its profile waits for a person. Confirmed, it changes nothing that is known: only
rows that no file has told of are taken, and closed as of the first newer report, which would have held them otherwise.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from clearaccounts.errors import FileRefused
from clearaccounts.importing import history
from clearaccounts.importing.canonical import Column, kinds
from clearaccounts.importing.profiles.language import Profile, Report, Value, columns_of
from clearaccounts.importing.questions import OLDER, Question
from clearaccounts.importing.records import CLOSED, Landing
from clearaccounts.importing.staging import Stage
from clearaccounts.importing.validation import Validated, expressions, normal_forms
from clearaccounts.settings import DataFolder
from clearaccounts.text import N_

_DAY = Column("report_on", "DATE", "date", is_required=True)
_CLOSED_LATER = N_("Older than the report of {newest_on}: {count} rows that nobody knew were taken, as closed on {closed_on}.")
_NOT_CLOSED = N_(
    "Nothing was closed, because rows were rejected whose ids cannot be read ({kinds}); mend them and import the report again."
)


@dataclass(frozen=True)
class Settled:
    """A report's rows as they count, and what it closes: `closed` has the rows per kind, written beside the landing's."""

    done: Validated
    report_on: date
    closed: dict[str, int]
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    question: Question | None = None


def settle(
    stage: Stage, connection: duckdb.DuckDBPyConnection, work: Path, *, file: str, profile: Profile, done: Validated
) -> Settled | None:
    """Find what a validated report closes and write it to `work`; None if the file is no report, or all of it was rejected.

    Args:
        stage: what counts.
        connection: as `validate` leaves it, with `cells`, `final_<kind>`, `rejected_keys_<kind>` and `latest_<kind>`.
        work: the folder of the unfinished landing.
        file: what people call the file.
        profile: its profile.
        done: what came of its rows.

    Raises:
        FileRefused: its rows do not all tell one day.
    """
    if profile.report is None:
        return None
    report_on = _day(connection, file, profile, profile.report)
    if report_on is None:
        return None
    settling = _Settling(stage, connection, work, report=profile.report, profile=profile.name, done=done, day=report_on)
    return settling.run(file)


def first_day(profile: Profile, header: Sequence[str], rows: Sequence[Sequence[str]]) -> date | None:
    """The day that the first of a file's rows tells, if the profile is one of reports; None if it tells none.

    Only for the order of several files: `settle` reads the day of every row.
    """
    if profile.report is None or not rows:
        return None
    position = next((p for p in columns_of(header, dict(profile.headers)[profile.report.day]) if p < len(rows[0])), None)
    if position is None:
        return None
    with duckdb.connect() as connection:
        day: date | None = connection.execute(
            f"select {_day_of(profile, 'text')} from (select {expressions.cell('$text', profile.habits)} as text)",
            {"text": rows[0][position]},
        ).fetchall()[0][0]
    return day


def closed_rows(folder: DataFolder, landing: Landing) -> dict[str, pa.Table]:
    """What a report closed, per kind: the rows as they were last known, and `withdrawn_on`, the day since which they count no longer."""
    place = folder.landing / landing.folder_name
    return {kind: pq.read_table(place / f"{kind}{CLOSED}") for kind in landing.closed}


def closed_keys(folder: DataFolder, landing: Landing) -> list[tuple[str, str, date]]:
    """(kind, id, the day since which it counts no longer) of every row that a report closed; of several key columns, all."""
    return [
        (kind, ", ".join(str(row[name]) for name in kinds()[kind].key), row["withdrawn_on"])
        for kind, table in closed_rows(folder, landing).items() for row in table.to_pylist()
    ]


def closed_csv(folder: DataFolder, landing: Landing) -> bytes:
    """What a report closed as CSV: the rows as they were last known, each with its kind and the day since which it counts no longer."""
    tables = [table.add_column(0, "kind", pa.array([kind] * table.num_rows)) for kind, table in closed_rows(folder, landing).items()]
    if not tables:
        return b""
    listed = pa.concat_tables(tables, promote_options="default").rename_columns({"withdrawn_on": "closed_on"})
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(listed.column_names)
    writer.writerows(["" if value is None else value for value in row.values()] for row in listed.to_pylist())
    return ("\ufeff" + buffer.getvalue()).encode()


def _day(connection: duckdb.DuckDBPyConnection, file: str, profile: Profile, report: Report) -> date | None:
    """The one day that all rows tell."""
    columns = [row[0] for row in connection.execute("describe cells").fetchall()]
    name = dict(profile.headers)[report.day].names[0]
    if f"h_{report.day}" not in columns:
        raise FileRefused(
            N_("{file}, line 1: the column {column} with the report's day is missing; add it to the header."), file=file, column=name
        )
    text = f"h_{report.day}"
    found = connection.execute(f"""
        select {_day_of(profile, text)} as day, min(line) as line, any_value({text}) as text
        from cells group by day order by line
    """).fetchall()
    for day, line, words in found:
        if not words:
            raise FileRefused(
                N_("{file}, line {line}: the column {column} is empty; every row must tell the report's day."),
                file=file, line=line, column=name,
            )
        if day is None:
            raise FileRefused(
                N_("{file}, line {line}, column {column}: {value} is not the day of a report; every row must tell the same day."),
                file=file, line=line, column=name, value=words,
            )
    if len(found) > 1:
        raise FileRefused(
            N_("{file}, line {line}, column {column}: {value} is another day than {day} before; one file is the report of one day."),
            file=file, line=found[1][1], column=name, value=found[1][0], day=found[0][0],
        )
    return found[0][0] if found else None


def _day_of(profile: Profile, text: str) -> str:
    """SQL: the day that a text means."""
    normal = normal_forms.normal(_DAY, Value(columns=("day",), is_day=True), text, "null::text", profile.habits)
    return expressions.typed(_DAY, normal, "0", profile.habits)


class _Settling:
    def __init__(
        self, stage: Stage, connection: duckdb.DuckDBPyConnection, work: Path, *, report: Report, profile: str, done: Validated, day: date
    ) -> None:
        self._stage = stage
        self._connection = connection
        self._work = work
        self._report = report
        self._done = done
        self._day = day
        self._before = [one for one in stage.known if one.profile == profile and one.report_on is not None]

    def run(self, file: str) -> Settled:
        newer = sorted(one.report_on for one in self._before if one.report_on is not None and one.report_on > self._day)
        if newer:
            return self._older(file, newer[0], newer[-1])
        unsure = sorted(set(self._report.closes) & set(self._done.kinds_with_unknown_keys))
        if unsure:
            return Settled(self._done, self._day, {}, ((_NOT_CLOSED, {"kinds": ", ".join(unsure)}),))
        return Settled(self._done, self._day, self._close({name: self._gone(name) for name in self._report.closes}, self._day))

    def _gone(self, name: str) -> str:
        """SQL: what earlier reports held, counts, and is not in this one."""
        key = ", ".join(kinds()[name].key)
        paths = [self._stage.place(one) / f"{name}.parquet" for one in self._before if name in one.things]
        if not paths:
            return f"from latest_{name} where false"
        return f"""
            from latest_{name}
            where ({key}) in (select ({key}) from {history.parquet(paths)})
                and ({key}) not in (select ({key}) from final_{name})
                and ({key}) not in (select ({key}) from rejected_keys_{name})
        """

    def _close(self, gone: dict[str, str], day: date) -> dict[str, int]:
        """Write rows of each kind as closed on a day, if there are any, and count them."""
        closed = {}
        for name, rows in gone.items():
            self._connection.execute(f"create or replace temp table closing as {rows}")
            count = self._count("closing")
            if count:
                closed[name] = count
                self._connection.execute(
                    "copy (select *, $day::date as withdrawn_on from closing) to $file (format parquet, compression zstd)",
                    {"day": day, "file": str(self._work / f"{name}{CLOSED}")},
                )
        return closed

    def _older(self, file: str, closed_on: date, newest_on: date) -> Settled:
        """Keep of the rows only those that nobody knew, closed as of the first newer report."""
        names = list(self._done.things)
        for name in names:
            key = ", ".join(kinds()[name].key)
            known = history.latest(kinds()[name], self._stage.place, self._stage.known)
            self._keep(name, f"({key}) not in (select ({key}) from ({known}))")
        gone = {name: f"select * exclude (line) from final_{name}" for name in self._report.closes}
        closed = self._close(gone, closed_on)
        new = self._count("(" + " union ".join(f"select line from final_{name}" for name in names) + ")")
        things = {name: self._count(f"final_{name}") for name in names}
        done = replace(self._done, new=new, changed=0, unchanged=self._done.loaded - new, things=things)
        note = (_CLOSED_LATER, {"newest_on": str(newest_on), "count": sum(closed.values()), "closed_on": str(closed_on)})
        asked = Question("older", OLDER, {"file": file, "day": self._day, "newest_on": newest_on}, closed)
        return Settled(done, self._day, closed, (note,), asked)

    def _keep(self, name: str, condition: str) -> None:
        """Leave in `final_<name>`, which may be a view of what was typed, only the rows that meet `condition`."""
        is_view = self._count(f"duckdb_views() where view_name = 'final_{name}'") > 0
        self._connection.execute(f"create or replace temp table kept_rows as select * from final_{name} where {condition}")
        self._connection.execute(f"drop {'view' if is_view else 'table'} final_{name}")
        self._connection.execute(f"alter table kept_rows rename to final_{name}")

    def _count(self, rows: str) -> int:
        return int(self._connection.execute(f"select count(*) from {rows}").fetchall()[0][0])
