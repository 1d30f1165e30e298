"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.decisions import debtors


@pytest.fixture(scope="session", autouse=True)
def _worlds_end_with_the_session() -> Iterator[None]:
    yield
    debtors.forget_worlds()
