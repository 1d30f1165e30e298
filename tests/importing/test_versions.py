"""What rows bring beside what landed before, and the order in which they are kept."""

from __future__ import annotations

from pathlib import Path

from clearaccounts.settings import DataFolder
from tests.importing.desk import INVOICES, hand_in, ids, invoice, landed, said, write


def counts(folder: DataFolder, path: Path) -> tuple[int, int, int, int]:
    """Rows of a landing that were new, changed, unchanged and rejected."""
    landing = hand_in(folder, path).landing
    assert landing is not None
    return landing.new, landing.changed, landing.unchanged, landing.rejected


def test_a_value_that_appears_goes_or_differs_is_a_change(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    header = INVOICES + ",description"
    before = [f"{invoice(n)},{text}" for n, text in enumerate(["", "x", "x", "x"])]
    after = [f"{invoice(n)},{text}" for n, text in enumerate(["x", "", "y", "x", "x"])]
    assert counts(data, write(tmp_path, "a.csv", header, *before)) == (4, 0, 0, 0)
    assert counts(data, write(tmp_path, "b.csv", header, *after)) == (1, 3, 1, 0)


def test_a_column_that_a_later_file_has_not_is_gone_from_its_rows(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    hand_in(data, write(tmp_path, "a.csv", INVOICES + ",description", f"{invoice(1)},x", f"{invoice(2)},"))
    outcome = hand_in(data, write(tmp_path, "b.csv", INVOICES, invoice(1), invoice(2)))
    assert outcome.landing is not None
    assert (outcome.landing.changed, outcome.landing.unchanged) == (1, 1)
    assert ids(landed(data, outcome, "customer_invoices"), "description") == [None, None]


def test_rows_are_kept_in_the_order_of_the_file_also_when_some_come_twice(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    numbers = [n * 7919 % 130_003 for n in range(130_003)]
    plain = hand_in(data, write(tmp_path, "a.csv", INVOICES, *(invoice(n) for n in numbers)))
    assert ids(landed(data, plain, "customer_invoices"), "invoice_id") == [f"I{n}" for n in numbers]
    twice = [5, 3, 5, 9, 3, 1, 5]
    outcome = hand_in(data, write(tmp_path, "b.csv", INVOICES, *(invoice(n, "7.00") for n in twice), invoice(9)))
    assert said(outcome) == [(9, "invoice_id", "I9 was given with other content on line 5")]
    assert ids(landed(data, outcome, "customer_invoices"), "invoice_id") == ["I5", "I3", "I9", "I1"]
    assert outcome.landing is not None
    assert (outcome.landing.new, outcome.landing.changed, outcome.landing.unchanged) == (0, 4, 3)


def test_a_row_that_is_wrong_stands_in_the_way_of_no_other(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    lines = [invoice(n, "1.005" if n % 10 == 0 else "1.00") for n in range(100)]
    assert counts(data, write(tmp_path, "a.csv", INVOICES, *lines)) == (90, 0, 0, 10)
    mended = [invoice(n) if n % 10 == 0 else line for n, line in enumerate(lines)]
    assert counts(data, write(tmp_path, "b.csv", INVOICES, *mended)) == (10, 0, 90, 0)
