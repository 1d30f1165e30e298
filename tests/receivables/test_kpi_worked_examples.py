"""Key figures as finance text books and other systems work them out by hand, each as a ledger that went through the warehouse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts import key_figures
from clearaccounts.access import OPERATOR
from clearaccounts.key_figures import CompanyPeriodFilter, MonthsFilter
from clearaccounts.receivables import PeriodFilter, kpis
from clearaccounts.warehouse import Warehouse
from tests.worlds import world

JUNE = (date(2026, 6, 1), date(2026, 6, 30))


def invoice(number: str, issued: str, due: str, amount: str, **more: str) -> dict[str, str]:
    return {"invoice_id": number, "issued_on": issued, "due_on": due, "amount_total": amount, **more}


def paid(number: str, on: str, amount: str, invoice_id: str) -> dict[str, list[dict[str, str]]]:
    """One payment, whole against one invoice."""
    applied = {"allocation_id": number, "applied_on": on, "source_id": number, "invoice_id": invoice_id, "amount_applied": amount}
    return {"payments": [{"payment_id": number, "received_on": on, "amount_total": amount}], "allocations": [applied]}


def settled(source_type: str, number: str, on: str, amount: str, invoice_id: str) -> dict[str, list[dict[str, str]]]:
    """One credit note or write-off, whole against one invoice."""
    note = {"credit_notes": [{"credit_note_id": number, "issued_on": on, "amount_total": amount}]} if source_type == "credit_note" else {}
    source = {"source_id": number} if source_type == "credit_note" else {}
    applied = {"allocation_id": number, "applied_on": on, "source_type": source_type, "invoice_id": invoice_id, "amount_applied": amount}
    return {**note, "allocations": [{**applied, **source}]}


def together(*parts: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    return {kind: [row for part in parts for row in part.get(kind, [])] for kind in ("payments", "credit_notes", "allocations")}


def figures(warehouse: Warehouse, from_on: date, to_on: date) -> dict[str, Any]:
    (row,) = kpis(warehouse, PeriodFilter(from_on, to_on), OPERATOR).to_pylist()
    return dict(row)


def collected(folder: Path, opening: str, sales: str, closing: str, current: str) -> dict[str, Any]:
    """June of a ledger with these balances: one old invoice, one of June due in June, one due in July; the rest was paid."""
    due_in_june = str(Decimal(sales) - Decimal(current))
    from_old = min(Decimal(opening), Decimal(opening) + Decimal(sales) - Decimal(closing))
    from_new = Decimal(opening) + Decimal(sales) - Decimal(closing) - from_old
    parts = [paid("P1", "2026-06-20", str(from_old), "OLD")] if from_old else []
    parts += [paid("P2", "2026-06-21", str(from_new), "NEW")] if from_new else []
    return figures(world(
        folder,
        customer_invoices=[
            invoice("OLD", "2026-04-01", "2026-05-01", opening),
            invoice("NEW", "2026-06-02", "2026-06-10", due_in_june),
            invoice("CURRENT", "2026-06-03", "2026-07-03", current),
        ],
        **together(*parts),
    ), *JUNE)


@pytest.mark.parametrize(("balances", "days"), [
    # 15,000 / 10,000 x 30 = 45; 4,000 / 10,000 x 30 = 12; 45 - 12 = 33.
    (("8000.00", "10000.00", "15000.00", "4000.00"), (45, 12, 33)),
    # 50 - 12 = 38.
    (("8000.00", "9000.00", "15000.00", "3600.00"), (50, 12, 38)),
])
def test_dso_best_possible_and_delinquent(tmp_path: Path, balances: tuple[str, str, str, str], days: tuple[int, int, int]) -> None:
    row = collected(tmp_path, *balances)
    assert (row["amount_closing"], row["amount_closing_current"]) == (Decimal(balances[2]), Decimal(balances[3]))
    assert (row["dso_days"], row["best_possible_dso_days"], row["average_days_delinquent"]) == days


def test_dso_of_a_year(tmp_path: Path) -> None:
    # 150,000 / 1.8 million x 365 = 30.4.
    invoices = [invoice(f"I{n}", f"2025-{n:02d}-05", f"2025-{n:02d}-25", "150000.00") for n in range(1, 13)]
    payments = [paid(f"P{n}", f"2025-{n:02d}-20", "150000.00", f"I{n}") for n in range(1, 12)]
    row = figures(world(tmp_path, customer_invoices=invoices, **together(*payments)), date(2025, 1, 1), date(2025, 12, 31))
    assert (row["amount_sales"], row["amount_closing"]) == (1800000, 150000)
    assert row["dso_days"] == Decimal("30.4167")


def counted_back(folder: Path, sales: dict[str, str], closing: str, to_on: date) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The figures of a ledger with these sales by month, paid down to `closing`, and the months counted back."""
    invoices = [invoice(month, f"{month}-10", f"{month}-28", amount) for month, amount in sales.items()]
    first = min(sales)
    rest = sum(Decimal(amount) for amount in sales.values()) - Decimal(closing)
    warehouse = world(folder, customer_invoices=invoices, **together(paid("P1", f"{first}-20", str(rest), first)))
    months = key_figures.count_back(warehouse, MonthsFilter(to_on), OPERATOR).to_pylist()
    return figures(warehouse, to_on.replace(day=1), to_on), months


