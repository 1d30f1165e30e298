"""`import`, `rejects`, `build` and `sample`."""

from __future__ import annotations

import csv
import json
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clearaccounts import sample
from clearaccounts.access import OPERATOR
from clearaccounts.collections.clearing import catch_up
from clearaccounts.commands.context import Context, say, warn, warn_of_broken_profiles
from clearaccounts.commands.stopping import interruptible_at_once, stoppable
from clearaccounts.decisions import open_store
from clearaccounts.errors import BadParameter, ClearAccountsError, FileRefused, LandingError, NotConfirmed
from clearaccounts.importing import mending, on_record, publish, reports
from clearaccounts.importing.cancelling import Asked
from clearaccounts.importing.landing import Outcome
from clearaccounts.importing.questions import Question, nobody
from clearaccounts.importing.records import Landing, landings, rejects
from clearaccounts.importing.spark import cluster
from clearaccounts.importing.validation import Sum
from clearaccounts.importing.validation.day_orders import OrderOpen
from clearaccounts.money import exact
from clearaccounts.settings import DataFolder
from clearaccounts.text import N_
from clearaccounts.warehouse import Build

ALL_IN, NOTHING_LANDED, SOME_REJECTED = 0, 1, 3
REJECTS_IN_REPORT = 100
REJECTS_SHOWN = 10
CLOSED_SHOWN = 20
# What can make the marts; the first unless another is asked for.
ENGINES = ("duckdb", "spark")


def run_import(context: Context, arguments: Namespace) -> int:
    """Land files and publish what they bring; 0 all rows in, 3 some not, 1 nothing landed or nothing published.

    Raises:
        Cancelled: somebody pressed Ctrl-C in time; nothing changed.
    """
    warn_of_broken_profiles(context)
    with stoppable() as stopped:
        return _run_import(context, arguments, stopped)


def _run_import(context: Context, arguments: Namespace, stopped: Asked) -> int:
    report = publish.import_files(
        context.own, context.settings, [Path(path) for path in arguments.paths], context.now,
        by=OPERATOR.user_id,
        profile=arguments.profile,
        date_order=arguments.date_order,
        snapshot=arguments.snapshot,
        confirm=_yes if arguments.yes else _ask if sys.stdin.isatty() else nobody,
        progress=_progress() if sys.stderr.isatty() else _silent,
        cancelled=stopped,
        on_wait=(lambda: warn("Another import is running; waiting for it.")) if sys.stderr.isatty() else None,
    )
    tell = warn if arguments.format == "json" else say
    for outcome in report.outcomes:
        _print_outcome(context.own, outcome, arguments.format, context.settings.company.zone)
    if report.landed and arguments.format != "json":
        _print_who(report.landed[0], context.settings.company.zone)
    for name in report.skipped:
        tell(f"{name}: not a file to import, passed over.")
    for kind, count in report.withdrawn.items():
        tell(f"{count:,} {kind} withdrawn as of {context.today}.")
    if report.remade_count is not None:
        tell(f"The numbers were brought up to date: {report.remade_count:,} documents and cases were made anew, the rest stayed.")
    elif report.not_refreshed and report.build is not None:
        tell(f"The numbers were built from everything that has landed: {report.not_refreshed}.")
    if not context.own.is_empty:
        record(context)
    if report.snapshot_problem is not None:
        warn(str(report.snapshot_problem))
    if report.build_problem is not None:
        if report.landed:
            warn(f"{report.build_problem} The files have landed; the previous numbers are still shown.")
        return NOTHING_LANDED
    return _exit_code(report)


def _exit_code(report: publish.Report) -> int:
    whole = [o for o in report.outcomes if o.landing is not None]
    if not whole or (report.snapshot_problem is not None and not report.landed):
        return NOTHING_LANDED
    is_all_in = len(whole) == len(report.outcomes) and not any(o.landing.rejected for o in whole if o.landing)
    return ALL_IN if is_all_in and report.snapshot_problem is None else SOME_REJECTED


