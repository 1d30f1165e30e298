"""As-of days that nobody has asked for yet: what was asked is kept, and a click on it measures that."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import open_current

# Somewhat less than the generated partners have been in business.
_DAYS = 1000


def one_month_after_the_other(data: Path) -> Iterator[date]:
    """Backwards from the warehouse's own day, some weeks at a time: a calendar is there with one step or two."""
    day = open_current(DataFolder(data), Settings()).build.as_of_on
    dice = random.Random(8)
    while True:
        day -= timedelta(days=dice.randint(23, 37))
        yield day


def by_chance(data: Path) -> Iterator[date]:
    """Every day before the warehouse's own, none twice."""
    last = open_current(DataFolder(data), Settings()).build.as_of_on
    return (last - timedelta(days=days) for days in random.Random(8).sample(range(1, _DAYS), _DAYS - 1))
