"""The server does not start with an option of Streamlit's that takes a guard away, in whichever mode it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit import config

from clearaccounts.ui.edge.asgi import Application, Receive, Scope, Send, refuse
from clearaccounts.ui.edge.rules import Rules, is_loopback

# Option -> the only value it may have, and why.
_WANTED: dict[str, tuple[Any, str]] = {
    "server.enableXsrfProtection": (True, "a page elsewhere could act in the name of whoever is signed in"),
    "server.enableCORS": (True, "pages of every other site could connect"),
    "server.corsAllowedOrigins": ([], "pages of other sites could connect"),
    "server.enableAgentApi": (False, "it lets programs run pages past the sign-in"),
    "server.enableStaticServing": (False, "it hands out files without a sign-in"),
    "server.scriptHealthCheckEnabled": (False, "it runs the pages for anybody"),
    "server.baseUrlPath": ("", "the dashboard answers at the root of its address"),
    "client.showErrorDetails": ("none", "errors would show what the server is made of"),
    "browser.gatherUsageStats": (False, "browsers would report to a server outside"),
    "server.headless": (True, "a visitor could have files written beside the program"),
    "global.developmentMode": (False, "anybody connected could stop the server"),
    "global.e2eTest": (False, "anybody connected could stop the server"),
}


def fault(rules: Rules) -> str | None:
    """The first option that must not be as it is, as a sentence; None if all are well.

    The options are read when the server starts: by then Streamlit knows its files, its command line and its environment.
    """
    if config.get_option("server.trustedUserHeaders"):
        return "server.trustedUserHeaders must not be set: whoever reaches the port could say who they are."
    for name, (wanted, reason) in _WANTED.items():
        found = config.get_option(name) or type(wanted)()
        if found != wanted:
            return f"{name} is {found!r}; it must be {wanted!r}: {reason}."
    address = config.get_option("server.address")
    if rules.is_demo and not (address and is_loopback(address)):
        return (
            f"server.address is {address!r}; in demo mode it must be 127.0.0.1: everybody who can connect may be anybody. "
            "Set [access] mode to let people sign in.")
    return None


class Safeguarded:
    """Refuses to start the server while an option is not safe, with one sentence in the log.

    A server that skips the start (an application mounted elsewhere) finds every connection refused instead.
    """

    def __init__(self, app: Application, rules: Callable[[], Rules]) -> None:
        self.app = app
        self.rules = rules
        self.is_safe = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the options once, at the start."""
        if self.is_safe:
            await self.app(scope, receive, send)
            return
        found = fault(self.rules())
        if found is None:
            self.is_safe = True
            await self.app(scope, receive, send)
        elif scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.failed", "message": f"The server does not start: {found}"})
        else:
            await refuse(scope, send, 503, "The server is not set up to answer; its log says why.")
