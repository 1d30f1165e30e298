"""How a customer pays, each figure by a hand-made case."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.payments import BehaviourFilter, RecordsFilter, behaviour, records
from clearaccounts.receivables import PeriodFilter, kpis
from clearaccounts.warehouse import Warehouse
from tests.payments.payers import Book

DAY = date(2026, 6, 30)


def one(warehouse: Warehouse, customer_id: str = "C1", viewer: Viewer = OPERATOR, **more: Any) -> dict[str, Any]:
    (row,) = behaviour(warehouse, BehaviourFilter(DAY, customer_id, **more), viewer).to_pylist()
    return dict(row)


def late(book: Book, invoice_id: str, due_on: date, days: int, *, amount: str = "100.00", customer_id: str = "C1") -> None:
    """An invoice settled so many days after its due day."""
    book.invoice(invoice_id, due_on, amount, customer_id=customer_id, paid=[(due_on + timedelta(days=days), amount)])


def test_days_late_and_days_to_pay_of_what_was_settled(tmp_path: Path) -> None:
    book = Book()
    for number, days in enumerate((-2, 0, 4, 10, 28)):
        late(book, f"I{number}", date(2026, 1 + number, 1), days, amount=f"{number + 1}00.00")
    row = one(book.open(tmp_path))
    assert (row["invoice_count"], row["settled_count"], row["overdue_count"], row["on_time_count"]) == (5, 5, 0, 2)
    assert row["on_time_rate"] == Decimal("0.4")
    assert (row["average_late_days"], row["median_late_days"]) == (8, 4)
    # Between the fourth and the fifth: 0.2 and 0.6 of the way from 10 to 28.
    assert (row["p80_late_days"], row["p90_late_days"]) == (Decimal("13.6"), Decimal("20.8"))
    assert (row["average_days_to_pay"], row["median_pay_days"]) == (38, 34)
    # (-200 + 0 + 1200 + 4000 + 14000) / 1500
    assert row["weighted_days_late"] == Decimal("12.6667")


def test_who_stops_paying_does_not_look_punctual(tmp_path: Path) -> None:
    book = Book()
    for number in range(3):
        late(book, f"I{number}", date(2026, 1 + number, 1), 0)
    book.invoice("I3", date(2026, 4, 1))
    book.invoice("I4", date(2026, 5, 1))
    book.invoice("I5", DAY)  # due today is not late
    row = one(book.open(tmp_path))
    assert (row["settled_count"], row["overdue_count"], row["on_time_rate"]) == (3, 2, Decimal("0.6"))
    # 0, 0, 0 and so far 90 and 60.
    assert (row["average_late_days"], row["p80_late_days"]) == (30, 66)
    assert row["weighted_days_late"] == 30


def test_what_credit_notes_alone_settled_says_nothing_and_a_write_off_was_never_paid(tmp_path: Path) -> None:
    book = Book()
    book.invoice("I1", date(2026, 5, 1))
    book.credit("I1", date(2026, 5, 1), "100.00")
    book.invoice("I2", date(2026, 5, 1))
    book.write_off("I2", date(2026, 6, 10), "100.00")
    warehouse = book.open(tmp_path)
    row = one(warehouse)
    assert (row["invoice_count"], row["on_time_count"], row["median_late_days"], row["average_days_to_pay"]) == (1, 0, 40, None)
    # The contract's weighted days late are of every invoice settled: (0 x 100 + 40 x 100) / 200.
    assert row["weighted_days_late"] == 20
    assert kpis(warehouse, PeriodFilter(date(2025, 7, 1), DAY), OPERATOR)["weighted_days_late"][0].as_py() == 20


def test_the_trend_compares_quarters_that_each_know_only_their_own_days(tmp_path: Path) -> None:
    book = Book()
    for number, (due, days) in enumerate((
        (date(2025, 4, 10), 1), (date(2025, 5, 10), 3),  # the same quarter a year ago: median 2
        (date(2026, 1, 10), 4), (date(2026, 2, 10), 6),  # the quarter before: with the overdue one 4, 6, 11: median 6
        (date(2026, 4, 10), 20),
    )):
        late(book, f"I{number}", due, days)
    # Overdue on 31 March by 11 days, settled on 20 April 31 days late: one number in each quarter.
    late(book, "I9", date(2026, 3, 20), 31)
    row = one(book.open(tmp_path))
    assert (row["quarter_late_days"], row["quarter_before_late_days"], row["year_before_late_days"]) == (Decimal("25.5"), 6, 2)
    assert (row["changed_late_days"], row["changed_year_late_days"]) == (Decimal("19.5"), Decimal("23.5"))
    assert (row["quarter_invoice_count"], row["quarter_before_invoice_count"], row["year_before_invoice_count"]) == (2, 3, 2)


def test_a_trend_of_too_few_invoices_is_blank(tmp_path: Path) -> None:
    book = Book()
    late(book, "I0", date(2026, 1, 10), 4)
    late(book, "I1", date(2026, 4, 10), 9)
    late(book, "I2", date(2026, 5, 10), 9)
    row = one(book.open(tmp_path))
    assert (row["quarter_late_days"], row["quarter_before_late_days"], row["changed_late_days"], row["slope_days"]) == (9, None, None, None)
    assert (row["quarter_invoice_count"], row["quarter_before_invoice_count"]) == (2, 1)


def test_the_slope_is_days_of_lateness_in_thirty_days(tmp_path: Path) -> None:
    book = Book()
    # Settled every 30 days, each time 3 days later than the time before.
    for number in range(6):
        settled_on = date(2026, 1, 1) + timedelta(days=30 * number)
        book.invoice(f"I{number}", settled_on - timedelta(days=3 * number), paid=[(settled_on, "100.00")])
    assert one(book.open(tmp_path))["slope_days"] == 3


def test_paid_in_parts(tmp_path: Path) -> None:
    book = Book()
    book.invoice("TWICE", date(2026, 5, 1), paid=[(date(2026, 4, 20), "40.00"), (date(2026, 5, 10), "60.00")])
    book.invoice("SAME DAY", date(2026, 5, 1), paid=[(date(2026, 5, 1), "40.00"), (date(2026, 5, 1), "60.00")])
    book.invoice("REST OFF", date(2026, 5, 1), paid=[(date(2026, 5, 1), "99.00")])
    book.write_off("REST OFF", date(2026, 6, 1), "1.00")
    book.invoice("CREDITED", date(2026, 5, 1), paid=[(date(2026, 5, 3), "70.00")])
    book.credit("CREDITED", date(2026, 4, 20), "30.00")
    book.invoice("OPEN", date(2026, 7, 20), paid=[(date(2026, 6, 20), "10.00")])
    book.invoice("PLAN", date(2026, 5, 1), paid=[(date(2026, 4, 1), "50.00"), (date(2026, 5, 1), "50.00")])
    book.instalments += [
        {"invoice_id": "PLAN", "instalment_number": 1, "due_on": "2026-04-01", "amount_total": "50.00"},
        {"invoice_id": "PLAN", "instalment_number": 2, "due_on": "2026-05-01", "amount_total": "50.00"},
    ]
    # A direct debit that came back, and is paid again: never open with a part paid.
    back = [(date(2026, 5, 1), "100.00"), (date(2026, 5, 4), "-100.00"), (date(2026, 5, 9), "100.00")]
    book.invoice("BOUNCED", date(2026, 5, 1), paid=back)
    warehouse = book.open(tmp_path)
    row = one(warehouse)
    assert (row["settled_count"], row["part_paid_count"], row["open_part_paid_count"]) == (6, 2, 1)
    assert row["part_paid_rate"] == Decimal("0.3333")
    listed = records(warehouse, RecordsFilter(DAY, "C1", payment_status="part_paid"), OPERATOR).to_pylist()
    assert {(row["invoice_id"], row["payment_status"]) for row in listed} == {("TWICE", "late"), ("REST OFF", "late"), ("OPEN", "open")}


def test_a_usual_day_is_one_on_which_or_just_after_which_half_of_the_money_comes(tmp_path: Path) -> None:
    book = Book()
    # The 25th, and on the Monday after a weekend; two stray ones.
    days = ((1, 26), (2, 25), (3, 25), (4, 27), (5, 25), (1, 7), (3, 9))
    for number, on in enumerate(date(2026, month, day) for month, day in days):
        book.invoice(f"I{number}", on, paid=[(on, "100.00")])
    row = one(book.open(tmp_path))
    assert (row["usual_day_number"], row["usual_day_rate"], row["pay_day_count"]) == (25, Decimal("0.7143"), 7)
    # Mondays: 26 January, 27 April, 25 May, 9 March.
    assert (row["usual_weekday_number"], row["usual_weekday_rate"]) == (1, Decimal("0.5714"))


def test_no_usual_day_without_a_habit_or_with_too_few(tmp_path: Path) -> None:
    book = Book()
    for number in range(5):
        on = date(2026, 1 + number, 25)
        book.invoice(f"I{number}", on, paid=[(on, "100.00")])
    for number, on in enumerate(date(2026, month, day) for month, day in ((1, 2), (1, 9), (2, 17), (3, 26), (4, 1), (4, 22))):
        book.invoice(f"J{number}", on, customer_id="C2", paid=[(on, "100.00")])
    warehouse = book.open(tmp_path)
    assert (one(warehouse)["usual_day_number"], one(warehouse)["usual_day_rate"], one(warehouse)["pay_day_count"]) == (None, None, 5)
    assert one(warehouse, "C2")["usual_day_number"] is None


def test_a_day_of_money_is_the_payers_whoever_pays(tmp_path: Path) -> None:
    book = Book()
    for number in range(6):
        on = date(2026, 1 + number, 15)
        book.invoice(f"I{number}", on, customer_id="C2")
        book.pay(f"I{number}", on, "100.00", customer_id="C1")
    row = one(book.open(tmp_path), "C2")
    assert (row["usual_day_number"], row["pay_day_count"]) == (15, 6)


def segment_of(book: Book, segment: str, days: tuple[int, ...], agent: str = "a@partner.example") -> None:
    for number, one_late in enumerate(days):
        customer_id = f"{segment}{number}"
        book.customer(customer_id, segment, agent)
        late(book, f"{customer_id}-I", date(2026, 5, 1), one_late, customer_id=customer_id)


def test_a_customer_stands_beside_its_segment_when_that_has_five(tmp_path: Path) -> None:
    book = Book()
    segment_of(book, "small", (0, 2, 4, 6, 18))
    segment_of(book, "large", (40, 50))
    row = one(book.open(tmp_path), "small1")
    assert (row["peers_type"], row["peers_customer_count"], row["peers_invoice_count"]) == ("segment", 5, 5)
    assert (row["median_late_days"], row["peers_median_late_days"], row["peers_average_late_days"]) == (2, 4, 6)
    assert (row["on_time_rate"], row["peers_on_time_rate"], row["peers_weighted_late_days"]) == (0, Decimal("0.2"), 6)


def test_a_small_segment_is_not_told_from_all_customers(tmp_path: Path) -> None:
    book = Book()
    segment_of(book, "small", (0, 2, 4, 6))
    segment_of(book, "large", (40, 50))
    row = one(book.open(tmp_path), "small1")
    assert (row["peers_type"], row["peers_customer_count"], row["peers_median_late_days"]) == ("all", 6, 5)


def test_nobody_is_compared_with_fewer_than_five(tmp_path: Path) -> None:
    book = Book()
    segment_of(book, "small", (0, 2, 4, 6))
    row = one(book.open(tmp_path), "small1")
    assert {name: value for name, value in row.items() if name.startswith("peers_") and value is not None} == {}


def test_a_sales_agent_is_told_nothing_of_the_customers_of_others(tmp_path: Path) -> None:
    book = Book()
    segment_of(book, "small", (0, 2, 4, 6))
    segment_of(book, "large", (40, 50), "b@partner.example")
    warehouse = book.open(tmp_path)
    agent = Viewer("a", "A", Role.SALES_AGENT, "a@partner.example")
    # All six together would be enough; the four in view are not.
    assert one(warehouse, "small1", agent)["peers_type"] is None
    assert behaviour(warehouse, BehaviourFilter(DAY, "large1"), agent).num_rows == 0
    assert behaviour(warehouse, BehaviourFilter(DAY), agent)["customer_id"].to_pylist() == ["small0", "small1", "small2", "small3"]


def test_currencies_stand_apart(tmp_path: Path) -> None:
    book = Book()
    book.invoice("E", date(2026, 5, 1), paid=[(date(2026, 5, 3), "100.00")])
    book.invoice("U", date(2026, 5, 1), currency="USD", paid=[(date(2026, 5, 21), "100.00")])
    rows = behaviour(book.open(tmp_path), BehaviourFilter(DAY, "C1"), OPERATOR).to_pylist()
    assert [(row["currency"], row["median_late_days"]) for row in rows] == [("EUR", 2), ("USD", 20)]


def test_the_period_can_be_chosen(tmp_path: Path) -> None:
    book = Book()
    late(book, "OLD", date(2025, 6, 25), 5)  # settled on 30 June 2025, a day before the twelve months
    late(book, "NEW", date(2026, 5, 1), 1)
    warehouse = book.open(tmp_path)
    assert (one(warehouse)["invoice_count"], one(warehouse)["from_on"]) == (1, date(2025, 7, 1))
    assert one(warehouse, from_on=date(2025, 6, 30))["invoice_count"] == 2


def test_the_line_through_the_dots_is_the_median_of_five(tmp_path: Path) -> None:
    book = Book()
    for number, days in enumerate((1, 9, 3, 7, 5, 30)):
        late(book, f"I{number}", date(2026, 1 + number, 1) - timedelta(days=40), days)
    rows = records(book.open(tmp_path), RecordsFilter(DAY, "C1"), OPERATOR).to_pylist()
    assert [(row["late_days"], row["running_late_days"]) for row in reversed(rows)] == [(1, 1), (9, 5), (3, 3), (7, 5), (5, 5), (30, 7)]


def test_who_pays_instalments_as_agreed_is_not_late(tmp_path: Path) -> None:
    book = Book()
    book.invoice("PLAN", date(2026, 3, 1), "300.00", paid=[(date(2026, 3, 1), "100.00")])
    book.instalments += [
        {"invoice_id": "PLAN", "instalment_number": number, "due_on": due, "amount_total": "100.00"}
        for number, due in enumerate(("2026-03-01", "2026-06-20", "2026-08-01"), 1)
    ]
    warehouse = book.open(tmp_path)
    assert behaviour(warehouse, BehaviourFilter(date(2026, 6, 20), "C1"), OPERATOR).num_rows == 0
    # The second instalment is ten days late, whatever the invoice's own due day says.
    row = one(warehouse)
    assert (row["overdue_count"], row["median_late_days"], row["weighted_days_late"]) == (1, 10, 10)
    # The last one paid on its day settles the whole on time.
    for on in (date(2026, 6, 25), date(2026, 8, 1)):
        book.pay("PLAN", on, "100.00")
    (row,) = behaviour(book.open(tmp_path), BehaviourFilter(date(2026, 8, 31), "C1"), OPERATOR).to_pylist()
    assert (row["overdue_count"], row["on_time_count"], row["median_late_days"], row["weighted_days_late"]) == (0, 1, 0, 0)
