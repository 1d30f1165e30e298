"""The SQL that reads a value says what a plain reading of its text says, over thousands of odd texts."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clearaccounts.importing.canonical import Column
from clearaccounts.importing.profiles.language import Habits
from clearaccounts.importing.validation import expressions as sql
from clearaccounts.importing.validation.blanks import has_bare_ends
from clearaccounts.money import minor_units

BLANKS = " \t\n\r\u00a0\u202f\ufeff"
DIGITS = frozenset("0123456789")
TYPES = {
    "amount": "DECIMAL(18,4)", "quantity": "DECIMAL(18,4)", "rate": "DECIMAL(24,10)", "figure": "DECIMAL(38,18)", "integer": "INTEGER",
    "date": "DATE", "timestamp": "TIMESTAMP", "currency": "VARCHAR", "boolean": "BOOLEAN", "text": "VARCHAR",
}


def read(form: str, texts: Sequence[str], places: str = "4") -> list[object]:
    """What the SQL makes of each text, as it stands in a file."""
    column = Column("value", TYPES[form], form, is_required=False)
    table = pa.table({"number": range(len(texts)), "c0": pa.array(texts, pa.string())})
    with duckdb.connect() as connection:
        connection.register("source", table)
        typed = sql.typed(column, "h", places, Habits())
        cells = f"select number, {sql.cell('c0', Habits())} as h from source"
        rows = connection.sql(f"select {typed} from ({cells}) order by number").fetchall()
    return [row[0] for row in rows]


def plain_decimal(text: str, before: int, after: int) -> Decimal | None:
    """An optional minus, digits, an optional point and digits; zeros at the end say nothing."""
    whole, point, fraction = text.removeprefix("-").partition(".")
    if not 1 <= len(whole) <= before or not DIGITS.issuperset(whole + fraction) or (point and not fraction):
        return None
    return Decimal(text) if len(fraction.rstrip("0")) <= after else None


def plain_rate(text: str) -> Decimal | None:
    found = plain_decimal(text, 14, 10)
    return found if found and not text.startswith("-") and found > 0 else None


def plain_integer(text: str) -> int | None:
    whole = text.removeprefix("-").partition(".")[0]
    found = plain_decimal(text, 10, 0)
    return int(found) if found is not None and len(whole) <= 10 and -(2**31) <= found < 2**31 else None


def plain_date(text: str) -> date | None:
    """Four digits, two, two; a day that the calendar has."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not DIGITS.issuperset(text[:4] + text[5:7] + text[8:]):
        return None
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    is_real = year >= 1 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
    return date(year, month, day) if is_real else None


def plain_timestamp(text: str) -> datetime | None:
    """A day, T or a blank, hours and minutes, perhaps seconds with decimals, and the offset, which is needed."""
    day, rest = plain_date(text[:10]), text[10:]
    if day is None or not rest or rest[0] not in "Tt ":
        return None
    rest = rest[1:]
    for sign in "Zz+-":
        clock, found, offset = rest.partition(sign)
        if found:
            break
    else:
        return None
    minutes_off = plain_offset(sign, offset)
    moment = plain_clock(clock)
    if minutes_off is None or moment is None:
        return None
    try:
        return datetime(day.year, day.month, day.day) + moment - timedelta(minutes=minutes_off)
    except OverflowError:
        return None


def plain_offset(sign: str, text: str) -> int | None:
    if sign in "Zz":
        return 0 if text == "" else None
    hours, minutes = text[:2], text[2:].removeprefix(":") if len(text) != 3 else "?"
    if len(hours) != 2 or len(minutes) not in {0, 2} or not DIGITS.issuperset(hours + minutes):
        return None
    total = int(hours) * 60 + int(minutes or 0)
    return total if sign == "+" else -total


def plain_clock(text: str) -> timedelta | None:
    clock, _, fraction = text.replace(",", ".").partition(".")
    if (text != clock and not fraction) or not DIGITS.issuperset(fraction):
        return None
    parts = clock.split(":")
    if len(parts) not in {2, 3} or (fraction and len(parts) != 3) or any(len(p) != 2 or not DIGITS.issuperset(p) for p in parts):
        return None
    hours, minutes, seconds = (*map(int, parts), 0)[:3]
    # ISO 8601 calls the midnight that ends a day 24:00.
    is_end_of_day = hours == 24 and minutes == seconds == 0 and not fraction.strip("0")
    if (hours > 23 and not is_end_of_day) or minutes > 59 or seconds > 59:
        return None
    return timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=int((fraction + "000000")[:6]))


def plain_currency(text: str) -> str | None:
    return text.upper() if text.isascii() and text.upper() in minor_units() else None


def agrees(form: str, plain: Callable[[str], object], texts: Sequence[str], places: str = "4") -> None:
    """Every text is read as plainly, and nothing else."""
    wanted = [None if (bare := text.strip(BLANKS)) == "" else plain(bare) for text in texts]
    found = read(form, texts, places)
    assert [(t, f) for t, f, w in zip(texts, found, wanted, strict=True) if f != w or type(f) is not type(w)] == []


