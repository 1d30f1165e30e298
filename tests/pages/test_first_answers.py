"""The overview of the day shown asks the build for the policy's view of customers alone: the build brings all else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from clearaccounts.access import Role
from clearaccounts.warehouse import Warehouse
from tests.pages.conftest import Screen


def test_the_first_who_comes_after_a_build_waits_for_nothing_but_the_stages(
    screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answer = Warehouse._answer

    def noted(self: Warehouse, chosen: Any, *more: Any) -> pa.Table:
        asked.append(chosen.name)
        return answer(self, chosen, *more)

    monkeypatch.setattr(Warehouse, "_answer", noted)
    page = screen(Role.MANAGER)
    assert not page.problems() and page.app.get("plotly_chart")
    assert {name for name in asked if not name.startswith("collections/")} == set()
