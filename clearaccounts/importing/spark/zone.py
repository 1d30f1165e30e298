"""The company's wall clock in Spark's SQL, by DuckDB's rules of its time zone.

Java brings rules of its own, which may be those of another year: for a zone whose law has changed since, midnight would be another
instant. And where an hour comes twice, Java means the first and DuckDB the second. So DuckDB is asked for every change of the zone's
clock, and Spark is told them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb

# Moments that can be put into the zone. One beyond them fails the build, rather than to be taken for another.
FIRST, LAST = datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01")
_NEVER = "9999-12-31"
_SECOND = timedelta(seconds=1)

# Between two changes of a clock there is more than a day, so that looking at midnights finds each; then the second, by halving.
_DAYS = """
select moment, timezone($zone, timezone('UTC', moment)) - moment as ahead
from (select unnest(generate_series($first, $last, interval 1 day)) as moment)
qualify row_number() over (order by moment) = 1 or ahead <> lag(ahead) over (order by moment)
order by moment
"""
_AHEAD = """
select timezone($zone, timezone('UTC', moment)) - moment
from (select unnest($moments::timestamp[]) as moment, generate_subscripts($moments, 1) as position)
order by position
"""


def changes(zone: str) -> list[tuple[datetime, timedelta]]:
    """(from when in UTC, how far the zone's clock is ahead of it) through time; the first from `FIRST`."""
    with duckdb.connect() as connection:
        found = connection.execute(_DAYS, {"zone": zone, "first": FIRST, "last": LAST}).fetchall()
        befores, afters = [ahead for _, ahead in found[:-1]], [ahead for _, ahead in found[1:]]
        highs = [seen for seen, _ in found[1:]]
        lows = [seen - timedelta(days=1) for seen in highs]
        while any(high - low > _SECOND for low, high in zip(lows, highs, strict=True)):
            middles = [low + (high - low) // 2 // _SECOND * _SECOND for low, high in zip(lows, highs, strict=True)]
            aheads = [ahead for (ahead,) in connection.execute(_AHEAD, {"zone": zone, "moments": middles}).fetchall()]
            is_early = [ahead == before for ahead, before in zip(aheads, befores, strict=True)]
            lows = [middle if early else low for low, middle, early in zip(lows, middles, is_early, strict=True)]
            highs = [high if early else middle for high, middle, early in zip(highs, middles, is_early, strict=True)]
    return [found[0], *zip(highs, afters, strict=True)]


def to_local(zone: str) -> str:
    """SQL of Spark for the moment `a`, in UTC, by the zone's clock."""
    return _shifted(changes(zone), 1)


def to_utc(zone: str) -> str:
    """SQL of Spark for the moment `a`, by the zone's clock, in UTC.

    A reading counts by the new rule from the first that the clock shows by it: so an hour that comes twice is its second, and one
    that is left out is taken as if the clock had not been changed yet.
    """
    (first, ahead), *later = changes(zone)
    return _shifted([(first, ahead), *((moment + after, after) for moment, after in later)], -1)


def _shifted(steps: list[tuple[datetime, timedelta]], sign: int) -> str:
    """`a` moved by the step that it is in, looked up by its year: a lookup costs the same whatever the number of years."""
    seconds = [sign * int(ahead.total_seconds()) for _, ahead in steps]
    if not any(seconds):
        return "a"
    years = range(FIRST.year, LAST.year)
    starts = {year: [at for at, (moment, _) in enumerate(steps) if moment.year == year and at] for year in years}
    most = max(map(len, starts.values()))
    before = {year: max((at for at, (moment, _) in enumerate(steps) if moment.year < year), default=0) for year in years}
    cases = []
    for number in range(most):
        then = [steps[starts[year][number]][0].isoformat(" ") if number < len(starts[year]) else _NEVER for year in years]
        cases.append(f"when a < cast({_of_year(then)} as timestamp_ntz) then {_of_year(_after(seconds, starts, before, number, years))}")
    last = _of_year(_after(seconds, starts, before, most, years))
    shift = f"case {' '.join(cases)} else {last} end" if cases else last
    return f"timestampadd(second, cast({shift} as int), a)"


def _after(seconds: list[int], starts: dict[int, list[int]], before: dict[int, int], number: int, years: range) -> list[str]:
    """Per year the shift after its first `number` changes, or after all if it has fewer."""
    return [str(seconds[([before[year], *starts[year]])[min(number, len(starts[year]))]]) for year in years]


def _of_year(values: list[str]) -> str:
    # Of a null Spark would look up place -1, and fail.
    return f"split('{','.join(values)}', ',')[coalesce(year(a), {FIRST.year}) - {FIRST.year}]"
