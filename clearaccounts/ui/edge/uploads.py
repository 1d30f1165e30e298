"""`/_stcore/upload_file/<tab>/<file>`: into one's own open tab, by who may import, so large and so many; else nothing is read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from streamlit import config
from streamlit.runtime import get_instance
from streamlit.runtime.stats import CacheStat

from clearaccounts.access import Permission, Viewer
from clearaccounts.ui.edge.asgi import Application, Receive, Scope, Send, answer, header
from clearaccounts.ui.edge.holders import Holder, here
from clearaccounts.ui.edge.rules import Rules

_PATH = re.compile(r"/_stcore/upload_file/(?P<tab>[^/]+)/[^/]+/?")
# Uploads that are taken in at one time; each has its file in memory. The others wait, unread, for their turn.
AT_ONCE = 4
LONGEST_WAIT_SECONDS = 30
# How many of the largest files all tabs together may hold.
MOST_HELD = 25
# What surrounds the file in an upload.
_FRAME_BYTES = 64 * 1024

_NOT_ALLOWED = (403, "This is not allowed.")
_TOO_LARGE = (413, "The file is too large.")
_TOO_MANY = (429, "Too much was asked at once; try again in a moment.")


class Admitted:
    """Lets an upload, or its removal, in for the person whose tab it names, if their role may import."""

    def __init__(self, app: Application, rules: Callable[[], Rules], viewer_of: Callable[[Scope], Viewer | None]) -> None:
        self.app = app
        self.rules = rules
        self.viewer_of = viewer_of
        self.turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, or refuse it without reading what it brings."""
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
        elif not await self._may(found["tab"], scope):
            await _refuse(scope, send, *_NOT_ALLOWED)
        elif scope["method"] != "PUT":
            await self.app(scope, receive, send)
        elif _declared_bytes(scope) > _most_bytes() + _FRAME_BYTES:
            await _refuse(scope, send, *_TOO_LARGE)
        else:
            await self._take_in(scope, receive, send)

    async def _may(self, tab: str, scope: Scope) -> bool:
        """Whether the request is from whoever is in that tab now, and they may import."""
        holder = here.of_tab(tab)
        if holder is None or not holder.may(Permission.IMPORT) or not get_instance().is_active_session(tab):
            return False
        if self.rules().is_demo:
            return True
        viewer = await asyncio.to_thread(self.viewer_of, scope)
        return viewer is not None and Holder.of(viewer) == Holder.of(holder)

    async def _take_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.wait_for(self.turns.acquire(), LONGEST_WAIT_SECONDS)
        except TimeoutError:
            await _refuse(scope, send, *_TOO_MANY)
            return
        try:
            if _held_bytes() > MOST_HELD * _most_bytes():
                await _refuse(scope, send, *_TOO_MANY)
            else:
                await self.app(scope, receive, send)
        finally:
            self.turns.release()


async def _refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    """Refuse. The server throws away what of the body still comes; when that may be long, it hangs up instead."""
    is_long = _declared_bytes(scope) > _most_bytes() + _FRAME_BYTES
    await answer(send, status, text, more=[(b"connection", b"close")] if is_long else [])


def _declared_bytes(scope: Scope) -> float:
    """How long the body says it is; endless if it does not say."""
    if scope["method"] != "PUT":
        return 0
    declared = header(scope, b"content-length")
    return int(declared) if declared.isascii() and declared.isdigit() else float("inf")


def _most_bytes() -> int:
    return int(config.get_option("server.maxUploadSize")) * 1024 * 1024


def _held_bytes() -> int:
    families = get_instance().uploaded_file_mgr.get_stats()
    return sum(one.byte_length for stats in families.values() for one in stats if isinstance(one, CacheStat))
