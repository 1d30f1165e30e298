"""A page is registered, and nothing of it runs before its guard."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from clearaccounts.ui import registry
from tests.house.source import ROOT, place, tree

SCRIPTS = sorted((ROOT / "pages").glob("*.py"))


def first_statement(module: ast.Module) -> ast.stmt | None:
    """The first statement that does something: after the docstring and the imports."""
    for node in module.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_docstring and not isinstance(node, ast.Import | ast.ImportFrom):
            return node
    return None


def is_guard(statement: ast.stmt | None) -> bool:
    """`viewer = guard.require(...)`, with at least one permission named."""
    value = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
    return (
        isinstance(value, ast.Call) and ast.unparse(value.func) == "guard.require" and bool(value.args)
        and all(ast.unparse(permission).startswith("Permission.") for permission in value.args)
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=place)
def test_the_first_thing_a_page_does_is_to_ask_who_is_there(path: Path) -> None:
    assert is_guard(first_statement(tree(path)))


def test_the_guard_is_told_from_what_only_looks_like_one() -> None:
    assert is_guard(first_statement(ast.parse("'x'\nimport a\nviewer = guard.require(Permission.MARK)")))
    for other in ("x = 1\nguard.require(Permission.MARK)", "viewer = guard.require()", "viewer = guard.require(*Permission)", "import a"):
        assert not is_guard(first_statement(ast.parse(other)))


def test_every_script_is_one_entry_and_every_entry_a_script() -> None:
    assert sorted(entry.script for entry in registry.PAGES) == [path.name for path in SCRIPTS]
    assert len({entry.url for entry in registry.PAGES}) == len(registry.PAGES)


@pytest.mark.parametrize("entry", registry.PAGES, ids=lambda entry: entry.url)
def test_menu_and_guard_ask_for_the_same_permissions(entry: registry.Entry) -> None:
    statement = first_statement(tree(ROOT / "pages" / entry.script))
    assert isinstance(statement, ast.Assign | ast.Expr) and isinstance(statement.value, ast.Call)
    asked = [ast.unparse(permission) for permission in statement.value.args]
    assert asked == [f"Permission.{permission.name}" for permission in entry.permissions]


def test_no_page_lies_where_a_server_would_run_it_by_itself() -> None:
    """Streamlit runs the scripts of a `pages` folder beside the script that it was started with."""
    assert not (ROOT / "clearaccounts" / "ui" / "pages").exists()
    assert 'ui" / "main.py"' in (ROOT / "app.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("entry", registry.PAGES, ids=lambda entry: entry.url)
def test_every_page_is_in_the_readme(entry: registry.Entry) -> None:
    assert f"| {entry.title} |" in (ROOT / "README.md").read_text(encoding="utf-8")
