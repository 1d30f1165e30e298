"""The page that somebody asked for before they signed in, kept until they have.

A sign-in leads away to the directory and back to the front door. So the sign-in page shows an invisible picture whose address
names the page with its choices; answering it, the server keeps that in a cookie for ten minutes, and the answer to a sign-in
that worked leads there, once. Only pages of ours are kept: nothing else can come out of it, whatever went in.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from clearaccounts.ui.edge.asgi import Application, Headers, Message, Receive, Scope, Send, without

PATH = "/sign-in-target"
CALLBACK = "/oauth2callback"
COOKIE = "clearaccounts_sign_in_target"
MINUTES = 10
LONGEST = 2000
_SIGNED_IN = b"_streamlit_user="


def picture(url_path: str, query: str) -> str:
    """The address of the picture that keeps a page and its query."""
    return f"{PATH}?to={quote(f'/{url_path}' + (f'?{query}' if query else ''), safe='')}"


def target(wanted: str, pages: Collection[str]) -> str | None:
    """The address of ours that `wanted` names, written anew; None if it names none.

    Args:
        wanted: `/page?query` as somebody sent it.
        pages: the first segments of the pages there are.
    """
    if len(wanted) > LONGEST or not wanted.isprintable() or "//" in wanted or "\\" in wanted or "#" in wanted:
        return None
    path, _, query = wanted.partition("?")
    if not path.startswith("/") or path[1:] not in pages:
        return None
    try:
        choices = urlencode(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return None
    found = path + (f"?{choices}" if choices else "")
    return found if len(found) <= LONGEST else None


def keep(request: Request, pages: Collection[str], *, is_https: bool) -> Response:
    """The picture's address: keeps the page, or says that there is nothing here."""
    found = target(request.query_params.get("to", ""), pages)
    # A picture on another site's page sets nothing: its browser says where it stands.
    if found is None or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return Response(status_code=404)
    response = Response(status_code=204)
    value = urlsafe_b64encode(found.encode()).decode().rstrip("=")
    response.set_cookie(COOKIE, value, max_age=MINUTES * 60, httponly=True, samesite="lax", secure=is_https)
    return response


class Targeted:
    """Leads whoever has just signed in to the page that they asked for first."""

    def __init__(self, app: Application, pages: Collection[str]) -> None:
        self.app = app
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on; change where the answer to a sign-in leads."""
        if scope["type"] != "http" or scope["path"] != CALLBACK:
            await self.app(scope, receive, send)
            return
        kept = kept_target(Request(scope).cookies.get(COOKIE, ""), self.pages)

        async def led(message: Message) -> None:
            if kept is not None and message["type"] == "http.response.start" and _has_signed_in(message):
                headers = without(message["headers"], b"location")
                gone = f'{COOKIE}=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax'
                message = {**message, "headers": [*headers, (b"location", kept.encode()), (b"set-cookie", gone.encode())]}
            await send(message)

        await self.app(scope, receive, led)


def kept_target(value: str, pages: Collection[str]) -> str | None:
    """The page that the cookie's value names, if it is one of ours."""
    try:
        wanted = urlsafe_b64decode(value.encode("ascii") + b"==").decode()
    except ValueError:
        return None
    return target(wanted, pages)


def _has_signed_in(message: Message) -> bool:
    headers: Headers = message["headers"]
    set_now = [value for key, value in headers if key.lower() == b"set-cookie" and value.startswith(_SIGNED_IN)]
    return message["status"] in {302, 303, 307} and any(not re.search(rb"(?i)max-age=0\b", value) for value in set_now)
