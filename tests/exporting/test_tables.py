"""A download opens as text in a spreadsheet, whatever a customer is called, and nothing is lost on the way."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearaccounts.exporting.tables import file_name, neutralised, restored, to_csv
from tests.exporting.payloads import FORMULAS

SKIPPED = " \u00a0\ufeff\u200b\u2003\"\u201c\u201d"


def dangerous(cell: str) -> bool:
    stripped = cell.lstrip(SKIPPED)
    return stripped[:1] in set("=+-@\t\r\n|\uff1d\uff0b\uff0d\uff20") and stripped != ""


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("payload", FORMULAS)
def test_no_cell_starts_a_formula_whatever_the_separator(payload: str, delimiter: str) -> None:
    table = pa.table({"first": [payload], "second": [payload], "plain": ["Contoso"]})
    text = to_csv(table, payload, {"first": payload}).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]
    assert [cell for cell in cells if dangerous(cell)] == []


@given(st.text(alphabet=st.sampled_from("=+-@'\" ,;\t\r\n|ab\u00a0\u200b"), max_size=12))
def test_the_text_comes_back(text: str) -> None:
    assert restored(neutralised(text)) == text


def test_ordinary_words_are_left_alone() -> None:
    for text in ["Contoso, Ltd.", "0012345", "Müller & Söhne", "a - b", "x@y.example", "1-30"]:
        assert neutralised(text) == text


def test_numbers_stay_numbers_and_days_are_iso() -> None:
    table = pa.table({
        "customer_id": ["-007"],
        "currency": ["JPY"],
        "amount": pa.array([Decimal("-1234")], pa.decimal128(18, 4)),
        "days": [-3],
        "due_on": [date(2026, 2, 13)],
        "at": [datetime(2026, 2, 13, 9, 5)],
        "is_open": [True],
        "none": pa.array([None], pa.string()),
    })
    content = to_csv(table, "As of 13 Feb 2026", {"customer_id": "Customer"}, amounts={"amount": "currency"})
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == '"As of 13 Feb 2026"'
    assert lines[1].startswith('"Customer","currency","amount","days"')
    assert lines[2] == '"\'-007","JPY",-1234,-3,"2026-02-13","2026-02-13 09:05:00Z","true",""'


def test_the_name_carries_the_hash_of_the_content() -> None:
    assert file_name("ageing", b"abc") == f"ageing-{hashlib.sha256(b'abc').hexdigest()}.csv"
    assert file_name("ageing", b"abc") != file_name("ageing", b"abd")
