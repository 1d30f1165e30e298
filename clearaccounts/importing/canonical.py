"""The canonical kinds of files, read from the tables of `queries/schema/`.

A kind is a table: its columns, which are required (not null), which values are allowed (check
constraints), what stands for an empty one (defaults) and what makes a row (primary key). Nothing
about them is written twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import duckdb

from clearaccounts.query_files import steps

# Set by the build, never read from a file.
BUILD_COLUMNS = frozenset({"withdrawn_on", "is_closed"})
# Kinds whose columns in a file are not ours: they come by a profile alone.
FOREIGN_KINDS = frozenset({"reconciliation_lines", "reference_rates"})
# A price of one unit may have more decimals than its currency.
UNIT_PRICES = frozenset({"amount_unit_price"})
# Forms of numbers: those that can be subtracted, negated and compared.
NUMBER_FORMS = frozenset({"amount", "rate", "quantity", "figure", "integer"})
# What must never be negative, and why.
NOT_NEGATIVE = frozenset({("customer_invoices", "amount_total"), ("credit_notes", "amount_total")})
# Kinds that take part in ageing: the newest of their imports says how old the receivables are.
RECEIVABLES_KINDS = frozenset({"customer_invoices", "instalments", "credit_notes", "payments", "allocations"})
# Amounts whose currency stands in another document: (kind, column) -> the invoice, or the source, that the row names.
DOCUMENT_CURRENCY: dict[tuple[str, str], str] = {
    ("instalments", "amount_total"): "invoice",
    ("allocations", "amount_applied"): "invoice",
    ("allocations", "amount_from_source"): "source",
    ("holds", "amount_held"): "invoice",
}
LOOKS_UP = frozenset(kind for kind, _ in DOCUMENT_CURRENCY)
# Where those documents stand: (what `source_type` calls it, kind, key).
DOCUMENTS = (
    ("invoice", "customer_invoices", "invoice_id"),
    ("payment", "payments", "payment_id"),
    ("credit_note", "credit_notes", "credit_note_id"),
)


@dataclass(frozen=True)
class Column:
    """One column of a kind.

    `form` says how its text is read: text, choice, currency, amount, rate, figure (18 decimals),
    quantity (4 decimals), integer, boolean, date or timestamp.
    """

    name: str
    type: str
    form: str
    is_required: bool
    choices: tuple[str, ...] = ()
    default: str | None = None


@dataclass(frozen=True)
class Kind:
    """One canonical table: `key` names the columns that make a row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that a file must have."""
        return tuple(column.name for column in self.columns if column.is_required)

    @property
    def money(self) -> str | None:
        """The amount that is summed to prove that nothing was lost, if the kind has one."""
        amounts = [c for c in self.columns if c.name.startswith("amount_") and c.name not in UNIT_PRICES]
        if "amount_total" in {c.name for c in amounts}:
            return "amount_total"
        required = [c.name for c in amounts if c.is_required]
        names = required or [c.name for c in amounts]
        return names[0] if names else None

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if the kind has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Whether the kind has a column of that name."""
        return any(column.name == name for column in self.columns)


def is_amount(name: str) -> bool:
    """Whether a column of that name is an amount of money."""
    return name.startswith("amount_") or name.endswith("_amount")


def _form(name: str, type_: str, choices: tuple[str, ...]) -> str:
    if choices:
        return "choice"
    if name == "currency" or name.endswith("_currency"):
        return "currency"
    if type_ == "DECIMAL(38,18)":
        return "figure"
    if type_.startswith("DECIMAL"):
        return "amount" if is_amount(name) else "rate" if type_ == "DECIMAL(24,10)" else "quantity"
    return {"DATE": "date", "TIMESTAMP": "timestamp", "INTEGER": "integer", "BOOLEAN": "boolean"}.get(type_, "text")


@cache
def schema_sql() -> str:
    """The statements that make every canonical table, in schema `canonical`."""
    return "create schema canonical;\n" + "\n".join(step.sql for step in steps("schema").values())


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by name, in order of name."""
    connection = duckdb.connect()
    try:
        connection.execute(schema_sql())
        constraints = connection.execute(
            "select table_name, constraint_type, constraint_text, constraint_column_names from duckdb_constraints()"
            " where schema_name = 'canonical'"
        ).fetchall()
        columns = connection.execute(
            "select table_name, column_name, data_type, is_nullable, column_default from duckdb_columns()"
            " where schema_name = 'canonical' order by table_name, column_index"
        ).fetchall()
    finally:
        connection.close()
    keys = {table: tuple(names) for table, type_, _, names in constraints if type_ == "PRIMARY KEY"}
    choices = {
        (table, names[0]): tuple(re.findall(r"'((?:[^']|'')*)'", text))
        for table, type_, text, names in constraints if type_ == "CHECK"
    }
    found: dict[str, list[Column]] = {}
    for table, name, type_, is_nullable, default in columns:
        if name in BUILD_COLUMNS:
            continue
        allowed = choices.get((table, name), ())
        found.setdefault(table, []).append(Column(
            name=name, type=type_, form=_form(name, type_, allowed), is_required=not is_nullable,
            choices=allowed, default=None if default is None else str(default).strip("'"),
        ))
    return {table: Kind(table, tuple(found[table]), keys[table]) for table in sorted(found)}
