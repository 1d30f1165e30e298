"""What suspending a subscription costs, by hand, and its billing periods against a plain count of months."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR
from clearaccounts.collections.costs import CostsFilter, subscription_costs
from tests.worlds import world

DAY = date(2026, 6, 30)


def rows(folder: Path, *subscriptions: dict[str, object], day: date = DAY) -> dict[str, dict[str, Any]]:
    warehouse = world(folder, day, customers=[{"customer_id": "C1", "currency": "GBP"}], subscriptions=subscriptions)
    found = subscription_costs(warehouse, CostsFilter("C1", day), OPERATOR).to_pylist()
    return {row["subscription_id"]: row for row in found}


def test_each_kind_of_subscription_says_what_its_suspension_costs(tmp_path: Path) -> None:
    seat = {"amount_unit_price": "10.50", "currency": "EUR", "quantity": 4}
    monthly = {"billing_cycle": "monthly"}
    found = rows(
        tmp_path,
        # Periods begin on the 10th: eight of them from 10 July to 10 February are still to be billed.
        {"subscription_id": "monthly", **seat, "billing_cycle": "Monthly", "commitment_ends_on": "2027-03-09", "is_auto_renew": "true"},
        {"subscription_id": "yearly", **seat, "billing_cycle": "annual", "term_duration": "P3Y", "commitment_ends_on": "2028-03-09"},
        {"subscription_id": "legacy", **seat, "commerce_model": "legacy", "billing_cycle": "monthly", "commitment_ends_on": "2027-03-09"},
        {"subscription_id": "azure", "commerce_model": "azure_plan", "billing_cycle": "monthly"},
        {"subscription_id": "gone", **seat, **monthly, "subscription_status": "deleted", "commitment_ends_on": "2027-03-09",
         "cancellable_until_on": "2026-07-02"},
        {"subscription_id": "fresh", **seat, **monthly, "commitment_ends_on": "2026-07-24", "cancellable_until_on": "2026-07-02"},
        {"subscription_id": "last-day", **seat, **monthly, "commitment_ends_on": "2026-06-30", "cancellable_until_on": "2026-06-29"},
    )
    told = {key: (row["suspension_effect_type"], row["remaining_period_count"], row["amount_committed"]) for key, row in found.items()}
    assert told == {
        "monthly": ("billing_continues", 8, Decimal("336.0000")),
        "yearly": ("billing_continues", 1, Decimal("42.0000")),
        "legacy": ("billing_stops", None, None),
        "azure": ("azure_first", None, None),
        "gone": ("nothing_to_suspend", None, None),
        "fresh": ("billing_continues", 0, Decimal("0.0000")),
        "last-day": ("billing_continues", 0, Decimal("0.0000")),
    }
    assert next(iter(found)) == "monthly" and list(found)[-1] == "gone"
    assert {row["amount_committed_total"] for row in found.values() if row["currency"] == "EUR"} == {Decimal("378.0000")}
    assert found["monthly"]["recoverable_until_on"] == date(2027, 3, 9)
    assert found["legacy"]["recoverable_until_on"] == DAY + timedelta(days=90)
    assert found["azure"]["recoverable_until_on"] is None and found["azure"]["currency"] == "GBP"
    assert found["fresh"]["left_to_cancel_days"] == 2 and found["last-day"]["left_to_cancel_days"] is None
    assert found["gone"]["left_to_cancel_days"] is None, "what has ended cannot be cancelled any more"
    assert found["monthly"]["commitment_left_days"] == 252 and found["last-day"]["commitment_left_days"] == 0


def test_the_last_day_to_cancel_is_one(tmp_path: Path) -> None:
    window = {"cancellable_until_on": DAY.isoformat()}
    found = rows(
        tmp_path, {"subscription_id": "active", **window},
        {"subscription_id": "suspended", **window, "subscription_status": "suspended"})
    assert {row["left_to_cancel_days"] for row in found.values()} == {0}


def test_what_is_not_known_is_no_amount(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        {"subscription_id": "no price", "billing_cycle": "monthly", "commitment_ends_on": "2027-03-09"},
        {"subscription_id": "no cycle", "amount_unit_price": "1", "commitment_ends_on": "2027-03-09"},
        {"subscription_id": "no end", "amount_unit_price": "1", "billing_cycle": "monthly"},
        {"subscription_id": "odd", "amount_unit_price": "1", "billing_cycle": "weekly", "commitment_ends_on": "2027-03-09"},
    )
    assert {row["amount_committed"] for row in found.values()} == {None}
    assert {row["amount_committed_total"] for row in found.values()} == {None}


def test_billed_once_leaves_nothing_to_bill(tmp_path: Path) -> None:
    found = rows(
        tmp_path, {"subscription_id": "S", "amount_unit_price": "900", "billing_cycle": "one_time", "commitment_ends_on": "2028-03-09"})
    assert found["S"]["amount_committed"] == 0 and found["S"]["recoverable_until_on"] == date(2028, 3, 9)


def months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@settings(max_examples=25, deadline=None)
@given(
    ends=st.lists(st.dates(date(2026, 1, 1), date(2030, 12, 31)), min_size=1, max_size=8),
    cycle=st.sampled_from([("monthly", 1), ("annual", 12), ("triennial", 36)]),
)
def test_the_periods_left_are_those_that_begin_after_the_day(ends: list[date], cycle: tuple[str, int]) -> None:
    name, months = cycle
    with TemporaryDirectory() as folder:
        found = rows(Path(folder), *(
            {"subscription_id": f"S{number}", "amount_unit_price": "0.0001", "quantity": 3, "billing_cycle": name,
             "commitment_ends_on": end}
            for number, end in enumerate(ends)
        ))
    for number, end in enumerate(ends):
        starts, step = [], 1
        while (start := months_before(end + timedelta(days=1), step * months)) > DAY:
            starts.append(start)
            step += 1
        row = found[f"S{number}"]
        assert row["remaining_period_count"] == len(starts)
        assert row["amount_committed"] == Decimal("0.0003") * len(starts)
