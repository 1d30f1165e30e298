"""Where the parts of a JSON text stand, found without reading it whole into memory.

Works on the bytes of UTF-8, in which all that structures JSON is ASCII. Positions are byte offsets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from mmap import mmap

Text = bytes | mmap
_BLANK = re.compile(rb"[ \t\r\n]*")
_INNER = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_STRING = re.compile(_INNER, re.DOTALL)
# All up to the next bracket, strings passed over with what is in them; so many at a time that it costs no memory.
_TO_BRACKET = re.compile(rb'[^"{}\[\]]*(?:' + _INNER + rb'[^"{}\[\]]*){0,500}(?:([{}\[\]])|(?="))', re.DOTALL)
_SCALAR = re.compile(rb"[^ \t\r\n,\]}\[{\":]+")
_LONGEST_KEY = 1000


class Damaged(Exception):
    """The text is no JSON from here on; `position` is the byte."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def skip_blank(text: Text, position: int) -> int:
    """The next position that holds something."""
    found = _BLANK.match(text, position)
    return found.end() if found else position


def end_of(text: Text, position: int) -> int:
    """The position behind the value that begins here.

    Raises:
        Damaged: it does not end.
    """
    first = text[position : position + 1]
    if first in (b"{", b"["):
        depth = 0
        while True:
            found = _TO_BRACKET.match(text, position)
            if found is None or found.end() == position:
                raise Damaged(position)
            position = found.end()
            if found[1] is None:
                continue
            depth += 1 if found[1] in b"{[" else -1
            if depth == 0:
                return position
    found = (_STRING if first == b'"' else _SCALAR).match(text, position)
    if found is None:
        raise Damaged(position)
    return found.end()


def elements(text: Text, position: int) -> Iterator[tuple[int, int]]:
    """(begin, end) of each element of the array that begins here.

    Raises:
        Damaged: a comma or the closing bracket is missing.
    """
    position = skip_blank(text, position + 1)
    if text[position : position + 1] == b"]":
        return
    while True:
        end = end_of(text, position)
        yield position, end
        position = skip_blank(text, end)
        following = text[position : position + 1]
        if following == b"]":
            return
        if following != b",":
            raise Damaged(position)
        position = skip_blank(text, position + 1)


def members(text: Text, position: int) -> Iterator[tuple[str, int, int]]:
    """(key, begin, end) of each value of the object that begins here.

    Raises:
        Damaged: it is not written as an object must be.
    """
    position = skip_blank(text, position + 1)
    if text[position : position + 1] == b"}":
        return
    while True:
        found = _STRING.match(text, position)
        if found is None or found.end() - position > _LONGEST_KEY:
            raise Damaged(position)
        try:
            key = str(json.loads(found[0]))
        except ValueError:
            raise Damaged(position) from None
        position = skip_blank(text, found.end())
        if text[position : position + 1] != b":":
            raise Damaged(position)
        position = skip_blank(text, position + 1)
        end = end_of(text, position)
        yield key, position, end
        position = skip_blank(text, end)
        following = text[position : position + 1]
        if following == b"}":
            return
        if following != b",":
            raise Damaged(position)
        position = skip_blank(text, position + 1)
