"""Where this machine's Chromium is.

`python -m tests.browser.chromium` prints its path for the Makefile, and installs one where it may; with none to be had it
prints nothing, says so in one line on standard error, and the browser tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import programs

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# Quiet at the door: no request of its own may hide one of ours among the requests that leave the machine.
ARGUMENTS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)


def find() -> str | None:
    """The Chromium to use: the one named in the environment, the system's, or Playwright's own."""
    named = os.environ.get("CLEARACCOUNTS_CHROMIUM")
    if named:
        return named
    found = (shutil.which(name) for name in NAMES)
    for path in (*found, MAC):
        if path and starts(path):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() and starts(own) else None


def starts(path: str) -> bool:
    """Whether `path` is a browser that starts: a stub, or one that lacks a library, is none."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    """Install a Chromium: Debian's package as root, else Playwright's own. What fails is found out by looking again."""
    programs.apt("chromium")
    if find() is None:
        programs.run_quietly([sys.executable, "-m", "playwright", "install", "chromium"])


if __name__ == "__main__":
    programs.report("Chromium", find, install)
