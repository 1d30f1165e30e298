"""Long work on threads of its own, so that the page and all other people are served meanwhile.

A job belongs to a person, not to a browser tab: whoever loses the tab finds the job, or its result, on the next visit.
Nothing in here, and nothing that a job runs, speaks to Streamlit.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

# Finished jobs that are kept for their person to look at; the oldest go first.
KEPT = 200


@dataclass
class Job:
    """One piece of work.

    Attributes:
        owner: the user id of whom it belongs to.
        kind: what sort of work it is.
        job_id: tells it from all others.
        file: the file it is at; `rows` of it have been read.
        is_waiting: whether it waits for other work to end before it can begin.
        result: what it came to; `error` is what stopped it instead.
    """

    owner: str
    kind: str
    job_id: str = field(default_factory=lambda: secrets.token_hex(8))
    file: str = ""
    rows: int = 0
    is_waiting: bool = False
    result: Any = None
    error: Exception | None = None
    _cancelled: threading.Event = field(default_factory=threading.Event, repr=False)
    _done: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def is_done(self) -> bool:
        """Whether it has ended, one way or another."""
        return self._done.is_set()

    @property
    def is_cancelled(self) -> bool:
        """Whether its person wants it to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to stop; it does so at its next step, and keeps nothing."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """For the work to ask."""
        return self._cancelled.is_set()

    def progress(self, file: str, rows: int) -> None:
        """For the work to tell how far it is."""
        self.file, self.rows, self.is_waiting = file, rows, False

    def waits(self) -> None:
        """For the work to tell that it waits for other work."""
        self.is_waiting = True

    def wait(self, seconds: float) -> bool:
        """Wait so long for its end; whether it has come."""
        return self._done.wait(seconds)


class _Registry:
    """Every job of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def add(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.job_id] = job
            finished = [one.job_id for one in self._jobs.values() if one.is_done]
            for job_id in finished[: max(len(finished) - KEPT, 0)]:
                del self._jobs[job_id]

    def newest(self, owner: str, kind: str) -> Job | None:
        with self._lock:
            return next((job for job in reversed(self._jobs.values()) if job.owner == owner and job.kind == kind), None)

    def forget(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop(job.job_id, None)


_registry = _Registry()


def start(owner: str, kind: str, work: Callable[[Job], Any], file: str = "") -> Job:
    """Begin `work` on a thread of its own.

    Args:
        owner: the user id of whom it belongs to.
        kind: what sort of work it is.
        work: gets the job, to tell its progress and to ask whether it shall stop; what it returns or raises is kept.
        file: what it begins with.
    """
    job = Job(owner, kind, file=file)

    def run() -> None:
        try:
            job.result = work(job)
        except Exception as error:  # whatever it is, the page says it in one sentence and logs it
            job.error = error
        finally:
            job._done.set()

    _registry.add(job)
    # Not waited for when the server stops: what it does is there whole or not at all.
    # It goes on under the request that began it.
    threading.Thread(target=copy_context().run, args=(run,), name=f"{kind}-{job.job_id}", daemon=True).start()
    return job


def newest(owner: str, kind: str) -> Job | None:
    """The newest job of that kind that its person has not put away yet."""
    return _registry.newest(owner, kind)


def forget(job: Job) -> None:
    """Its person has seen what came of it."""
    _registry.forget(job)
