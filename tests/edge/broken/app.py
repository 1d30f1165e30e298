"""app.py once more, but for the entry script, and two addresses of which one breaks at once and the other half-way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from clearaccounts.ui import server
from tests.edge.broken import SECRET


def at_once(_request: Request) -> PlainTextResponse:
    """Break."""
    raise RuntimeError(SECRET)


async def _half() -> AsyncIterator[bytes]:
    yield b"half"
    raise RuntimeError(SECRET)


def half_way(_request: Request) -> StreamingResponse:
    """Break when a part of the answer is out."""
    return StreamingResponse(_half(), media_type="text/plain")


server.start_log()
app = st.App(
    Path(__file__).with_name("main.py"),
    lifespan=server.lifespan,
    middleware=server.middleware(),
    routes=[*server.routes(), Route("/at-once", at_once), Route("/half-way", half_way)],
    secrets=server.secrets(),
    on_script_error=server.show_script_error,
)
