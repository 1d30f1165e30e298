"""What an error says to whoever asked: one sentence, with a reference if we did not foresee it, and nothing of the inside."""

from __future__ import annotations

import logging
from collections.abc import Callable

from clearaccounts import log
from clearaccounts.ui.edge.addresses import NOTHING
from clearaccounts.ui.edge.asgi import CONNECTIONS, Application, Message, Receive, Scope, Send, answer, first_segment, refuse
from clearaccounts.ui.edge.dressed import guards
from clearaccounts.ui.edge.index import content_policy
from clearaccounts.ui.edge.rules import Rules

_LOG = logging.getLogger(__name__)

_UNEXPECTED = "Something went wrong on our side. Tell your administrator this reference: {reference}."
_SENTENCES = {
    400: "The server did not understand the question.",
    403: "This is not allowed.",
    404: NOTHING,
    405: "This cannot be done here.",
    413: "The file is too large.",
    416: "The file has no such part.",
    429: "Too much was asked at once; try again in a moment.",
    503: "The server is not ready; try again in a moment.",
}
_REFUSED = "The server refused this."
# What tells the browser what to do next and nothing of the inside.
_KEPT = (b"allow", b"content-range", b"retry-after", b"set-cookie")


class Caught:
    """An error that nobody caught becomes a sentence with a reference; the log has where it was under the same reference.

    It stands outside everything, also of what dresses the answers, so it brings the headers itself.
    """

    def __init__(self, app: Application, rules: Callable[[], Rules]) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on; answer for what went wrong behind."""
        if scope["type"] not in CONNECTIONS:
            await self.app(scope, receive, send)
            return
        is_begun = False

        async def noted(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:  # nothing may pass: the server behind us would put the traceback into its own log, unreferenced
            reference = log.request_id()
            log.event(_LOG, "unexpected_error", logging.ERROR, error, reference=reference)
            if scope["type"] == "websocket":
                await _close(scope, send, is_begun=is_begun)
            elif not is_begun:
                more = guards(self.rules(), scope["path"], content_policy())
                await answer(send, 500, _UNEXPECTED.format(reference=reference), more=more)
            # Else part of an answer has left: it ends here, and the server cuts the connection.


async def _close(scope: Scope, send: Send, *, is_begun: bool) -> None:
    if is_begun:
        try:
            await send({"type": "websocket.close", "code": 1011})
        except RuntimeError:
            _LOG.info("The connection was closed already.")
    else:
        await refuse(scope, send, 500, _SENTENCES[503])


class Plain:
    """Puts one sentence in the place of what Streamlit and Starlette say about an error; our own addresses speak for themselves.

    Args:
        own: first path segments of our own addresses.
    """

    def __init__(self, app: Application, own: frozenset[str]) -> None:
        self.app = app
        self.own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, and an error of its answer in our words."""
        if scope["type"] != "http" or first_segment(scope["path"]) in self.own:
            await self.app(scope, receive, send)
            return
        is_replaced = False

        async def spoken(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and message["status"] >= 400:
                is_replaced = True
                kept = [(key, value) for key, value in message["headers"] if key.lower() in _KEPT]
                text = "" if scope["method"] == "HEAD" else _SENTENCES.get(message["status"], _REFUSED)
                await answer(send, message["status"], text, more=kept)
            elif not is_replaced:
                await send(message)

        await self.app(scope, receive, spoken)
