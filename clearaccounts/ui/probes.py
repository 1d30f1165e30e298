"""`/healthz` and `/readyz`: what a service manager and a load balancer ask, without a sign-in.

`/healthz` says that the process answers and looks at nothing. `/readyz` looks at every part; whoever asks often gets the
last look, so that asking costs nothing, and a look that does not end is an answer too.
"""

from __future__ import annotations

import asyncio
import time

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from clearaccounts import readiness
from clearaccounts.decisions import Store
from clearaccounts.readiness import NOT_READY, Premises, Readiness
from clearaccounts.settings import DataFolder
from clearaccounts.ui import connection
from clearaccounts.warehouse import Build

KEPT_SECONDS = 2.0
PATIENCE_SECONDS = 10.0
_NEVER_KEPT = {"cache-control": "no-store"}


class Watch:
    """The last look and the one under way; there is never more than one."""

    def __init__(self) -> None:
        self._under_way: asyncio.Task[Readiness] | None = None
        self._last: Readiness | None = None
        self._looked_at = 0.0

    async def found(self) -> Readiness:
        """How the parts stand, or stood a moment ago."""
        if self._last is not None and time.monotonic() - self._looked_at < KEPT_SECONDS:
            return self._last
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(asyncio.to_thread(readiness.look, _premises(), connection.now()))
        done, _ = await asyncio.wait({self._under_way}, timeout=PATIENCE_SECONDS)
        if not done:
            return Readiness({"answer": "late"})
        self._last, self._looked_at = self._under_way.result(), time.monotonic()
        return self._last


def _premises() -> Premises:
    return Premises(connection.settings, _folders, _stores, _build)


def _folders() -> list[DataFolder]:
    return list(dict.fromkeys([connection.folder(), connection.own_folder()]))


def _stores() -> list[Store]:
    return list({id(store): store for store in (connection.store(), connection.own_store())}.values())


def _build() -> Build:
    found = connection.newest_warehouse()
    found.path.stat()  # an open file may have been removed meanwhile
    return found.build


async def _healthz(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"}, headers=_NEVER_KEPT)


def routes() -> list[Route]:
    """`/healthz`: 200 while the process answers. `/readyz`: 200 when people can be served, else 503, with a word for each part."""
    watch = Watch()

    async def readyz(_request: Request) -> JSONResponse:
        found = await watch.found()
        age = {} if found.data_age_hours is None else {"data_age_hours": found.data_age_hours}
        content = {"status": found.status, "parts": found.parts, **age}
        return JSONResponse(content, status_code=503 if found.status == NOT_READY else 200, headers=_NEVER_KEPT)

    return [Route("/healthz", _healthz), Route("/readyz", readyz)]
