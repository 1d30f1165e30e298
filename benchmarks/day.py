"""The day after: what arrives at a generated partner on one day, taken into the warehouse that there is.

Measured is what makes the new warehouse out of the current one and the day's landings; reading and checking the day's files is
not in it, as it is not in the build. `python -m benchmarks.day refresh INVOICES SET WORK` prints one JSON object.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from benchmarks import generate, landed
from benchmarks.figures import Figures, Step, repeated, run_step, seconds
from benchmarks.measure import data_folder
from clearaccounts.importing import refresh, staging
from clearaccounts.importing.staging import Stage
from clearaccounts.importing.swap import Prepared
from clearaccounts.settings import Settings


def refreshed(invoices: int, generated: Path, work: Path) -> Mapping[str, Figures]:
    """Refresh the current warehouse with the day's documents, again and again from the same beginning; nothing of it becomes current."""
    files = generate.write_day(generated / "day", invoices)
    found: list[Prepared] = []
    with staging.working(data_folder(work)) as scratch:
        stage = Stage(data_folder(work), Settings(), scratch, landed.LANDED_AT + timedelta(days=1), "bench-day")
        landed.put(stage, files)

        def once() -> float:
            took = seconds(lambda: found.append(refresh.prepare(stage)))
            found[-1].path.unlink()
            if found[-1].remade_count is None:
                raise SystemExit(f"it was built whole: {found[-1].not_refreshed}")
            return took

        figures = repeated(once)
    return {"refresh": figures | {"remade": found[-1].remade_count}}


STEPS: dict[str, Step] = {"refresh": refreshed}


if __name__ == "__main__":
    run_step(STEPS)
