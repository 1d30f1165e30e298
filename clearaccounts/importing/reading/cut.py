"""Is the last record of a text file without a final line end the odd one out, so that the file may be cut?

Many programs write no line end after the last record, so that alone says nothing. What was cut is the end
of the last field: it is shorter than it was, and may be of a shape that no other value of its column has.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+-]?\d+(?:[.,](\d*))?")
# So many records must agree before one that doesn't is odd.
_ENOUGH = 10
_FEW_SHAPES = 3
_FEW_VALUES = 20


class LastFields:
    """Shows itself every record in turn, and then judges the last one by the others."""

    def __init__(self) -> None:
        self._last: list[str] | None = None
        self._count = 0
        self._widths: set[int] = set()
        self._lengths: set[int] = set()
        self._decimals: set[int] = set()
        self._values: set[str] = set()
        self._all_numbers = True
        self._any_empty = False

    def see(self, row: list[str]) -> None:
        """Take the next record."""
        if self._last is not None:
            self._learn(self._last)
        self._last = row

    def _learn(self, row: list[str]) -> None:
        value = row[-1].strip()
        self._count += 1
        _add(self._widths, len(row))
        _add(self._lengths, len(value))
        if len(self._values) <= _FEW_VALUES:
            self._values.add(value)
        self._any_empty = self._any_empty or not value
        decimals = _decimals(value)
        if decimals is None:
            self._all_numbers = self._all_numbers and not value
        else:
            _add(self._decimals, decimals)

    def is_cut(self) -> bool:
        """Whether the last record looks as if its end were missing."""
        if self._last is None or not self._count:
            return False
        value = self._last[-1].strip()
        if not value:
            return not self._any_empty
        if len(self._widths) == 1 and len(self._last) < min(self._widths):
            return True
        if self._count < _ENOUGH:
            return False
        if self._all_numbers and self._decimals:
            decimals = _decimals(value)
            if decimals is None:
                return value in {"-", "+"}
            return len(self._decimals) <= _FEW_SHAPES and decimals not in self._decimals and decimals < max(self._decimals)
        if len(self._values) <= _FEW_VALUES and value not in self._values and any(v.startswith(value) for v in self._values):
            return True
        return len(self._lengths) <= _FEW_SHAPES and len(value) not in self._lengths and len(value) < max(self._lengths)


def _decimals(value: str) -> int | None:
    """Decimals of a number, -1 if its sign for them is not there; None if it is no number."""
    found = _NUMBER.fullmatch(value)
    if found is None:
        return None
    return -1 if found[1] is None else len(found[1])


def _add(shapes: set[int], shape: int) -> None:
    if len(shapes) <= _FEW_SHAPES:
        shapes.add(shape)
