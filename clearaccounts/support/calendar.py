"""The partner's working time as a table of openings in UTC, so that business time is a difference of two sums.

`minutes_before` of an opening is the working time before it, over all openings: the business time between two instants is the
difference of (working time before the last opening that began + what of that one has passed).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa

from clearaccounts.handed_tables import EMPTY_TABLES

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from clearaccounts.support.rules import Calendar

# Working time is known from the first of these days up to the second: those that a page may be asked for. Before and after, none passes.
FIRST_ON, AFTER_ON = date(1990, 1, 1), date(2101, 1, 1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


def is_known(code: str) -> bool:
    """Whether holidays are known of a country (`ES`), or of a country and its region (`ES-CN`)."""
    from holidays import list_supported_countries  # noqa: PLC0415 - most commands never need it, and it is slow to load

    country, hyphen, region = code.partition("-")
    regions = list_supported_countries().get(country)
    return regions is not None and (not hyphen or region in regions)


@cache
def business_hours(calendar: Calendar, company_zone: str, first_on: date = FIRST_ON, after_on: date = AFTER_ON) -> pa.Table:
    """The openings of a calendar from one day up to another (excluded).

    A minute is one of working time when the clock on the wall says so: an hour that comes twice counts twice, one that is left out
    does not count. Openings that follow each other without a break are one, so that round the clock is a single row.

    Args:
        calendar: days, hours and holidays.
        company_zone: the time zone where the calendar names none.
        first_on: the first day in UTC; before it no working time passes.
        after_on: the day after the last one.

    Returns:
        `opens_at, closes_at` (UTC without a zone, the end excluded) and `minutes_before`, the oldest first.
    """
    zone = ZoneInfo(calendar.time_zone or company_zone)
    closed = _closed(calendar, range(first_on.year, after_on.year + 1))
    hours = (calendar.opens.hour * 60 + calendar.opens.minute, calendar.closes.hour * 60 + calendar.closes.minute or 24 * 60)
    found: list[tuple[datetime, datetime]] = []
    for from_at, until_at, offset in _even_spans(zone, first_on, after_on):
        for opens_at, closes_at in _openings(from_at + offset, until_at + offset, hours, frozenset(calendar.days), closed):
            if found and found[-1][1] == opens_at - offset:
                found[-1] = (found[-1][0], closes_at - offset)
            else:
                found.append((opens_at - offset, closes_at - offset))
    before, sums = 0, []
    for opens_at, closes_at in found:
        sums.append(before)
        before += (closes_at - opens_at) // _MINUTE
    columns = [[one[0] for one in found], [one[1] for one in found], sums]
    schema = EMPTY_TABLES["business_hours"].schema
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)


def _closed(calendar: Calendar, years: range) -> frozenset[date]:
    """The holidays of the calendar's country and region, and the days named besides."""
    if not calendar.holidays:
        return frozenset(calendar.closed_on)
    from holidays import country_holidays  # noqa: PLC0415 - see is_known

    country, _, region = calendar.holidays.partition("-")
    return frozenset(country_holidays(country, subdiv=region or None, years=years)) | set(calendar.closed_on)


def _even_spans(zone: ZoneInfo, first_on: date, after_on: date) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The time between two days in UTC in pieces during which the zone's clock keeps its distance from UTC: (from, until, distance)."""
    def distance(at: datetime) -> timedelta:
        # Every instant has one: it is asked for in UTC, where no hour comes twice.
        return at.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()

    begun, last = datetime.combine(first_on, time()), datetime.combine(after_on, time())
    at, now = begun, distance(begun)
    while at < last:
        # A step is shorter than any two changes of a clock are apart.
        step = min(at + timedelta(days=7), last)
        if distance(step) != now:
            lower, upper = at, step
            while upper - lower > _MINUTE:
                middle = lower + (upper - lower) // 2 // _MINUTE * _MINUTE
                lower, upper = (middle, upper) if distance(middle) == now else (lower, middle)
            yield begun, upper, now
            begun, now, step = upper, distance(upper), upper
        at = step
    yield begun, last, now


def _openings(
    from_at: datetime, until_at: datetime, hours: tuple[int, int], days: AbstractSet[int], closed: AbstractSet[date],
) -> Iterator[tuple[datetime, datetime]]:
    """The openings between two instants, all as the clock on the wall shows them."""
    midnight = datetime.combine(from_at.date(), time())
    while midnight < until_at:
        if midnight.weekday() in days and midnight.date() not in closed:
            opens_at, closes_at = (max(from_at, min(until_at, midnight + minutes * _MINUTE)) for minutes in hours)
            if opens_at < closes_at:
                yield opens_at, closes_at
        midnight += _DAY
