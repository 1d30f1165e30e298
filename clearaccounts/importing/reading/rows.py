"""What both sides of the pipe to the reading process know: rejects, headings, raw text, progress."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

RAW_CHARACTERS = 10_000
CHUNK_ROWS = 20_000
SAMPLE_ROWS = 20

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


@dataclass(frozen=True)
class Heading:
    """One way to read a file's columns.

    `separator` is what stands between the fields of a text file; in JSON, the dotted path to the list of rows
    (empty: the document itself); empty in a workbook and in Parquet.
    """

    separator: str
    header: tuple[str, ...]


def shorten(raw: str) -> str:
    """Raw text as it is kept: to 10,000 characters, then the hash of the whole."""
    if len(raw) <= RAW_CHARACTERS:
        return raw
    digest = hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{raw[:RAW_CHARACTERS]} [sha256 {digest}]"


def clean_name(cell: str) -> str:
    """A header's cell without what nobody sees around it: blanks of any kind, a byte order mark, zero-width spaces."""
    return cell.strip("\ufeff\u200b\u200c\u200d\u2060 \t\r\n\xa0\u202f").strip()
