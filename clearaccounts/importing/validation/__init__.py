"""Text -> typed rows, vectorised in DuckDB; what cannot be read becomes a reject with its line, column and reason.

A row of the file is loaded whole or rejected whole, whatever it becomes: one line that is an invoice, a
payment and an allocation is never half in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb

from clearaccounts.errors import FileRefused, LandingError
from clearaccounts.importing.canonical import DOCUMENTS, LOOKS_UP, kinds
from clearaccounts.importing.profiles.language import COMPANY_CURRENCY, Profile, Target, Value
from clearaccounts.importing.reading.sources import Records, Reject, Source
from clearaccounts.importing.validation import day_orders, typed_rows, versions
from clearaccounts.importing.validation import expressions as sql
from clearaccounts.importing.validation.cells import Cells
from clearaccounts.importing.validation.reasons import NO_OBJECTS, reason
from clearaccounts.importing.validation.totals import totals
from clearaccounts.text import N_


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
    """What came of a file; the typed rows are in the connection as `final_<kind>`, `rejected_keys_<kind>`.

    `profile` is the file's, with the order of its days settled, and `notes` say how (templates with their values).
    """

    rows: int
    loaded: int
    new: int
    changed: int
    unchanged: int
    rejects: tuple[Reject, ...]
    profile: Profile
    sums: tuple[Sum, ...]
    things: Mapping[str, int] = field(default_factory=dict)
    # Kinds for which a rejected row does not even tell its key: a snapshot cannot know what it held.
    kinds_with_unknown_keys: tuple[str, ...] = ()
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()


def validate(
    connection: duckdb.DuckDBPyConnection, source: Source, records: Records, profile: Profile, file_hash: str,
    *, company_currency: str, date_order: str = "",
) -> Validated:
    """Type every row of `source`.

    Args:
        connection: holds `document_currency (document_type, document_id, currency)` and, per kind, `latest_<kind>`:
            what earlier landings hold. It gets the tables `final_<kind>` and `rejected_keys_<kind>`.
        source: the file, for the raw text of what is rejected.
        records: its records.
        profile: what they mean.
        file_hash: the SHA-256 of the file.
        company_currency: ISO 4217, for files that leave it out.
        date_order: DMY or MDY, if a person chose; it counts where the profile leaves it open.

    Raises:
        FileRefused: a required column is missing or twice, there are no rows, or nobody knows whether day or month comes first.
        LandingError: rows or sums are not conserved; nothing may be landed then.
    """
    return _Validation(connection, source, records, profile, file_hash, company_currency=company_currency).run(date_order)


class _Validation:
    def __init__(
        self, connection: duckdb.DuckDBPyConnection, source: Source, records: Records, profile: Profile, file_hash: str,
        *, company_currency: str,
    ) -> None:
        self._connection = connection
        self._source = source
        self._records = records
        self._profile = profile
        self._cells = Cells(profile, source.header, profile.bind(source.name, source.header))
        self._built_in = {
            "file_hash": sql.literal(file_hash), "line": "line::text", "entry": "entry::text",
            COMPANY_CURRENCY: sql.literal(company_currency),
        }

    def run(self, date_order: str) -> Validated:
        rows = self._records.table.num_rows + len(self._records.rejects)
        if rows == 0:
            raise FileRefused(N_("{file}: there are no rows after the header; export it again."), file=self._source.name)
        self._cells.fill(self._connection, self._records.table)
        settled = day_orders.settle(self._connection, self._source.name, self._profile, self._cells, date_order)
        self._profile = settled.profile
        looks_up = any(target.kind in LOOKS_UP for target in self._profile.targets)
        for number, target in enumerate(self._profile.targets):
            self._connection.execute(typed_rows.statement(
                number, target, self._profile.habits,
                rows=self._cells.rows(target), cells=self._cells.names(target), built_in=self._built_in,
            ))
            if looks_up:
                self._learn_currencies(number, target)
        self._collect_problems()
        repeated = versions.repeating(self._connection, self._profile.targets)
        for number in repeated:
            versions.reject_other_content(self._connection, number, self._profile.targets[number])
        versions.finish(self._connection, self._profile.targets, repeated)
        rejects = (*self._records.rejects, *self._explain())
        new, changed, unchanged = versions.count_statuses(self._connection, self._profile.targets)
        loaded = new + changed + unchanged
        sums = tuple(Sum(*one) for one in totals(self._connection, self._profile))
        if rows != loaded + len(rejects) or any(s.total != s.loaded + s.rejected for s in sums):
            raise LandingError(
                N_("{file}: {rows} rows were read, but {loaded} loaded and {rejected} rejected; nothing was landed."),
                file=self._source.name, rows=rows, loaded=loaded, rejected=len(rejects),
            )
        return Validated(
            rows=rows, loaded=loaded, new=new, changed=changed, unchanged=unchanged,
            rejects=tuple(sorted(rejects, key=lambda reject: reject.line)), profile=self._profile, sums=sums,
            things={kind: self._number(f"select count(*) from final_{kind}") for kind in versions.kinds_of(self._profile.targets)},
            kinds_with_unknown_keys=self._keys_of_rejects(), notes=settled.notes,
        )

    def _number(self, statement: str) -> int:
        return int(self._connection.execute(statement).fetchall()[0][0])

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
        unreadable = f"{{'name': name, 'code': 'json', 'text': left(text, {typed_rows.VALUE_CHARACTERS}), 'currency': null}}"
        parts = " union all ".join([
            f"select line, -1 as target, 1 as entry, {unreadable} as problem, null::bigint as earlier from cell_problems",
            *(
                f"select line, {number} as target, entry, problem, null::bigint as earlier from typed_{number} where problem is not null"
                for number in range(len(self._profile.targets))
            ),
        ])
        self._connection.execute(f"""
            create or replace temp table problems as
            from ({parts}) qualify row_number() over (partition by line order by target, entry) = 1
        """)

    def _keys_of_rejects(self) -> tuple[str, ...]:
        """Make `rejected_keys_<kind>`; name the kinds of which a rejected row does not tell its key."""
        unknown = []
        for name in versions.kinds_of(self._profile.targets):
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
        found = self._connection.execute("select line, target, entry, problem, earlier from problems order by line").fetchall()
        raw = self._source.raw(self._records, {row[0] for row in found})
        rejects = []
        for line, number, entry, problem, earlier in found:
            if number < 0:
                # A cell whose JSON cannot be read belongs to no target yet.
                rejects.append(Reject(line, problem["name"], NO_OBJECTS, {"value": problem["text"]}, raw[line]))
                continue
            target = self._profile.targets[number]
            template, values = reason(kinds()[target.kind], problem, earlier)
            handles = dict(target.columns).get(problem["name"], Value()).handles
            named = [column for column in (self._cells.column(handle, entry) for handle in handles) if column]
            rejects.append(Reject(line, named[0] if named else problem["name"], template, values, raw[line]))
        return rejects
