"""What the journeys need: one Chromium, the sample partner built once, servers, visitors."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

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


@pytest.fixture(scope="package")
def built_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample partner as a fresh server builds it, to be copied."""
    data = tmp_path_factory.mktemp("sample") / "data"
    with serving(data):
        pass
    return data.parent / "data-sample"


@pytest.fixture
def folder(built_sample: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own, still empty, with the sample beside it."""
    shutil.copytree(built_sample, tmp_path / "data-sample")
    return tmp_path / "data"


@pytest.fixture
def own(folder: Path) -> Iterator[Dashboard]:
    """A fresh server on a folder of the test's own."""
    with serving(folder) as dashboard:
        yield dashboard


@pytest.fixture(scope="package")
def shared(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """One server for the tests that only look."""
    place = tmp_path_factory.mktemp("shared")
    shutil.copytree(built_sample, place / "data-sample")
    with serving(place / "data") as dashboard:
        yield dashboard


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """`visit(dashboard, locale="es-ES")`: somebody at a browser; what went wrong there fails the test at its end."""
    with ExitStack() as open_visitors:
        def arrive(dashboard: Dashboard, locale: str = "en-GB") -> Visitor:
            return open_visitors.enter_context(Visitor(browser, dashboard, locale))

        yield arrive
