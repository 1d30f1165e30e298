"""What benchmarks in a browser stand on: Chromium, a plain Streamlit server to compare with, and how somebody chooses a day."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from benchmarks.idle import LONGEST_SECONDS, rest, watch
from tests.browser import chromium
from tests.browser.server import START_SECONDS, Dashboard, free_port

# The whole of an empty page: what a click on it costs is Streamlit's own.
EMPTY = "import streamlit as st\n\nst.button('Press')\n"
# A page in a tab that is not in front must not be slower than the one that is.
_ARGUMENTS = ("--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows")


@contextmanager
def chrome() -> Iterator[Browser]:
    """The Chromium of the machine."""
    path = chromium.find()
    if path is None:
        raise SystemExit("there is no Chromium on this machine; `make test` installs one where it may")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=[*chromium.ARGUMENTS, *_ARGUMENTS])
        yield started
        started.close()


@contextmanager
def plain_server(script: str | Path, *arguments: str) -> Iterator[Dashboard]:
    """A Streamlit server as it is without us: in a folder without our settings, running one script (its text, or a file)."""
    with tempfile.TemporaryDirectory(prefix="clearaccounts-bench-") as place:
        folder, port = Path(place), free_port()
        file = script if isinstance(script, Path) else folder / "page.py"
        if isinstance(script, str):
            file.write_text(script, encoding="utf-8")
        options = ["--server.headless", "true", "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
        log = folder / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", str(file), "--server.port", str(port), *options, "--", *arguments],
                cwd=folder, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        try:
            _wait(process, port, log)
            yield Dashboard(f"http://127.0.0.1:{port}", folder, {}, process.pid, log)
        finally:
            process.terminate()
            process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
            return
        time.sleep(0.1)
    raise SystemExit(f"the server did not come up: {log.read_text(encoding='utf-8', errors='replace')[-500:]}")


def window(browser: Browser, **more: dict[str, str]) -> Page:
    """A new browser's window, with nothing kept; what changes in it is seen."""
    context: BrowserContext = browser.new_context(
        locale="en-GB", timezone_id="UTC", viewport={"width": 1366, "height": 768}, **more)  # type: ignore[arg-type]
    watch(context)
    return context.new_page()


def go(page: Page, address: str) -> None:
    """Open an address and wait until the page is at rest."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=LONGEST_SECONDS * 1000)
    rest(page)


def open_calendar(page: Page, day: date) -> None:
    """Open the calendar of the as-of day, at the month of `day`; nothing is chosen yet."""
    field = page.locator(".st-key-as_of_on")
    now = date.fromisoformat(field.locator("input[type=date]").first.input_value())
    field.get_by_role("button", name="Choose date").click()
    months = (now.year - day.year) * 12 + now.month - day.month
    step = page.get_by_role("button", name="Previous month" if months > 0 else "Next month")
    for _ in range(abs(months)):
        step.first.click()
    expect(_cell(page, day)).to_be_visible(timeout=LONGEST_SECONDS * 1000)


def choose_day(page: Page, day: date) -> None:
    """Choose another as-of day in the calendar; the click begins with the press of the day."""
    open_calendar(page, day)
    _cell(page, day).click()


def _cell(page: Page, day: date) -> Locator:
    return page.locator(f'[role=gridcell] [role=button][aria-label*=" {day.day} {day:%B} {day.year}"]').first
