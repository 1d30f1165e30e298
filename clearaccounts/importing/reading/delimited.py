"""CSV: Python's csv module in strict mode over strictly decoded text.

DuckDB's sniffer can load a broken file as one column, or lose rows, without an error. Here a record that
cannot be read is a reject, and the lines after it are read again from the next line on, so that a stray
quote swallows nothing. Runs in the reading process.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading import decoding
from clearaccounts.importing.reading.cut import LastFields
from clearaccounts.importing.reading.rows import SAMPLE_ROWS, Heading, Reject, clean_name, shorten
from clearaccounts.importing.reading.splitting import MAX_RECORD_CHARACTERS, Splitter, whole_lines
from clearaccounts.text import N_

if TYPE_CHECKING:
    from clearaccounts.importing.reading.collecting import Collected

# Below this size the careful reader is done before DuckDB has started.
FAST_FROM_BYTES = 300_000
SEPARATORS = (",", ";", "\t", "|")
# Excel's own first line, which says what separates the fields.
_SEPARATOR_LINE = re.compile(r'"?sep=([^\s"\w]|\t)"?\s*', re.IGNORECASE)


class DelimitedFile:
    """A CSV file, unpacked.

    Args:
        path: the plain file.
        folder: for a copy in UTF-8, if one is needed.
        name: what people call the file.
        is_utf8: whether its encoding is known to be UTF-8, whatever its profile says.
    """

    format = "csv"

    def __init__(self, path: Path, folder: Path, name: str, *, is_utf8: bool = False) -> None:
        self._is_utf8 = is_utf8
        self._path = path
        self._name = name
        self._utf8 = folder / "utf8.txt"
        self._text: Path | None = None
        with _lines(path, decoding.head_encoding(path)) as lines:
            said = _SEPARATOR_LINE.fullmatch(next(lines, ""))
        self._first_line = 2 if said else 1
        self._separators = (said[1],) if said else SEPARATORS

    def headings(self) -> list[tuple[Heading, list[list[str]]]]:
        """Every way to read the columns, the likeliest first, each with its first rows.

        Raises:
            FileRefused: there is no header, or it cannot be read.
        """
        found = []
        for separator in self._separators:
            rows = self._first_rows(separator)
            if rows:
                header = tuple(clean_name(cell) for cell in rows[0])
                width = len(header)
                sample = [(row + [""] * width)[:width] for row in rows[1:]]
                found.append((Heading(separator, header), sample))
        # A separator that isn't one leaves the header in one piece.
        several = [one for one in found if len(one[0].header) > 1]
        best = sorted(several or found[:1], key=lambda one: -len(one[0].header))
        if not best:
            raise FileRefused(
                N_("{file}, line {line}: the header cannot be read; check its quotes."), file=self._name, line=self._first_line
            )
        if not any(any(heading.header) for heading, _ in best):
            raise FileRefused(N_("{file}: the file has no header; export it again."), file=self._name)
        return best

    def _first_rows(self, separator: str) -> list[list[str]]:
        rows: list[list[str]] = []
        with _lines(self._path, decoding.head_encoding(self._path)) as lines:
            try:
                for line, _, row in self._split(lines, separator).rows():
                    if row is None and not rows:
                        break
                    rows += [row] if row is not None else []
                    if len(rows) > SAMPLE_ROWS or line > 10 * SAMPLE_ROWS:
                        break
            except (FileRefused, UnicodeDecodeError):
                # What is wrong behind the header is said, with its line, when the rows are read.
                pass
        if not rows and self._is_blank():
            raise FileRefused(N_("{file}: the file has no header; export it again."), file=self._name)
        return rows

    def _is_blank(self) -> bool:
        with _lines(self._path, decoding.head_encoding(self._path)) as lines:
            return not any(line.strip(" \t\r\n,;|\ufeff") for line in islice(lines, self._first_line - 1, 10_000))

    def _split(self, lines: Iterator[str], separator: str) -> Splitter:
        for _ in range(self._first_line - 1):
            next(lines, None)
        return Splitter(lines, self._name, separator, self._first_line)

    def _decoded(self, encodings: Sequence[str]) -> Path:
        if self._text is None:
            self._text = decoding.as_utf8(self._path, ("utf-8",) if self._is_utf8 else encodings, self._utf8, self._name)
        return self._text

    def read(self, heading: Heading, encodings: Sequence[str], collected: Collected) -> None:
        """Read every record into `collected`.

        Raises:
            FileRefused: it doesn't decode, a quote is never closed, or the file is cut.
        """
        is_utf8 = self._is_utf8 or codecs.lookup(encodings[0]).name == "utf-8"
        if is_utf8 and self._first_line == 1 and self._path.stat().st_size >= FAST_FROM_BYTES and self._read_fast(heading, collected):
            return
        self.read_carefully(heading, encodings, collected)

    def _read_fast(self, heading: Heading, collected: Collected) -> bool:
        """Read the file by a fast reader, if it is plain enough to be read alike; else nothing is collected."""
        from clearaccounts.importing.reading.fast import NotPlain, fast_batches  # noqa: PLC0415 - worth its loading for large files only

        try:
            for batch in fast_batches(self._path, heading.separator, len(heading.header), collected.positions):
                collected.add_batch(batch)
        except NotPlain:
            collected.begin()
            return False
        return True

    def read_carefully(self, heading: Heading, encodings: Sequence[str], collected: Collected) -> None:
        """Read every record with Python's own reader, whatever the file is like; see `read`."""
        text = self._decoded(encodings)
        width = len(heading.header)
        least = max((i + 1 for i, cell in enumerate(heading.header) if cell), default=width)
        last_fields = None if _is_ended(text) else LastFields()
        line = 1
        is_short = False
        with _lines(text, "utf-8") as lines:
            splitter = self._split(lines, heading.separator)
            rows = splitter.rows()
            next(rows, None)
            for line, span, row in rows:
                is_short = False
                if row is None:
                    collected.reject(Reject(line, "", splitter.problem, {}, shorten(splitter.first_line)))
                    continue
                if last_fields is not None:
                    last_fields.see(row)
                if len(row) > width and not any(cell.strip() for cell in row[width:]):
                    row = row[:width]  # noqa: PLW2901 - trailing separators say nothing
                if least <= len(row) < width:
                    row = row + [""] * (width - len(row))  # noqa: PLW2901 - nor do those that only the header has
                if span > 2 and splitter.holds_whole_rows(width):
                    # Rows between two stray quotes, or a customer's text with a line made to look like a row: nobody can tell, so
                    # none of it is loaded, and each line is said.
                    template = N_("a quote opened on line {begin} takes in what look like whole rows; mend its quotes")
                    for number, physical in enumerate(splitter.record_lines, start=line):
                        if physical.strip():
                            collected.reject(Reject(number, "", template, {"begin": line}, shorten(physical)))
                    continue
                if len(row) == width:
                    collected.add(line, span, row)
                    continue
                if span > 1:
                    splitter.retry()
                is_short = span == 1 and len(row) < width
                template = N_("{found} fields where the header has {wanted}")
                values: dict[str, object] = {"found": len(row), "wanted": width}
                collected.reject(Reject(line, "", template, values, shorten(splitter.first_line)))
        if is_short:
            raise FileRefused(
                N_("{file}, line {line}: the last line has too few fields, so the file is cut; export it again."),
                file=self._name, line=line,
            )
        if last_fields is not None and last_fields.is_cut():
            raise FileRefused(
                N_("{file}, line {line}: the last line has no end and its last field is not like the others there, so the file"
                   " seems to be cut; export it again, or add a line end if it is whole."),
                file=self._name, line=line,
            )

    def raw(self, heading: Heading, encodings: Sequence[str], begins: dict[int, int]) -> dict[int, str]:
        """The whole raw text of records, by the line where each begins.

        Args:
            heading: not needed here.
            encodings: as for `read`.
            begins: how many physical lines each record has, by its first line.
        """
        belongs = {number: begin for begin, span in begins.items() for number in range(begin, begin + span)}
        parts: dict[int, list[str]] = {}
        if belongs:
            last = max(belongs)
            with _lines(self._decoded(encodings), "utf-8") as lines:
                for number, text in enumerate(lines, start=1):
                    if number in belongs:
                        parts.setdefault(belongs[number], []).append(text)
                    if number >= last:
                        break
        return {begin: "".join(texts).rstrip("\r\n") for begin, texts in parts.items()}


@contextmanager
def _lines(path: Path, encoding: str) -> Iterator[Iterator[str]]:
    """The physical lines of a text file, with their ends; of a line beyond all bounds, its beginning."""
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="strict", newline="") as text:
        yield whole_lines(iter(lambda: text.readline(MAX_RECORD_CHARACTERS), ""))


def _is_ended(text: Path) -> bool:
    """Whether the last line of a text file has its line end."""
    with text.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) in b"\r\n"
