"""From a mart's SQL to Spark's: sqlglot's translation, and what it does not know of the two engines.

A mart is first written out (columns instead of stars, every name with its table) and typed, so that each correction below is made by
type and not by what a mart happens to say. Each stands here because the plain translation failed, or answered something else; what
no correction can mend `portable` refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from clearaccounts.errors import BuildError
from clearaccounts.importing.spark import zone as zones
from clearaccounts.importing.spark.portable import REPLACED, is_date, is_small_integer, refusals
from clearaccounts.importing.spark.shapes import Shapes, flat
from clearaccounts.text import N_

# What DuckDB does and Spark has no word for: names that stand in a tree until they are spelt out.
QUOTIENT, LOWER, UPPER, TO_UTC, TO_LOCAL = "whole_quotient", "lower_by_point", "upper_by_point", "company_to_utc", "utc_to_company"
OWN = frozenset({QUOTIENT, LOWER, UPPER, TO_UTC, TO_LOCAL})
# Unicode's spaces, all of which DuckDB's trim takes off; Spark's takes the first alone.
SPACES = "\u0020\u00a0\u1680" + "".join(chr(point) for point in range(0x2000, 0x200B)) + "\u202f\u205f\u3000"


@dataclass(frozen=True)
class Translated:
    """A mart for Spark.

    Attributes:
        sql: the statement, without its last order.
        order: by what the mart's rows are ordered in the warehouse, in DuckDB's SQL; empty if by nothing.
        reads: the tables that it reads.
    """

    sql: str
    order: str
    reads: frozenset[str]


def translate(name: str, sql: str, shapes: Shapes, zone: str = "UTC") -> Translated:
    """A mart's SQL as Spark's, for a company in the time zone `zone`.

    Raises:
        BuildError: it holds what does not mean the same in Spark; names all of it.
    """
    tree, order = typed(sql, shapes)
    found = refusals(tree, OWN)
    if found:
        raise BuildError(N_("queries/marts/{name}.sql does not travel to Spark: {problems}."), name=name, problems="; ".join(found))
    sources = (source for scope in traverse_scope(tree) for source in scope.sources.values())
    reads = frozenset(source.name for source in sources if isinstance(source, exp.Table))
    for correct in _CORRECTIONS:
        tree = _corrected(tree, correct)
    tree = _spelt_out(tree, zone)
    return Translated(tree.sql(dialect="spark", pretty=True, unsupported_level=sqlglot.ErrorLevel.RAISE), order, reads)


def typed(sql: str, shapes: Shapes) -> tuple[exp.Expr, str]:
    """A statement written out and typed, without its last order, and that order.

    Raises:
        BuildError: it names what there is not, or cannot be read.
    """
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
        if tree.find(exp.Pivot):
            # Its columns are its rows' values: there is nothing to write out.
            raise BuildError(N_("A mart cannot be translated: {problem}"), problem=REPLACED[exp.Pivot])
        order = tree.args.pop("order", None) if isinstance(tree, exp.Query) else None
        tree = _corrected(_corrected(tree, _flat_name), _company_clock)
        schema: dict[str, object] = {table: dict(columns) for table, columns in shapes.items()}
        tree = annotate_types(qualify(tree, schema=schema, dialect="duckdb"), schema=schema, dialect="duckdb")
        # sqlglot takes days between two dates for a date: each is named for what it is, from the inside out, and all types read again.
        while (days := _days_between(tree)) is not None:
            days.replace(exp.DateDiff(this=days.left.copy(), expression=days.right.copy(), unit=exp.var("DAY")))
            tree = annotate_types(tree, schema=schema, dialect="duckdb")
    except sqlglot.errors.SqlglotError as problem:
        raise BuildError(N_("A mart cannot be translated: {problem}"), problem=str(problem).split("\n", maxsplit=1)[0]) from problem
    return tree, ", ".join(key.sql(dialect="duckdb") for key in order.expressions) if order is not None else ""


def _corrected(tree: exp.Expr, correct: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """A tree with one correction made everywhere, from the inside out: what is corrected keeps its type for what is around it."""
    for node in reversed(list(tree.walk(bfs=False))):
        corrected = correct(node)
        if corrected is node:
            continue
        corrected.type = node.type
        if node is tree:
            tree = corrected
        else:
            node.replace(corrected)
    return tree


# ---------- before the types are known


def _flat_name(node: exp.Expr) -> exp.Expr:
    """`canonical.payments` -> `canonical_payments as payments`: temporary views of Spark stand in no schema."""
    if isinstance(node, exp.Table) and node.db == "canonical":
        return exp.to_table(flat(node.name)).as_(node.alias_or_name, table=True)
    return node


def _company_clock(node: exp.Expr) -> exp.Expr:
    """A moment in UTC <-> the company's wall clock, by DuckDB's rules of the zone; see `zone`."""
    match node:
        case exp.Anonymous() if node.name.lower() == "timezone" and len(node.expressions) == 2:
            outer, inner = node.expressions
        case _:
            return node
    if not (isinstance(inner, exp.Anonymous) and inner.name.lower() == "timezone" and len(inner.expressions) == 2):
        return node
    names = (outer.sql("duckdb").lower(), inner.expressions[0].sql("duckdb").lower())
    function = {("'utc'", "build.time_zone"): TO_UTC, ("build.time_zone", "'utc'"): TO_LOCAL}.get(names)
    if function is None:
        return node
    return exp.cast(exp.Anonymous(this=function, expressions=[inner.expressions[1].copy()]), exp.DataType.Type.TIMESTAMPNTZ)


# ---------- by type


def _days_between(tree: exp.Expr) -> exp.Sub | None:
    """The first and innermost difference of two dates: Spark would make an interval of it."""
    for scope in traverse_scope(tree):
        for node in reversed(list(scope.find_all(exp.Sub))):
            if is_date(node.left) and is_date(node.right):
                return node
    return None


def _days(node: exp.Expr) -> exp.Expr:
    """Days after a date: Spark adds only 32 bits of them."""
    if isinstance(node, exp.Add | exp.Sub) and is_date(node.left):
        days = exp.cast(node.right.copy(), exp.DataType.Type.INT)
        return exp.Anonymous(this="date_add" if isinstance(node, exp.Add) else "date_sub", expressions=[node.left.copy(), days])
    return node


def _months(node: exp.Expr) -> exp.Expr:
    """The first day of a date's month: Spark's date_trunc makes a moment of it."""
    if isinstance(node, exp.TimestampTrunc):
        return exp.Anonymous(this="trunc", expressions=[node.this.copy(), exp.Literal.string(node.text("unit").upper())])
    return node


def _quotient(node: exp.Expr) -> exp.Expr:
    """Whole quotients beyond 64 bits: Spark's div of decimals answers the last 64 bits of the truth, without a word."""
    if isinstance(node, exp.IntDiv) and not (is_small_integer(node.this) and is_small_integer(node.expression)):
        return exp.Anonymous(this=QUOTIENT, expressions=[node.this.copy().unnest(), node.expression.copy().unnest()])
    return node


