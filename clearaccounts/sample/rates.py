"""Exchange rates of the sample's term: a quiet random walk, one rate per business day."""

from __future__ import annotations

from datetime import date
from typing import Any

from clearaccounts.sample.days import LAST_ON, Term, later
from clearaccounts.sample.dice import Dice

# Where each walk begins and what it is drawn back to, in millionths of a euro.
_MIDDLE = {"USD": 921_000, "GBP": 1_168_000}


class Rates:
    """EUR per one unit of a currency, in millionths, for every day from a week before the term on."""

    def __init__(self, term: Term, seed: int) -> None:
        self.first_on = later(term.first_on, -7)
        self._by_day: dict[tuple[str, date], int] = {}
        self.rows: list[dict[str, Any]] = []
        for currency, middle in _MIDDLE.items():
            dice, value, day = Dice(f"{seed}:rates:{currency}"), middle, self.first_on
            # The day after the last has no rate of its own, but what is paid then is exchanged too.
            while day <= later(LAST_ON, 1):
                if day.weekday() < 5 and day <= LAST_ON:
                    value += dice.middling(-4500, 4500) * middle // 1_000_000 + (middle - value) // 60
                    self.rows.append({"rate_on": day, "currency": currency, "millionths": value})
                self._by_day[currency, day] = value
                day = later(day, 1)

    def on(self, currency: str, day: date) -> int:
        """The last rate on or before `day`; the company currency is worth itself."""
        return 1_000_000 if currency == "EUR" else self._by_day[currency, day]

    def exchange(self, cents: int, source: str, target: str, day: date) -> int:
        """`cents` of one currency in another at the day's rates, rounded half up."""
        top, bottom = cents * self.on(source, day), self.on(target, day)
        return (2 * top + bottom) // (2 * bottom)
