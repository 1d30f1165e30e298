"""The performance table: what we do, what the bare minimum takes in the same run, their ratio, and how large it may be.

`python -m benchmarks.run [--sizes 10000 1000000 10000000] [--lines build ageing] [--folder DIR] [--json FILE]`
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import room
from benchmarks.figures import NOT_MEASURED, Figures
from benchmarks.table import HEADING, LIMITS_AT, LINES, Step, compared, shown, steps_for

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10_000, 1_000_000, LIMITS_AT)
# A step that takes longer than this hangs.
STEP_SECONDS, STEP_SECONDS_A_MILLION = 600, 120


class StepFailed(Exception):
    """A step ended with an error; says which, and its last words."""


def run_step(step: Step, *arguments: str) -> tuple[dict[str, Figures], list[str]]:
    """Run one step in a process of its own; its figures by name, and what of it could not be measured.

    Raises:
        StepFailed: it did not work.
    """
    command = [sys.executable, "-m", f"benchmarks.{step.module}", step.name, *arguments]
    size = int(arguments[0]) if arguments else 0
    longest = STEP_SECONDS + size / 1_000_000 * STEP_SECONDS_A_MILLION
    try:
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=longest)
    except subprocess.TimeoutExpired as late:
        raise StepFailed(f"{step.module} {step.name} took more than {longest:,.0f} s and was stopped") from late
    if ran.returncode:
        raise StepFailed(f"{step.module} {step.name} failed: {(ran.stderr.strip().splitlines() or ['it said nothing'])[-1]}")
    return dict(json.loads(ran.stdout.splitlines()[-1])), [line for line in ran.stderr.splitlines() if line.startswith(NOT_MEASURED)]


def measure(
    steps: Sequence[Step], size: int | None, arguments: Sequence[str], lines: Sequence[str], results: list[dict[str, Any]]
) -> Iterator[list[str]]:
    """Run steps, print each line as soon as both its figures are there, and add it to the results.

    Args:
        steps: in order; those of a size, or those of none.
        size: customer invoices; None of the steps that are of no size.
        arguments: what the steps are given.
        lines: the keys of the lines wanted.
        results: of this and other sizes.

    Yields:
        After each step, what failed.
    """
    figures: dict[str, Figures] = {}
    printed: set[str] = set()
    for step in steps:
        try:
            found, missed = run_step(step, *arguments)
            figures |= found
        except StepFailed as failed:
            missed = [str(failed)]
        for failure in missed:
            print(f"  {failure}", flush=True)
        for line in LINES:
            if line.key in lines and line.key not in printed and (result := compared(line, figures, size)) is not None:
                printed.add(line.key)
                results.append(result)
                print(shown(result), flush=True)
        yield missed


def main() -> None:
    """Measure, print, and write the figures as JSON."""
    keys = [line.key for line in LINES]
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="customer invoices")
    options.add_argument("--lines", nargs="+", choices=keys, default=keys, help="only these lines, and what they need")
    options.add_argument("--folder", type=Path, help="keep the generated partners here (else a temporary folder)")
    options.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "results.json", help="where the figures go")
    chosen = options.parse_args()

    machine = {
        "system": platform.platform(), "processors": os.cpu_count(), "python": platform.python_version(),
        "duckdb": version("duckdb"), "streamlit": version("streamlit"), "pandas": version("pandas"),
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    print(f"The limits are for {LIMITS_AT:,} invoices on 2 cores.")
    print(HEADING)
    steps = steps_for(chosen.lines)
    results: list[dict[str, Any]] = []
    failures: list[str] = []

    def note(title: str, chosen_steps: Sequence[Step], size: int | None, *arguments: str) -> None:
        if chosen_steps:
            print(title, flush=True)
            # What was measured stands in the file after each step: the next one may take hours.
            for missed in measure(chosen_steps, size, arguments, chosen.lines, results):
                failures.extend(missed)
                written = {"machine": machine, "results": results, "failures": failures}
                chosen.json.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")

    for size in chosen.sizes:
        sized = [step for step in steps if step.is_of_a_size and (step.up_to is None or size <= step.up_to)]
        with tempfile.TemporaryDirectory(prefix="clearaccounts-bench-") as work:
            generated = (chosen.folder or Path(work) / "generated") / str(size)
            try:
                said = room.check(size, generated, Path(work)) if sized else ""
            except room.NoRoom as none:
                failures.append(str(none))
                print(none, flush=True)
                continue
            note(f"{size:,} customer invoices; {said}", sized, size, str(size), str(generated), work)
    note("the sample partner", [step for step in steps if not step.is_of_a_size], None)
    print(f"Figures: {chosen.json}")
    if failures:
        sys.exit(1)


if __name__ == "__main__":
    main()
