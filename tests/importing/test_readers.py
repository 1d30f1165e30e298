"""A file becomes records with the line where each begins, or is refused with one sentence."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading.readers import open_source
from clearaccounts.importing.reading.rows import Heading
from clearaccounts.importing.reading.sources import Records, Source, shorten
from tests.importing.here import Read, read_here


def opened(path: Path) -> tuple[Source, Records]:
    source = open_source(path, path.parent)
    return source, source.records()


def read(tmp_path: Path, content: bytes) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    """(line, cells) of what was read, and (line, reason) of what could not be."""
    found = given(tmp_path, content)
    return [(line, [cell or "" for cell in cells]) for line, cells in found.rows], found.rejects


def given(tmp_path: Path, content: bytes, encodings: Sequence[str] = ("utf-8",), choice: int = 0) -> Read:
    """All that is read of a file of these bytes."""
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    return read_here(path, encodings, choice)


def refusal(path: Path) -> str:
    with pytest.raises(FileRefused) as refused:
        read_here(path)
    return str(refused.value)


def refusal_of(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    return refusal(path)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_a_record_begins_where_its_first_line_stands(tmp_path: Path, ending: bytes) -> None:
    lines = [b"\xef\xbb\xbfa,b", b"1,2", b'"two', b'lines",3', b"", b"4,5"]
    rows, rejects = read(tmp_path, ending.join(lines))
    assert [(line, cells[1]) for line, cells in rows] == [(2, "2"), (3, "3"), (6, "5")]
    assert rejects == []


def test_a_stray_quote_takes_its_own_line_and_no_other(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b'a,b\n1,2\n"x"y,3\n"open,4\n5,6\n7,"Bar, Inc"\n8,9\n')
    assert rows == [(2, ["1", "2"]), (5, ["5", "6"]), (6, ["7", "Bar, Inc"]), (7, ["8", "9"])]
    assert rejects == [(3, "a quote stands where none may"), (4, "a quote stands where none may")]


def test_two_stray_quotes_that_meet_swallow_no_line_between(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b'a,b,c\n1,"x,2\n3,4,5\n6,7",8,9\n1,2,3\n')
    assert (3, ["3", "4", "5"]) in rows
    assert [line for line, _ in rejects] == [2, 4]


def test_lines_that_may_be_rows_or_a_text_in_quotes_are_all_rejected(tmp_path: Path) -> None:
    # Two stray quotes, or a text whose author knows how our rows look: neither may lose a row unsaid nor forge one.
    lines = [b"a,b,c,d", b'1,2,3,"4', b"5,6,7,8", b'9"', b'1,2,3,"prose, of', b"two lines, or", b'three"']
    rows, rejects = read(tmp_path, b"\n".join(lines) + b"\n")
    assert rows == [(5, ["1", "2", "3", "prose, of\ntwo lines, or\nthree"])]
    reason = "a quote opened on line 2 takes in what look like whole rows; mend its quotes"
    assert rejects == [(2, reason), (3, reason), (4, reason)]


def test_a_line_with_too_few_or_too_many_fields_is_rejected(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b"a,b\n1\n1,2,3\n1,2,,\n3,4\n")
    assert rows == [(4, ["1", "2"]), (5, ["3", "4"])]
    assert rejects == [(2, "1 fields where the header has 2"), (3, "3 fields where the header has 2")]


def test_a_line_of_three_million_characters_is_rejected_and_the_next_one_read(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b'a,b\n1,"' + b"x" * 3_000_000 + b'"\n1,' + b"y" * 5_000_000 + b"\n3,4\n")
    assert rows == [(4, ["3", "4"])]
    assert rejects == [(2, "the line is too long"), (3, "the line is too long")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "given.csv: the file is empty; export it again."),
        (b'a,b\n1,2\n"3,4\n5,6\n', "given.csv, line 3: a quote is opened here and never closed; mend the line or export the file again."),
        (b"a,b\n1,2\n3\n", "given.csv, line 3: the last line has too few fields, so the file is cut; export it again."),
        (b"a,b\n1,2\n3,caf\xe9\n", "given.csv, line 3: this is not UTF-8 text; save the file as CSV UTF-8 and import it again."),
        ("a,b\n1,2\n3,caf\u00e9\n".encode("utf-16") + b"\n",
         "given.csv, line 4: this is not UTF-16-LE text; save the file as CSV UTF-8 and import it again."),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 9999, mtime=0)[:-20], "given.csv: the archive is cut or damaged; copy it again."),
        (b"PK\x03\x04nonsense", "given.csv: the workbook is cut or damaged; save it again."),
        (b"PAR1nonsense", "given.csv: the Parquet file is cut or damaged; copy it again."),
        (b"\xd0\xcf\x11\xe0old",
         "given.csv: this is an old or a password-protected workbook; save it as .xlsx without a password, or as CSV."),
    ],
)
def test_a_whole_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert refusal_of(tmp_path, content) == sentence


def test_a_gzip_of_several_members_is_one_file(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, gzip.compress(b"a,b\n1,2\n", mtime=0) + gzip.compress(b"3,4\n"))
    assert rows == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_a_gzip_that_inflates_beyond_reason_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a,b\n")
        for _ in range(70):
            file.write(b"0,0\n" * 2**18)
    assert refusal(path) == "bomb.csv.gz: the archive holds more than may be imported; split it."


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.create_sheet("Other").append(["not", "read"])
    book.save(path)
    return path


def test_a_workbook_is_read_as_it_is_shown(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "given.xlsx",
        ["id", "on", "amount", "flag"],
        ["007", date(2026, 5, 1), 0.1 + 0.2, True],
        [None, None, None, None],
        [7, datetime(2026, 5, 1, 10, 30), 1e15 / 1000, None],
    )
    _, records = opened(path)
    assert [tuple(row.values()) for row in records.table.to_pylist()] == [
        (2, 1, "007", "2026-05-01", "0.3", "true"),
        (4, 1, "7", "2026-05-01T10:30:00", "1000000000000", ""),
    ]


def test_a_workbook_that_unpacks_beyond_reason_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", ["a"], ["b"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", b"0" * 50_000_000)
    assert refusal(path) == "bomb.xlsx: the workbook is larger than may be imported; save it as CSV."


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    source, path = workbook(tmp_path / "plain.xlsx", ["a"], ["b"]), tmp_path / "laughs.xlsx"
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, laughs if name == "xl/worksheets/sheet1.xml" else old.read(name))
    assert refusal(path) == (
        "laughs.xlsx: the workbook holds what no workbook needs (declarations in its XML); save it anew from your program, or as CSV."
    )


def test_parquet_keeps_decimals_and_reads_binary_numbers_at_15_digits(tmp_path: Path) -> None:
    path = tmp_path / "given.parquet"
    pq.write_table(
        pa.table({
            "exact": pa.array([Decimal("10.500")], pa.decimal128(10, 3)),
            "binary": [0.1 + 0.2],
            "on": [date(2026, 5, 1)],
            "at": pa.array([datetime(2026, 5, 1, 10, tzinfo=UTC)], pa.timestamp("us", "UTC")),
            "midnight": pa.array([datetime(2026, 5, 1)], pa.timestamp("us")),
            "nothing": pa.array([None], pa.string()),
            "not": [float("nan")],
            "many": [[1, 2]],
        }),
        path,
    )
    _, records = opened(path)
    assert list(records.table.to_pylist()[0].values()) == [
        2, 1, "10.500", "0.3", "2026-05-01", "2026-05-01T10:00:00+00:00", "2026-05-01", None, "nan", "[1, 2]",
    ]


def test_raw_text_is_kept_to_ten_thousand_characters_and_then_its_hash() -> None:
    assert shorten("a,b") == "a,b"
    long = shorten("x" * 10_001)
    assert long.startswith("x" * 10_000 + " [sha256 ") and len(long) == 10_000 + len(" [sha256 ]") + 64


def test_a_document_is_no_json_lines_because_its_second_line_begins_a_row(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"tickets": [\n  {"id": 1, "a": "x"},\n  {"id": 2, "b": "y"}\n], "count": 2}\n', encoding="utf-8")
    source = open_source(path, tmp_path)
    try:
        assert (source.format, source.header) == ("json", ("id", "a", "b"))
    finally:
        source.close()


def test_a_source_is_opened_read_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(b"a;b,c\n1;2,3\n4;5,6\n\"x\"y;,\n")
    source = open_source(path, tmp_path, "what people call it")
    assert (source.name, source.format) == ("what people call it", "csv")
    assert source.headings == (Heading(",", ("a;b", "c")), Heading(";", ("a", "b,c")))
    assert (source.header, source.sample_rows[:2]) == (("a;b", "c"), [["1;2", "3"], ["4;5", "6"]])
    source.choose(source.headings[1])
    assert (source.header, source.sample_rows) == (("a", "b,c"), [["1", "2,3"], ["4", "5,6"]])
    seen: list[int] = []
    records = source.records({1}, seen.append)
    assert records.table.to_pylist() == [{"line": 2, "span": 1, "c1": "2,3"}, {"line": 3, "span": 1, "c1": "5,6"}]
    assert [(reject.line, reject.reason, reject.raw) for reject in records.rejects] == [(4, "a quote stands where none may", '"x"y;,')]
    assert seen[-1] == 2
    assert source.raw(records, {3}) == {3: "4;5,6"}
    source.close()
    assert [left.name for left in tmp_path.iterdir()] == ["given.csv"]
    # What was read stays when its file has gone.
    assert records.table["c1"].to_pylist() == ["2,3", "5,6"]


@pytest.mark.parametrize(("separator", "shown"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_the_separator_is_found(tmp_path: Path, separator: str, shown: str) -> None:
    lines = [["id", "name", "on"], ["1", f'"a{separator}b"', "x"], ["2", "c", ""]]
    found = given(tmp_path, "\n".join(separator.join(line) for line in lines).encode() + b"\n")
    assert found.headings[0] == Heading(separator, ("id", "name", "on")), shown
    assert found.rows == [(2, ["1", f"a{separator}b", "x"]), (3, ["2", "c", ""])]


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
def test_the_line_that_says_the_separator_is_no_header_and_is_a_line(tmp_path: Path, first: str) -> None:
    found = given(tmp_path, f"{first}\r\na;b,c\r\n1;2,3\r\n4\r\n5;6\r\n".encode())
    assert found.headings == (Heading(";", ("a", "b,c")),)
    assert (found.rows, found.rejects) == ([(3, ["1", "2,3"]), (5, ["5", "6"])], [(4, "1 fields where the header has 2")])
    assert found.raw == {3: "1;2,3", 5: "5;6"}


@pytest.mark.parametrize(
    "header",
    [
        "\ufeffid,name,on", ' id , name\t,on ', "\u00a0id\u00a0,\u200bname,\ufeffon", '"id","name","on"', '" id ","\ufeffname","on"',
        "\r\n\r\nid,name,on",
    ],
)
def test_a_header_is_read_without_what_nobody_sees(tmp_path: Path, header: str) -> None:
    assert given(tmp_path, f"{header}\r\n1,2,3\r\n".encode()).headings[0].header == ("id", "name", "on")


def test_separators_at_the_end_of_the_header_ask_nothing_of_the_rows(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, b"a,b,,\n1,2\n3,4,,\n5,6,x\n7,8,,,\n9\n1,2,,,x\n1,2\n")
    assert rows == [
        (2, ["1", "2", "", ""]), (3, ["3", "4", "", ""]), (4, ["5", "6", "x", ""]), (5, ["7", "8", "", ""]), (8, ["1", "2", "", ""]),
    ]
    assert rejects == [(6, "1 fields where the header has 4"), (7, "5 fields where the header has 4")]


def test_an_empty_or_a_double_header_cell_keeps_its_place(tmp_path: Path) -> None:
    found = given(tmp_path, b"a,,b,A\n1,2,3,4\n")
    assert (found.headings[0].header, found.rows) == (("a", "", "b", "A"), [(2, ["1", "2", "3", "4"])])


TEXT = "id,name\r\n1,caf\u00e9\r\n2,\u20ac\r\n"


@pytest.mark.parametrize(
    ("content", "encodings"),
    [
        (TEXT.encode(), ("utf-8",)),
        (TEXT.encode("utf-8-sig"), ("cp1252",)),
        (TEXT.encode("utf-16"), ("utf-8",)),
        (TEXT.encode("utf-16-le"), ("utf-8",)),
        (TEXT.encode("utf-16-be"), ("utf-8",)),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), ("cp1252",)),
        (TEXT.encode("utf-32"), ("utf-8",)),
        (TEXT.encode("cp1252"), ("utf-8", "cp1252")),
        (TEXT.encode(), ("utf-8", "cp1252")),
        (TEXT.encode("cp1252"), ("ascii", "windows-1252")),
        (gzip.compress(TEXT.encode("utf-16"), mtime=0), ("utf-8",)),
        (gzip.compress(TEXT.encode("cp1252"), mtime=0), ("utf-8", "cp1252")),
    ],
    ids=range(12),
)
def test_text_is_decoded_by_its_mark_or_as_the_profile_says(tmp_path: Path, content: bytes, encodings: tuple[str, ...]) -> None:
    found = given(tmp_path, content, encodings)
    assert (found.headings[0].header, found.rows) == (("id", "name"), [(2, ["1", "caf\u00e9"]), (3, ["2", "\u20ac"])])
    assert found.raw == {2: "1,caf\u00e9", 3: "2,\u20ac"}


@pytest.mark.parametrize(
    ("content", "encodings", "line", "encoding"),
    [
        (b"a,b\r1,2\r\n\r\n3,\xe9\n", ("utf-8",), 4, "UTF-8"),
        (b"a,b\n" + b"1,2\n" * 400_000 + b"3,\xe9\n" + b"1,2\n" * 1000, ("utf-8",), 400_002, "UTF-8"),
        (b"\xef\xbb\xbfa,b\n1,\xe9\n", ("utf-8", "cp1252"), 2, "UTF-8"),
        (b"a,b\n1,\x81\n", ("cp1252",), 2, "CP1252"),
        (b"a,b\n1,\xe9\n2,\x81\n", ("utf-8", "cp1252"), 2, "UTF-8"),
        ("a,b\n1,2\n".encode("utf-16") + b"1", ("utf-8",), 3, "UTF-16-LE"),
        ("a,b\n1,".encode("utf-16") + b"\x00\xdc,\0", ("utf-8",), 2, "UTF-16-LE"),
    ],
)
def test_what_does_not_decode_is_refused_and_the_line_named(
    tmp_path: Path, content: bytes, encodings: tuple[str, ...], line: int, encoding: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        given(tmp_path, content, encodings)
    assert str(refused.value) == (
        f"given.csv, line {line}: this is not {encoding} text; save the file as CSV UTF-8 and import it again."
    )


@pytest.mark.parametrize("rest", [b"garbage", gzip.compress(b"5,6\n", mtime=0)[:-1], b"\x1f\x8b"])
def test_a_gzip_with_something_behind_it_is_refused(tmp_path: Path, rest: bytes) -> None:
    assert refusal_of(tmp_path, gzip.compress(b"a,b\n1,2\n") + rest) == "given.csv: the archive is cut or damaged; copy it again."


# Ten records of one shape say what the eleventh must be like.
SHAPES = {
    "money": "{n},{n}.50",
    "a day": "{n},2026-05-{n}",
    "a word": "{n},EUR",
    "a word of several": "{n},{word}",
    "perhaps a day": "{n},{perhaps}",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_last_record_that_is_cut_is_the_odd_one_out(tmp_path: Path, shape: str) -> None:
    lines = [
        SHAPES[shape].format(n=n, word="posted" if n % 3 else "void", perhaps="2026-05-01" if n % 2 else "") for n in range(10, 33)
    ]
    whole = ("id,last\n" + "\n".join(lines)).encode()
    rows, rejects = read(tmp_path, whole)
    assert len(rows) == len(lines) and not rejects
    last = lines[-1].split(",")[1]
    for missing in range(1, len(last) + 1):
        if shape == "perhaps a day" and missing == len(last):
            continue
        assert refusal_of(tmp_path, whole[:-missing]) == (
            "given.csv, line 24: the last line has no end and its last field is not like the others there, so the file seems to be cut;"
            " export it again, or add a line end if it is whole."
        )
        # With its line end it is a record like any other.
        assert len(read(tmp_path, whole[:-missing] + b"\n")[0]) == len(lines)


@pytest.mark.parametrize(
    "last",
    ["7", "12345678", "N/A", "10.5", "2026-05-01 10:00", "-3"],
)
def test_a_last_record_that_only_differs_is_no_cut_one(tmp_path: Path, last: str) -> None:
    others = "".join(f"{n},{n % 7 + 10 ** (n % 5)}\n" for n in range(40))
    rows, rejects = read(tmp_path, f"id,last\n{others}40,{last}".encode())
    assert (rows[-1], rejects) == ((42, ["40", last]), [])
