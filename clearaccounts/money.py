"""Currencies of ISO 4217 and exact amounts.

The one place that knows how many minor units a currency has; amounts are `Decimal` throughout.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from iso4217 import Currency

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
