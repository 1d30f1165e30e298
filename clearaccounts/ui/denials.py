"""What people asked to see and were not shown goes on record: pages that are not for them, and links to what is not there or not theirs.

A search that finds nothing is no denial, and somebody who never signed in is nobody: their visits stand in the log alone, or a flood of
them would fill the chain. The record does not tell a foreign id from a missing one, as the page did not.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import streamlit as st

from clearaccounts import accounts, documents, log
from clearaccounts.access import Viewer
from clearaccounts.errors import ClearAccountsError, DecisionError, NotFound, NotPermitted, SignedOut
from clearaccounts.people import register
from clearaccounts.people.invitations import NO_PERSON
from clearaccounts.support import history
from clearaccounts.ui import connection, guard
from clearaccounts.ui.registry import Entry

_LOG = logging.getLogger(__name__)
VIEW = "view"
PAGE = "page"
# The names that an address has for one thing, each with what kind of thing it is; whatever else stands there chooses among what is shown.
LINKS = {"customer_id": "customer", "customer": "customer", "invoice_id": "invoice", "case": "case", "person": "person"}
_SAID = {accounts.NO_ACCOUNT: "customer", documents.NO_INVOICE: "invoice", history.NO_CASE: "case", NO_PERSON: "person"}
_LONGEST_ID = 100
_REMEMBERED = 10_000


class _OnRecord:
    """What this process has put on record already: a page that is refused again need not ask the store. The oldest are forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[object, ...], None] = OrderedDict()

    def has(self, *what: object) -> bool:
        """Whether it is."""
        with self._lock:
            return what in self._known

    def add(self, *what: object) -> None:
        """It is, from now on."""
        with self._lock:
            self._known[what] = None
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


_on_record = _OnRecord()


def page(viewer: Viewer, entry: Entry | None) -> None:
    """Somebody opened a page that is not for them; an address of nothing is nobody's page."""
    if entry is not None:
        _record(viewer, {"event_type": VIEW, "subject_type": PAGE, "subject_id": entry.url, **_named()}, NotPermitted)


def found_nothing(viewer: Viewer, entry: Entry, error: NotFound | NotPermitted) -> None:
    """A page said that there is no such thing, or that it is not for them: if its address names it, somebody followed a link."""
    if isinstance(error, SignedOut):
        return
    if isinstance(error, NotPermitted):
        page(viewer, entry)
        return
    kind = _SAID.get(error.template)
    asked = next((given for name, given in _named().items() if LINKS[name] == kind), None)
    if kind is not None and asked is not None:
        _record(viewer, {"event_type": VIEW, "subject_type": kind, "subject_id": asked, "page": entry.url}, NotFound)


def outside(entry: Entry | None) -> None:
    """Nobody is signed in: who did sign in but may not come in any more is on record as themselves, everybody else in the log."""
    refused = guard.refusal()
    user_id = None if refused is None else refused.values.get("user_id")
    if user_id is None:
        log.about(page=entry.url if entry is not None else "")
        log.event(_LOG, "denied", subject_type=PAGE, event_type=VIEW, outcome="not_signed_in")
        return
    person = register.by_id(str(user_id), connection.people_matching, connection.settings().access)
    if person is not None and entry is not None:
        _record(person.viewer, {"event_type": VIEW, "subject_type": PAGE, "subject_id": entry.url, **_named()}, SignedOut)


def _named() -> dict[str, str]:
    return {name: st.query_params[name][:_LONGEST_ID] for name in LINKS if st.query_params.get(name)}


def _record(viewer: Viewer, attempt: Mapping[str, Any], denial: type[ClearAccountsError]) -> None:
    log.event(_LOG, "denied", subject_type=attempt["subject_type"], event_type=VIEW, outcome=denial.__name__)
    now = connection.now()
    what = (connection.own_folder().path.resolve(), viewer.user_id, now.date(), denial.__name__, *attempt.items())
    if _on_record.has(*what):
        return
    try:
        if connection.own_store().deny(viewer, attempt, now, denial):
            _on_record.add(*what)
    except DecisionError:
        _LOG.exception("a denied look could not be put on record")
