"""What a file holds per kind and currency, so that in file = loaded + rejected can be shown: a thing once, however many rows tell it."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

import duckdb

from clearaccounts.importing.canonical import Kind, kinds
from clearaccounts.importing.profiles.language import Profile

# Kind, column, currency; then in file, loaded, rejected.
Total: TypeAlias = tuple[str, str, str, Decimal, Decimal, Decimal]


def totals(connection: duckdb.DuckDBPyConnection, profile: Profile) -> list[Total]:
    """The totals of each kind that has an amount, by currency; from `typed_<number>` and `problems`.

    Args:
        connection: holds those tables.
        profile: what the rows became; in a canonical file every row is a thing of its own.
    """
    found: list[Total] = []
    for name in dict.fromkeys(target.kind for target in profile.targets):
        kind = kinds()[name]
        if kind.money is None:
            continue
        told = " union all ".join(
            f"select line, entry, order_number, money_currency, {kind.money} as amount, {_thing(profile, kind, target.repeated)} as thing"
            f" from typed_{number} where {kind.money} is not null"
            for number, target in enumerate(profile.targets) if target.kind == name
        )
        # Of a thing's rows the one that counts is the one that landed, or would have.
        once = "" if profile.is_canonical else (
            "qualify row_number() over (partition by thing order by is_loaded desc, order_number desc, line desc, entry desc) = 1"
        )
        rows = connection.execute(f"""
            with told as (
                select told.*, rejected.line is null as is_loaded
                from ({told}) as told left join (select line from problems) as rejected using (line) {once}
            )
            select money_currency, sum(amount), coalesce(sum(amount) filter (where is_loaded), 0),
                coalesce(sum(amount) filter (where not is_loaded), 0)
            from told group by money_currency order by money_currency
        """).fetchall()
        found += [(kind.name, kind.money, *row) for row in rows]
    return found


def _thing(profile: Profile, kind: Kind, repeated: str) -> str:
    """SQL of a text that is the same for all rows that tell the same thing."""
    if profile.is_canonical:
        return "null::text"
    told = " and ".join(f"{column} is not null" for column in kind.key)
    key = ", chr(31), ".join(f"{column}::text" for column in kind.key)
    # Of rows that must be equal, one with another amount is no longer the same thing: it is a reject, with its amount.
    amount = "" if repeated == "last" else f", chr(31), money_currency, chr(31), {kind.money}::text"
    return f"case when {told} then concat('key ', {key}{amount}) else concat('row ', line, ' ', entry) end"
