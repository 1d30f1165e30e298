"""The first sheet of a workbook as CSV, in a process of its own with bounds on memory and time.

Run as `python -m clearaccounts.importing.workbook SOURCE TARGET`. A workbook comes from outside and
can be made to fill memory or to run for ever, so nothing of it is parsed in the server. Each record
of TARGET begins with the sheet's row number. The exit code says what went wrong.
"""

from __future__ import annotations

import csv
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

MEMORY_BYTES = 768 * 2**20
CPU_SECONDS = 60
MAX_ENTRIES = 200
MAX_UNPACKED_BYTES = 200 * 2**20
MAX_RATIO = 100
MAX_COLUMNS = 1000
MAX_CELL_CHARACTERS = 1_000_000

NOT_A_WORKBOOK, TOO_LARGE, EMPTY = 3, 4, 5


def plain_number(value: float) -> str:
    """A binary number at 15 significant digits, without exponent: 0.1 + 0.2 is '0.3'."""
    return format(Decimal(format(value, ".15g")), "f")


def cell_text(value: object) -> str:
    """A cell's value in the form that canonical files use; empty for an empty cell."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return plain_number(value)
        case datetime():
            return value.date().isoformat() if value.time() == time(0) else value.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)


def _check_archive(source: Path) -> None:
    with zipfile.ZipFile(source) as archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        packed = max(sum(entry.compress_size for entry in entries), 1)
        if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or (unpacked > 2**20 and unpacked / packed > MAX_RATIO):
            raise SystemExit(TOO_LARGE)


def _rows(source: Path) -> Iterator[tuple[int, list[str]]]:
    import openpyxl  # noqa: PLC0415 - only after the limits are set

    book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if len(row) > MAX_COLUMNS:
            raise SystemExit(TOO_LARGE)
        texts = [cell_text(value) for value in row]
        while texts and not texts[-1].strip():
            texts.pop()
        if any(len(text) > MAX_CELL_CHARACTERS for text in texts):
            raise SystemExit(TOO_LARGE)
        if texts:
            yield number, texts


def main(source: Path, target: Path) -> None:
    """Write the first sheet of `source` to `target`; leaves with one of the exit codes above on failure."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = False
    try:
        _check_archive(source)
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for number, texts in _rows(source):
                writer.writerow([number, *texts])
                found = True
    except MemoryError:
        raise SystemExit(TOO_LARGE) from None
    except Exception:  # openpyxl raises whatever its parser met; all of it means the same to a person
        raise SystemExit(NOT_A_WORKBOOK) from None
    if not found:
        raise SystemExit(EMPTY)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