def test_count_back_with_months_of_31_and_28_days(tmp_path: Path) -> None:
    # 2.1 million with 900k in 31 days, 800k in 28, 700k in 31: 31 + 28 + 400 / 700 x 31 = 76.71.
    row, months = counted_back(
        tmp_path, {"2026-01": "700000.00", "2026-02": "800000.00", "2026-03": "900000.00"}, "2100000.00", date(2026, 3, 31))
    assert row["dso_countback_days"] == Decimal("76.7143")
    assert [(m["month_days"], m["counted_days"]) for m in months] == [(31, 31), (28, 28), (31, Decimal("17.7143"))]


def test_count_back_in_months_of_30_days(tmp_path: Path) -> None:
    # 212k with 100k, 80k, 70k: 30 + 30 + 32 / 70 x 30 = 73.7 where every month has 30 days; May's 31st day makes it 74.7 on the calendar.
    row, months = counted_back(tmp_path, {"2026-04": "70000.00", "2026-05": "80000.00", "2026-06": "100000.00"}, "212000.00", JUNE[1])
    assert row["dso_countback_days"] == Decimal("74.7143")
    shares = [m["counted_days"] / m["month_days"] for m in months]
    assert round(sum(shares) * 30, 1) == Decimal("73.7")


def test_count_back_gives_a_month_without_sales_its_days(tmp_path: Path) -> None:
    # June 30 days of nothing, May 31 days of a credit above its sales, then half of April.
    warehouse = world(
        tmp_path,
        customer_invoices=[invoice("I1", "2026-04-10", "2026-05-10", "100.00"), invoice("I2", "2026-05-10", "2026-06-10", "10.00")],
        **together(settled("credit_note", "N1", "2026-05-20", "50.00", "I1"), paid("P1", "2026-05-21", "10.00", "I2")),
    )
    assert figures(warehouse, *JUNE)["dso_countback_days"] == 30 + 31 + 15
    months = key_figures.count_back(warehouse, MonthsFilter(JUNE[1]), OPERATOR).to_pylist()
    assert [(m["amount_sales"], m["amount_taken"], m["counted_days"]) for m in months] == [(0, 0, 30), (-40, 0, 31), (100, 50, 15)]


def test_count_back_reaches_sales_of_years_ago_when_newer_ones_do_not_cover_what_is_open(tmp_path: Path) -> None:
    """Of the half year before a period and of older times, in its own currency and in the company's."""
    warehouse = world(
        tmp_path,
        customer_invoices=[
            invoice("OLD", "2024-03-10", "2024-04-10", "310.00"),
            invoice("PAID", "2025-09-01", "2025-10-01", "90.00"),
            invoice("NEW", "2026-06-02", "2026-07-02", "100.00"),
        ],
        **together(paid("P1", "2025-09-30", "90.00", "PAID")),
    )
    # June 100, September 90, then 220 of March's 310: from 1 April 2024 to 30 June 2026 are 821 days, and 220 / 310 of 31 are 22.
    for currency in ("EUR", None):
        found = key_figures.key_figures(warehouse, PeriodFilter(*JUNE, currency), OPERATOR)
        assert found is not None
        assert (found["amount_closing"], found["dso_countback_days"]) == (410, Decimal("843.0000"))


