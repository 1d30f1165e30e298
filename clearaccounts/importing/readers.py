"""A file from outside -> its header, its records as columns of text, and the line where each begins.

CSV (UTF-8, comma), the same gzipped, XLSX (first sheet) and Parquet; what a file is, its first bytes
say. Python's csv module reads in strict mode: DuckDB's sniffer can load a broken file as one column,
or lose rows, without an error. A record that cannot be read is a reject; the lines after it are read
again from the next line on, so that a stray quote swallows nothing.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import subprocess
import sys
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearaccounts.errors import FileRefused
from clearaccounts.importing import workbook
from clearaccounts.settings import ROOT
from clearaccounts.text import N_

MAX_UNPACKED_BYTES = 4 * 2**30
MAX_GZIP_RATIO = 100
# Below this size a high ratio is harmless.
RATIO_MATTERS_FROM = 64 * 2**20
MAX_LINE_CHARACTERS = 4_000_000
MAX_FIELD_CHARACTERS = 1_000_000
MAX_PARQUET_ROWS = 100_000_000
RAW_CHARACTERS = 10_000
CHUNK_ROWS = 20_000
_TOO_LONG = "line too long"
# What a folder's files may be called to be taken; a file given by name is judged by its content alone.
ENDINGS = (".csv", ".csv.gz", ".xlsx", ".parquet")

Progress = Callable[[int], None]


def no_progress(_rows: int) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Reject:
    """One row that was not loaded: where, why (a template and its values) and its raw text."""

    line: int
    column: str
    template: str
    values: dict[str, object]
    raw: str

    @property
    def reason(self) -> str:
        """The reason in English."""
        return self.template.format(**self.values)


@dataclass
class Records:
    """All records of a file.

    `table` has `line` (where a record begins), `span` (how many physical lines it takes) and one text
    column `c<position>` per header; `rejects` are the records that could not be split into fields.
    """

    table: pa.Table
    rejects: list[Reject] = field(default_factory=list)


def shorten(raw: str) -> str:
    """Raw text as it is kept: to 10,000 characters, then the hash of the whole."""
    if len(raw) <= RAW_CHARACTERS:
        return raw
    digest = hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{raw[:RAW_CHARACTERS]} [sha256 {digest}]"


class Source:
    """A file whose header has been read; subclasses know one format."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.header: tuple[str, ...] = ()

    def records(self, wanted: Collection[int] | None = None, progress: Progress = no_progress) -> Records:
        """Read every record.

        Args:
            wanted: positions of the columns that somebody will look at; None for all.
            progress: told how many records have been read so far.

        Raises:
            FileRefused: the file is refused whole; names file, line and what to do.
        """
        raise NotImplementedError

    def raw(self, records: Records, lines: set[int]) -> dict[int, str]:
        """The raw text of the records that begin on `lines`."""
        wanted = records.table.filter(pc.is_in(records.table["line"], pa.array(sorted(lines), pa.int64())))
        found = {}
        for row in wanted.to_pylist():
            buffer = io.StringIO()
            csv.writer(buffer, lineterminator="").writerow([row[f"c{i}"] or "" for i in range(len(self.header))])
            found[row["line"]] = shorten(buffer.getvalue())
        return found


def open_source(path: Path, scratch: Path, name: str = "") -> Source:
    """Open `path`, read its header, and say what it is by its first bytes.

    Args:
        path: the file.
        scratch: a folder for what a workbook is unpacked to.
        name: what people call the file, if that is not its own name.

    Raises:
        FileRefused: it cannot be read at all.
    """
    name = name or path.name
    with path.open("rb") as file:
        magic = file.read(8)
    if not magic:
        raise FileRefused(N_("{file}: the file is empty; export it again."), file=name)
    if magic.startswith(b"PK"):
        return WorkbookSource(path, name, scratch)
    if magic.startswith(b"PAR1"):
        return ParquetSource(path, name)
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            N_("{file}: this is an old or a password-protected workbook; save it as .xlsx without a password, or as CSV."), file=name
        )
    return CsvSource(path, name)


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
        collected = _Columns(width, wanted)
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


class _Columns:
    """Collects rows as Arrow text columns, a chunk at a time."""

    def __init__(self, width: int, wanted: Collection[int] | None = None) -> None:
        self._positions = sorted(range(width) if wanted is None else set(wanted))
        self._schema = pa.schema([("line", pa.int64()), ("span", pa.int32()), *((f"c{i}", pa.string()) for i in self._positions)])
        self._lines: list[int] = []
        self._spans: list[int] = []
        self._rows: list[list[str]] = []
        self._batches: list[pa.RecordBatch] = []
        self.count = 0

    def add(self, line: int, span: int, row: list[str]) -> None:
        """Take one record."""
        self._lines.append(line)
        self._spans.append(span)
        self._rows.append(row)
        self.count += 1
        if len(self._rows) >= CHUNK_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            texts = list(zip(*self._rows, strict=True))
            columns: list[Any] = [self._lines, self._spans, *(texts[i] for i in self._positions)]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
            self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
            self._lines, self._spans, self._rows = [], [], []

    def table(self) -> pa.Table:
        """All that was taken."""
        self._flush()
        return pa.Table.from_batches(self._batches, self._schema)


