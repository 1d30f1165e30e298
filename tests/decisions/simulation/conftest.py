"""What the tests of this folder share: the warehouses of all states met so far."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.decisions.simulation.service import Worlds


@pytest.fixture(scope="session")
def worlds() -> Iterator[Worlds]:
    """The warehouses of this worker's runs."""
    with TemporaryDirectory(prefix="clearaccounts-worlds-") as folder:
        yield Worlds(Path(folder))
