"""The font of letters, and what becomes of characters that it lacks.

Liberation Sans has Latin (Vietnamese too), Greek, Cyrillic and Hebrew. A character of another script is shown as an empty box, and the
letter says so: no name becomes shorter in silence. Control characters, which could turn a line around, are boxes as well.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "font"
FAMILY = "LiberationSans"
STYLES = {"": FOLDER / "LiberationSans-Regular.ttf", "B": FOLDER / "LiberationSans-Bold.ttf"}
BOX = "\u25a1"
# Control, format, private, unassigned: nothing a reader could see.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


@cache
def letters() -> frozenset[int]:
    """The characters that every style of the font has."""
    return frozenset.intersection(*(frozenset(_characters(path)) for path in STYLES.values()))


def _characters(path: Path) -> set[int]:
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())


def printable(text: str) -> str:
    """`text` in one line, as the font can show it: spaces for line ends, a box for what it lacks."""
    shown = []
    for character in unicodedata.normalize("NFC", " ".join(text.split())):
        is_shown = ord(character) in letters() and unicodedata.category(character) not in _UNSEEN
        shown.append(character if is_shown else BOX)
    return "".join(shown)
