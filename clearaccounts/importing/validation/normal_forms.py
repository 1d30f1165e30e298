"""SQL expressions from a file's habits to the form of canonical files: numbers, days, times, and conditions on them.

A text that the habits cannot mean becomes '?', which no form can read; so its row is rejected, never guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping

from clearaccounts.importing.canonical import NUMBER_FORMS, Column
from clearaccounts.importing.profiles.language import ORDER_OPEN, Condition, Habits, Value
from clearaccounts.importing.validation.expressions import ISO_DATE, ISO_TIME, bare, decimals, figure, literal

DAY = r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"
_TIME = r"([0-9]{1,2}):([0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)(?: ?([AaPp][Mm]))?"
_OFFSET = r"(?: *(?:UTC|[Zz]|[+-][0-9]{2}:?[0-9]{2}))?"
# Milliseconds since 1970 in UTC, as .NET writes an instant; the offset only says where it was written.
_EPOCH = r"/Date\((-?[0-9]{1,14})([+-][0-9]{4})?\)/"
# A month by its English name cannot be taken for a day, whatever the order of the file.
_NAMED = r"([0-9]{1,2})[/ .-]+([A-Za-z]{3})[a-z]*[/ .,-]+([0-9]{4}|[0-9]{2})"
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
# A day of an order that nobody knows is not read at all.
_ISO_ONLY = ("YMD", ORDER_OPEN)
_SPACES = r"[ \x{a0}\x{202f}]*"
# One divided by a rate is wanted with 10 decimals.
_RATE_ONE = 10_000_000_000


def normal(column: Column, wanted: Value, text: str, minus: str, habits: Habits) -> str:
    """The text of a canonical column in the form of canonical files.

    Args:
        column: what it fills.
        wanted: how it is shaped, and what stands for an empty one.
        text: SQL of what the file says.
        minus: SQL of what is taken off.
        habits: how the file writes.
    """
    if wanted.constant or habits.is_plain:
        form = text
    elif column.form in NUMBER_FORMS:
        form = _shaped(_number(text, habits), _number(minus, habits), wanted, habits)
    elif column.form == "date":
        form = _without_null_date(_date(_day_of(text) if wanted.is_day else text, habits), habits)
    elif column.form == "timestamp":
        form = _without_null_date(_timestamp(text, habits), habits)
    else:
        form = text
    empty = wanted.default or column.default
    return f"coalesce({form}, {literal(empty)})" if empty else form


def condition(wanted: Condition, cells: Mapping[str, str], habits: Habits) -> str:
    """Whether a row meets a condition; never null."""
    text = cells.get(wanted.column, "null::text")
    if wanted.test == "given":
        return f"({text} is not null)"
    if wanted.test == "empty":
        return f"({text} is null)"
    if wanted.test in {"same_as", "not_same_as"}:
        other = cells.get(wanted.values[0], "null::text")
        differs = f"coalesce({text} <> {other}, false)"
        return f"({differs})" if wanted.test == "not_same_as" else f"(not {differs})"
    if wanted.test in {"is_above", "is_below"}:
        sign = ">" if wanted.test == "is_above" else "<"
        number = figure(f"({_number(text, habits)})", habits)
        return f"coalesce(({number}) {sign} {literal(wanted.values[0])}::decimal(38, 18), false)"
    words = ", ".join(literal(word.lower()) for word in wanted.values)
    is_one = f"coalesce(lower({text}) in ({words}), false)"
    return is_one if wanted.test == "is" else f"(not {is_one})"


def _number(text: str, habits: Habits) -> str:
    if habits.leading_apostrophe:
        text = f"ltrim({text}, '''')"
    if habits.currency_signs:
        before, after = rf"^(-?){_SPACES}\p{{Sc}}{_SPACES}", rf"([0-9]){_SPACES}\p{{Sc}}$"
        text = rf"regexp_replace(regexp_replace({text}, {literal(before)}, '\1'), {literal(after)}, '\1')"
    if habits.decimal_sign == "." and not habits.thousands_sign:
        return text
    thousands, decimal = _escaped(habits.thousands_sign), _escaped(habits.decimal_sign)
    grouped = f"|[0-9]{{1,3}}({thousands}[0-9]{{3}})+" if thousands else ""
    exponent = "([eE][+-]?[0-9]{1,3})?" if habits.exponent else ""
    pattern = f"-?([0-9]+{grouped})({decimal}[0-9]+)?{exponent}"
    ungrouped = f"replace({text}, {literal(habits.thousands_sign)}, '')" if thousands else text
    return (
        f"case when {text} is null then null when regexp_full_match({text}, {literal(pattern)})"
        f" then replace({ungrouped}, {literal(habits.decimal_sign)}, '.') else '?' end"
    )


def _escaped(sign: str) -> str:
    return "\\" + sign if sign in {".", "'"} else sign


def _shaped(number: str, minus: str, wanted: Value, habits: Habits) -> str:
    """A number after its subtraction and its change of sign; an empty one of two counts as nothing."""
    if wanted.minus:
        whole, part = (figure(f"coalesce({one}, '0')", habits) for one in (number, minus))
        # Each is read exactly; a difference that does not fit is null as well.
        difference = bare(f"(try(({whole}) - ({part}))::text)")
        number = f"case when {number} is null and {minus} is null then null else coalesce({difference}, '?') end"
    if wanted.is_absolute:
        number = rf"regexp_replace({number}, '^-([0-9])', '\1')"
    if wanted.is_negated:
        number = f"case when regexp_matches({number}, '^-[0-9]') then substr({number}, 2) else '-' || ({number}) end"
    if wanted.is_inverted:
        number = _inverted(f"({number})")
    return number


def _inverted(number: str) -> str:
    """One divided by a number, 10 decimals, half up: whole numbers throughout, so that nothing is lost on the way."""
    rate = bare(number)
    digits = f"try_cast(replace({rate}, '.', '') as hugeint)"
    power = f"rpad('1', (11 + {decimals(rate)})::integer, '0')::hugeint"
    quotient = f"((2 * {power} + {digits}) // (2 * {digits}))"
    return (
        f"case when {number} is null then null"
        rf" when regexp_full_match({number}, '[0-9]{{1,14}}(\.[0-9]{{1,16}})?') and {digits} > 0"
        f" then ({quotient} // {_RATE_ONE})::text || '.' || lpad(({quotient} % {_RATE_ONE})::text, 10, '0') else '?' end"
    )


def _day_of(text: str) -> str:
    """The day of a time, as it stands there: no zone is applied, for the day is what people see."""
    day = literal(f"^({ISO_DATE}|{DAY})[Tt ][0-9][0-9 :.,]*(?:[AaPp][Mm])?{_OFFSET}$")
    epoch = literal(_EPOCH)
    offset = f"regexp_extract({text}, {epoch}, 2)"
    minutes = (
        f"(case when {offset} = '' then 0 else (left({offset}, 1) || '1')::integer"
        f" * (substr({offset}, 2, 2)::integer * 60 + substr({offset}, 4, 2)::integer) end)"
    )
    milliseconds = f"(regexp_extract({text}, {epoch}, 1)::bigint + {minutes} * 60000)"
    return (
        f"case when regexp_full_match({text}, {epoch}) then strftime(make_timestamp({milliseconds} * 1000), '%Y-%m-%d')"
        f" when regexp_matches({text}, {day}) then regexp_extract({text}, {day}, 1) else {text} end"
    )


def _part(text: str, order: str, whole: str, letter: str, width: int) -> str:
    group = {"D": 1 if order == "DMY" else 2, "M": 2 if order == "DMY" else 1, "Y": 3}[letter]
    return f"lpad(regexp_extract({text}, {whole}, {group}), {width}, '0')"


def _day(text: str, order: str, whole: str) -> str:
    return " || '-' || ".join(_part(text, order, whole, letter, width) for letter, width in (("Y", 4), ("M", 2), ("D", 2)))


def _named_month(text: str, habits: Habits) -> str:
    """A day, perhaps with a time, whose month is written by its English name: 27/Sep/26 9:00 AM, 27 September 2026."""
    if not habits.month_names:
        return text
    whole = literal(f"{_NAMED}(?:[T ]+{_TIME})?(Z|z|[+-][0-9]{{2}}:?[0-9]{{2}})?")
    day, name, year, hour, minute, half, offset = (f"regexp_extract({text}, {whole}, {group})" for group in range(1, 8))
    place = f"position(lower({name}) in '{_MONTHS}')"
    iso = f"right('20' || {year}, 4) || '-' || lpad((({place} + 2) // 3)::text, 2, '0') || '-' || lpad({day}, 2, '0')"
    time = f"case when {hour} = '' then '' else 'T' || {_hour(hour, half)} || ':' || {minute} || {offset} end"
    return f"case when regexp_full_match({text}, {whole}) and {place} % 3 = 1 then {iso} || {time} else {text} end"


def _hour(hour: str, half: str) -> str:
    hours = f"(coalesce(try_cast({hour} as integer), 0))"
    return f"lpad((case lower({half}) when 'pm' then {hours} % 12 + 12 when 'am' then {hours} % 12 else {hours} end)::text, 2, '0')"


def _date(text: str, habits: Habits) -> str:
    text = _named_month(text, habits)
    if habits.date_order in _ISO_ONLY:
        return text
    whole = literal(DAY)
    return f"case when regexp_full_match({text}, {whole}) then {_day(text, habits.date_order, whole)} else {text} end"


def _timestamp(text: str, habits: Habits) -> str:
    milliseconds = f"regexp_extract({text}, {literal(_EPOCH)}, 1)::bigint"
    instant = f"strftime(make_timestamp({milliseconds} * 1000), '%Y-%m-%dT%H:%M:%S.%fZ')"
    # A blank before the offset, and UTC by its name, are how some write the same.
    tight = rf"regexp_replace(regexp_replace({text}, '([0-9]) *UTC$', '\1Z'), '([0-9]) +([+-][0-9]{{2}}:?[0-9]{{2}}|[Zz])$', '\1\2')"
    form = f"case when regexp_full_match({text}, {literal(_EPOCH)}) then {instant} else {_ordered(_named_month(tight, habits), habits)} end"
    if not habits.time_zone:
        return form
    # An instant without its offset is of the file's zone; a bare day is its midnight there.
    naive = f"regexp_full_match({form}, {literal(ISO_DATE + '([T ]' + ISO_TIME + ')?')})"
    if habits.time_zone == "UTC":
        is_day = f"regexp_full_match({form}, {literal(ISO_DATE)})"
        return f"case when {is_day} then {form} || 'T00:00Z' when {naive} then {form} || 'Z' else {form} end"
    zoned = f"timezone({literal(habits.time_zone)}, try_cast({form} as timestamp))"
    return f"case when {naive} then strftime(make_timestamp(epoch_us({zoned})), '%Y-%m-%dT%H:%M:%S.%fZ') else {form} end"


def _ordered(text: str, habits: Habits) -> str:
    """A time after a day that is written in the file's order, the hours perhaps of half a day."""
    if habits.date_order in _ISO_ONLY:
        return text
    whole = literal(f"{DAY}(?:[T ]+{_TIME})?(Z|z|[+-][0-9]{{2}}:?[0-9]{{2}})?")
    hour, minute, half, offset = (f"regexp_extract({text}, {whole}, {group})" for group in (4, 5, 6, 7))
    return (
        f"case when regexp_full_match({text}, {whole}) then {_day(text, habits.date_order, whole)}"
        f" || 'T' || {_hour(hour, half)} || ':' || coalesce(nullif({minute}, ''), '00') || {offset} else {text} end"
    )


def _without_null_date(text: str, habits: Habits) -> str:
    if not habits.null_dates:
        return text
    return f"case when left({text}, 10) in ({', '.join(map(literal, habits.null_dates))}) then null else {text} end"
