"""The first sheet of an XLSX workbook as rows of text. Runs in the reading process.

A workbook is an archive of XML and can be made to fill memory or to run for ever: what its directory
claims is checked, and then every part is inflated once and looked at, before anything is parsed.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading.rows import SAMPLE_ROWS, Heading, Reject, clean_name, shorten
from clearaccounts.text import N_

if TYPE_CHECKING:
    from clearaccounts.importing.reading.collecting import Collected

MAX_ENTRIES = 200
MAX_UNPACKED_BYTES = 200 * 2**20
MAX_RATIO = 100
# Below this size a high ratio is harmless.
RATIO_MATTERS_FROM = 2**20
MAX_COLUMNS = 1000
# As many columns as a sheet has; formatted cells without a value stand in the file too.
MAX_CELLS_OF_ROW = 16_384
MAX_ROWS = 1_048_576
MAX_CELL_CHARACTERS = 1_000_000
_HEADER_BYTES = 30
_ENCRYPTED = 1
_BLOCK_BYTES = 1 << 20
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_DAMAGED = N_("{file}: the workbook is cut or damaged; save it again.")
_TOO_LARGE = N_("{file}: the workbook is larger than may be imported; save it as CSV.")
_TRICKS = N_("{file}: the workbook holds what no workbook needs (declarations in its XML); save it anew from your program, or as CSV.")


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


class _RowTooLong(Exception):
    """A row has more cells than a sheet has columns."""


def _bounded(parser: Any) -> Any:
    """The parser of openpyxl, but a row of too many cells is refused before they are read one by one, which takes long."""

    class Bounded(parser):  # type: ignore[misc]
        def parse_row(self, row: Any) -> Any:
            if len(row) > MAX_CELLS_OF_ROW:
                raise _RowTooLong
            return super().parse_row(row)

    return Bounded


class WorkbookFile:
    """The first sheet of a workbook; a line is a row of the sheet.

    Args:
        path: the workbook.
        name: what people call the file.

    Raises:
        FileRefused: it is no workbook, is damaged, or is larger than it may be.
    """

    format = "xlsx"

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        try:
            with path.open("rb") as file, zipfile.ZipFile(file) as archive:
                self._check(archive, path.stat().st_size)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
            raise FileRefused(_DAMAGED, file=name) from None
        self._book = self._load(path)

    def _check(self, archive: zipfile.ZipFile, size: int) -> None:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        packed = max(sum(entry.compress_size for entry in entries), 1)
        if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES:
            raise FileRefused(_TOO_LARGE, file=self._name)
        if unpacked > RATIO_MATTERS_FROM and unpacked / packed > MAX_RATIO:
            raise FileRefused(_TOO_LARGE, file=self._name)
        names = [entry.filename for entry in entries]
        if "[Content_Types].xml" not in names:
            raise FileRefused(
                N_("{file}: this is an archive, but not a workbook; unpack it and import what is in it, or save it as .xlsx."),
                file=self._name,
            )
        if len(set(names)) < len(names) or _overlap(entries, size) or any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise FileRefused(_DAMAGED, file=self._name)
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
            raise FileRefused(_DAMAGED, file=self._name)
        for entry in entries:
            if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                self._check_part(archive, entry)

    def _check_part(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        """Inflate a part, which also compares its size and sum with what the directory claims."""
        with archive.open(entry) as part:
            before = b""
            while block := part.read(_BLOCK_BYTES):
                # Two bytes a letter would hide the words looked for.
                if not before and b"\0" in block[:64]:
                    raise FileRefused(_TRICKS, file=self._name)
                if any(word in before + block for word in _DECLARATIONS):
                    raise FileRefused(_TRICKS, file=self._name)
                before = block[-16:]

    def _load(self, path: Path) -> Any:
        import openpyxl  # noqa: PLC0415 - only a workbook pays for it
        from openpyxl.worksheet._read_only import ReadOnlyWorksheet  # noqa: PLC0415

        warnings.simplefilter("ignore")
        # Where a sheet does not tell its size, openpyxl reads it to its end to find out, each sheet; nobody here asks for it.
        ReadOnlyWorksheet._get_size = lambda _sheet: None  # type: ignore[attr-defined]
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        except MemoryError:
            raise
        except Exception:  # openpyxl raises whatever its parser met; all of it means the same to a person
            raise FileRefused(_DAMAGED, file=self._name) from None
        if not book.worksheets:
            raise FileRefused(_DAMAGED, file=self._name)
        return book

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row of the sheet, cells without the empty ones at the end); empty rows are passed over."""
        from openpyxl.worksheet._reader import WorkSheetParser  # noqa: PLC0415 - see above

        book = self._book
        sheet = book.worksheets[0]
        try:
            # Rows as they stand in the file: the sheet itself would make up every row that the file leaves out.
            with sheet._get_source() as source:
                parser = _bounded(WorkSheetParser)(
                    source, sheet._shared_strings, data_only=True, epoch=book.epoch,
                    date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
                )
                last = 0
                for number, cells in parser.parse():
                    if number <= last:
                        raise FileRefused(_DAMAGED, file=self._name)
                    last = number
                    texts = self._texts(number, cells)
                    if texts:
                        yield number, texts
        except (MemoryError, FileRefused):
            raise
        except _RowTooLong:
            raise FileRefused(_TOO_LARGE, file=self._name) from None
        except Exception:  # see above
            raise FileRefused(_DAMAGED, file=self._name) from None

    def _texts(self, number: int, cells: list[dict[str, Any]]) -> list[str]:
        by_column = {cell["column"]: cell_text(cell["value"]) for cell in cells if cell["value"] is not None}
        used = [column for column, text in by_column.items() if text.strip()]
        if not used:
            return []
        if number > MAX_ROWS or max(used) > MAX_COLUMNS or any(len(text) > MAX_CELL_CHARACTERS for text in by_column.values()):
            raise FileRefused(_TOO_LARGE, file=self._name)
        return [by_column.get(column, "") for column in range(1, max(used) + 1)]

    def headings(self) -> list[tuple[Heading, list[list[str]]]]:
        """The one heading, with the first rows.

        Raises:
            FileRefused: the first sheet is empty, or the workbook is damaged.
        """
        rows = []
        for _, texts in self._rows():
            rows.append(texts)
            if len(rows) > SAMPLE_ROWS:
                break
        if not rows:
            raise FileRefused(N_("{file}: the first sheet is empty; put the rows there."), file=self._name)
        header = tuple(clean_name(cell) for cell in rows[0])
        width = len(header)
        return [(Heading("", header), [(row + [""] * width)[:width] for row in rows[1:]])]

    def read(self, heading: Heading, _encodings: Sequence[str], collected: Collected) -> None:
        """Read every row of the sheet into `collected`; see `Source.records`."""
        width = len(heading.header)
        rows = self._rows()
        next(rows, None)
        for line, row in rows:
            if len(row) > width:
                template = N_("{found} fields where the header has {wanted}")
                collected.reject(Reject(line, "", template, {"found": len(row), "wanted": width}, shorten(",".join(row))))
            else:
                collected.add(line, 1, row + [""] * (width - len(row)))

    def raw(self, _heading: Heading, _encodings: Sequence[str], begins: dict[int, int]) -> dict[int, str]:
        """The rows that stand on some lines, as CSV; see `DelimitedFile.raw`."""
        return {line: as_csv(row) for line, row in self._rows() if line in begins}


def as_csv(cells: Sequence[str]) -> str:
    """Cells as one line of CSV."""
    import csv  # noqa: PLC0415
    import io  # noqa: PLC0415

    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()


def _overlap(entries: Sequence[zipfile.ZipInfo], size: int) -> bool:
    """Whether two entries share bytes of the archive, or one reaches beyond it."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            return True
        end = entry.header_offset + _HEADER_BYTES + len(entry.filename.encode()) + entry.compress_size
    return end > size
