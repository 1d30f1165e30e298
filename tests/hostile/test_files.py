"""Hostile words as headers, cells, sheets' and files' names on their way in: text, or a file refused with a sentence."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from clearaccounts.settings import DataFolder
from tests.hostile.payloads import COUNT, FAMILIES, PAYLOADS, chosen
from tests.importing.desk import hand_in, landed

# A line of a file holds 64 KiB at most, and a file is text: what is longer, or no UTF-8, is tried where files are refused.
SHORT = [text for text in chosen(0, COUNT) if len(text) < 1000 and text.isprintable() and text.strip()]
HEADER = ["customer_id", "customer_name", "currency"]


def write(path: Path, rows: list[list[str]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_headers_and_cells_are_text(tmp_path: Path) -> None:
    """Columns of any name are kept and not read; names and ids come out as they went in."""
    texts = list(dict.fromkeys(text.strip() for text in SHORT))
    rows = [[f"C{number} {text}", text, "EUR", *["x"] * len(texts)] for number, text in enumerate(texts)]
    path = write(tmp_path / "customers.csv", [[*HEADER, *(f"x {text}" for text in texts)], *rows])
    folder = DataFolder(tmp_path / "data")
    found = landed(folder, hand_in(folder, path), "customers")
    assert [(row["customer_id"], row["customer_name"]) for row in found] == [(row[0], row[1]) for row in rows]
    assert "sales_agent" not in {name for name, value in found[0].items() if value}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_name_of_a_file_or_a_sheet_is_text(family: str, tmp_path: Path) -> None:
    text = next(text for text in FAMILIES[family] if text.strip())
    folder = DataFolder(tmp_path / "data")
    name = "".join(letter for letter in text if letter not in "/\x00" and not "\ud800" <= letter <= "\udfff").encode()[:180].decode(
        "utf-8", "ignore")
    outcome = hand_in(folder, write(tmp_path / "files" / f"{name}.csv", [HEADER, ["C1", "Alder", "EUR"]]))
    assert outcome.landing is not None and outcome.landing.loaded == 1
    # What would break a line is told in an escaped form.
    assert outcome.file == f"{name}.csv" if name.isprintable() else outcome.file.isprintable()
    book = openpyxl.Workbook()
    book.worksheets[0].title = "".join(letter for letter in name if letter not in "\\*?:[]" and letter.isprintable())[:31] or "x"
    for row in (HEADER, ["C2", text[:1000] if text.isprintable() else "Birch", "EUR"]):
        book.worksheets[0].append(row)
    for cell in book.worksheets[0][2]:
        cell.data_type = "s"
    book.save(tmp_path / "book.xlsx")
    outcome = hand_in(folder, tmp_path / "book.xlsx")
    assert outcome.landing is not None and landed(folder, outcome, "customers")[0]["customer_id"] == "C2"
    assert {path.name for path in tmp_path.iterdir()} == {"data", "files", "book.xlsx"}


def test_headers_that_are_none_of_ours_are_refused_with_a_sentence(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    outcome = hand_in(folder, write(tmp_path / "files" / "x.csv", [SHORT[:20], ["a"] * 20]))
    assert outcome.refused is not None and str(outcome.refused).startswith("x.csv")
    assert len(PAYLOADS) == 500
