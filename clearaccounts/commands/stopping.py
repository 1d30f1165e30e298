"""Ctrl-C while something is brought in or taken back: it stops where it can, and what is decided is finished.

An exception out of nowhere could come between the two renames of an import, and would have the command say that nothing
was kept when it was. So the key only leaves word, and the work looks: until the moment of decision, and not after it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from clearaccounts.importing.cancelling import Asked


@contextmanager
def stoppable() -> Iterator[Asked]:
    """Within this block Ctrl-C raises nothing; gives what tells whether it was pressed. Only in the main thread."""
    pressed = threading.Event()
    with _on_interrupt(lambda *_: pressed.set()):
        yield pressed.is_set


@contextmanager
def interruptible_at_once() -> Iterator[None]:
    """Within this block Ctrl-C raises KeyboardInterrupt again: while a person is asked, nothing else looks."""
    with _on_interrupt(signal.default_int_handler):
        yield


@contextmanager
def _on_interrupt(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    if (previous := signal.getsignal(signal.SIGINT)) == signal.SIG_IGN:
        # In the background of a shell the key is not meant for us.
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
