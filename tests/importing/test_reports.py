"""Reports of what is open: what the newest one no longer holds is closed as of its day, and nothing else."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.importing import publish
from clearaccounts.importing.questions import Question
from clearaccounts.importing.records import Landing, landings
from clearaccounts.importing.reports import closed_csv, closed_rows
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import open_current
from tests.importing.desk import INVOICES, invoice, write

PROFILE = """
title = "Open today"
[habits]
date_order = "DMY"
[columns]
day = "Report of"
invoice = "Invoice"
customer = "Customer"
issued = "Issued"
amount = "Open"
[report]
day = "day"
closes = ["customer_invoices"]
[[targets]]
kind = "customer_invoices"
[targets.columns]
invoice_id = "invoice"
customer_id = "customer"
issued_on = "issued"
currency = { constant = "EUR" }
amount_total = "amount"
"""
HEADER = "Report of,Invoice,Customer,Issued,Open"
LATE = date(2026, 12, 31)


def row(report_on: str, number: int, amount: str = "100.00") -> str:
    return f"{report_on},I{number},C1,01/02/2026,{amount}"


class Desk:
    """A data folder with a profile of reports, and what its imports asked."""

    def __init__(self, tmp_path: Path) -> None:
        self.data = DataFolder(tmp_path / "data")
        write(self.data.path / "profiles", "open_now.toml", PROFILE)
        self.questions: list[Question] = []
        self.says = True
        self._tmp_path, self._day = tmp_path, 0

    def __call__(self, *lines: str, header: str = HEADER) -> publish.Report:
        self._day += 1
        file = write(self._tmp_path, f"{self._day}.csv", header, *lines)
        return self.bring(file)

    def bring(self, *files: Path) -> publish.Report:
        return publish.import_files(self.data, Settings(), files, datetime(2026, 7, self._day, tzinfo=UTC), confirm=self._confirm)

    def _confirm(self, question: Question) -> bool:
        self.questions.append(question)
        return self.says

    def open_on(self, day: date = LATE) -> dict[str, Decimal]:
        found = open_current(self.data, Settings()).run("receivables/open_items", {"as_of_on": day}, OPERATOR).to_pylist()
        return {one["invoice_id"]: one["amount_outstanding"] for one in found}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def only(report: publish.Report) -> Landing:
    (outcome,) = report.outcomes
    assert outcome.landing is not None, str(outcome.refused)
    return outcome.landing


def test_what_has_left_the_report_is_closed_as_of_its_day_and_listed(desk: Desk) -> None:
    desk(row("01/06/2026", 1), row("01/06/2026", 2), row("01/06/2026", 3))
    landing = only(desk(row("15/06/2026", 2, "70.00")))
    assert (landing.report_on, landing.closed, landing.new, landing.changed) == (date(2026, 6, 15), {"customer_invoices": 2}, 0, 1)
    assert desk.open_on(date(2026, 6, 14)) == {"I1": 100, "I2": 70, "I3": 100}
    assert desk.open_on(date(2026, 6, 15)) == {"I2": 70}
    table = closed_rows(desk.data, landing)["customer_invoices"]
    assert [(one["invoice_id"], one["amount_total"], one["withdrawn_on"]) for one in table.to_pylist()] == [
        ("I1", Decimal(100), date(2026, 6, 15)), ("I3", Decimal(100), date(2026, 6, 15)),
    ]


def test_the_list_of_what_was_closed_can_be_downloaded(desk: Desk) -> None:
    opened = only(desk(row("01/06/2026", 1), row("01/06/2026", 2)))
    landing = only(desk(row("15/06/2026", 2)))
    (listed,) = csv.DictReader(io.StringIO(closed_csv(desk.data, landing).decode("utf-8-sig")))
    assert (listed["kind"], listed["invoice_id"], listed["customer_id"], listed["currency"]) == ("customer_invoices", "I1", "C1", "EUR")
    assert (Decimal(listed["amount_total"]), listed["closed_on"]) == (Decimal(100), "2026-06-15")
    assert closed_csv(desk.data, opened) == b""


def test_what_comes_back_in_a_later_report_is_open_again(desk: Desk) -> None:
    desk(row("01/06/2026", 1), row("01/06/2026", 2))
    desk(row("15/06/2026", 2))
    landing = only(desk(row("30/06/2026", 1), row("30/06/2026", 2)))
    assert (landing.new, landing.unchanged, landing.closed) == (1, 1, {})
    assert desk.open_on() == {"I1": 100, "I2": 100}


def test_a_report_closes_nothing_that_another_source_has_told_of(desk: Desk) -> None:
    desk(invoice(8), header=INVOICES)
    desk(row("01/06/2026", 1), row("01/06/2026", 2))
    assert only(desk(row("15/06/2026", 2))).closed == {"customer_invoices": 1}
    assert set(desk.open_on()) == {"I2", "I8"}


def test_a_rejected_row_is_still_held_and_one_without_an_id_closes_nothing_at_all(desk: Desk) -> None:
    desk(*(row("01/06/2026", number) for number in (1, 2, 3)))
    landing = only(desk(row("15/06/2026", 1), row("15/06/2026", 2, "1.005")))
    assert (landing.rejected, landing.closed) == (1, {"customer_invoices": 1})
    assert set(desk.open_on()) == {"I1", "I2"}
    landing = only(desk(row("16/06/2026", 1), "16/06/2026,,C1,01/02/2026,1"))
    assert landing.closed == {} and set(desk.open_on()) == {"I1", "I2"}
    ((template, values),) = landing.notes
    assert template.format(**values) == (
        "Nothing was closed, because rows were rejected whose ids cannot be read (customer_invoices);"
        " mend them and import the report again."
    )


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([row("01/06/2026", 1), row("02/06/2026", 2)], "line 3, column Report of: 2026-06-02 is another day than 2026-06-01 before"),
        ([row("01/06/2026", 1), row("", 2)], "line 3: the column Report of is empty; every row must tell the report's day."),
        ([row("31/06/2026", 1)], "line 2, column Report of: 31/06/2026 is not the day of a report"),
    ],
)
def test_a_file_is_the_report_of_one_day_or_it_is_refused(desk: Desk, lines: list[str], sentence: str) -> None:
    (outcome,) = desk(*lines).outcomes
    assert outcome.refused is not None and sentence in str(outcome.refused)
    assert landings(desk.data) == []


def test_an_older_report_waits_and_changes_nothing_that_is_known(desk: Desk) -> None:
    desk(row("01/06/2026", 1), row("01/06/2026", 2))
    desk(row("15/06/2026", 2, "70.00"))
    desk.says = False
    older = row("08/06/2026", 2, "90.00"), row("08/06/2026", 1, "90.00"), row("08/06/2026", 5, "10.00")
    assert desk(*older).unconfirmed == desk.questions[0]
    assert (desk.questions[0].kind, len(landings(desk.data))) == ("older", 2)
    assert str(desk.questions[0]) == (
        "3.csv is the report of 2026-06-08, older than the one of 2026-06-15 that is in already; only what no report since has"
        " known would be added, as closed."
    )
    desk.says = True
    landing = only(desk(*older))
    assert (landing.rows, landing.loaded, landing.new, landing.changed, landing.unchanged) == (3, 3, 1, 0, 2)
    # What nobody knew was open between the two reports; the newer one would have held it if it still were.
    assert landing.closed == {"customer_invoices": 1}
    assert desk.open_on(date(2026, 6, 14)) == {"I1": 100, "I2": 70, "I5": 10}
    assert desk.open_on(date(2026, 6, 15)) == {"I2": 70}


def test_the_same_day_again_is_not_older_and_the_later_file_counts(desk: Desk) -> None:
    desk(row("15/06/2026", 1), row("15/06/2026", 2))
    assert only(desk(row("15/06/2026", 2))).closed == {"customer_invoices": 1}
    assert desk.questions == [] and set(desk.open_on()) == {"I2"}


def test_reports_of_one_import_are_read_in_the_order_of_their_days(desk: Desk, tmp_path: Path) -> None:
    desk(row("01/05/2026", 1))
    later = write(tmp_path, "a.csv", HEADER, row("15/06/2026", 2))
    earlier = write(tmp_path, "b.csv", HEADER, row("01/06/2026", 1), row("01/06/2026", 2))
    desk.bring(later, earlier)
    assert desk.questions == []
    assert desk.open_on(date(2026, 6, 14)) == {"I1": 100, "I2": 100} and desk.open_on() == {"I2": 100}


def test_an_undo_opens_again_what_a_report_closed(desk: Desk) -> None:
    desk(row("01/06/2026", 1), row("01/06/2026", 2))
    desk(row("15/06/2026", 2))
    publish.undo(desk.data, Settings(), datetime(2026, 7, 9, tzinfo=UTC), "operator")
    assert set(desk.open_on()) == {"I1", "I2"}


def test_a_report_that_closes_a_lot_waits_for_a_person(desk: Desk) -> None:
    desk(*(row("01/06/2026", number) for number in range(12)))
    desk.says = False
    assert desk(row("15/06/2026", 1)).unconfirmed is not None
    assert [(one.kind, one.counts) for one in desk.questions] == [("shrink", {"customer_invoices": 11})]
    assert len(desk.open_on()) == 12


def test_a_preview_tells_the_day_and_what_would_be_closed(desk: Desk, tmp_path: Path) -> None:
    desk(row("08/06/2026", 1), row("08/06/2026", 2))
    newer, older = write(tmp_path, "n.csv", HEADER, row("15/06/2026", 2)), write(tmp_path, "o.csv", HEADER, row("01/06/2026", 2))
    before = sorted(desk.data.path.rglob("*"))
    (told,) = publish.preview(desk.data, Settings(), [newer], datetime(2026, 7, 9, tzinfo=UTC))
    assert (told.profile, told.report_on, told.closed, told.questions) == ("open_now", date(2026, 6, 15), {"customer_invoices": 1}, ())
    (told,) = publish.preview(desk.data, Settings(), [older], datetime(2026, 7, 9, tzinfo=UTC))
    assert [one.kind for one in told.questions] == ["older"]
    assert sorted(desk.data.path.rglob("*")) == before
