"""Who got slower, how late in bands, and the share on time by month: hand-made cases."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.payments import (
    PortfolioFilter,
    QuarterFilter,
    SlowerFilter,
    TimelineFilter,
    late_bands,
    on_time,
    portfolio,
    quarter_begins,
    slower,
    years_before,
)
from clearaccounts.warehouse import Warehouse
from tests.payments.payers import Book

DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """C1 got slower, C2 stopped paying, C3 got faster, C4 has one invoice in the quarter before."""
    book = Book()
    for customer_id, days in (
        ("C1", ((1, 2), (2, 4), (4, 8), (5, 10))), ("C2", ((1, 0), (2, 0))), ("C3", ((1, 9), (2, 9), (4, 1), (5, 3))),
        ("C4", ((1, 0), (4, 50), (5, 50))),
    ):
        book.customer(customer_id)
        for month, late in days:
            due = date(2026, month, 5)
            book.invoice(f"{customer_id}-{month}", due, customer_id=customer_id, paid=[(due + timedelta(days=late), "100.00")])
    book.invoice("C2-4", date(2026, 4, 5), "300.00", customer_id="C2")
    book.invoice("C2-5", date(2026, 5, 6), "100.00", customer_id="C2")
    return book.open(tmp_path_factory.mktemp("three"))


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """One customer of whom nothing is known but the name."""
    return Book(customers=[{"customer_id": "C1"}]).open(tmp_path_factory.mktemp("nothing"))


def test_who_got_slower_comes_first_and_who_stopped_paying_before_all(three: Warehouse) -> None:
    rows = slower(three, SlowerFilter(DAY), OPERATOR).to_pylist()
    assert [(row["customer_id"], row["quarter_before_late_days"], row["quarter_late_days"], row["changed_late_days"]) for row in rows] == [
        ("C2", 0, Decimal("70.5"), Decimal("70.5")), ("C1", 3, 9, 6), ("C3", 9, 2, -7),
    ]
    stopped = rows[0]
    assert (stopped["quarter_invoice_count"], stopped["quarter_overdue_count"], stopped["amount_overdue"]) == (2, 2, 400)
    # (86 x 300 + 55 x 100) / 400
    assert (stopped["quarter_weighted_days"], stopped["quarter_before_weighted_days"]) == (Decimal("78.25"), 0)
    assert all(row["row_count"] == 3 and row["year_before_late_days"] is None for row in rows)


def test_who_has_too_few_is_left_out_and_counted(three: Warehouse) -> None:
    (row,) = portfolio(three, PortfolioFilter(DAY), OPERATOR).to_pylist()
    assert (row["compared_count"], row["slower_count"], row["faster_count"], row["left_out_count"]) == (3, 2, 1, 1)
    assert (row["quarter_invoice_count"], row["quarter_before_invoice_count"], row["quarter_overdue_count"]) == (8, 7, 2)
    assert (row["from_on"], row["on_time_rate"], row["before_on_time_rate"]) == (date(2026, 4, 1), 0, Decimal("0.4286"))
    assert slower(three, SlowerFilter(DAY, min_invoice_count=1), OPERATOR).num_rows == 4
    assert slower(three, SlowerFilter(DAY, min_invoice_count=3), OPERATOR).num_rows == 0


def test_a_page_of_the_list(three: Warehouse) -> None:
    pages = [slower(three, SlowerFilter(DAY, row_limit=2, row_offset=offset), OPERATOR).to_pylist() for offset in (0, 2)]
    assert [[row["customer_id"] for row in page] for page in pages] == [["C2", "C1"], ["C3"]]
    assert {row["row_count"] for page in pages for row in page} == {3}


def test_bands_of_days_late(three: Warehouse) -> None:
    rows = late_bands(three, QuarterFilter(DAY), OPERATOR).to_pylist()
    counts = {(row["period"], row["first_late_days"], row["last_late_days"]): row["invoice_count"] for row in rows if row["invoice_count"]}
    assert counts == {
        ("quarter", 1, 7): 2, ("quarter", 8, 14): 2, ("quarter", 31, 60): 3, ("quarter", 61, None): 1,
        ("quarter_before", -7, 0): 3, ("quarter_before", 1, 7): 2, ("quarter_before", 8, 14): 2,
    }
    assert sum(row["invoice_rate"] for row in rows if row["period"] == "quarter") == 1
    assert {row["invoice_rate"] for row in rows if row["period"] == "year_before"} == {None}


def test_on_time_counts_each_invoice_once_in_the_month_it_fell_due(tmp_path: Path) -> None:
    book = Book()
    book.invoice("EARLY", date(2026, 5, 31), paid=[(date(2026, 4, 30), "100.00")])
    book.invoice("ON THE DAY", date(2026, 5, 1), paid=[(date(2026, 5, 1), "100.00")])
    book.invoice("LATE", date(2026, 5, 2), paid=[(date(2026, 6, 1), "100.00")])
    book.invoice("OPEN", date(2026, 5, 3))
    book.invoice("CREDITED", date(2026, 5, 3))
    book.credit("CREDITED", date(2026, 5, 3), "100.00")
    book.invoice("TODAY", DAY)
    book.invoice("AHEAD", date(2026, 7, 10), paid=[(date(2026, 6, 28), "100.00")])
    rows = on_time(book.open(tmp_path), TimelineFilter(DAY, month_count=3), OPERATOR).to_pylist()
    assert [(row["month_on"], row["invoice_count"], row["on_time_count"], row["on_time_rate"]) for row in rows] == [
        (date(2026, 4, 1), 0, 0, None), (date(2026, 5, 1), 4, 2, Decimal("0.5")), (date(2026, 6, 1), 0, 0, None),
    ]


@pytest.mark.parametrize(("day", "first"), [
    ((2026, 9, 30), (2026, 7, 1)), ((2026, 8, 15), (2026, 5, 16)), ((2026, 5, 30), (2026, 2, 28)), ((2026, 1, 31), (2025, 11, 1)),
    ((2026, 2, 28), (2025, 12, 1)), ((2024, 5, 28), (2024, 2, 29)),
])
def test_the_first_day_of_a_quarter_is_the_same_in_both_places(
    nothing: Warehouse, day: tuple[int, int, int], first: tuple[int, int, int],
) -> None:
    assert quarter_begins(date(*day)) == date(*first)
    row = portfolio(nothing, PortfolioFilter(date(*day)), OPERATOR).to_pylist()[0]
    assert row["from_on"] == date(*first)


def test_the_first_day_of_years() -> None:
    assert years_before(date(2026, 9, 30), 2) == date(2024, 10, 1)
    assert years_before(date(2024, 2, 28), 1) == date(2023, 2, 28)
