"""The SQL that types the rows of one target: what each text means, its typed value, and the first thing wrong with a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearaccounts.importing.canonical import DOCUMENT_CURRENCY, NOT_NEGATIVE, UNIT_PRICES, Column, Kind, kinds
from clearaccounts.importing.profiles.language import Condition, Habits, Target, Value
from clearaccounts.importing.validation import expressions as sql
from clearaccounts.importing.validation import normal_forms

# So much of a value is repeated in the reason; the raw text has all of it.
VALUE_CHARACTERS = 100
# What `expressions.value` says of a column that the file has not.
_NOTHING = "null::text"


def statement(
    number: int, target: Target, habits: Habits, *, rows: str, cells: Mapping[str, str], built_in: Mapping[str, str]
) -> str:
    """The statements that make `typed_<number>`: line, entry, typed columns, money_currency, and the row's first problem.

    It is a view on a table that holds what rows differ in: a column of which a file says nothing is neither typed nor kept.

    Args:
        number: which of the profile's targets.
        target: what a row becomes.
        habits: how the file writes values.
        rows: SQL of what the target is made from, with `line` and `entry`.
        cells: the column of `rows` for each handle.
        built_in: SQL for the built-in names of templates.
    """
    kind = kinds()[target.kind]
    values = dict(target.columns)
    filled = {c: _text(values.get(c.name, Value()), cells, built_in, habits) for c in kind.columns}
    columns = [c for c, text in filled.items() if _may_differ(c, text, values.get(c.name, Value()))]
    texts = ", ".join(f"{filled[c]} as t_{c.name}" for c in columns)
    minus = "".join(f", {cells.get(value.minus, 'null::text')} as m_{name}" for name, value in target.columns if value.minus)
    conditions = _all(target.when, cells, habits)
    order = f"try_cast({cells[target.order_by]} as bigint)" if target.order_by in cells else "0"
    normal = ", ".join(
        f"{normal_forms.normal(c, values.get(c.name, Value()), f't_{c.name}', f'm_{c.name}', habits)} as n_{c.name}" for c in columns
    )
    # A currency that has decimals, be it none, is one.
    own, own_places = ("upper(n_currency)", sql.units("upper(n_currency)")) if kind.has("currency") else ("null::text", "null::integer")
    document, join = _document_currency(kind)
    typed = ", ".join(
        f"{'own_currency' if c.name == 'currency' else sql.typed(c, f'n_{c.name}', _places(kind, c), habits)} as {c.name}" for c in columns
    )
    is_wrong = " or ".join(_is_wrong(kind, c) for c in columns)
    problems = " ".join(_problem(kind, c) for c in columns)
    # Several targets and amounts share these steps; each step reads only the one before it.
    own_only = kind.has("currency") and not join
    stored = [
        "line", *(["entry"] if target.each else []), *(["order_number"] if target.order_by else []), *(c.name for c in columns),
        *([] if own_only else ["coalesce(own_currency, invoice_currency, '') as money_currency"]),
    ]
    shown = [
        "line", "entry" if target.each else "1 as entry", "order_number" if target.order_by else "0 as order_number",
        *(c.name if c in columns else f"null::{c.type} as {c.name}" for c in kind.columns),
        "coalesce(currency, '') as money_currency" if own_only else "money_currency",
    ]
    return f"""
        create or replace temp table given_{number} as
        with texts as (select line, entry, {order} as order_number, {texts}{minus} from {rows} where {conditions}),
        normal as (select line, entry, order_number, columns('^t_.*'), {normal} from texts),
        priced as (select normal.*, {own_places} as own_places, {document} from normal {join}),
        measured as (
            select *, case when own_places is not null then {own} end as own_currency,
                {sql.units('invoice_currency')} as invoice_places, {sql.units('source_currency')} as source_places
            from priced
        ),
        typed as (select *, {typed} from measured)
        select {', '.join(stored)}, case when {is_wrong} then case {problems} end end as problem
        from typed;
        create or replace temp view typed_{number} as select {', '.join(shown)}, problem from given_{number}
    """


def _may_differ(column: Column, text: str, wanted: Value) -> bool:
    """Whether rows may have a value of the column, or must; the names are those that tell an amount's currency."""
    is_said = text != _NOTHING or wanted.minus or wanted.default or column.default
    return bool(is_said or column.is_required or column.name in {"currency", "invoice_id", "source_type", "source_id"})


def _text(wanted: Value, cells: Mapping[str, str], built_in: Mapping[str, str], habits: Habits) -> str:
    text = sql.value(wanted, cells, built_in)
    return f"case when {_all(wanted.when, cells, habits)} then {text} end" if wanted.when else text


def _all(conditions: Sequence[Condition], cells: Mapping[str, str], habits: Habits) -> str:
    return " and ".join(normal_forms.condition(one, cells, habits) for one in conditions) or "true"


def _is_wrong(kind: Kind, column: Column) -> str:
    """Whether a value is any of the things that `_problem` tells apart; most rows are asked no more than this."""
    name = column.name
    unread = f"{name} is null" if column.is_required else f"(n_{name} is not null and {name} is null)"
    return f"{unread} or {name} < 0" if (kind.name, name) in NOT_NEGATIVE else unread


def _problem(kind: Kind, column: Column) -> str:
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
