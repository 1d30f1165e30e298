"""Files that went wrong on the way: no valid row is missing, every other one is rejected with its line, or the file is refused."""

from __future__ import annotations

import gzip
import io
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from clearaccounts.errors import FileRefused
from clearaccounts.importing.profiles import recognise
from clearaccounts.settings import DataFolder
from tests.importing.desk import hand_in, landed
from tests.importing.here import read_here

# So many records a file must have before one of another shape is odd.
ENOUGH = 10
COLUMNS = ("invoice_id", "customer_id", "issued_on", "due_on", "currency", "description", "amount_total")
REQUIRED = ("invoice_id", "customer_id", "issued_on", "currency", "amount_total")


def whole_row(number: int, chance: random.Random) -> list[str]:
    """One valid invoice."""
    day = f"{chance.randint(1, 28):02}"
    amount = f"{chance.randint(1, 10 ** chance.randint(1, 6))}.{chance.randint(0, 99):02}"
    return [f"I{number}", f"C{number % 50}", f"2026-05-{day}", f"2026-06-{day}", "EUR", "Licences, May", amount]


def line_of(cells: list[str], separator: str = ",") -> str:
    """Cells as a line of CSV."""
    return separator.join(f'"{cell}"' if separator in cell or '"' in cell or "\n" in cell else cell for cell in cells)


def whole_file(rows: int) -> bytes:
    """A whole file of invoices."""
    chance = random.Random(27)
    return "\n".join([",".join(COLUMNS), *(line_of(whole_row(number, chance)) for number in range(rows))]).encode() + b"\n"


# Cut files.


@pytest.mark.parametrize(("rows", "steps"), [(10_000, 100), (14, 0)], ids=["every hundredth", "every byte"])
def test_a_cut_csv_is_refused_or_every_row_of_it_is_one_of_the_whole(tmp_path: Path, rows: int, steps: int) -> None:
    content = whole_file(rows)
    path = tmp_path / "cut.csv"
    path.write_bytes(content)
    whole = dict(read_here(path).rows)
    assert len(whole) == rows
    begins_anew = content.index(b"\n") + 1
    complete = 0
    for size in [len(content) * step // steps for step in range(1, steps)] if steps else range(1, len(content)):
        path.write_bytes(content[:size])
        try:
            found = read_here(path)
        except FileRefused as refused:
            assert "cut" in str(refused) or "quote" in str(refused) or size < begins_anew, refused
            continue
        complete += 1
        assert not found.rejects
        if len(found.rows) <= ENOUGH and found.rows:
            # Too few records to say what the last field of another is like: all but that must be whole.
            line, cells = found.rows.pop()
            assert cells[:-1] == whole[line][:-1] and str(whole[line][-1]).startswith(str(cells[-1])), size
        assert all(whole[line] == cells for line, cells in found.rows), size
    assert complete >= 2 * rows if not steps else complete < steps // 5


def packed(content: bytes, ending: str) -> bytes:
    """The same rows in another form."""
    buffer = io.BytesIO()
    table = pyarrow.csv.read_csv(io.BytesIO(content), convert_options=pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(COLUMNS, pa.string())))
    if ending == "csv.gz":
        return gzip.compress(content, mtime=0)
    if ending == "parquet":
        pq.write_table(table, buffer)
    else:
        book = openpyxl.Workbook()
        for line in [list(COLUMNS), *(list(row.values()) for row in table.to_pylist())]:
            book.worksheets[0].append(line)
        book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("ending", ["csv.gz", "parquet", "xlsx"])
