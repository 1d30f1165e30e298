"""Where a reader puts what it finds: rows as Arrow on the disk, a chunk at a time, and rejects beside them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading.rows import CHUNK_ROWS, Progress, Reject
from clearaccounts.text import N_

ROWS, REJECTS = "rows.arrow", "rejects.jsonl"
# So many rows that cannot even be split are no accident: something about the whole file is wrong.
MAX_REJECTS = 200_000


def record_schema(width: int, wanted: Collection[int] | None = None) -> pa.Schema:
    """The columns of `Records.table`: line, span and the columns wanted (None: all) of a file that has `width` of them."""
    positions = sorted(range(width) if wanted is None else {position for position in wanted if 0 <= position < width})
    return pa.schema([("line", pa.int64()), ("span", pa.int32()), *((f"c{position}", pa.string()) for position in positions)])


class Collected:
    """Rows as text columns `c<position>` with `line` and `span`, and rejects, written to a folder.

    Args:
        folder: gets `rows.arrow` (an Arrow file) and `rejects.jsonl`.
        width: columns of the file.
        wanted: positions of the columns to keep; None for all.
        name: what people call the file.
        progress: told how many rows were taken so far.
    """

    def __init__(self, folder: Path, width: int, wanted: Collection[int] | None, name: str, progress: Progress) -> None:
        self.schema = record_schema(width, wanted)
        self.positions = [int(name[1:]) for name in self.schema.names[2:]]
        self._folder = folder
        self._name = name
        self._progress = progress
        self.begin()

    def begin(self) -> None:
        """Forget what was taken, if anything, and begin anew."""
        self._file = pa.OSFile(str(self._folder / ROWS), "wb")
        self._writer = pa.ipc.new_file(self._file, self.schema)
        self._rejects = (self._folder / REJECTS).open("w", encoding="utf-8")
        self._lines: list[int] = []
        self._spans: list[int] = []
        self._rows: list[Sequence[str | None]] = []
        self.row_count = 0
        self.reject_count = 0

    def add(self, line: int, span: int, row: Sequence[str | None]) -> None:
        """Take one row, with all columns of the file."""
        self._lines.append(line)
        self._spans.append(span)
        self._rows.append(row)
        if len(self._rows) >= CHUNK_ROWS:
            self._flush()

    def add_batch(self, batch: pa.RecordBatch) -> None:
        """Take rows that are Arrow already, in the order and with the columns of `schema`."""
        self._writer.write_batch(batch)
        self.row_count += batch.num_rows
        self._progress(self.row_count)

    def reject(self, reject: Reject) -> None:
        """Take one row that cannot be read."""
        self.reject_count += 1
        if self.reject_count > MAX_REJECTS:
            raise FileRefused(
                N_("{file}, line {line}: more than {count} rows cannot be read; export the file again."),
                file=self._name, line=reject.line, count=MAX_REJECTS,
            )
        content = {"line": reject.line, "template": reject.template, "values": reject.values, "raw": reject.raw}
        self._rejects.write(json.dumps(content) + "\n")

    def _flush(self) -> None:
        if self._rows:
            texts = list(zip(*self._rows, strict=True))
            columns: list[Any] = [self._lines, self._spans, *(texts[i] for i in self.positions)]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
            self._lines, self._spans, self._rows = [], [], []
            self.add_batch(pa.RecordBatch.from_arrays(arrays, schema=self.schema))

    def close(self) -> None:
        """Write what is left; both files are whole then."""
        self._flush()
        self._writer.close()
        self._file.close()
        self._rejects.close()
