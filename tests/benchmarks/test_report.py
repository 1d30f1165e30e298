"""The tables of docs/performance.md are written from what was measured."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.figures import Figures
from benchmarks.table import LINES, compared

MIB = 2**20
KEYS = {"ageing", "first_visit", "pandas_click_day", "sessions"}


def _file(on: str, seconds: float, *, failures: tuple[str, ...] = (), size: int | None = 1000) -> dict[str, Any]:
    ours: Figures = {"seconds": seconds, "peak_bytes": 100 * MIB, "bytes": 2_900_000}
    floor: Figures = {"seconds": 1.0, "peak_bytes": MIB, "bytes": 9_650_000}
    results = [compared(line, {line.ours: ours, line.floor: floor}, size) for line in LINES if line.key in KEYS]
    return {"machine": {"processors": 2, "on": on}, "results": results, "failures": list(failures)}


def test_every_line_is_a_row_beside_its_floor_and_its_limit() -> None:
    text = report.tables([_file("2026-01-01", 2.5)])

    assert text.splitlines()[:3] == ["### 1,000 customer invoices", "", "Measured on: processors 2, on 2026-01-01."]
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert rows == [
        "| ageing as of 25 month ends / scan and sum of its columns | 2,500 ms | 1,000 ms | 2.50 | 2 | **no** | 100 |",
        "| first visit: sent, up to the overview / the same unpacked | 2.90 MB | 9.65 MB | 0.30 | 3.0 MB | yes | 100 |",
        "| pandas' page: a day never asked / ours | 2,500 ms | 1,000 ms | 2.50 | at least 15 | **no** | 100 |",
        "| 25 sessions, 95 of 100 clicks / one session, 95 of 100 | 2,500 ms | 1,000 ms | 2.50 | 6 | yes | 100 (at most 1,536: yes) |",
    ]


def test_sizes_stand_in_order_and_of_the_same_line_the_last_measured() -> None:
    files = [_file("2026-01-01", 1.0, size=2000), _file("2026-01-02", 1.0), _file("2026-01-03", 1.5), _file("", 1.0, size=None)]
    text = report.tables(files)

    headings = [line for line in text.splitlines() if line.startswith("###")]
    assert headings == ["### 1,000 customer invoices", "### 2,000 customer invoices", "### The sample partner"]
    assert "2026-01-03" in text and "2026-01-02" not in text and "1,500 ms" in text


def test_what_failed_is_said() -> None:
    assert report.tables([_file("", 1.0, failures=("clicks pages failed: no",))]).endswith("Not measured:\n\n- clicks pages failed: no")


def test_the_page_is_written_by_one_command_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, page = tmp_path / "results.json", tmp_path / "performance.md"
    page.write_text(report.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    for seconds in (1.0, 2.0):
        file.write_text(json.dumps(_file("2026-01-01", seconds)), encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["report", str(file), "--page", str(page)])
        report.main()
    text = page.read_text(encoding="utf-8")
    assert text.count("### 1,000 customer invoices") == 1 and "2,000 ms" in text and "Nothing has been measured" not in text
    assert text.startswith("# How fast it is") and text.rstrip().endswith(report.END)


def test_a_page_without_a_place_is_not_written() -> None:
    with pytest.raises(SystemExit, match="no place for figures"):
        report.written("# Something else", "figures")
