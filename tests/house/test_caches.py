"""What lives longer than one run of a page, and why it gives nobody what was made for somebody else.

All sessions run in one process: what a module keeps, it keeps for everybody. So each such thing stands here with its reason, and
customers' data are kept by two alone: `clearaccounts.ui.kept`, which tells builds, assignments, roles and scopes apart, and
`clearaccounts.answers`, which lives with one build and keeps what a query answered to the very same question (tests/test_answers.py).
"""

from __future__ import annotations

import ast
import importlib
import threading
from dataclasses import is_dataclass
from enum import Enum
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Table

from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.ui.kept import Kept
from clearaccounts.warehouse import Warehouse
from tests.house.source import PACKAGE, module_name, place, product_files, screen_files, tree
from tests.worlds import world

_FILES = "what comes with the program is the same for everybody"
_RULES = "the partner's rules are the same for everybody; the key is their whole text"
_BESIDE = "lives with one warehouse of one run or one action; its queries narrow it to the viewer's scope"
_STORES = "opens what is read anew each time, under the viewer's scope"
_KEPT = "kept by build, assignments, role and scope"
# What outlives a call, as module.name -> why nobody gets another's by it. A new one needs its reason.
CACHES = {
    "clearaccounts.collections.policies._parsed": _RULES,
    "clearaccounts.collections.standing._tables": _BESIDE,
    "clearaccounts.collections.standing.with_unsettled": _BESIDE,
    "clearaccounts.commands.context.Context": "lives as long as one command",
    "clearaccounts.exporting.fonts.letters": _FILES,
    "clearaccounts.importing.canonical.kinds": _FILES,
    "clearaccounts.importing.canonical.schema_sql": _FILES,
    "clearaccounts.importing.profiles._built_in": _FILES,
    "clearaccounts.importing.profiles.language._positions": _RULES,
    "clearaccounts.importing.spark.dialect._changed_letters": _FILES,
    "clearaccounts.importing.spark.dialect._parsed": _FILES,
    "clearaccounts.importing.spark.shapes.shapes": _FILES,
    "clearaccounts.money.minor_units": _FILES,
    "clearaccounts.query_files.queries": _FILES,
    "clearaccounts.query_files.steps": _FILES,
    "clearaccounts.support.calendar.business_hours": _RULES,
    "clearaccounts.support.rules.tables": _RULES,
    "clearaccounts.support.rules_reader._load": _RULES,
    "clearaccounts.text._catalogue": _FILES,
    "clearaccounts.ui.connection._with_assignments": _BESIDE,
    "clearaccounts.ui.connection.settings": _RULES,
    "clearaccounts.ui.edge.index.dress": _FILES,
}
OBJECTS = {
    "clearaccounts.importing.reading.child._idle": "processes that read files and keep nothing of one when they are given the next",
    "clearaccounts.ui.cash_backtest_view._BACKTESTS": _KEPT,
    "clearaccounts.ui.connection._caught_up": "the path of one build",
    "clearaccounts.ui.connection._current": _STORES,
    "clearaccounts.ui.connection._run": "of one thread, and begun anew by each run",
    "clearaccounts.ui.connection._stores": _STORES,
    "clearaccounts.ui.controls._CURRENCIES": _KEPT,
    "clearaccounts.ui.edge.holders.here": "to which sign-ins a page has offered which file: it holds nothing of the files",
    "clearaccounts.ui.server.assets": "the files of Streamlit's release, the same for everybody",
    "clearaccounts.ui.denials._on_record": "what each person was refused today, under their own id; it is shown to nobody",
    "clearaccounts.ui.import_jobs._registry": "a job is given to the person who began it alone",
    "clearaccounts.ui.remembered._tickets": "a ticket is drawn by chance, for one browser, and used once",
}

NAMES = {"cache", "lru_cache", "cache_data", "cache_resource"}
CHANGES = {"append", "add", "update", "setdefault", "pop", "popitem", "clear", "extend", "insert", "remove", "discard"}


def caches(module: ast.Module) -> list[str]:
    """The functions that are cached, or that make a cache; a property of an object lives no longer than the object."""
    found = []
    for node in module.body:
        used = {
            ast.unparse(one).rpartition(".")[2] for one in ast.walk(node)
            if isinstance(one, ast.Name | ast.Attribute) and isinstance(one.ctx, ast.Load)
        }
        if used & NAMES:
            found.append(getattr(node, "name", ast.unparse(node).partition(" ")[0]))
    return found


