"""A look into a file that nobody has described yet: its header, its first rows, and the different values of each column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts.errors import FileRefused
from clearaccounts.importing.landing import shown_name
from clearaccounts.importing.mapping.guessing import FileColumn
from clearaccounts.importing.reading.decoding import NOT_UTF_8
from clearaccounts.importing.reading.readers import open_source
from clearaccounts.importing.reading.sources import Heading, Progress, Records, Source, no_progress

# So many different values of a column are kept: enough to prove how its days and numbers are written.
DIFFERENT_VALUES = 5_000
UTF_8 = "utf-8"
# What a text may be written in that is not UTF-8 and says nothing of it, the commonest first. Each can read any bytes, or
# nearly: whether it is the right one, only a person sees.
OTHER_ENCODINGS = ("cp1252", "latin-1", "cp850", "mac_roman")
_BLANKS = " \t\r\n\u00a0\ufeff"


@dataclass(frozen=True)
class Sample:
    """What a file shows of itself.

    Attributes:
        name: what people call it.
        format: csv, json, jsonl, xlsx or parquet.
        headings: the ways in which its columns can be read, the likeliest first.
        heading: the way that was taken.
        encoding: in which its text was read.
        rows: the first rows, as they stand.
        columns: what stands in all rows.
        row_count: how many rows there are.
    """

    name: str
    format: str
    headings: tuple[Heading, ...]
    heading: Heading
    encoding: str
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[FileColumn, ...]
    row_count: int

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        return self.heading.header


def look_into(path: Path, work: Path, *, heading: int = 0, encoding: str = "", progress: Progress = no_progress) -> Sample:
    """Read a whole file without knowing what it is.

    Args:
        path: the file; its name is what people call it.
        work: a folder for what reading it leaves behind.
        heading: by which of its headings.
        encoding: in which its text is read; else UTF-8, or the first other one that can be.
        progress: told how many rows have been read so far; what it raises ends the reading.

    Raises:
        FileRefused: it cannot be read at all.
    """
    source = open_source(path, work, shown_name(path), progress)
    try:
        source.choose(source.headings[heading if heading < len(source.headings) else 0])
        records, read_in = _read(source, encoding, progress)
        table = records.table
        texts = [table.column(f"c{position}") for position in range(len(source.header))]
        first = [column.slice(0, len(source.sample_rows)).to_pylist() for column in texts]
        return Sample(
            name=source.name, format=source.format, headings=source.headings, heading=source.heading, encoding=read_in,
            rows=tuple(tuple(cell or "" for cell in row) for row in zip(*first, strict=True)),
            columns=tuple(FileColumn(name, _different(column)) for name, column in zip(source.header, texts, strict=True)),
            row_count=table.num_rows + len(records.rejects),
        )
    finally:
        source.close()


def _read(source: Source, encoding: str, progress: Progress) -> tuple[Records, str]:
    tried = (encoding,) if encoding else (UTF_8, *OTHER_ENCODINGS)
    problem: FileRefused | None = None
    for one in tried:
        try:
            return source.records(None, progress, encodings=(one,)), one
        except FileRefused as refusal:
            if refusal.template not in NOT_UTF_8:
                raise
            problem = problem or refusal
    assert problem is not None  # noqa: S101 - at least one encoding was tried
    raise problem


def _different(column: pa.ChunkedArray) -> tuple[str, ...]:
    """The different values of a column, without blanks around them, in the order in which they appear; empty ones left out."""
    values = pc.unique(pc.utf8_trim(pc.cast(column, pa.string()), characters=_BLANKS))
    values = values.filter(pc.and_(pc.is_valid(values), pc.not_equal(values, "")))
    return tuple(values.slice(0, DIFFERENT_VALUES).to_pylist())
