"""The log of a test: every record of every logger, down to the least, as the server would write it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clearaccounts.log_lines import Line


class Log:
    """What was logged: the text as it is written, and its lines."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        """Everything, as written."""
        return self._stream.getvalue()

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """Every line, or those of one event."""
        found = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in found if event is None or line.get("event") == event]


@contextmanager
def catching(level: int = logging.INFO) -> Iterator[Log]:
    """Catch what is logged meanwhile, whatever else listens."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Line())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield Log(stream)
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