def own_names(module: ast.Module) -> set[str]:
    """What the module itself assigns."""
    targets = [
        target for node in module.body if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def changed(module: ast.Module) -> set[str]:
    """The names of the module whose content a function changes, or that a function assigns anew."""
    found: set[str] = set()
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in (one for function in functions for one in ast.walk(function)):
        if isinstance(node, ast.Global):
            found |= set(node.names)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del) and isinstance(node.value, ast.Name):
            found.add(node.value.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            found |= {node.func.value.id} if node.func.attr in CHANGES else set()
    return found & own_names(module)


def can_change(value: Any) -> bool:
    """Whether an object of ours may hold something new tomorrow; of Python's own containers `changed` tells."""
    kind = type(value)
    if isinstance(value, Enum | threading.local) or not kind.__module__.startswith("clearaccounts"):
        return isinstance(value, threading.local)
    return not (is_dataclass(kind) and kind.__dataclass_params__.frozen)  # type: ignore[attr-defined]


def package_files() -> list[Path]:
    """Every module that may be imported as it is: the entry script and the command line run when they are."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path.name not in {"__main__.py", "main.py"}]


def test_every_cache_says_why_it_gives_nobody_what_is_anothers() -> None:
    assert {f"{module_name(path)}.{name}" for path in product_files() for name in caches(tree(path))} == set(CACHES)


def test_every_object_that_outlives_a_run_says_so_too() -> None:
    found = set()
    for path in package_files():
        module = module_name(path)
        loaded = vars(importlib.import_module(module))
        # The columns of a table of the decisions store have an `insert` too, and hold no rows.
        found |= {f"{module}.{name}" for name in changed(tree(path)) if not isinstance(loaded[name], Table)}
        found |= {f"{module}.{name}" for name in own_names(tree(path)) if can_change(loaded.get(name))}
    assert found == set(OBJECTS)


def test_the_search_finds_each_kind_of_cache() -> None:
    assert caches(ast.parse("@st.cache_data\ndef rows(): ...")) == ["rows"]
    assert caches(ast.parse("@lru_cache(maxsize=4)\ndef rows(): ...")) == ["rows"]
    assert caches(ast.parse("def rows():\n    return cache(lambda: 1)")) == ["rows"]
    assert not caches(ast.parse("class Rows:\n    @cached_property\n    def one(self): ..."))
    assert changed(ast.parse("_rows = {}\ndef keep(key):\n    _rows[key] = 1")) == {"_rows"}
    assert changed(ast.parse("_rows: list[int] = []\ndef keep(row):\n    _rows.append(row)")) == {"_rows"}
    assert changed(ast.parse("_last = None\ndef keep(row):\n    global _last\n    _last = row")) == {"_last"}
    assert not changed(ast.parse("ROWS = {}\ndef keep():\n    rows = {}\n    rows['a'] = 1"))
    assert can_change(Kept(1)) and not can_change(DEMO_PEOPLE[0])


@pytest.mark.parametrize("path", screen_files(), ids=place)
def test_streamlits_own_caches_are_not_used(path: Path) -> None:
    assert not [
        node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute) and node.attr in {"cache_data", "cache_resource"}
    ], "they look at a part of a large table, and tell people apart by what is passed alone: use clearaccounts.ui.kept"


ANN = Viewer("test:ann", "Ann", Role.SALES_AGENT, "ann@partner.example")
BOB = Viewer("test:bob", "Bob", Role.SALES_AGENT, "bob@partner.example")


def test_what_is_kept_is_given_to_the_same_scope_role_build_and_assignments_alone(tmp_path: Path) -> None:
    kept: Kept[int] = Kept(100)
    one, other = (world(tmp_path, build_id=name) for name in ("one", "other"))
    numbers = count(1)

    def get(warehouse: Warehouse, viewer: Viewer, about: str = "") -> int:
        return kept.get(warehouse, viewer, about, lambda: next(numbers))

    assert get(one, ANN) == get(one, ANN) == 1
    assert get(one, Viewer("test:zoe", "Zoe", Role.SALES_AGENT, "Ann@partner.example")) == 1, "whose customers these are decides"
    assert get(one, BOB) == 2
    assert get(other, ANN) == 3
    assert get(one, ANN, "about") == 4
    promoted = Viewer(ANN.user_id, ANN.name, Role.MANAGER, ANN.email)
    assert get(one, promoted) == 5
    assert get(one, Viewer("test:hal", "Hal", Role.HELPDESK_AGENT, "hal@partner.example")) == 6, "of one scope, but not of one permission"
    assigned = one.beside({"assignments_now": lambda: pa.table({"customer_id": ["C1"], "sales_agent": ["bob@partner.example"]})})
    assert get(assigned, ANN) == 7
    assert get(one, ANN) == 1


def test_what_is_kept_never_grows_without_end(tmp_path: Path) -> None:
    kept: Kept[int] = Kept(3)
    warehouse = world(tmp_path)
    for number in range(10):
        assert kept.get(warehouse, ANN, number, partial(int, number)) == number
        assert len(kept._found) <= 3


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    kept: Kept[int] = Kept(3)
    warehouse = world(tmp_path)
    with pytest.raises(ZeroDivisionError):
        kept.get(warehouse, ANN, None, lambda: 1 // 0)
    assert kept.get(warehouse, ANN, None, lambda: 5) == 5
