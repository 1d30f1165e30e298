"""The checks of a refreshed warehouse: what they found before, less what they found among the rows touched, and what they find there now.

Offenders belong to documents or cases, and all that one hangs on is touched with it; so the numbers add up. A check that must find
nothing has found nothing before; if it finds anything among the rows touched, the refresh is not to be trusted.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from clearaccounts.importing.build import OFFENDERS_KEPT, in_words
from clearaccounts.importing.refreshing.database import STATES, Database, NotRefreshed
from clearaccounts.importing.refreshing.plan import Plan
from clearaccounts.query_files import Query, steps

# Where an offender stands in its check's order, and what it says.
Offender = tuple[tuple[str, ...], str]


@dataclass(frozen=True)
class Found:
    """What a check found: how many offenders, and the first of them."""

    count: int
    first: tuple[Offender, ...]


def add_up(database: Database, plan: Plan, families: frozenset[frozenset[str]]) -> dict[str, Found]:
    """What each check that can be added up finds, by its former result and both states of the rows touched.

    Raises:
        NotRefreshed: one that must find nothing finds something, or it cannot be told which offenders come first.
    """
    return {name: _add_up(database, name, is_touched=family in families) for name, family in plan.added_up.items()}


def _add_up(database: Database, name: str, *, is_touched: bool) -> Found:
    check = steps("checks")[name]
    held = _held(database, name)
    if not is_touched:
        return held
    before, fresh = (_found(database, check, state, OFFENDERS_KEPT if state == "fresh" else None) for state in STATES)
    if check.level == "fail" and (held.count or before.count or fresh.count):
        raise NotRefreshed(f"check {name} finds something among the rows that changed")
    gone = {key for key, _ in before.first}
    count = held.count - before.count + fresh.count
    merged = sorted([one for one in held.first if one[0] not in gone] + list(fresh.first))
    if held.count > OFFENDERS_KEPT:
        # Beyond the last one kept there are others that only the whole check knows.
        merged = merged[: bisect_right(merged, held.first[-1][0], key=lambda one: one[0])]
    first = tuple(merged[:OFFENDERS_KEPT])
    if len(first) < min(count, OFFENDERS_KEPT):
        raise NotRefreshed(f"the first offenders of check {name} are others")
    return Found(count, first)


def _held(database: Database, name: str) -> Found:
    counts = database.run("select offender_count from warehouse.main.check_results where check_name = $name", {"name": name})
    rows = database.run(
        "select offender_key, offender from warehouse.main.check_offenders where check_name = $name order by offender_number",
        {"name": name},
    )
    if not counts:
        raise NotRefreshed(f"check {name} has no former result")
    return Found(int(counts[0][0]), tuple((tuple(key), said) for key, said in rows))


def _found(database: Database, check: Query, catalogue: str, limit: int | None) -> Found:
    """What a check finds in a catalogue."""
    database.use(catalogue)
    database.run(f"create or replace temp table found as {check.sql}")
    database.use("memory")
    columns, rows = database.rows("from found" + (f" limit {limit}" if limit else ""))
    return Found(database.count("found"), tuple(in_words(check, columns, row) for row in rows))


def check_whole(database: Database, plan: Plan) -> dict[str, Found]:
    """What each of the other checks finds in the new warehouse.

    Raises:
        NotRefreshed: one that must find nothing finds something.
    """
    results = {}
    for name in plan.checked_whole:
        check = steps("checks")[name]
        results[name] = _found(database, check, "warehouse", OFFENDERS_KEPT)
        if check.level == "fail" and results[name].count:
            raise NotRefreshed(f"check {name} finds something")
    return results


def keep(database: Database, found: dict[str, Found]) -> None:
    """Write the results and the offenders into the new warehouse, in the order of a full build."""
    results, offenders = [], []
    for name, check in steps("checks").items():
        results.append((name, check.level, check.title, found[name].count))
        offenders += [(name, number, said, list(key)) for number, (key, said) in enumerate(found[name].first, start=1)]
    database.replace("check_results", results)
    database.replace("check_offenders", offenders)
