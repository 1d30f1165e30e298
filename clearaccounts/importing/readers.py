"""A file from outside -> a source to read from; what a file is, its first bytes say."""

from __future__ import annotations

from pathlib import Path

from clearaccounts.errors import FileRefused
from clearaccounts.importing.delimited import CsvSource
from clearaccounts.importing.sources import Source
from clearaccounts.importing.tabular import ParquetSource, WorkbookSource
from clearaccounts.text import N_

# What a folder's files may be called to be taken; a file given by name is judged by its content alone.
ENDINGS = (".csv", ".csv.gz", ".xlsx", ".parquet")


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
