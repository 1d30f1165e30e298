"""Where tests hand in files: write one from rows in the test, land it, read what landed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from clearaccounts.errors import FileRefused
from clearaccounts.importing import staging
from clearaccounts.importing.landing import Outcome, land, open_file
from clearaccounts.importing.profiles import known
from clearaccounts.settings import DataFolder, Settings

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
INVOICES = "invoice_id,customer_id,issued_on,due_on,currency,amount_total"


def write(folder: Path, name: str, *lines: str) -> Path:
    """A text file of these lines."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(("\n".join(lines) + "\n").encode())
    return path


def invoice(number: int, amount: str = "100.00", issued_on: str = "2026-05-01") -> str:
    """One line of a file of invoices."""
    return f"I{number},C1,{issued_on},2026-06-01,EUR,{amount}"


def hand_in(folder: DataFolder, path: Path, now: datetime = NOW, profile: str | None = None) -> Outcome:
    """Land one file, without building anything."""
    with staging.working(folder) as work:
        stage = staging.Stage(folder, Settings(), work, now)
        try:
            outcome = land(stage, open_file(path, work / "0", profile, known(folder.path)))
        except FileRefused as refused:
            return Outcome(path.name, None, refused=refused)
        if stage.staged:
            stage.commit()
        return outcome


def landed(folder: DataFolder, outcome: Outcome, kind: str) -> list[dict[str, Any]]:
    """The typed rows of a kind that one landing keeps."""
    assert outcome.landing is not None, str(outcome.refused)
    path = folder.landing / outcome.landing.folder_name / f"{kind}.parquet"
    with duckdb.connect() as connection:
        return list(connection.sql("from read_parquet($path)", params={"path": str(path)}).to_arrow_table().to_pylist())


def said(outcome: Outcome) -> list[tuple[int, str, str]]:
    """(line, column, reason) of every reject."""
    return [(reject.line, reject.column, reject.reason) for reject in outcome.rejects]


def ids(rows: Sequence[dict[str, Any]], key: str) -> list[str]:
    """One column of some rows."""
    return [row[key] for row in rows]