def _yes(_question: Question) -> bool:
    return True


def _ask(question: Question) -> bool:
    return asked(f"{question} Go on?")


def asked(sentence: str) -> bool:
    """Whether the person at the terminal says yes."""
    with interruptible_at_once():
        sys.stderr.write(f"{sentence} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _silent(_file: str, _rows: int) -> None:
    """No progress in a pipe."""


def _progress() -> Callable[[str, int], None]:
    def show(file: str, rows: int) -> None:
        sys.stderr.write(f"\r{file}: {rows:,} rows read\x1b[K")
        sys.stderr.flush()

    return show


def _print_outcome(folder: DataFolder, outcome: Outcome, format_: str, zone: Any) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    if format_ == "json":
        say(json.dumps(as_object(outcome), ensure_ascii=False))
    if outcome.refused is not None:
        warn(refusal(outcome.refused))
        return
    landing = outcome.landing
    assert landing is not None  # noqa: S101 - an outcome is refused or landed
    tell = warn if format_ == "json" else say
    if outcome.first_landed_at is not None:
        tell(f"{outcome.file}: this very file landed first on {outcome.first_landed_at.astimezone(zone).date()}; nothing changed.")
    elif format_ != "json":
        _print_landing(folder, outcome.file, landing)
    for reject in outcome.rejects[:REJECTS_SHOWN]:
        column = f", column {reject.column}" if reject.column else ""
        warn(f"{outcome.file}, line {reject.line}{column}: {reject.reason}; mend it and import the file again.")
    if len(outcome.rejects) > REJECTS_SHOWN:
        more = len(outcome.rejects) - REJECTS_SHOWN
        warn(f"{outcome.file}: {more:,} more rows were rejected; `python -m clearaccounts rejects --file {outcome.file}` lists them.")


def _print_landing(folder: DataFolder, file: str, landing: Landing) -> None:
    say(
        f"{file} ({landing.profile}): {landing.rows:,} rows = {landing.loaded:,} loaded + {landing.rejected:,} rejected;"
        f" {landing.new:,} new, {landing.changed:,} changed, {landing.unchanged:,} unchanged."
    )
    for one in landing.sums:
        say("  " + sum_in_words(one))
    closed = reports.closed_keys(folder, landing)
    for kind, count in landing.closed.items():
        keys = [(key, day) for other, key, day in closed if other == kind]
        listed = ", ".join(key for key, _ in keys[:CLOSED_SHOWN]) + (f" and {count - CLOSED_SHOWN:,} more" if count > CLOSED_SHOWN else "")
        say(f"  {count:,} {kind} closed as of {keys[0][1]}: {listed}")
    for template, values in landing.notes:
        say("  " + template.format(**values))


def _print_who(landing: Landing, zone: Any) -> None:
    """Who imported, when, and under which number: the same for all files of one import."""
    say(f"Imported by {landing.imported_by} on {landing.landed_at.astimezone(zone):%Y-%m-%d %H:%M %Z} as {landing.import_id}.")


def sum_in_words(one: Sum) -> str:
    """One conserved sum: what is in the file = what was loaded + what was rejected."""
    currency = one.currency or "of unknown currency"
    total, loaded, rejected = (exact(value, one.currency) for value in (one.total, one.loaded, one.rejected))
    return f"{one.kind} {one.column} {currency}: {total} in the file = {loaded} loaded + {rejected} rejected"


def refusal(refused: FileRefused) -> str:
    """Why a file is refused, and the option that answers what it asks."""
    match refused:
        case NotConfirmed():
            return f"{refused} On the command line, --yes confirms it."
        case OrderOpen():
            return f"{refused} On the command line, --date-order says it."
        case _:
            return str(refused)


def as_object(outcome: Outcome) -> dict[str, Any]:
    """One file's outcome as `import --format json` prints it; a file that had landed before brings nothing new."""
    landing = outcome.landing
    is_again = outcome.first_landed_at is not None
    return {
        "file": outcome.file,
        "profile": landing.profile if landing else None,
        "rows": landing.rows if landing else 0,
        "loaded": landing.loaded if landing else 0,
        "rejected": landing.rejected if landing else 0,
        "new": landing.new if landing and not is_again else 0,
        "changed": landing.changed if landing and not is_again else 0,
        "unchanged": (landing.loaded if is_again else landing.unchanged) if landing else 0,
        "refused_reason": refusal(outcome.refused) if outcome.refused else None,
        "rejects": [
            {"line": r.line, "column": r.column, "reason": r.reason, "raw": r.raw} for r in outcome.rejects[:REJECTS_IN_REPORT]
        ],
    }


def record(context: Context) -> None:
    """Put imports and undos on record; that it could not be recorded undoes nothing, but is said."""
    try:
        on_record.put_on_record(context.own, open_store(context.own, context.settings), OPERATOR, context.now)
    except ClearAccountsError as problem:
        warn(f"The import is not on record: {problem}")
    catch_up(context.own, context.settings, context.now)


def run_rejects(context: Context, arguments: Namespace) -> int:
    """List every reject of every landing, or write those of one file to a file of their own to be mended."""
    if arguments.mend:
        return _mend(context, arguments)
    rows = [
        {"file": landing.name, "line": r.line, "column": r.column, "reason": r.reason, "raw": r.raw}
        for landing in landings(context.own) if arguments.file in (None, landing.name)
        for r in rejects(context.own, landing)
    ]
    if arguments.format == "json":
        say(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["file", "line", "column", "reason", "raw"])
        writer.writerows(row.values() for row in rows)
    return 0


def _mend(context: Context, arguments: Namespace) -> int:
    if not arguments.file:
        raise BadParameter(N_("Say of which file: --file NAME."))
    # Of several files of one name the newest that has rejects.
    landing = next((one for one in reversed(landings(context.own)) if one.name == arguments.file and one.rejected), None)
    if landing is None:
        raise LandingError(N_("{file}: no row of a file of this name was rejected."), file=arguments.file)
    target = Path(arguments.mend)
    beside = target.with_name(target.name + ".new")
    beside.write_bytes(mending.rejected_rows(context.own, landing))
    beside.replace(target)
    say(f"{landing.rejected:,} rejected rows of {landing.name} are in {target}; mend it and import it with --profile {landing.profile}.")
    return 0


def run_build(context: Context, arguments: Namespace) -> int:
    """Build the warehouse anew from what has landed; with nothing landed, the sample.

    Raises:
        BadParameter: a cluster without its address, or an address without a cluster.
    """
    if (arguments.engine == "spark") != (arguments.master is not None):
        raise BadParameter(N_("--engine spark and --master URL belong together: --engine spark --master spark://HOST:7077."))
    if context.own.is_empty:
        if arguments.master:
            raise LandingError(N_("Nothing has landed in {folder} yet; import a file first."), folder=context.own.path.name)
        publish.build_sample(context.settings, context.served, context.now)
        say(f"Nothing has landed in {context.own.path}; the sample partner is served.")
        return 0
    made = _build_on_spark(context, arguments.master) if arguments.master else publish.build(context.own, context.settings, context.now)
    catch_up(context.own, context.settings, context.now)
    say(f"Built {made.build_id}, as of {made.as_of_on}.")
    return 0


def _build_on_spark(context: Context, master: str) -> Build:
    cluster.require()
    # Only here: pyspark and sqlglot need not be installed for anything else.
    from clearaccounts.importing.spark import engine  # noqa: PLC0415

    with engine.on(master, context.own.warehouse / "spark.log", warn) as maker:
        return publish.build(context.own, context.settings, context.now, maker=maker)


def run_sample(_context: Context, arguments: Namespace) -> int:
    """Write a synthetic partner's files."""
    sample.write_sample(Path(arguments.output), arguments.customers, arguments.months, arguments.seed)
    say(f"Wrote {arguments.customers:,} customers over {arguments.months} months to {arguments.output}.")
    return 0

