"""What the landings hold together: per kind the latest version of each row, and what a snapshot withdrew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from clearaccounts.importing.cancelling import Asked, interruptible, never
from clearaccounts.importing.canonical import DOCUMENTS, LOOKS_UP, Kind, kinds
from clearaccounts.importing.records import CLOSED, Landing
from clearaccounts.settings import Settings

# What has left a report of open items was settled; of other kinds it is no longer there.
SETTLED = "customer_invoices"
# Where the files of a landing stand: among the landings, or in scratch until they have landed.
Place = Callable[[Landing], Path]
# SQL that reads such files; with their names in a column `filename`, if that is asked for.
Read = Callable[[Sequence[Path], bool], str]


@contextmanager
def connect(settings: Settings, work: Path, cancelled: Asked = never) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that may read and write our own files; what does not fit goes to `work`.

    Raises:
        Cancelled: somebody wants the work to stop; a statement that runs is interrupted.
    """
    connection = duckdb.connect(config={
        "memory_limit": settings.limits.memory,
        "threads": str(settings.limits.threads),
        "temp_directory": str(work / "spill"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    })
    try:
        with interruptible(connection, cancelled):
            yield connection
    finally:
        connection.close()


def prepare(connection: duckdb.DuckDBPyConnection, place: Place, landings: Sequence[Landing], kind_names: Sequence[str]) -> None:
    """Make `latest_<kind>` for the kinds named, and `document_currency` as far as they look it up.

    Args:
        connection: from `connect`.
        place: where each of them stands.
        landings: those that count, in any order.
        kind_names: canonical kinds.
    """
    for name in dict.fromkeys(kind_names):
        statement = latest(kinds()[name], place, landings)
        connection.execute(
            f"create or replace temp view latest_{name} as select {_names(kinds()[name])} from ({statement}) where withdrawn_on is null"
        )
    connection.execute("create or replace temp table document_currency (document_type text, document_id text, currency text)")
    if LOOKS_UP & set(kind_names):
        for type_, name, key in DOCUMENTS:
            statement = latest(kinds()[name], place, landings)
            connection.execute(f"insert into document_currency select '{type_}', {key}, currency from ({statement})")


def latest(kind: Kind, place: Place, landings: Sequence[Landing], read: Read | None = None) -> str:
    """SQL for the newest version of every row of `kind`, with `withdrawn_on`; the newest landing wins.

    What a report has closed is open again when a later one holds it; a report that closes what it holds itself is an
    older one: what it tells had ended before it came in. Of customer invoices `is_closed` tells that a report closed it:
    it was settled, and was owed until then. What a newer version of its owner holds no longer is as if it had never been.

    Args:
        kind: what is asked for.
        place: where each landing stands.
        landings: those that count, in any order.
        read: how the files of `kind` are read, if not whole: with all rows of the keys wanted, the answer is that of these keys.
    """
    read = read or parquet
    names, key = _names(kind), ", ".join(kind.key)
    held = [(place(one) / f"{kind.name}.parquet", one.sequence) for one in landings if kind.name in one.things]
    gone = [(place(one) / f"{kind.name}.parquet", one.sequence) for one in landings if kind.name in one.withdrawn]
    closed = [(place(one) / f"{kind.name}{CLOSED}", one.sequence) for one in landings if kind.name in one.closed]
    gone += closed
    typed = ", ".join(f"null::{column.type} as {column.name}" for column in kind.columns)
    empty = f"select {typed}, null::date as withdrawn_on where false"
    if not held:
        return empty
    if len(held) == 1 and not gone:
        # By name onto the empty table: a file landed before a column was added gets it as null.
        return f"{empty} union all by name select * exclude (line) from {read([held[0][0]], False)}"
    rows = f"""
        select {names}, sequence from ({empty} union all by name select * exclude (line, filename), {_sequence(held)} as sequence
        from {read([path for path, _ in held], True)})
        qualify row_number() over (partition by {key} order by sequence desc) = 1
    """
    for replaced in _replaced(kind, place, landings, read):
        rows = f"""
            select {names}, sequence from ({rows}) left join ({replaced}) using ({key}) where replaced_by is null or replaced_by < sequence
        """
    if not gone:
        return f"select {names}, null::date as withdrawn_on from ({rows})"
    withdrawals = f"""
        select {key}, withdrawn_on, {_sequence(gone)} as gone_sequence from {read([path for path, _ in gone], True)}
        qualify row_number() over (partition by {key} order by gone_sequence desc) = 1
    """
    reports = ", ".join(str(sequence) for _, sequence in closed)
    is_closed = f", coalesce(gone_sequence >= sequence and gone_sequence in ({reports}), false) as is_closed" if reports else ""
    return f"""
        select {names}, case when gone_sequence >= sequence then withdrawn_on end as withdrawn_on{is_closed if kind.name == SETTLED else ""}
        from ({rows}) left join ({withdrawals}) using ({key})
    """


def _replaced(kind: Kind, place: Place, landings: Sequence[Landing], read: Read) -> Iterator[str]:
    """SQL per profile for the rows of `kind` that newer versions of their owners hold no longer, with the landing that told.

    A payment's allocations come with it and change with it: one that is not in the payment's next version was taken back.
    """
    key = ", ".join(kind.key)
    for owner, told in told_whole(kind.name, landings):
        owner_key = ", ".join(f"{name} as owner_{name}" for name in kinds()[owner].key)
        owners = [(place(one) / f"{owner}.parquet", one.sequence) for one in told]
        parts = [(place(one) / f"{kind.name}.parquet", one.sequence) for one in told]
        yield f"""
            with owners as (
                select {owner_key}, line, {_sequence(owners)} as sequence from {parquet([path for path, _ in owners], filename=True)}
            ),
            held as (
                select {key}, columns('^owner_'), sequence
                from (select {key}, line, {_sequence(parts)} as sequence from {read([path for path, _ in parts], True)})
                join owners using (sequence, line)
                qualify row_number() over (partition by {key} order by sequence desc) = 1
            ),
            newest as (select columns('^owner_'), max(sequence) as told_in from owners group by all)
            select {key}, told_in as replaced_by
            from held join newest using ({", ".join(f"owner_{name}" for name in kinds()[owner].key)})
            where told_in > sequence
        """


def told_whole(kind_name: str, landings: Sequence[Landing]) -> Iterator[tuple[str, list[Landing]]]:
    """Per profile, and kind whose parts the rows are, the landings that told them; of one landing alone nothing is replaced."""
    for profile, owner in sorted({(one.profile, one.parts[kind_name]) for one in landings if kind_name in one.parts}):
        told = [one for one in landings if one.profile == profile and one.parts.get(kind_name) == owner]
        if len(told) > 1:
            yield owner, told


def _names(kind: Kind) -> str:
    return ", ".join(column.name for column in kind.columns)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def parquet(paths: Sequence[Path], filename: bool = False) -> str:
    """SQL that reads our own Parquet files, columns by name."""
    listed = ", ".join(_literal(path) for path in paths)
    # A folder named "year=2026" is a name, and no column.
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false{', filename = true' if filename else ''})"


def _sequence(held: Sequence[tuple[Path, int]]) -> str:
    pairs = ", ".join(f"{_literal(path)}: {sequence}" for path, sequence in held)
    return f"(map {{{pairs}}})[filename]"