@pytest.mark.parametrize(("balances", "index"), [
    # (100,000 + 1,000,000 - 120,000) / (100,000 + 1,000,000 - 100,000) = 980 / 1,000.
    (("100000.00", "1000000.00", "120000.00", "100000.00"), "98"),
    # (6,200 + 10,890 - 6,340) / (6,200 + 10,890 - 3,590): sales of the whole period, not a month's share of them (which gives 55.9).
    (("6200.00", "10890.00", "6340.00", "3590.00"), "79.6296"),
])
def test_collection_effectiveness_takes_the_sales_of_the_whole_period(
    tmp_path: Path, balances: tuple[str, str, str, str], index: str,
) -> None:
    row = collected(tmp_path, *balances)
    assert (row["amount_opening"], row["amount_sales"]) == (Decimal(balances[0]), Decimal(balances[1]))
    assert row["collection_effectiveness_index"] == Decimal(index)


def test_days_to_pay_are_those_of_the_payment_that_settles(tmp_path: Path) -> None:
    # Paid after 19, 45 and 151 days; the second one half at once: it is settled by the last payment.
    half = [paid("P2", "2026-01-05", "40.00", "I2"), paid("P3", "2026-02-15", "60.00", "I2")]
    warehouse = world(
        tmp_path,
        customer_invoices=[invoice(f"I{n}", "2026-01-01", "2026-01-31", "100.00") for n in (1, 2, 3, 4)],
        # The fourth is credited and never paid: it has no days to pay.
        **together(
            paid("P1", "2026-01-20", "100.00", "I1"), *half, paid("P4", "2026-06-01", "100.00", "I3"),
            settled("credit_note", "N1", "2026-03-01", "100.00", "I4"),
        ),
    )
    row = figures(warehouse, date(2026, 1, 1), JUNE[1])
    assert row["average_days_to_pay"] == Decimal("71.6667")  # (19 + 45 + 151) / 3
    for (from_on, to_on), days in {(date(2026, 1, 1), date(2026, 1, 31)): 19, (date(2026, 2, 1), date(2026, 2, 28)): 45, JUNE: 151}.items():
        assert figures(warehouse, from_on, to_on)["average_days_to_pay"] == days
    assert figures(warehouse, date(2026, 3, 1), date(2026, 3, 31))["average_days_to_pay"] is None


def test_weighted_days_late_take_early_as_negative_and_what_is_open_so_far(tmp_path: Path) -> None:
    # 500 paid 2 days early, 300 paid 10 late, 200 of 250 still open 20 days past due, 900 not due yet.
    warehouse = world(
        tmp_path,
        customer_invoices=[
            invoice("I1", "2026-05-20", "2026-06-12", "500.00"), invoice("I2", "2026-05-01", "2026-06-01", "300.00"),
            invoice("I3", "2026-05-11", "2026-06-10", "250.00"), invoice("I4", "2026-06-25", "2026-07-25", "900.00"),
        ],
        **together(
            paid("P1", "2026-06-10", "500.00", "I1"), paid("P2", "2026-06-11", "300.00", "I2"), paid("P3", "2026-06-15", "50.00", "I3"),
        ),
    )
    # (-1,000 + 3,000 + 4,000) / (500 + 300 + 200)
    assert figures(warehouse, *JUNE)["weighted_days_late"] == 6


