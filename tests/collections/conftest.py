"""What the tests of this folder share: the worlds of debtors are let go at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.decisions.debtors import forget_worlds


@pytest.fixture(scope="session", autouse=True)
def _worlds_end_with_the_session() -> Iterator[None]:
    yield
    forget_worlds()
