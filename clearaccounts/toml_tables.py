"""Reads a TOML file that a partner writes, table by table and key by key; every error names the file, the line and the key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from clearaccounts.errors import ClearAccountsError
from clearaccounts.money import minor_units
from clearaccounts.text import N_
from clearaccounts.toml_lines import Lines, Place

_AMOUNT = re.compile(r"[0-9]{1,14}(?:\.[0-9]+)?")
_UNIT_PRICE = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,4})?")
# What the warehouse's 32-bit columns hold; nobody waits so many days.
_LARGEST = 1_000_000

_PLACE = re.compile(r" \(at line (?P<line>\d+), column \d+\)$")
_LONGEST_QUOTE = 80

_Value = TypeVar("_Value")


def read(path: Path, error: type[ClearAccountsError]) -> str:
    """The text of a file.

    Args:
        path: the file.
        error: what is raised if it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise error(N_("{file}: this file cannot be read: {problem}."), file=path.name, problem=problem.strerror) from None
    except UnicodeDecodeError:
        raise error(N_("{file}: this file is not UTF-8 text."), file=path.name) from None


def top(text: str, file: str, known: tuple[str, ...], error: type[ClearAccountsError]) -> TableReader:
    """The file itself as a table.

    Args:
        text: what it holds.
        file: the name that errors give.
        known: the keys and tables that there are.
        error: what is raised, here and by everything read from it.
    """
    return TableReader(_File(file, Lines(text), error), _parsed(text, file, error), (), known)


def _parsed(text: str, file: str, error: type[ClearAccountsError]) -> dict[str, Any]:
    """What TOML's own parser makes of the text."""
    try:
        return tomllib.loads(text + "\n")  # so that a fault of the last line has its line too
    except RecursionError:
        raise error(N_("{file}: this is not valid TOML: values are nested too deeply."), file=file) from None
    except tomllib.TOMLDecodeError as problem:
        place = _PLACE.search(str(problem))
        if place is None:
            raise error(N_("{file}: this is not valid TOML: {problem}."), file=file, problem=problem) from None
        number = int(place["line"])
        quote = "".join(one for one in text.split("\n")[number - 1] if one.isprintable()).strip()[:_LONGEST_QUOTE]
        raise error(
            N_("{file}, line {line}: this is not valid TOML: {problem}: {text}"), file=file, line=number,
            problem=str(problem)[: place.start()], text=quote,
        ) from None
    except ValueError:  # of a number, past the digits that Python reads
        raise error(N_("{file}: this is not valid TOML: a number is too long."), file=file) from None


@dataclass(frozen=True)
class _File:
    """The file that is read: its name and lines, and the error that its faults are."""

    name: str
    lines: Lines
    error: type[ClearAccountsError]


class TableReader:
    """One table of the file (the file itself, a stage, a segment) and where it stands in the text."""

    def __init__(self, file: _File, raw: dict[str, Any], place: Place, known: tuple[str, ...]) -> None:
        self._file, self._raw, self._place = file, raw, place
        for key in raw:
            if key not in known:
                raise self.refuse(key, N_("{file}, line {line}: there is no key {key}; use one of {known}."), known=", ".join(known))

    def refuse(self, key: str, template: str, **values: object) -> ClearAccountsError:
        """The error about a key, to be raised by the caller."""
        return self._file.error(template, file=self._file.name, line=self._file.lines.of(self._place, key), key=key, **values)

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

    def hour(self, key: str) -> time:
        """A required time of the day to the minute, written without quotes: 08:00:00."""
        value = self.required(key, self._raw.get(key))
        if not isinstance(value, time) or value.second or value.microsecond:
            raise self.refuse(key, N_("{file}, line {line}: {key} must be a time without quotes and to the minute, such as 08:00:00."))
        return value

    def days(self, key: str) -> tuple[date, ...]:
        """An optional list of days, each written without quotes."""
        value = self._raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, date) and not isinstance(one, datetime) for one in value):
            raise self.refuse(key, N_("{file}, line {line}: {key} must be a list of days without quotes, such as [2026-12-24]."))
        return tuple(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A required list of texts, at least one and none of them blank."""
        value = self.required(key, self._raw.get(key))
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.refuse(key, N_('{file}, line {line}: {key} must be a list of texts, such as ["first", "second"].'))
        return tuple(one.strip() for one in value)

    def choices(self, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """A required list of words of a closed list, each once."""
        value = self.texts(key)
        if len(set(value)) < len(value) or not set(value) <= set(choices):
            raise self.refuse(
                key, N_("{file}, line {line}: {key} must be a list of some of {choices}, each once."), choices=", ".join(choices))
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

    def unit_price(self, key: str) -> Decimal | None:
        """An optional price of one unit, a text with at most four decimals."""
        value = self._raw.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not _UNIT_PRICE.fullmatch(value):
            raise self.refuse(
                key, N_('{file}, line {line}: {key} must be a decimal in quotes, 0 or more, with at most 4 decimals, such as "42.50".'))
        return Decimal(value)

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
        return TableReader(self._file, value, (*self._place, key), known)

    def tables(self, key: str, known: tuple[str, ...]) -> list[TableReader]:
        """The [[key]] tables in their order; none at all is valid."""
        value = self._raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            name = ".".join([*(str(part) for part in self._place if isinstance(part, str)), key])
            raise self.refuse(key, N_("{file}, line {line}: {key} are written as [[{name}]], one after the other."), name=name)
        return [TableReader(self._file, one, (*self._place, key, number), known) for number, one in enumerate(value)]
