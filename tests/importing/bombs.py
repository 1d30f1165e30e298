"""Files made to do harm, built quickly: what they inflate to is never written, only what they are packed as."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

GIGABYTE = 2**30
_CHUNK = 2**24
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@dataclass(frozen=True)
class Packed:
    """A deflate stream and what it claims to be; `truth` in `repeated` says what it is."""

    stream: bytes
    crc: int
    size: int


def repeated(pattern: bytes, size: int, before: bytes = b"", after: bytes = b"") -> Packed:
    """The deflate stream of `before`, about `size` bytes of `pattern`, `after`; made of one chunk that is packed once."""
    unit = pattern * (_CHUNK // len(pattern))
    times = max(size // len(unit), 1)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    stream, crc = b"", 0
    for text in (before, after):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        is_last = text is after
        part = packer.compress(text) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)
        if is_last:
            for _ in range(times):
                crc = zlib.crc32(unit, crc)
            stream += chunk * times
        stream += part
        crc = zlib.crc32(text, crc)
    return Packed(stream, crc, len(before) + times * len(unit) + len(after))


def plain(content: bytes) -> Packed:
    """An honest deflate stream."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return Packed(packer.compress(content) + packer.flush(), zlib.crc32(content), len(content))


def as_gzip(packed: Packed) -> bytes:
    """A gzip file of one member."""
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + packed.stream + struct.pack("<II", packed.crc, packed.size % 2**32)


def as_zip(entries: Sequence[tuple[str, Packed]], *, overlapping: bool = False) -> bytes:
    """A zip archive that claims whatever its entries claim; `overlapping`: all of them are the same bytes."""
    body, directory = io.BytesIO(), io.BytesIO()
    first = 0
    for number, (name, packed) in enumerate(entries):
        encoded = name.encode()
        fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, packed.crc, len(packed.stream), packed.size, len(encoded), 0)
        offset = first if overlapping and number else body.tell()
        if not overlapping or not number:
            first = offset
            body.write(b"PK\x03\x04" + fields + encoded + packed.stream)
        directory.write(b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, offset) + encoded)
    size, at, count = directory.tell(), body.tell(), min(len(entries), 0xFFFF)
    body.write(directory.getvalue() + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, size, at, 0))
    return body.getvalue()


def _parts(*rows: list[str]) -> dict[str, bytes]:
    """The parts of an honest small workbook."""
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    for row in rows or ([["a", "b"], ["1", "2"]]):
        book.worksheets[0].append(row)
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _workbook(sheet: Packed | bytes, **more: Packed) -> bytes:
    """A workbook whose first sheet is `sheet`."""
    parts = {name: plain(content) for name, content in _parts().items()}
    parts["xl/worksheets/sheet1.xml"] = plain(sheet) if isinstance(sheet, bytes) else sheet
    return as_zip([*parts.items(), *more.items()])


def _sheet(rows: str) -> bytes:
    return f'<?xml version="1.0"?><worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>'.encode()


def _declared(doctype: str, text: str) -> bytes:
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'
    return f'<?xml version="1.0"?>{doctype}<worksheet {_MAIN}><sheetData>{row}</sheetData></worksheet>'.encode()


def gigabyte_of_rows() -> bytes:
    row = b"I1,C1,2026-05-01,2026-06-01,EUR,100.00\n"
    return as_gzip(repeated(row, GIGABYTE, b"invoice_id,customer_id,issued_on,due_on,currency,amount_total\n"))


def lines_of_nothing() -> bytes:
    """Some kilobytes that inflate to millions of lines without a letter, none of which is worth a reject."""
    return gzip.compress(b"invoice_id,customer_id,issued_on,currency,amount_total\n" + b"\n" * 20_000_000 + b"I1,C1,2026-05-01,EUR,1.00\n")


def gigabyte_behind_honest_rows() -> bytes:
    """Rows that do not pack well first, then a gigabyte that does."""
    honest = "".join(f"I{n},C{n * 7919 % 1000},2026-05-01,2026-06-01,EUR,{n * 104729 % 99991}.00\n" for n in range(20_000))
    return gzip.compress(b"invoice_id,customer_id,issued_on,due_on,currency,amount_total\n" + honest.encode()) + gigabyte_of_rows()


def gigabyte_workbook() -> bytes:
    row = b'<row><c t="inlineStr"><is><t>' + b"A" * 1000 + b"</t></is></c></row>"
    start, _, end = _sheet("|").partition(b"|")
    return _workbook(repeated(row, GIGABYTE, start, end))


def endless_row() -> bytes:
    """A row of more cells than a sheet has columns, all but one of them empty."""
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c>' + "<c/>" * 20_000 + "</row>"
    return _workbook(_sheet(first + '<row r="2"><c><v>1</v></c></row>'))


def endless_cell() -> bytes:
    start, _, end = _sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>|</t></is></c></row>').partition(b"|")
    return _workbook(repeated(b"A", 500_000_000, start, end))


