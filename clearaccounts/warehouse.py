"""The warehouse: open one build read-only, run one query file with one filter, return Arrow.

A query file is bound, never assembled. Amounts stay DECIMAL: results are `pyarrow.Table`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from clearaccounts import log
from clearaccounts.access import Viewer
from clearaccounts.answers import Answers
from clearaccounts.errors import BadParameter, NoWarehouse, QueryTimeout, WarehouseError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.query_files import Parameter, Query, query, refusal
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_

_LOG = logging.getLogger(__name__)

# What may stand beside a build for an answer that is kept: the rules of support and what people decided, never whom the policy flags.
_KEPT_BESIDE = frozenset({
    "assignments_now", "business_hours", "category_types", "holds_decided", "notices_decided", "online_services", "service_goals",
    "service_support_types", "serving_costs", "vehicle_scopes",
})
# The eligibility of a suspension is asked anew each time, whatever it rests on.
_NEVER_KEPT = "collections/"

# `sql()` plans a query once to describe it and again to run it, and planning is most of what a query costs here. `execute()` plans it
# once; its warning, that the rows are copied once more, is about a tenth of a second for a million of them.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result", category=UserWarning)

# External access off and the configuration locked: no query can reach a file (threats T16, T17).
_LOCKED = {
    "enable_external_access": "false",
    "lock_configuration": "true",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


@dataclass(frozen=True)
class Build:
    """What one warehouse was built from; stored in it as table `build` (one row)."""

    build_id: str
    built_at: datetime
    as_of_on: date
    newest_import_at: datetime
    newest_receivables_import_at: datetime | None
    company_currency: str
    time_zone: str
    is_sample: bool


def open_read_only(path: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """A connection to one build that can change nothing and reach no file; all of one process must be opened alike."""
    return duckdb.connect(
        str(path),
        read_only=True,
        config={
            **_LOCKED,
            "memory_limit": settings.limits.memory,
            "threads": str(settings.limits.threads),
            "max_execution_time": str(settings.limits.query_seconds * 1000),
            # DuckDB takes what it cannot estimate for a handful of rows, and would then compare each with every working hour of a century.
            "asof_loop_join_threshold": "0",
        },
    )


class Warehouse:
    """One build, opened read-only; safe to share between threads (a cursor per call)."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self._settings = settings
        self._beside: Mapping[str, Callable[[], pa.Table]] = {}
        self._connection = open_read_only(path, settings)
        [*build, self._catalogue] = self._connection.cursor().execute("select *, current_database() from build").fetchall()[0]
        self.build = Build(*build)
        self._answers = Answers(brought=brought_answers(self._connection.cursor(), self.build.build_id))

    def beside(self, tables: Mapping[str, Callable[[], pa.Table]]) -> Warehouse:
        """The same build with tables beside it, for every query whose header's `Tables:` line names one.

        Args:
            tables: per name what gives the table; asked when a query needs it.
        """
        other = copy(self)
        other._beside = {**self._beside, **tables}
        return other

    def afresh(self) -> Warehouse:
        """The same build as if it had just been opened: with what it brings, and nothing of what was asked of it before."""
        other = copy(self)
        other._answers = self._answers.afresh()
        return other

    def answers_given(self) -> dict[str, pa.Table]:
        """What was answered since the build was opened and may be given again, by what tells the question."""
        return self._answers.given()

    def invoice_count(self) -> int:
        """How many customer invoices the build holds."""
        return int(self._connection.cursor().execute("select count(*) from invoices").fetchall()[0][0])

    def close(self) -> None:
        """Let go of the file, for whoever goes on to write it; nothing may be asked afterwards."""
        self._connection.close()

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells this build, with all that decides who sees what of it, from every other."""
        assigned = self._beside["assignments_now"]() if "assignments_now" in self._beside else None
        rows = "" if assigned is None else repr(assigned.to_pylist())
        return (str(self.path), self.build.build_id, hashlib.sha256(rows.encode("utf-8")).hexdigest())

    def stands_beside(self, table: str) -> bool:
        """Whether a table of that name stands beside the build."""
        return table in self._beside

    def run(
        self,
        name: str,
        values: Mapping[str, Any] | Any,
        viewer: Viewer,
        tables: Mapping[str, pa.Table] | None = None,
    ) -> pa.Table:
        """Run `queries/<name>.sql` for `viewer`.

        Args:
            name: the query's path without `.sql`.
            values: a frozen filter, or a mapping, whose names are the file's parameters; those left out
                take the header's default.
            viewer: whose scope and permission apply.
            tables: the tables that the header's `Tables:` line names (current decisions, a policy), unless they are `beside`.

        Returns:
            The result as Arrow; decimals stay decimals, `_at` columns are UTC without a zone.

        Raises:
            NotPermitted: the viewer's role may not see this number.
            BadParameter: a parameter is missing or unknown.
            QueryTimeout: the time limit was reached.
        """
        chosen = query(name)
        if chosen.permission is not None:
            viewer.require(chosen.permission)
        given: dict[str, Any] = dict(values) if isinstance(values, Mapping) else asdict(values)
        bound = self._bind(chosen, given, viewer)
        with log.timed(_LOG, "query", query=name) as said:
            found = self._kept_answer(chosen, bound, tables or {}, viewer)
            said["row_count"] = found.num_rows
        return found

    def _kept_answer(self, chosen: Query, bound: dict[str, Any], tables: Mapping[str, pa.Table], viewer: Viewer) -> pa.Table:
        """The answer that was given to the very same question, or a new one."""
        if chosen.name.startswith(_NEVER_KEPT) or not _KEPT_BESIDE.issuperset(chosen.tables):
            return self._answer(chosen, bound, tables, viewer)
        handed = {name: partial(tables.__getitem__, name) if name in tables else self._beside[name] for name in chosen.tables}
        if self._beside.get("assignments_now", _nobody)().num_rows:
            handed["assignments_now"] = self._beside["assignments_now"]
        # A build is older than the program that opens it when only questions have changed.
        text = hashlib.sha256(chosen.sql.encode("utf-8")).hexdigest()[:16]
        key = self._answers.key(f"{chosen.name} {text}", bound, handed)
        found = self._answers.get(key)
        if found is None:
            found = self._answer(chosen, bound, tables, viewer)
            self._answers.keep(key, found)
        return found

    def _answer(self, chosen: Query, bound: dict[str, Any], tables: Mapping[str, pa.Table], viewer: Viewer) -> pa.Table:
        cursor = self._connection.cursor()
        try:
            self._assign(cursor)
            for table in chosen.tables:
                cursor.register(table, tables[table] if table in tables else self._beside[table]())
            return cursor.execute(chosen.sql, bound).to_arrow_table()
        except duckdb.InterruptException:
            raise QueryTimeout(
                N_("This took longer than {seconds} seconds; narrow the filter and try again."),
                seconds=self._settings.limits.query_seconds,
            ) from None
        except duckdb.Error as error:
            if viewer.agent_scope is not None:
                # DuckDB names values in what it says, and it may have met them before it came to the scope.
                raise WarehouseError(N_("{query} could not be answered."), query=chosen.name) from error
            raise WarehouseError(
                N_("{query} could not be answered: {problem}"), query=chosen.name, problem=str(error).splitlines()[0]
            ) from error
        finally:
            cursor.close()

    def _assign(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Let `customers` on this cursor, in macros too, be whose they were assigned to; nothing assigned costs nothing.

        A temporary view goes before the build's table of the same name, and no other cursor sees it.
        """
        assigned = self._beside["assignments_now"]() if "assignments_now" in self._beside else None
        if assigned is None or not assigned.num_rows:
            return
        cursor.register("assignments_now", assigned)
        cursor.execute(f'create temp view customers_filed as from "{self._catalogue}".main.customers')
        cursor.execute("create temp view customers as from customers_assigned()")

    def _bind(self, chosen: Query, given: dict[str, Any], viewer: Viewer) -> dict[str, Any]:
        bound: dict[str, Any] = {}
        for parameter in chosen.parameters:
            if parameter.name in given:
                value = given.pop(parameter.name)
                if parameter.choices and value is not None and value not in parameter.choices:
                    raise refusal(parameter, value, "one of " + ", ".join(parameter.choices))
                bound[parameter.name] = _bindable(value)
            elif parameter.is_required:
                raise BadParameter(N_("{query} needs {name}."), query=chosen.name, name="--" + parameter.name.replace("_", "-"))
            else:
                bound[parameter.name] = parameter.default
        if given:
            raise BadParameter(
                N_("{query} has no parameter {name}."), query=chosen.name, name="--" + next(iter(given)).replace("_", "-")
            )
        if "viewer_agent" in chosen.reserved:
            bound["viewer_agent"] = viewer.agent_scope
        if "company_currency" in chosen.reserved:
            bound["company_currency"] = self.build.company_currency
        return bound

    def columns(self, name: str) -> list[tuple[str, str]]:
        """Names and DuckDB types of a query's result, without running it on data."""
        chosen = query(name)
        cursor = self._connection.cursor()
        try:
            for table in chosen.tables:
                cursor.register(table, EMPTY_TABLES[table])
            bound = {p.name: _placeholder(p) for p in chosen.parameters}
            bound.update({name: ("EUR" if name == "company_currency" else None) for name in chosen.reserved})
            rows = cursor.execute(f"describe {chosen.sql}", bound).fetchall()
            return [(row[0], row[1]) for row in rows]
        finally:
            cursor.close()


