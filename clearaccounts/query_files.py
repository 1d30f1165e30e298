"""The query files: every number is one file under `queries/`, and its header says what it is.

A file's name is its path (`receivables/ageing`). The header declares its grain, the permission it needs, its
parameters and the tables it is handed; this module reads headers and values, and runs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial

from clearaccounts.access import Permission
from clearaccounts.errors import BadParameter, WarehouseError
from clearaccounts.money import minor_units
from clearaccounts.settings import ROOT
from clearaccounts.text import N_

QUERIES = ROOT / "queries"
# Folders whose files are steps of the build, not numbers that somebody asks for.
BUILD_STEPS = {"schema", "marts", "macros", "checks"}
# Parameters that only the caller's position decides; never an option, never a widget.
RESERVED = ("viewer_agent", "company_currency")
_LONGEST_SHOWN = 100
PARAMETER_TYPES = ("date", "dates", "timestamp", "text", "integer", "integers", "amount")


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
    # The type of a scalar macro's value, which has no grain.
    value: str = ""

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
    found = {key: value for line in lines if (pair := re.match(r"-- (Grain|Value|Permission|Tables|Level): (.+)", line))
             for key, value in [pair.groups()]}
    grain = re.fullmatch(r"one row per (.+?)\.?", found.get("Grain", ""))
    if not lines or not (grain or "Value" in found):
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
        grain=tuple(part.strip() for part in grain[1].split(",")) if grain else (),
        permission=Permission(found["Permission"]) if "Permission" in found else None,
        parameters=tuple(parameters),
        tables=tuple(t.strip() for t in found.get("Tables", "").split(",") if t.strip()),
        sql=sql,
        level=found.get("Level", ""),
        value=found.get("Value", ""),
    )


def refusal(parameter: Parameter, value: object, wanted: str) -> BadParameter:
    """The error that names a parameter, what was given (its beginning, if it is long) and the form it must have."""
    text = str(value)
    shown = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "\u2026"
    return BadParameter(N_("{name} is {value}; it must be {wanted}."), name=parameter.name.replace("_", "-"), value=shown, wanted=wanted)


def read_value(parameter: Parameter, text: str) -> object:
    """A parameter's value from its text form (command line, header, URL).

    Raises:
        BadParameter: naming the parameter and the form it must have.
    """
    refuse = partial(refusal, parameter, text)
    value: object
    try:
        match parameter.type:
            case "date":
                if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                    raise ValueError
                value = date.fromisoformat(text)
            case "dates":
                value = [date.fromisoformat(part) for part in text.split(",")]
            case "timestamp":
                moment = datetime.fromisoformat(text)
                if moment.tzinfo is None:
                    raise ValueError
                value = moment.astimezone(UTC).replace(tzinfo=None)
            case "integer":
                value = int(text)
            case "integers":
                value = [int(part) for part in text.split(",")]
            case "amount":
                if not re.fullmatch(r"-?\d{1,14}(\.\d{1,4})?", text):
                    raise ValueError
                value = Decimal(text)
            case _:
                value = text.upper() if parameter.name == "currency" else text
    except (ValueError, OverflowError):  # an instant so near the calendar's end that in UTC it is beyond it
        wanted = {
            "date": "a day such as 2026-09-30",
            "dates": "days separated by commas, such as 2026-08-31,2026-09-30",
            "timestamp": "an instant with its offset, such as 2026-09-30T00:00:00Z",
            "integer": "a whole number",
            "integers": "whole numbers separated by commas, such as 30,60,90",
            "amount": "an amount such as 1250.50",
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
    """The files of one build folder (`schema`, `marts`, `macros`, `checks`), in order of name."""
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
