"""Parquet as rows of text in the forms that canonical files use. Runs in the reading process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading.rows import SAMPLE_ROWS, Heading, clean_name
from clearaccounts.importing.reading.workbook import as_csv, plain_number
from clearaccounts.text import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clearaccounts.importing.reading.collecting import Collected

MAX_UNPACKED_BYTES = 4 * 2**30
MAX_ROWS = 100_000_000
MAX_COLUMNS = 2000
# Parquet can say one value for all rows in a few bytes; so many cells out of so little are no table of anybody's.
MAX_CELLS_PER_BYTE = 50
CELLS_MATTER_FROM = 5_000_000
_BATCH_ROWS = 8192
_DAMAGED = N_("{file}: the Parquet file is cut or damaged; copy it again.")


class ParquetFile:
    """A Parquet file; a line is a row's number plus one, for the header.

    Args:
        path: the file.
        name: what people call it.

    Raises:
        FileRefused: it is cut or damaged, or claims to hold more than may be imported.
    """

    format = "parquet"

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        try:
            metadata = pq.read_metadata(path)
            unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
            rows = sum(metadata.row_group(i).num_rows for i in range(metadata.num_row_groups))
            self._header = tuple(clean_name(each) for each in self._file().schema_arrow.names)
        except (pa.ArrowException, OSError, ValueError):
            raise FileRefused(_DAMAGED, file=name) from None
        cells = rows * len(self._header)
        is_absurd = cells > CELLS_MATTER_FROM and cells > MAX_CELLS_PER_BYTE * path.stat().st_size
        if rows > MAX_ROWS or unpacked > MAX_UNPACKED_BYTES or len(self._header) > MAX_COLUMNS or is_absurd:
            raise FileRefused(N_("{file}: the file holds more than may be imported; split it."), file=name)
        self._claimed_rows = rows

    def _file(self) -> Any:
        return pq.ParquetFile(self._path, memory_map=False, pre_buffer=False, buffer_size=1 << 20)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        """All rows as text, some at a time; a file that holds others than it claims is damaged."""
        seen = 0
        try:
            for batch in self._file().iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
                batch.validate(full=True)
                seen += batch.num_rows
                yield pa.RecordBatch.from_arrays(
                    [_as_text(column) for column in batch.columns], names=[f"c{i}" for i in range(batch.num_columns)]
                )
        except pa.ArrowMemoryError:
            raise MemoryError from None
        except (pa.ArrowException, OSError, ValueError):
            raise FileRefused(_DAMAGED, file=self._name) from None
        if seen != self._claimed_rows:
            raise FileRefused(_DAMAGED, file=self._name)

    def headings(self) -> list[tuple[Heading, list[list[str]]]]:
        """The one heading, with the first rows."""
        first = next(self._batches(), None)
        rows = first.slice(0, SAMPLE_ROWS).to_pylist() if first is not None else []
        return [(Heading("", self._header), [[cell or "" for cell in row.values()] for row in rows])]

    def read(self, _heading: Heading, _encodings: Sequence[str], collected: Collected) -> None:
        """Read every row into `collected`; see `Source.records`."""
        line = 2
        for batch in self._batches():
            lines = pa.array(range(line, line + batch.num_rows), pa.int64())
            spans = pa.array([1] * batch.num_rows, pa.int32())
            columns = [batch.column(position) for position in collected.positions]
            collected.add_batch(pa.RecordBatch.from_arrays([lines, spans, *columns], schema=collected.schema))
            line += batch.num_rows

    def raw(self, _heading: Heading, _encodings: Sequence[str], begins: dict[int, int]) -> dict[int, str]:
        """The rows that stand on some lines, as CSV; see `DelimitedFile.raw`."""
        found, line = {}, 2
        for batch in self._batches():
            inside = [number for number in range(line, line + batch.num_rows) if number in begins]
            for number in inside:
                row = batch.slice(number - line, 1).to_pylist()[0]
                found[number] = as_csv([cell or "" for cell in row.values()])
            line += batch.num_rows
        return found


def _as_text(column: pa.Array) -> pa.Array:
    type_ = column.type
    if pa.types.is_dictionary(type_):
        return _as_text(column.dictionary_decode())
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
    return plain_number(value) if abs(value) < float("inf") else str(value)


def _timestamp_text(value: Any, has_zone: bool) -> str:
    text: str = value.isoformat()
    return text if has_zone else text.removesuffix("T00:00:00")
