"""What people decided beside what was imported: the tables that stand beside a build, for every query that declares them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pyarrow as pa

from clearaccounts.collections import holds, notices
from clearaccounts.decisions import Event, EventFilter
from clearaccounts.warehouse import Warehouse

Matching = Callable[[EventFilter], tuple[Event, ...]]


def with_decisions(warehouse: Warehouse, matching: Matching) -> Warehouse:
    """The build with people's own holds and the notices that they sent beside it; each is read once, when a query asks for it.

    Args:
        warehouse: the build.
        matching: the store's events, or those that an action sees under the store's lock.
    """
    return warehouse.beside(_tables(matching))


def with_unsettled(warehouse: Warehouse, matching: Matching) -> Warehouse:
    """As `with_decisions`, the notices of which nobody knows yet among those that were sent: for what must not be sent twice."""
    unsettled = cache(lambda: notices.table(notices.known(matching), is_doubt_enough=True))
    return warehouse.beside({**_tables(matching), "notices_decided": unsettled})


def _tables(matching: Matching) -> dict[str, Callable[[], pa.Table]]:
    return {
        "holds_decided": cache(lambda: holds.table(holds.recorded(matching))),
        "notices_decided": cache(lambda: notices.table(notices.known(matching))),
    }
