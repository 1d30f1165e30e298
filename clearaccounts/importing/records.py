"""The record of a landing: what it is, what became of its rows, and what of them was rejected."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clearaccounts.errors import LandingError
from clearaccounts.importing import files
from clearaccounts.importing.reading.sources import Reject
from clearaccounts.importing.validation import Sum
from clearaccounts.settings import UNDO, DataFolder
from clearaccounts.text import N_

RECORD, REJECTS = "landing.json", "rejects.parquet"
# Beside the rows of a kind: those that a report no longer holds, as they were last known, with the day.
CLOSED = ".closed.parquet"
_REJECT_COLUMNS = pa.schema([
    ("line", pa.int64()), ("column", pa.string()), ("template", pa.string()), ("values", pa.string()), ("raw", pa.string()),
])


@dataclass(frozen=True)
class Landing:
    """The record of one landing; `things` counts the rows kept per kind. A snapshot's and an undo's have no file.

    Attributes:
        digests: the SHA-256 of the files that stand beside the record, by name.
        import_id: what the landings of one import have in common; empty in records of the first version.
        imported_by: the user id of who imported it.
        report_on: the day of a report; see `reports`.
        closed: rows per kind that a report no longer holds.
        notes: what else there is to say, as templates with their values.
        parts: kinds whose rows are no more than parts of another's, each with that other kind; see `history`.
        place: the name of its folder under `landing/`, if the file's hash alone is taken.
        undoes: the sequences that an undo takes back; `undone_places` are their folders.
    """

    sequence: int
    landed_at: datetime
    sha256: str = ""
    name: str = ""
    profile: str = ""
    rows: int = 0
    loaded: int = 0
    rejected: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    sums: tuple[Sum, ...] = ()
    things: dict[str, int] = field(default_factory=dict)
    kinds_with_unknown_keys: tuple[str, ...] = ()
    withdrawn_on: date | None = None
    withdrawn: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    import_id: str = ""
    imported_by: str = ""
    report_on: date | None = None
    closed: dict[str, int] = field(default_factory=dict)
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    parts: dict[str, str] = field(default_factory=dict)
    place: str = ""
    undoes: tuple[int, ...] = ()
    undone_places: tuple[str, ...] = ()

    @property
    def folder_name(self) -> str:
        """The name of its folder under `landing/`."""
        if self.undoes:
            return f"{UNDO}{self.sequence:06d}"
        return self.place or self.sha256 or f"snapshot-{self.sequence:06d}"

    @property
    def import_key(self) -> str:
        """The same for all landings of one import, and for no other."""
        return self.import_id or self.landed_at.isoformat()


def digests(work: Path, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The SHA-256 of every file of an unfinished landing, by name; `known` are those that need not be read again."""
    known = known or {}
    return {path.name: known.get(path.name) or files.file_hash(path) for path in sorted(work.iterdir()) if path.is_file()}


def damaged(folder: DataFolder, landing: Landing) -> list[str]:
    """The files of a landing that are gone, or not what they were when it landed."""
    place = folder.landing / landing.folder_name
    return [
        name for name, digest in landing.digests.items()
        if not (place / name).is_file() or files.file_hash(place / name) != digest
    ]


def everything(folder: DataFolder) -> list[Landing]:
    """Every record of `folder`, the first one first: landings, those that were undone, and the undos.

    Raises:
        LandingError: a record cannot be read.
    """
    found = [_read_record(path) for path in folder.landing.glob(f"*/{RECORD}")]
    return sorted(found, key=lambda landing: landing.sequence)


def counting(known: Sequence[Landing]) -> list[Landing]:
    """Those of `known` that count: no undo, and none that was undone."""
    undone = {sequence for one in known for sequence in one.undoes}
    return [one for one in known if not one.undoes and one.sequence not in undone]


def landings(folder: DataFolder) -> list[Landing]:
    """Every landing of `folder` that counts, the first one first.

    Raises:
        LandingError: a record cannot be read.
    """
    return counting(everything(folder))


def _read_record(path: Path) -> Landing:
    try:
        return _as_landing(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, ArithmeticError):
        raise LandingError(N_("{file}: this record of an import is damaged; restore it from a backup."), file=path) from None


def _as_landing(raw: dict[str, Any]) -> Landing:
    raw["landed_at"] = datetime.fromisoformat(raw["landed_at"])
    raw["withdrawn_on"] = date.fromisoformat(raw["withdrawn_on"]) if raw["withdrawn_on"] else None
    raw["sums"] = tuple(
        Sum(s["kind"], s["column"], s["currency"], Decimal(s["total"]), Decimal(s["loaded"]), Decimal(s["rejected"])) for s in raw["sums"]
    )
    for name in ("kinds_with_unknown_keys", "undoes", "undone_places"):
        raw[name] = tuple(raw.get(name, ()))
    raw["report_on"] = date.fromisoformat(raw["report_on"]) if raw.get("report_on") else None
    raw["notes"] = tuple((template, values) for template, values in raw.get("notes", ()))
    return Landing(**raw)


def rejects(folder: DataFolder, landing: Landing) -> list[Reject]:
    """The rejects of one landing, in order of line."""
    return read_rejects(folder.landing / landing.folder_name)


def read_rejects(place: Path) -> list[Reject]:
    """The rejects in a landing's folder, in order of line."""
    path = place / REJECTS
    if not path.exists():
        return []
    return [
        Reject(row["line"], row["column"], row["template"], json.loads(row["values"]), row["raw"])
        for row in pq.read_table(path).to_pylist()
    ]


def write_record(work: Path, landing: Landing) -> None:
    """Write a landing's record into its unfinished folder."""
    record = {**asdict(landing), "landed_at": landing.landed_at.isoformat(), "sums": [_sum(one) for one in landing.sums]}
    files.write_json(work / RECORD, record)


def _sum(one: Sum) -> dict[str, Any]:
    return {**asdict(one), "total": f"{one.total:f}", "loaded": f"{one.loaded:f}", "rejected": f"{one.rejected:f}"}


def write_rejects(work: Path, rejected: Sequence[Reject]) -> None:
    """Write the rejects of a landing into its unfinished folder."""
    rows = [
        {"line": r.line, "column": r.column, "template": r.template, "values": json.dumps(r.values, default=str), "raw": r.raw}
        for r in rejected
    ]
    pq.write_table(pa.Table.from_pylist(rows, _REJECT_COLUMNS), work / REJECTS, compression="zstd")
