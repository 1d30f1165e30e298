"""On which day an open item is expected: hand-made histories, each rule on its own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.cash import ItemsFilter, expected_items
from clearaccounts.warehouse import Warehouse
from tests.cash.histories import open_invoice, paid, together
from tests.worlds import world

DAY = date(2026, 6, 30)


def items(warehouse: Warehouse, day: date = DAY, **more: Any) -> dict[str, dict[str, Any]]:
    rows = expected_items(warehouse, ItemsFilter(day, **more), OPERATOR).to_pylist()
    return {row["invoice_id"]: row for row in rows}


def told(row: dict[str, Any]) -> tuple[str, int | None, int | None, int | None]:
    """Basis, and expected day and range in days after the due day."""
    def after(day: date | None) -> int | None:
        return None if day is None else (day - row["due_on"]).days
    return row["basis"], after(row["earliest_on"]), after(row["expected_on"]), after(row["latest_on"])


def test_a_long_own_history_stands_for_itself(tmp_path: Path) -> None:
    # 16 own values, all 5 late, and four typical ones of everybody, who are this one: 20 times 5.
    warehouse = world(tmp_path, DAY, **together(
        paid("C1", [5] * 16), customers=[{"customer_id": "C1"}], customer_invoices=[open_invoice("X", date(2026, 7, 20))]))
    row = items(warehouse)["X"]
    assert told(row) == ("own_history", 5, 5, 5)
    assert row["expected_on"] == date(2026, 7, 25) and row["expected_late_days"] == 5 and row["own_paid_count"] == 16


def test_a_short_own_history_leans_on_its_segment(tmp_path: Path) -> None:
    # Its own one value is 2; the segment's twelve are 2 and 10..20. Of [2, 10..20] the smallest values that 1/8, 3/8, 5/8 and 7/8 do not
    # exceed are the 2nd, 5th, 8th and 11th of twelve: 10, 13, 16, 19. Beside the own 2: [2, 10, 13, 16, 19].
    segment = [{"customer_id": "C1", "segment": "small"}, {"customer_id": "C2", "segment": "small"},
               {"customer_id": "C3", "segment": "large"}]
    warehouse = world(tmp_path, DAY, **together(
        paid("C1", [2]), paid("C2", list(range(10, 21))), paid("C3", [-30] * 12), customers=segment,
        customer_invoices=[open_invoice("X", date(2026, 7, 20))]))
    assert told(items(warehouse)["X"]) == ("own_history", 2, 13, 19)


def test_without_own_history_the_segment_speaks_and_without_a_segment_everybody(tmp_path: Path) -> None:
    customers = [{"customer_id": "C1", "segment": "small"}, {"customer_id": "C2", "segment": "small"},
                 {"customer_id": "C3", "segment": "large"}, {"customer_id": "C4"}, {"customer_id": "C5", "segment": "large"}]
    warehouse = world(tmp_path, DAY, **together(
        paid("C2", [10] * 10), paid("C3", [20] * 9), customers=customers,
        customer_invoices=[open_invoice("small", date(2026, 7, 20), "C1"), open_invoice("none", date(2026, 7, 20), "C4"),
                           open_invoice("large", date(2026, 7, 20), "C5")]))
    found = items(warehouse)
    assert told(found["small"]) == ("segment", 10, 10, 10)
    # Nine paid items make no segment: all nineteen, [10 x 10, 20 x 9], whose 1/8, 3/8, 5/8, 7/8 points are 10, 10, 20, 20.
    assert told(found["large"]) == told(found["none"]) == ("portfolio", 10, 10, 20)


def test_what_is_not_paid_yet_can_only_be_later(tmp_path: Path) -> None:
    # Own values 0..19 and the portfolio's 2, 7, 12, 17. Ten days overdue at the end of the day: 11 days late is the least.
    warehouse = world(tmp_path, DAY, **together(
        paid("C1", list(range(20))), customers=[{"customer_id": "C1"}],
        customer_invoices=[open_invoice("X", DAY - timedelta(days=10))]))
    # [11, 12, 12, 13, 14, 15, 16, 17, 17, 18, 19]: the 2nd, 6th and 10th of eleven.
    assert told(items(warehouse)["X"]) == ("own_history", 12, 15, 18)


def test_later_than_all_it_ever_was_takes_those_who_were_as_late(tmp_path: Path) -> None:
    late = [open_invoice("X", DAY - timedelta(days=24)), open_invoice("Y", DAY - timedelta(days=27))]
    warehouse = world(tmp_path, DAY, **together(
        paid("C1", [0] * 40, date(2025, 6, 1)), paid("C2", [25, 26, 27, 40]), customers=[{"customer_id": "C1"}, {"customer_id": "C2"}],
        customer_invoices=late))
    found = items(warehouse)
    # At least 25 days late are [25, 26, 27, 40]: the 1st, 2nd and 4th of four.
    assert told(found["X"]) == ("late_portfolio", 25, 26, 40)
    # At least 28 days late was one item: too few to tell a day.
    assert told(found["Y"]) == ("no_day", None, None, None) and found["Y"]["week"] == "no_day"


def test_where_nobody_has_paid_the_due_day_stands(tmp_path: Path) -> None:
    warehouse = world(tmp_path, DAY, customers=[{"customer_id": "C1"}], customer_invoices=[
        open_invoice("next", DAY + timedelta(days=9)), open_invoice("today", DAY), open_invoice("over", DAY - timedelta(days=1))])
    found = items(warehouse)
    assert told(found["next"]) == ("due_date", None, 0, None)
    assert told(found["today"]) == ("due_date", None, 1, None), "the day is over: tomorrow at the earliest"
    assert told(found["over"]) == ("no_day", None, None, None)


def test_only_the_last_24_payments_count(tmp_path: Path) -> None:
    early = paid("C1", [90] * 30, date(2024, 1, 1))
    # 24 own values of 3; of everybody, [3 x 24, 90 x 30], the typical values are 3, 3, 90, 90.
    recent = paid("C1", [3] * 24, date(2025, 12, 1), prefix="n")
    warehouse = world(tmp_path, DAY, **together(
        early, recent, customers=[{"customer_id": "C1"}], customer_invoices=[open_invoice("X", date(2026, 7, 20))]))
    assert told(items(warehouse)["X"]) == ("own_history", 3, 3, 3)


def test_an_invoice_credited_in_full_says_nothing_about_payment(tmp_path: Path) -> None:
    credited = [open_invoice("credited", date(2026, 3, 1))]
    warehouse = world(
        tmp_path, DAY, customers=[{"customer_id": "C1"}],
        credit_notes=[{"credit_note_id": "N1", "issued_on": "2026-06-01", "amount_total": "50.00"}],
        allocations=[{"allocation_id": "A1", "applied_on": "2026-06-01", "source_type": "credit_note", "source_id": "N1",
                      "invoice_id": "credited", "amount_applied": "50.00"}],
        customer_invoices=[*credited, open_invoice("X", date(2026, 7, 20))])
    assert told(items(warehouse)["X"]) == ("due_date", None, 0, None)


def test_an_instalment_is_expected_and_remembered_on_its_own(tmp_path: Path) -> None:
    plan = [{"invoice_id": "P", "instalment_number": number, "due_on": date(2026, month, 15), "amount_total": "25.00"}
            for number, month in ((1, 5), (2, 6), (3, 7), (4, 8))]
    warehouse = world(
        tmp_path, DAY, customers=[{"customer_id": "C1"}],
        customer_invoices=[{"invoice_id": "P", "issued_on": "2026-05-01", "amount_total": "100.00"}], instalments=plan,
        payments=[{"payment_id": "1", "received_on": "2026-05-19", "amount_total": "25.00"},
                  {"payment_id": "2", "received_on": "2026-06-19", "amount_total": "25.00"}],
        allocations=[{"allocation_id": "1", "applied_on": "2026-05-19", "source_id": "1", "invoice_id": "P", "amount_applied": "25.00"},
                     {"allocation_id": "2", "applied_on": "2026-06-19", "source_id": "2", "invoice_id": "P", "amount_applied": "25.00"}])
    rows = expected_items(warehouse, ItemsFilter(DAY), OPERATOR).to_pylist()
    assert [(row["instalment_number"], row["expected_on"]) for row in rows] == [(3, date(2026, 7, 19)), (4, date(2026, 8, 19))]


def test_a_dispute_leaves_out_and_a_promise_stands_beside(tmp_path: Path) -> None:
    due = date(2026, 7, 20)
    holds = [{"hold_id": "H1", "invoice_id": "X", "starts_on": "2026-06-01"},
             {"hold_id": "H2", "invoice_id": "Y", "hold_type": "promise_to_pay", "starts_on": "2026-06-20", "ends_on": "2026-07-03"},
             {"hold_id": "H3", "customer_id": "C2", "starts_on": "2026-06-01", "ends_on": "2026-06-29"}]
    warehouse = world(tmp_path, DAY, **together(
        paid("C1", [5] * 16), customers=[{"customer_id": "C1"}, {"customer_id": "C2"}], holds=holds,
        customer_invoices=[open_invoice("X", due), open_invoice("Y", due), open_invoice("Z", due, "C2")]))
    found = items(warehouse)
    assert found["X"]["week"] == "disputed" and found["X"]["is_disputed"] and found["X"]["expected_on"] == date(2026, 7, 25)
    assert found["Y"]["week"] == "2026-W30" and found["Y"]["promised_on"] == date(2026, 7, 3)
    assert found["Z"]["week"] == "2026-W30" and not found["Z"]["is_disputed"], "that dispute was over the day before"
    assert set(items(warehouse, week="disputed")) == {"X"}


@pytest.mark.parametrize(("day", "first", "last"), [
    (date(2026, 6, 30), ("2026-W27", date(2026, 7, 1), date(2026, 7, 5)), ("2026-W39", date(2026, 9, 21), date(2026, 9, 27))),
    (date(2026, 7, 5), ("2026-W28", date(2026, 7, 6), date(2026, 7, 12)), ("2026-W40", date(2026, 9, 28), date(2026, 10, 4))),
    (date(2026, 12, 30), ("2026-W53", date(2026, 12, 31), date(2027, 1, 3)), ("2027-W12", date(2027, 3, 22), date(2027, 3, 28))),
])
def test_thirteen_iso_weeks_from_the_next_day_on(
    tmp_path: Path, day: date, first: tuple[str, date, date], last: tuple[str, date, date],
) -> None:
    warehouse = world(tmp_path, day, customers=[{"customer_id": "C1"}])
    rows = warehouse.run("cash/cover", {"as_of_on": day}, OPERATOR).to_pylist()
    assert [(row["week"], row["starts_on"], row["ends_on"]) for row in (rows[0], rows[12])] == [first, last]
    assert len(rows) == 14


def test_a_sales_agents_days_rest_on_their_own_customers_alone(tmp_path: Path) -> None:
    agent = Viewer("test:a", "A", Role.SALES_AGENT, "a@partner.example")
    customers = [{"customer_id": "C1", "segment": "small", "sales_agent": agent.email},
                 {"customer_id": "C2", "segment": "small", "sales_agent": "b@partner.example"}]
    told_to: list[list[dict[str, Any]]] = []
    for others in ([30] * 12, [50] * 12):
        warehouse = world(tmp_path, DAY, **together(
            paid("C1", [2]), paid("C2", others), customers=customers,
            customer_invoices=[open_invoice("X", date(2026, 7, 20)), open_invoice("Y", date(2026, 7, 20), "C2")]))
        told_to.append(expected_items(warehouse, ItemsFilter(DAY), agent).to_pylist())
        assert told(items(warehouse)["X"]) == ("own_history", 2, others[0], others[0]), "a manager sees the whole segment"
    assert told_to[0] == told_to[1] and [told(row) for row in told_to[0]] == [("own_history", 2, 2, 2)]
