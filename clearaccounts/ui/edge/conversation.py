"""What is said over an open page's connection: what our pages need goes through; what else a browser could say is not heard.

Streamlit takes orders from any visitor that no page of ours gives: tell the name and the state of the repository that the
server was cloned from, empty the caches, run again whenever a file changes, write files beside the program.
"""

from __future__ import annotations

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance
from streamlit.runtime.app_session import AppSession

from clearaccounts.ui.edge.asgi import Application, Message, Receive, Scope, Send

HEARD = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"})
OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})


class Heard:
    """Leaves out every message of a browser that is none of those our pages need; what is no message at all Streamlit refuses."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def heard() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or is_heard(message.get("bytes") or b""):
                    return message

        await self.app(scope, heard, send)


def is_heard(frame: bytes) -> bool:
    """Whether Streamlit may read what a browser sent."""
    said = BackMsg()
    try:
        said.ParseFromString(frame)
    except Exception:  # what is no message Streamlit refuses, by hanging up
        return True
    kind = said.WhichOneof("type")
    if kind != "backend_operation_request":
        return kind is None or kind in HEARD
    asked = said.backend_operation_request
    if asked.WhichOneof("payload") == "deferred_file":
        # A file that is made on the click is made for the tab that offers it; that a tab says its own id Streamlit sees to.
        offered = get_instance().media_file_mgr._deferred_callables.get(asked.deferred_file.file_id)
        return offered is None or offered["session_id"] == asked.session_id
    return asked.WhichOneof("payload") in OPERATIONS


def hide_path() -> None:
    """From now on no browser is told in which folder of the server the program lies."""
    tell = AppSession._create_new_session_message

    def told(self: AppSession, *more: object, **named: object) -> ForwardMsg:
        message = tell(self, *more, **named)  # type: ignore[arg-type]
        message.new_session.main_script_path = message.new_session.name
        return message

    AppSession._create_new_session_message = told  # type: ignore[method-assign]