def test_a_cut_archive_is_refused(tmp_path: Path, ending: str) -> None:
    content = packed(whole_file(300), ending)
    path = tmp_path / f"cut.{ending}"
    path.write_bytes(content)
    assert len(read_here(path).rows) == 300
    for step in range(1, 100):
        path.write_bytes(content[: len(content) * step // 100])
        with pytest.raises(FileRefused):
            read_here(path)


# Headers that drift.


def drifted(number: int) -> tuple[bytes, list[list[str]] | None]:
    """A file whose header has drifted, and its rows in the order of COLUMNS; None if it must be refused."""
    chance = random.Random(number)
    rows = [whole_row(n, chance) for n in range(3)]
    separator = chance.choice([",", ",", ";", "\t", "|"])
    order = chance.sample(range(len(COLUMNS)), len(COLUMNS))
    header = [COLUMNS[position] for position in order]
    columns = [[row[position] for row in rows] for position in order]
    is_whole = True
    fate = chance.choice([
        "tidy", "tidy", "case", "swap case", "blanks", "quoted", "unknown", "empty", "trailing", "drop", "rename", "double",
    ])
    at = chance.randrange(len(header))
    if fate == "case":
        header = [chance.choice([str.upper, str.title, str.lower])(name) for name in header]
    elif fate == "swap case":
        header[at] = header[at].swapcase()
    elif fate == "blanks":
        header = [chance.choice(["", " ", "\u00a0", "\ufeff", "\u200b"]) + name + chance.choice(["", " ", "\u00a0"]) for name in header]
    elif fate == "quoted":
        header = [f'"{name}"' for name in header]
    elif fate in {"unknown", "empty"}:
        header.insert(at, chance.choice(["note", "invoice id", "amount"]) if fate == "unknown" else "")
        columns.insert(at, ["x", "", "y"])
    elif fate == "trailing":
        header += [""] * chance.randint(1, 3)
    elif fate == "drop":
        is_whole = header[at] not in REQUIRED
        if not is_whole:
            del header[at], columns[at]
    elif fate == "rename":
        is_whole = header[at] not in REQUIRED
        if not is_whole:
            header[at] = chance.choice(["xyz", header[at] + "_2", header[at][:-1], "the " + header[at]])
    elif fate == "double":
        is_whole = False
        header.insert(chance.randrange(len(header)), chance.choice([str.upper, str.lower])(header[at]))
        columns.insert(header.index(header[at]), ["1", "2", "3"])
    lines = [separator.join(header), *(line_of(list(cells), separator) for cells in zip(*columns, strict=True))]
    mark = chance.choice(["", "\ufeff"])
    return (mark + "\r\n".join(lines) + "\r\n").encode(), rows if is_whole else None


def bound(path: Path) -> list[list[str | None]]:
    """The cells of each row in the order of COLUMNS, by the first heading that is known.

    Raises:
        FileRefused: none is.
    """
    problem: FileRefused | None = None
    for choice, heading in enumerate(read_here(path).headings):
        try:
            profile = recognise(path.name, heading.header)
            positions = profile.bind(path.name, heading.header)
        except FileRefused as refused:
            problem = problem or refused
            continue
        assert profile.name == "customer_invoices"
        return [[cells[positions[name]] for name in COLUMNS] for _, cells in read_here(path, choice=choice).rows]
    assert problem is not None
    raise problem


def test_of_two_hundred_headers_each_is_bound_by_name_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "drift.csv"
    refused = 0
    for number in range(200):
        content, rows = drifted(number)
        path.write_bytes(content)
        if rows is None:
            refused += 1
            with pytest.raises(FileRefused):
                bound(path)
        else:
            assert bound(path) == rows, (number, content)
    assert 30 <= refused <= 80


@pytest.mark.parametrize("number", range(8))
def test_a_drifted_header_lands_the_same_or_not_at_all(tmp_path: Path, number: int) -> None:
    content, rows = drifted(number)
    path = tmp_path / "drift.csv"
    path.write_bytes(content)
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, path)
    if rows is None:
        assert outcome.refused is not None and not data.landing.exists()
    else:
        found = {row["invoice_id"]: row for row in landed(data, outcome, "customer_invoices")}
        assert {key: (row["customer_id"], f"{row['amount_total']:.2f}") for key, row in found.items()} == {
            row[0]: (row[1], row[6]) for row in rows
        }


# Rows of every kind, good and bad, in files of every kind.


@dataclass
class Made:
    """A generated file: which ids must land, which physical lines belong to records that must not."""

    content: bytes = b""
    good: set[str] = field(default_factory=set)
    bad_lines: list[set[int]] = field(default_factory=list)
    may_be_refused: bool = False
    must_be_refused_at: int = 0


_GOOD: tuple[Callable[[list[str]], str], ...] = (
    line_of,
    line_of,
    line_of,
    lambda row: ",".join(f'"{cell}"' for cell in row),
    lambda row: line_of([f" {cell} " if i != 5 else cell for i, cell in enumerate(row)]),
    lambda row: line_of([*row, "", ""]),
    lambda row: line_of([*row[:5], "two\nlines", row[6]]),
    lambda row: line_of([*row[:5], "he said ", row[6]]).replace("he said ", '"he said ""yes"", twice"'),
    lambda row: line_of([*row[:5], "caf\u00e9 \u20ac \u202e\u200b", row[6]]),
    lambda row: line_of([*row[:3], "", *row[4:5], "", row[6]]),
)
_BAD: tuple[Callable[[list[str]], str], ...] = (
    lambda row: line_of(row).replace("EUR", '"E"UR'),
    lambda row: line_of(row).replace("C", '"C"x', 1),
    lambda row: line_of([row[0], row[1] + "\0", *row[2:]]),
    lambda row: line_of(row[:4]),
    lambda row: line_of(row[:6]),
    lambda row: line_of([*row, "more"]),
    lambda row: line_of([*row[:6], "NaN"]),
    lambda row: line_of([*row[:6], "1e5"]),
    lambda row: line_of([*row[:6], "1.005"]),
    lambda row: line_of([*row[:6], "-5.00"]),
    lambda row: line_of([*row[:6], "1,00"]),
    lambda row: line_of([*row[:2], "2026-02-30", *row[3:]]),
    lambda row: line_of([*row[:2], "01/02/2026", *row[3:]]),
    lambda row: line_of([*row[:4], "EURO", *row[5:]]),
    lambda row: line_of(["", *row[1:]]),
    lambda row: line_of([*row[:5], "two\nlines", row[6], "more"]),
    lambda row: line_of(row[:3]) + ',"' + "x" * 100,
)


def made(number: int, rows: int) -> Made:
    """The file of this number; the same for ever."""
    chance = random.Random(f"rows {number}")
    file, line = Made(), 2
    ends = chance.choice([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])
    parts = [",".join(COLUMNS) + chance.choice(ends)]
    has_long_line = chance.random() < 0.1
    for index in range(rows):
        row = whole_row(index, chance)
        end = chance.choice(ends)
        if chance.random() < 0.6:
            text = chance.choice(_GOOD)(row)
            file.good.add(row[0])
        elif has_long_line:
            has_long_line = False
            text = line_of([*row[:5], "x" * 3_000_000, row[6]])
            file.bad_lines.append({line})
        else:
            text = chance.choice(_BAD)(row)
            # An opened quote that no later one closes is found at the end of the file only: it is refused whole.
            file.may_be_refused = file.may_be_refused or text.endswith("x" * 100)
            file.bad_lines.append(set(range(line, line + 1 + text.count("\n"))))
        parts.append(text + end)
        line += 1 + text.count("\n")
        if chance.random() < 0.05:
            parts.append(end)
            line += 1
    # A last line with too few fields would say that the file is cut.
    if f"I{rows - 1}" not in file.good:
        parts.append(line_of(["last", *whole_row(0, chance)[1:]]) + "\n")
        file.good.add("last")
    if number % 10 == 9:
        at = chance.randrange(1, len(parts))
        file.must_be_refused_at = 1 + sum(part.count("\n") + part.count("\r") - part.count("\r\n") for part in parts[:at])
        file.content = "".join(parts[:at]).encode() + b"\xff" + "".join(parts[at:]).encode()
    else:
        file.content = "".join(parts).encode(chance.choice(["utf-8", "utf-8-sig", "utf-16"]))
    return file


def fuzzed() -> Iterator[tuple[int, int]]:
    """(number of the file, its rows): CLEARACCOUNTS_FUZZED_ROWS of them altogether, 600 unless said."""
    left, number = int(os.environ.get("CLEARACCOUNTS_FUZZED_ROWS", "600")), 0
    while left > 0:
        rows = min(left, 20 + 40 * (number % 3))
        yield number, rows
        left, number = left - rows, number + 1


def test_every_generated_row_is_loaded_or_rejected_with_its_line(tmp_path: Path) -> None:
    refused = 0
    for number, rows in fuzzed():
        file = made(number, rows)
        path = tmp_path / f"{number}.csv"
        path.write_bytes(file.content)
        data = DataFolder(tmp_path / f"data-{number}")
        outcome = hand_in(data, path)
        if file.must_be_refused_at:
            assert outcome.refused is not None and f"line {file.must_be_refused_at}:" in str(outcome.refused), (number, outcome)
            continue
        if outcome.refused is not None:
            refused += 1
            assert file.may_be_refused and "a quote is opened here" in str(outcome.refused), (number, outcome.refused)
            continue
        landing = outcome.landing
        assert landing is not None and landing.rows == landing.loaded + landing.rejected, number
        assert {row["invoice_id"] for row in landed(data, outcome, "customer_invoices")} == file.good, number
        assert landing.loaded == len(file.good), number
        rejected = [reject.line for reject in outcome.rejects]
        assert len(set(rejected)) == len(rejected), number
        # Every bad record is there by a line of its own, and no other line is.
        assert all(lines & set(rejected) for lines in file.bad_lines), (number, rejected, file.bad_lines)
        assert set(rejected) <= set().union(*file.bad_lines), number
        assert all(reject.raw for reject in outcome.rejects), number
    assert refused <= 10
