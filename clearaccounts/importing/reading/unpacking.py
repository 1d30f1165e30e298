"""A gzipped file -> a plain one beside our other work, never larger than is sane."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from clearaccounts.errors import FileRefused
from clearaccounts.text import N_

MAX_UNPACKED_BYTES = 4 * 2**30
MAX_RATIO = 100
# The ratio is taken anew over each stretch of this size: a bomb behind honest rows is found too.
STRETCH_BYTES = 32 * 2**20
# What is shorter than a stretch is held to the ratio as a whole, unless it is too small to matter: lines of nothing take long to read.
RATIO_MATTERS_FROM = 4 * 2**20
_BLOCK_BYTES = 1 << 20
_MAGIC = b"\x1f\x8b"


def is_gzip(path: Path) -> bool:
    """Whether the file's first bytes are those of gzip."""
    with path.open("rb") as file:
        return file.read(2) == _MAGIC


def unpack(path: Path, target: Path, name: str) -> None:
    """Inflate all members of `path` into `target`.

    Args:
        path: a gzip file.
        target: the plain file to write.
        name: what people call the file.

    Raises:
        FileRefused: it is cut or damaged, ends in something else, or inflates beyond reason.
    """
    try:
        with path.open("rb") as packed, gzip.GzipFile(fileobj=packed, mode="rb") as whole, target.open("wb") as plain:
            seen, stretch_began, packed_began = 0, 0, 0
            while block := whole.read(_BLOCK_BYTES):
                seen += len(block)
                if seen - stretch_began >= STRETCH_BYTES:
                    taken = packed.tell() - packed_began
                    if seen - stretch_began > MAX_RATIO * max(taken, 1):
                        raise _too_large(name)
                    stretch_began, packed_began = seen, packed.tell()
                if seen > MAX_UNPACKED_BYTES:
                    raise _too_large(name)
                plain.write(block)
            if seen > RATIO_MATTERS_FROM and seen > MAX_RATIO * path.stat().st_size:
                raise _too_large(name)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise FileRefused(N_("{file}: the archive is cut or damaged; copy it again."), file=name) from None
    if is_gzip(target):
        raise FileRefused(N_("{file}: this is an archive within an archive; unpack it once and import what is in it."), file=name)


def _too_large(name: str) -> FileRefused:
    return FileRefused(N_("{file}: the archive holds more than may be imported; split it."), file=name)