def nearly(*right: str) -> st.SearchStrategy[str]:
    """Texts that are right, or were before something was done to them."""
    characters = st.sampled_from(list("0123456789" * 2 + ".,-+eE_ :/TtZz'\t\u00a0\u0660\uff11\u2212xNn%€\0"))
    start = st.sampled_from(right)
    spoiled = st.builds(
        lambda text, at, gone, put: text[: at % (len(text) + 1)] + put + text[at % (len(text) + 1) + gone:],
        start, st.integers(0, 40), st.integers(0, 2), st.text(characters, max_size=3),
    )
    around = st.builds(lambda left, text, right: left + text + right, st.text(BLANKS, max_size=2), start, st.text(BLANKS, max_size=2))
    return st.one_of(start, spoiled, around, st.text(characters, max_size=12))


def texts_like(*right: str) -> st.SearchStrategy[list[str]]:
    """Some dozens of them."""
    return st.lists(nearly(*right), min_size=20, max_size=60)


NUMBERS = texts_like(
    "0", "1", "-1", "10.50", "100.00", "798.3400", "-0.00", "99999999999999.99", "99999999999999.9999", "123456789012345",
    "0000000000000.1", "1.005", "1.00500000", "0.0000000001", "12345678.123456789012345678", "1e5", "NaN", "inf", "1_000", "1,000.00",
    "2147483647", "-2147483648", "1." + "0" * 60, "1." + "0" * 60 + "1", "0x10", "1d", "true",
)
ODD_NUMBERS = [
    "1e3", "1E3", "+1", ".5", "5.", "-", "--1", "-.5", "1 0", "1_0", "1__0", "٣", "-0", "00", "0.00000", " -5 ", "1e-2", "infinity", "1\0",
]
DATES = texts_like(
    "2026-05-01", "2026-02-30", "2028-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "20260501", "01/05/2026",
)
ODD_DATES = [
    "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "2026-5-01", "-001-01-01", "2026-05-1 ", "infinity", "epoch", "today",
]


@settings(max_examples=40, deadline=None)
@example(texts=ODD_NUMBERS)
@given(texts=NUMBERS)
@pytest.mark.parametrize("places", [0, 2, 3, 4])
def test_an_amount(places: int, texts: list[str]) -> None:
    agrees("amount", lambda text: plain_decimal(text, 14, places), texts, str(places))


@settings(max_examples=40, deadline=None)
@example(texts=ODD_NUMBERS)
@given(texts=NUMBERS)
def test_a_rate_and_a_figure_and_an_integer(texts: list[str]) -> None:
    agrees("rate", plain_rate, texts)
    agrees("figure", lambda text: plain_decimal(text, 20, 18), texts)
    agrees("integer", plain_integer, texts)


@settings(max_examples=60, deadline=None)
@example(texts=ODD_DATES)
@given(texts=DATES)
def test_a_date(texts: list[str]) -> None:
    agrees("date", plain_date, texts)


@settings(max_examples=60, deadline=None)
@given(texts=texts_like(
    "2026-05-01T10:00:00Z", "2026-05-01 10:00+02:00", "2026-05-01t23:59:59.999999-0330", "2026-05-01T10:00:00,5z", "2026-02-30T10:00:00Z",
    "2026-05-01T24:00:00Z", "2026-05-01T10:60:00Z", "2026-05-01T10:00:60Z", "2026-05-01T10:00:00", "2026-05-01T10:00:00+02",
    "2026-05-01T10:00:00.1234567Z", "2026-05-01",
))
def test_a_timestamp(texts: list[str]) -> None:
    agrees("timestamp", plain_timestamp, texts)


@settings(max_examples=40, deadline=None)
@given(texts=texts_like("EUR", "usd", "Jpy", "EURO", "XXX", "ZZZ", "€", "EU R", "eur\u00a0"))
def test_a_currency(texts: list[str]) -> None:
    agrees("currency", plain_currency, texts)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(st.sampled_from(list("ab~!é\u0301\u200b" + BLANKS)), max_size=5), min_size=20, max_size=60))
def test_a_text_loses_the_blanks_around_it_and_no_more(texts: list[str]) -> None:
    agrees("text", str, texts)


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(st.none() | st.text(st.sampled_from(list("ab~!é\u0301" + BLANKS)), max_size=3), max_size=4), before=st.integers(0, 2),
)
def test_a_column_without_blanks_around_its_values_is_known(texts: list[str | None], before: int) -> None:
    given_texts = [text for text in texts if text]
    column = pa.chunked_array([pa.array([" "] * before + texts, pa.string()).slice(before), pa.array(["x", ""])])
    assert has_bare_ends(column) is all("!" <= text[0] <= "~" and "!" <= text[-1] <= "~" for text in given_texts)
