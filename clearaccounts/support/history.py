"""One support case: how it stood at an instant, what had happened to it, what of it went to Microsoft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from clearaccounts.access import Viewer
from clearaccounts.errors import NotFound
from clearaccounts.text import N_
from clearaccounts.warehouse import Warehouse

NO_CASE = N_("There is no such case by this day.")


@dataclass(frozen=True)
class CaseFilter:
    """One case at an instant (UTC without a zone)."""

    case_id: str
    at: datetime


def case(warehouse: Warehouse, chosen: CaseFilter, viewer: Viewer) -> dict[str, Any]:
    """The row of a case as it stood.

    Raises:
        NotFound: there is no such case, or it was opened later, or it is not for this viewer; the words are the same.
    """
    found = warehouse.run("support/case", chosen, viewer).to_pylist()
    if not found:
        raise NotFound(NO_CASE)
    row: dict[str, Any] = found[0]
    return row


def timeline(warehouse: Warehouse, chosen: CaseFilter, viewer: Viewer) -> pa.Table:
    """One row per event of the case or of a request of its, the oldest first; none for a case that `case` does not find."""
    return warehouse.run("support/case_timeline", chosen, viewer)


def requests(warehouse: Warehouse, chosen: CaseFilter, viewer: Viewer) -> pa.Table:
    """One row per request to Microsoft about the case, the newest first."""
    return warehouse.run("support/case_requests", chosen, viewer)
