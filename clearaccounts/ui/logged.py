"""The log of the dashboard: every answer over HTTP, every run of the script, and Streamlit's own words among ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit.logger
from streamlit.runtime.scriptrunner import get_script_run_ctx

from clearaccounts import log, log_lines
from clearaccounts.access import Viewer
from clearaccounts.errors import ClearAccountsError
from clearaccounts.settings import Log
from clearaccounts.ui import connection
from clearaccounts.ui.edge.asgi import CONNECTIONS, Application, Message, Receive, Scope, Send

_LOG = logging.getLogger(__name__)
HEADER = b"x-request-id"
# Of these addresses only the beginning is written: what follows is the key to somebody's file or session.
_KEPT_CLOSED = ("media", "component", "static", "_stcore")


def start() -> None:
    """Let every line of the server be ours, as the settings say; the launcher calls this first.

    Settings that cannot be read are said so later, by whoever needs them.
    """
    try:
        settings = connection.settings().log
    except ClearAccountsError:
        settings = Log()
    # Streamlit gives each of its loggers a handler of its own, now and whenever it makes one.
    streamlit.logger.setup_formatter = log_lines.lead_to_root
    log_lines.start(settings)


@contextmanager
def run() -> Iterator[None]:
    """One run of the script, from its first line to its last: a request of its own."""
    log.start_request()
    begun = time.perf_counter()
    try:
        yield
    finally:
        log.event(_LOG, "run", milliseconds=round((time.perf_counter() - begun) * 1000, 1))
        log.end_request()


def about(viewer: Viewer | None) -> None:
    """Say who is there: the beginning of their session's id, which is a hash; in demo mode, and of nobody, their tab's by a short hash."""
    context = get_script_run_ctx(suppress_warning=True)
    tab = log.short_hash(context.session_id) if context else ""
    session = viewer.session.session_id[:12] if viewer and viewer.session else tab
    log.about(person=viewer.user_id if viewer else "", session=session)


class Logged:
    """Gives every connection its id and logs how it was answered: the kind of address, never what follows it.

    The outermost of all, so that what another refuses is logged too. A proxy's `X-Request-Id` is taken over if it is one,
    and the answer carries it.

    Args:
        known: the addresses of one part that are ours.
    """

    def __init__(self, app: Application, known: frozenset[str]) -> None:
        self.app = app
        self.known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on under its id."""
        if scope["type"] not in CONNECTIONS:
            await self.app(scope, receive, send)
            return
        asked = next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == HEADER), "")
        log.end_request()
        request_id = log.start_request(asked)
        if scope["type"] == "websocket":
            log.end_request()  # what is clicked on it are requests of their own
        begun = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [(key, value) for key, value in message["headers"] if key.lower() != HEADER]
                message = {**message, "headers": [*headers, (HEADER, request_id.encode("ascii"))]}
            elif message["type"] == "websocket.accept":
                status = 101
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception as error:
            log.start_request(request_id)
            log.event(_LOG, scope["type"], logging.ERROR, error, path=self._kind(scope["path"]), status=status or 500)
            raise
        else:
            log.start_request(request_id)
            is_file = scope["path"].startswith("/static/")
            log.event(
                _LOG, scope["type"], logging.DEBUG if is_file else logging.INFO, path=self._kind(scope["path"]),
                method=_method(scope), status=status, milliseconds=round((time.perf_counter() - begun) * 1000, 1),
            )
        finally:
            log.end_request()

    def _kind(self, path: str) -> str:
        """The address if it is one of ours; else as much of it as nobody can have chosen."""
        first, _, rest = path.lstrip("/").partition("/")
        if first in _KEPT_CLOSED:
            return f"/{first}/{'health' if rest == 'health' else 'stream' if rest == 'stream' else '*'}"
        return f"/{first}" if first in self.known and not rest else "/*"


def _method(scope: Scope) -> str:
    method = str(scope.get("method", ""))
    return method if method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"} else "other" if method else ""