def last_cell() -> bytes:
    return _workbook(_sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ))


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _workbook(_declared(f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>', "&l9;"))


def quadratic_entity() -> bytes:
    return _workbook(_declared(f'<!DOCTYPE x [<!ENTITY a "{"A" * 100_000}">]>', "&a;" * 20_000))


def outside_entity() -> bytes:
    return _workbook(_declared('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"))


def hidden_declaration() -> bytes:
    """The same in two bytes a letter, where a search for the word finds nothing."""
    return _workbook(_declared('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;").decode().encode("utf-16"))


def nested_archives() -> bytes:
    inner = as_zip([("zeros", repeated(b"\0", GIGABYTE))])
    for depth in range(4):
        inner = as_zip([(f"{depth}-{number}.zip", plain(inner)) for number in range(5)])
    return inner


def many_entries() -> bytes:
    nothing = plain(b"")
    names = [*_parts(), *(f"xl/media/{number}" for number in range(100_000))]
    return as_zip([(name, nothing) for name in names])


def overlapping_entries() -> bytes:
    shared = plain(random.Random(1).randbytes(200_000))
    return as_zip([(name, shared) for name in _parts()], overlapping=True)


def lying_size() -> bytes:
    """The sheet claims some hundred bytes and holds a gigabyte."""
    start, _, end = _sheet("|").partition(b"|")
    truth = repeated(b'<row><c t="inlineStr"><is><t>A</t></is></c></row>', GIGABYTE, start, end)
    return _workbook(Packed(truth.stream, truth.crc, 700))


def many_sheets() -> bytes:
    parts = {name: plain(content) for name, content in _parts().items()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    return as_zip([*parts.items(), *((f"xl/worksheets/sheet{number}.xml", sheet) for number in range(2, 10_002))])


def deep_json() -> bytes:
    return b"[" * 100_000 + b"]" * 100_000


def deep_object() -> bytes:
    return b'{"a":' * 100_000 + b"1" + b"}" * 100_000


def gigabyte_of_one_string() -> bytes:
    return as_gzip(repeated(b"A", GIGABYTE, b'[{"Id":"', b'"}]'))


def gigabyte_of_names() -> bytes:
    """A JSON object of ever new names, not packed."""
    return b"[" + b",".join(b'{"k%d":1}' % number for number in range(100_000)) + b"]"


def gigabyte_in_two_bytes_a_letter() -> bytes:
    row = "I1,C1,2026-05-01,EUR,100.00\n".encode("utf-16-le")
    return as_gzip(repeated(row, GIGABYTE, "\ufeffinvoice_id,customer_id,issued_on,currency,amount_total\n".encode("utf-16-le")))


def gigabyte_column() -> bytes:
    """One value for a hundred million rows, which Parquet says in a few bytes."""
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, pa.schema([("invoice_id", pa.string())])) as writer:
        batch = pa.RecordBatch.from_arrays([pa.array(["I1"]).take(pa.array([0] * 1_000_000))], names=["invoice_id"])
        for _ in range(60):
            writer.write_batch(batch, row_group_size=1_000_000)
    return buffer.getvalue()


def lying_column() -> bytes:
    """Parquet whose footer and pages disagree: bytes in the middle are others."""
    buffer = io.BytesIO()
    pq.write_table(pa.table({"invoice_id": [f"I{n}" for n in range(20_000)]}), buffer, compression="snappy", use_dictionary=False)
    content = bytearray(buffer.getvalue())
    # The size of the first page as it says itself, and what it says it inflates to.
    content[4:40] = bytes(byte ^ 0x7F for byte in content[4:40])
    return bytes(content)


# name, what is built, part of the reason
BOMBS: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("gigabyte.csv.gz", gigabyte_of_rows, "the archive holds more than may be imported"),
    ("gigabyte.xlsx", gigabyte_workbook, "larger than may be imported"),
    ("cell.xlsx", endless_cell, "larger than may be imported"),
    ("last-cell.xlsx", last_cell, "larger than may be imported"),
    ("laughs.xlsx", billion_laughs, "what no workbook needs"),
    ("quadratic.xlsx", quadratic_entity, "what no workbook needs"),
    ("outside.xlsx", outside_entity, "what no workbook needs"),
    ("nested.xlsx", nested_archives, "this is an archive, but not a workbook"),
    ("entries.xlsx", many_entries, "larger than may be imported"),
    ("overlapping.xlsx", overlapping_entries, "cut or damaged"),
    ("lying.xlsx", lying_size, "cut or damaged"),
    ("sheets.xlsx", many_sheets, "larger than may be imported"),
    ("hidden.xlsx", hidden_declaration, "what no workbook needs"),
    ("late.csv.gz", gigabyte_behind_honest_rows, "the archive holds more than may be imported"),
    ("deep.json", deep_json, "there is no row that can be read"),
    ("deep-object.json", deep_object, "there is no row that can be read"),
    ("string.json.gz", gigabyte_of_one_string, "the archive holds more than may be imported"),
    ("names.json", gigabyte_of_names, "more than 2000 different names"),
    ("letters.csv.gz", gigabyte_in_two_bytes_a_letter, "the archive holds more than may be imported"),
    ("column.parquet", gigabyte_column, "holds more than may be imported"),
    ("lying.parquet", lying_column, "cut or damaged"),
    ("row.xlsx", endless_row, "larger than may be imported"),
    ("nothing.csv.gz", lines_of_nothing, "the archive holds more than may be imported"),
    ("nested.csv.gz", lambda: gzip.compress(gigabyte_of_rows()), "an archive within an archive"),
)


def write(folder: Path, name: str, content: bytes) -> Path:
    """A bomb's file."""
    path = folder / name
    path.write_bytes(content)
    return path
