"""Random lives of marks, step by step beside a model: 60 runs of 200 steps in `make test`, 10,000 in `make test-long`.

A failure names its seed; `python -m tests.decisions.simulation.run SEED` runs it alone. `CLEARACCOUNTS_SIMULATIONS` sets how many.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.decisions.simulation.run import run
from tests.decisions.simulation.service import Worlds

RUNS = int(os.environ.get("CLEARACCOUNTS_SIMULATIONS", "60"))
PARTS = 20
# Without a disk behind it: the simulation kills nobody, and waiting for the disk is most of its time.
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_people_do_and_whatever_dies_the_six_truths_stay(worlds: Worlds, part: int) -> None:
    for seed in range(part, RUNS, PARTS):
        run(seed, worlds, MEMORY)
