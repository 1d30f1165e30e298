"""Many people at once: sessions that click and think, over Streamlit's own websocket, against one process or several servers.

Each session is a browser's half of the conversation (`tests.wire.client`): it signs in, clicks, waits until the script has finished,
thinks, and clicks again. What they click is the same for all (`ROUND`), each from another place in it, with thoughts of its own length.
The drawing, which is the browsers' part, is not in the figures; the driver's own work, on the same machine, is.

`python -m benchmarks.sessions one|several INVOICES SET WORK` prints one JSON object; the warehouse is the one in WORK/data.
`CLEARACCOUNTS_SESSIONS` and `CLEARACCOUNTS_THINK_SECONDS` are other numbers than 25 and 10.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

from streamlit.proto.Alert_pb2 import Alert

from benchmarks import unasked
from benchmarks.asked import points
from benchmarks.figures import Figures, Step, at_rest, peak_bytes_of, run_step, share_below, spread
from clearaccounts.access import Role
from clearaccounts.settings import DataFolder
from clearaccounts.warehouse import current_path
from tests.browser.server import serving
from tests.serving.cluster import processes, serving_by
from tests.wire.client import Caller, Tab

SESSIONS = int(os.environ.get("CLEARACCOUNTS_SESSIONS", "25"))
THINK_SECONDS = float(os.environ.get("CLEARACCOUNTS_THINK_SECONDS", "10"))
# How long they click. Somebody alone waits for nobody, and thinks for less: as many clicks come together in that time.
MEASURED_SECONDS = float(os.environ.get("CLEARACCOUNTS_MEASURED_SECONDS", "60"))
ALONE_SECONDS = 0.3
SERVERS = 2
# What is clicked, one after the other; one click in ten is another as-of day, which nobody has asked for.
ROUND = ("ageing", "bucket", "currency", "items", "next", "account", "overview", "ageing", "day", "bucket")
# Those that open a page; the others are clicks on the one that is open.
PAGES = {"ageing", "overview", "account"}
CURRENCIES = ("EUR", "USD", "All")


@dataclass
class Session:
    """One person: a tab of theirs, and the seconds that each of their clicks took.

    Attributes:
        tab: where they are signed in.
        customers: whose accounts they open.
        days: as-of days that nobody has asked for; shared by all.
        number: which session; also the place in the round at which it begins.
        took: what was clicked, and how long it took, in order.
    """

    tab: Tab
    customers: Sequence[str]
    days: Iterator[date]
    number: int
    took: list[tuple[str, float]] = field(default_factory=list)
    _turns: Iterator[int] = field(default_factory=count)

    def click(self, kind: str) -> None:
        """Click once, wait until the script has finished, and note how long it took.

        Raises:
            SystemExit: the page shows an error.
        """
        act = self._prepared(kind)
        start = time.perf_counter()
        act()
        self.took.append((kind, time.perf_counter() - start))
        self.tab.frames.clear()
        for node in (*self.tab.of_kind("exception"), *self.tab.of_kind("alert")):
            if node.kind == "exception" or node.proto.format == Alert.ERROR:
                raise SystemExit(f"session {self.number}: after {kind} the page shows an error: {str(node.proto)[:200]!r}")

    def _prepared(self, kind: str) -> Callable[[], object]:
        tab, turn = self.tab, next(self._turns)
        match kind:
            case "ageing" | "overview":
                return lambda: tab.run(kind)
            case "account":
                customer_id = self.customers[(self.number + turn) % len(self.customers)]
                return lambda: tab.run("account", f"customer_id={customer_id}")
            case "items":
                return lambda: tab.change("view", "Open items")
            case "bucket":
                buckets = [option.content for option in tab.node("bucket").proto.options]
                return lambda: tab.change("bucket", buckets[turn % len(buckets)])
            case "currency":
                return lambda: tab.change("currency", CURRENCIES[turn % len(CURRENCIES)])
            case "next":
                # A list of one page has no other.
                return (lambda: tab.change("page", 2)) if tab.has("page") else tab.run
            case "day":
                day = next(self.days)
                return lambda: tab.change("as_of_on", f"{day:%Y-%m-%d}")
        raise ValueError(kind)

    def work(self, until: float, think_seconds: float) -> None:
        """Think and click until that moment (of `time.monotonic`), beginning at an own place in the round."""
        dice = random.Random(self.number)
        place = self.number
        self.click(opener(place))
        self.took.clear()
        time.sleep(dice.uniform(0, think_seconds))
        while time.monotonic() < until:
            self.click(ROUND[place % len(ROUND)])
            place += 1
            time.sleep(dice.uniform(0.5, 1.5) * think_seconds)


def opener(place: int) -> str:
    """Which click of the round has opened the page on which the one at that place is made."""
    before = (ROUND[(place - back) % len(ROUND)] for back in range(1, len(ROUND) + 1))
    return next(kind for kind in before if kind in PAGES)


class Shared(Iterator[date]):
    """An iterator that several threads take from."""

    def __init__(self, days: Iterator[date]) -> None:
        self._days, self._lock = days, threading.Lock()

    def __next__(self) -> date:
        with self._lock:
            return next(self._days)


def warm(url: str, customers: Sequence[str], days: Iterator[date]) -> None:
    """Click everything once: what a server does a single time is nobody's click."""
    with Caller(url).sign_in_demo(Role.MANAGER.value) as tab:
        session = Session(tab, customers, days, 0)
        for kind in ROUND:
            session.click(kind)


