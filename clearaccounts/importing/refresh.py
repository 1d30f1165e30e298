"""A new warehouse from the current one: a copy of its file, in which only what the new landings touch is made anew.

The rows touched are made by the same files as the whole (`queries/marts`), of canonical rows cut down to what is touched; the checks
are added up. Where that cannot be, and wherever there is doubt, the warehouse is built whole. The result is the same either way.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb

from clearaccounts import log
from clearaccounts.importing import files, first_answers
from clearaccounts.importing.build import iso_currencies
from clearaccounts.importing.refreshing import checks, customers, narrow, states, touched
from clearaccounts.importing.refreshing.database import Database, NotRefreshed, opened
from clearaccounts.importing.refreshing.plan import CUSTOMERS, DOCUMENT_KINDS, SUPPORT_KINDS, Plan, the_plan
from clearaccounts.importing.refreshing.rates import find_booked
from clearaccounts.importing.refreshing.touched import FEWEST, SHARE, Landed
from clearaccounts.importing.staging import Stage
from clearaccounts.importing.swap import Prepared, about, is_current, read_pointer
from clearaccounts.importing.swap import prepare as prepare_whole
from clearaccounts.warehouse import Build, current_path

_LOG = logging.getLogger(__name__)


def prepare(stage: Stage) -> Prepared:
    """A warehouse in scratch of what counts on the stage: the current one refreshed if that may be, else built whole.

    Raises:
        BuildError: it failed.
        Cancelled: somebody wants the import to stop.
    """
    if not read_pointer(stage.folder):
        return prepare_whole(stage)
    made = about(stage, stage.known)
    path = stage.work / f"warehouse-{made.build_id}.duckdb"
    try:
        count = refresh(stage, made, path)
        first_answers.keep(path, stage.settings)
        files.sync(path)
    except (NotRefreshed, duckdb.Error, OSError) as problem:
        # Whatever stands in the way of a refresh: the full build needs nothing of it, and says itself what is wrong.
        stage.check()
        path.unlink(missing_ok=True)
        log.event(_LOG, "warehouse built whole", error_type=type(problem).__name__)
        return replace(prepare_whole(stage), not_refreshed=str(problem))
    log.event(_LOG, "warehouse refreshed", row_count=count)
    kept = read_pointer(stage.folder).get("refreshed_count", 0)
    return Prepared(made, path, stage.sequence, count, kept + count)


def refresh(stage: Stage, made: Build, path: Path) -> int:
    """Write the warehouse of `made` to `path` out of the current one and the landings since.

    Returns:
        How many documents, cases and service requests were made anew.

    Raises:
        NotRefreshed: the current one is no beginning, or there is doubt.
    """
    landed = _landed(stage)
    plan = the_plan()
    readable = [one for name in sorted(states.CANONICAL) for one in landed.files(name)]
    if not all(one.exists() for one in readable):
        raise NotRefreshed("a landed file is gone")
    shutil.copyfile(current_path(stage.folder), path)
    with opened(path, stage.work, stage.settings.limits, readable, stage.cancelled) as database:
        return _refresh(database, landed, plan, made, read_pointer(stage.folder).get("refreshed_count", 0))


def _landed(stage: Stage) -> Landed:
    """The landings in the current warehouse, and those since.

    Raises:
        NotRefreshed: the current warehouse is not what these landings began with.
    """
    current = int(read_pointer(stage.folder).get("sequence", -1))
    if not is_current(stage.folder, current, stage.settings):
        raise NotRefreshed("there is no earlier one of this version and these settings")
    before = tuple(one for one in stage.known if one.sequence <= current)
    since = tuple(one for one in stage.known if one.sequence > current)
    if not before or not since or any(one.undoes for one in stage.records if one.sequence > current):
        raise NotRefreshed("an import was undone")
    return Landed(stage.place, before, since)


def _refresh(database: Database, landed: Landed, plan: Plan, made: Build, refreshed: int) -> int:
    database.register("iso_currencies", iso_currencies())
    states.make_build(database, made)
    changed = touched.find_changed(database, landed) & states.CANONICAL
    remade = states.make_whole(database, landed, plan, changed)
    database.run("create table front.customer_invoices (invoice_id text); create table front.sources (source_type text, source_id text)")
    if "exchange_rates" in remade:
        find_booked(database)
    count = touched.find_documents(database, landed, changed)
    cut = states.Cut(database, landed)
    for kind in DOCUMENT_KINDS if count else ():
        cut.make(kind, *touched.keys_of(kind))
    customers.make_customers(database, landed, changed)
    support = touched.find_support(database, landed, changed, "touched.turned")
    count += support
    if refreshed + count > max(FEWEST, SHARE * landed.rows("customer_invoices", "payments", "credit_notes", "support_cases")):
        raise NotRefreshed(f"{count:,} more documents and cases are touched")
    families = frozenset({DOCUMENT_KINDS} if count > support else ()) | frozenset({SUPPORT_KINDS} if support else ())
    states.make_states(database, cut, plan, families)
    found = checks.add_up(database, plan, families)
    narrow.keep_former(database, plan)
    _put(database, plan, families, remade)
    narrow.make_over(database, plan, families, remade)
    found |= checks.check_whole(database, plan)
    checks.keep(database, found)
    database.define_macros()
    database.run("checkpoint warehouse")
    return count


def _put(database: Database, plan: Plan, families: frozenset[frozenset[str]], remade: frozenset[str]) -> None:
    """Put what was made anew in the place of what it was in the copy of the warehouse."""
    database.run("begin")
    database.run("delete from warehouse.main.build")
    database.run("insert into warehouse.main.build from fresh.build")
    # Of the former build; this one brings its own.
    database.run("drop table if exists warehouse.main.first_answers")
    for name in plan.order:
        key = plan.keyed.get(name)
        if name in remade:
            database.run(f"create or replace table warehouse.main.{name} as from whole.{name}")
        elif key and key.kinds in families:
            if database.count(f"fresh.{name} anti join touched.{key.touched} using ({', '.join(key.columns)})"):
                raise NotRefreshed(f"mart {name} has rows of what was not touched")
            database.run(f"delete from warehouse.main.{name} where rowid in (select place from held.{name})")
            database.run(f"insert into warehouse.main.{name} by name from fresh.{name}")
    database.run(f"delete from warehouse.main.{CUSTOMERS} where customer_id in (select customer_id from touched.customers)")
    database.run(f"insert into warehouse.main.{CUSTOMERS} by name from touched.customers_now")
    database.run("commit")
