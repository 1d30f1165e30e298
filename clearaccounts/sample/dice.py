"""Seeded chance that falls the same way on every machine and every Python version.

Only `Random.random()` is used: it is the one method whose sequence Python promises to keep. No
function of the machine's maths library takes part, so nothing can differ in a last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

_Thing = TypeVar("_Thing")


class Dice:
    """A stream of chance of its own, named by its seed (`Dice("7:customer:12")`)."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)  # noqa: S311 - a sample, no secret

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return int(self._random.random() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def middling(self, low: int, high: int) -> int:
        """Like `between`, but rarely near the ends: the mean of three throws."""
        return (self.between(low, high) + self.between(low, high) + self.between(low, high)) // 3

    def chance(self, percent: int) -> bool:
        """True in `percent` of a hundred throws."""
        return self.below(100) < percent

    def pick(self, things: Sequence[_Thing]) -> _Thing:
        """One of `things`, each equally likely."""
        return things[self.below(len(things))]

    def weighted(self, things: Sequence[tuple[_Thing, int]]) -> _Thing:
        """One of `things`, each as likely as its weight."""
        throw = self.below(sum(weight for _, weight in things))
        for thing, weight in things:
            throw -= weight
            if throw < 0:
                return thing
        raise AssertionError("the weights are whole numbers above 0")

    def guid(self) -> str:
        """A random GUID (version 4), lower case."""
        digits = "".join("0123456789abcdef"[self.below(16)] for _ in range(30))
        variant = "89ab"[self.below(4)]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-{variant}{digits[15:18]}-{digits[18:30]}"
