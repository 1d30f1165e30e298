"""What every format gives: a header, records as columns of text, the line where each begins, and rejects."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

RAW_CHARACTERS = 10_000
CHUNK_ROWS = 20_000

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


def record_schema(width: int, wanted: Collection[int] | None = None) -> pa.Schema:
    """The columns of `Records.table`: line, span and the columns wanted (None: all) of a file that has `width` of them."""
    positions = sorted(range(width) if wanted is None else set(wanted))
    return pa.schema([("line", pa.int64()), ("span", pa.int32()), *((f"c{position}", pa.string()) for position in positions)])


class Columns:
    """Collects rows as Arrow text columns, a chunk at a time."""

    def __init__(self, width: int, wanted: Collection[int] | None = None) -> None:
        self._positions = sorted(range(width) if wanted is None else set(wanted))
        self._schema = record_schema(width, wanted)
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
