"""The fast reader gives exactly what the careful one gives, or nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading.collecting import ROWS, Collected
from clearaccounts.importing.reading.delimited import DelimitedFile
from clearaccounts.importing.reading.fast import fast_records
from clearaccounts.importing.reading.rows import Heading, no_progress

HEADER = b"a,b,c\n"


def careful(path: Path) -> pa.Table | None:
    """What the careful reader gives of a file without rejects; None of one that it refuses, or rejects a row of."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        collected = Collected(folder, 3, None, path.name, no_progress)
        try:
            DelimitedFile(path, folder, path.name).read_carefully(Heading(",", ("a", "b", "c")), ("utf-8",), collected)
        except FileRefused:
            return None
        finally:
            collected.close()
        if collected.reject_count:
            return None
        with pa.OSFile(str(folder / ROWS)) as rows:
            return pa.ipc.open_file(rows).read_all()


def fast(path: Path, wanted: set[int] | None = None) -> pa.Table | None:
    """What the fast reader gives of a file of three columns."""
    return fast_records(path, ",", 3, wanted)


def file(folder: Path, content: bytes) -> Path:
    """A file of these bytes, in a folder whose name a pattern of files would misread."""
    place = folder / "a[1]*"
    place.mkdir(exist_ok=True)
    path = place / "x.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        pytest.param(HEADER + b"1,2,3\n4,5,6\n", [(2, "1", "2", "3"), (3, "4", "5", "6")], id="plain"),
        pytest.param(b"a,b,c\r\n1,2,3\r\n4,,\r\n", [(2, "1", "2", "3"), (3, "4", "", "")], id="line ends of Windows"),
        pytest.param(b"\xef\xbb\xbf" + HEADER + b"1,2,3\n", [(2, "1", "2", "3")], id="byte order mark"),
        pytest.param(HEADER + b'"1,5","",3\n', [(2, "1,5", "", "3")], id="quoted"),
        pytest.param(b'"a","b","c"\n"1","2","3"\n', [(2, "1", "2", "3")], id="all quoted"),
        pytest.param(HEADER + b" 1 ,\t2,3 \n", [(2, " 1 ", "\t2", "3 ")], id="blanks around stay"),
        pytest.param(HEADER + b",,\n1,2,3\n,,\n", [(3, "1", "2", "3")], id="lines of separators alone"),
        pytest.param(HEADER + b"NULL,null,\\N\n", [(2, "NULL", "null", "\\N")], id="words for nothing are words"),
        pytest.param(HEADER + b"#1,2,3\n", [(2, "#1", "2", "3")], id="no comments"),
        pytest.param(HEADER + b"1\\,2,3\n", [(2, "1\\", "2", "3")], id="a backslash is itself"),
        pytest.param(HEADER + "é,\u2028,\x85\x0b\x0c\n".encode(), [(2, "é", "\u2028", "\x85\x0b\x0c")], id="no line ends"),
        pytest.param(HEADER + b"007,1e5,0x1\n", [(2, "007", "1e5", "0x1")], id="text stays text"),
        pytest.param(HEADER, [], id="no rows"),
    ],
)
def test_a_plain_file_is_read(tmp_path: Path, content: bytes, rows: list[tuple[int, str, str, str]]) -> None:
    path = file(tmp_path, content)
    found = fast(path)
    assert found is not None
    assert found.to_pylist() == [{"line": line, "span": 1, "c0": a, "c1": b, "c2": c} for line, a, b, c in rows]
    assert found == careful(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(HEADER + b'"1\n2",2,3\n', id="line end in quotes"),
        pytest.param(HEADER + b'"1\n2",2,3\n\n1,2,3\n', id="line end in quotes and a blank line"),
        pytest.param(HEADER + b"1,2,3\n\n4,5,6\n", id="blank line"),
        pytest.param(b"\n" + HEADER + b"1,2,3\n", id="blank line first"),
        pytest.param(HEADER + b"1,2,3\n\n", id="blank line last"),
        pytest.param(HEADER + b'"1"x,2,3\n', id="text after a quote"),
        pytest.param(HEADER + b'"1" ,2,3\n', id="blank after a quote"),
        pytest.param(HEADER + b' "1",2,3\n', id="blank before a quote"),
        pytest.param(HEADER + b'1"x,2"y,3\n', id="quotes inside"),
        pytest.param(HEADER + b'1"x,2,3"y,3\n', id="quotes inside around a separator"),
        pytest.param(HEADER + b'"1""x",2,3\n', id="doubled quote"),
        pytest.param(HEADER + b'"""",2,3\n', id="a quote alone"),
        pytest.param(HEADER + b'"1,2,3\n4,5,6\n', id="open quote"),
        pytest.param(HEADER + b"1,2\n4,5,6\n", id="too few"),
        pytest.param(HEADER + b"1,2,3,4\n4,5,6\n", id="too many"),
        pytest.param(HEADER + b"1,2,3,\n4,5,6\n", id="separator at the end"),
        pytest.param(HEADER + b"1,2,3\n4,5", id="cut"),
        pytest.param(HEADER + b"1,2,3\n4,5,6", id="no last line end"),
        pytest.param(HEADER + b"1,2,3\r4,5,6\n", id="lone carriage return"),
        pytest.param(HEADER + b"1,2,3\r\n4,5,6\n", id="mixed line ends"),
        pytest.param(b"a,b,c\r1,2,3\r", id="carriage returns alone"),
        pytest.param(HEADER + b"1,2,3\n4,5,6\r", id="carriage return last"),
        pytest.param(HEADER + b"1,\0,3\n", id="NUL"),
        pytest.param(HEADER + b"1,\xe9,3\n", id="not UTF-8"),
        pytest.param(HEADER + b"1,\xed\xa0\x80,3\n", id="half a surrogate pair"),
        pytest.param(HEADER + b"1,\xc0\xaf,3\n", id="overlong"),
        pytest.param(HEADER + b"1,2,\xc3", id="cut inside a character"),
        pytest.param(HEADER + b"1," + b"x" * 1_000_001 + b",3\n", id="field too long"),
        pytest.param(HEADER + b"1," + b"x" * 700_000 + b",3\n", id="line longer than we prove"),
        pytest.param("a,b,c\n1,2,3\n".encode("utf-16"), id="UTF-16"),
        pytest.param(b"", id="empty"),
    ],
)
def test_what_is_not_plain_is_left_to_the_careful_reader(tmp_path: Path, content: bytes) -> None:
    assert fast(file(tmp_path, content)) is None


