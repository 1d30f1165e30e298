"""Who may connect: in demo mode this machine alone; otherwise whoever asks for the dashboard by its own name, from its own pages."""

from __future__ import annotations

from collections.abc import Callable

from clearaccounts.ui.edge.asgi import CONNECTIONS, Application, Receive, Scope, Send, header, headers, refuse
from clearaccounts.ui.edge.rules import Rules, is_loopback

# Says who asked when a proxy stands between; in demo mode nobody may ask from elsewhere.
FORWARDING = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")


class OnlyThisMachine:
    """Refuses, in demo mode, every connection whose client or Host is not loopback.

    Demo mode lets anybody be anybody, so it is for the person at this machine alone. The Host
    matters too: a page elsewhere may make a browser here resolve its own name to 127.0.0.1.
    """

    def __init__(self, app: Application, rules: Callable[[], Rules]) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, or refuse it."""
        if scope["type"] not in CONNECTIONS or not self.rules().is_demo or self._is_local(scope):
            await self.app(scope, receive, send)
        else:
            await refuse(scope, send, 403, "Demo mode answers only the machine it runs on.")

    @staticmethod
    def _is_local(scope: Scope) -> bool:
        client: tuple[str, int] | None = scope.get("client")
        hosts = headers(scope, b"host")
        forwarded = any(key.lower() in FORWARDING for key, _ in scope["headers"])
        return client is not None and is_loopback(client[0]) and len(hosts) == 1 and is_loopback(hosts[0]) and not forwarded


class OnlyByName:
    """Refuses every connection that asks for another name than the dashboard's, or that another site's page makes.

    Streamlit would let a page of any localhost port connect, and would ask a server outside for this machine's address to
    decide about the others.
    """

    def __init__(self, app: Application, rules: Callable[[], Rules]) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, or refuse it."""
        if scope["type"] not in CONNECTIONS:
            await self.app(scope, receive, send)
            return
        hosts, rules = headers(scope, b"host"), self.rules()
        origins = headers(scope, b"origin")
        if len(hosts) != 1:
            await refuse(scope, send, 400, "Name one host.")
        elif not rules.answers_to(hosts[0]):
            await refuse(scope, send, 421, "There is nothing under that name here.")
        elif origins and (len(origins) > 1 or not rules.is_own_origin(header(scope, b"origin"), hosts[0])):
            await refuse(scope, send, 403, "Another site may not ask this.")
        else:
            await self.app(scope, receive, send)
