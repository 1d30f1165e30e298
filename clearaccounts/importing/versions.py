"""Which of the typed rows are kept, and what each brings: something new, something changed, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from clearaccounts.importing.canonical import Kind, kinds
from clearaccounts.importing.profile_language import Target
from clearaccounts.importing.typed_rows import VALUE_CHARACTERS


def kinds_of(targets: Sequence[Target]) -> list[str]:
    """The kinds that rows become, each once."""
    return list(dict.fromkeys(target.kind for target in targets))


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


def finish(connection: duckdb.DuckDBPyConnection, targets: Sequence[Target]) -> None:
    """Make `final_<kind>`, one row per key, and `statuses`, one row per loaded line and target."""
    connection.execute("create or replace temp table statuses (line bigint, status integer)")
    for name in kinds_of(targets):
        kind = kinds()[name]
        numbers = [n for n, target in enumerate(targets) if target.kind == name]
        names, key = ", ".join(c.name for c in kind.columns), ", ".join(kind.key)
        # "same": the first of equal rows; "last": the last of several that make one thing.
        ranked = " union all ".join(
            f"select {names}, line, {'order_number, line, entry' if _is_last(targets[n]) else '0, -line, -entry'},"
            f" {_is_last(targets[n])} as is_last from typed_{n} anti join problems using (line)" for n in numbers
        )
        connection.execute(
            f"create or replace temp table kept as select * from ({ranked}) t({names}, line, rank_1, rank_2, rank_3, is_last)"
        )
        connection.execute(f"""
            create or replace temp table final_{name} as
            select {names}, line from kept
            qualify row_number() over (partition by {key} order by rank_1 desc, rank_2 desc, rank_3 desc) = 1
        """)
        connection.execute(f"""
            insert into statuses
            with old as (select {key}, {_struct(kind)} as content from latest_{name}),
            compared as (
                select {', '.join('new.' + k for k in kind.key)}, new.line,
                    case
                        when old.content is null then 2 when old.content is distinct from {_struct(kind, 'new')} then 1 else 0
                    end as status
                from final_{name} as new left join old using ({key})
            )
            select kept.line, case when kept.is_last or kept.line = compared.line then compared.status else 0 end
            from kept join compared using ({key})
        """)


def _is_last(target: Target) -> bool:
    return target.repeated == "last"


def count_statuses(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    """Rows that brought something new, something changed, nothing."""
    found = dict(connection.execute("""
        with loaded as (select line, coalesce(max(status), 0) as status
            from (from cells anti join problems using (line)) left join statuses using (line) group by line)
        select status, count(*) from loaded group by status
    """).fetchall())
    return found.get(2, 0), found.get(1, 0), found.get(0, 0)


def _struct(kind: Kind, table: str = "") -> str:
    prefix = table + "." if table else ""
    return "{" + ", ".join(f"'{c.name}': {prefix}{c.name}" for c in kind.columns) + "}"
