"""The timeline of an account: everything that happened, the newest first, by kind."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from clearaccounts.access import Permission, Viewer
from clearaccounts.accounts import TimelineFilter
from clearaccounts.collections import chronicle
from clearaccounts.text import N_
from clearaccounts.ui import connection, tables, url, words
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

_COLUMNS = (
    Column("occurred_on", N_("Day"), "day"),
    Column("event_type", N_("What"), "label"),
    Column("event_text", N_("About"), width="large"),
    Column("subject_id", N_("Id")),
)
# What was invoiced, paid and settled tells of the same money several times.
_AMOUNT = Column("amount_total", N_("Amount"), "amount", is_summed=False)
EMPTY = N_("Nothing of this kind happened to them by this day.")


def columns(viewer: Viewer) -> tuple[Column, ...]:
    """What the table shows; amounts for who may see any."""
    return (*_COLUMNS[:2], *((_AMOUNT,) if viewer.may(Permission.VIEW_RECEIVABLES) else ()), *_COLUMNS[2:])


def kind(viewer: Viewer) -> str | None:
    """A control for the kind of event; None is everything."""
    translate = words.language().gettext
    options = {"all": translate(N_("Everything"))} | {code: translate(title) for code, title in chronicle.kinds(viewer).items()}
    chosen = url.segments(translate(N_("Kind")), options, "kind")
    return None if chosen == "all" else chosen


def kind_words(chosen_kind: str | None, viewer: Viewer) -> str | None:
    """The kind of event that the timeline is narrowed to, as a file says it."""
    return words.language().gettext(chronicle.kinds(viewer)[chosen_kind]) if chosen_kind else None


def page(warehouse: Warehouse, customer_id: str, as_of_on: date, chosen_kind: str | None, viewer: Viewer) -> Paged:
    """One page of the timeline."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = TimelineFilter(customer_id, as_of_on, chosen_kind, limit, offset)
        return chronicle.timeline(warehouse, connection.store(), wanted, viewer)
    return tables.paged(fetch, "page")
