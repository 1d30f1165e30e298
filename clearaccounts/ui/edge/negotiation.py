"""What a browser says about the answer it can take: which encodings, which copy it has, which part it wants (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Sequence

IDENTITY = "identity"
_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})?|-[0-9]{1,18}")
# Names that mean an encoding's older one.
_SAME = {"x-gzip": "gzip"}


def encoding(accepted: Sequence[str], offered: Sequence[str]) -> str | None:
    """The encoding to answer with.

    Args:
        accepted: the values of `Accept-Encoding`; none of them means that the browser said nothing, and gets the file as it is.
        offered: what there is beside the file as it is, the best first.

    Returns:
        The offered one that is liked best, `identity`, or None if nothing there is will be taken. An item whose weight
        cannot be read counts as not said.
    """
    if not accepted:
        return IDENTITY
    weights = _weights(",".join(accepted))
    others = weights.get("*")
    best, most = None, 0.0
    for name in offered:
        weight = weights.get(name, others or 0.0)
        if weight > most:
            best, most = name, weight
    # Who does not name the file as it is takes it when there is nothing else.
    plain = weights.get(IDENTITY, 0.0 if others == 0 else -1.0)
    if plain > most or (best is None and plain != 0):
        return IDENTITY
    return best


def _weights(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for item in text.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = _quality(parameters)
        if name and quality is not None:
            found[_SAME.get(name, name)] = quality
    return found


def _quality(parameters: list[str]) -> float | None:
    if not parameters:
        return 1.0
    key, _, value = parameters[0].partition("=")
    is_read = len(parameters) == 1 and key.strip() == "q" and _QUALITY.fullmatch(value.strip())
    return float(value) if is_read else None


def has_copy(held: Sequence[str], tag: str) -> bool:
    """Whether one of the copies that `If-None-Match` names is the answer of this tag; a weak mark makes no difference here."""
    text = ",".join(held)
    return text.strip() == "*" or tag in (one.removeprefix("W/") for one in _TAG.findall(text))


def is_range(asked: Sequence[str]) -> bool:
    """Whether `Range` asks for parts of bytes in a way that can be read; what cannot is to be ignored."""
    if len(asked) != 1:
        return False
    unit, _, parts = asked[0].partition("=")
    found = [_RANGE.fullmatch(part.strip()) for part in parts.split(",")]
    return unit.strip().lower() == "bytes" and all(one and (not one[2] or int(one[1]) <= int(one[2])) for one in found)
