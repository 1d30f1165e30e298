"""Who makes a request outside every page: the signed cookie of their sign-in says it, and whether that still counts is asked anew."""

from __future__ import annotations

import json

from starlette.requests import HTTPConnection
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from clearaccounts.access import Viewer
from clearaccounts.errors import ClearAccountsError
from clearaccounts.ui import connection, oidc
from clearaccounts.ui.edge.asgi import Scope


def viewer_of(scope: Scope) -> Viewer | None:
    """Who is signed in by the cookies of a request, as they are known now; None for everybody else.

    It reads the decisions store: call it on a thread. Nobody is signed in by a cookie in demo mode.
    """
    try:
        signed = _get_signed_cookie_with_chunks(HTTPConnection(scope).cookies, USER_COOKIE_NAME)
        token = json.loads(signed) if signed else None
    except ValueError:
        return None
    access = connection.settings().access
    if not isinstance(token, dict) or token.get("is_logged_in") is not True or token.get("origin") != access.address.rstrip("/"):
        return None
    try:
        return oidc.viewer_of(token)
    except ClearAccountsError:
        return None
