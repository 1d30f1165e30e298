"""The rows of the keys touched as they were and as they are now: canonical rows out of the landings, marts by the build's own files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from clearaccounts.importing import history
from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.history import parquet
from clearaccounts.importing.refreshing.database import STATES, Database, NotRefreshed
from clearaccounts.importing.refreshing.plan import CHECKED_KINDS, Plan, canonical_kinds, marts_read
from clearaccounts.importing.refreshing.touched import CUT_BY, Landed, keys_of
from clearaccounts.query_files import steps
from clearaccounts.warehouse import Build

# Kinds that some mart or check reads; of the others nothing is in a warehouse.
CANONICAL = frozenset().union(*(canonical_kinds(step.sql) for folder in ("marts", "checks") for step in steps(folder).values()))


class Cut:
    """Rows of the landings in tables `cut.<kind>`, read in the place of their files."""

    def __init__(self, database: Database, landed: Landed, schema: str = "cut") -> None:
        self._database, self._landed, self._schema, self._bare = database, landed, schema, landed.bare()

    def make(self, kind: str, keys: str, column: str) -> None:
        """Cut the files of a kind down to the rows whose `column` is among `keys`, unless it was done."""
        files = self._landed.files(kind)
        if files and not self._database.has(f"{self._schema}.{kind}"):
            self._database.run(f"""
                create table {self._schema}.{kind} as
                    select rows.* from {parquet(files, filename=True)} as rows semi join {keys} as keys using ({column})
            """)

    def latest(self, kind: str, *, is_before: bool) -> str:
        """SQL for the newest version of each row that was cut, of the landings before alone or of all."""
        landings = self._landed.before if is_before else self._landed.all
        return history.latest(kinds()[kind], self._landed.place, landings, self._read)

    def _read(self, paths: Sequence[Path], filename: bool) -> str:
        kind = paths[0].name.split(".")[0]
        columns = set(self._database.columns(f"from {self._schema}.{kind}"))
        # What only files of withdrawals and closings say is no column of a row.
        beside = {"withdrawn_on", "is_closed"} if not self._bare & set(paths) else set()
        left_out = sorted(columns & (beside | (set() if filename else {"filename"})))
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
        excluded = f" exclude ({', '.join(left_out)})" if left_out else ""
        return f"(select *{excluded} from {self._schema}.{kind} where filename in ({listed}))"


def make_build(database: Database, build: Build) -> None:
    """Make table `build` of every catalogue that marts or checks run in: of the former build before, of this one otherwise."""
    database.run("create table before.build as from warehouse.build")
    for catalogue in ("fresh", "whole", "mentions"):
        database.run(f"create table {catalogue}.build as from warehouse.build limit 0")
        database.run(f"insert into {catalogue}.build values (?, ?, ?, ?, ?, ?, ?, ?)", astuple(build))


def make_whole(database: Database, landed: Landed, plan: Plan, changed: frozenset[str]) -> frozenset[str]:
    """Make the marts of small kinds anew in `whole`, those of which something changed; which these are.

    Raises:
        NotRefreshed: the library knows a currency otherwise than before.
    """
    marts, made = steps("marts"), set[str]()
    for name in plan.whole:
        held, read = canonical_kinds(marts[name].sql), marts_read(marts[name], plan.order) - {name}
        if (held or read) and not held & changed and not read & made:
            database.run(f"create view whole.{name} as from warehouse.main.{name}")
            continue
        for kind in held:
            whole_view(database, landed, "whole", kind)
        make_mart(database, "whole", name)
        if held or read:
            made.add(name)
    if database.count("(from whole.currencies except from warehouse.main.currencies)"):
        raise NotRefreshed("a currency has other decimals")
    return frozenset(made)


def whole_view(database: Database, landed: Landed, catalogue: str, kind: str) -> None:
    """Let `canonical.<kind>` of a catalogue be all rows of the kind, as they are now."""
    rows = history.latest(kinds()[kind], landed.place, landed.all)
    database.make_canonical(catalogue, kind, f"from ({rows})", is_view=True)


def make_mart(database: Database, catalogue: str, name: str) -> None:
    """Make a mart by its file, of what stands in that catalogue."""
    database.use(catalogue)
    database.run(f"create or replace table {name} as {steps('marts')[name].sql}")
    database.use("memory")


def make_states(database: Database, cut: Cut, plan: Plan, families: frozenset[frozenset[str]]) -> None:
    """Make the canonical rows of both states, the former rows of every keyed mart, and its rows now."""
    held = frozenset().union(*families)
    for kind in CUT_BY:
        if kind in held or kind in CHECKED_KINDS:
            cut.make(kind, *keys_of(kind))
            for state in STATES:
                database.make_canonical(state, kind, f"from ({cut.latest(kind, is_before=state == 'before')})")
    for name in plan.whole:
        database.run(f"create view before.{name} as from warehouse.main.{name}; create view fresh.{name} as from whole.{name}")
    for name in plan.order:
        key = plan.keyed.get(name)
        if key and key.kinds in families:
            database.run(f"""
                create table held.{name} as
                    select rows.rowid as place, rows.*
                    from warehouse.main.{name} as rows semi join touched.{key.touched} using ({", ".join(key.columns)})
            """)
            make_mart(database, "before", name)
            make_mart(database, "fresh", name)
            _compare(database, name)


def _compare(database: Database, name: str) -> None:
    """Whether the rows touched, made of what had landed before, are those in the warehouse: then they are as right of what has landed now.

    Raises:
        NotRefreshed: they are not: what was touched is not all that these rows hang on, or somebody wrote into the file.
    """
    is_as_many = database.count(f"before.{name}") == database.count(f"held.{name}")
    if not is_as_many or database.count(f"(from before.{name} except all select * exclude (place) from held.{name})"):
        raise NotRefreshed(f"mart {name} has other rows than the same landings give now")
