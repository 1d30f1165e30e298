"""CSV: Python's csv module in strict mode over strictly decoded text, plain or gzipped.

DuckDB's sniffer can load a broken file as one column, or lose rows, without an error. Here a record that
cannot be read is a reject, and the lines after it are read again from the next line on, so that a stray
quote swallows nothing.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts.errors import FileRefused
from clearaccounts.importing.sources import CHUNK_ROWS, Columns, Progress, Records, Reject, Source, no_progress, shorten
from clearaccounts.text import N_

MAX_UNPACKED_BYTES = 4 * 2**30
MAX_GZIP_RATIO = 100
# Below this size a high ratio is harmless.
RATIO_MATTERS_FROM = 64 * 2**20
MAX_LINE_CHARACTERS = 4_000_000
MAX_FIELD_CHARACTERS = 1_000_000
_TOO_LONG = "line too long"


class _TooLarge(Exception):
    """More came out of an archive than we take."""


class _BoundedGzip(gzip.GzipFile):
    """Inflates, and stops when it becomes absurd."""

    def __init__(self, path: Path) -> None:
        super().__init__(filename=str(path), mode="rb")
        self._packed = max(path.stat().st_size, 1)
        self._seen = 0

    def read1(self, size: int = -1) -> bytes:
        data = super().read1(size)
        self._seen += len(data)
        if self._seen > MAX_UNPACKED_BYTES or (self._seen > RATIO_MATTERS_FROM and self._seen / self._packed > MAX_GZIP_RATIO):
            raise _TooLarge
        return data


class CsvSource(Source):
    """CSV in UTF-8 (with or without a byte order mark), comma, perhaps gzipped."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, name)
        with path.open("rb") as file:
            self._is_gzip = file.read(2) == b"\x1f\x8b"
        with self._lines() as lines:
            if self._is_gzip:
                # Inflating is quick beside parsing: an archive that is cut or absurd is refused before anything is parsed.
                with _BoundedGzip(path) as whole:
                    while whole.read1(1 << 20):
                        pass
            for line, _, row in _Splitter(lines, name).rows():
                if row is None:
                    raise FileRefused(N_("{file}, line {line}: the header cannot be read; check its quotes."), file=name, line=line)
                self.header = tuple(cell.strip() for cell in row)
                break
        if not self.header:
            raise FileRefused(N_("{file}: the file has no header; export it again."), file=name)

    @contextmanager
    def _lines(self) -> Iterator[Iterable[str]]:
        try:
            with _BoundedGzip(self.path) if self._is_gzip else self.path.open("rb") as binary:
                text = io.TextIOWrapper(binary, encoding="utf-8-sig", errors="strict", newline="")
                yield iter(lambda: text.readline(MAX_LINE_CHARACTERS), "")
        except UnicodeDecodeError:
            raise FileRefused(
                N_("{file}, line {line}: this is not UTF-8 text; save the file as CSV UTF-8 and import it again."),
                file=self.name, line=self._undecodable_line(),
            ) from None
        except _TooLarge:
            raise FileRefused(N_("{file}: the archive holds more than may be imported; split it."), file=self.name) from None
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise FileRefused(N_("{file}: the archive is cut or damaged; copy it again."), file=self.name) from None

    def _undecodable_line(self) -> int:
        with _BoundedGzip(self.path) if self._is_gzip else self.path.open("rb") as binary:
            number = 1
            for number, line in enumerate(binary, start=1):  # noqa: B007 - the last number is the answer
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    break
            return number

    def records(self, wanted: Collection[int] | None = None, progress: Progress = no_progress) -> Records:
        """Read every record; see `Source.records`."""
        width = len(self.header)
        collected = Columns(width, wanted)
        rejects: list[Reject] = []
        is_cut_at: int | None = None
        with self._lines() as lines:
            splitter = _Splitter(lines, self.name)
            rows = splitter.rows()
            next(rows, None)
            for line, span, row in rows:
                is_cut_at = None
                if row is not None and len(row) > width and not any(cell.strip() for cell in row[width:]):
                    row = row[:width]  # noqa: PLW2901 - trailing separators say nothing
                if row is not None and len(row) == width:
                    collected.add(line, span, row)
                    if collected.count % CHUNK_ROWS == 0:
                        progress(collected.count)
                    continue
                if row is None:
                    template, values = splitter.problem, {}
                else:
                    template = N_("{found} fields where the header has {wanted}")
                    values = {"found": len(row), "wanted": width}
                    if span > 1:
                        splitter.retry()
                        span = 1  # noqa: PLW2901 - the rest of its lines are read again
                    elif len(row) < width:
                        is_cut_at = line
                rejects.append(Reject(line, "", template, dict(values), shorten(splitter.first_line)))
        if is_cut_at is not None:
            raise FileRefused(
                N_("{file}, line {line}: the last line has too few fields, so the file is cut; export it again."),
                file=self.name, line=is_cut_at,
            )
        return Records(collected.table(), rejects)

    def raw(self, records: Records, lines: set[int]) -> dict[int, str]:
        """The raw text, from a second pass over the file's physical lines."""
        wanted = records.table.select(["line", "span"]).filter(pc.is_in(records.table["line"], pa.array(sorted(lines), pa.int64())))
        belongs = {number: row["line"] for row in wanted.to_pylist() for number in range(row["line"], row["line"] + row["span"])}
        parts: dict[int, list[str]] = {}
        if belongs:
            last = max(belongs)
            with self._lines() as physical:
                for number, text in enumerate(_whole_lines(physical), start=1):
                    if number in belongs:
                        parts.setdefault(belongs[number], []).append(text)
                    if number >= last:
                        break
        return {begin: shorten("".join(texts).rstrip("\r\n")) for begin, texts in parts.items()}


def _whole_lines(pieces: Iterable[str]) -> Iterator[str]:
    """Join the pieces of lines that are too long to read at once; of those only the beginning is kept."""
    beginning = ""
    for piece in pieces:
        is_whole = piece.endswith(("\n", "\r")) or len(piece) < MAX_LINE_CHARACTERS
        if is_whole:
            yield beginning or piece
            beginning = ""
        else:
            beginning = beginning or piece
    if beginning:
        yield beginning


class _Splitter:
    """Physical lines -> records, each with the line where it begins."""

    def __init__(self, lines: Iterable[str], name: str) -> None:
        csv.field_size_limit(MAX_FIELD_CHARACTERS)
        self._lines = _whole_lines(lines)
        self._name = name
        self._again: deque[str] = deque()
        self._pending: list[str] = []
        self._is_at_end = False
        self._begin = 1
        self._must_retry = False
        self.problem = ""

    @property
    def first_line(self) -> str:
        """The first physical line of the record that was just given."""
        return self._pending[0].rstrip("\r\n") if self._pending else ""

    def retry(self) -> None:
        """Take only the first line of the record just given; read its other lines again."""
        self._must_retry = True

    def _feed(self) -> Iterator[str]:
        while True:
            if self._again:
                line = self._again.popleft()
            else:
                following = next(self._lines, None)
                if following is None:
                    self._is_at_end = True
                    return
                line = following
            self._pending.append(line)
            if len(line) >= MAX_LINE_CHARACTERS:
                raise csv.Error(_TOO_LONG)
            yield line

    def rows(self) -> Iterator[tuple[int, int, list[str] | None]]:
        """Give (line, physical lines, fields) per record; fields are None when `problem` says why."""
        reader = csv.reader(self._feed(), strict=True)
        while True:
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
                reader = csv.reader(self._feed(), strict=True)
                self._begin += 1
            else:
                self._begin += span