def test_only_what_is_wanted_is_given(tmp_path: Path) -> None:
    found = fast(file(tmp_path, HEADER + b"1,2,3\n,5,\n"), {1})
    assert found is not None
    assert found.to_pylist() == [{"line": 2, "span": 1, "c1": "2"}, {"line": 3, "span": 1, "c1": "5"}]


def test_many_batches_stay_in_order(tmp_path: Path) -> None:
    path = file(tmp_path, HEADER + b"".join(b"%d,x%d,\n" % (n, n * n) for n in range(200_000)))
    found = fast(path)
    assert found is not None
    assert found == careful(path)


def test_a_character_may_stand_across_two_blocks(tmp_path: Path) -> None:
    path = file(tmp_path, HEADER + ("€,é,x\n" * 120_000).encode())
    found = fast(path)
    assert found is not None
    assert found == careful(path)


# Mostly plain cells and line ends, now and then what breaks a file.
_CELL = st.one_of(
    st.sampled_from(["", "1", "10.50", "C1", "é", " x ", "a b", "2026-05-01"]),
    st.sampled_from(['"q"', '"a,b"', '""', '"a""b"', 'a"b', ' "a"', '"a" ', '"a"b', '"a\nb"', '"']),
    st.sampled_from(["'", "\\", '\\"', "#", "\t", "NULL", "\u00a0"]),
    st.text(alphabet=st.sampled_from(list('ab1 .-\t\\\'#;é\u2028"')), max_size=6),
)
_END = st.sampled_from(["\n"] * 12 + ["\r\n", "\n\n", "\r", "\n \n"])


@st.composite
def messy(draw: st.DrawFn) -> bytes:
    """A file of three columns that has gone wrong, or has not."""
    line_end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    lines = draw(st.lists(st.lists(_CELL, min_size=3, max_size=3) | st.lists(_CELL, min_size=1, max_size=5), max_size=8))
    is_tidy = draw(st.booleans())
    text = "a,b,c" + line_end
    for cells in lines:
        text += ",".join(cells[:3] + [""] * (3 - len(cells)) if is_tidy else cells) + (line_end if is_tidy else draw(_END))
    content = text.encode()
    if draw(st.integers(0, 9)) == 0:
        at, gone = draw(st.integers(0, len(content))), draw(st.integers(0, 3))
        content = content[:at] + draw(st.sampled_from([b"\0", b"\xff", b"\r", b"\n", b'"', b",", b""])) + content[at + gone:]
    return content


@settings(max_examples=400, deadline=None)
@given(messy())
def test_it_gives_exactly_what_the_careful_reader_gives_or_nothing(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = file(Path(folder), content)
        found = fast(path)
        if found is not None:
            assert found == careful(path)
