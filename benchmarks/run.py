"""The performance table: what we do, what the bare minimum takes in the same run, and their ratio.

`python -m benchmarks.run [--sizes 10000 1000000 10000000] [--json FILE]`
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# What is measured, in words; the module; its step that does it; its step that is the floor.
LINES = (
    ("landing a CSV file / DuckDB's read as text + write as Parquet", "landing", "first", "text"),
    ("landing it again, one row in 100 changed / the same", "landing", "changed", "text"),
    ("build of the warehouse / plain copy of the same rows", "measure", "build", "copy"),
    ("ageing as of 25 month ends / plain scan of its columns", "measure", "ageing", "scan"),
    ("one customer's payment history / plain read of the invoices", "measure", "points", "point_scan"),
)
CLICK = ("a click on a page / an empty Streamlit rerun", "page", "empty")


def step(module: str, *arguments: str) -> dict[str, Any]:
    """Run one step in a process of its own; its figures."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"{' '.join(command[2:])} failed: {ran.stderr.strip().splitlines()[-1]}")
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def line(title: str, ours: dict[str, Any], floor: dict[str, Any]) -> str:
    """One line of the table."""
    slowest = milliseconds(ours["slowest"]) if "slowest" in ours else " " * 10
    return (
        f"  {title:<62} {milliseconds(ours['seconds'])} {slowest} {milliseconds(floor['seconds'])} "
        f"{ours['seconds'] / floor['seconds']:7.1f} {ours['peak_bytes'] / 2**20:9,.0f}"
    )


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds, ten characters wide; small figures with a decimal."""
    return f"{seconds * 1000:10,.{1 if seconds < 0.1 else 0}f}"


def main() -> None:
    """Measure, print, and write the figures as JSON."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000], help="customer invoices")
    options.add_argument("--folder", type=Path, help="keep the generated partners here (else a temporary folder)")
    options.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "results.json", help="where the figures go")
    chosen = options.parse_args()

    machine = {
        "system": platform.platform(), "processors": os.cpu_count(), "python": platform.python_version(),
        "duckdb": version("duckdb"), "streamlit": version("streamlit"),
    }
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    print(f"  {'':<62} {'median ms':>10} {'slowest ms':>10} {'floor ms':>10} {'ratio':>7} {'peak MiB':>9}")
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="clearaccounts-bench-") as temporary:
        for size in chosen.sizes:
            folder = (chosen.folder or Path(temporary)) / str(size)
            folder.mkdir(parents=True, exist_ok=True)
            print(f"{size:,} customer invoices", flush=True)
            step("measure", "copy", str(size), str(folder))  # makes the files, so that neither side pays for a cold disk
            for title, module, ours, floor in LINES:
                measured = {name: step(module, name, str(size), str(folder)) for name in (ours, floor)}
                results.append({"invoices": size, "measure": title, "ours": measured[ours], "floor": measured[floor]})
                print(line(title, measured[ours], measured[floor]), flush=True)
    title, ours, floor = CLICK
    print("the sample partner", flush=True)
    measured = {name: step("click", name) for name in (ours, floor)}
    results.append({"invoices": None, "measure": title, "ours": measured[ours], "floor": measured[floor]})
    print(line(title, measured[ours], measured[floor]))
    chosen.json.write_text(json.dumps({"machine": machine, "results": results}, indent=2) + "\n", encoding="utf-8")
    print(f"Figures: {chosen.json}")


if __name__ == "__main__":
    main()
