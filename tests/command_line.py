"""The command line in tests: one data folder, what was typed, and what was said."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.__main__ import main

Capture = pytest.CaptureFixture[str]


class Line:
    """One data folder and what was typed and said about it."""

    def __init__(self, data: Path, capture: Capture) -> None:
        self.data = data
        self._capture = capture
        self.out = self.err = ""

    def __call__(self, *words: str | Path) -> int:
        code = main(["--data", str(self.data), *map(str, words)])
        self.out, self.err = self._capture.readouterr()
        assert "Traceback" not in self.err
        return code


def ageing(line: Line, day: str) -> dict[str, Decimal]:
    assert line("query", "receivables/ageing", "--as-of-on", day, "--format", "csv") == 0
    found: dict[str, Decimal] = {}
    for row in csv.DictReader(io.StringIO(line.out)):
        found[row["bucket"]] = found.get(row["bucket"], Decimal(0)) + Decimal(row["amount_outstanding"])
    return found
