"""Answers of one build that were given before, kept for whoever asks the very same.

A build never changes, and a query sees nothing but the build, the values bound to it and the tables handed to it. So an answer
depends on its query, on those values (whose customers are meant is one of them) and on the content of those tables, assignments
among them: that is its key, and who asks is not. Permission is looked at before anybody comes here. What grows old first goes first.
A build brings some answers with it (`clearaccounts.importing.first_answers`); these stay as long as the build does.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

MOST_BYTES = 64 * 2**20
# A page of a list is some 50 kB; what is larger is a file that somebody takes away.
LARGEST_BYTES = 512 * 2**10
_DIGESTS = 64


class Answers:
    """The answers of one build; safe to share between threads."""

    def __init__(
        self, most_bytes: int = MOST_BYTES, largest_bytes: int = LARGEST_BYTES, brought: Mapping[str, pa.Table] | None = None
    ) -> None:
        self._brought = dict(brought or {})
        self._most_bytes = most_bytes
        self._largest_bytes = largest_bytes
        self._lock = threading.Lock()
        self._found: OrderedDict[str, pa.Table] = OrderedDict()
        self._digests: OrderedDict[int, tuple[pa.Table, str]] = OrderedDict()
        self.held_bytes = 0

    def get(self, key: str) -> pa.Table | None:
        """The answer that was kept under `key`, or None."""
        if key in self._brought:
            return self._brought[key]
        with self._lock:
            found = self._found.get(key)
            if found is not None:
                self._found.move_to_end(key)
            return found

    def keep(self, key: str, answer: pa.Table) -> None:
        """Keep a small answer; the longest unused go when there is no more room."""
        size = int(answer.nbytes)
        if size > self._largest_bytes:
            return
        with self._lock:
            if key in self._found:
                return
            self._found[key] = answer
            self.held_bytes += size
            while self.held_bytes > self._most_bytes:
                _, oldest = self._found.popitem(last=False)
                self.held_bytes -= int(oldest.nbytes)

    def afresh(self) -> Answers:
        """What came with the build, and nothing that was asked since."""
        return Answers(self._most_bytes, self._largest_bytes, self._brought)

    def given(self) -> dict[str, pa.Table]:
        """What was asked since, by its key."""
        with self._lock:
            return dict(self._found)

    def key(self, query: str, bound: Mapping[str, Any], tables: Mapping[str, Callable[[], pa.Table]]) -> str:
        """What an answer depends on, in words: 1, 1.0 and True would be one and the same to a dictionary.

        Args:
            query: its name, with what tells its text.
            bound: every value bound to it, the scope's among them.
            tables: the tables that it is handed, by name, and the assignments if there are any.
        """
        digests = tuple((name, self._digest(table())) for name, table in sorted(tables.items()))
        return repr((query, sorted(bound.items()), digests))

    def _digest(self, table: pa.Table) -> str:
        """What tells the content of a table; looked at once as long as the same table comes again."""
        with self._lock:
            known = self._digests.get(id(table))
        if known is not None and known[0] is table:
            return known[1]
        content = hashlib.sha256()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table.combine_chunks())
        content.update(sink.getvalue())
        with self._lock:
            # The table itself is kept with it: no other can have its id meanwhile.
            self._digests[id(table)] = (table, content.hexdigest())
            while len(self._digests) > _DIGESTS:
                self._digests.popitem(last=False)
        return content.hexdigest()
