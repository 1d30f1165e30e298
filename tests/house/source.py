"""The project's own files, as the rule tests read them."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "clearaccounts"


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def product_files() -> list[Path]:
    """Every Python file that a user runs: the package, the pages, the entry."""
    return [*sorted(ROOT.glob("*.py")), *sorted((ROOT / "pages").rglob("*.py")), *sorted(PACKAGE.rglob("*.py"))]


def screen_files() -> list[Path]:
    """The files that draw: pages and clearaccounts/ui."""
    return [*sorted((ROOT / "pages").rglob("*.py")), *sorted((PACKAGE / "ui").rglob("*.py"))]


def module_name(path: Path) -> str:
    """`clearaccounts/ui/main.py` -> `clearaccounts.ui.main`; a package is its folder's name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place(path: Path) -> str:
    """A file's path inside the project, for messages."""
    return path.relative_to(ROOT).as_posix()


def sql_files() -> list[Path]:
    """Every query file, the steps of the build among them."""
    return sorted((ROOT / "queries").rglob("*.sql"))


def bare_sql(path: Path) -> str:
    """A query's SQL without its comments and quoted texts."""
    return strip_sql(path.read_text(encoding="utf-8"))


def strip_sql(sql: str) -> str:
    """`sql` without comments and quoted texts."""
    return re.sub(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)


def tracked_files() -> list[Path]:
    """Every file that is, or is about to be, part of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
