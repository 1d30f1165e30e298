"""`/media/<id>`: a file is for the sign-in whose page offers it, and for nobody else; everything else is the same 404."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from streamlit.runtime import get_instance
from streamlit.runtime.media_file_storage import MediaFileStorageError

from clearaccounts.access import Viewer
from clearaccounts.ui.edge.addresses import NOTHING
from clearaccounts.ui.edge.asgi import Application, Receive, Scope, Send, answer, first_segment
from clearaccounts.ui.edge.holders import Holder, file_id_of, here
from clearaccounts.ui.edge.rules import Rules

# The one file that every visitor is shown, before any sign-in: the picture in the browser's tab.
ICON = Path(__file__).parents[1] / "icon.png"


class Held:
    """Passes a file on to whom a page has offered it: the same person, in the same sign-in, with the same role.

    In demo mode, where everybody may be anybody, it is enough that a page has offered it to somebody.
    """

    def __init__(self, app: Application, rules: Callable[[], Rules], viewer_of: Callable[[Scope], Viewer | None]) -> None:
        self.app = app
        self.rules = rules
        self.viewer_of = viewer_of
        self.icon = ICON.read_bytes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, or say that there is nothing."""
        if scope["type"] != "http" or first_segment(scope["path"]) != "media" or await self._may_have(scope):
            await self.app(scope, receive, send)
        else:
            await answer(send, 404, "" if scope["method"] == "HEAD" else NOTHING)

    async def _may_have(self, scope: Scope) -> bool:
        file_id = file_id_of(scope["path"])
        if self._is_icon(file_id):
            return True
        if self.rules().is_demo:
            return bool(here.of_file(file_id))
        viewer = await asyncio.to_thread(self.viewer_of, scope)
        return viewer is not None and Holder.of(viewer) in here.of_file(file_id)

    def _is_icon(self, file_id: str) -> bool:
        try:
            found = get_instance().media_file_mgr.read_file(file_id)
        except (RuntimeError, MediaFileStorageError):
            return False
        return found is not None and found.content == self.icon
