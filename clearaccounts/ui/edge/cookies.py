"""What is changed about the cookies that Streamlit sets: how long they last, that they travel over TLS alone, that no token is in them."""

from __future__ import annotations

import re
from collections.abc import Callable

from clearaccounts.ui.edge.asgi import Application, Message, Receive, Scope, Send
from clearaccounts.ui.edge.rules import Rules

# Streamlit puts the directory's raw tokens into a cookie of their own, signed and not encrypted, whether they are wanted or not.
_TOKENS = "_streamlit_user_tokens"
_OF_STREAMLIT = "_streamlit_"
_MAX_AGE = re.compile(r"\s*max-age\s*=\s*(-?[0-9]+)\s*", re.IGNORECASE)
_EXPIRES = re.compile(r"\s*expires\s*=.*", re.IGNORECASE)
_SECURE = re.compile(r"\s*secure\s*", re.IGNORECASE)


class Capped:
    """Rewrites every `Set-Cookie`: none of Streamlit's outlives a session, none leaves TLS, the tokens' is never set.

    That a cookie goes does not end a session: a copy of it might live on, so `people/presence.py` looks at the session itself.
    """

    def __init__(self, app: Application, rules: Callable[[], Rules]) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on; change the cookies of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def capped(message: Message) -> None:
            if message["type"] == "http.response.start":
                rules = self.rules()
                changed = [
                    (key, cookie(value.decode("latin-1"), rules).encode("latin-1") if key.lower() == b"set-cookie" else value)
                    for key, value in message["headers"]
                ]
                message = {**message, "headers": [(key, value) for key, value in changed if key.lower() != b"set-cookie" or value]}
            await send(message)

        await self.app(scope, receive, capped)


def cookie(line: str, rules: Rules) -> str:
    """The value of a `Set-Cookie` header as it leaves the server; empty if it does not.

    Args:
        line: `name=value; attribute; ...` as the application wrote it.
        rules: how long a session lasts, and whether people come over TLS.
    """
    pair, *attributes = line.split(";")
    name = pair.partition("=")[0].strip()
    ages = [int(found[1]) for found in map(_MAX_AGE.fullmatch, attributes) if found]
    is_deletion = any(age <= 0 for age in ages)
    if name.startswith(_TOKENS) and not is_deletion:
        return ""
    if name.startswith(_OF_STREAMLIT) and ages and not is_deletion:
        most = min([*ages, rules.session_hours * 3600])
        attributes = [one for one in attributes if not _MAX_AGE.fullmatch(one) and not _EXPIRES.fullmatch(one)] + [f" Max-Age={most}"]
    if rules.is_https and not any(_SECURE.fullmatch(one) for one in attributes):
        attributes.append(" Secure")
    return ";".join([pair, *attributes])
