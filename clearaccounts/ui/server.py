"""What the server does around the pages: prepare the data, guard the connections, answer a health check."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from clearaccounts.errors import ClearAccountsError
from clearaccounts.importing import publish
from clearaccounts.settings import served_folder
from clearaccounts.ui import connection, messages, registry, remembered
from clearaccounts.ui.middleware import Closed, Dressed, OnlyThisMachine, Signposted
from clearaccounts.warehouse import current_path

log = logging.getLogger("clearaccounts")

# Imported before the first visit, so that no visitor waits for them.
HEAVY = ("duckdb", "pandas", "plotly.graph_objects", "pyarrow", "clearaccounts.ui.registry", "clearaccounts.ui.charts")


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Import what is heavy, build the sample if there is nothing to serve, and keep all that out of every later collection."""
    for name in HEAVY:
        importlib.import_module(name)
    await asyncio.to_thread(prepare_data)
    # Streamlit collects garbage after every run; what is frozen here is never looked at again.
    gc.collect()
    gc.freeze()
    yield


def prepare_data() -> None:
    """See that there is a warehouse to serve: the sample if nothing was imported. A failure is logged in one sentence."""
    try:
        publish.ensure_served(connection.folder(), connection.settings(), connection.now())
    except ClearAccountsError as error:
        log.error("%s", error)


def _is_demo() -> bool:
    try:
        return connection.settings().access.mode == "demo"
    except ClearAccountsError:
        return True  # when in doubt, the stricter rule


def middleware() -> list[Middleware]:
    """From the outermost: headers and style on every answer, then who may connect, what is closed, which addresses there are."""
    return [
        Middleware(Dressed), Middleware(OnlyThisMachine, applies=_is_demo), Middleware(Closed),
        Middleware(Signposted, pages=frozenset(entry.url for entry in registry.PAGES), nowhere=registry.NOWHERE),
    ]


def _healthz(_request: Request) -> JSONResponse:
    try:
        current_path(served_folder(connection.data_root()))
    except ClearAccountsError:
        return JSONResponse({"status": "no warehouse"}, status_code=503)
    return JSONResponse({"status": "ok"})


def _front_door(request: Request) -> RedirectResponse:
    return RedirectResponse("/" + (f"?{request.url.query}" if request.url.query else ""))


def routes() -> list[Route]:
    """`/healthz`: 200 when there is a warehouse to serve, else 503; it says nothing about what is in it.

    The first page's own name leads to the front door: Streamlit knows its default page by no other address. The last
    address keeps demo mode's person across a reload.
    """
    return [
        Route("/healthz", _healthz), Route(f"/{registry.OVERVIEW.url}", _front_door), Route(remembered.PATH, remembered.answer),
    ]


def show_script_error(error: Exception) -> bool:
    """An error that no page caught (a callback's): one sentence on the page, the traceback in the log."""
    messages.show(error)
    return True
