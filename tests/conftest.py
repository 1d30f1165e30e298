"""What tests of several folders share: the sample partner, built once for each worker."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearaccounts.importing import publish
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import Warehouse, open_current
from tests.command_line import Line
from tests.worlds import without_decisions

# Some day after the sample's last one; nothing of the sample depends on it.
SAMPLE_BUILT_AT = datetime(2026, 10, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """The sample partner's data folder, as a fresh server builds it; to be read, or copied."""
    folder = DataFolder(tmp_path_factory.mktemp("sample") / "data-sample", is_sample=True)
    publish.build_sample(Settings(), folder, SAMPLE_BUILT_AT)
    return folder


@pytest.fixture(scope="session")
def sample_warehouse(sample_folder: DataFolder) -> Warehouse:
    """The sample partner's warehouse."""
    return without_decisions(open_current(sample_folder, Settings()))


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    """The command line over a data folder of its own."""
    return Line(tmp_path / "data", capsys)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden-write` writes the golden files anew instead of comparing with them."""
    parser.addoption("--golden-write", action="store_true", help="write tests/golden anew")
