"""What is written down is what is there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from clearaccounts.access import Role
from clearaccounts.importing.canonical import BUILD_COLUMNS, FOREIGN_KINDS
from clearaccounts.query_files import steps
from clearaccounts.settings import Settings
from tests.house.source import ROOT, place

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("queries/*.md"), *ROOT.glob("sample_data/*.md")])


def canonical() -> dict[str, dict[str, bool]]:
    """Kind -> column -> whether every row must have it."""
    found: dict[str, dict[str, bool]] = {}
    with duckdb.connect() as connection:
        connection.execute("create schema canonical")
        for step in steps("schema").values():
            for statement in connection.extract_statements(step.sql):
                connection.execute(statement)
        rows = connection.execute(
            "select table_name, column_name, is_nullable from duckdb_columns() where schema_name = 'canonical'"
        ).fetchall()
    for kind, column, is_nullable in rows:
        # Some are set by the build, never by a file; others come in files of somebody else's columns.
        if column not in BUILD_COLUMNS and kind not in FOREIGN_KINDS:
            found.setdefault(kind, {})[column] = not is_nullable
    return found


def test_the_data_guide_names_every_file_and_column() -> None:
    guide = (ROOT / "docs" / "data-guide.md").read_text(encoding="utf-8").split("## The files")[1]
    told = {}
    for part in re.split(r"^### ", guide, flags=re.MULTILINE)[1:]:
        kind = part.split("\n", 1)[0].strip()
        told[kind] = {column: bool(star) for column, star in re.findall(r"^\| `(\w+)`( \*)? \|", part, re.MULTILINE)}
    wanted = canonical()
    # Others name these columns, not we; the guide says where they come from.
    wanted |= {kind: {} for kind in FOREIGN_KINDS}
    assert told == wanted


def test_every_setting_is_in_the_operations_guide() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    keys = {(section.name, key.name) for section in fields(Settings) for key in fields(getattr(Settings(), section.name))}
    assert sorted(key for section, key in keys if section != "access" and f"`{key}`" not in text) == []


def test_every_role_has_its_guide() -> None:
    text = {path.stem for path in (ROOT / "docs" / "users").glob("*.md")}
    assert {role.value.replace("_", "-") for role in Role} - {"operator"} <= text


@pytest.mark.parametrize("path", DOCUMENTS, ids=place)
def test_a_link_to_a_file_of_ours_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert missing == []
