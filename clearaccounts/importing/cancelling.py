"""Stopping an import: asked between steps and rows, and while the database works."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from clearaccounts.errors import Cancelled
from clearaccounts.text import N_

# Whether a person wants the import to stop; asked from several threads.
Asked = Callable[[], bool]
_LOOK_SECONDS = 0.2


def never() -> bool:
    """Nobody stops it."""
    return False


def check(cancelled: Asked) -> None:
    """Raise Cancelled if somebody wants the import to stop."""
    if cancelled():
        raise Cancelled(N_("The import was cancelled; nothing of it was kept, and the numbers are those from before."))


@contextmanager
def interruptible(connection: duckdb.DuckDBPyConnection, cancelled: Asked) -> Iterator[None]:
    """Within this block a statement of `connection` that runs when somebody cancels is interrupted.

    Raises:
        Cancelled: somebody cancelled; also between two statements, at the end of the block.
    """
    if cancelled is never:
        yield
        return
    done = threading.Event()

    def watch() -> None:
        # Again and again: an interrupt that comes between two statements reaches neither.
        while not done.wait(_LOOK_SECONDS):
            if cancelled():
                connection.interrupt()

    watcher = threading.Thread(target=watch, name="cancel-import", daemon=True)
    watcher.start()
    try:
        yield
    except duckdb.InterruptException:
        check(cancelled)
        raise
    finally:
        done.set()
        watcher.join()
    check(cancelled)
