"""SQL expressions that fill a canonical column: its text from the file's cells, and its typed value or null.

Every number is checked by its pattern before it is cast, because a cast to DECIMAL rounds in silence.
Between the two stands its normal form: `normal_forms.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from clearaccounts.importing.canonical import Column
from clearaccounts.importing.profiles.language import COMPANY_CURRENCY, Habits, Value
from clearaccounts.money import minor_units

# Space, tab, line ends, no-break spaces and byte order mark: what people cannot see at the ends of a value.
_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8239) || chr(65279)"
_DIGITS_BEFORE_POINT = 14
_ZERO = r"'-?0+([.,]0+)?'"
# How Odoo names a record: its number and its name.
_PAIR = r'\[ *(-?[0-9]+) *, *"(.*)" *\]'
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
OFFSET = r"([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def cell(column: str, habits: Habits, *, is_bare: bool = False) -> str:
    """A file's cell without the blanks around it; null when nothing, or a word for nothing, is left.

    Args:
        column: SQL of the cell.
        habits: how the file writes values.
        is_bare: no value of the column has blanks around it.
    """
    if is_bare:
        trimmed = f"nullif({column}, '')"
    else:
        # Trimming is dear: what begins and ends with a printable ASCII character has nothing to lose.
        has_bare_ends = f"{column} between '!' and '~' and {column}[-1] between '!' and '~'"
        trimmed = f"case when {has_bare_ends} then {column} when {column} = '' then null else nullif(trim({column}, {_BLANKS}), '') end"
    if not habits.null:
        return trimmed
    return f"case when ({trimmed}) in ({', '.join(map(literal, habits.null))}) then null else {trimmed} end"


def value(wanted: Value, cells: Mapping[str, str], built_in: Mapping[str, str]) -> str:
    """The text that fills a canonical column, as the file says it."""
    if wanted.constant:
        return literal(wanted.constant)
    if wanted.template:
        text = _template(wanted.template, cells, built_in)
    else:
        known = {COMPANY_CURRENCY: built_in.get(COMPANY_CURRENCY, "null::text"), **cells}
        given = [_item(known[handle], wanted.item) for handle in wanted.columns if handle in known]
        if wanted.is_not_zero:
            given = [*(f"(case when not regexp_full_match({text}, {_ZERO}) then {text} end)" for text in given), *given]
        text = f"coalesce({', '.join(given)})" if len(given) > 1 else given[0] if given else "null::text"
    if wanted.without_prefix:
        prefix = literal(wanted.without_prefix.lower())
        text = f"(case when starts_with(lower({text}), {prefix}) then substr({text}, {len(wanted.without_prefix) + 1}) else {text} end)"
    if wanted.words:
        otherwise = literal(wanted.otherwise) if wanted.otherwise else text
        cases = " ".join(f"when {literal(word.lower())} then {literal(ours) if ours else 'null'}" for word, ours in wanted.words)
        text = f"case when {text} is null then null else case lower({text}) {cases} else {otherwise} end end"
    return text


def _item(text: str, number: int) -> str:
    """One of the items of a short JSON list of a number and a text; any other text as it stands."""
    if not number:
        return text
    pair = literal(_PAIR)
    plain = f"replace(replace(regexp_extract({text}, {pair}, {number}), '\\\"', '\"'), '\\\\', '\\')"
    return f"(case when regexp_full_match({text}, {pair}) then {plain} else {text} end)"


def _template(template: str, cells: Mapping[str, str], built_in: Mapping[str, str]) -> str:
    parts = []
    for piece in template.replace("}", "{").split("{")[::2]:
        parts.append(literal(piece))
    names = template.replace("}", "{").split("{")[1::2]
    woven = [parts[0]]
    for name, part in zip(names, parts[1:], strict=True):
        woven += [built_in.get(name) or cells.get(name, "null::text"), part]
    # With || a missing piece makes the whole null: half an id is no id.
    return "(" + " || ".join(woven) + ")"


def typed(column: Column, text: str, places: str, habits: Habits) -> str:
    """The typed value of a normal `text`, or null when it cannot be read; `places` = decimals allowed (SQL)."""
    match column.form:
        case "text":
            return f"case when contains({text}, chr(0)) then null else {text} end"
        case "choice":
            cases = " ".join(f"when {literal(choice.lower())} then {literal(choice)}" for choice in column.choices)
            return f"case lower({text}) {cases} end"
        case "currency":
            return f"case when {units(f'upper({text})')} is not null then upper({text}) end"
        case "amount" | "quantity":
            return decimal(text, "-?", places, "decimal(18, 4)")
        case "rate":
            return f"nullif(greatest({decimal(text, '', '10', 'decimal(24, 10)')}, 0), 0)"
        case "figure":
            return figure(text, habits)
        case "integer":
            whole = literal(r"-?[0-9]{1,10}(\.0+)?")
            return f"case when regexp_full_match({text}, {whole}) then try_cast(split_part({text}, '.', 1) as integer) end"
        case "boolean":
            return f"case when lower({text}) in ('true', 'yes', '1') then true when lower({text}) in ('false', 'no', '0') then false end"
        case "date":
            return f"case when regexp_full_match({text}, {literal(ISO_DATE)}) and {text} > '0001' then try_cast({text} as date) end"
        case _:
            whole = literal(f"{ISO_DATE}[Tt ]{ISO_TIME}{OFFSET}")
            return (
                f"case when regexp_full_match({text}, {whole}) and {text} > '0001'"
                f" then make_timestamp(epoch_us(try_cast(replace(upper({text}), ',', '.') as timestamptz))) end"
            )


def units(currency: str) -> str:
    """How many decimals an amount in `currency` may have; null if it is none of ISO 4217."""
    table = ", ".join(f"{literal(code)}: {places}" for code, places in minor_units().items())
    return f"(map {{{table}}})[{currency}]"


def number_pattern(column: Column) -> str:
    """The pattern of a number of that form, whatever its decimals."""
    sign = "" if column.form == "rate" else "-?"
    return sign + rf"[0-9]{{1,{_DIGITS_BEFORE_POINT}}}(\.[0-9]+)?"


def bare(text: str) -> str:
    """Without zeros at the end of its decimals: 10.500 is 10.5, 100 stays 100."""
    return f"(case when contains({text}, '.') then rtrim(rtrim({text}, '0'), '.') else {text} end)"


def decimals(number: str) -> str:
    """How many decimals a number has."""
    return f"(case when contains({number}, '.') then length({number}) - position('.' in {number}) else 0 end)"


def decimal(text: str, sign: str, places: str, type_: str) -> str:
    """A number of at most `places` decimals (SQL), or null; `sign` is the pattern of its sign."""
    # What the cast cuts off are zeros: the pattern has no other digit there.
    return f"case when {_has_places(text, sign, places)} then try_cast({text} as {type_}) end"


def _has_places(text: str, sign: str, places: str) -> str:
    if places.isdigit():
        fraction = rf"(\.[0-9]{{1,{places}}}0*)?" if int(places) else r"(\.0+)?"
        return f"regexp_full_match({text}, {literal(sign + f'[0-9]{{1,{_DIGITS_BEFORE_POINT}}}' + fraction)})"
    # One pattern for each number of decimals that a currency may have.
    cases = " ".join(f"when {units} then {_has_places(text, sign, str(units))}" for units in sorted({4, *minor_units().values()}))
    return f"(case {places} {cases} end)"


def figure(text: str, habits: Habits) -> str:
    """A number of at most 18 decimals, or null; with an exponent if that is a habit."""
    if not habits.exponent:
        number = bare(text)
        pattern = literal(r"-?[0-9]{1,20}(\.[0-9]+)?")
        return f"case when regexp_full_match({text}, {pattern}) and {decimals(number)} <= 18 then try_cast({number} as decimal(38, 18)) end"
    mantissa = bare(f"split_part(lower({text}), 'e', 1)")
    exponent = f"coalesce(try_cast(nullif(split_part(lower({text}), 'e', 2), '') as integer), 0)"
    pattern = literal(r"-?[0-9]{1,20}(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
    is_zero = f"regexp_full_match({mantissa}, '-?0+')"
    return (
        f"case when not regexp_full_match({text}, {pattern}) then null when {is_zero} then 0::decimal(38, 18)"
        f" when {decimals(mantissa)} - {exponent} <= 18 then try_cast({mantissa} || 'e' || {exponent} as decimal(38, 18)) end"
    )