def test_a_void_after_the_period_changes_nothing_in_it_and_one_inside_it_takes_the_sale_away(tmp_path: Path) -> None:
    def june(voided_on: str) -> dict[str, Any]:
        gone = invoice("I2", "2026-06-05", "2026-07-05", "40.00", invoice_status="void", voided_on=voided_on)
        return figures(world(tmp_path, customer_invoices=[invoice("I1", "2026-06-01", "2026-07-01", "60.00"), gone]), *JUNE)
    assert (june("2026-07-01")["amount_sales"], june("2026-07-01")["amount_closing"]) == (100, 100)
    assert (june("2026-06-30")["amount_sales"], june("2026-06-30")["amount_closing"]) == (60, 60)


def test_a_write_off_taken_back_is_no_longer_written_off(tmp_path: Path) -> None:
    back = {"allocations": [{
        "allocation_id": "W2", "applied_on": "2026-06-20", "source_type": "write_off", "invoice_id": "I1", "amount_applied": "-40.00"}]}
    warehouse = world(
        tmp_path,
        customer_invoices=[invoice("I1", "2026-05-01", "2026-05-31", "100.00")],
        **together(settled("write_off", "W1", "2026-05-20", "100.00", "I1"), back),
    )
    assert figures(warehouse, date(2026, 5, 1), date(2026, 5, 31))["amount_written_off"] == 100
    assert (figures(warehouse, *JUNE)["amount_written_off"], figures(warehouse, *JUNE)["amount_closing"]) == (-40, 40)


def test_company_currency_rounds_each_document_half_away_from_zero_and_leaves_out_what_has_no_rate(tmp_path: Path) -> None:
    usd = {"currency": "USD", "exchange_rate": "0.5"}
    warehouse = world(
        tmp_path,
        customer_invoices=[
            invoice("I1", "2026-06-01", "2026-06-11", "10.01", **usd),  # 5.005 -> 5.01
            invoice("I2", "2026-06-01", "2026-07-11", "10.01", **usd),  # 5.01
            invoice("I3", "2026-06-02", "2026-07-11", "7.00"),
            invoice("I4", "2026-06-03", "2026-07-11", "999", currency="JPY"),  # no rate on or before its day
        ],
        credit_notes=[{"credit_note_id": "N1", "issued_on": "2026-06-09", "amount_total": "0.05", **usd, "exchange_rate": "0.9"}],
        allocations=[{
            "allocation_id": "N1", "applied_on": "2026-06-09", "source_type": "credit_note", "source_id": "N1", "invoice_id": "I2",
            "amount_applied": "0.05"}],
    )
    (row,) = key_figures.kpis_company(warehouse, CompanyPeriodFilter(*JUNE), OPERATOR).to_pylist()
    # Sales 5.01 + 5.01 + 7.00, less 0.05 x the invoice's 0.5 = 0.025 -> 0.03; open 5.01 + (10.01 - 0.05) x 0.5 = 4.98 + 7.00.
    assert row["currency"] == "EUR"
    assert (row["amount_sales"], row["amount_closing"], row["amount_closing_current"]) == (
        Decimal("16.99"), Decimal("16.99"), Decimal("11.98"))
    assert row["dso_days"] == 30 and row["current_rate"] == Decimal("0.7051")
    (left_out,) = key_figures.without_rate(warehouse, CompanyPeriodFilter(*JUNE), OPERATOR).to_pylist()
    assert (left_out["currency"], left_out["document_count"], left_out["amount_sales"], left_out["amount_closing"]) == ("JPY", 1, 999, 999)


def test_ratios_beside_the_contract(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        customer_invoices=[
            invoice("I1", "2026-05-01", "2026-05-31", "100.00"), invoice("I2", "2026-06-01", "2026-06-15", "100.00"),
            invoice("I3", "2026-06-02", "2026-07-15", "300.00"),
        ],
        **together(settled("write_off", "W1", "2026-06-20", "20.00", "I1"), paid("P1", "2026-06-21", "80.00", "I1")),
    )
    found = key_figures.key_figures(warehouse, PeriodFilter(*JUNE, "EUR"), OPERATOR)
    assert found is not None
    assert found["current_rate"] == Decimal("0.75")  # 300 / 400
    assert found["receivables_turnover"] == Decimal("1.6")  # 400 / ((100 + 400) / 2)
    assert found["written_off_rate"] == Decimal("0.05")  # 20 / 400
