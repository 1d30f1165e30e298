"""The cookie of a sign-in holds what we use of the directory's token, and nothing else.

Streamlit puts the whole token into it, in as many cookies as that takes. Somebody in two hundred groups would send more with every
request than servers and proxies read; and what is not there cannot be read from a stolen one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any

from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from clearaccounts.ui.edge.asgi import Application, Headers, Message, Receive, Scope, Send
from clearaccounts.ui.edge.targets import CALLBACK

# What Streamlit itself keeps there beside the token.
_OF_STREAMLIT = ("origin", "is_logged_in", "provider")
_OURS = re.compile(rf"{USER_COOKIE_NAME}(_[0-9]+)?")


class Trimmed:
    """Signs the cookie that answers a sign-in anew, with the claims that `keep` leaves."""

    def __init__(self, app: Application, keep: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.app = app
        self.keep = keep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on; change the cookie of an answer to a sign-in."""
        if scope["type"] != "http" or scope["path"] != CALLBACK:
            await self.app(scope, receive, send)
            return

        async def trimmed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": headers(message["headers"], self.keep)}
            await send(message)

        await self.app(scope, receive, trimmed)


def headers(found: Headers, keep: Callable[[dict[str, Any]], dict[str, Any]]) -> Headers:
    """The headers of an answer with one short cookie in the place of all that hold the token; unchanged if none do.

    Args:
        found: as the application wrote them.
        keep: the claims of a token that are kept.
    """
    values: dict[str, str] = {}
    others: Headers = []
    first = ""
    for key, value in found:
        name, text = _cookie(value.decode("latin-1")) if key.lower() == b"set-cookie" else ("", "")
        if _OURS.fullmatch(name) and text:
            values[name] = text
            first = value.decode("latin-1") if name == USER_COOKIE_NAME else first
        else:
            others.append((key, value))
    secret = get_cookie_secret()
    signed = get_cookie_with_chunks(
        lambda name: decode_signed_value(secret, name, values[name].encode("latin-1")) if name in values else None, USER_COOKIE_NAME)
    if signed is None:
        return found
    token = json.loads(signed)
    kept = {**keep(token), **{name: token[name] for name in _OF_STREAMLIT if name in token}}
    anew = create_signed_value(secret, USER_COOKIE_NAME, json.dumps(kept)).decode("ascii")
    attributes = first.partition(";")[2]
    return [*others, (b"set-cookie", f"{USER_COOKIE_NAME}={anew};{attributes}".encode("latin-1"))]


def _cookie(line: str) -> tuple[str, str]:
    """Name and value that a `Set-Cookie` line sets; no value if it deletes the cookie or cannot be read."""
    try:
        [(name, morsel)] = SimpleCookie(line).items()
    except (CookieError, ValueError):
        return "", ""
    return name, "" if morsel["max-age"] == "0" else morsel.value
