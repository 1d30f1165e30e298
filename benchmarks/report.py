"""Writes what `make bench` measured into docs/performance.md, as tables between the two marks that stand there.

`python -m benchmarks.report [benchmarks/results.json ...]`: where files measured the same line of the same size, the last one counts.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.run import ROOT
from benchmarks.table import LINES, limit

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: python -m benchmarks.report -->", "<!-- end of figures -->"
_HEAD = "| what / its floor | ours | floor | ratio | at most | kept | memory, MiB |\n|---|--:|--:|--:|--:|---|--:|"


def tables(files: Sequence[Mapping[str, Any]]) -> str:
    """The tables of all sizes, the smallest first, each line in the order of `make bench`; and what failed."""
    found = {(result["line"], result["invoices"]): (result, file["machine"]) for file in files for result in file["results"]}
    sizes = sorted({size for _, size in found if size is not None})
    parts = []
    for size in [*sizes, *([None] if any(size is None for _, size in found) else [])]:
        rows = [found[line.key, size] for line in LINES if (line.key, size) in found]
        title = "The sample partner" if size is None else f"{size:,} customer invoices"
        parts.append("\n".join([f"### {title}", "", *_machines(rows), "", _HEAD, *(_row(result) for result, _ in rows)]))
    failures = list(dict.fromkeys(failure for file in files for failure in file["failures"]))
    if failures:
        parts.append("\n".join(["Not measured:", "", *(f"- {failure}" for failure in failures)]))
    return "\n\n".join(parts)


def _machines(rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[str]:
    said = dict.fromkeys(", ".join(f"{key} {value}" for key, value in machine.items()) for _, machine in rows)
    return [f"Measured on: {one}." for one in said]


def _row(result: Mapping[str, Any]) -> str:
    ours, floor, counts = result["ours"], result["floor"], result["counts"]
    memory = f"{ours['peak_bytes'] / 2**20:,.0f}" if ours.get("peak_bytes") else ""
    if result["at_most_bytes"] is not None:
        memory += f" (at most {result['at_most_bytes'] / 2**20:,.0f}: {_kept(result['is_memory_met'])})"
    at_most = limit(dict(result)).replace(">= ", "at least ")
    cells = (
        result["measure"], _value(ours, counts), _value(floor, counts), f"{result['ratio']:,.2f}", at_most, _kept(result["is_met"]), memory,
    )
    return f"| {' | '.join(cells)} |"


def _value(figures: Mapping[str, Any], counts: str) -> str:
    if counts == "bytes":
        return f"{figures['bytes'] / 1e6:.2f} MB"
    milliseconds = figures["seconds"] * 1000
    return f"{milliseconds:,.{1 if milliseconds < 100 else 0}f} ms"


def _kept(is_met: bool | None) -> str:
    return "" if is_met is None else "yes" if is_met else "**no**"


def written(page: str, figures: str) -> str:
    """The page with these tables between its marks.

    Raises:
        SystemExit: the marks are not there.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{PAGE.name} has no place for figures: {BEGIN} and {END}, in this order")
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"


def main() -> None:
    """Read the files named, and write the page."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    options.add_argument("files", type=Path, nargs="*", default=[ROOT / "benchmarks" / "results.json"], help="what `make bench` wrote")
    options.add_argument("--page", type=Path, default=PAGE, help="where the tables go")
    chosen = options.parse_args()
    files = [json.loads(path.read_text(encoding="utf-8")) for path in chosen.files]
    chosen.page.write_text(written(chosen.page.read_text(encoding="utf-8"), tables(files)), encoding="utf-8")


if __name__ == "__main__":
    main()
