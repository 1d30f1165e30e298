"""A run says how much disk it needs, and does not begin where that is not there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from benchmarks import room, run


def test_what_was_generated_already_takes_no_more_disk(tmp_path: Path) -> None:
    generated, work = tmp_path / "generated" / "1000", tmp_path / "work"
    before = room.needed(1000, generated, work)
    assert before[generated] == 170_000 and before[work] == 520_000
    generated.mkdir(parents=True)
    (generated / "generated.json").touch()
    assert room.needed(1000, generated, work) == {generated: 0, work: 520_000}


def test_it_says_how_much_it_needs(tmp_path: Path) -> None:
    said = room.check(10_000_000, tmp_path / "set" / "10000000", tmp_path)
    free = shutil.disk_usage(tmp_path).free / 1e9
    assert said.startswith(f"needs about 6.9 GB of disk in {tmp_path}, where ")
    assert abs(float(said.split("where ")[1].split(" GB")[0].replace(",", "")) - free) < 2


def test_where_there_is_no_room_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    size = shutil.disk_usage(tmp_path).total
    arguments = ["--sizes", str(size), "--lines", "build", "--folder", str(tmp_path), "--json", str(tmp_path / "results.json")]
    monkeypatch.setattr(sys, "argv", ["run", *arguments])

    with pytest.raises(SystemExit) as ended:
        run.main()

    assert ended.value.code == 1
    assert f"{size:,} invoices need about " in (said := capsys.readouterr().out) and "not begun" in said
    assert not (tmp_path / str(size)).exists()
