"""Draws the pictures of the documentation from the sample partner: `python -m tests.browser.screenshots docs/images`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from clearaccounts.access import Role
from tests.browser import chromium
from tests.browser.server import serving
from tests.browser.visitor import Visitor

# File name -> who looks, and where.
PICTURES = {
    "overview": (Role.MANAGER, ""),
}


def main() -> None:
    """Draw every picture into the folder that the command line names."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    path = chromium.find()
    if path is None:
        sys.exit("There is no Chromium on this machine, so no picture can be drawn.")
    with (
        tempfile.TemporaryDirectory(prefix="clearaccounts-pictures-") as folder,
        serving(Path(folder) / "data") as dashboard,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
        for name, (role, address) in PICTURES.items():
            with Visitor(browser, dashboard) as visitor:
                visitor.open(address)
                visitor.sign_in(role)
                visitor.page.wait_for_timeout(1000)  # charts grow into their place
                visitor.page.screenshot(path=target / f"{name}.png")
            print(f"{target / name}.png")
        browser.close()


if __name__ == "__main__":
    main()
