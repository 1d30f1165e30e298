"""The dashboard without a browser: its entry script, driven by Streamlit's own test runner on the sample partner."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData
from streamlit.testing.v1 import AppTest

from clearaccounts.access import DEMO_PEOPLE, Role
from clearaccounts.settings import ROOT, DataFolder
from clearaccounts.ui import connection

MAIN = ROOT / "clearaccounts" / "ui" / "main.py"
SECONDS = 60
PEOPLE = {person.role: person for person in DEMO_PEOPLE}


def words_of(table: Any) -> dict[str, list[str]]:
    """What the reader sees in each column of a table: of one on the page, or of one that would go there."""
    if not hasattr(table, "proto"):
        arrow = ArrowData()
        marshall_styler(arrow, table, "")
    else:
        arrow = table.proto.arrow_data
    with pa.ipc.open_stream(arrow.styler.display_values) as reader:
        return {name: [str(value) for value in values] for name, values in reader.read_all().to_pydict().items()}


class Screen:
    """One browser tab: opens addresses, signs in, and tells what stands on the page."""

    def __init__(self, language: str = "en") -> None:
        self.app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
        self.app.query_params["lang"] = language

    def open(self, script: str, **parameters: str) -> Screen:
        """Go to the page of `pages/<script>`."""
        for name, value in parameters.items():
            self.app.query_params[name] = value
        self.app.switch_page(str(ROOT / "pages" / script))
        self.app.run()
        return self

    def words(self) -> str:
        """Everything that the page says outside its tables."""
        parts: list[str] = []
        for kind in ("title", "header", "subheader", "text", "markdown", "caption", "error", "warning", "info", "success"):
            parts += [str(element.value) for element in getattr(self.app, kind)]
        parts += [button.label for button in self.app.button]
        parts += [link.proto.label for link in self.app.get("page_link")]
        return "\n".join(parts)

    def cells(self) -> str:
        """Everything that the tables of the page show."""
        return "\n".join(value for table in self.app.dataframe for column in words_of(table).values() for value in column)

    def problems(self) -> list[str]:
        """Errors and exceptions on the page."""
        return [str(one.value) for one in self.app.error] + [str(one.value) for one in self.app.exception]

    def select(self, table: int, row: int) -> None:
        """Choose a row of one of the page's tables and let the page run again."""
        key = self.app.dataframe[table].proto.id.split("-", 2)[2]
        self.app.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
        self.app.run()


@pytest.fixture
def data(sample_folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder with a copy of the sample partner beside it, as a fresh server has it."""
    shutil.copytree(sample_folder.path, tmp_path / "data-sample")
    monkeypatch.setenv("CLEARACCOUNTS_DATA", str(tmp_path / "data"))
    (tmp_path / "clearaccounts.toml").touch()
    monkeypatch.setenv("CLEARACCOUNTS_CONFIG", str(tmp_path / "clearaccounts.toml"))
    connection.settings.cache_clear()
    yield tmp_path / "data"
    connection.settings.cache_clear()


@pytest.fixture
def screen(data: Path) -> Callable[..., Screen]:
    """`screen(Role.MANAGER, "es")`: somebody signed in; `screen()` is nobody yet.

    `screen(Role.MANAGER, at="ageing.py", currency="USD")` follows a link: first the address, then the sign-in.
    """
    def arrive(role: Role | None = None, language: str = "en", at: str | None = None, **parameters: str) -> Screen:
        found = Screen(language)
        found.app.run()
        if at is not None:
            found.open(at, **parameters)
        if role is not None:
            found.app.button(key=f"sign_in_{role.value}").click().run()
        return found

    return arrive
