"""What a click costs the person at the browser: from the press to a page at rest, in Chromium, on a partner of any size.

Beside it, between the same clicks, the click on an empty page of a plain Streamlit server: its own defaults, nothing else imported,
nothing frozen. What counts as at rest says `benchmarks.idle`.

`python -m benchmarks.clicks first|pages|pandas INVOICES SET WORK` prints one JSON object; the warehouse is the one in WORK/data.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks import figures
from benchmarks.browsing import EMPTY, choose_day, chrome, go, plain_server, window
from benchmarks.figures import NOT_MEASURED, Figures, Step, at_rest, peak_bytes_of, run_step
from benchmarks.idle import LONGEST_SECONDS, Click, rest, spread, timed
from benchmarks.unasked import one_month_after_the_other
from clearaccounts.access import Role
from clearaccounts.settings import ROOT
from clearaccounts.ui.tables import ROW_HEIGHT
from tests.browser.server import Dashboard, serving
from tests.browser.traffic import Traffic
from tests.browser.visitor import NAMES

PANDAS = ROOT / "benchmarks" / "pandas_page.py"
# Of each kind; the first is not counted, since it may bring what a browser has not loaded yet.
CLICKS = 5
Press = Callable[[], object]


class Beside:
    """Times clicks, and as many on the empty page right after them: what else the machine does falls on both."""

    def __init__(self, empty: Page) -> None:
        self.empty = empty
        self.found: dict[str, Figures] = {}
        self.floor: list[Click] = []

    def time(self, name: str, page: Page, presses: Sequence[Press]) -> None:
        """Keep the figure of a kind of click; one that does not work is said, and the others go on."""
        page.bring_to_front()
        try:
            # The rows that are there are sorted in the browser.
            took = [timed(page, press, is_answered=name != "click_sort") for press in presses]
            check(page)
        except (Error, SystemExit) as problem:
            print(f"{NOT_MEASURED}{name}: {str(problem).splitlines()[0]}", file=sys.stderr)
            return
        self.found[name] = spread(took[1:])
        self.empty.bring_to_front()
        self.floor += [timed(self.empty, self.empty.locator("[data-testid=stButton] button").click) for _ in took[1:]]


def check(page: Page) -> None:
    """Stop if the page shows an error: what was measured is not what was to be measured."""
    problems = page.locator("[data-testid=stAlertContentError], [data-testid=stException]").all_inner_texts()
    if problems:
        raise SystemExit(f"the page shows an error: {problems[0]}")


def first(_invoices: int, _generated: Path, work: Path) -> Mapping[str, Figures]:
    """The first visit of somebody who was never there, and the same by a browser that takes nothing packed."""
    with chrome() as browser, serving(work / "data") as server:
        packed = first_visit(browser, server)
        plain = first_visit(browser, server, **{"Accept-Encoding": "identity"})
        peak = {"peak_bytes": peak_bytes_of(server.process_id)}
        return {"first_visit": packed | peak, "first_visit_plain": plain | peak}


def first_visit(browser: Browser, server: Dashboard, **headers: str) -> Figures:
    """Somebody signs in and sees the overview; how long that takes, and how many bytes are sent."""
    page = window(browser, extra_http_headers=headers)
    traffic = Traffic(page)
    start = time.perf_counter()
    sign_in(page, server)
    found = figures.spread([time.perf_counter() - start]) | {
        "bytes": traffic.bytes, "socket_bytes": traffic.socket_bytes, "answers": traffic.answers}
    page.context.close()
    return found


def sign_in(page: Page, server: Dashboard) -> None:
    """Come to the front door, and become the manager; the overview is at rest then."""
    page.goto(server.url)
    button = page.locator(f".st-key-sign_in_{Role.MANAGER.value} button")
    expect(button).to_be_visible(timeout=LONGEST_SECONDS * 1000)
    rest(page)
    button.click()
    expect(page.locator("[data-testid=stPopoverButton]").filter(has_text=NAMES[Role.MANAGER])).to_be_visible(timeout=LONGEST_SECONDS * 1000)
    # What draws charts is fetched by the browser when there is one to draw.
    expect(page.locator("[data-testid=stPlotlyChart] .main-svg").first).to_be_visible(timeout=LONGEST_SECONDS * 1000)
    page.wait_for_load_state("networkidle")
    rest(page)


def pages(_invoices: int, _generated: Path, work: Path) -> Mapping[str, Figures]:
    """Every kind of click on the overview and on the ageing page, each beside clicks on an empty page."""
    data = work / "data"
    unasked = one_month_after_the_other(data)
    with chrome() as browser, serving(data) as server, plain_server(EMPTY) as plain:
        empty = window(browser)
        empty.goto(plain.url)
        expect(empty.locator("[data-testid=stButton] button")).to_be_visible(timeout=LONGEST_SECONDS * 1000)
        rest(empty)
        beside = Beside(empty)
        page = window(browser)
        fragments = asked_fragments(page)
        sign_in(page, server)
        at_rest(server.process_id)
        beside.time("click_currency_overview", page, currencies(page))
        beside.time("click_day_overview", page, _choosing(page, unasked))
        for name, presses in on_ageing(page, server, unasked):
            fragments.clear()
            beside.time(name, page, presses)
            if name == "click_fragment" and name in beside.found:
                # Whether the browser did ask for a part of the page alone.
                beside.found[name]["is_fragment"] = bool(fragments) and all(fragments)
        peak = {"peak_bytes": peak_bytes_of(server.process_id)}
        found = {name: one | peak for name, one in beside.found.items()}
        return found | {"empty_click": spread(beside.floor) | {"peak_bytes": peak_bytes_of(plain.process_id)}}


def on_ageing(page: Page, server: Dashboard, unasked: Iterator[date]) -> Iterator[tuple[str, list[Press]]]:
    """Every kind of click on the ageing page, each once the one before is done."""
    go(page, f"{server.url}/ageing")
    pills = page.locator(".st-key-bucket button")
    yield "click_bucket", [pills.nth(number % pills.count()).click for number in range(CLICKS + 1)]
    go(page, f"{server.url}/ageing")
    yield "click_currency", currencies(page)
    go(page, f"{server.url}/ageing")
    header = page.locator("[class*=st-key-table_customers] .dvn-scroller")
    header.scroll_into_view_if_needed()
    width = (header.bounding_box() or {"width": 900.0})["width"]
    yield "click_sort", [
        partial(header.click, position={"x": width * (0.35 + 0.1 * (number % 5)), "y": ROW_HEIGHT / 2}) for number in range(CLICKS + 1)]
    go(page, f"{server.url}/ageing?view=items")
    following = page.locator(".st-key-page button").last
    if following.count():
        yield "click_page", [following.click] * (CLICKS + 1)
    else:
        print(f"{NOT_MEASURED}click_page: the list has one page", file=sys.stderr)
    go(page, f"{server.url}/ageing")
    yield "click_fragment", [page.locator("[class*=st-key-open_ageing] button").first.click] * (CLICKS + 1)
    go(page, f"{server.url}/ageing")
    yield "click_day", _choosing(page, unasked)


def asked_fragments(page: Page) -> list[bool]:
    """For every run that the browser asks for from now on: whether it is one of a part of the page."""
    asked: list[bool] = []

    def sent(frame: str | bytes) -> None:
        message = BackMsg.FromString(frame if isinstance(frame, bytes) else frame.encode())
        if message.WhichOneof("type") == "rerun_script":
            asked.append(bool(message.rerun_script.fragment_id))

    page.on("websocket", lambda socket: socket.on("framesent", sent))
    return asked


def currencies(page: Page) -> list[Press]:
    """Every currency in turn, and all of them; opening the list is not part of the click."""
    box = page.locator(".st-key-currency input")
    box.click()
    count = page.get_by_role("option").count()
    page.keyboard.press("Escape")
    rest(page)

    def choose(number: int) -> None:
        box.click()
        page.get_by_role("option").nth(number % count).click()

    return [partial(choose, number) for number in range(1, CLICKS + 2)]


def _choosing(page: Page, unasked: Iterator[date]) -> list[Press]:
    return [partial(choose_day, page, day) for day in islice(unasked, CLICKS + 1)]


def pandas(invoices: int, generated: Path, work: Path) -> Mapping[str, Figures]:
    """The ageing page written with pandas: a click to another as-of day, and what its server holds."""
    with chrome() as browser, plain_server(PANDAS, str(invoices), str(generated)) as server:
        page = window(browser)
        page.goto(server.url)
        expect(page.locator("[data-testid=stDataFrame]")).to_be_visible(timeout=LONGEST_SECONDS * 1000)
        rest(page)
        took = [timed(page, press) for press in _choosing(page, one_month_after_the_other(work / "data"))]
        return {"pandas_click_day": spread(took[1:]) | {"peak_bytes": peak_bytes_of(server.process_id)}}


STEPS: dict[str, Step] = {"first": first, "pages": pages, "pandas": pandas}


if __name__ == "__main__":
    run_step(STEPS)
