"""The public incident log: its backlog is a plain count over the file, and its days add up, every one of them."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.importing import publish
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.support.backlog import BacklogFilter, backlog
from clearaccounts.support.groups import GroupsFilter, StepsFilter, groups, through_time
from clearaccounts.warehouse import Warehouse, open_current
from tests.real_files import REAL_DATA, real_data
from tests.worlds import without_decisions

pytestmark = real_data

LOG = REAL_DATA / "support_uci" / "incident_event_log.csv.gz"
Incident = tuple[str, str, datetime, datetime | None]


def moment(text: str) -> datetime | None:
    return None if text == "?" else datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def incidents() -> list[Incident]:
    """Category, subcategory, opened and closed of each incident, as the last of its lines in the file says."""
    with gzip.open(LOG, "rt", encoding="utf-8", newline="") as file:
        lines: Iterator[list[str]] = csv.reader(file)
        header = next(lines)
        number, changes, opened, closed = (header.index(name) for name in ("number", "sys_mod_count", "opened_at", "closed_at"))
        category = header.index("category")
        subcategory = header.index("category", category + 1)
        newest: dict[str, tuple[int, Incident]] = {}
        for line in lines:
            begun = moment(line[opened])
            assert begun is not None
            row = (line[category], line[subcategory], begun, moment(line[closed]))
            if int(line[changes]) >= newest.get(line[number], (-1, row))[0]:
                newest[line[number]] = (int(line[changes]), row)
    return [row for _, row in newest.values()]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    data = DataFolder(tmp_path_factory.mktemp("incidents") / "data")
    publish.import_files(data, Settings(), [LOG], datetime(2017, 6, 1, 6, tzinfo=UTC))
    return without_decisions(open_current(data, Settings()))


def is_open(incident: Incident, at: datetime) -> bool:
    _, _, opened, closed = incident
    return opened < at and (closed is None or closed >= at)


@pytest.mark.parametrize("day", [date(2016, 3, 31), date(2016, 4, 30), date(2016, 5, 31)])
def test_what_is_open_at_the_end_of_a_month_is_a_plain_count(warehouse: Warehouse, incidents: list[Incident], day: date) -> None:
    at = datetime(day.year, day.month, day.day) + timedelta(days=1)
    counted = Counter("unknown" if row[0] == "?" else row[0] for row in incidents if is_open(row, at))
    rows = backlog(warehouse, BacklogFilter(at), OPERATOR).to_pylist()
    assert {row["case_category"]: row["case_count"] for row in rows} == counted
    if day == date(2016, 4, 30):
        assert counted.total() == 2961
        assert {name: counted[name] for name in ("46", "42", "53", "26", "34")} == {"46": 433, "42": 381, "53": 348, "26": 269, "34": 210}
    subcategories = Counter(None if row[1] == "?" else row[1] for row in incidents if is_open(row, at))
    assert {row["dimension_value"]: row["case_count"] for row in groups(warehouse, GroupsFilter(at, "subcategory"), OPERATOR).to_pylist()} \
        == subcategories


def test_every_day_adds_up_and_is_a_plain_count(warehouse: Warehouse, incidents: list[Incident]) -> None:
    first = min(opened for _, _, opened, _ in incidents).date()
    last = max(closed for _, _, _, closed in incidents if closed is not None).date()
    rows = through_time(warehouse, StepsFilter(first, last), OPERATOR).to_pylist()
    assert len(rows) == (last - first).days + 1
    opened = Counter(opened.date() for _, _, opened, _ in incidents)
    closed = Counter(closed.date() for _, _, _, closed in incidents if closed is not None)
    before = 0
    for row in rows:
        day = row["from_on"]
        assert (row["opening_count"], row["created_count"], row["reopened_count"], row["closed_count"]) == (
            before, opened[day], 0, closed[day]), day
        assert row["opening_count"] + row["created_count"] + row["reopened_count"] - row["closed_count"] == row["closing_count"], day
        before = row["closing_count"]
    assert (rows[0]["opening_count"], sum(row["created_count"] for row in rows), before) == (
        0, len(incidents), sum(closed is None for *_, closed in incidents))


@pytest.mark.parametrize("step", ["week", "month"])
def test_longer_steps_are_sums_of_days(warehouse: Warehouse, step: str) -> None:
    first, last = date(2016, 3, 3), date(2016, 5, 18)
    days = {row["from_on"]: row for row in through_time(warehouse, StepsFilter(first, last), OPERATOR).to_pylist()}
    steps = through_time(warehouse, StepsFilter(first, last, step), OPERATOR).to_pylist()
    assert (steps[0]["from_on"], steps[-1]["to_on"]) == (first, last)
    for row in steps:
        inside = [days[row["from_on"] + timedelta(days=n)] for n in range((row["to_on"] - row["from_on"]).days + 1)]
        for name in ("created_count", "reopened_count", "closed_count"):
            assert row[name] == sum(day[name] for day in inside)
        assert (row["opening_count"], row["closing_count"]) == (inside[0]["opening_count"], inside[-1]["closing_count"])
