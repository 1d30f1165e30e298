"""SQL expressions that read a text: what it means by the file's habits, then its typed value or null.

Every number is checked by its pattern before it is cast, because a cast to DECIMAL rounds in silence.
"""

from __future__ import annotations

from clearaccounts.importing.canonical import Column
from clearaccounts.importing.profiles import Condition, Habits, Value
from clearaccounts.money import minor_units

# Space, tab, line ends, no-break space and byte order mark: what people cannot see at the ends of a value.
_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(65279)"
_DIGITS_BEFORE_POINT = 14
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
_OFFSET = r"([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def cell(column: str, habits: Habits) -> str:
    """A file's cell without the blanks around it; null when nothing, or a word for nothing, is left."""
    trimmed = f"nullif(trim({column}, {_BLANKS}), '')"
    if not habits.null:
        return trimmed
    return f"case when {trimmed} in ({', '.join(map(literal, habits.null))}) then null else {trimmed} end"


def value(wanted: Value, cells: dict[str, str], built_in: dict[str, str], default: str | None) -> str:
    """The text that fills a canonical column, before its form is read."""
    if wanted.constant:
        text = literal(wanted.constant)
    elif wanted.template:
        text = _template(wanted.template, cells, built_in)
    else:
        text = cells.get(wanted.column, "null::text")
    if wanted.words:
        otherwise = literal(wanted.otherwise) if wanted.otherwise else text
        cases = " ".join(f"when {literal(word.lower())} then {literal(ours)}" for word, ours in wanted.words)
        text = f"case when {text} is null then null else case lower({text}) {cases} else {otherwise} end end"
    stands_for_empty = wanted.default or default
    return f"coalesce({text}, {literal(stands_for_empty)})" if stands_for_empty else text


def _template(template: str, cells: dict[str, str], built_in: dict[str, str]) -> str:
    parts = []
    for piece in template.replace("}", "{").split("{")[::2]:
        parts.append(literal(piece))
    names = template.replace("}", "{").split("{")[1::2]
    woven = [parts[0]]
    for name, part in zip(names, parts[1:], strict=True):
        woven += [built_in.get(name) or cells.get(name, "null::text"), part]
    # With || a missing piece makes the whole null: half an id is no id.
    return "(" + " || ".join(woven) + ")"


def condition(wanted: Condition, cells: dict[str, str]) -> str:
    """Whether a row meets a condition; never null."""
    text = cells.get(wanted.column, "null::text")
    if wanted.test == "given":
        return f"({text} is not null)"
    if wanted.test == "empty":
        return f"({text} is null)"
    words = ", ".join(literal(word.lower()) for word in wanted.values)
    is_one = f"coalesce(lower({text}) in ({words}), false)"
    return is_one if wanted.test == "is" else f"(not {is_one})"


def normal(column: Column, text: str, habits: Habits) -> str:
    """`text` in the form of canonical files; a text that the habits cannot mean becomes '?'."""
    if column.form in {"amount", "rate", "quantity", "figure", "integer"}:
        return _normal_number(text, habits)
    if column.form == "date":
        return _without_null_date(_normal_date(text, habits), habits)
    if column.form == "timestamp":
        return _without_null_date(_normal_timestamp(text, habits), habits)
    return text


def _normal_number(text: str, habits: Habits) -> str:
    if habits.leading_apostrophe:
        text = f"ltrim({text}, '''')"
    if habits.decimal_sign == "." and not habits.thousands_sign:
        return text
    thousands, decimal = _escaped(habits.thousands_sign), _escaped(habits.decimal_sign)
    grouped = f"|[0-9]{{1,3}}({thousands}[0-9]{{3}})+" if thousands else ""
    pattern = f"-?([0-9]+{grouped})({decimal}[0-9]+)?"
    bare = f"replace({text}, {literal(habits.thousands_sign)}, '')" if thousands else text
    return (
        f"case when {text} is null then null when regexp_full_match({text}, {literal(pattern)})"
        f" then replace({bare}, {literal(habits.decimal_sign)}, '.') else '?' end"
    )


def _escaped(sign: str) -> str:
    return "\\" + sign if sign in {".", "'"} else sign


def _day_pattern(order: str) -> tuple[str, dict[str, int]]:
    pattern = r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"
    return pattern, {"D": 1 if order == "DMY" else 2, "M": 2 if order == "DMY" else 1, "Y": 3}


def _day(text: str, order: str, rest: str) -> str:
    pattern, group = _day_pattern(order)
    whole = literal(f"{pattern}{rest}")

    def part(letter: str, width: int) -> str:
        return f"lpad(regexp_extract({text}, {whole}, {group[letter]}), {width}, '0')"

    return f"{part('Y', 4)} || '-' || {part('M', 2)} || '-' || {part('D', 2)}"


def _normal_date(text: str, habits: Habits) -> str:
    if habits.date_order == "YMD":
        return text
    pattern, _ = _day_pattern(habits.date_order)
    return f"case when regexp_full_match({text}, {literal(pattern)}) then {_day(text, habits.date_order, '')} else {text} end"


