"""Every package is pinned exactly, and somebody wrote down why it is here."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.house.source import ROOT, product_files, tree

PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z,]+\])?==(?P<version>[0-9][A-Za-z0-9.]*)")
SPARK = ROOT / "clearaccounts" / "importing" / "spark"
FILES = ("requirements.txt", "requirements-test.txt", "requirements-spark.txt")


def wanted(file: str) -> list[str]:
    """The lines of a requirements file that ask for a package."""
    lines = (line.split("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize("file", [*FILES, "constraints.txt"])
def test_every_version_is_exact(file: str) -> None:
    assert wanted(file)
    assert [line for line in wanted(file) if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("file", FILES)
def test_every_package_has_its_reason(file: str) -> None:
    reasons = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    names = [match["name"] for line in wanted(file) if (match := PIN.match(line))]
    assert [name for name in names if not re.search(rf"^\| {re.escape(name)} \| \S", reasons, re.MULTILINE)] == []


def test_nothing_is_pinned_twice() -> None:
    names = [line.split("==")[0].lower() for file in (*FILES, "constraints.txt") for line in wanted(file)]
    assert sorted(names) == sorted(set(names))


def test_what_is_imported_is_asked_for() -> None:
    """A package that only another one brings along may leave with it."""
    asked_for = {re.split(r"\[|==", line)[0].lower() for line in wanted("requirements.txt")}
    # Loaded for builds on a cluster alone, which say what is missing.
    apart = {re.split(r"\[|==", line)[0].lower() for line in wanted("requirements-spark.txt")}
    owners = packages_distributions()
    missing = set()
    for path in product_files():
        wants = asked_for | apart if SPARK in path.parents else asked_for
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in (name.split(".", maxsplit=1)[0] for name in names):
                known = {owner.lower() for owner in owners.get(name, [])}
                if name not in sys.stdlib_module_names and name not in {"clearaccounts", "pages", "app"} and not known & wants:
                    missing.add(f"{path.relative_to(ROOT)}: {name}")
    assert not missing
