"""Reads one table of a policy file, key by key; every error names the file, the line and the key."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from clearaccounts.errors import PolicyError
from clearaccounts.money import minor_units
from clearaccounts.text import N_

_AMOUNT = re.compile(r"\d{1,14}(?:\.\d+)?")
# What the warehouse's 32-bit columns hold; nobody waits so many days.
_LARGEST = 1_000_000

_Value = TypeVar("_Value")


class TableReader:
    """One table of the file (the policy itself, or a stage by its number) and where it stands in the text."""

    def __init__(self, text: str, file: str, raw: dict[str, Any], stage: int | None, known: tuple[str, ...]) -> None:
        self._lines, self._file, self._raw, self._stage = text.splitlines(), file, raw, stage
        for key in raw:
            if key not in known:
                raise self.refuse(key, N_("{file}, line {line}: there is no key {key}; use one of {known}."), known=", ".join(known))

    def refuse(self, key: str, template: str, **values: object) -> PolicyError:
        """The error about a key, to be raised by the caller."""
        return PolicyError(template, file=self._file, line=self._line(key), key=key, **values)

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
        pairs = []
        for currency, amount in value.items():
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
            pairs.append((currency, number))
        return tuple(pairs)

    def stages(self) -> list[dict[str, Any]]:
        """The [[stages]] tables; none at all is valid."""
        value = self._raw.get("stages", [])
        if not isinstance(value, list) or not all(isinstance(stage, dict) for stage in value):
            raise self.refuse("stages", N_("{file}, line {line}: stages are written as [[stages]], one after the other."))
        return value

    def _line(self, key: str) -> int:
        """The line of `key`, or of the table it is missing from; TOML's parser keeps no positions."""
        stage, start = -1, 1
        wanted = -1 if self._stage is None else self._stage
        for number, line in enumerate(self._lines, start=1):
            if re.match(r"\s*\[\[\s*stages\s*\]\]", line):
                stage += 1
                if stage == wanted:
                    start = number
            if stage == wanted and re.match(rf"""\s*(\[+\s*(stages\s*\.\s*)?)?["']?{re.escape(key)}["']?\s*[\].=]""", line):
                return number
        if stage < wanted:  # stages written inline stand in one value, and TOML's parser keeps no positions
            return next((number for number, line in enumerate(self._lines, start=1) if re.match(r"\s*stages\s*=", line)), 1)
        return start
