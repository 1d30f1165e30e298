"""The warehouse: open one build read-only, run one query file with one filter, return Arrow.

Every number is one file under `queries/`; its name is its path (`receivables/ageing`). The header
of a file declares its grain, the permission it needs and its parameters; a file is bound, never
assembled. Amounts stay DECIMAL: results are `pyarrow.Table`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from clearaccounts.access import Permission, Viewer
from clearaccounts.errors import BadParameter, NoWarehouse, QueryTimeout, WarehouseError
from clearaccounts.money import minor_units
from clearaccounts.settings import ROOT, DataFolder, Settings
from clearaccounts.text import N_

QUERIES = ROOT / "queries"
# Folders whose files are steps of the build, not numbers that somebody asks for.
BUILD_STEPS = {"schema", "marts", "checks"}
# Parameters that only the caller's position decides; never an option, never a widget.
RESERVED = ("viewer_agent", "company_currency")
PARAMETER_TYPES = ("date", "timestamp", "text", "integer", "integers")

# External access off and the configuration locked: no query can reach a file (threats T16, T17).
_LOCKED = {
    "enable_external_access": "false",
    "lock_configuration": "true",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: `default` is None and `is_required` False for an optional filter."""

    name: str
    type: str
    text: str
    is_required: bool
    default: object = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """One file under `queries/`, with what its header says."""

    name: str
    title: str
    grain: tuple[str, ...]
    permission: Permission | None
    parameters: tuple[Parameter, ...]
    tables: tuple[str, ...]
    sql: str = field(repr=False)
    level: str = ""

    @property
    def reserved(self) -> tuple[str, ...]:
        """The reserved parameters that the SQL uses."""
        return tuple(name for name in RESERVED if re.search(rf"\${name}\b", self.sql))


_PARAMETER = re.compile(
    r"^-- Parameter (?P<name>\w+) (?P<type>\w+)(?: = (?P<default>[^\s(:]+))?(?: \((?P<choices>[^)]*)\))?: (?P<text>.+)$"
)


def parse_header(name: str, sql: str) -> Query:
    """Read a query file's header.

    Raises:
        WarehouseError: the header does not have its title, its grain or a well-formed parameter.
    """
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line)
    found = {key: value for line in lines if (pair := re.match(r"-- (Grain|Permission|Tables|Level): (.+)", line))
             for key, value in [pair.groups()]}
    grain = re.fullmatch(r"one row per (.+?)\.?", found.get("Grain", ""))
    if not lines or not grain:
        raise WarehouseError(N_("queries/{name}.sql: the header must give a title and the grain."), name=name)
    parameters = []
    for line in lines:
        if not line.startswith("-- Parameter"):
            continue
        match = _PARAMETER.match(line)
        if not match or match["type"] not in PARAMETER_TYPES:
            raise WarehouseError(N_("queries/{name}.sql: cannot read this header line: {line}"), name=name, line=line)
        choices = tuple(c.strip() for c in match["choices"].split(",")) if match["choices"] else ()
        default = match["default"]
        parameter = Parameter(match["name"], match["type"], match["text"], default is None, None, choices)
        if default not in (None, "null"):
            parameter = Parameter(match["name"], match["type"], match["text"], False, read_value(parameter, default), choices)
        parameters.append(parameter)
    return Query(
        name=name,
        title=lines[0].removeprefix("--").strip().rstrip("."),
        grain=tuple(part.strip() for part in grain[1].split(",")),
        permission=Permission(found["Permission"]) if "Permission" in found else None,
        parameters=tuple(parameters),
        tables=tuple(t.strip() for t in found.get("Tables", "").split(",") if t.strip()),
        sql=sql,
        level=found.get("Level", ""),
    )


def read_value(parameter: Parameter, text: str) -> object:
    """A parameter's value from its text form (command line, header, URL).

    Raises:
        BadParameter: naming the parameter and the form it must have.
    """
    def refuse(wanted: str) -> BadParameter:
        return BadParameter(N_("{name} is {value}; it must be {wanted}."), name=parameter.name.replace("_", "-"), value=text, wanted=wanted)

    value: object
    try:
        match parameter.type:
            case "date":
                if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                    raise ValueError
                value = date.fromisoformat(text)
            case "timestamp":
                moment = datetime.fromisoformat(text)
                if moment.tzinfo is None:
                    raise ValueError
                value = moment.astimezone(UTC).replace(tzinfo=None)
            case "integer":
                value = int(text)
            case "integers":
                value = [int(part) for part in text.split(",")]
            case _:
                value = text.upper() if parameter.name == "currency" else text
    except ValueError:
        wanted = {
            "date": "a day such as 2026-09-30",
            "timestamp": "an instant with its offset, such as 2026-09-30T00:00:00Z",
            "integer": "a whole number",
            "integers": "whole numbers separated by commas, such as 30,60,90",
        }[parameter.type]
        raise refuse(wanted) from None
    if parameter.choices and value not in parameter.choices:
        raise refuse("one of " + ", ".join(parameter.choices))
    if parameter.name == "currency" and value not in minor_units():
        raise refuse("an ISO 4217 code such as EUR")
    if parameter.name == "bucket_edges" and isinstance(value, list) and (value != sorted(set(value)) or value[0] < 1):
        raise refuse("whole numbers above 0 that grow, such as 30,60,90")
    return value