class WorkbookSource(Source):
    """The first sheet of an XLSX workbook, unpacked by a child process."""

    def __init__(self, path: Path, name: str, scratch: Path) -> None:
        super().__init__(path, name)
        self._unpacked = scratch / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.sheet.csv"
        self._unpack()
        header = next(self._numbered(), None)
        self.header = tuple(cell.strip() for cell in header[1]) if header else ()

    def _unpack(self) -> None:
        command = [sys.executable, "-m", "clearaccounts.importing.workbook", str(self.path.resolve()), str(self._unpacked.resolve())]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=2 * workbook.CPU_SECONDS, check=False)  # noqa: S603
            code = done.returncode
        except subprocess.TimeoutExpired:
            code = workbook.TOO_LARGE
        if code == workbook.EMPTY:
            raise FileRefused(N_("{file}: the first sheet is empty; put the rows there."), file=self.name)
        if code == workbook.NOT_A_WORKBOOK:
            raise FileRefused(N_("{file}: the workbook is cut or damaged; save it again."), file=self.name)
        if code != 0:
            raise FileRefused(N_("{file}: the workbook is larger than may be imported; save it as CSV."), file=self.name)

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(MAX_FIELD_CHARACTERS)
        with self._unpacked.open(encoding="utf-8", newline="") as file:
            for number, *row in csv.reader(file):
                yield int(number), row

    def records(self, wanted: Collection[int] | None = None, progress: Progress = no_progress) -> Records:
        """Read every row of the sheet with all its columns; a line is a row of the sheet."""
        width = len(self.header)
        collected = _Columns(width)
        rejects = []
        rows = self._numbered()
        next(rows, None)
        for line, row in rows:
            if len(row) > width:
                template = N_("{found} fields where the header has {wanted}")
                rejects.append(Reject(line, "", template, {"found": len(row), "wanted": width}, shorten(",".join(row))))
                continue
            collected.add(line, 1, row + [""] * (width - len(row)))
            if collected.count % CHUNK_ROWS == 0:
                progress(collected.count)
        return Records(collected.table(), rejects)


class ParquetSource(Source):
    """A Parquet file; a line is a row's number plus one, for the header."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, name)
        try:
            metadata = pq.read_metadata(path)
            unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
            self.header = tuple(pq.read_schema(path).names)
        except (pa.ArrowException, OSError):
            raise FileRefused(N_("{file}: the Parquet file is cut or damaged; copy it again."), file=name) from None
        if metadata.num_rows > MAX_PARQUET_ROWS or unpacked > MAX_UNPACKED_BYTES:
            raise FileRefused(N_("{file}: the file holds more than may be imported; split it."), file=name)

    def records(self, wanted: Collection[int] | None = None, progress: Progress = no_progress) -> Records:
        """Read every row, with all its columns, as text, in the forms that canonical files use."""
        try:
            table = pq.read_table(self.path)
        except (pa.ArrowException, OSError):
            raise FileRefused(N_("{file}: the Parquet file is cut or damaged; copy it again."), file=self.name) from None
        columns = [pa.array(range(2, table.num_rows + 2), pa.int64()), pa.array([1] * table.num_rows, pa.int32())]
        columns += [_as_text(table.column(i)) for i in range(table.num_columns)]
        progress(table.num_rows)
        return Records(pa.table(columns, names=["line", "span", *(f"c{i}" for i in range(table.num_columns))]))


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    type_ = column.type
    if pa.types.is_dictionary(type_):
        return _as_text(column.cast(type_.value_type))
    if pa.types.is_string(type_):
        return column
    if pa.types.is_floating(type_):
        return pa.array([None if v is None else _float_text(v) for v in column.to_pylist()], pa.string())
    if pa.types.is_timestamp(type_):
        return pa.array([None if v is None else _timestamp_text(v, type_.tz is not None) for v in column.cast(
            pa.timestamp("us", type_.tz), safe=False).to_pylist()], pa.string())
    if pa.types.is_decimal(type_):
        return pa.array([None if v is None else format(v, "f") for v in column.to_pylist()], pa.string())
    try:
        return column.cast(pa.string())
    except pa.ArrowException:
        return pa.array([None if v is None else json.dumps(v, default=str) for v in column.to_pylist()], pa.string())


def _float_text(value: float) -> str:
    # NaN and infinity stay words, which no number's pattern accepts.
    return workbook.plain_number(value) if abs(value) < float("inf") else str(value)


def _timestamp_text(value: Any, has_zone: bool) -> str:
    text: str = value.isoformat()
    return text if has_zone else text.removesuffix("T00:00:00")
