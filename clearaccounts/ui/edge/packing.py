"""The files of Streamlit's release, packed once in each process for browsers that unpack: a third of the bytes.

They are packed from the files themselves and kept in memory (13 MB): nothing of it lies on a disk where it could be cut short or
changed. What nobody has asked for yet is packed in the background.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import brotli

# Best first. Brotli at 7 takes a third of the time of 9 for one byte in a hundred more.
ENCODINGS = ("br", "gzip")
_KINDS = frozenset({".js", ".css", ".svg", ".json", ".wasm", ".map", ".txt"})
# The first visitors come before the rest is packed, and the server is theirs meanwhile.
WAIT_SECONDS = 10


def _gzip(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)  # the frame without name and time: the same bytes each time
    return packer.compress(content) + packer.flush()


def _brotli(content: bytes) -> bytes:
    return bytes(brotli.compress(content, quality=7))


_PACKERS: dict[str, Callable[[bytes], bytes]] = {"br": _brotli, "gzip": _gzip}


@dataclass(frozen=True)
class Packed:
    """A file as it is sent in one encoding, and the tag of that answer."""

    body: bytes
    tag: str


class Asset:
    """One file of the release, in each encoding once somebody asked for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        self.content_type = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        self._lock = threading.Lock()
        self._packed: dict[str, Packed] = {}

    @property
    def encodings(self) -> tuple[str, ...]:
        """What the file is packed in; nothing if packing would not make it smaller (fonts, pictures)."""
        return ENCODINGS if self.path.suffix in _KINDS else ()

    def ready(self, encoding: str) -> Packed | None:
        """The file in that encoding, if it has been packed already."""
        return self._packed.get(encoding)

    def pack(self, encoding: str) -> Packed:
        """The file in that encoding; packs it at the first time, for everybody who waits. Call it on a thread."""
        with self._lock:
            if encoding not in self._packed:
                body = _PACKERS[encoding](self.path.read_bytes())
                self._packed[encoding] = Packed(body, f'"{hashlib.sha256(body).hexdigest()[:32]}-{encoding}"')
            return self._packed[encoding]


class Assets:
    """The files under `folder`/static, by the path that a browser asks for."""

    def __init__(self, folder: Path) -> None:
        files = (path for path in sorted((folder / "static").rglob("*")) if path.is_file())
        self._by_path = {f"/{path.relative_to(folder).as_posix()}": Asset(path) for path in files}

    def find(self, path: str) -> Asset | None:
        """The file at exactly that path."""
        return self._by_path.get(path)

    async def pack_the_rest(self) -> None:
        """Pack, a while after the start and one after the other, what no visitor has asked for; ends when it is cancelled."""
        await asyncio.sleep(WAIT_SECONDS)
        for asset in self._by_path.values():
            for encoding in asset.encodings:
                if asset.ready(encoding) is None:
                    await asyncio.to_thread(asset.pack, encoding)
