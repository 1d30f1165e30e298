"""Demo mode keeps its person across a reload of the page, in a session cookie that no script can read.

A sign-in happens on the page's open connection, which can set no cookie. So the page shows an invisible
picture whose address holds a ticket good for one use; answering it, the server sets or deletes the cookie.
The cookie holds a built-in person's id and nothing else. Outside demo mode none of this is there.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

from clearaccounts.access import DEMO_PEOPLE
from clearaccounts.ui import connection

COOKIE = "clearaccounts_demo_person"
PATH = "/demo-person"
MOST_TICKETS = 1000
_TICKET = "_demo_ticket"


class _Tickets:
    """Who is to be remembered (None: nobody any more) by whoever brings the ticket; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[str, str | None] = OrderedDict()
        self._used: OrderedDict[str, None] = OrderedDict()

    def issue(self, user_id: str | None) -> str:
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._open[ticket] = user_id
            while len(self._open) > MOST_TICKETS:
                self._open.popitem(last=False)
        return ticket

    def is_open(self, ticket: str) -> bool:
        with self._lock:
            return ticket in self._open

    def redeem(self, ticket: str) -> str | None:
        """The id; raises KeyError if the ticket is unknown or used."""
        with self._lock:
            user_id = self._open.pop(ticket)
            self._used[ticket] = None
            while len(self._used) > MOST_TICKETS:
                self._used.popitem(last=False)
            return user_id

    def is_used(self, ticket: str) -> bool:
        with self._lock:
            return ticket in self._used


_tickets = _Tickets()


def keep(user_id: str | None) -> None:
    """From the next run on, have the browser remember this person, or nobody."""
    st.session_state[_TICKET] = _tickets.issue(user_id)


def draw() -> None:
    """The invisible picture, for as long as its ticket has not come back."""
    place = st.empty()  # there with a ticket or without: what follows keeps its position, and with it what is open or typed
    ticket = st.session_state.get(_TICKET)
    if ticket is not None and _tickets.is_open(ticket):
        place.html(f'<img src="{PATH}?ticket={ticket}" alt="">')


def person_id() -> str | None:
    """Whom this browser remembered when the page was opened: the id of a built-in person, or None."""
    found = st.context.cookies.get(COOKIE)
    return found if any(person.user_id == found for person in DEMO_PEOPLE) else None


def answer(request: Request) -> Response:
    """The picture's address: sets or deletes the cookie for a ticket, else says that there is nothing here."""
    if connection.settings().access.is_oidc:
        return Response(status_code=404)
    ticket = request.query_params.get("ticket", "")
    try:
        user_id = _tickets.redeem(ticket)
    except KeyError:
        # A browser may ask for the same picture again while the page is drawn anew: that changes nothing and is no error.
        return Response(status_code=204 if _tickets.is_used(ticket) else 404)
    response = Response(status_code=204, headers={"cache-control": "no-store"})
    if user_id is None:
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    else:
        response.set_cookie(COOKIE, user_id, httponly=True, samesite="strict")
    return response
