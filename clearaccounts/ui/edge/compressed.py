"""`/static/`: the files of a release in the encoding that the browser likes best; Streamlit sends them as they lie there."""

from __future__ import annotations

import asyncio

from streamlit.web.server.starlette.starlette_server_config import STATIC_ASSET_CACHE_MAX_AGE_SECONDS

from clearaccounts.ui.edge.asgi import Application, Message, Receive, Scope, Send, answer, headers, without
from clearaccounts.ui.edge.negotiation import IDENTITY, encoding, has_copy, is_range
from clearaccounts.ui.edge.packing import Asset, Assets, Packed

_VARY = (b"vary", b"Accept-Encoding")
# Their names hold a hash of their content.
_KEPT = (b"cache-control", f"public, immutable, max-age={STATIC_ASSET_CACHE_MAX_AGE_SECONDS}".encode())


class Compressed:
    """Answers for the packed files; parts of a file, and whole ones for who does not unpack, are left to Streamlit."""

    def __init__(self, app: Application, assets: Assets) -> None:
        self.app = app
        self.assets = assets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, or answer with a packed file."""
        is_reading = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        asset = self.assets.find(scope["path"]) if is_reading else None
        if asset is None:
            await self.app(scope, receive, send)
            return
        accepted = headers(scope, b"accept-encoding")
        chosen = encoding(accepted, asset.encodings)
        # Parts are those of the file as it is, for everybody who takes that at all; the head has none.
        is_part = scope["method"] == "GET" and is_range(headers(scope, b"range"))
        if is_part and encoding(accepted, ()) == IDENTITY:
            chosen = IDENTITY
        if chosen is None:
            await answer(send, 406, "" if scope["method"] == "HEAD" else "The file is in no encoding that you take.", more=[_VARY])
        elif chosen == IDENTITY:
            asked = scope["headers"] if is_part else without(scope["headers"], b"range", b"if-range")
            await self.app({**scope, "headers": asked}, receive, _varying(send, asset))
        else:
            packed = asset.ready(chosen)
            if packed is None:
                packed = await asyncio.to_thread(asset.pack, chosen)
            await _send(scope, send, asset, chosen, packed)


async def _send(scope: Scope, send: Send, asset: Asset, encoded: str, packed: Packed) -> None:
    """The whole file, or that the browser has it."""
    found = [(b"etag", packed.tag.encode()), _VARY, _KEPT]
    if has_copy(headers(scope, b"if-none-match"), packed.tag):
        await send({"type": "http.response.start", "status": 304, "headers": found})
        await send({"type": "http.response.body", "body": b""})
        return
    found += [
        (b"content-type", asset.content_type.encode()), (b"content-encoding", encoded.encode()),
        (b"content-length", str(len(packed.body)).encode()), (b"accept-ranges", b"bytes"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": found})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else packed.body})


def _varying(send: Send, asset: Asset) -> Send:
    """Says with Streamlit's answer that others get another one, if they do."""

    async def varying(message: Message) -> None:
        if message["type"] == "http.response.start" and asset.encodings:
            message = {**message, "headers": [*without(message["headers"], b"vary"), _VARY]}
        await send(message)

    return varying