def _hugeint(node: exp.Expr) -> exp.Expr:
    """128 bits: Spark has decimals of 38 digits."""
    if isinstance(node, exp.DataType) and node.this is exp.DataType.Type.INT128:
        return exp.DataType.build("decimal(38, 0)")
    return node


def _sign(node: exp.Expr) -> exp.Expr:
    """Spark's sign is a DOUBLE and would make one of every product."""
    if isinstance(node, exp.Sign) and not isinstance(node.parent, exp.Cast):
        return exp.cast(node.copy(), exp.DataType.Type.INT)
    return node


def _letters(node: exp.Expr) -> exp.Expr:
    """Each letter for itself: Java's lower and upper know contexts, letters that become two, and a newer Unicode."""
    match node:
        case exp.Lower():
            return exp.Anonymous(this=LOWER, expressions=[node.this.copy()])
        case exp.Upper():
            return exp.Anonymous(this=UPPER, expressions=[node.this.copy()])
        case exp.Trim() if not node.args.get("expression"):
            return exp.Trim(this=node.this.copy(), expression=exp.Literal.string(SPACES), position=node.args.get("position") or "BOTH")
        case _:
            return node


def _by_name(node: exp.Expr) -> exp.Expr:
    """`union by name` as one by position: Spark's SQL has no other."""
    if not (isinstance(node, exp.Union) and node.args.get("by_name")):
        return node
    node.set("by_name", False)
    left, right = node.left.named_selects, node.right.named_selects
    names = [*left, *(name for name in right if name not in left)]
    for side, held in (("this", left), ("expression", right)):
        columns = [exp.column(name, quoted=True) if name in held else exp.alias_(exp.null(), name, quoted=True) for name in names]
        node.set(side, exp.select(*columns).from_(node.args[side].subquery(f"side_{side}")))
    return node


_CORRECTIONS: tuple[Callable[[exp.Expr], exp.Expr], ...] = (_days, _months, _quotient, _sign, _letters, _by_name, _hugeint)


# ---------- what Spark has no word for


def _spelt_out(tree: exp.Expr, zone: str) -> exp.Expr:
    """A tree with each function of `OWN` as what it does.

    Spark could be given functions of its own in SQL, but its optimizer takes two uses of one for the same where a table meets itself.
    """
    meanings = {QUOTIENT: _whole_quotient(), LOWER: _changed_letters("lower"), UPPER: _changed_letters("upper")}
    meanings |= {TO_UTC: _parsed(zones.to_utc(zone)), TO_LOCAL: _parsed(zones.to_local(zone))}

    def spell_out(node: exp.Expr) -> exp.Expr:
        if not (isinstance(node, exp.Anonymous) and node.name in meanings):
            return node
        given = dict(zip(("a", "b"), node.expressions, strict=False))
        meaning = exp.Paren(this=meanings[node.name].copy())
        for column in list(meaning.find_all(exp.Column)):
            column.replace(exp.Paren(this=given[column.name].copy()))
        return meaning

    return _corrected(tree, spell_out)


@cache
def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="spark")


def _whole_quotient() -> exp.Expr:
    """`a` by `b`, cut off towards zero.

    A quotient of decimals keeps twenty digits before the point: it is exact where it is whole, and one that is longer is an error.
    """
    return _parsed("cast((a - a % b) / b as decimal(38, 0))")


@cache
def _changed_letters(change: str) -> exp.Expr:
    """`a` with every character that DuckDB's `lower` or `upper` changes, changed."""
    with duckdb.connect() as connection:
        [(letters, changed)] = connection.execute(
            f"select string_agg(letter, '' order by letter), string_agg({change}(letter), '' order by letter)"
            " from (select chr(cast(range as integer)) as letter"
            # What lies between are halves of characters, which no text may hold.
            " from (from range(1, 55296) union all from range(57344, 1114112)))"
            f" where {change}(letter) <> letter"
        ).fetchall()
    return exp.Anonymous(this="translate", expressions=[exp.column("a"), exp.Literal.string(letters), exp.Literal.string(changed)])


def spark_type(duckdb_type: str) -> str:
    """DuckDB's type as Spark's."""
    return exp.DataType.build(duckdb_type, dialect="duckdb").transform(_hugeint).sql(dialect="spark")

