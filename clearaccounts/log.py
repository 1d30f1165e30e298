"""What happened, for whoever runs the server: events with the request that they belong to, and nothing of what customers are.

A request is one click (one run of the script) or one answer over HTTP. Its id goes with every query, every recorded decision
and every error of it, so that the reference a person reads out finds them all. This is the lowest layer: the stores say
what they did, and the dashboard says for whom. How a line looks, and where it goes, is `log_lines`.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

# As a proxy hands it on: digits, letters a to f and dashes, so that nothing else can be written into a log.
_WELL_FORMED = re.compile(r"[0-9A-Fa-f][0-9A-Fa-f-]{6,62}[0-9A-Fa-f]")
# What a line may say beside the words of its event: names and numbers of ours, never a value of a customer.
FIELDS = frozenset({
    "query", "milliseconds", "row_count", "sequence", "subject_type", "event_type", "path", "method", "status", "byte_count",
    "error_type", "reference", "outcome",
})


@dataclass(frozen=True)
class Request:
    """Whom and what a line is about; empty = not known.

    Attributes:
        request_id: one click, or one answer over HTTP.
        session: which sign-in, or which tab, by a short hash.
        person: the user id; never a name or an address.
        page: the page's address.
        is_begun: whether a run has begun with it; until then it belongs to what a click does before its run.
    """

    request_id: str
    session: str = ""
    person: str = ""
    page: str = ""
    is_begun: bool = False


_current: ContextVar[Request | None] = ContextVar("clearaccounts_request", default=None)


def current() -> Request | None:
    """The request that this thread works for, if there is one."""
    return _current.get()


def request_id() -> str:
    """The id of the request that this thread works for; one begins here if there is none.

    What a click does comes before its run: it begins the request, and the run goes on with it.
    """
    found = _current.get()
    if found is None:
        found = Request(new_id())
        _current.set(found)
    return found.request_id


def new_id() -> str:
    """An id that nobody has had."""
    return secrets.token_hex(6)


def start_request(asked: str = "") -> str:
    """Begin a request, or go on with the one that a click has begun on this thread; its id.

    Args:
        asked: the id that a proxy gave it; another is taken if it is not well-formed.
    """
    found = _current.get()
    if found is None or found.is_begun or asked:
        found = Request(asked if _WELL_FORMED.fullmatch(asked) else new_id())
    _current.set(replace(found, is_begun=True))
    return found.request_id


def end_request() -> None:
    """The request is over; what this thread does next belongs to another."""
    _current.set(None)


def about(*, session: str = "", person: str = "", page: str = "") -> None:
    """Say more of the request: what is given stands on its later lines."""
    request_id()
    found = _current.get()
    if found is not None:
        _current.set(replace(found, session=session or found.session, person=person or found.person, page=page or found.page))


def short_hash(secret: str) -> str:
    """What tells one secret from another in a log without being it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def event(logger: logging.Logger, name: str, level: int = logging.INFO, error: BaseException | None = None, **fields: Any) -> None:
    """Log that something happened.

    Args:
        logger: whose line it is.
        name: what happened, one of few words of ours.
        level: how grave it is.
        error: what went wrong; its type and where it was are logged, not its words.
        fields: of `FIELDS`; numbers, or names of ours.
    """
    unknown = fields.keys() - FIELDS
    if unknown:
        raise ValueError(f"no field of a log line: {', '.join(sorted(unknown))}")
    logger.log(level, name, exc_info=error, extra={"clearaccounts": fields})


@contextmanager
def timed(logger: logging.Logger, name: str, **fields: Any) -> Iterator[dict[str, Any]]:
    """Log that something took place when it is over, with its `milliseconds`; what is put into the mapping goes with it.

    What fails is logged with its error's type and raised.
    """
    begun = time.perf_counter()
    found: dict[str, Any] = dict(fields)
    try:
        yield found
    except Exception as error:
        event(logger, name, logging.WARNING, **found, error_type=type(error).__name__, milliseconds=_since(begun))
        raise
    event(logger, name, **found, milliseconds=_since(begun))


def _since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 1)
