"""`build --engine spark --master URL`: the dashboard opens what comes of it, and what is missing is said in a sentence."""

from __future__ import annotations

import re
import shutil
import socket
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.errors import BuildError
from clearaccounts.importing.spark.cluster import knock
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import Warehouse, current_path, open_current
from tests.command_line import Line
from tests.spark.cluster import Cluster
from tests.spark.comparing import differences, firsts, rows

QUERIES: dict[str, dict[str, object]] = {
    "receivables/ageing": {"as_of_on": date(2026, 8, 31)},
    "receivables/ageing_company": {"as_of_on": date(2026, 8, 31)},
    "receivables/open_items": {"as_of_on": date(2026, 9, 30)},
    "receivables/kpis": {"from_on": date(2026, 7, 1), "to_on": date(2026, 9, 30)},
    "payments/history": {"customer_id": "C0001", "as_of_on": date(2026, 9, 30)},
    "support/backlog": {"at": datetime(2026, 9, 1)},
}
ANY = "spark://127.0.0.1:7077"


@pytest.fixture
def sample_line(line: Line, sample_folder: DataFolder) -> Line:
    """The command line over the sample partner as somebody's own data."""
    shutil.copytree(sample_folder.path, line.data)
    return line


def test_the_sample_partner_is_the_same_from_both_engines(sample_line: Line, cluster: Cluster, tmp_path: Path) -> None:
    folder = DataFolder(sample_line.data)
    # Copies, since the command line's own process may keep a build open.
    assert sample_line("build") == 0
    theirs = Path(shutil.copyfile(current_path(folder), tmp_path / "theirs.duckdb"))
    assert sample_line("build", "--engine", "spark", "--master", cluster.master) == 0, sample_line.err
    assert "Built " in sample_line.out
    assert sample_line.err == ""
    ours = Path(shutil.copyfile(current_path(folder), tmp_path / "ours.duckdb"))
    assert differences(ours, theirs) == []
    assert rows(ours, "open_items") > 1000
    # As it lies on the disk, so that one customer's rows lie together.
    order = firsts(ours, "open_items", "customer_id, invoice_id, instalment_number, open_from_on")
    assert order == firsts(theirs, "open_items", "customer_id, invoice_id, instalment_number, open_from_on")
    opened, other = open_current(folder, Settings()), Warehouse(theirs, Settings())
    for name, values in QUERIES.items():
        answer = opened.run(name, values, OPERATOR)
        assert answer.num_rows, name
        assert answer.equals(other.run(name, values, OPERATOR)), name


@pytest.mark.usefixtures("cluster")
def test_nobody_answers(sample_line: Line) -> None:
    with socket.socket() as taken:
        # Bound and not listening: nobody else can come to stand here meanwhile.
        taken.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{taken.getsockname()[1]}"
        assert sample_line("build", "--engine", "spark", "--master", master) != 0
    assert f"No Spark master answers at {master} (Connection refused)" in sample_line.err


@pytest.mark.parametrize("master", ["spark://", "spark://127.0.0.1", "spark://127.0.0.1:none", "spark://:7077"])
def test_an_address_that_is_none(master: str) -> None:
    with pytest.raises(BuildError, match=re.escape(f"No Spark master answers at {master} (it has no port)")):
        knock(master)


def test_there_is_no_java(sample_line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sample_line("build", "--engine", "spark", "--master", ANY) != 0
    assert "A build on Spark needs Java 17 or newer" in sample_line.err


def test_java_home_is_not_javas(sample_line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert sample_line("build", "--engine", "spark", "--master", ANY) != 0
    assert "A build on Spark needs Java 17 or newer" in sample_line.err


@pytest.mark.parametrize("package", ["pyspark", "sqlglot"])
def test_a_package_is_not_installed(sample_line: Line, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert sample_line("build", "--engine", "spark", "--master", ANY) != 0
    assert f"needs the Python packages {package}" in sample_line.err
    assert "pip install -r requirements-spark.txt" in sample_line.err


@pytest.mark.parametrize("words", [("--engine", "spark"), ("--master", ANY), ("--engine", "duckdb", "--master", ANY)])
def test_an_engine_and_its_address_belong_together(sample_line: Line, words: tuple[str, ...]) -> None:
    assert sample_line("build", *words) != 0
    assert "--engine spark and --master URL belong together" in sample_line.err


def test_nothing_has_landed(line: Line) -> None:
    assert line("build", "--engine", "spark", "--master", ANY) != 0
    assert "Nothing has landed" in line.err
