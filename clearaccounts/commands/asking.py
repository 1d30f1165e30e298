"""`query`, `queries` and `verify`."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from clearaccounts import accounts
from clearaccounts.access import OPERATOR
from clearaccounts.accounts import DayFilter
from clearaccounts.collections import marks, notice_rules, notices, policies, policy, returning
from clearaccounts.collections.clearing import marked_items
from clearaccounts.collections.stages import StagesFilter, stages
from clearaccounts.commands import results
from clearaccounts.commands.context import Context, say
from clearaccounts.decisions import files_on_record, imports_on_record, open_store
from clearaccounts.errors import BadParameter, ClearAccountsError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.importing import files, publish
from clearaccounts.importing.records import damaged, everything
from clearaccounts.query_files import Query, queries, query, read_value
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse, rows

HEALTHY, NOT_HEALTHY = 0, 4
# What a policy file of the caller's goes into.
_POLICY_TABLES = {"policy_stages", "policy_notices", "policy_proposed", "stages_proposed"}


def run_query(context: Context, arguments: Namespace) -> int:
    """Run one query file and print its result."""
    chosen = query(arguments.name)
    given = {name: getattr(arguments, f"parameter_{name}", None) for name in parameter_names()}
    known = {parameter.name: parameter for parameter in chosen.parameters}
    values = {}
    for name, text in given.items():
        if text is None:
            continue
        if name not in known:
            raise BadParameter(N_("{query} has no parameter {name}."), query=chosen.name, name="--" + name.replace("_", "-"))
        values[name] = read_value(known[name], text)
    first, last = values.get("from_on"), values.get("to_on")
    if isinstance(first, date) and isinstance(last, date) and last < first:
        raise BadParameter(N_("{name} is {value}; it must be {wanted}."), name="to-on", value=last, wanted=f"{first} or later")
    if arguments.format == "parquet" and not arguments.output:
        raise BadParameter(N_("Parquet is no text; say where to write it with --output FILE."))
    if arguments.policy and not _POLICY_TABLES & set(chosen.tables):
        raise BadParameter(N_("{query} takes no policy."), query=chosen.name)
    if "stages_proposed" in chosen.tables and not arguments.policy:
        raise BadParameter(N_("{query} needs {name}."), query=chosen.name, name="--policy")
    for parameter in chosen.parameters:
        if parameter.is_required and parameter.name not in values:
            raise BadParameter(N_("{query} needs {name}."), query=chosen.name, name="--" + parameter.name.replace("_", "-"))
    warehouse = context.warehouse()
    found = warehouse.run(chosen.name, values, OPERATOR, _tables(context, warehouse, chosen, values, arguments.policy))
    _write(found, arguments.format, arguments.output, warehouse.build.company_currency)
    return 0


def parameter_names() -> list[str]:
    """Every parameter of every query."""
    return sorted({parameter.name for chosen in queries().values() for parameter in chosen.parameters})


def _tables(
    context: Context, warehouse: Warehouse, chosen: Query, values: dict[str, object], policy_file: str | None
) -> dict[str, pa.Table]:
    """The tables that a query is handed: the policy, its stages, the open marks; of what only a page can ask, none."""
    given = {table: EMPTY_TABLES[table] for table in chosen.tables if not warehouse.stands_beside(table)}
    as_of_on = values.get("as_of_on") or warehouse.build.as_of_on
    is_simulated = "stages_proposed" in chosen.tables
    if is_simulated:
        proposed = policy.load(Path(str(policy_file)))
        given["stages_proposed"] = stages(warehouse, StagesFilter(as_of_on), proposed, OPERATOR)  # type: ignore[arg-type]
        if "policy_proposed" in chosen.tables:
            given["policy_proposed"] = proposed.table()
    if {"policy_stages", "policy_notices", "stages_now"} & set(chosen.tables):
        chosen_policy = (
            policy.load(Path(policy_file)) if policy_file and not is_simulated
            else policies.in_force(
                open_store(context.served, context.settings).matching, context.served, context.settings, as_of_on)  # type: ignore[arg-type]
        )
        if "policy_notices" in chosen.tables:
            given["policy_notices"] = notice_rules.table(chosen_policy)
        if chosen_policy and "policy_stages" in chosen.tables:
            given["policy_stages"] = chosen_policy.table()
        if "stages_now" in chosen.tables:
            given["stages_now"] = stages(warehouse, StagesFilter(as_of_on), chosen_policy, OPERATOR)  # type: ignore[arg-type]
    if "events_now" in chosen.tables:
        given["events_now"] = accounts.events(warehouse, DayFilter(str(values["customer_id"]), as_of_on), OPERATOR)  # type: ignore[arg-type]
    if "notices_now" in chosen.tables:
        given["notices_now"] = notices.listing(notices.known(open_store(context.served, context.settings).matching))
    if {"marks_now", "mark_items", "orders_now", "debts_now"} & set(chosen.tables):
        current = marks.current(open_store(context.served, context.settings))
        known = {"marks_now": marks.table(current), "mark_items": marked_items(current), **returning.tables(warehouse, current)}
        given |= {name: table for name, table in known.items() if name in given}
    return given


def _write(found: pa.Table, format_: str, output: str | None, company_currency: str) -> None:
    if format_ == "parquet":
        beside = Path(str(output) + ".new")
        results.as_parquet(found, beside)
        beside.replace(str(output))
        return
    text = {"csv": results.as_csv, "json": results.as_json, "table": results.as_text}[format_](found, company_currency)
    if output:
        beside = Path(output + ".new")
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(output)
    else:
        sys.stdout.write(text)


def run_queries(context: Context, _arguments: Namespace) -> int:
    """List every query: name, title, grain, parameters, columns."""
    warehouse = context.warehouse()
    for chosen in queries().values():
        say(chosen.name)
        say(f"  {chosen.title}")
        say(f"  one row per {', '.join(chosen.grain)}")
        for parameter in chosen.parameters:
            default = "" if parameter.is_required else " (optional)"
            default = f" (default {_default(parameter.default)})" if parameter.default is not None else default
            say(f"  --{parameter.name.replace('_', '-')} {parameter.type}: {parameter.text}{default}")
        say("  columns: " + ", ".join(f"{name} {type_.lower()}" for name, type_ in warehouse.columns(chosen.name)))
    return 0


def _default(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def run_verify(context: Context, _arguments: Namespace) -> int:
    """Audit chain and anchor, landed files, control totals and data checks; one line per failure."""
    notes: list[str] = []
    failures: list[str] = []
    for folder in _folders(context):
        broken = _found(partial(_store_failures, folder, context.settings, notes))
        # A store that is not whole bears witness to nothing.
        failures += broken + _found(partial(_landing_failures, folder, context.settings, is_store_whole=not broken))
    failures += _found(lambda: _warehouse_failures(context))
    for sentence in dict.fromkeys(failures or notes):
        say(" ".join(sentence.split()))
    if failures:
        return NOT_HEALTHY
    say("All is well: the audit chain and its anchor, the landed files, the control totals and the data checks.")
    return HEALTHY


def _folders(context: Context) -> list[DataFolder]:
    """The folder that is served, and the own one if everything in it was undone."""
    is_emptied = context.own.path != context.served.path and context.own.landing.exists()
    return [context.served, context.own] if is_emptied else [context.served]


def _found(look: Callable[[], list[str]]) -> list[str]:
    """What `look` finds; that it cannot even look is a finding too."""
    try:
        return look()
    except (ClearAccountsError, duckdb.Error, OSError) as problem:
        return [str(problem).split("\n", maxsplit=1)[0]]


def _store_failures(folder: DataFolder, settings: Settings, notes: list[str]) -> list[str]:
    findings = open_store(folder, settings).verify()
    notes += [str(finding) for finding in findings if not finding.is_failure]
    return [str(finding) for finding in findings if finding.is_failure]


def _landing_failures(folder: DataFolder, settings: Settings, is_store_whole: bool) -> list[str]:
    """Landed files against their hashes, and against the imports on record; those that were undone too."""
    found = []
    landed = {landing.folder_name: landing for landing in everything(folder)}
    for landing in landed.values():
        place = f"landing/{landing.folder_name}"
        raw = next((folder.landing / landing.folder_name).glob("raw*"), None)
        if landing.sha256 and (raw is None or files.file_hash(raw) != landing.sha256):
            found.append(f"{landing.name}: the landed file is not the one that was imported; restore {place} from a backup.")
        elif changed := damaged(folder, landing):
            found.append(f"{landing.name or place}: {', '.join(changed)} changed after the import; restore {place} from a backup.")
        if landing.rows != landing.loaded + landing.rejected or any(s.total != s.loaded + s.rejected for s in landing.sums):
            found.append(f"{landing.name}: what was loaded and rejected is not what the file held; restore {place} from a backup.")
    if not is_store_whole:
        return found
    store = open_store(folder, settings)
    for file in files_on_record(store):
        name = file.get("place", file["sha256"])
        kept, place = landed.get(name), f"landing/{name}"
        if kept is None:
            found.append(f"{file['file']}: it was imported and is gone; import it again, or restore {place} from a backup.")
        elif any(getattr(kept, name) != file[name] for name in ("rows", "loaded", "rejected")):
            found.append(f"{file['file']}: its record is not that of its import; restore {place} from a backup.")
    undone = {landing.import_id for landing in landed.values() if landing.undoes}
    for import_id, event_type in sorted(imports_on_record(store)):
        if event_type == "undone" and import_id not in undone:
            found.append(f"Import {import_id} was undone, and the undo is gone; restore landing/ from a backup.")
    return found


def _warehouse_failures(context: Context) -> list[str]:
    warehouse = context.warehouse()
    failed = publish.failure(context.served)
    found = [f"The newest build failed: {failed.in_language(str)}"] if failed else []
    for row in rows(warehouse.run("receivables/control_totals", {"as_of_on": warehouse.build.as_of_on}, OPERATOR)):
        if row["amount_difference"]:
            found.append(
                f"Control total: customer {row['customer_id']}, {row['currency']}: the buckets differ from the documents"
                f" by {row['amount_difference']} as of {warehouse.build.as_of_on}."
            )
    for row in rows(warehouse.run("overview/checks", {}, OPERATOR)):
        if row["check_level"] == "fail" and row["offender_count"]:
            found.append(f"Check {row['check_name']}: {row['title']} ({row['offender_count']}).")
    return found