def _normal_timestamp(text: str, habits: Habits) -> str:
    if habits.date_order != "YMD":
        pattern, _ = _day_pattern(habits.date_order)
        rest = r"(?: +([0-9]{1,2}):([0-9]{2}(?::[0-9]{2})?))?"
        whole = literal(pattern + rest)
        hour = f"lpad(coalesce(nullif(regexp_extract({text}, {whole}, 4), ''), '0'), 2, '0')"
        minute = f"coalesce(nullif(regexp_extract({text}, {whole}, 5), ''), '00')"
        text = (
            f"case when regexp_full_match({text}, {whole})"
            f" then {_day(text, habits.date_order, rest)} || 'T' || {hour} || ':' || {minute} else {text} end"
        )
    if not habits.time_zone:
        return text
    # An instant without its offset is of the file's zone; a bare day is its midnight there.
    naive = f"regexp_full_match({text}, {literal(ISO_DATE + '([T ]' + _ISO_TIME + ')?')})"
    if habits.time_zone == "UTC":
        bare = f"regexp_full_match({text}, {literal(ISO_DATE)})"
        return f"case when {bare} then {text} || 'T00:00Z' when {naive} then {text} || 'Z' else {text} end"
    zoned = f"timezone({literal(habits.time_zone)}, try_cast({text} as timestamp))"
    return f"case when {naive} then strftime(make_timestamp(epoch_us({zoned})), '%Y-%m-%dT%H:%M:%S.%fZ') else {text} end"


def _without_null_date(text: str, habits: Habits) -> str:
    if not habits.null_dates:
        return text
    return f"case when left({text}, 10) in ({', '.join(map(literal, habits.null_dates))}) then null else {text} end"


def typed(column: Column, text: str, places: str, habits: Habits) -> str:
    """The typed value of a normal `text`, or null when it cannot be read; `places` = decimals allowed (SQL)."""
    match column.form:
        case "text":
            return f"case when contains({text}, chr(0)) then null else {text} end"
        case "choice":
            cases = " ".join(f"when {literal(choice.lower())} then {literal(choice)}" for choice in column.choices)
            return f"case lower({text}) {cases} end"
        case "currency":
            codes = ", ".join(map(literal, minor_units()))
            return f"case when upper({text}) in ({codes}) then upper({text}) end"
        case "amount" | "quantity":
            return _decimal(text, "-?", places, "decimal(18, 4)")
        case "rate":
            return f"nullif(greatest({_decimal(text, '', '10', 'decimal(24, 10)')}, 0), 0)"
        case "figure":
            return _figure(text, habits)
        case "integer":
            whole = literal(r"-?[0-9]{1,10}(\.0+)?")
            return f"case when regexp_full_match({text}, {whole}) then try_cast(split_part({text}, '.', 1) as integer) end"
        case "boolean":
            return f"case when lower({text}) in ('true', 'yes', '1') then true when lower({text}) in ('false', 'no', '0') then false end"
        case "date":
            return f"case when regexp_full_match({text}, {literal(ISO_DATE)}) and {text} > '0001' then try_cast({text} as date) end"
        case _:
            whole = literal(f"{ISO_DATE}[Tt ]{_ISO_TIME}{_OFFSET}")
            return (
                f"case when regexp_full_match({text}, {whole}) and {text} > '0001'"
                f" then make_timestamp(epoch_us(try_cast(replace(upper({text}), ',', '.') as timestamptz))) end"
            )


def number_pattern(column: Column) -> str:
    """The pattern of a number of that form, whatever its decimals."""
    sign = "" if column.form == "rate" else "-?"
    return sign + rf"[0-9]{{1,{_DIGITS_BEFORE_POINT}}}(\.[0-9]+)?"


def _bare(text: str) -> str:
    """Without zeros at the end of its decimals: 10.500 is 10.5, 100 stays 100."""
    return f"(case when contains({text}, '.') then rtrim(rtrim({text}, '0'), '.') else {text} end)"


def _decimals(bare: str) -> str:
    return f"(case when contains({bare}, '.') then length({bare}) - position('.' in {bare}) else 0 end)"


def _decimal(text: str, sign: str, places: str, type_: str) -> str:
    pattern = literal(sign + rf"[0-9]{{1,{_DIGITS_BEFORE_POINT}}}(\.[0-9]+)?")
    bare = _bare(text)
    return f"case when regexp_full_match({text}, {pattern}) and {_decimals(bare)} <= {places} then try_cast({bare} as {type_}) end"


def _figure(text: str, habits: Habits) -> str:
    if not habits.exponent:
        bare = _bare(text)
        pattern = literal(r"-?[0-9]{1,20}(\.[0-9]+)?")
        return f"case when regexp_full_match({text}, {pattern}) and {_decimals(bare)} <= 18 then try_cast({bare} as decimal(38, 18)) end"
    mantissa = _bare(f"split_part(lower({text}), 'e', 1)")
    exponent = f"coalesce(try_cast(nullif(split_part(lower({text}), 'e', 2), '') as integer), 0)"
    pattern = literal(r"-?[0-9]{1,20}(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
    is_zero = f"regexp_full_match({mantissa}, '-?0+')"
    return (
        f"case when not regexp_full_match({text}, {pattern}) then null when {is_zero} then 0::decimal(38, 18)"
        f" when {_decimals(mantissa)} - {exponent} <= 18 then try_cast({mantissa} || 'e' || {exponent} as decimal(38, 18)) end"
    )
