"""What no source file of ours may hold."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, module_name, place, product_files, screen_files, sql_files, strip_sql, tracked_files, tree

# A statement, in one case throughout: a sentence such as "Select a customer from the list" is none.
STATEMENT = re.compile(
    r"^\s*(?:select|SELECT|insert into|INSERT INTO|update \w+ set|UPDATE \w+ SET|delete from|DELETE FROM"
    r"|create (?:or replace )?(?:temp )?(?:table|view|schema|index)|CREATE (?:TABLE|VIEW|SCHEMA|INDEX)"
    r"|copy \w+|COPY \w+|attach |ATTACH |describe |DESCRIBE |pragma |PRAGMA |with \w+ as|WITH \w+ AS|from \w+ select)\b",
)
# The few Python files that may hold SQL: they open stores and build the warehouse.
SQL_HOLDERS = ("clearaccounts.warehouse", "clearaccounts.decisions", "clearaccounts.importing")
# Names that turn DECIMAL into binary floating point.
FLOATING = {"df", "fetchdf", "fetch_df", "fetch_df_chunk", "fetchnumpy"}
# Ways for text of a customer to become markup, or for a broken row to vanish.
ESCAPES = {"unsafe_allow_html", "unsafe_allow_javascript", "ignore_errors"}
# A scratch folder that cannot be removed is nobody's row.
HARMLESS = {"shutil.rmtree"}
CLOCK_IN_SQL = re.compile(
    r"\b(?:current_date|current_time|current_timestamp|localtime|localtimestamp)\b"
    r"|\b(?:now|today|get_current_timestamp|get_current_time|transaction_timestamp|random|uuid|gen_random_uuid)\s*\(",
    re.IGNORECASE,
)


def text_of(node: ast.AST) -> str:
    """A text constant, or the constant parts of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "x" for part in node.values)
    return ""


def statements(module: ast.Module) -> list[int]:
    """The lines of the texts that are SQL."""
    return [node.lineno for node in ast.walk(module) if isinstance(node, ast.expr) and STATEMENT.match(text_of(node))]


def calls(module: ast.Module, names: set[str]) -> list[int]:
    """The lines that call a method of one of these names."""
    return [
        node.lineno for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]


@pytest.mark.parametrize("path", product_files(), ids=place)
def test_sql_stands_in_query_files(path: Path) -> None:
    if module_name(path).startswith(SQL_HOLDERS):
        return
    assert not statements(tree(path)), "SQL belongs in queries/, one file for each number"


@pytest.mark.parametrize("path", screen_files(), ids=place)
def test_a_screen_runs_no_statement_of_its_own(path: Path) -> None:
    assert not calls(tree(path), {"execute", "executemany", "sql", "cursor", "begin"})


def test_the_search_for_sql_tells_a_statement_from_a_sentence() -> None:
    for statement in ("'select 1'", "f'SELECT * from {x}'", "'with a as (x)'"):
        assert statements(ast.parse(statement))
    assert not statements(ast.parse("'Select a customer from the list'"))


@pytest.mark.parametrize("path", product_files(), ids=place)
def test_amounts_never_pass_through_a_frame_that_floats_them(path: Path) -> None:
    assert not calls(tree(path), FLOATING)


@pytest.mark.parametrize("path", product_files(), ids=place)
def test_no_text_becomes_markup_and_no_row_vanishes(path: Path) -> None:
    nodes = list(ast.walk(tree(path)))
    used = [
        keyword.arg for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) not in HARMLESS
        for keyword in node.keywords if keyword.arg in ESCAPES
    ]
    components = [node.lineno for node in nodes if isinstance(node, ast.ImportFrom) and "components.v1" in (node.module or "")]
    assert not used and not components


@pytest.mark.parametrize("path", sql_files(), ids=place)
def test_a_query_has_no_clock_and_no_chance(path: Path) -> None:
    assert not CLOCK_IN_SQL.findall(strip_sql(path.read_text(encoding="utf-8")))


def test_the_search_for_a_clock_reads_code_and_not_words() -> None:
    assert CLOCK_IN_SQL.search(strip_sql("select now ( )")) and CLOCK_IN_SQL.search(strip_sql("where d < CURRENT_DATE"))
    assert not CLOCK_IN_SQL.search(strip_sql("select 'now()', due_on -- not today()"))


# Where the day and the hour come from; everything further in is told them.
CLOCK_OWNERS = ("clearaccounts.__main__", "clearaccounts.ui", "pages", "app")
CLOCK_CALLS = {"now", "today", "utcnow", "time", "time_ns"}


def clock_readings(module: ast.Module) -> list[int]:
    """The lines that read the clock: datetime.now(), date.today(), time.time()."""
    return [
        node.lineno for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_CALLS
        and ast.unparse(node.func.value) in {"datetime", "date", "time", "datetime.datetime", "datetime.date"}
    ]


@pytest.mark.parametrize("path", product_files(), ids=place)
def test_the_clock_is_read_outside_and_handed_in(path: Path) -> None:
    if module_name(path).startswith(CLOCK_OWNERS):
        return
    assert not clock_readings(tree(path)), "take the moment as an argument: tests and pages choose it"


def test_the_search_for_a_clock_finds_it_in_python_too() -> None:
    assert clock_readings(ast.parse("datetime.now(UTC)")) and clock_readings(ast.parse("x = date.today()"))
    assert not clock_readings(ast.parse("clock.now()"))


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=place)
def test_a_page_calculates_nothing(path: Path) -> None:
    wrong = [
        node.lineno for node in ast.walk(tree(path))
        if (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv | ast.Pow | ast.Mod))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"sum", "round", "float"})
    ]
    assert not wrong, "numbers come from a query; a page only shows them"


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    folders = re.compile("(?<![A-Za-z0-9._~-])/(?:" + "|".join(("work", "root", "home", "Users")) + ")/[A-Za-z]")
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{place(path)}:{number}" for number, line in enumerate(text.splitlines(), 1) if folders.search(line)]
    assert not found


@pytest.mark.parametrize("path", product_files(), ids=place)
def test_figures_are_built_of_graph_objects(path: Path) -> None:
    names = [
        name for node in ast.walk(tree(path)) if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        for name in [f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name]
    ]
    assert not [name for name in names if name.startswith("plotly.express")], "plotly.express takes long to load"
