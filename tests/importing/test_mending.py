"""Rejected rows come out as they came in, whole, under their own header, and go in again once they are mended."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import openpyxl
import pytest

from clearaccounts.importing import mending
from clearaccounts.importing.reading.rows import RAW_CHARACTERS
from clearaccounts.importing.records import Landing
from clearaccounts.settings import DataFolder
from tests.importing.desk import INVOICES, hand_in, invoice, write


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def landing_of(data: DataFolder, file: Path, profile: str | None = None) -> Landing:
    outcome = hand_in(data, file, profile=profile)
    assert outcome.landing is not None, str(outcome.refused)
    return outcome.landing


def test_lines_come_out_as_they_came_in_even_those_that_could_not_be_split(data: DataFolder, tmp_path: Path) -> None:
    bad = ['I2,C1,2026-05-01,,EUR,"1,5"', 'I3,C1,2026-05-01,,EUR,"x"y', "I4,C1,2026-05-01,,EUR,1,2,3"]
    landing = landing_of(data, write(tmp_path, "x.csv", INVOICES, invoice(1), *bad, invoice(5)))
    assert landing.rejected == 3
    assert mending.rejected_rows(data, landing).decode("utf-8-sig").splitlines() == [INVOICES, *bad]
    assert mending.suggested_name(landing) == "x.rejected.csv"


def test_a_value_longer_than_what_is_kept_of_it_comes_out_whole(data: DataFolder, tmp_path: Path) -> None:
    long = "x" * (RAW_CHARACTERS + 5)
    landing = landing_of(data, write(
        tmp_path, "x.csv", INVOICES + ",description", invoice(1) + f',"{long}\nand a second line"', "I2,,2026-05-01,,EUR,1," + long,
        'I3,C1,2026-05-01,,EUR,bad,"one\ntwo"',
    ))
    assert mending.rejected_rows(data, landing).decode("utf-8-sig") == (
        f'{INVOICES},description\nI2,,2026-05-01,,EUR,1,{long}\nI3,C1,2026-05-01,,EUR,bad,"one\ntwo"\n'
    )


def test_the_separator_and_the_letters_of_the_file_stay_readable(data: DataFolder, tmp_path: Path) -> None:
    write(
        data.path / "profiles", "ours.toml", 'title = "Ours"',
        "[habits]", 'encodings = ["utf-8", "cp1252"]', 'decimal_sign = ","', "[columns]",
        'number = "Número"', 'amount = "Importe"', "[[targets]]", 'kind = "customers"', "[targets.columns]", 'customer_id = "number"',
        'customer_name = "number"', 'currency = { constant = "EUR" }', 'credit_limit_amount = "amount"',
    )
    file = tmp_path / "x.csv.gz"
    file.write_bytes(gzip.compress("Número;Importe\nÁ1;1,50\nÑ2;uno\n".encode("cp1252")))
    landing = landing_of(data, file)
    content = mending.rejected_rows(data, landing)
    assert content.decode("utf-8-sig") == "Número;Importe\nÑ2;uno\n"
    mended = tmp_path / mending.suggested_name(landing)
    mended.write_bytes(content.replace(b"uno", b"1,00"))
    assert landing_of(data, mended).loaded == 1
    # The profile is gone: its file's rows can be had all the same.
    (data.path / "profiles" / "ours.toml").unlink()
    assert len(mending.rejected_rows(data, landing)) > 0


def test_a_workbook_gives_csv_and_json_gives_json_lines(data: DataFolder, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Invoices", 0)
    for row in (INVOICES.split(","), invoice(1).split(","), ["I2", "C1", "2026-05-01", None, "EUR", "x"]):
        sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    landing = landing_of(data, tmp_path / "x.xlsx")
    assert mending.rejected_rows(data, landing).decode("utf-8-sig").splitlines() == [INVOICES, "I2,C1,2026-05-01,,EUR,x"]
    rows = [dict(zip(INVOICES.split(","), cells.split(","), strict=True)) for cells in (invoice(3), invoice(4, "y"))]
    file = tmp_path / "x.json"
    file.write_text(json.dumps(rows, indent=1))
    landing = landing_of(data, file)
    (only,) = mending.rejected_rows(data, landing).decode().splitlines()
    assert json.loads(only) == rows[1] and mending.suggested_name(landing) == "x.rejected.jsonl"
    assert landing_of(data, write(tmp_path, "again.jsonl", only.replace('"y"', '"2.00"'))).loaded == 1


def test_without_rejects_there_is_nothing_to_mend(data: DataFolder, tmp_path: Path) -> None:
    assert mending.rejected_rows(data, landing_of(data, write(tmp_path, "x.csv", INVOICES, invoice(1)))) == b""
