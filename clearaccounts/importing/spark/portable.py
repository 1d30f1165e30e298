"""What SQL of a mart means the same in DuckDB and in Spark: a list of what has been tried, and why the rest is refused.

The list names what is allowed and not what is forbidden: an unknown function is refused until somebody has run it in both engines
(`tests/spark/test_same_meaning.py`). Most of what is refused below does not fail in Spark: it answers something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.expressions.datatypes import DType

# Structure, comparisons, arithmetic, and functions that were run in both engines on what is odd about them.
ALLOWED: frozenset[type[exp.Expr]] = frozenset({
    exp.Alias, exp.And, exp.Between, exp.Boolean, exp.CTE, exp.Case, exp.Cast, exp.Coalesce, exp.Column, exp.DPipe, exp.DataType,
    exp.DataTypeParam, exp.Distinct, exp.EQ, exp.Except, exp.Exists, exp.Filter, exp.From, exp.GT, exp.GTE, exp.Group, exp.Having,
    exp.Identifier, exp.If, exp.In, exp.Intersect, exp.Is, exp.Join, exp.LT, exp.LTE, exp.Literal, exp.NEQ, exp.Neg, exp.Not, exp.Null,
    exp.NullSafeEQ, exp.NullSafeNEQ, exp.Nullif, exp.Or, exp.Order, exp.Ordered, exp.Paren, exp.Qualify, exp.Select, exp.Star,
    exp.Subquery, exp.Table, exp.TableAlias, exp.Tuple, exp.Union, exp.Values, exp.Var, exp.Where, exp.Window, exp.WindowSpec, exp.With,
    exp.Abs, exp.Add, exp.IntDiv, exp.Mod, exp.Mul, exp.Pow, exp.Sign, exp.Sub,
    exp.Greatest, exp.Least, exp.Length, exp.Lower, exp.Trim, exp.Upper,
    exp.DateDiff, exp.Day, exp.LastDay, exp.Month, exp.Quarter, exp.TimestampTrunc, exp.Year,
    exp.Count, exp.CountIf, exp.LogicalAnd, exp.LogicalOr, exp.Max, exp.Min, exp.Sum,
    exp.DenseRank, exp.FirstValue, exp.Lag, exp.LastValue, exp.Lead, exp.Rank, exp.RowNumber,
})

_TIES = "which of several rows it takes is each engine's own choice; number them with row_number() in an order without ties"
_PATTERN = "each engine's patterns are a language of its own, and DuckDB replaces the first match alone; compare whole texts"
_RANDOM = "it answers something else each time"
# What has another way of being said in a mart.
REPLACED: dict[type[exp.Expr], str] = {
    exp.Avg: "of a decimal it is a DOUBLE in DuckDB and a DECIMAL in Spark; divide a sum by a count, in whole units, with //",
    exp.Div: "a quotient of decimals is a DOUBLE in DuckDB and a DECIMAL in Spark; divide whole units, cast to hugeint, with //",
    exp.PercentileCont: "Spark does not know it; rank the rows and take the one in the middle",
    exp.Median: "of decimals it is a decimal in DuckDB and a DOUBLE in Spark; rank the rows and take the one in the middle",
    exp.GroupConcat: "Spark joins text in the order in which rows arrive; a list belongs into a query, not into a mart",
    exp.ArrayAgg: "Spark leaves nulls out and collects in the order in which rows arrive; a list belongs into a query, not into a mart",
    exp.Interval: "a date with an interval is a TIMESTAMP in DuckDB and a DATE in Spark; add whole days to the date",
    exp.ArgMax: _TIES, exp.ArgMin: _TIES, exp.AnyValue: _TIES, exp.First: _TIES, exp.Last: _TIES, exp.Mode: _TIES, exp.Limit: _TIES,
    exp.Concat: "of a null the two engines make different texts by this name; join text with ||, where null makes null",
    exp.Round: "of what is nearly a half of a DOUBLE the two engines do not agree; cast to a decimal of the scale that is wanted",
    exp.TryCast: "what the two engines can read as a number or a date differs; a mart reads typed columns",
    exp.GenerateSeries: "Spark gives what it counts another name; join a table of days or numbers that landed",
    exp.Explode: "Spark unfolds two lists to every pair of them, and DuckDB side by side; join a table",
    exp.Unnest: "Spark unfolds two lists to every pair of them, and DuckDB side by side; join a table",
    exp.Pivot: "Spark knows it only inside a FROM, and with other names; write one case for each column",
    exp.AtTimeZone: "it means two opposite things; write timezone('UTC', timezone(build.time_zone, x)), or the other way round",
    exp.CurrentDate: "a mart knows no clock; the day is in build", exp.CurrentTimestamp: "a mart knows no clock; the moment is in build",
    exp.Rand: _RANDOM, exp.Uuid: _RANDOM, exp.TableSample: _RANDOM,
    exp.RegexpLike: _PATTERN, exp.RegexpFullMatch: _PATTERN, exp.RegexpReplace: _PATTERN, exp.RegexpExtract: _PATTERN,
    exp.RegexpExtractAll: _PATTERN,
    exp.Like: "a backslash in its pattern escapes in Spark and stands for itself in DuckDB; compare with = or in (…)",
    exp.ILike: "a backslash in its pattern escapes in Spark and stands for itself in DuckDB; compare lower() of both with =",
    exp.Collate: "the engines' collations have other names and rules; compare lower() of both",
    exp.Columns: "Spark knows no columns by pattern; name them",
    exp.MD5: "a value's hash depends on how an engine writes it", exp.Rollup: "write one select for each level and union them",
    exp.Cube: "write one select for each level and union them", exp.GroupingSets: "write one select for each level and union them",
}
_UNKNOWN = "nobody has run it in both engines yet: see tests/spark/test_same_meaning.py"
_MACRO = "it is no function that both engines know; a macro lives in DuckDB alone"

_INTEGERS = frozenset({
    DType.TINYINT, DType.SMALLINT, DType.INT, DType.BIGINT, DType.INT128,
})
_TEXTS = frozenset({DType.TEXT, DType.VARCHAR})
_DATE, _DECIMAL, _WIDE = DType.DATE, DType.DECIMAL, DType.INT128
_MOMENTS = frozenset({DType.TIMESTAMP, DType.TIMESTAMPNTZ, DType.DATETIME})
_UNTYPED = frozenset({DType.UNKNOWN, DType.NULL})
_EXACT = _INTEGERS | {_DECIMAL}
# How a calendar's unit may be cut off a date: the others are of moments, or count weeks in their own way.
TRUNCATED = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK"})


def type_of(node: exp.Expr | None) -> DType:
    """The type of an expression of an annotated tree; UNKNOWN if it has none."""
    return node.type.this if node is not None and isinstance(node.type, exp.DataType) else DType.UNKNOWN


def is_date(node: exp.Expr | None) -> bool:
    """Whether an expression is a date."""
    return type_of(node) is _DATE


def is_small_integer(node: exp.Expr | None) -> bool:
    """Whether an expression is a whole number that both engines keep in 64 bits or less."""
    return type_of(node) in _INTEGERS and type_of(node) is not _WIDE


def refusals(tree: exp.Expr, own: frozenset[str] = frozenset()) -> list[str]:
    """What in a statement does not travel, each as what it is and why.

    Args:
        tree: a statement of DuckDB's dialect, qualified and with its types.
        own: functions that the translation has put in and Spark is given.
    """
    found: dict[str, None] = {}
    for node in tree.walk():
        for why in _refused(node, own):
            found[f"{_shown(node)}: {why}"] = None
    return list(found)


def _shown(node: exp.Expr) -> str:
    text = " ".join(node.sql("duckdb", comments=False).split())
    return text if len(text) <= 80 else text[:79] + "…"


def _refused(node: exp.Expr, own: frozenset[str]) -> Iterator[str]:
    kind = type(node)
    if kind is exp.Anonymous:
        if node.name.lower() not in own:
            yield _MACRO
    elif kind in REPLACED:
        yield REPLACED[kind]
    elif kind not in ALLOWED:
        yield _UNKNOWN
    match node:
        case exp.Join():
            yield from _join(node)
        case exp.With() if node.args.get("recursive"):
            yield "Spark limits how deep it follows; a mart is one pass over its rows"
        case exp.Distinct() if node.args.get("on"):
            yield _TIES
        case exp.Table() if node.args.get("pivots"):
            yield REPLACED[exp.Pivot]
        case exp.Table() if not isinstance(node.this, exp.Identifier):
            yield REPLACED[exp.GenerateSeries]
        case exp.Cast():
            yield from _cast(node)
        case exp.DateDiff() if node.text("unit").upper() != "DAY" or not (is_date(node.this) and is_date(node.expression)):
            yield "DuckDB counts the boundaries that are crossed, Spark whole units; only days between two dates are the same"
        case exp.TimestampTrunc() if node.text("unit").upper() not in TRUNCATED or not is_date(node.this):
            yield "only a date, to its year, quarter, month or week, gives a date in both engines"
        case exp.Day() | exp.Month() | exp.Quarter() | exp.Year() | exp.LastDay() if not is_date(node.this):
            yield "a part is taken of a date; cast the moment to its day in the zone that is meant"
        case exp.Pow() if not (node.this.is_int and isinstance(node.parent, exp.Cast) and type_of(node.parent) is _WIDE):
            yield "it is a DOUBLE; only a power of a whole number that is cast to hugeint at once is exact"
        case exp.IntDiv() | exp.Mod() if {type_of(node.this), type_of(node.expression)} - _INTEGERS:
            yield "its operands must be whole numbers: cast them to hugeint"
        case exp.WindowSpec() if str(node.args.get("kind", "")).upper() not in {"ROWS", ""} and _has_offset(node):
            yield "over days DuckDB measures it in an interval and Spark in a number; count rows"
        case exp.Add() | exp.Sub() | exp.Mul():
            yield from _arithmetic(node)
        case exp.EQ() | exp.NEQ() | exp.GT() | exp.GTE() | exp.LT() | exp.LTE() | exp.NullSafeEQ() | exp.NullSafeNEQ():
            yield from _comparison(node)
        case exp.Sum() if type_of(node.this) not in _EXACT | _UNTYPED:
            yield "only whole numbers and decimals add up to the same in any order"
        case _:
            pass


def _join(join: exp.Join) -> Iterator[str]:
    method = str(join.args.get("method") or "").upper()
    if method == "ASOF":
        yield "Spark knows no ASOF join; join on a range of days"
    elif method or str(join.args.get("kind") or "").upper() in {"POSITIONAL", "STRAIGHT"}:
        yield "Spark knows no such join; name the columns that meet"


def _cast(cast: exp.Cast) -> Iterator[str]:
    given, wanted = type_of(cast.this), cast.to.this
    if given in _UNTYPED or given is wanted or isinstance(cast.this, exp.Literal):
        return
    if wanted in _INTEGERS - {_WIDE} and given not in _INTEGERS:
        yield "a fraction is rounded in DuckDB and cut off in Spark; divide with // or cast to hugeint"
    elif wanted is _WIDE and given not in _EXACT and not isinstance(cast.this, exp.Pow):
        yield "a half of a DOUBLE is not rounded alike; cast a decimal"
    elif wanted is _DECIMAL and given not in _EXACT:
        yield "a DOUBLE has no exact value to become a decimal of; compute in decimals"
    elif wanted in _TEXTS and given not in _EXACT | _MOMENTS | {_DATE}:
        yield "each engine writes it in its own way; only whole numbers, decimals, dates and moments are written alike"
    elif wanted is _DATE and given not in _MOMENTS:
        yield "what the two engines read as a date differs; a mart reads typed columns"
    elif wanted in _MOMENTS and given is not _DATE and given not in _MOMENTS:
        yield "what the two engines read as a moment differs; a mart reads typed columns"
    elif wanted not in _EXACT | _TEXTS | _MOMENTS | {_DATE}:
        yield "this type is not the same in both engines"


def _comparison(node: exp.Binary) -> Iterator[str]:
    types = {type_of(node.left), type_of(node.right)}
    if types & _TEXTS and types - _TEXTS - _UNTYPED:
        yield "text is compared with what is none; cast one of the two, or write date '…'"


def _arithmetic(node: exp.Binary) -> Iterator[str]:
    types = {type_of(node.left), type_of(node.right)}
    if types & _MOMENTS:
        yield "what lies between two moments is an interval of each engine's own kind"
    elif _DATE in types:
        is_days_between = isinstance(node, exp.Sub) and types == {_DATE}
        is_moved = type_of(node.left) is _DATE and type_of(node.right) in _INTEGERS and not isinstance(node, exp.Mul)
        if not (is_days_between or is_moved):
            yield "to a date one can add whole days, and from a date take whole days or a date"
    elif types - _EXACT - _UNTYPED:
        yield "only whole numbers and decimals are computed exactly"


def _has_offset(window: exp.WindowSpec) -> bool:
    return any(isinstance(window.args.get(side), exp.Expr) for side in ("start", "end"))
