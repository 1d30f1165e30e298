"""A filter has the fields that its query has parameters: nothing is bound by halves, nothing is left over."""

from __future__ import annotations

import ast
import importlib
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.query_files import queries
from tests.house.source import PACKAGE, module_name, place, product_files, tree


@dataclass(frozen=True)
class Call:
    """One `warehouse.run("name", values, viewer)` in the source."""

    path: Path
    line: int
    query: str
    filter: type | None
    keys: frozenset[str] | None

    def __str__(self) -> str:
        return f"{place(self.path)}:{self.line}"


def calls_of(path: Path) -> list[Call]:
    """Every run of a query in a file; its filter where the function's signature tells, its keys where a dict is written out."""
    found = []
    for function in ast.walk(tree(path)):
        if not isinstance(function, ast.FunctionDef):
            continue
        hints = {a.arg: ast.unparse(a.annotation) for a in function.args.args + function.args.kwonlyargs if a.annotation}
        for node in ast.walk(function):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "run" and len(node.args) > 1):
                continue
            name, values = node.args[0], node.args[1]
            if not (isinstance(name, ast.Constant) and isinstance(name.value, str) and "/" in name.value):
                continue
            kind: Any = None
            if isinstance(values, ast.Name) and values.id in hints:
                kind = getattr(importlib.import_module(module_name(path)), hints[values.id].split(" ")[0], None)
            elif isinstance(values, ast.Call) and isinstance(values.func, ast.Name):
                kind = getattr(importlib.import_module(module_name(path)), values.func.id, None)
            keys = None
            if isinstance(values, ast.Dict) and all(isinstance(key, ast.Constant) for key in values.keys):
                keys = frozenset(str(key.value) for key in values.keys if isinstance(key, ast.Constant))
            found.append(Call(path, node.lineno, name.value, kind if isinstance(kind, type) and is_dataclass(kind) else None, keys))
    return found


CALLS = [call for path in product_files() if "ui" not in path.parts and path.is_relative_to(PACKAGE) for call in calls_of(path)]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_what_is_bound_is_what_the_query_asks_for(call: Call) -> None:
    assert call.query in queries()
    parameters = {parameter.name: parameter for parameter in queries()[call.query].parameters}
    if call.filter is not None:
        assert {field.name for field in fields(call.filter)} == set(parameters)
    if call.keys is not None:
        assert call.keys <= set(parameters)
        assert {name for name, parameter in parameters.items() if parameter.is_required} <= call.keys


def test_the_calls_are_found() -> None:
    assert len([call for call in CALLS if call.filter is not None]) > len(CALLS) / 2


def test_every_query_is_asked_by_somebody() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in product_files())
    assert [name for name in queries() if f'"{name}"' not in texts] == []