def _nobody() -> pa.Table:
    return EMPTY_TABLES["assignments_now"]


def brought_answers(cursor: duckdb.DuckDBPyConnection, build_id: str) -> dict[str, pa.Table]:
    """The answers that a build brings with it, by what tells the question; those of a build from which it was made do not count."""
    if not cursor.execute("select 1 from duckdb_tables() where table_name = 'first_answers'").fetchall():
        return {}
    found = cursor.execute("select question, answer from first_answers where build_id = $build_id", {"build_id": build_id}).fetchall()
    return {question: pa.ipc.open_stream(answer).read_all() for question, answer in found}


def _bindable(value: object) -> object:
    """A value as the database takes it: a list for a tuple, and no half of a surrogate pair, which is no text in UTF-8."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _placeholder(parameter: Parameter) -> object:
    samples: dict[str, object] = {
        "date": date(2000, 1, 1), "dates": [date(2000, 1, 1)], "timestamp": datetime.fromisoformat("2000-01-01"),
        "integer": 1, "integers": [30], "text": "", "amount": Decimal(0),
    }
    return parameter.default if parameter.default is not None else samples[parameter.type]


def pointer(folder: DataFolder) -> Path:
    """The file that names the current warehouse."""
    return folder.warehouse / "current.json"


def current_path(folder: DataFolder) -> Path:
    """The current warehouse's file.

    Raises:
        NoWarehouse: nothing has been built in this folder.
    """
    try:
        return folder.warehouse / str(json.loads(pointer(folder).read_text(encoding="utf-8"))["file"])
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        raise NoWarehouse(N_("There is no warehouse in {folder} yet; run `python -m clearaccounts build`."), folder=folder.path) from None


def open_current(folder: DataFolder, settings: Settings) -> Warehouse:
    """Open the current build of `folder`.

    A build that is replaced between reading the pointer and opening its file is looked up once more.

    Raises:
        NoWarehouse: nothing has been built in this folder.
    """
    for _ in range(3):
        path = current_path(folder)
        try:
            return Warehouse(path, settings)
        except duckdb.IOException:
            if path.exists():
                raise
    raise NoWarehouse(N_("There is no warehouse in {folder} yet; run `python -m clearaccounts build`."), folder=folder.path)


def rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """The rows of a small result as dictionaries (decimals stay Decimal)."""
    yield from table.to_pylist()