@cache
def queries() -> dict[str, Query]:
    """Every number there is: name -> query, in order of name."""
    found = {}
    for path in sorted(QUERIES.rglob("*.sql")):
        name = path.relative_to(QUERIES).with_suffix("").as_posix()
        if name.split("/")[0] not in BUILD_STEPS:
            found[name] = parse_header(name, path.read_text(encoding="utf-8"))
    return found


@cache
def steps(folder: str) -> dict[str, Query]:
    """The files of one build folder (`schema`, `marts`, `checks`), in order of name."""
    return {
        path.stem: parse_header(f"{folder}/{path.stem}", path.read_text(encoding="utf-8"))
        for path in sorted((QUERIES / folder).glob("*.sql"))
    }


def query(name: str) -> Query:
    """The query of that name.

    Raises:
        BadParameter: there is no such file.
    """
    try:
        return queries()[name]
    except KeyError:
        raise BadParameter(N_("There is no query {name}; `queries` lists them all."), name=name) from None


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


class Warehouse:
    """One build, opened read-only; safe to share between threads (a cursor per call)."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self._settings = settings
        self._connection = duckdb.connect(
            str(path),
            read_only=True,
            config={
                **_LOCKED,
                "memory_limit": settings.limits.memory,
                "threads": str(settings.limits.threads),
                "max_execution_time": str(settings.limits.query_seconds * 1000),
            },
        )
        row = self._connection.cursor().execute("select * from build").fetchall()[0]
        self.build = Build(*row)

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
            tables: the tables that the header's `Tables:` line names (current decisions, a policy).

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
        cursor = self._connection.cursor()
        try:
            for table in chosen.tables:
                cursor.register(table, (tables or {})[table])
            return cursor.sql(chosen.sql, params=bound).to_arrow_table()
        except duckdb.InterruptException:
            raise QueryTimeout(
                N_("This took longer than {seconds} seconds; narrow the filter and try again."),
                seconds=self._settings.limits.query_seconds,
            ) from None
        except duckdb.Error as error:
            raise WarehouseError(
                N_("{query} could not be answered: {problem}"), query=name, problem=str(error).splitlines()[0]
            ) from error
        finally:
            cursor.close()

    def _bind(self, chosen: Query, given: dict[str, Any], viewer: Viewer) -> dict[str, Any]:
        bound: dict[str, Any] = {}
        for parameter in chosen.parameters:
            if parameter.name in given:
                value = given.pop(parameter.name)
                bound[parameter.name] = list(value) if isinstance(value, tuple) else value
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


def _placeholder(parameter: Parameter) -> object:
    samples: dict[str, object] = {
        "date": date(2000, 1, 1), "timestamp": datetime.fromisoformat("2000-01-01"), "integer": 1, "integers": [30], "text": "",
    }
    return parameter.default if parameter.default is not None else samples[parameter.type]


# The shape of every table that is handed to a query, for describing a query without data.
EMPTY_TABLES: dict[str, pa.Table] = {
    "policy_stages": pa.table({
        "stage_order": pa.array([], pa.int32()),
        "stage": pa.array([], pa.string()),
        "action": pa.array([], pa.string()),
        "clock": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "min_overdue_days": pa.array([], pa.int32()),
        "min_overdue_invoices": pa.array([], pa.int32()),
        "min_overdue_amount": pa.array([], pa.decimal128(38, 4)),
        "requires_notice": pa.array([], pa.string()),
        "notice_days": pa.array([], pa.int32()),
    }),
    # The result of collections/stages, for the queries that build on it.
    "stages_now": pa.table({
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "stage": pa.array([], pa.string()),
        "overdue_days": pa.array([], pa.int64()),
        "amount_overdue": pa.array([], pa.decimal128(38, 4)),
        "overdue_invoice_count": pa.array([], pa.int64()),
        "amount_unapplied": pa.array([], pa.decimal128(38, 4)),
        "is_flagged": pa.array([], pa.bool_()),
        "hold_reasons": pa.array([], pa.string()),
    }),
    # Any rows about customers, whose names are wanted.
    "customers_wanted": pa.table({"customer_id": pa.array([], pa.string())}),
    # The open suspension marks, folded from the events of the decisions store.
    "marks_now": pa.table({
        "mark_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "mark_status": pa.array([], pa.string()),
        "version": pa.array([], pa.int64()),
        "marked_by": pa.array([], pa.string()),
        "marked_at": pa.array([], pa.timestamp("us")),
        "reason": pa.array([], pa.string()),
    }),
}


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


def total(table: pa.Table, column: str) -> Decimal:
    """The exact sum of a decimal column of a small result."""
    return sum((value for value in table[column].to_pylist() if value is not None), Decimal(0))
