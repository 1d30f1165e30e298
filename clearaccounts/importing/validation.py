"""Text -> typed rows, vectorised in DuckDB; what cannot be read becomes a reject with its line, column and reason.

A row of the file is loaded whole or rejected whole, whatever it becomes: one line that is an invoice, a
payment and an allocation is never half in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from clearaccounts.errors import FileRefused, LandingError
from clearaccounts.importing import expressions as sql
from clearaccounts.importing.canonical import DOCUMENT_CURRENCY, DOCUMENTS, NOT_NEGATIVE, UNIT_PRICES, Column, Kind, kinds
from clearaccounts.importing.profiles import Profile, Target, Value
from clearaccounts.importing.reasons import reason
from clearaccounts.importing.sources import Records, Reject, Source
from clearaccounts.money import minor_units
from clearaccounts.text import N_

# So much of a value is repeated in the reason; the raw text has all of it.
VALUE_CHARACTERS = 100


@dataclass(frozen=True)
class Sum:
    """One conserved sum: what the file holds = what was loaded + what was rejected."""

    kind: str
    column: str
    currency: str
    total: Decimal
    loaded: Decimal
    rejected: Decimal


@dataclass(frozen=True)
class Validated:
    """What came of a file; the typed rows are in the connection as `final_<kind>`, `rejected_keys_<kind>`."""

    rows: int
    loaded: int
    new: int
    changed: int
    unchanged: int
    rejects: tuple[Reject, ...]
    sums: tuple[Sum, ...]
    things: Mapping[str, int] = field(default_factory=dict)
    # Kinds for which a rejected row does not even tell its key: a snapshot cannot know what it held.
    kinds_with_unknown_keys: tuple[str, ...] = ()


def validate(
    connection: duckdb.DuckDBPyConnection, source: Source, records: Records, profile: Profile, file_hash: str
) -> Validated:
    """Type every row of `source`.

    Args:
        connection: holds `document_currency (document_type, document_id, currency)` and, per kind, `latest_<kind>`:
            what earlier landings hold. It gets the tables `final_<kind>` and `rejected_keys_<kind>`.
        source: the file, for the raw text of what is rejected.
        records: its records.
        profile: what they mean.
        file_hash: the SHA-256 of the file.

    Raises:
        FileRefused: a required column is missing or twice, or there are no rows.
        LandingError: rows or sums are not conserved; nothing may be landed then.
    """
    return _Validation(connection, source, records, profile, file_hash).run()


class _Validation:
    def __init__(
        self, connection: duckdb.DuckDBPyConnection, source: Source, records: Records, profile: Profile, file_hash: str
    ) -> None:
        self._connection = connection
        self._source = source
        self._records = records
        self._profile = profile
        self._positions = profile.bind(source.name, source.header)
        self._built_in = {"file_hash": sql.literal(file_hash), "line": "line::text"}

    def run(self) -> Validated:
        rows = self._records.table.num_rows + len(self._records.rejects)
        if rows == 0:
            raise FileRefused(N_("{file}: there are no rows after the header; export it again."), file=self._source.name)
        self._make_cells()
        for number, target in enumerate(self._profile.targets):
            self._type(number, target)
            self._learn_currencies(number, target)
        self._collect_problems()
        for number, target in enumerate(self._profile.targets):
            self._reject_other_content(number, target)
        self._finish()
        rejects = (*self._records.rejects, *self._explain())
        new, changed, unchanged = self._count_statuses()
        loaded = new + changed + unchanged
        sums = self._sums()
        if rows != loaded + len(rejects) or any(s.total != s.loaded + s.rejected for s in sums):
            raise LandingError(
                N_("{file}: {rows} rows were read, but {loaded} loaded and {rejected} rejected; nothing was landed."),
                file=self._source.name, rows=rows, loaded=loaded, rejected=len(rejects),
            )
        return Validated(
            rows=rows, loaded=loaded, new=new, changed=changed, unchanged=unchanged,
            rejects=tuple(sorted(rejects, key=lambda reject: reject.line)), sums=sums,
            things={kind: self._number(f"select count(*) from final_{kind}") for kind in self._kinds()},
            kinds_with_unknown_keys=self._keys_of_rejects(),
        )

    def _kinds(self) -> list[str]:
        return list(dict.fromkeys(target.kind for target in self._profile.targets))

    def _number(self, statement: str) -> int:
        return int(self._connection.execute(statement).fetchall()[0][0])

    def _make_cells(self) -> None:
        columns = [f"{sql.cell(f'c{p}', self._profile.habits)} as h_{handle}" for handle, p in self._positions.items()]
        self._connection.register("source", self._records.table)
        self._connection.execute(f"create or replace temp table cells as select line, {', '.join(columns)} from source")
        self._connection.unregister("source")

    def _cells(self) -> dict[str, str]:
        return {handle: f"h_{handle}" for handle in self._positions}

    def _type(self, number: int, target: Target) -> None:
        """Make `typed_<number>`: line, typed columns, money_currency, and the row's first problem."""
        kind, habits, cells = kinds()[target.kind], self._profile.habits, self._cells()
        values = dict(target.columns)
        columns = kind.columns
        texts = ", ".join(
            f"{sql.value(values.get(c.name, Value()), cells, self._built_in, c.default)} as t_{c.name}" for c in columns
        )
        conditions = " and ".join(sql.condition(c, cells) for c in target.when) or "true"
        order = f"try_cast(h_{target.order_by} as bigint)" if target.order_by else "0"
        normal = ", ".join(f"{sql.normal(c, f't_{c.name}', habits)} as n_{c.name}" for c in columns)
        own = self._typed_text(kind, "currency") if kind.has("currency") else "null::text"
        document, join = _document_currency(kind)
        typed = ", ".join(f"{sql.typed(c, f'n_{c.name}', _places(kind, c), habits)} as {c.name}" for c in columns)
        problems = " ".join(self._problem(kind, c) for c in columns)
        # Several targets and amounts share these steps; each step reads only the one before it.
        self._connection.execute(f"""
            create or replace temp table typed_{number} as
            with texts as (select line, {order} as order_number, {texts} from cells where {conditions}),
            normal as (select line, order_number, columns('t_.*'), {normal} from texts),
            priced as (select normal.*, {own} as own_currency, {document} from normal {join}),
            measured as (
                select *, {_units('own_currency')} as own_places, {_units('invoice_currency')} as invoice_places,
                    {_units('source_currency')} as source_places
                from priced
            ),
            typed as (select *, {typed} from measured)
            select line, order_number, {', '.join(c.name for c in columns)},
                coalesce(own_currency, invoice_currency, '') as money_currency,
                case {problems} end as problem
            from typed
        """)

    def _typed_text(self, kind: Kind, name: str) -> str:
        return sql.typed(kind.column(name), f"n_{name}", "0", self._profile.habits)

    def _problem(self, kind: Kind, column: Column) -> str:
        def case(condition: str, code: str, text: str = "null", currency: str = "null") -> str:
            return f"when {condition} then {{'name': '{column.name}', 'code': '{code}', 'text': {text}, 'currency': {currency}}}"

        name, text = column.name, f"left(t_{column.name}, {VALUE_CHARACTERS})"
        cases = []
        if column.is_required:
            cases.append(case(f"n_{name} is null", "missing"))
        if column.form == "amount":
            currency = {"source": "source_currency", "invoice": "coalesce(own_currency, invoice_currency)"}.get(
                DOCUMENT_CURRENCY.get((kind.name, name), ""), "own_currency")
            readable = f"regexp_full_match(n_{name}, {sql.literal(sql.number_pattern(column))})"
            cases.append(case(f"n_{name} is not null and {name} is null and {readable}", "decimals", text, currency))
        cases.append(case(f"n_{name} is not null and {name} is null", "unreadable", text))
        if (kind.name, name) in NOT_NEGATIVE:
            cases.append(case(f"{name} < 0", "negative", text))
        return " ".join(cases)

    def _learn_currencies(self, number: int, target: Target) -> None:
        """Invoices and sources of this very file tell the currency of what applies to them."""
        for type_, kind, key in DOCUMENTS:
            if target.kind == kind:
                self._connection.execute(f"""
                    insert into document_currency
                    select '{type_}', {key}, any_value(currency) from typed_{number}
                    where {key} is not null and currency is not null
                        and ('{type_}', {key}) not in (select (document_type, document_id) from document_currency)
                    group by {key}
                """)

    def _collect_problems(self) -> None:
        parts = " union all ".join(
            f"select line, {number} as target, problem, null::bigint as earlier from typed_{number} where problem is not null"
            for number in range(len(self._profile.targets))
        )
        self._connection.execute(f"""
            create or replace temp table problems as
            from ({parts}) qualify row_number() over (partition by line order by target) = 1
        """)

    def _reject_other_content(self, number: int, target: Target) -> None:
        """A key that came earlier with other content: the later row is rejected, naming the earlier line."""
        if target.repeated != "same":
            return
        kind = kinds()[target.kind]
        key, content = ", ".join(kind.key), _struct(kind)
        self._connection.execute(f"""
            insert into problems
            with good as (from typed_{number} anti join problems using (line)),
            repeated as (
                from good semi join (select {key} from good group by all having count(*) > 1) using ({key})
            ),
            compared as (
                select line, {content} as content, first_value(content) over first_row as first_content,
                    first_value(line) over first_row as earlier, concat_ws(', ', {key}) as shown
                from repeated window first_row as (partition by {key} order by line)
            )
            select line, {number},
                {{'name': '{kind.key[0]}', 'code': 'earlier', 'text': left(shown, {VALUE_CHARACTERS}), 'currency': null}}, earlier
            from compared where content is distinct from first_content
        """)

    def _finish(self) -> None:
        """Make `final_<kind>`, one row per key, and `statuses`, one row per loaded line and target."""
        self._connection.execute("create or replace temp table statuses (line bigint, status integer)")
        for name in self._kinds():
            kind = kinds()[name]
            numbers = [n for n, target in enumerate(self._profile.targets) if target.kind == name]
            names, key = ", ".join(c.name for c in kind.columns), ", ".join(kind.key)
            # "same": the first of equal rows; "last": the last of several that make one thing.
            ranked = " union all ".join(
                f"select {names}, line, {'order_number, line' if self._is_last(n) else '0, -line'}, {self._is_last(n)} as is_last"
                f" from typed_{n} anti join problems using (line)" for n in numbers
            )
            self._connection.execute(
                f"create or replace temp table kept as select * from ({ranked}) t({names}, line, rank_1, rank_2, is_last)"
            )
            self._connection.execute(f"""
                create or replace temp table final_{name} as
                select {names}, line from kept
                qualify row_number() over (partition by {key} order by rank_1 desc, rank_2 desc) = 1
            """)
            self._connection.execute(f"""
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

    def _is_last(self, number: int) -> bool:
        return self._profile.targets[number].repeated == "last"

    def _count_statuses(self) -> tuple[int, int, int]:
        """Rows that brought something new, something changed, nothing."""
        found = dict(self._connection.execute("""
            with loaded as (select line, coalesce(max(status), 0) as status
                from (from cells anti join problems using (line)) left join statuses using (line) group by line)
            select status, count(*) from loaded group by status
        """).fetchall())
        return found.get(2, 0), found.get(1, 0), found.get(0, 0)

    def _sums(self) -> tuple[Sum, ...]:
        sums = []
        for number, target in enumerate(self._profile.targets):
            kind = kinds()[target.kind]
            if kind.money is None:
                continue
            rows = self._connection.execute(f"""
                select money_currency, sum({kind.money}) as total,
                    coalesce(sum({kind.money}) filter (where problems.line is null), 0) as loaded,
                    coalesce(sum({kind.money}) filter (where problems.line is not null), 0) as rejected
                from typed_{number} left join problems using (line)
                where {kind.money} is not null group by money_currency order by money_currency
            """).fetchall()
            sums += [Sum(kind.name, kind.money, *row) for row in rows]
        return tuple(sums)

    def _keys_of_rejects(self) -> tuple[str, ...]:
        """Make `rejected_keys_<kind>`; name the kinds of which a rejected row does not tell its key."""
        unknown = []
        for name in self._kinds():
            key = kinds()[name].key
            numbers = [n for n, target in enumerate(self._profile.targets) if target.kind == name]
            union = " union all ".join(f"select {', '.join(key)} from typed_{n} semi join problems using (line)" for n in numbers)
            told = " and ".join(f"{k} is not null" for k in key)
            self._connection.execute(
                f"create or replace temp table rejected_keys_{name} as select distinct * from ({union}) where {told}"
            )
            if self._records.rejects or self._number(f"select count(*) from ({union}) where not ({told})"):
                unknown.append(name)
        return tuple(unknown)

    def _explain(self) -> list[Reject]:
        found = self._connection.execute("select line, target, problem, earlier from problems order by line").fetchall()
        raw = self._source.raw(self._records, {row[0] for row in found})
        headers = {handle: self._source.header[position] for handle, position in self._positions.items()}
        rejects = []
        for line, number, problem, earlier in found:
            target = self._profile.targets[number]
            template, values = reason(kinds()[target.kind], problem, earlier)
            handles = dict(target.columns).get(problem["name"], Value()).handles
            column = headers.get(handles[0], problem["name"]) if handles else problem["name"]
            rejects.append(Reject(line, column, template, values, raw[line]))
        return rejects


def _struct(kind: Kind, table: str = "") -> str:
    prefix = table + "." if table else ""
    return "{" + ", ".join(f"'{c.name}': {prefix}{c.name}" for c in kind.columns) + "}"


def _units(currency: str) -> str:
    table = ", ".join(f"'{code}': {units}" for code, units in minor_units().items())
    return f"(map {{{table}}})[{currency}]"


def _document_currency(kind: Kind) -> tuple[str, str]:
    """Columns and join that tell the currency of the invoice, and of the source, that a row names."""
    wanted = {DOCUMENT_CURRENCY.get((kind.name, c.name)) for c in kind.columns}
    columns, joins = [], []
    if "invoice" in wanted:
        columns.append("invoices.currency as invoice_currency")
        joins.append("left join document_currency invoices on invoices.document_type = 'invoice' and invoices.document_id = n_invoice_id")
    else:
        columns.append("null::text as invoice_currency")
    if "source" in wanted:
        columns.append("sources.currency as source_currency")
        joins.append(
            "left join document_currency sources on sources.document_type = lower(n_source_type) and sources.document_id = n_source_id"
        )
    else:
        columns.append("null::text as source_currency")
    return ", ".join(columns), " ".join(joins)


def _places(kind: Kind, column: Column) -> str:
    if column.form != "amount" or column.name in UNIT_PRICES:
        return "4"
    match DOCUMENT_CURRENCY.get((kind.name, column.name)):
        case "source":
            return "coalesce(source_places, 4)"
        case "invoice":
            return "coalesce(own_places, invoice_places, 4)"
        case _:
            return "coalesce(own_places, 4)"
