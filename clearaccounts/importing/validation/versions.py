"""Which of the typed rows are kept, and what each brings: something new, something changed, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import duckdb

from clearaccounts.importing.canonical import Kind, kinds
from clearaccounts.importing.profiles.language import Target
from clearaccounts.importing.validation.typed_rows import VALUE_CHARACTERS


def kinds_of(targets: Sequence[Target]) -> list[str]:
    """The kinds that rows become, each once."""
    return list(dict.fromkeys(target.kind for target in targets))


def repeating(connection: duckdb.DuckDBPyConnection, targets: Sequence[Target]) -> list[int]:
    """The targets, by number, of which a key stands in more than one good row; most files have none."""
    found = []
    for number, target in enumerate(targets):
        key = ", ".join(kinds()[target.kind].key)
        repeated = connection.execute(
            f"select 1 from (from typed_{number} anti join problems using (line)) group by {key} having count(*) > 1 limit 1"
        )
        if repeated.fetchall():
            found.append(number)
    return found


def reject_other_content(connection: duckdb.DuckDBPyConnection, number: int, target: Target) -> None:
    """A key that came earlier with other content: the later row is rejected, naming the earlier line."""
    if target.repeated != "same":
        return
    kind = kinds()[target.kind]
    key, content = ", ".join(kind.key), _struct(kind)
    connection.execute(f"""
        insert into problems
        with good as (from typed_{number} anti join problems using (line)),
        repeated as (
            from good semi join (select {key} from good group by all having count(*) > 1) using ({key})
        ),
        compared as (
            select line, entry, {content} as content, first_value(content) over first_row as first_content,
                first_value(line) over first_row as earlier, concat_ws(', ', {key}) as shown
            from repeated window first_row as (partition by {key} order by line, entry)
        )
        select line, {number}, entry,
            {{'name': '{kind.key[0]}', 'code': 'earlier', 'text': left(shown, {VALUE_CHARACTERS}), 'currency': null}}, earlier
        from compared where content is distinct from first_content
        qualify row_number() over (partition by line order by entry) = 1
    """)


def finish(connection: duckdb.DuckDBPyConnection, targets: Sequence[Target], repeated: Collection[int]) -> None:
    """Make `final_<kind>`, one row per key in the order of the file, and `statuses`, one row per loaded line and target.

    Args:
        connection: holds `typed_<number>` and `problems`.
        targets: what rows become.
        repeated: the numbers of those that `repeating` found.
    """
    for name in kinds_of(targets):
        kind = kinds()[name]
        numbers = [n for n, target in enumerate(targets) if target.kind == name]
        if len(numbers) == 1 and numbers[0] not in repeated:
            _keep_all(connection, kind, numbers[0])
        else:
            _keep_one_per_key(connection, kind, {n: targets[n].repeated == "last" for n in numbers})
    told = " union all ".join(f"from statuses_{name}" for name in kinds_of(targets))
    connection.execute(f"create or replace temp view statuses as {told or 'select 0 as line, 0 as status where false'}")


def _keep_all(connection: duckdb.DuckDBPyConnection, kind: Kind, number: int) -> None:
    """Every good row is a thing of its own."""
    connection.execute(f"""
        create or replace temp view final_{kind.name} as
        select {_names(kind)}, line from typed_{number} anti join problems using (line)
    """)
    connection.execute(f"create or replace temp view statuses_{kind.name} as select line, status from ({_compared(kind)})")


def _keep_one_per_key(connection: duckdb.DuckDBPyConnection, kind: Kind, numbers: Mapping[int, bool]) -> None:
    """Of rows with the same key one is kept; `numbers` are the targets, and whether theirs is the last one."""
    names, key = _names(kind), ", ".join(kind.key)
    # "same": the first of equal rows; "last": the last of several that make one thing.
    ranked = " union all ".join(
        f"select {names}, line, {'order_number, line, entry' if is_last else '0, -line, -entry'},"
        f" {is_last} as is_last from typed_{n} anti join problems using (line)" for n, is_last in numbers.items()
    )
    connection.execute(
        f"create or replace temp table kept as select * from ({ranked}) t({names}, line, rank_1, rank_2, rank_3, is_last)"
    )
    connection.execute(f"""
        create or replace temp table final_{kind.name} as
        select {names}, line from kept
        qualify row_number() over (partition by {key} order by rank_1 desc, rank_2 desc, rank_3 desc) = 1
        order by line
    """)
    connection.execute(f"""
        create or replace temp table statuses_{kind.name} as
        select kept.line, case when kept.is_last or kept.line = compared.line then compared.status else 0 end as status
        from kept join ({_compared(kind)}) as compared using ({key})
    """)


def _compared(kind: Kind) -> str:
    """The rows of `final_<kind>` by key and line with their status: 2 new, 1 changed, 0 as it was."""
    matches = " and ".join(f"new.{k} = old.{k}" for k in kind.key)
    differs = " or ".join(f"new.{c.name} is distinct from old.{c.name}" for c in kind.columns if c.name not in kind.key)
    return f"""
        select {', '.join('new.' + k for k in kind.key)}, new.line,
            case when old.{kind.key[0]} is null then 2 when {differs or 'false'} then 1 else 0 end as status
        from final_{kind.name} as new left join latest_{kind.name} as old on {matches}
    """


def count_statuses(connection: duckdb.DuckDBPyConnection, targets: Sequence[Target]) -> tuple[int, int, int]:
    """Rows that brought something new, something changed, nothing."""
    if len(targets) == 1 and not targets[0].each:
        # A line has one status, or none if no target wanted it.
        found = dict(connection.execute("select status, count(*) from statuses group by status").fetchall())
        ((loaded,),) = connection.execute("select count(*) from cells anti join problems using (line)").fetchall()
        return found.get(2, 0), found.get(1, 0), loaded - found.get(2, 0) - found.get(1, 0)
    found = dict(connection.execute("""
        with loaded as (select line, coalesce(max(status), 0) as status
            from (from cells anti join problems using (line)) left join statuses using (line) group by line)
        select status, count(*) from loaded group by status
    """).fetchall())
    return found.get(2, 0), found.get(1, 0), found.get(0, 0)


def _names(kind: Kind) -> str:
    return ", ".join(column.name for column in kind.columns)


def _struct(kind: Kind, table: str = "") -> str:
    prefix = table + "." if table else ""
    return "{" + ", ".join(f"'{c.name}': {prefix}{c.name}" for c in kind.columns) + "}"
