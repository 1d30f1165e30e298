"""What the journeys need: one Chromium, the sample partner built once, servers, visitors."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from clearaccounts.settings import DataFolder
from tests.browser import chromium
from tests.browser.server import Dashboard, serving
from tests.browser.visitor import Visitor

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is a browser test."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A Chromium; without one the tests are skipped, and where that must not happen (CI) they fail."""
    path = chromium.find()
    if path is None:
        missing = "there is no Chromium on this machine; `make test` installs one where it may"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def folder(sample_folder: DataFolder, tmp_path: Path) -> Path:
    """A data folder of the test's own, still empty, with the sample beside it."""
    shutil.copytree(sample_folder.path, tmp_path / "data-sample")
    return tmp_path / "data"


@pytest.fixture
def own(folder: Path) -> Iterator[Dashboard]:
    """A fresh server on a folder of the test's own."""
    with serving(folder) as dashboard:
        yield dashboard


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """One server for the tests that only look, on a sample that it has built itself."""
    with serving(tmp_path_factory.mktemp("shared") / "data") as dashboard:
        yield dashboard


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """`visit(dashboard, locale="es-ES")`: somebody at a browser; what went wrong there fails the test at its end."""
    with ExitStack() as open_visitors:
        def arrive(dashboard: Dashboard, locale: str = "en-GB") -> Visitor:
            return open_visitors.enter_context(Visitor(browser, dashboard, locale))

        yield arrive
