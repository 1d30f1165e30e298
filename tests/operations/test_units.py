"""The units of docs/ are ones that systemd takes, and they give away what they need not have."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clearaccounts.__main__ import main
from tests.house.source import ROOT

UNITS = sorted((ROOT / "docs").glob("clearaccounts*.*"))
ANALYZE = shutil.which("systemd-analyze")
PYTHON = "/opt/clearaccounts/.venv/bin/python"
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze on this machine")


def laid(folder: Path) -> list[Path]:
    """The units as this machine would have them: with a Python that is there."""
    for unit in UNITS:
        (folder / unit.name).write_text(unit.read_text(encoding="utf-8").replace(PYTHON, sys.executable), encoding="utf-8")
    return [folder / unit.name for unit in UNITS]


def analyzed(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ANALYZE), *map(str, words)], capture_output=True, text=True, check=False, timeout=60,
        env={"SYSTEMD_COLORS": "0", "LANG": "C.UTF-8"},
    )


@needs_systemd
def test_systemd_takes_every_unit(tmp_path: Path) -> None:
    found = analyzed("verify", *laid(tmp_path))
    ours = [line for line in found.stderr.splitlines() if "clearaccounts" in line]
    assert len(UNITS) == 5 and ours == [] and found.returncode == 0, found.stderr


@needs_systemd
@pytest.mark.parametrize("unit", [unit.name for unit in UNITS if unit.suffix == ".service"])
def test_a_service_is_shut_in(unit: str, tmp_path: Path) -> None:
    laid(tmp_path)
    found = analyzed("security", "--offline=true", "--threshold=20", tmp_path / unit)
    said = re.search(r"exposure level for .*: ([\d.]+)", found.stdout)
    assert said and float(said[1]) <= 2.0, found.stdout[-300:]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_a_unit_calls_is_there(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = re.findall(r"-m clearaccounts (\w+)", unit.read_text(encoding="utf-8"))
    for command in commands:
        with pytest.raises(SystemExit):
            main([command, "--help"])
        assert command in capsys.readouterr().out
    assert unit.name in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
