"""CSV that is plain enough for a fast reader: exactly what the careful reader would give, or nothing.

Arrow and DuckDB split a file many times faster than Python does, but where a file is odd they understand it differently, and
say nothing. So they may read only what can be proven to be read alike, and the proof is arithmetic:

- one pass over the bytes: valid UTF-8, one kind of line end, the last line has it, no NUL, no line that is too long; it
  counts the lines, the quotes and the bytes;
- as many records as lines: then no record spans two lines, and no line was passed over;
- all bytes but line ends, separators and quotes came back: then nothing was trimmed or taken for null;
- no quote came back: then every quote was one around a field, and none was doubled or stood inside.

A file without quotes is a matter of splitting, which Arrow does fastest; with quotes DuckDB is the stricter one. Whatever
fails makes the whole file one for the careful reader.
"""

from __future__ import annotations

import codecs
import glob
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from clearaccounts.importing.reading.collecting import record_schema

# A block without a line end belongs to a line that is left to the careful reader; what is left is shorter than three.
_BLOCK_BYTES = 1 << 18
_LINE_BYTES = 3 * _BLOCK_BYTES
_BATCH_BYTES = 1 << 20
_BATCH_ROWS = 60_000
# Both readers keep something for every column of a batch.
_COLUMNS = 1_000


class NotPlain(Exception):
    """The file is for the careful reader; what came of it so far does not count."""


@dataclass(frozen=True)
class _Scan:
    """What one pass over the bytes found."""

    lines: int
    quotes: int
    text_bytes: int


def fast_records(path: Path, separator: str, width: int, wanted: Collection[int] | None) -> pa.Table | None:
    """Every record after the header, as `sources.Records` holds them, or None: read the file carefully.

    Args:
        path: a file of UTF-8 text, not packed.
        separator: one character.
        width: how many fields the header has.
        wanted: positions of the columns that somebody will look at; None for all.
    """
    try:
        return pa.Table.from_batches(list(fast_batches(path, separator, width, wanted)), record_schema(width, wanted))
    except NotPlain:
        return None


def fast_batches(path: Path, separator: str, width: int, wanted: Collection[int] | None) -> Iterator[pa.RecordBatch]:
    """The same, some tens of thousands of records at a time, in little memory.

    Raises:
        NotPlain: at any time, even after the last batch; nothing that was given counts then.
    """
    if width > _COLUMNS:
        raise NotPlain
    scan = _scan(path)
    schema = record_schema(width, wanted)
    names = [f"c{position}" for position in range(width)]
    records, text_bytes = 0, 0
    for batch in _quoted(path, separator, names) if scan.quotes else _split(path, separator, names):
        if scan.quotes and any(pc.any(pc.match_substring(batch[name], '"')).as_py() for name in names):
            raise NotPlain
        lengths = [pc.binary_length(batch[name]) for name in names]
        text_bytes += sum(pc.sum(length).as_py() or 0 for length in lengths)
        rows = _numbered(batch, records + 1, schema)
        if pc.min(lengths[0]).as_py() == 0:
            sizes = lengths[0]
            for length in lengths[1:]:
                sizes = pc.add(sizes, length)
            if records == 0 and sizes[0].as_py() == 0:
                raise NotPlain
            # A line of separators alone is no record, but it is a line.
            rows = rows.filter(pc.not_equal(sizes, 0))
        yield rows if records else rows.slice(1)  # without the header
        records += batch.num_rows
    if records != scan.lines or text_bytes != scan.text_bytes - scan.quotes - scan.lines * (width - 1) * len(separator.encode()):
        raise NotPlain


def _numbered(batch: pa.RecordBatch, first: int, schema: pa.Schema) -> pa.RecordBatch:
    lines = pa.arange(first, first + batch.num_rows)
    spans = pa.repeat(pa.scalar(1, pa.int32()), batch.num_rows)
    return pa.RecordBatch.from_arrays([lines, spans, *(batch[name] for name in schema.names[2:])], schema=schema)


def _split(path: Path, separator: str, names: list[str]) -> Iterator[pa.RecordBatch]:
    """Every line of a file without quotes, the header among them."""
    try:
        with pa.csv.open_csv(
            path,
            pa.csv.ReadOptions(column_names=names, block_size=_BATCH_BYTES),
            pa.csv.ParseOptions(delimiter=separator, quote_char=False, escape_char=False, ignore_empty_lines=False),
            pa.csv.ConvertOptions(column_types={name: pa.string() for name in names}, check_utf8=False, strings_can_be_null=False),
        ) as reader:
            yield from reader
    except (pa.ArrowInvalid, pa.ArrowMemoryError):
        raise NotPlain from None


def _quoted(path: Path, separator: str, names: list[str]) -> Iterator[pa.RecordBatch]:
    """Every record of a file with quotes, the header among them."""
    import duckdb  # noqa: PLC0415 - seldom needed, and slow to load

    given = ", ".join(f"coalesce({name}, '') as {name}" for name in names)
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    # The line end is left unsaid: told that it is \r\n, DuckDB 2.0 finds a field too many on the last line.
    statement = f"""
        select {given}
        from read_csv(
            $path, auto_detect = false, header = false, skip = 0, columns = {{{columns}}}, delim = $separator, parallel = false,
            quote = '"', escape = '"', comment = '', nullstr = '', strict_mode = true, null_padding = false, ignore_errors = false,
            encoding = 'utf-8', compression = 'none', max_line_size = {_LINE_BYTES}, buffer_size = {16 * _LINE_BYTES}
        )
    """
    # The path is one file, whatever stars and brackets its folders have in their names.
    values = {"path": glob.escape(str(path)), "separator": separator}
    try:
        with duckdb.connect(config={
            "memory_limit": "256MB", "threads": "2", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
        }) as connection:
            yield from connection.sql(statement, params=values).to_arrow_reader(_BATCH_ROWS)
    except duckdb.Error:
        raise NotPlain from None


def _scan(path: Path) -> _Scan:
    """Look at every byte.

    Raises:
        NotPlain: there is something that the two readers may understand differently.
    """
    feeds = returns = quotes = size = 0
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_ended = False
    with path.open("rb") as file:
        block = file.read(_BLOCK_BYTES).removeprefix(codecs.BOM_UTF8)
        while block:
            if b"\r" in block:
                block += file.read(1) if block.endswith(b"\r") else b""
                returns += block.count(b"\r")
                if block.count(b"\r") != block.count(b"\r\n"):
                    raise NotPlain
            found = block.count(b"\n")
            if b"\0" in block or (found == 0 and len(block) >= _BLOCK_BYTES):
                raise NotPlain
            feeds += found
            quotes += block.count(b'"')
            size += len(block)
            is_ended = block.endswith(b"\n")
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                raise NotPlain from None
            block = file.read(_BLOCK_BYTES)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise NotPlain from None
    # A last line without its end may be cut; that is for the careful reader to judge.
    if returns not in {0, feeds} or not is_ended:
        raise NotPlain
    return _Scan(feeds, quotes, size - feeds - returns)
