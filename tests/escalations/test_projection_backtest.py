"""The projections of support plans held against what happened: by hand, and blind to everything after the cut-off day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.escalations.projection import BacktestFilter, ProjectionsFilter, backtest, projections
from clearaccounts.warehouse import Warehouse
from tests.escalations.plan_rows import plan, request, requests
from tests.worlds import Row, world

INCIDENTS = {"entitlement_unit": "incidents"}
DAYS = ("2026-01-10", "2026-02-10", "2026-03-10", "2026-04-10", "2026-05-10")


def found(warehouse: Warehouse, cutoff_on: date, seen_on: date) -> dict[str, Any]:
    (row,) = [row for row in projections(warehouse, ProjectionsFilter(seen_on), OPERATOR).to_pylist() if row["cutoff_on"] == cutoff_on]
    return dict(row)


@pytest.fixture(scope="module")
def monthly(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Five incidents, one each month; the term is the first half of the year."""
    return world(tmp_path_factory.mktemp("backtest"), support_plans=[plan("P", ends="2026-06-30", quantity="5", **INCIDENTS)],
                 service_requests=requests("P", *DAYS))


def test_one_projection_by_hand(monthly: Warehouse) -> None:
    row = found(monthly, date(2026, 3, 31), date(2026, 9, 30))
    # 3 in 90 days, 91 days ahead: 3.0333 more; five in 150 days is 30 May, and it was 10 May, 20 days before.
    half = Decimal(str(round(1.2816 * sqrt(3 / 90 * 91 * (1 + 91 / 90)), 4)))
    assert row | {"row_count": 0} == row | {
        "row_count": 0, "used_quantity": 3, "ahead_days": 91, "known_on": date(2026, 6, 30), "projected_quantity": Decimal("6.0333"),
        "lowest_quantity": max(Decimal(3), Decimal("6.0333") - half), "highest_quantity": Decimal("6.0333") + half,
        "actual_quantity": 5, "error_quantity": Decimal("-1.0333"), "error_share": Decimal("-0.2067"), "is_use_in_range": True,
        "runs_out_on": date(2026, 5, 30), "actual_run_out_on": date(2026, 5, 10), "error_days": -20, "outcome": "ran_out",
        "is_day_in_range": True,
    }


def test_what_is_projected_when(monthly: Warehouse) -> None:
    rows = projections(monthly, ProjectionsFilter(date(2026, 9, 30)), OPERATOR).to_pylist()
    # Not before three had used something; none at the end of the last day; what had run out is projected in use alone.
    assert [(row["cutoff_on"], row["outcome"]) for row in rows] == [
        (date(2026, 5, 31), "before"), (date(2026, 4, 30), "ran_out"), (date(2026, 3, 31), "ran_out"),
    ]
    assert rows[0]["error_days"] is rows[0]["is_day_in_range"] is None
    # While the term goes on nothing is known yet, unless it ran out.
    running = projections(monthly, ProjectionsFilter(date(2026, 5, 9)), OPERATOR)
    assert running["outcome"].to_pylist() == ["not_yet", "not_yet"]


def test_the_sums_are_those_of_the_projections(monthly: Warehouse) -> None:
    rows = projections(monthly, ProjectionsFilter(date(2026, 9, 30)), OPERATOR).to_pylist()
    total = backtest(monthly, BacktestFilter(date(2026, 9, 30)), OPERATOR).to_pylist()[0]
    assert total["horizon"] == "all" and total["test_count"] == 3 and total["plan_count"] == 1 and total["run_out_count"] == 2
    mean = sum(abs(row["error_share"]) for row in rows) / 3
    assert abs(total["mean_absolute_error_share"] - mean) < Decimal("0.0001")
    assert total["use_in_range_rate"] == round(Decimal(sum(row["is_use_in_range"] for row in rows)) / 3, 4)
    days = [abs(row["error_days"]) for row in rows if row["error_days"] is not None]
    assert total["mean_absolute_error_days"] == Decimal(sum(days)) / len(days)
    assert (total["false_alarm_count"], total["missed_count"]) == (0, 0)


PROJECTED = ("used_quantity", "projected_quantity", "lowest_quantity", "highest_quantity", "runs_out_on", "earliest_on", "latest_on")


def test_nothing_from_after_the_cut_off_day_goes_into_a_projection(tmp_path: Path) -> None:
    known: list[Row] = [
        request(f"R{number}", f"2026-0{number}-05", hours_used=str(4 * number), closed_at=f"2026-0{number}-20 12:00:00")
        for number in (1, 2, 3)
    ]
    # Open at the end of March: what it says of its hours, then or later, is not read.
    early = world(tmp_path, support_plans=[plan("P")],
                  service_requests=[*known, request("OPEN", "2026-03-30", hours_used="1")])
    late = world(
        tmp_path, support_plans=[plan("P"), plan("LATER", "2026-04-01", "2026-12-31")],
        service_requests=[*known, request("OPEN", "2026-03-30", hours_used="50", closed_at="2026-04-01 00:00:00"),
                          request("AFTER", "2026-04-01", hours_used="30", support_plan_id="P")])
    cutoff = date(2026, 3, 31)
    one, other = (found(made, cutoff, date(2026, 9, 30)) for made in (early, late))
    assert {name: one[name] for name in PROJECTED} == {name: other[name] for name in PROJECTED}
    # 4 + 8 + 12, and their mean for the open one.
    assert one["used_quantity"] == 32 and other["actual_quantity"] == 104


def test_with_nothing_to_hold_it_against_there_is_nothing(tmp_path: Path) -> None:
    assert backtest(world(tmp_path), BacktestFilter(date(2026, 6, 30)), OPERATOR).num_rows == 0
