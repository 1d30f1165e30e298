"""Physical lines -> CSV records, so that one bad quote costs its own line and no other."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from clearaccounts.errors import FileRefused
from clearaccounts.text import N_

MAX_RECORD_CHARACTERS = 2_000_000
MAX_FIELD_CHARACTERS = 1_000_000
_TOO_LONG = "line too long"
_MANY_FIELDS = 4
_LINES_AT_ONCE = 500


def whole_lines(pieces: Iterable[str]) -> Iterator[str]:
    """Join the pieces of lines that are too long to read at once; of those only the beginning is kept."""
    beginning = ""
    for piece in pieces:
        is_whole = piece.endswith(("\n", "\r")) or len(piece) < MAX_RECORD_CHARACTERS
        if is_whole:
            yield beginning or piece
            beginning = ""
        else:
            beginning = beginning or piece
    if beginning:
        yield beginning


class Splitter:
    """Records of a CSV text, each with the line where it begins.

    Args:
        lines: the physical lines, with their ends.
        name: what people call the file.
        separator: what stands between fields.
        begin: the number of the first of `lines`.
    """

    def __init__(self, lines: Iterable[str], name: str, separator: str = ",", begin: int = 1) -> None:
        csv.field_size_limit(MAX_FIELD_CHARACTERS)
        self._lines = iter(lines)
        self._name = name
        self._separator = separator
        self._again: deque[str] = deque()
        self._pending: list[str] = []
        self._is_at_end = False
        self._begin = begin
        self._must_retry = False
        self.problem = ""

    @property
    def first_line(self) -> str:
        """The first physical line of the record that was just given."""
        return self._pending[0].rstrip("\r\n") if self._pending else ""

    @property
    def record_lines(self) -> list[str]:
        """Every physical line of the record that was just given."""
        return [line.rstrip("\r\n") for line in self._pending]

    def holds_whole_rows(self, width: int) -> bool:
        """Whether the record just given has, within its quotes, a line that is a whole record of `width` fields itself.

        Two stray quotes some lines apart make everything between them one field. Prose has lines in quotes too, but
        hardly with so many separators.
        """
        return width >= _MANY_FIELDS and any(self._fields(line) == width for line in self._pending[1:-1])

    def _fields(self, line: str) -> int:
        try:
            return len(next(csv.reader([line], strict=True, delimiter=self._separator), []))
        except csv.Error:
            return 0

    def retry(self) -> None:
        """Take only the first line of the record just given; read its other lines again."""
        self._must_retry = True

    def _feed(self) -> Iterator[str]:
        characters = 0
        while True:
            if self._again:
                line = self._again.popleft()
            else:
                following = next(self._lines, None)
                if following is None:
                    self._is_at_end = True
                    return
                line = following
            # The reader asks for a line when it begins a record, or is within one.
            characters = len(line) if not self._pending else characters + len(line)
            self._pending.append(line)
            if characters >= MAX_RECORD_CHARACTERS:
                raise csv.Error(_TOO_LONG)
            yield line

    def rows(self) -> Iterator[tuple[int, int, list[str] | None]]:
        """Give (line, physical lines, fields) per record; fields are None when `problem` says why.

        Raises:
            FileRefused: a quote is opened and never closed.
        """
        reader = self._reader()
        while True:
            yield from self._plain_rows()
            self._pending.clear()
            row: list[str] | None
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if self._is_at_end:
                    raise FileRefused(
                        N_("{file}, line {line}: a quote is opened here and never closed; mend the line or export the file again."),
                        file=self._name, line=self._begin,
                    ) from None
                row = None
                self.problem = N_("a quote stands where none may")
                if len(self._pending) == 1 and ("limit" in str(error) or _TOO_LONG in str(error)):
                    self.problem = N_("the line is too long")
                self._must_retry = True
            begin, span = self._begin, len(self._pending)
            if row is None or any(row):
                yield begin, 1 if row is None else span, row
            if self._must_retry:
                self._must_retry = False
                self._again.extendleft(reversed(self._pending[1:]))
                self._is_at_end = False
                reader = self._reader()
                self._begin += 1
            else:
                self._begin += span

    def _plain_rows(self) -> Iterator[tuple[int, int, list[str] | None]]:
        """Records up to the next line that has a quote or is very long: each is one line, and they are split many at a time."""
        while not self._again:
            lines = list(islice(self._lines, _LINES_AT_ONCE))
            count = next((at for at, line in enumerate(lines) if '"' in line or len(line) > MAX_FIELD_CHARACTERS), len(lines))
            self._again.extend(lines[count:])
            begin = self._begin
            self._begin += count
            for at, row in enumerate(csv.reader(lines[:count], strict=True, delimiter=self._separator)):
                if any(row):
                    self._pending = [lines[at]]
                    yield begin + at, 1, row
            if not lines:
                return

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), strict=True, delimiter=self._separator)
