"""What a step says: how long something took, how often it was done, and how much memory its process came to."""

from __future__ import annotations

import json
import math
import os
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

# seconds (the median), fastest, slowest, times; peak_bytes of the process; and whatever else is worth telling.
Figures = dict[str, Any]
# A step measures one thing and what it is compared with, or one of them: figures by name.
Step = Callable[[int, Path, Path], Mapping[str, Figures]]

AT_LEAST = 5
# A step that could not measure one of its figures says so in a line of its own on standard error, and gives the others.
NOT_MEASURED = "not measured: "
# What takes minutes is done less often than that; the figures say how often.
LONG_SECONDS = 150.0


def seconds(run: Callable[[], object]) -> float:
    """How long `run` takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def spread(times: Sequence[float]) -> Figures:
    """The median of `times`, and how far they lie apart."""
    return {"seconds": statistics.median(times), "fastest": min(times), "slowest": max(times), "times": len(times)}


def share_below(times: Sequence[float], share: float) -> float:
    """What the `share` (0 to 1) of `times` stays at or below: the nearest rank, so that it is one of them."""
    return sorted(times)[max(0, math.ceil(share * len(times)) - 1)]


def repeated(timed: Callable[[], float]) -> Figures:
    """Do something five times, or less often if it takes minutes; `timed` does it once and says how long it took."""
    start, times = time.perf_counter(), [timed()]
    while len(times) < AT_LEAST and time.perf_counter() - start < LONG_SECONDS:
        times.append(timed())
    return spread(times)


def side_by_side(ours: Sequence[Callable[[], object]], floors: Sequence[Callable[[], object]]) -> tuple[Figures, Figures]:
    """Measure each of ours and its floor in turn, so that what else the machine does falls on both alike.

    The first pair is done once before. Returns the figures of ours and of the floors.
    """
    ours[0]()
    floors[0]()
    pairs = [(seconds(our), seconds(floor)) for our, floor in zip(ours, floors, strict=True)]
    return spread([pair[0] for pair in pairs]), spread([pair[1] for pair in pairs])


def peak_bytes() -> int:
    """The most memory that this process has held, as the system tells."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def peak_bytes_of(process_id: int) -> int:
    """The most memory that another process has held, where the system tells (Linux); else 0."""
    status = Path(f"/proc/{process_id}/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.exists() else None
    return int(found[1]) * 1024 if found else 0


def at_rest(process_id: int) -> None:
    """Wait, for a minute at most, until another process has nothing to do any more, where the system tells (Linux).

    A server that has just started still packs the files of its release, and would do so beside the first clicks.
    """
    used = _processor_ticks(process_id)
    for _ in range(60):
        time.sleep(1)
        before, used = used, _processor_ticks(process_id)
        if used - before < os.sysconf("SC_CLK_TCK") // 10:
            return


def _processor_ticks(process_id: int) -> int:
    stat = Path(f"/proc/{process_id}/stat")
    if not stat.exists():
        return 0
    # After the name, which may hold blanks: the 12th and 13th are what it and the system for it have used.
    numbers = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(numbers[11]) + int(numbers[12])


def run_step(steps: Mapping[str, Step]) -> None:
    """Run the step that the command line names (`STEP INVOICES SET WORK`) and print its figures as one JSON object.

    SET is the folder of the generated partner, WORK one for what is made of it.
    """
    name, invoices, generated, work = sys.argv[1:]
    found = steps[name](int(invoices), Path(generated), Path(work))
    print(json.dumps({key: {"peak_bytes": peak_bytes()} | figures for key, figures in found.items()}))
