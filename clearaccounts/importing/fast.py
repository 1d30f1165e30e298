"""CSV that is plain enough for DuckDB's reader: exactly what the careful reader would give, or nothing.

DuckDB splits a file many times faster than Python does, but where a file is odd the two understand it differently, and
DuckDB says nothing. So it may read only what can be proven to be read alike, and the proof is arithmetic:

- one pass over the bytes: valid UTF-8, one kind of line end, the last line has it, no NUL, no line that is too long; it
  counts the lines, the quotes and the bytes;
- as many records as lines: then no record spans two lines, and no line was passed over;
- all bytes but line ends, separators and quotes came back: then nothing was trimmed or taken for null;
- no quote came back: then every quote was one around a field, and none was doubled or stood inside.

Whatever fails makes the whole file one for the careful reader.
"""

from __future__ import annotations

import codecs
import glob
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts.importing.collecting import record_schema

# A block without a line end belongs to a line that is left to the careful reader; what is left is shorter than three.
_BLOCK_BYTES = 1 << 18
_LINE_BYTES = 3 * _BLOCK_BYTES
_BATCH_ROWS = 60_000
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "256MB", "threads": "2", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
}


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
    scan = _scan(path)
    schema = record_schema(width, wanted)
    names = [f"c{position}" for position in range(width)]
    kept = [name for name in names if name in schema.names]
    records, text_bytes = 0, 0
    try:
        with duckdb.connect(config=_CONFIG) as connection:
            reader = connection.sql(_statement(names, kept, has_quotes=scan.quotes > 0), params={
                # The path is one file, whatever stars and brackets its folders have in their names.
                "path": glob.escape(str(path)), "separator": separator,
            }).to_arrow_reader(_BATCH_ROWS)
            for batch in reader:
                if scan.quotes and pc.any(batch["has_quote"]).as_py():
                    raise NotPlain
                text_bytes += pc.sum(batch["bytes"]).as_py() or 0
                rows = _numbered(batch, records + 1, schema)
                if records == 0 and batch["bytes"][0].as_py() == 0:
                    raise NotPlain
                if pc.min(batch["bytes"]).as_py() == 0:
                    # A line of separators alone is no record, but it is a line.
                    rows = rows.filter(pc.not_equal(batch["bytes"], 0))
                yield rows if records else rows.slice(1)  # without the header
                records += batch.num_rows
    except duckdb.Error:
        raise NotPlain from None
    if records != scan.lines or text_bytes != scan.text_bytes - scan.quotes - scan.lines * (width - 1) * len(separator.encode()):
        raise NotPlain


def _numbered(batch: pa.RecordBatch, first: int, schema: pa.Schema) -> pa.RecordBatch:
    lines = pa.arange(first, first + batch.num_rows)
    spans = pa.repeat(pa.scalar(1, pa.int32()), batch.num_rows)
    return pa.RecordBatch.from_arrays([lines, spans, *(batch[name] for name in schema.names[2:])], schema=schema)


def _statement(names: list[str], kept: list[str], *, has_quotes: bool) -> str:
    given = ", ".join(f"coalesce({name}, '') as {name}" for name in kept)
    size = " + ".join(f"coalesce(strlen({name}), 0)" for name in names)
    quote = " or ".join(f"coalesce(contains({name}, '\"'), false)" for name in names) if has_quotes else "false"
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    # The line end is left unsaid: told that it is \r\n, DuckDB 2.0 finds a field too many on the last line.
    return f"""
        select {given}{', ' if given else ''}{size} as bytes, {quote} as has_quote
        from read_csv(
            $path, auto_detect = false, header = false, skip = 0, columns = {{{columns}}}, delim = $separator, parallel = {not has_quotes},
            quote = '"', escape = '"', comment = '', nullstr = '', strict_mode = true, null_padding = false, ignore_errors = false,
            encoding = 'utf-8', compression = 'none', max_line_size = {_LINE_BYTES}, buffer_size = {16 * _LINE_BYTES}
        )
    """


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
