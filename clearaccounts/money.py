"""Currencies of ISO 4217 and exact amounts.

The one place that knows how many minor units a currency has; amounts are `Decimal` throughout.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from babel.numbers import get_decimal_symbol, get_group_symbol
from iso4217 import Currency

from clearaccounts.errors import Refused
from clearaccounts.text import N_, Language

# Withdrawn since 2015, as when Bulgaria took the euro; a customer's history still holds documents in them.
_WITHDRAWN = {
    "ANG": 2, "BGN": 2, "BYR": 0, "CUC": 2, "HRK": 2, "LTL": 2, "MRO": 2, "SLL": 2, "STD": 2, "VEF": 2, "ZWL": 2,
}


@cache
def minor_units() -> dict[str, int]:
    """Minor units per ISO 4217 currency code, active or lately withdrawn: {'EUR': 2, 'JPY': 0, 'KWD': 3, ...}.

    Codes without minor units (gold, test codes) are left out: nobody is billed in them.
    """
    found = dict(_WITHDRAWN)
    for currency in Currency:
        exponent = currency.exponent
        if exponent is not None:
            found[currency.code] = int(exponent)
    return found


def exact(value: Decimal, currency: str) -> str:
    """`value` as a plain decimal with the currency's minor units: '5119.85', '-1200', '1.500'."""
    digits = minor_units().get(currency, 2)
    quantum = Decimal(1).scaleb(-digits)
    rounded = value.quantize(quantum)
    # An amount with more decimals than its currency has is shown whole, never rounded away.
    return format(rounded if rounded == value else value.normalize(), "f")


def typed(text: str, currency: str, language: Language) -> Decimal | None:
    """The amount that a person typed, to the last digit; None if they typed nothing.

    It is read with the signs of the reader's language, as amounts are shown to them (1,250.50 in English, 1.250,50 in Spanish), with
    thousands marked or not. A sign of the other language, or more decimals than the currency has, is refused rather than guessed at.

    Raises:
        Refused: it is no such amount, or has more than 14 digits before the decimals.
    """
    given = text.strip()
    if not given:
        return None
    units = minor_units().get(currency, 2)
    point, group = (re.escape(sign(locale=language.locale)) for sign in (get_decimal_symbol, get_group_symbol))
    decimals = f"(?:{point}([0-9]{{1,{units}}}))?" if units else "()"
    found = re.fullmatch(f"([0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+){decimals}", given)
    whole = "" if found is None else re.sub(group, "", found[1])
    if found is None or len(whole) > 14:
        raise Refused(N_("{text} is not read as an amount in {currency}; write it as {example}."), text=given[:40], currency=currency,
                      example=language.number(Decimal("1250.5"), units))
    return Decimal(f"{whole}.{found[2] or 0}")
