"""Overdue exposure, concentration and credit-limit use: worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from clearaccounts import receivables
from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.receivables import ConcentrationFilter, PageFilter
from clearaccounts.warehouse import Warehouse
from tests.worlds import world

DAY = date(2026, 6, 30)
ANA = Viewer("test:ana", "Ana", Role.SALES_AGENT, "ana@partner.example")


def invoice(number: str, customer_id: str, due: str, amount: str, currency: str = "EUR", **more: str) -> dict[str, str]:
    return {
        "invoice_id": number, "customer_id": customer_id, "issued_on": "2026-05-01", "due_on": due, "amount_total": amount,
        "currency": currency, **more}


def small_world(folder: Path) -> Warehouse:
    """C1 owes late in two currencies and has 30 on account; C2 has more on account than is late; C3 is Ana's; C4 owes nothing."""
    return world(
        folder,
        customers=[
            {"customer_id": "C1", "credit_limit_amount": "150.00", "sales_agent": "bo@partner.example"},
            {"customer_id": "C2", "credit_limit_amount": "100.00"},
            {"customer_id": "C3", "credit_limit_amount": "0.00", "sales_agent": "ana@partner.example"},
            {"customer_id": "C4", "credit_limit_amount": "0.00"},
            {"customer_id": "C5"},
        ],
        customer_invoices=[
            invoice("I1", "C1", "2026-06-01", "100.00"),
            invoice("I2", "C1", "2026-07-15", "80.00"),
            invoice("I3", "C1", "2026-06-10", "50.00", "USD", exchange_rate="0.9"),
            invoice("I4", "C2", "2026-06-29", "20.00"),
            invoice("I5", "C3", "2026-06-30", "10.00"),
            invoice("I6", "C3", "2026-06-30", "5", "JPY"),
        ],
        payments=[
            {"payment_id": "P1", "customer_id": "C1", "received_on": "2026-06-20", "amount_total": "30.00"},
            {"payment_id": "P2", "customer_id": "C2", "received_on": "2026-06-20", "amount_total": "25.00"},
            {"payment_id": "P3", "customer_id": "C5", "received_on": "2026-06-20", "amount_total": "99.00"},
        ],
    )


def test_exposure_is_overdue_less_what_the_same_customer_has_on_account(tmp_path: Path) -> None:
    rows = receivables.overdue_exposure(small_world(tmp_path), PageFilter(DAY), OPERATOR).to_pylist()
    assert [(r["customer_id"], r["currency"], r["amount_overdue"], r["amount_unapplied"], r["amount_exposure"]) for r in rows] == [
        ("C1", "EUR", 100, -30, 70), ("C1", "USD", 50, 0, 50),
        # More on account than is late: nothing is exposed, and nothing of it pays for another's debt. Due on the day is not late.
        ("C2", "EUR", 20, -25, 0),
    ]
    assert {r["currency"]: r["amount_exposure_total"] for r in rows} == {"EUR": 70, "USD": 50}


def test_a_page_of_exposure_knows_its_whole(tmp_path: Path) -> None:
    (row,) = receivables.overdue_exposure(small_world(tmp_path), PageFilter(DAY, "EUR", 1, 1), OPERATOR).to_pylist()
    assert (row["customer_id"], row["amount_exposure_total"], row["row_count"]) == ("C2", 70, 2)


def test_concentration_is_the_share_of_the_largest(tmp_path: Path) -> None:
    warehouse = small_world(tmp_path)
    euros = receivables.concentration(warehouse, ConcentrationFilter(DAY, "EUR", 2), OPERATOR).to_pylist()
    assert [(r["customer_id"], r["amount_outstanding"], r["outstanding_rate"], r["running_rate"]) for r in euros] == [
        ("C1", 180, Decimal("0.8571"), Decimal("0.8571")), ("C2", 20, Decimal("0.0952"), Decimal("0.9524"))]
    assert {r["amount_outstanding_total"] for r in euros} == {210}
    # In company currency 50 USD are 45 EUR; the yen have no rate and stay out.
    company = receivables.concentration(warehouse, ConcentrationFilter(DAY), OPERATOR).to_pylist()
    assert [(r["customer_id"], r["currency"], r["amount_outstanding"]) for r in company] == [
        ("C1", "EUR", 225), ("C2", "EUR", 20), ("C3", "EUR", 10)]
    assert company[-1]["running_rate"] == 1


def test_the_whole_of_a_sales_agent_is_their_own(tmp_path: Path) -> None:
    (row,) = receivables.concentration(small_world(tmp_path), ConcentrationFilter(DAY), ANA).to_pylist()
    assert (row["customer_id"], row["amount_outstanding_total"], row["outstanding_rate"]) == ("C3", 10, 1)
    assert receivables.overdue_exposure(small_world(tmp_path), PageFilter(DAY), ANA).num_rows == 0
    assert receivables.credit_use(small_world(tmp_path), PageFilter(DAY), ANA)["customer_id"].to_pylist() == ["C3"]


def test_credit_use_is_net_in_the_limits_own_currency(tmp_path: Path) -> None:
    rows = receivables.credit_use(small_world(tmp_path), PageFilter(DAY), OPERATOR).to_pylist()
    assert [(r["customer_id"], r["is_over_limit"], r["amount_net"], r["limit_use_rate"], r["amount_over_limit"]) for r in rows] == [
        ("C3", True, 10, None, 10),  # a limit of nothing: anything is over it, and there is no share
        ("C1", False, 150, 1, 0),  # 100 + 80 - 30 of 150: at the limit is not over it
        ("C2", False, -5, Decimal("-0.05"), 0),
        ("C4", False, 0, None, 0),
    ]
    apart = {r["customer_id"]: (r["other_currencies"], r["amount_elsewhere_company"]) for r in rows}
    assert apart["C1"] == ("USD", 45) and apart["C3"] == ("JPY", None) and apart["C2"] == (None, None)
