"""Reads one table of a policy file, key by key; every error names the file, the line and the key."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from clearaccounts.collections.policy_lines import Lines, Place
from clearaccounts.errors import PolicyError
from clearaccounts.money import minor_units
from clearaccounts.text import N_

_AMOUNT = re.compile(r"[0-9]{1,14}(?:\.[0-9]+)?")
# What the warehouse's 32-bit columns hold; nobody waits so many days.
_LARGEST = 1_000_000

_Value = TypeVar("_Value")


class TableReader:
    """One table of the file (the policy itself, a stage, a segment) and where it stands in the text."""

    def __init__(self, lines: Lines, file: str, raw: dict[str, Any], place: Place, known: tuple[str, ...]) -> None:
        self._lines, self._file, self._raw, self._place = lines, file, raw, place
        for key in raw:
            if key not in known:
                raise self.refuse(key, N_("{file}, line {line}: there is no key {key}; use one of {known}."), known=", ".join(known))

    def refuse(self, key: str, template: str, **values: object) -> PolicyError:
        """The error about a key, to be raised by the caller."""
        return PolicyError(template, file=self._file, line=self._lines.of(self._place, key), key=key, **values)

    def has(self, key: str) -> bool:
        """Whether the table gives this key."""
        return key in self._raw

    def required(self, key: str, value: _Value | None) -> _Value:
        """`value`, which the file must give."""
        if value is None:
            raise self.refuse(key, N_("{file}, line {line}: {key} is missing."))
        return value

    def text(self, key: str) -> str:
        """A required text that is not blank."""
        value = self.required(key, self._raw.get(key))
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, N_('{file}, line {line}: {key} must be a text in quotes that is not empty.'))
        return value.strip()

    def whole(self, key: str) -> int | None:
        """An optional whole number from 0."""
        value = self._raw.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
            raise self.refuse(key, N_("{file}, line {line}: {key} must be a whole number, 0 or more, without quotes."))
        return value

    def at_most(self, key: str, most: int) -> int:
        """An optional whole number from 1 to `most`, which is also the default."""
        value = self._raw.get(key, most)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise self.refuse(key, N_("{file}, line {line}: {key} must be a whole number from 1 to {most}, without quotes."), most=most)
        return value

    def switch(self, key: str) -> bool:
        """An optional true or false; true if it is not given."""
        value = self._raw.get(key, True)
        if not isinstance(value, bool):
            raise self.refuse(key, N_("{file}, line {line}: {key} must be true or false, without quotes."))
        return value

    def day(self, key: str) -> date:
        """A required day, written without quotes."""
        value = self.required(key, self._raw.get(key))
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.refuse(key, N_("{file}, line {line}: {key} must be a day without quotes, such as 2026-01-01."))
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        """An optional word of a closed list."""
        value = self._raw.get(key)
        if value is not None and value not in choices:
            raise self.refuse(key, N_("{file}, line {line}: {key} must be one of {choices}."), choices=", ".join(choices))
        return value

    def amounts(self, key: str) -> tuple[tuple[str, Decimal], ...] | None:
        """An optional table of currency = "amount"."""
        value = self._raw.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse(key, N_('{file}, line {line}: {key} must name currencies, such as {{ EUR = "100.00" }}.'))
        return tuple((currency, self._amount(key, currency, amount)) for currency, amount in value.items())

    def _amount(self, key: str, currency: str, amount: object) -> Decimal:
        digits = minor_units().get(currency)
        if digits is None:
            raise self.refuse(
                key, N_("{file}, line {line}: {key} names {currency}, which is not an ISO 4217 currency."), currency=currency,
            )
        if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
            raise self.refuse(
                key, N_('{file}, line {line}: {key} for {currency} must be a decimal in quotes, 0 or more, such as "100.00".'),
                currency=currency,
            )
        number = Decimal(amount)
        if number != round(number, digits):
            raise self.refuse(
                key, N_("{file}, line {line}: {key} for {currency} has more decimals than the currency's {digits}."),
                currency=currency, digits=digits,
            )
        return number

    def table(self, key: str, known: tuple[str, ...]) -> TableReader:
        """The one table [key]; an empty one if the file has none."""
        value = self._raw.get(key, {})
        if not isinstance(value, dict):
            raise self.refuse(key, N_("{file}, line {line}: {key} is written as one table, [{key}]."))
        return TableReader(self._lines, self._file, value, (*self._place, key), known)

    def tables(self, key: str, known: tuple[str, ...]) -> list[TableReader]:
        """The [[key]] tables in their order; none at all is valid."""
        value = self._raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            name = ".".join([*(str(part) for part in self._place if isinstance(part, str)), key])
            raise self.refuse(key, N_("{file}, line {line}: {key} are written as [[{name}]], one after the other."), name=name)
        return [TableReader(self._lines, self._file, one, (*self._place, key, number), known) for number, one in enumerate(value)]
