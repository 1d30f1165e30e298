"""Bytes of a text file -> UTF-8, strictly: what does not decode is refused, naming the line.

A byte order mark always wins; UTF-16 without one is known by the zero byte beside every plain letter.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path

from clearaccounts.errors import FileRefused
from clearaccounts.text import N_

_BLOCK_BYTES = 1 << 20
_HEAD_BYTES = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What is said of a text that is in none of the encodings that were tried.
NOT_UTF_8 = (
    N_("{file}, line {line}: this is not UTF-8 text; save the file as CSV UTF-8 and import it again."),
    N_("{file}, line {line}: this is not {encoding} text; save the file as CSV UTF-8 and import it again."),
)
# What a file's header is read by, until its profile says what the file is written in.
_GUESSES = ("utf-8", "cp1252", "latin-1")


def marked(path: Path) -> tuple[str, int]:
    """(encoding, bytes of its mark) that the file's beginning tells; an empty encoding if it tells none."""
    with path.open("rb") as file:
        head = file.read(64)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    for encoding, letters, zeros in (("utf-16-le", head[0::2], head[1::2]), ("utf-16-be", head[1::2], head[0::2])):
        if len(zeros) > 1 and zeros.count(0) * 10 >= len(zeros) * 9 and 0 not in letters:
            return encoding, 0
    return "", 0


def head_encoding(path: Path) -> str:
    """The encoding that the header of an unmarked file is read by."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for encoding in _GUESSES:
        try:
            codecs.getincrementaldecoder(encoding)("strict").decode(head)
        except UnicodeDecodeError:
            continue
        return encoding
    return _GUESSES[-1]


def as_utf8(path: Path, encodings: Sequence[str], target: Path, name: str) -> Path:
    """A file of the same text in UTF-8, which is `path` itself if that is its encoding.

    Args:
        path: the file, not packed.
        encodings: tried in this order when the file bears no mark.
        target: where the text goes if it must be written anew.
        name: what people call the file.

    Raises:
        FileRefused: no encoding fits the whole file; names the first line that doesn't decode.
    """
    own, skipped = marked(path)
    # Every encoding has several names.
    encodings = [codecs.lookup(encoding).name for encoding in ((own,) if own else encodings)]
    for encoding in encodings:
        if encoding == "utf-8":
            if _is_whole(path, encoding, skipped):
                return path
        elif _rewrite(path, encoding, skipped, target):
            return target
    first = encodings[0]
    line = _first_bad_line(path, first, skipped)
    if first == "utf-8":
        raise FileRefused(NOT_UTF_8[0], file=name, line=line)
    raise FileRefused(NOT_UTF_8[1], file=name, line=line, encoding=first.upper())


def _pieces(path: Path, encoding: str, skipped: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        file.seek(skipped)
        while block := file.read(_BLOCK_BYTES):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def _is_whole(path: Path, encoding: str, skipped: int) -> bool:
    try:
        for _ in _pieces(path, encoding, skipped):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _rewrite(path: Path, encoding: str, skipped: int, target: Path) -> bool:
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            for piece in _pieces(path, encoding, skipped):
                file.write(piece)
    except UnicodeError:
        target.unlink(missing_ok=True)
        return False
    return True


def _first_bad_line(path: Path, encoding: str, skipped: int) -> int:
    line, ended_in_return = 1, False
    pieces = _pieces(path, encoding, skipped)
    while True:
        try:
            piece = next(pieces, None)
        except UnicodeDecodeError as error:
            good = bytes(error.object[: error.start]).decode(encoding)
            return line + line_ends(good) - (ended_in_return and good.startswith("\n"))
        if piece is None:
            return line
        line += line_ends(piece) - (ended_in_return and piece.startswith("\n"))
        ended_in_return = piece.endswith("\r")


def line_ends(text: str) -> int:
    """How many physical lines end in `text`; a carriage return and a line feed together are one end."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")
