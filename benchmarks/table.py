"""What is measured, what it is compared with, and how many times as long it may take: the lines of `make bench`.

A step is a module's, runs in a process of its own and prints figures by name; a line reads one of them beside another. A new measurement is
a step here and the lines that read it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from benchmarks.figures import Figures

# The limits were set for this many invoices, on two cores; beside other sizes they are shown all the same.
LIMITS_AT = 10_000_000
# With ten times as many, what has a limit of memory may use this much.
BYTES_BEYOND = 20 * 2**30
# Files of more rows are not landed here: each is read, checked and compared row by row, several times over.
LANDED_AT_MOST = 1_000_000


@dataclass(frozen=True)
class Step:
    """`python -m benchmarks.<module> <name> INVOICES SET WORK`; the figures it gives, and those whose steps must have run before.

    One that is of no size is run once, on the sample partner; one that takes too long for more than `up_to` invoices is left out there.
    """

    module: str
    name: str
    gives: tuple[str, ...]
    needs: tuple[str, ...] = ()
    is_of_a_size: bool = True
    up_to: int | None = None


@dataclass(frozen=True)
class Line:
    """One line: `ours` beside `floor`, of the same run.

    Attributes:
        key: what the line is called in the results, and on the command line.
        title: in words; ours / the floor.
        ours, floor: names of figures.
        at_most: how many times the floor ours may take; None = no limit is set.
        at_most_bytes: how much memory ours may come to; None = no limit is set.
        at_least: how many times the floor ours has to take, where ours is what we are compared with.
        counts: which value of the figures: `seconds`, or `bytes` that were sent.
        at_most_sent: how many bytes may be sent; None = no limit is set.
    """

    key: str
    title: str
    ours: str
    floor: str
    at_most: float | None = None
    at_most_bytes: int | None = None
    at_least: float | None = None
    counts: str = "seconds"
    at_most_sent: int | None = None


# What `benchmarks.clicks pages` measures of our pages.
_CLICKS = (
    "click_bucket", "click_currency", "click_sort", "click_page", "click_fragment", "click_day", "click_currency_overview",
    "click_day_overview",
)
STEPS = (
    Step("measure", "land", ("land",)),
    # First the floor: it makes sure that nobody pays for a cold disk.
    Step("measure", "copy", ("copy",), ("land",)),
    Step("measure", "build", ("build",), ("land",)),
    Step("day", "refresh", ("refresh",), ("build",)),
    Step("measure", "ageing", ("ageing", "scan"), ("build",)),
    Step("asked", "overview", ("overview", "overview_again", "overview_point"), ("build",)),
    Step("asked", "account", ("account", "account_again", "account_point"), ("build",)),
    Step("frames", "frames", ("pandas_load", "pandas_ageing"), ("build",)),
    Step("clicks", "first", ("first_visit", "first_visit_plain"), ("build",)),
    Step("clicks", "pages", (*_CLICKS, "empty_click"), ("build",)),
    Step("clicks", "pandas", ("pandas_click_day",), ("build",)),
    Step("sessions", "one", ("alone", "sessions"), ("build",)),
    Step("sessions", "several", ("sessions_servers",), ("build",)),
    Step("landing", "text", ("text",), up_to=LANDED_AT_MOST),
    Step("landing", "first", ("landing",), up_to=LANDED_AT_MOST),
    Step("landing", "changed", ("landing_changed",), up_to=LANDED_AT_MOST),
    Step("click", "page", ("page",), is_of_a_size=False),
    Step("click", "empty", ("empty",), is_of_a_size=False),
)

LINES = (
    Line("build", "full build from landed Parquet / copy of the same Parquet", "build", "copy", 5, 4 * 2**30),
    Line("refresh", "a day's documents into the warehouse / full build", "refresh", "build", 0.1),
    Line("ageing", "ageing as of 25 month ends / scan and sum of its columns", "ageing", "scan", 2),
    Line("overview", "all numbers of the overview, today / one point read", "overview", "overview_point", 20),
    Line("overview_again", "the same, asked again / one point read", "overview_again", "overview_point"),
    Line("account", "all queries of an account's page / one point read", "account", "account_point", 5),
    Line("account_again", "the same, asked again / one point read", "account_again", "account_point"),
    Line("pandas_load", "pandas: loading it once / our full build", "pandas_load", "build"),
    Line("pandas", "pandas: ageing as of another day / ours", "pandas_ageing", "ageing"),
    Line("first_visit", "first visit: sent, up to the overview / the same unpacked", "first_visit", "first_visit_plain",
         counts="bytes", at_most_sent=3_000_000),
    Line("click_bucket", "click to rest: another bucket / an empty page's click", "click_bucket", "empty_click", 2),
    Line("click_currency", "click to rest: another currency / the same", "click_currency", "empty_click", 2),
    Line("click_sort", "click to rest: a table's heading / the same", "click_sort", "empty_click", 2),
    Line("click_page", "click to rest: the table's next page / the same", "click_page", "empty_click", 2),
    Line("click_day", "click to rest: ageing as of a day never asked / the same", "click_day", "empty_click", 8),
    Line("click_fragment", "click to rest: a part of the page / the same", "click_fragment", "empty_click", 1.5),
    Line("click_currency_overview", "click to rest: overview, another currency / the same", "click_currency_overview", "empty_click", 2),
    Line("click_day_overview", "click to rest: overview, a day never asked / the same", "click_day_overview", "empty_click", 8),
    Line("pandas_click_day", "pandas' page: a day never asked / ours", "pandas_click_day", "click_day", at_least=15),
    Line("sessions", "25 sessions, 95 of 100 clicks / one session, 95 of 100", "sessions", "alone", 6, 3 * 2**29),
    Line("sessions_servers", "the same on 2 servers / one session, 95 of 100", "sessions_servers", "alone"),
    Line("landing", "landing a CSV file / DuckDB's read as text + write as Parquet", "landing", "text"),
    Line("landing_changed", "landing it again, one row in 100 changed / the same", "landing_changed", "text"),
    Line("click", "a rerun of the sample's overview / an empty rerun", "page", "empty"),
)


def steps_for(lines: Collection[str]) -> list[Step]:
    """The steps that the lines of these keys need, in order."""
    giver = {name: step for step in STEPS for name in step.gives}
    wanted = [giver[name] for line in LINES if line.key in lines for name in (line.ours, line.floor)]
    needed: set[Step] = set()
    while wanted:
        step = wanted.pop()
        if step not in needed:
            needed.add(step)
            wanted += [giver[name] for name in step.needs]
    return [step for step in STEPS if step in needed]


def compared(line: Line, figures: dict[str, Figures], size: int | None) -> dict[str, Any] | None:
    """A line's results; None while one of its figures is missing."""
    if line.ours not in figures or line.floor not in figures:
        return None
    ours, floor = figures[line.ours], figures[line.floor]
    ratio = ours[line.counts] / floor[line.counts]
    limits = [
        *([ratio <= line.at_most] if line.at_most is not None else []),
        *([ratio >= line.at_least] if line.at_least is not None else []),
        *([ours[line.counts] <= line.at_most_sent] if line.at_most_sent is not None else []),
    ]
    at_most_bytes = line.at_most_bytes and (line.at_most_bytes if (size or 0) <= LIMITS_AT else BYTES_BEYOND)
    is_small = None if at_most_bytes is None else ours["peak_bytes"] <= at_most_bytes
    return {
        "line": line.key, "invoices": size, "measure": line.title, "counts": line.counts, "ratio": round(ratio, 3),
        "at_most": line.at_most, "at_least": line.at_least, "at_most_sent": line.at_most_sent, "is_met": all(limits) if limits else None,
        "at_most_bytes": at_most_bytes, "is_memory_met": is_small, "ours": ours, "floor": floor,
    }


