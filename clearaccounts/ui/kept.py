"""Small results kept from one run of a page to the next, for everybody who would get the very same.

With the answers of a build (`clearaccounts.answers`), the only cache of customers' data there is. What is kept belongs to a build with
its assignments, and to a role with its scope: a person whose role or customers change never meets what was kept for who they were.
Large tables are never part of a key.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from clearaccounts.access import Viewer
from clearaccounts.warehouse import Warehouse

T = TypeVar("T")


class Kept(Generic[T]):
    """Results of one kind; when there are `most` of them, all are let go."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: dict[tuple[Hashable, ...], T] = {}

    def get(self, warehouse: Warehouse, viewer: Viewer, about: Hashable, make: Callable[[], T]) -> T:
        """What was kept for this build, role, scope and `about`; made and kept if nothing was.

        Args:
            warehouse: the build that it is read from.
            viewer: whose permission and scope it is made with.
            about: everything else that it depends on.
            make: makes it. Two runs at once may both make it; a failure is not kept.
        """
        key = (warehouse.identity, viewer.role, viewer.agent_scope, about)
        with self._lock:
            if key in self._found:
                return self._found[key]
        made = make()
        with self._lock:
            if len(self._found) >= self._most:
                self._found.clear()
            self._found[key] = made
        return made
