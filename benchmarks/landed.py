"""A data folder in which a generated partner has landed: one landing for each kind, as one import of whole histories leaves it.

Reading and checking a file is measured elsewhere (`benchmarks.landing`); here the rows are taken for good and put where they
would stand, so that builds, refreshes and pages of ten million invoices can be measured without importing them first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from clearaccounts.importing import staging
from clearaccounts.importing.records import Landing, write_record
from clearaccounts.importing.staging import Stage
from clearaccounts.settings import DataFolder, Settings

LANDED_AT = datetime(2026, 6, 30, 5, tzinfo=UTC)
# As landings are written, with the line that each row came from.
_ROWS = "copy (select *, row_number() over () + 1 as line from read_parquet($files)) to '{path}' (format parquet, compression zstd, \
compression_level 1, row_group_size 61440)"


def data_folder(folder: Path, files: Mapping[str, Sequence[Path]]) -> DataFolder:
    """The data folder at `folder`; made of the generated `files` if it is not there."""
    data = DataFolder(folder)
    if data.is_empty:
        with staging.working(data) as work:
            stage = Stage(data, Settings(), work, LANDED_AT, "bench")
            put(stage, files)
            stage.commit()
    return data


def put(stage: Stage, files: Mapping[str, Sequence[Path]]) -> None:
    """Put a landing of each kind on the stage; it has landed when the stage is committed."""
    for kind, paths in files.items():
        finished = stage.work / f"{stage.sequence}-{kind}"
        finished.mkdir()
        with duckdb.connect(config={"memory_limit": "3GB", "threads": "2", "preserve_insertion_order": "true"}) as connection:
            names = [str(path) for path in paths]
            rows = connection.execute(_ROWS.format(path=finished / f"{kind}.parquet"), {"files": names}).fetchall()[0][0]
        name = hashlib.sha256(f"{kind} {stage.now}".encode()).hexdigest()
        landing = Landing(
            stage.sequence + 1, stage.now, name, f"{kind}.parquet", kind, rows, rows, new=rows, things={kind: rows},
            import_id=stage.import_id,
        )
        write_record(finished, landing)
        stage.add(landing, finished)
