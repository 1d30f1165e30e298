"""The SQL of the marts means the same in other engines: a warehouse too large for one machine is built elsewhere from these files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, place, strip_sql

# What DuckDB alone understands, or what another engine understands differently without a word.
FOREIGN = {
    "date_diff or datediff by anything but days": r"date_?diff\s*\(",
    "asof join": r"\basof\b",
    "pivot": r"\b(?:un)?pivot\b",
    "macro": r"\bmacro\b",
    "quantile_cont": r"\bquantile_cont\b|\bpercentile_cont\b",
    "ordered string_agg": r"\b(?:string_agg|group_concat|listagg)\s*\([^)]*order by",
    "from first": r"\(\s*from\b|\A\s*from\b",
    "range as a table": r"\bfrom\s+(?:range|generate_series)\s*\(",
    "read from a file": r"\bread_(?:csv|parquet|json)\w*\s*\(",
}


def foreign(sql: str) -> list[str]:
    """The names of what is in `sql` and does not travel."""
    bare = strip_sql(sql)
    return [name for name, pattern in FOREIGN.items() if re.search(pattern, bare, re.IGNORECASE | re.MULTILINE)]


@pytest.mark.parametrize("path", sorted((ROOT / "queries" / "marts").glob("*.sql")), ids=place)
def test_a_mart_travels(path: Path) -> None:
    assert foreign(path.read_text(encoding="utf-8")) == []


def test_the_search_finds_what_does_not_travel() -> None:
    for sql in ("select date_diff('month', a, b)", "select 1 from x asof join y", "pivot t on a", "select quantile_cont(x, 0.9)"):
        assert foreign(sql)
    assert foreign("select 1 from range(3)") and foreign("from x") and foreign("select string_agg(a, ',' order by b) from t")
    assert not foreign("select a from b -- pivot\nwhere c = 'asof'")
