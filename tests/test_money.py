"""An amount as a person types it: to the last digit, with the signs of their language, or refused in one sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearaccounts.errors import Refused
from clearaccounts.money import typed
from clearaccounts.text import ENGLISH, SPANISH, Language


@pytest.mark.parametrize(("text", "currency", "language", "amount"), [
    ("10.5", "EUR", ENGLISH, "10.5"), ("10,5", "EUR", SPANISH, "10.5"), (" 1250.50 ", "EUR", ENGLISH, "1250.50"),
    ("1,250.50", "EUR", ENGLISH, "1250.50"), ("1.250,50", "EUR", SPANISH, "1250.50"), ("1,250", "EUR", ENGLISH, "1250"),
    ("1.250", "EUR", SPANISH, "1250"), ("1.250.000", "JPY", SPANISH, "1250000"), ("1.500", "KWD", ENGLISH, "1.500"),
    ("1,500", "KWD", SPANISH, "1.500"), ("99999999999999.99", "EUR", ENGLISH, "99999999999999.99"),
    ("12345678901234,567", "KWD", SPANISH, "12345678901234.567"), ("007", "EUR", ENGLISH, "7"), ("0", "EUR", ENGLISH, "0"),
])
def test_what_is_read(text: str, currency: str, language: Language, amount: str) -> None:
    assert typed(text, currency, language) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "  ", "\t"])
def test_nothing_typed_is_no_amount(text: str) -> None:
    assert typed(text, "EUR", ENGLISH) is None


@pytest.mark.parametrize(("text", "currency", "language"), [
    ("10,5", "EUR", ENGLISH), ("10.5", "EUR", SPANISH), ("1.500", "EUR", ENGLISH), ("1,500", "EUR", SPANISH), ("1.5", "JPY", ENGLISH),
    ("1.500", "JPY", ENGLISH), ("1.5000", "KWD", ENGLISH), ("1,25", "EUR", ENGLISH), ("1,2500", "EUR", ENGLISH),
    ("12.34.56", "EUR", SPANISH),
    (",500", "EUR", ENGLISH), (".5", "EUR", ENGLISH), ("5.", "EUR", ENGLISH), ("-5", "EUR", ENGLISH), ("+5", "EUR", ENGLISH),
    ("1e3", "EUR", ENGLISH), ("NaN", "EUR", ENGLISH), ("\u0661\u0662", "EUR", ENGLISH), ("1 250", "EUR", ENGLISH),
    ("1'250", "EUR", ENGLISH), ("5 EUR", "EUR", ENGLISH), ("100000000000000", "EUR", ENGLISH), ("x" * 5000, "EUR", ENGLISH),
])
def test_what_is_not_read_is_refused_in_one_sentence(text: str, currency: str, language: Language) -> None:
    with pytest.raises(Refused, match="is not read as an amount in"):
        typed(text, currency, language)


def test_the_sentence_shows_how_the_reader_writes_it() -> None:
    with pytest.raises(Refused, match=r"^10\.5 is not read as an amount in EUR; write it as 1\.250,50\.$"):
        typed("10.5", "EUR", SPANISH)
