"""How well the forecast does: hand-made pasts, the sample, IBM's public receivables, and what the page says of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.cash import DayFilter, backtest, backtest_cutoffs, backtest_weeks, verdict
from clearaccounts.importing import publish
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.text import ENGLISH, SPANISH
from clearaccounts.ui.cash_backtest_view import said_of
from clearaccounts.warehouse import Warehouse, open_current
from tests.cash.histories import open_invoice, paid, together
from tests.real_files import REAL_DATA, real_data
from tests.worlds import Row, world

DAY = date(2026, 6, 30)
BEFORE = ("mean_absolute_error_days", "median_error_days", "within_week_rate", "in_range_rate", "item_count")


def methods(warehouse: Warehouse, day: date = DAY) -> dict[str, dict[str, Any]]:
    return {row["method"]: row for row in backtest(warehouse, DayFilter(day), OPERATOR).to_pylist()}


def figures(row: dict[str, Any]) -> tuple[float | None, ...]:
    return tuple(None if row[name] is None else float(row[name]) for name in BEFORE)


def past(*items: tuple[Row, date | None], late: Sequence[int] = (2, 4, 6)) -> dict[str, Any]:
    """A customer who paid so late last autumn, and items of this year with the day on which each was paid in full."""
    payments = [{"payment_id": row["invoice_id"], "received_on": on, "amount_total": "50.00"} for row, on in items if on]
    allocations = [{"allocation_id": row["invoice_id"], "applied_on": on, "source_id": row["invoice_id"], "invoice_id": row["invoice_id"],
                    "amount_applied": "50.00"} for row, on in items if on]
    return together(
        paid("C1", late, date(2025, 9, 1)), customers=[{"customer_id": "C1"}], customer_invoices=[row for row, _ in items],
        payments=payments, allocations=allocations)


def test_each_method_is_measured_on_the_same_items(tmp_path: Path) -> None:
    # Seen from 30 June the last ends of months whose 13 weeks are over are 31 March and before. Own values 2, 4, 6; typical ones
    # of everybody 2, 4, 4, 6: [2, 2, 4, 4, 4, 6, 6], so 4 days late, from 2 to 6. The mean and the median are 4 as well.
    warehouse = world(tmp_path, DAY, **past(
        (open_invoice("near", date(2026, 4, 10)), date(2026, 4, 15)), (open_invoice("far", date(2026, 4, 20)), date(2026, 5, 4))))
    found = methods(warehouse)
    # Paid 5 and 14 days after the due day.
    assert figures(found["own_history"]) == (5.5, 5.5, 0.5, 0.5, 2)
    assert figures(found["due_date"]) == (9.5, 9.5, 0.5, None, 2)
    assert figures(found["customer_mean"]) == figures(found["portfolio_median"]) == (5.5, 5.5, 0.5, 0.5, 2)
    assert [row["is_beaten"] for row in found.values()] == [None, True, False, False], "as near is not beaten"
    assert {row["cutoff_count"] for row in found.values()} == {1}
    by_cutoff = backtest_cutoffs(warehouse, DayFilter(DAY), OPERATOR).to_pylist()
    assert {(row["cutoff_on"], row["item_count"]) for row in by_cutoff} == {(date(2026, 3, 31), 2)}


def test_sums_are_measured_too(tmp_path: Path) -> None:
    warehouse = world(tmp_path, DAY, **past(
        (open_invoice("near", date(2026, 4, 10)), date(2026, 4, 15)), (open_invoice("far", date(2026, 4, 20)), date(2026, 5, 4))))
    rows = backtest_weeks(warehouse, DayFilter(DAY), OPERATOR).to_pylist()
    # Said 14 and 24 April; paid 15 April and 4 May, that is 15 and 34 days after 31 March. Of [2, 2, 4, 4, 4, 6, 6] the ten cases are 2, 2,
    # 2, 4, 4, 4, 4, 6, 6, 6 days late. 14 days ahead the first is paid in seven cases: 35, and 1.2816 * sqrt(0.7 * 0.3) * 50 about it.
    # 28 days ahead both are in every case: 100 it was to be, and 50 it was.
    assert [(row["ahead_days"], float(row["mean_absolute_error_rate"]), float(row["in_range_rate"]), float(row["below_range_rate"]))
            for row in rows] == [(7, 0, 1, 0), (14, 0.5, 0, 1), (28, 0.5, 0, 1), (56, 0, 1, 0), (91, 0, 1, 0)]


def test_what_is_still_open_is_outside_its_range_and_not_in_the_mean(tmp_path: Path) -> None:
    warehouse = world(tmp_path, DAY, **past(
        (open_invoice("paid", date(2026, 4, 10)), date(2026, 4, 14)), (open_invoice("never", date(2026, 4, 10)), None),
        (open_invoice("not yet", date(2026, 7, 1), issued_on=date(2026, 3, 1)), None)))
    own = methods(warehouse)["own_history"]
    # The range of the one due in July is not over: nobody knows about it yet.
    assert figures(own) == (0, 0, 1, 0.5, 1) and own["still_open_count"] == 2


def test_what_ended_without_a_payment_or_has_no_day_is_counted_beside(tmp_path: Path) -> None:
    rows = past((open_invoice("late", date(2026, 1, 1)), date(2026, 5, 1)), (open_invoice("noted", date(2026, 4, 1)), None))
    warehouse = world(tmp_path, DAY, **together(
        rows, credit_notes=[{"credit_note_id": "N", "issued_on": "2026-05-01", "amount_total": "50.00"}],
        allocations=[{"allocation_id": "N", "applied_on": "2026-05-01", "source_type": "credit_note", "source_id": "N",
                      "invoice_id": "noted", "amount_applied": "50.00"}]))
    own = methods(warehouse)["own_history"]
    # At the end of December "late" was not due yet; from January on it was later than anything ever paid.
    assert (own["item_count"], own["no_day_count"], own["unpaid_count"]) == (1, 3, 1)


def test_no_method_says_a_day_that_is_over(tmp_path: Path) -> None:
    warehouse = world(tmp_path, DAY, **past(
        (open_invoice("X", date(2026, 3, 11), issued_on=date(2026, 3, 2)), date(2026, 4, 2)), late=(2, 4, 40, 40, 40)))
    # 20 days late at the end of March: 21 at the least, paid 22 late.
    errors = {method: row["mean_absolute_error_days"] for method, row in methods(warehouse).items()}
    assert errors == {"own_history": 18, "due_date": 1, "customer_mean": 3, "portfolio_median": 18}


def test_a_cut_off_needs_sixty_days_of_payments_before_it(tmp_path: Path) -> None:
    early, late = (world(tmp_path, DAY, **together(
        paid("C1", [0], first), customers=[{"customer_id": "C1"}],
        customer_invoices=[open_invoice("X", date(2026, 4, 20))])) for first in (date(2026, 1, 23), date(2026, 1, 24)))
    # Seven days after those the first payment came: on 30 January, 60 days before the end of March, or on the 31st.
    assert methods(early)["own_history"]["still_open_count"] == 1
    assert methods(late) == {} and backtest_weeks(late, DayFilter(DAY), OPERATOR).num_rows == 0


def test_the_page_says_how_well_it_does(tmp_path: Path) -> None:
    empty = verdict(backtest(world(tmp_path, DAY), DayFilter(DAY), OPERATOR))
    assert not empty.is_enough and not empty.beats_all
    assert "cannot be said yet" in said_of(empty, ENGLISH) and "30" in said_of(empty, ENGLISH)

    # Two customers: one always on the day, one always 20 late. Only who looks at each customer is near, and a mean does it as well.
    alike = verdict(backtest(world(tmp_path, DAY, **together(
        paid("C1", [0] * 80, date(2025, 1, 1)), paid("C2", [20] * 80, date(2025, 1, 1)),
        customers=[{"customer_id": "C1"}, {"customer_id": "C2"}])), DayFilter(DAY), OPERATOR))
    assert alike.is_enough and not alike.beats_all and alike.unbeaten == ("customer_mean",)
    assert "not nearer than “As late as the customer's mean”" in said_of(alike, ENGLISH)
    assert "tome estos días con cautela" in said_of(alike, SPANISH)

    # Now and then the second one forgets: the mean is spoiled, the middle is not.
    better = verdict(backtest(world(tmp_path, DAY, **together(
        paid("C1", [0] * 80, date(2025, 1, 1)), paid("C2", [20, 20, 20, 20, 90] * 16, date(2025, 1, 1)),
        customers=[{"customer_id": "C1"}, {"customer_id": "C2"}])), DayFilter(DAY), OPERATOR))
    assert better.beats_all and "nearer than all three" in said_of(better, ENGLISH)


def test_on_the_sample_it_beats_all_three(sample_warehouse: Warehouse) -> None:
    found = methods(sample_warehouse, sample_warehouse.build.as_of_on)
    assert {name: round(float(row["mean_absolute_error_days"]), 2) for name, row in found.items()} == {
        "own_history": 5.0, "due_date": 7.0, "customer_mean": 6.76, "portfolio_median": 7.0}
    assert round(float(found["own_history"]["in_range_rate"]), 3) == 0.847
    assert verdict(backtest(sample_warehouse, DayFilter(sample_warehouse.build.as_of_on), OPERATOR)).beats_all


@pytest.mark.real_data
@real_data[1]
def test_on_real_invoices_it_beats_all_three(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    publish.import_files(data, Settings(), [*(REAL_DATA / "receivables_ibm").glob("*.csv")], datetime(2026, 10, 1, 6, tzinfo=UTC))
    warehouse = open_current(data, Settings())
    found = methods(warehouse, date(2013, 12, 31))
    assert {name: row["mean_absolute_error_days"] for name, row in found.items()} == {
        "own_history": Decimal("5.9984"), "due_date": Decimal("8.5102"), "customer_mean": Decimal("6.1334"),
        "portfolio_median": Decimal("8.6167")}
    assert found["own_history"]["in_range_rate"] == Decimal("0.7963") and found["own_history"]["item_count"] == 1821
    assert verdict(backtest(warehouse, DayFilter(date(2013, 12, 31)), OPERATOR)).beats_all
