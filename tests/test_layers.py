"""Imports run one way, and everything but the screen works with Streamlit uninstalled."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, module_name, place, product_files, tree

# Each module may import from its own layer and from those below. A new module is placed here, on purpose.
FOUNDATIONS, STORES, SUBJECTS, FACES, ENTRY = range(5)
LAYERS = {
    "clearaccounts": FOUNDATIONS,
    "clearaccounts.errors": FOUNDATIONS,
    "clearaccounts.settings": FOUNDATIONS,
    "clearaccounts.log": FOUNDATIONS,
    "clearaccounts.log_lines": FOUNDATIONS,
    "clearaccounts.text": FOUNDATIONS,
    "clearaccounts.money": FOUNDATIONS,
    "clearaccounts.handed_tables": STORES,
    "clearaccounts.toml_lines": FOUNDATIONS,
    "clearaccounts.toml_tables": FOUNDATIONS,
    "clearaccounts.answers": FOUNDATIONS,
    "clearaccounts.query_files": STORES,
    "clearaccounts.warehouse": STORES,
    "clearaccounts.decisions": STORES,
    "clearaccounts.access": STORES,
    "clearaccounts.receivables": SUBJECTS,
    "clearaccounts.payments": SUBJECTS,
    "clearaccounts.support": SUBJECTS,
    "clearaccounts.escalations": SUBJECTS,
    "clearaccounts.cash": SUBJECTS,
    "clearaccounts.payables": SUBJECTS,
    "clearaccounts.overview": SUBJECTS,
    "clearaccounts.key_figures": SUBJECTS,
    "clearaccounts.accounts": SUBJECTS,
    "clearaccounts.ageing": SUBJECTS,
    "clearaccounts.documents": SUBJECTS,
    "clearaccounts.health": SUBJECTS,
    "clearaccounts.preferences": SUBJECTS,
    "clearaccounts.people": SUBJECTS,
    "clearaccounts.collections": SUBJECTS,
    "clearaccounts.importing": SUBJECTS,
    "clearaccounts.exporting": SUBJECTS,
    "clearaccounts.sample": SUBJECTS,
    "clearaccounts.readiness": SUBJECTS,
    "clearaccounts.backups": SUBJECTS,
    "clearaccounts.serving": SUBJECTS,
    "clearaccounts.ui": FACES,
    "clearaccounts.commands": FACES,
    "clearaccounts.__main__": FACES,
    "pages": ENTRY,
    "app": ENTRY,
}
# The two faces stand beside each other: neither is built on the other.
_COMMAND_LINE = ("clearaccounts.__main__", "clearaccounts.commands")
APART = [*(("clearaccounts.ui", face) for face in _COMMAND_LINE), *((face, "clearaccounts.ui") for face in _COMMAND_LINE)]


def room(module: str) -> str | None:
    """The longest name in LAYERS that `module` stands under."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    found = next((name for name in names if name in LAYERS), None)
    return None if found == "clearaccounts" and module != "clearaccounts" else found


def imports(path: Path) -> list[tuple[int, str]]:
    """(line, module) of every import in a file, those inside functions too."""
    modules = {module_name(file) for file in product_files()}
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path)}:{node.lineno} imports relatively"
            base = node.module or ""
            inner = [f"{base}.{alias.name}" for alias in node.names if f"{base}.{alias.name}" in modules]
            found += [(node.lineno, name) for name in inner or [base]]
    return found


def ours(module: str) -> bool:
    return module.startswith(("clearaccounts", "pages.", "app"))


@pytest.mark.parametrize("path", product_files(), ids=place)
def test_a_module_imports_only_from_its_own_layer_and_below(path: Path) -> None:
    own = room(module_name(path))
    assert own, f"{place(path)} has no place among the layers yet; give it one in tests/test_layers.py"
    wrong = []
    for line, module in imports(path):
        if not ours(module):
            continue
        other = room(module)
        assert other, f"{place(path)}:{line} imports {module}, which has no place among the layers"
        if LAYERS[other] > LAYERS[own] or (own, other) in APART:
            wrong.append(f"{place(path)}:{line} imports {module}")
    assert not wrong


def for_types_only(path: Path) -> set[int]:
    """The lines under `if TYPE_CHECKING:`, which never run."""
    blocks = [node for node in ast.walk(tree(path)) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return {line for block in blocks for line in range(block.lineno, (block.end_lineno or block.lineno) + 1)}


def test_no_module_imports_itself_round_a_corner() -> None:
    edges = {
        module_name(path): {name for line, name in imports(path) if ours(name) and line not in for_types_only(path)}
        for path in product_files()
    }
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail[trail.index(module):], module))
        if module not in done:
            for other in sorted(edges.get(module, ())):
                walk(other, (*trail, module))
            done.add(module)

    for module in sorted(edges):
        walk(module, ())


@pytest.mark.parametrize("path", product_files(), ids=place)
def test_streamlit_is_imported_only_where_things_are_drawn(path: Path) -> None:
    if room(module_name(path)) in {"clearaccounts.ui", "pages", "app"}:
        return
    assert not [name for _, name in imports(path) if name == "streamlit" or name.startswith("streamlit.")]


def test_everything_but_the_screen_works_without_streamlit() -> None:
    modules = [m for path in product_files() if room(m := module_name(path)) not in {"clearaccounts.ui", "pages", "app"}]
    script = (
        "import importlib, sys\n"
        "sys.modules['streamlit'] = None  # importing it now fails, as if it were not installed\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
        "assert not [name for name in sys.modules if name.startswith('streamlit.')]\n"
        "print('imported', len(sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("imported")


def test_the_command_line_answers_without_streamlit(tmp_path: Path) -> None:
    script = (
        "import runpy, sys\n"
        "sys.modules['streamlit'] = None\n"
        f"sys.argv = ['clearaccounts', 'queries', '--data', {str(tmp_path / 'data')!r}]\n"
        "runpy.run_module('clearaccounts', run_name='__main__')\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "receivables/ageing" in ran.stdout
