"""What waits for a person: nothing of it happens without a yes, and nothing is asked that is the normal course of business."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.importing import publish
from clearaccounts.importing.questions import Question
from clearaccounts.importing.records import landings
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import current_path
from tests.importing.desk import INVOICES, NOW, write

TOMORROW = NOW + timedelta(days=1)
WITH_STATUS = INVOICES + ",invoice_status"


def line(number: int, amount: str = "100.00", currency: str = "EUR", status: str = "posted") -> str:
    return f"I{number},C1,2026-05-01,2026-06-01,{currency},{amount},{status}"


class Desk:
    """A folder, and the questions that its imports asked."""

    def __init__(self, tmp_path: Path, says: bool) -> None:
        self.data = DataFolder(tmp_path / "data")
        self.questions: list[Question] = []
        self._tmp_path, self._says, self._number = tmp_path, says, 0

    def __call__(self, *lines: str, header: str = WITH_STATUS, now: datetime = TOMORROW, snapshot: bool = False) -> publish.Report:
        self._number += 1
        file = write(self._tmp_path, f"{self._number}.csv", header, *lines)
        return publish.import_files(self.data, Settings(), [file], now, confirm=self._confirm, snapshot=snapshot)

    def _confirm(self, question: Question) -> bool:
        self.questions.append(question)
        return self._says


@pytest.fixture
def yes(tmp_path: Path) -> Desk:
    return Desk(tmp_path, says=True)


@pytest.fixture
def no(tmp_path: Path) -> Desk:
    return Desk(tmp_path, says=False)


def test_an_import_that_voids_more_than_a_tenth_waits_and_a_no_keeps_everything_as_it_was(no: Desk) -> None:
    no(*(line(n) for n in range(20)), now=NOW)
    served = current_path(no.data)
    report = no(*(line(n, status="void") for n in range(3)))
    (question,) = no.questions
    assert (question.kind, question.counts) == ("shrink", {"customer_invoices": 3})
    assert str(question) == (
        "Of 20 open invoices 3 would be open no longer although nobody has settled them; of what is open, this would be gone:"
        " 300.00 / 2000.00 EUR."
    )
    assert report.unconfirmed == question and not report.landed and report.build is None
    assert str(report.outcomes[0].refused) == f"2.csv: {question} Nothing was imported; it waits for a person to confirm."
    assert current_path(no.data) == served and len(landings(no.data)) == 1
    assert sorted(path.name for path in no.data.path.iterdir()) == ["import.lock", "landing", "warehouse"]


def test_a_yes_lets_it_in(yes: Desk) -> None:
    yes(*(line(n) for n in range(20)), now=NOW)
    assert yes(*(line(n, status="draft") for n in range(3))).build is not None
    assert len(yes.questions) == 1 and len(landings(yes.data)) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(20, [line(0, status="void"), line(1, status="void")], id="a tenth is not more than a tenth"),
        pytest.param(9, [line(n, status="void") for n in range(9)], id="fewer than ten were open"),
        pytest.param(20, [line(n, "120.00") for n in range(20)], id="they grow"),
        pytest.param(20, [line(n) for n in range(20, 40)], id="others are added"),
    ],
)
def test_nothing_is_asked_when(no: Desk, before: int, after: list[str]) -> None:
    no(*(line(n) for n in range(before)), now=NOW)
    assert no(*after).build is not None
    assert no.questions == []


def test_what_is_paid_credited_or_written_off_is_the_normal_course_of_business(no: Desk) -> None:
    no(*(line(n) for n in range(20)), now=NOW)
    no(*(f"P{n},C1,2026-06-02,EUR,100" for n in range(20)), header="payment_id,customer_id,received_on,currency,amount_total")
    no(
        *(f"A{n},2026-06-02,payment,P{n},I{n},100" for n in range(10)), *(f"A{n},2026-06-02,write_off,,I{n},100" for n in range(10, 20)),
        header="allocation_id,applied_on,source_type,source_id,invoice_id,amount_applied",
    )
    assert no.questions == [] and len(landings(no.data)) == 3


def test_an_invoice_that_becomes_smaller_counts_with_what_is_gone_of_it(no: Desk) -> None:
    no(*(line(n) for n in range(20)), now=NOW)
    no(*(line(n, "50.00") for n in range(20)))
    (question,) = no.questions
    (loss,) = question.shrinkage
    assert (loss.count_gone, loss.amount_gone, loss.amount_before) == (0, Decimal(1000), Decimal(2000))


def test_each_currency_is_looked_at_by_itself(no: Desk) -> None:
    no(*(line(n) for n in range(20)), line(20, "5", "USD"), now=NOW)
    no(line(20, "4", "USD"))
    (question,) = no.questions
    assert [(loss.currency, loss.amount_gone) for loss in question.shrinkage] == [("USD", Decimal(1))]


def test_many_small_ones_count_even_if_little_money_is_gone(no: Desk) -> None:
    no(*(line(n, "0.01") for n in range(5)), *(line(n, "1000") for n in range(5, 20)), now=NOW)
    no(*(line(n, "0.01", status="void") for n in range(5)))
    (question,) = no.questions
    assert question.counts == {"customer_invoices": 5}


def test_a_snapshot_that_takes_a_lot_away_is_asked_about_twice(yes: Desk) -> None:
    yes(*(line(n) for n in range(20)), now=NOW)
    yes(*(line(n) for n in range(10)), snapshot=True)
    assert [question.kind for question in yes.questions] == ["withdraw", "shrink"]


def test_numbers_that_were_not_built_yet_are_compared_all_the_same(no: Desk) -> None:
    no(*(line(n) for n in range(20)), now=NOW)
    pointer = no.data.warehouse / "current.json"
    pointer.write_text(pointer.read_text().replace('"sequence": 1', '"sequence": 0'))
    no(*(line(n, status="void") for n in range(3)))
    assert [question.kind for question in no.questions] == ["shrink"]