def click_together(
    url: str, sessions: int, think_seconds: float, customers: Sequence[str], days: Iterator[date]
) -> list[tuple[str, float]]:
    """So many people sign in, one after the other, and then click for `MEASURED_SECONDS`; what was clicked and how long it took."""
    with ExitStack() as line, ThreadPoolExecutor(sessions) as pool:
        people = [
            Session(line.enter_context(Caller(url).sign_in_demo(Role.MANAGER.value)), customers, days, number)
            for number in range(sessions)
        ]
        until = time.monotonic() + MEASURED_SECONDS
        for working in [pool.submit(person.work, until, think_seconds) for person in people]:
            working.result()
        return [one for person in people for one in person.took]


def summed(took: Sequence[tuple[str, float]], sessions: int, think_seconds: float) -> Figures:
    """The figures of all clicks: `seconds` is what 95 of 100 stay below, `median` the middle; `kinds` the median of each kind."""
    times = [seconds for _, seconds in took]
    by_kind = {kind: [seconds for name, seconds in took if name == kind] for kind in dict.fromkeys(ROUND)}
    return spread(times) | {
        "seconds": share_below(times, 0.95), "median": statistics.median(times), "sessions": sessions, "think_seconds": think_seconds,
        "kinds": {kind: round(statistics.median(found), 4) for kind, found in by_kind.items() if found},
    }


def one(_invoices: int, _generated: Path, work: Path) -> Mapping[str, Figures]:
    """Somebody alone, and then all of them, on one process."""
    data = work / "data"
    customers, days = _customers(data), Shared(unasked.by_chance(data))
    with serving(data) as server:
        warm(server.url, customers, days)
        at_rest(server.process_id)
        alone = click_together(server.url, 1, ALONE_SECONDS, customers, days)
        alone_bytes = peak_bytes_of(server.process_id)
        took = click_together(server.url, SESSIONS, THINK_SECONDS, customers, days)
        return {
            "alone": summed(alone, 1, ALONE_SECONDS) | {"peak_bytes": alone_bytes},
            "sessions": summed(took, SESSIONS, THINK_SECONDS) | {"peak_bytes": peak_bytes_of(server.process_id)},
        }


def several(_invoices: int, _generated: Path, work: Path) -> Mapping[str, Figures]:
    """All of them on several servers at one address; their memory is what they hold together, shared pages once."""
    data = work / "data"
    customers, days = _customers(data), Shared(unasked.by_chance(data))
    with serving_by(SERVERS, data) as servers, watched(servers.process_id) as peak:
        warm(servers.url, customers, days)
        for process_id in processes(servers.process_id).values():
            at_rest(process_id)
        took = click_together(servers.url, SESSIONS, THINK_SECONDS, customers, days)
    return {"sessions_servers": summed(took, SESSIONS, THINK_SECONDS) | {"peak_bytes": max(peak), "servers": SERVERS}}


def _customers(data: Path) -> list[str]:
    return [customer_id for customer_id, _ in points(current_path(DataFolder(data)))]


@contextmanager
def watched(process_id: int) -> Iterator[list[int]]:
    """Look every second what a process and those that it started hold together, in bytes."""
    found = [0]
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(1):
            found.append(sum(shared_bytes(one) for one in (process_id, *processes(process_id).values())))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield found
    finally:
        is_over.set()
        looking.join()


def shared_bytes(process_id: int) -> int:
    """What a process holds, of pages that it shares its share alone (Linux: Pss); 0 where that is not told."""
    try:
        text = Path(f"/proc/{process_id}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


STEPS: dict[str, Step] = {"one": one, "several": several}


if __name__ == "__main__":
    run_step(STEPS)
