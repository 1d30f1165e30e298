"""JSON and JSON Lines: one object per row; the header is every name that any row has, in order of first appearance.

A document may be a list of rows, hold the list under a name, or be one row itself: each is a heading, and
the profile that fits decides. Runs in the reading process.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading import decoding
from clearaccounts.importing.reading.json_rows import MAX_ROW_BYTES, BadRow, row_of
from clearaccounts.importing.reading.json_text import Damaged, elements, end_of, members, skip_blank
from clearaccounts.importing.reading.rows import CHUNK_ROWS, SAMPLE_ROWS, Heading, Progress, Reject, shorten
from clearaccounts.text import N_

if TYPE_CHECKING:
    from clearaccounts.importing.reading.collecting import Collected

MAX_COLUMNS = 2000
MAX_LISTS = 8
# Names under which interfaces are known to hand out their rows.
_ENVELOPES = frozenset({"items", "value", "values", "result", "results", "data", "records", "rows", "issues", "tickets", "invoices"})
_BLOCK_BYTES = 1 << 20
_CUT = N_("{file}, line {line}: the JSON is cut or damaged here; export it again.")


class JsonFile:
    """A JSON or JSON Lines file, unpacked.

    Args:
        path: the plain file.
        folder: for a copy in UTF-8, if one is needed.
        name: what people call the file.
        progress: told how many rows have been looked at, which all are before the header is known.
    """

    def __init__(self, path: Path, folder: Path, name: str, progress: Progress) -> None:
        self._name = name
        self._progress = progress
        self._path = decoding.as_utf8(path, ("utf-8",), folder / "utf8.txt", name)
        # Objects that share a line are numbered instead: a row must be found again by its number.
        self._is_numbered: dict[str, bool] = {}
        # Where each list, or the one row, begins.
        self._begins: dict[str, int] = {}
        with self._text() as text:
            begin = skip_blank(text, _behind_mark(text))
            is_lines = text[begin : begin + 1] == b"{" and _is_one_of_several(text, begin)
        self.format = "jsonl" if is_lines else "json"

    @contextmanager
    def _text(self) -> Iterator[mmap.mmap]:
        with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            yield text

    def headings(self) -> list[tuple[Heading, list[list[str]]]]:
        """Every list of rows in the document, the likeliest first, each with its first rows.

        Raises:
            FileRefused: it is cut or damaged, or holds no row.
        """
        found = [self._heading(path) for path in self._paths()]
        return [one for one in found if one[0].header] or [self._refuse_empty()]

    def _refuse_empty(self) -> tuple[Heading, list[list[str]]]:
        raise FileRefused(N_("{file}: there is no row that can be read; export it again."), file=self._name)

    def _paths(self) -> list[str]:
        if self.format == "jsonl":
            return [""]
        with self._text() as text:
            try:
                return self._paths_of(text)
            except Damaged as problem:
                raise FileRefused(_CUT, file=self._name, line=_line_at(text, problem.position)) from None

    def _paths_of(self, text: mmap.mmap) -> list[str]:
        root = skip_blank(text, _behind_mark(text))
        self._begins = {"": root}
        if text[root : root + 1] == b"[":
            return [""]
        lists, end = [], root + 1
        for path, begin, end in _members(text, root):
            if text[begin : begin + 1] == b"[":
                if path in self._begins:
                    raise Damaged(begin)
                self._begins[path] = begin
                lists += [path] if _holds_objects(text, begin, end) else []
        end = skip_blank(text, end) + 1
        if skip_blank(text, end) != len(text):
            raise Damaged(end)
        if not lists and any(_is_envelope(path) for path in self._begins):
            return []
        is_row = end - root <= MAX_ROW_BYTES
        known = [path for path in lists if _is_envelope(path)]
        other = [path for path in lists if not _is_envelope(path)]
        # Under a name that nobody knows a list may well be a part of the one row that the document is.
        return [*known, *([""] if is_row else []), *other][:MAX_LISTS]

    def _heading(self, path: str) -> tuple[Heading, list[list[str]]]:
        names: dict[str, str] = {}
        sample: list[dict[str, str | None]] = []
        count, last_line = 0, 0
        self._is_numbered[path] = False
        for count, (line, _, raw) in enumerate(self._objects(path), start=1):
            self._is_numbered[path] = self._is_numbered[path] or line == last_line
            last_line = line
            if count % CHUNK_ROWS == 0:
                self._progress(count)
            try:
                row = row_of(raw)
            except BadRow:
                continue
            for name in row:
                names.setdefault(name.casefold(), name)
            if len(names) > MAX_COLUMNS:
                raise FileRefused(
                    N_("{file}, line {line}: the rows have more than {count} different names; export them as a list of equal rows."),
                    file=self._name, line=line, count=MAX_COLUMNS,
                )
            if len(sample) < SAMPLE_ROWS:
                sample.append(row)
        heading = Heading(path, tuple(names.values()))
        return heading, [[cell or "" for cell in _in_order(row, heading)] for row in sample]

    def _objects(self, path: str) -> Iterator[tuple[int, int, bytes]]:
        """(line, physical lines, text) of each row; a row that is too long is given with its beginning only."""
        with self._text() as text:
            try:
                yield from self._in_lines(text) if self.format == "jsonl" else self._in_document(text, path)
            except Damaged as problem:
                raise FileRefused(_CUT, file=self._name, line=_line_at(text, problem.position)) from None

    def _in_lines(self, text: mmap.mmap) -> Iterator[tuple[int, int, bytes]]:
        position, number = _behind_mark(text), 0
        while position < len(text):
            number += 1
            end = text.find(b"\n", position)
            end = len(text) if end < 0 else end
            raw = text[position : min(end, position + MAX_ROW_BYTES + 1)].strip(b" \t\r")
            if raw:
                if skip_blank(text, end) >= len(text):
                    self._check_whole(raw, number)
                yield number, 1, raw
            position = end + 1

    def _check_whole(self, raw: bytes, line: int) -> None:
        """The last line must hold a whole object: else the file ends too early."""
        if not raw.startswith(b"{") or len(raw) > MAX_ROW_BYTES:
            return
        try:
            end_of(raw, 0)
        except Damaged:
            raise FileRefused(
                N_("{file}, line {line}: the last line is not a whole JSON object, so the file is cut; export it again."),
                file=self._name, line=line,
            ) from None

    def _in_document(self, text: mmap.mmap, path: str) -> Iterator[tuple[int, int, bytes]]:
        if path not in self._begins:
            self._paths()
        first = self._begins[path]
        is_list = text[first : first + 1] == b"["
        line, counted_to, end = 1, 0, first + 1
        for begin, end in elements(text, first) if is_list else [(first, end_of(text, first))]:
            line += _line_ends(text, counted_to, begin)
            counted_to = begin
            raw = text[begin : min(end, begin + MAX_ROW_BYTES + 1)]
            yield line, 1 + _line_ends(text, begin, end), raw
        if not path and is_list and skip_blank(text, skip_blank(text, end) + 1) != len(text):
            raise Damaged(end)

    def _numbered(self, path: str) -> Iterator[tuple[int, int, bytes]]:
        if path not in self._is_numbered:
            self._heading(path)
        for number, (line, span, raw) in enumerate(self._objects(path), start=1):
            yield (number, 1, raw) if self._is_numbered[path] else (line, span, raw)

    def read(self, heading: Heading, _encodings: Sequence[str], collected: Collected) -> None:
        """Read every row into `collected`; see `Source.records`."""
        for line, span, raw in self._numbered(heading.separator):
            try:
                row = row_of(raw)
            except BadRow as problem:
                text = shorten(raw.decode("utf-8", "replace"))
                collected.reject(Reject(line, "", problem.template, problem.values, text))
                continue
            collected.add(line, span, _in_order(row, heading))

    def raw(self, heading: Heading, _encodings: Sequence[str], begins: dict[int, int]) -> dict[int, str]:
        """The raw text of rows by the line where each begins; see `DelimitedFile.raw`."""
        return {
            line: raw.decode("utf-8", "replace") for line, _, raw in self._numbered(heading.separator) if line in begins
        }


def _in_order(row: dict[str, str | None], heading: Heading) -> list[str | None]:
    by_name = {name.casefold(): cell for name, cell in row.items()}
    return [by_name.get(name.casefold()) for name in heading.header]


def _behind_mark(text: mmap.mmap) -> int:
    return 3 if text[:3] == b"\xef\xbb\xbf" else 0


def _is_one_of_several(text: mmap.mmap, begin: int) -> bool:
    """Whether the object that begins here is one of several in lines: it ends with its line, or the next line begins another."""
    end = text.find(b"\n", begin)
    following = skip_blank(text, end) if end >= 0 else len(text)
    if following == len(text):
        return False
    first_line = text[begin : min(end, begin + MAX_ROW_BYTES)].strip()
    # No single document goes on with a brace after one that closes.
    if first_line.endswith(b"}") and text[following : following + 1] == b"{":
        return True
    try:
        return end_of(first_line, 0) == len(first_line)
    except Damaged:
        return False


def _members(text: mmap.mmap, root: int) -> Iterator[tuple[str, int, int]]:
    """(dotted path, begin, end) of what an object holds, the members of an object in it before that itself."""
    for key, begin, end in members(text, root):
        if text[begin : begin + 1] == b"{":
            for inner, inner_begin, inner_end in members(text, begin):
                yield f"{key}.{inner}", inner_begin, inner_end
        yield key, begin, end


def _is_envelope(path: str) -> bool:
    first, _, rest = path.partition(".")
    return (first.casefold() in _ENVELOPES and not rest) or first.casefold() == "queryresponse"


def _holds_objects(text: mmap.mmap, begin: int, end: int) -> bool:
    first = skip_blank(text, begin + 1)
    return first < end and text[first : first + 1] == b"{"


def _line_ends(text: mmap.mmap, begin: int, end: int) -> int:
    count = 0
    while begin < end:
        stop = min(begin + _BLOCK_BYTES, end)
        if text[stop - 1 : stop + 1] == b"\r\n" and stop < end:
            stop += 1
        block = text[begin:stop]
        count += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
        begin = stop
    return count


def _line_at(text: mmap.mmap, position: int) -> int:
    return 1 + _line_ends(text, 0, min(position, len(text)))
