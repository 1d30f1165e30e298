"""Formats whose cells have types, XLSX and Parquet, as text in the forms that canonical files use."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clearaccounts.errors import FileRefused
from clearaccounts.importing import workbook
from clearaccounts.importing.sources import CHUNK_ROWS, Columns, Progress, Records, Reject, Source, no_progress, shorten
from clearaccounts.settings import ROOT
from clearaccounts.text import N_

MAX_UNPACKED_BYTES = 4 * 2**30
MAX_ROWS = 100_000_000


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
        csv.field_size_limit(workbook.MAX_CELL_CHARACTERS)
        with self._unpacked.open(encoding="utf-8", newline="") as file:
            for number, *row in csv.reader(file):
                yield int(number), row

    def records(self, wanted: Collection[int] | None = None, progress: Progress = no_progress) -> Records:
        """Read every row of the sheet with all its columns; a line is a row of the sheet."""
        width = len(self.header)
        collected = Columns(width)
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
        if metadata.num_rows > MAX_ROWS or unpacked > MAX_UNPACKED_BYTES:
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
