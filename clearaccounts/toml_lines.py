"""Where a key of a TOML file stands: TOML's own parser keeps no positions, and an error must name its line."""

from __future__ import annotations

import re

# A table of the file: () is the file itself, ("stages", 1) the second [[stages]], ("segments", 0, "stages", 1) one within a segment.
Place = tuple[str | int, ...]

_MULTI_LINE = re.compile(r'''"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'''', re.DOTALL)
_HEADER = re.compile(r"\s*(?P<brackets>\[\[?)\s*(?P<name>[^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")


class Lines:
    """The lines of one file, each with the table it belongs to."""

    def __init__(self, text: str) -> None:
        # What a text of several lines holds is neither a key nor a header. Only \n ends a line in TOML.
        self._lines = _MULTI_LINE.sub(lambda found: "\n" * found[0].count("\n"), text).split("\n")
        self._places: list[Place] = []
        self._first: dict[Place, int] = {(): 1}
        counts: dict[Place, int] = {}
        here: Place = ()
        for number, line in enumerate(self._lines, start=1):
            header = _HEADER.match(line)
            if header:
                here = self._place(header["name"], len(header["brackets"]) == 2, counts)
                for length in range(1, len(here) + 1):  # [a.b] opens a as well
                    self._first.setdefault(here[:length], number)
            self._places.append(here)

    def of(self, place: Place, key: str) -> int:
        """The line of `key` in a table, or of the table it is missing from; of tables written inline, the line of the whole value."""
        if (*place, key) in self._first:
            return self._first[*place, key]
        if (*place, key, 0) in self._first:
            return self._first[*place, key, 0]
        wanted = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[.=]""")
        for number, (line, own) in enumerate(zip(self._lines, self._places, strict=True), start=1):
            if own == place and wanted.match(line):
                return number
        if place in self._first:
            return self._first[place]
        outer = place[:-2] if isinstance(place[-1], int) else place[:-1]
        return self.of(outer, str(place[len(outer)]))

    @staticmethod
    def _place(name: str, is_one_of_many: bool, counts: dict[Place, int]) -> Place:
        """The table that a header opens: of tables that come several times, the one met last."""
        parts = [part.strip().strip("\"'") for part in name.split(".")]
        place: Place = ()
        for number, part in enumerate(parts):
            place = (*place, part)
            if is_one_of_many and number == len(parts) - 1:
                counts[place] = counts.get(place, -1) + 1
            if place in counts:
                place = (*place, counts[place])
        return place
