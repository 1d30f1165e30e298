"""A demo person's ticket: it sets the cookie once, and asking again is no error and changes nothing."""

from __future__ import annotations

from starlette.requests import Request

from clearaccounts.access import DEMO_PEOPLE
from clearaccounts.ui import remembered


def asked(ticket: str) -> tuple[int, str | None]:
    """Status and cookie that the picture's address answers with."""
    scope = {"type": "http", "method": "GET", "path": remembered.PATH, "query_string": f"ticket={ticket}".encode(), "headers": []}
    answer = remembered.answer(Request(scope))
    return answer.status_code, answer.headers.get("set-cookie")


def test_a_ticket_sets_the_cookie_once() -> None:
    ticket = remembered._tickets.issue(DEMO_PEOPLE[0].user_id)
    status, cookie = asked(ticket)
    assert status == 204
    assert cookie is not None and DEMO_PEOPLE[0].user_id in cookie and "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    assert not remembered._tickets.is_open(ticket)
    assert asked(ticket) == (204, None)


def test_a_ticket_that_was_never_issued_is_nothing() -> None:
    assert asked("") == (404, None)
    assert asked("demo:martin") == (404, None)
