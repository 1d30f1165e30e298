"""The query files: every number is one file under `queries/`, and its header says what it is.

A file's name is its path (`receivables/ageing`). The header declares its grain, the permission it needs, its
parameters and the tables it is handed; this module reads headers and values, and runs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import pyarrow as pa

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
    except ValueError:
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


# The shape of every table that is handed to a query, for describing a query without data.
EMPTY_TABLES: dict[str, pa.Table] = {
    # The stages of a policy, one row per segment (null: every other customer), stage and currency; see Policy.table.
    "policy_stages": pa.table({
        "segment": pa.array([], pa.string()),
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
        "is_held_by_case": pa.array([], pa.bool_()),
        "is_held_by_unapplied": pa.array([], pa.bool_()),
        "is_held_by_window": pa.array([], pa.bool_()),
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
    # What happened to one customer: accounts/money_events, accounts/service_events and the decisions, as far as the viewer may see them.
    "events_now": pa.table({
        "customer_id": pa.array([], pa.string()),
        "subject_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "kind": pa.array([], pa.string()),
        "event_type": pa.array([], pa.string()),
        "event_text": pa.array([], pa.string()),
        "occurred_on": pa.array([], pa.date32()),
        "occurred_at": pa.array([], pa.timestamp("us")),
        "amount_total": pa.array([], pa.decimal128(38, 4)),
    }),
    # People's own holds, folded from the events of the decisions store; withdrawn_on = the day of their release.
    "holds_decided": pa.table({
        "hold_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "hold_type": pa.array([], pa.string()),
        "starts_on": pa.array([], pa.date32()),
        "ends_on": pa.array([], pa.date32()),
        "invoice_id": pa.array([], pa.string()),
        "amount_held": pa.array([], pa.decimal128(38, 4)),
        "currency": pa.array([], pa.string()),
        "reason": pa.array([], pa.string()),
        "owner": pa.array([], pa.string()),
        "withdrawn_on": pa.array([], pa.date32()),
    }),
    # Notices that people sent or recorded, folded from the events of the decisions store; withdrawn_on = the day it was taken back.
    "notices_decided": pa.table({
        "notice_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "notice_type": pa.array([], pa.string()),
        "sent_on": pa.array([], pa.date32()),
        "currency": pa.array([], pa.string()),
        "channel": pa.array([], pa.string()),
        "withdrawn_on": pa.array([], pa.date32()),
    }),
    # Which notices a policy calls for, one row per segment (null: every other customer), rule and currency; see notice_rules.table.
    "policy_notices": pa.table({
        "segment": pa.array([], pa.string()),
        "rule_order": pa.array([], pa.int32()),
        "notice_type": pa.array([], pa.string()),
        "clock": pa.array([], pa.string()),
        "stage_clock": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "min_amount": pa.array([], pa.decimal128(38, 4)),
        "min_invoices": pa.array([], pa.int32()),
        "from_days": pa.array([], pa.int32()),
        "since_days": pa.array([], pa.int32()),
        "stage_days": pa.array([], pa.int32()),
        "notice_days": pa.array([], pa.int32()),
    }),
    # Every notice of the decisions store, whatever became of it, for the list of what was sent.
    "notices_now": pa.table({
        "notice_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "notice_type": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "channel": pa.array([], pa.string()),
        "notice_status": pa.array([], pa.string()),
        "to_address": pa.array([], pa.string()),
        "sent_by": pa.array([], pa.string()),
        "subject": pa.array([], pa.string()),
        "detail": pa.array([], pa.string()),
        "is_mailed": pa.array([], pa.bool_()),
        "sent_on": pa.array([], pa.date32()),
        "sent_at": pa.array([], pa.timestamp("us")),
        "amount_asked": pa.array([], pa.decimal128(38, 4)),
        "version": pa.array([], pa.int64()),
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
        "suspended_count": pa.array([], pa.int64()),
    }),
    # The open suspension marks that have an order, and what is known of its subscriptions.
    "orders_now": pa.table({
        "mark_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "mark_status": pa.array([], pa.string()),
        "exported_at": pa.array([], pa.timestamp("us")),
        "cleared_on": pa.array([], pa.date32()),
        "cleared_at": pa.array([], pa.timestamp("us")),
        "suspended_count": pa.array([], pa.int64()),
        "unknown_count": pa.array([], pa.int64()),
        "auto_renew_count": pa.array([], pa.int64()),
        "scheduled_change_count": pa.array([], pa.int64()),
        "version": pa.array([], pa.int64()),
    }),
    # The result of collections/marked_debts, for the queries that build on it.
    "debts_now": pa.table({
        "mark_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "is_debt_gone": pa.array([], pa.bool_()),
        "amount_outstanding": pa.array([], pa.decimal128(38, 4)),
        "amount_overdue": pa.array([], pa.decimal128(38, 4)),
        "amount_unapplied": pa.array([], pa.decimal128(38, 4)),
    }),
    # The overdue items that suspension marks were made on.
    "mark_items": pa.table({
        "mark_id": pa.array([], pa.string()),
        "customer_id": pa.array([], pa.string()),
        "currency": pa.array([], pa.string()),
        "invoice_id": pa.array([], pa.string()),
        "instalment_number": pa.array([], pa.int64()),
    }),
}
# A policy that somebody wants instead, and how it sees the customers: what a simulation compares.
EMPTY_TABLES["policy_proposed"] = EMPTY_TABLES["policy_stages"]
EMPTY_TABLES["stages_proposed"] = EMPTY_TABLES["stages_now"]