_COLUMNS = f"{'median ms':>10} {'slowest ms':>10} {'times':>5} {'floor ms':>10} {'ratio':>7} {'at most':>7} {'met':>4} {'peak MiB':>9}"
HEADING = f"  {'':<62} {_COLUMNS}"


def shown(result: dict[str, Any]) -> str:
    """One line of the table as it is printed."""
    ours, floor = result["ours"], result["floor"]
    if result["counts"] == "bytes":
        took = f"{_kilobytes(ours)} {'':10} {'':5} {_kilobytes(floor)}"
    else:
        slowest = milliseconds(ours.get("slowest", ours["seconds"]))
        took = f"{milliseconds(ours['seconds'])} {slowest} {ours.get('times', 1):>5} {milliseconds(floor['seconds'])}"
    printed = (
        f"  {result['measure']:<62} {took} {result['ratio']:7.1f} {limit(result):>7} {_met(result['is_met']):>4}"
        f" {ours['peak_bytes'] / 2**20:9,.0f}"
    )
    if result["at_most_bytes"] is not None:
        printed += f" (at most {result['at_most_bytes'] / 2**20:,.0f}: {_met(result['is_memory_met'])})"
    return printed


def limit(result: dict[str, Any]) -> str:
    """The limit of a line as it is printed, empty if it has none."""
    if result["at_most_sent"] is not None:
        return f"{result['at_most_sent'] / 1e6:.1f} MB"
    if result["at_least"] is not None:
        return f">= {result['at_least']:g}"
    return "" if result["at_most"] is None else f"{result['at_most']:g}"


def _kilobytes(figures: Figures) -> str:
    return f"{figures['bytes'] / 1000:7,.0f} kB"


def _met(is_met: bool | None) -> str:
    return "" if is_met is None else "yes" if is_met else "NO"


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds, ten characters wide; small figures with a decimal."""
    return f"{seconds * 1000:10,.{1 if seconds < 0.1 else 0}f}"
