"""What the server does around the pages: prepare the data, guard the connections, answer a health check."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from streamlit import file_util
from streamlit.runtime import get_instance

from clearaccounts.errors import ClearAccountsError
from clearaccounts.importing import publish
from clearaccounts.people import signing
from clearaccounts.ui import connection, logged, messages, oidc, probes, registry, remembered
from clearaccounts.ui.edge import conversation, holders, targets
from clearaccounts.ui.edge.addresses import Closed, Signposted
from clearaccounts.ui.edge.compressed import Compressed
from clearaccounts.ui.edge.conversation import Heard
from clearaccounts.ui.edge.cookies import Capped
from clearaccounts.ui.edge.downloads import Held
from clearaccounts.ui.edge.dressed import Dressed
from clearaccounts.ui.edge.failures import Caught, Plain
from clearaccounts.ui.edge.identity import viewer_of
from clearaccounts.ui.edge.packing import Assets
from clearaccounts.ui.edge.rules import Rules
from clearaccounts.ui.edge.safeguards import Safeguarded
from clearaccounts.ui.edge.targets import Targeted
from clearaccounts.ui.edge.trimmed import Trimmed
from clearaccounts.ui.edge.uploads import Admitted
from clearaccounts.ui.edge.visitors import OnlyByName, OnlyThisMachine

log = logging.getLogger("clearaccounts")

# Imported before the first visit, so that no visitor waits for them.
HEAVY = ("duckdb", "pandas", "plotly.graph_objects", "pyarrow", "clearaccounts.ui.registry", "clearaccounts.ui.charts")


# The first path segments of the pages; the front door's is empty.
PAGES = frozenset({"", *(entry.url for entry in registry.PAGES)})

assets = Assets(Path(file_util.get_static_dir()))


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Import what is heavy, build the sample if there is nothing to serve, and keep all that out of every later collection."""
    for name in HEAVY:
        importlib.import_module(name)
    await asyncio.to_thread(prepare_data)
    holders.watch(get_instance().media_file_mgr)
    conversation.hide_path()
    # Streamlit collects garbage after every run; what is frozen here is never looked at again.
    gc.collect()
    gc.freeze()
    packing = asyncio.create_task(assets.pack_the_rest())
    yield
    packing.cancel()


def prepare_data() -> None:
    """See that there is a warehouse to serve: the sample if nothing was imported. A failure is logged in one sentence."""
    try:
        publish.ensure_served(connection.folder(), connection.settings(), connection.now())
    except ClearAccountsError as error:
        log.error("%s", error)


def start_log() -> None:
    """Let every line of this process be one of our log; the launcher calls this before anything else has something to say."""
    logged.start()


def secrets() -> dict[str, Any]:
    """What `st.login` needs. What is missing is logged here in one sentence, and said on every page."""
    try:
        return oidc.secrets(os.environ)
    except ClearAccountsError as error:
        log.error("%s", error)
        return {}


def rules() -> Rules:
    """What the edge goes by; while the settings cannot be read, the strictest: this machine alone."""
    try:
        access = connection.settings().access
    except ClearAccountsError:
        return Rules()
    return Rules(not access.is_oidc, access.address, access.hosts, access.session_hours)


def middleware() -> list[Middleware]:
    """The log, and the edge from the outermost.

    What catches errors; headers and style; cookies; whether the server may run at all; who may connect; what is closed; the
    release's files, packed; which addresses there are; where a sign-in leads and what its cookie holds; downloads and uploads;
    what an open page may say; and our words in the place of Streamlit's about an error.
    """
    own = frozenset(route.path.lstrip("/") for route in routes())
    return [
        Middleware(logged.Logged, known=PAGES | own | {registry.NOWHERE, "oauth2callback"}),
        Middleware(Caught, rules=rules), Middleware(Dressed, rules=rules, own=own), Middleware(Capped, rules=rules),
        Middleware(Safeguarded, rules=rules),
        Middleware(OnlyThisMachine, rules=rules), Middleware(OnlyByName, rules=rules), Middleware(Closed),
        Middleware(Compressed, assets=assets),
        Middleware(Signposted, pages=PAGES, nowhere=registry.NOWHERE, own=own), Middleware(Targeted, pages=PAGES),
        Middleware(Trimmed, keep=lambda token: signing.kept(token, connection.settings().access)),
        Middleware(Held, rules=rules, viewer_of=viewer_of), Middleware(Admitted, rules=rules, viewer_of=viewer_of),
        Middleware(Heard), Middleware(Plain, own=own),
    ]


def _front_door(request: Request) -> RedirectResponse:
    return RedirectResponse("/" + (f"?{request.url.query}" if request.url.query else ""))


def _sign_in_target(request: Request) -> Response:
    if rules().is_demo:
        return Response(status_code=404)
    return targets.keep(request, PAGES, is_https=rules().is_https)


def routes() -> list[Route]:
    """What the server itself answers: whether it lives, and whether it is ready.

    The first page's own name leads to the front door: Streamlit knows its default page by no other address. The last two
    keep demo mode's person across a reload, and the page asked for through a sign-in.
    """
    return [
        *probes.routes(), Route(f"/{registry.OVERVIEW.url}", _front_door), Route(remembered.PATH, remembered.answer),
        Route(targets.PATH, _sign_in_target),
    ]


def show_script_error(error: Exception) -> bool:
    """An error that no page caught (a callback's): one sentence on the page, the traceback in the log."""
    messages.show(error)
    return True
