"""One JSON object -> one row of text: names of nested objects joined by dots, numbers as they are written."""

from __future__ import annotations

import json
import re
from typing import Any

from clearaccounts.text import N_

MAX_DEPTH = 50
MAX_ROW_BYTES = 2_000_000
# Half a character, which only an escape can write.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class BadRow(Exception):
    """The row cannot be read; says why."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values


class _Number(str):
    """A number's very text."""

    __slots__ = ()


def _no_number(word: str) -> Any:
    raise BadRow(N_("{word} is not a number"), word=word)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) or len({key.casefold() for key in found}) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key.casefold() in seen:
                raise BadRow(N_("the name {name} is there twice"), name=key[:100])
            seen.add(key.casefold())
    return found


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_no_number, object_pairs_hook=_object)


def row_of(raw: bytes) -> dict[str, str | None]:
    """The cells of one row by their dotted names.

    Args:
        raw: the object's text in UTF-8.

    Raises:
        BadRow: it is no object, no JSON, or not as a row may be.
    """
    if len(raw) > MAX_ROW_BYTES:
        raise BadRow(N_("the line is too long"))
    try:
        content = _DECODER.decode(raw.decode("utf-8"))
    except RecursionError:
        raise BadRow(N_("objects are nested too deeply")) from None
    except json.JSONDecodeError as error:
        raise BadRow(N_("this is no JSON from character {position} on"), position=error.pos + 1) from None
    if not isinstance(content, dict):
        raise BadRow(N_("this is no JSON object"))
    cells: dict[str, str | None] = {}
    _flatten(content, "", cells, 1)
    if _HALF.search(raw) and not all(_is_sound(text) for pair in cells.items() for text in pair if text is not None):
        raise BadRow(N_("half a character stands there"))
    return cells


def _flatten(content: dict[str, Any], prefix: str, cells: dict[str, str | None], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadRow(N_("objects are nested too deeply"))
    for key, value in content.items():
        name = prefix + key
        if isinstance(value, dict):
            _flatten(value, name + ".", cells, depth + 1)
            continue
        if name in cells:
            raise BadRow(N_("the name {name} is there twice"), name=name[:100])
        cells[name] = None if value is None else value if type(value) is str else _text(value, depth)


def _text(value: Any, depth: int) -> str:
    """A value inside a list as JSON; a number or word outside one is written the same."""
    if depth > MAX_DEPTH:
        raise BadRow(N_("objects are nested too deeply"))
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _Number():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return "[" + ",".join(_text(item, depth + 1) for item in value) + "]"
        case _:
            return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_text(v, depth + 1)}" for k, v in value.items()) + "}"


def _is_sound(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
