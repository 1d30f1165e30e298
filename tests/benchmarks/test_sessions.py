"""The load driver: what it clicks, and that it counts every click once and the right one of them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks import generate, landed, sessions, unasked
from benchmarks.figures import peak_bytes_of, share_below
from clearaccounts.importing import publish
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import current_path, open_read_only
from tests.browser.server import Dashboard, serving
from tests.wire.client import Caller


@pytest.mark.parametrize(("count", "share", "expected"), [(100, 0.95, 95), (20, 0.95, 19), (10, 0.95, 10), (1, 0.95, 1), (4, 0.5, 2)])
def test_what_a_share_of_the_times_stays_below_is_one_of_them(count: int, share: float, expected: int) -> None:
    assert share_below([float(number) for number in range(count, 0, -1)], share) == expected


def test_the_figures_tell_the_worst_of_twenty_the_middle_and_each_kind() -> None:
    took = [("day", 2.0), *(("bucket", number / 100) for number in range(1, 40))]

    found = sessions.summed(took, 25, 10)

    assert (found["seconds"], round(found["median"], 3), found["slowest"], found["times"]) == (0.38, 0.205, 2.0, 40)
    assert (found["sessions"], found["think_seconds"], found["kinds"]) == (25, 10, {"bucket": 0.2, "day": 2.0})


def test_a_tenth_of_the_clicks_is_another_day_and_every_click_has_its_page() -> None:
    assert sessions.ROUND.count("day") * 10 == len(sessions.ROUND)
    on = {kind: sessions.opener(place) for place, kind in enumerate(sessions.ROUND) if kind not in sessions.PAGES}
    assert on == dict.fromkeys(("bucket", "currency", "items", "next", "day"), "ageing")


def test_no_two_sessions_ask_for_the_same_day() -> None:
    days = sessions.Shared(date(2026, 1, 1) + timedelta(days=number) for number in range(2000))
    taken: list[list[date]] = [[] for _ in range(4)]
    working = [threading.Thread(target=lambda mine=mine: mine.extend(next(days) for _ in range(500))) for mine in taken]
    for one in working:
        one.start()
    for one in working:
        one.join()
    assert len({day for mine in taken for day in mine}) == 2000


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="this system does not tell")
def test_what_a_process_holds_is_watched_while_it_works() -> None:
    with sessions.watched(os.getpid()) as found:
        time.sleep(1.2)
    assert max(found) >= sessions.shared_bytes(os.getpid()) // 2 > 2**20
    assert sessions.shared_bytes(2**22 + 1) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard of a tiny generated partner."""
    work = tmp_path_factory.mktemp("sessions")
    data = landed.data_folder(work / "data", generate.write(work / "generated", 400))
    publish.build(data, Settings(), landed.LANDED_AT, generate.LAST_DAY)
    with serving(data.path) as running:
        yield running


@pytest.fixture(scope="module")
def customers(server: Dashboard) -> list[str]:
    with closing(open_read_only(current_path(DataFolder(server.data)), Settings())) as connection:
        return [row[0] for row in connection.execute("select customer_id from customers order by customer_id limit 2").fetchall()]


def test_all_sessions_click_until_time_is_up(server: Dashboard, customers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MEASURED_SECONDS", 3.0)
    days = sessions.Shared(unasked.by_chance(server.data))

    took = sessions.click_together(server.url, 3, 0.1, customers, days)

    assert len(took) >= 3
    assert {kind for kind, _ in took} <= set(sessions.ROUND)
    assert min(seconds for _, seconds in took) > 0.005
    assert peak_bytes_of(server.process_id) > 50 * 2**20


def test_every_kind_of_click_is_one(server: Dashboard, customers: list[str]) -> None:
    with Caller(server.url).sign_in_demo("manager") as tab:
        session = sessions.Session(tab, customers, unasked.by_chance(server.data), 0)
        pages, addresses, shown = [], [], []
        for kind in sessions.ROUND:
            session.click(kind)
            pages.append(tab.page)
            addresses.append(tab.query)
            shown.append([node.proto.SerializeToString() for node in tab.nodes.values() if node.kind in ("dataframe", "plotly_chart")])
    assert [kind for kind, _ in session.took] == list(sessions.ROUND)
    assert pages == ["ageing"] * 5 + ["account", ""] + ["ageing"] * 3, "the overview is the front door"
    assert "bucket=" in addresses[1] and "view=items" in addresses[3] and addresses[5] == f"customer_id={customers[5 % 2]}"
    for place, kind in enumerate(sessions.ROUND):
        if kind in ("currency", "day"):
            assert shown[place] and shown[place] != shown[place - 1], f"another {kind} shows something else"
