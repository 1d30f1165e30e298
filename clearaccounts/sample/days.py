"""Days and months of the sample's term."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

# The sample's fixed last day; nothing real is dated after it.
LAST_ON = date(2026, 9, 30)


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the day must be 28 or less."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, day.day)


def later(day: date, days: int) -> date:
    """`days` calendar days after `day` (before it when negative)."""
    return day + timedelta(days=days)


def business_day(day: date) -> date:
    """`day`, or the Monday after it when it falls on a weekend."""
    return later(day, 7 - day.weekday()) if day.weekday() > 4 else day


@dataclass(frozen=True)
class Term:
    """The months that a sample covers, up to LAST_ON."""

    months: int

    @property
    def first_on(self) -> date:
        """The term's first day, the first of a month."""
        return add_months(LAST_ON.replace(day=1), 1 - self.months)

    def month_starts(self) -> list[date]:
        """The first day of each month."""
        return [add_months(self.first_on, number) for number in range(self.months)]
