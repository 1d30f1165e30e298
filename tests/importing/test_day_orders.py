"""Whether the day or the month comes first: told by the file's own days or by a person, never guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from clearaccounts.importing import publish
from clearaccounts.importing.landing import Outcome
from clearaccounts.importing.validation.day_orders import OrderOpen
from clearaccounts.settings import DataFolder, Settings
from tests.importing.desk import NOW, landed, said, write

XERO = "ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,InvoiceAmountDue,Currency,Type,Status"
FIXED = "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate"
APRIL, MARCH = (date(2026, 4, 3), date(2026, 3, 4))


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def xero(tmp_path: Path, *days: tuple[str, str]) -> Path:
    rows = (f"Acme,{n},{issued},{due},100.00,40.00,EUR,Sales invoice,Paid" for n, (issued, due) in enumerate(days, start=1))
    return write(tmp_path, "xero.csv", XERO, *rows)


def take(data: DataFolder, path: Path, order: str = "") -> Outcome:
    return publish.import_files(data, Settings(), [path], NOW, date_order=order).outcomes[0]


def days(data: DataFolder, outcome: Outcome) -> list[date]:
    return [row["issued_on"] for row in landed(data, outcome, "customer_invoices")]


def notes(outcome: Outcome) -> list[str]:
    assert outcome.landing is not None
    return [template.format(**values) for template, values in outcome.landing.notes]


@pytest.mark.parametrize(("due", "issued", "note"), [
    ("28/04/2026", APRIL, "Days are read as day before month, as 28/04/2026 in line 2 proves."),
    ("04/28/2026", MARCH, "Days are read as month before day, as 04/28/2026 in line 2 proves."),
])
def test_one_day_that_fits_one_order_tells_it_for_every_column(due: str, issued: date, note: str, data: DataFolder, tmp_path: Path) -> None:
    outcome = take(data, xero(tmp_path, ("03/04/2026", due)))
    assert (days(data, outcome), notes(outcome)) == ([issued], [note])


def test_the_telling_day_may_stand_in_any_row_and_before_a_time(data: DataFolder, tmp_path: Path) -> None:
    head = "Issue key,Summary,Status,Issue Type,Created"
    untold = (f"K-{number},x,Open,Task,03/04/2026 9:00" for number in range(2, 60))
    path = write(tmp_path, "jira.csv", head, *untold, "K-1,x,Open,Task,13/04/2026 9:00")
    outcome = take(data, path)
    assert {row["opened_at"].date() for row in landed(data, outcome, "support_cases")} == {APRIL, date(2026, 4, 13)}


@pytest.mark.parametrize(("order", "issued"), [("DMY", APRIL), ("MDY", MARCH)])
def test_where_no_day_tells_the_file_waits_for_a_choice(order: str, issued: date, data: DataFolder, tmp_path: Path) -> None:
    path = xero(tmp_path, ("03/04/2026", "05/06/2026"))
    refused = take(data, path)
    assert isinstance(refused.refused, OrderOpen) and refused.landing is None
    assert str(refused.refused) == (
        "xero.csv, line 2, column InvoiceDate: 03/04/2026 may be day before month or month before day, and no day of the file tells which;"
        " choose DMY or MDY.")
    assert days(data, take(data, path, order)) == [issued]


def test_days_that_contradict_each_other_are_refused_and_a_choice_rejects_the_others(data: DataFolder, tmp_path: Path) -> None:
    path = xero(tmp_path, ("28/03/2026", "01/04/2026"), ("03/28/2026", "04/01/2026"))
    refused = str(take(data, path).refused)
    assert "28/03/2026 in line 2 has the day first, 03/28/2026 in line 3 the month" in refused
    outcome = take(data, path, "DMY")
    assert [(line, column) for line, column, _ in said(outcome)] == [(3, "InvoiceDate")]
    assert days(data, outcome) == [date(2026, 3, 28)]


def test_a_choice_that_the_days_speak_against_is_refused(data: DataFolder, tmp_path: Path) -> None:
    path = xero(tmp_path, ("03/04/2026", "28/04/2026"))
    assert "28/04/2026 is no day in the order MDY; choose the other one" in str(take(data, path, "MDY").refused)
    assert days(data, take(data, path, "DMY")) == [APRIL]


@pytest.mark.parametrize("day", ["2026-05-05", "05/05/2026", "5.5.2026"])
def test_what_is_one_day_in_every_order_is_not_asked(day: str, data: DataFolder, tmp_path: Path) -> None:
    outcome = take(data, xero(tmp_path, (day, day)))
    assert (days(data, outcome), notes(outcome)) == ([date(2026, 5, 5)], [])


def test_a_format_that_fixes_its_order_keeps_it_and_says_so(data: DataFolder, tmp_path: Path) -> None:
    outcome = take(data, write(tmp_path, "ibm.csv", FIXED, "1,C1,I1,3/4/2026,4/5/2026,10.00,No,"), "DMY")
    assert days(data, outcome) == [MARCH]
    assert notes(outcome) == ["Days are read as month before day, as this format has them, whatever was chosen."]
