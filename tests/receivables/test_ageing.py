"""Ageing by hand: every boundary, and the rules that others get wrong."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.receivables import AgeingFilter, CompanyFilter, ControlFilter, ageing, ageing_company, company_buckets, control_totals
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

DAY = date(2026, 6, 30)


def buckets(warehouse: Warehouse, day: date = DAY, **given: object) -> dict[tuple[str, str, str], tuple[int, Decimal]]:
    table = ageing(warehouse, AgeingFilter(day, **given), OPERATOR)  # type: ignore[arg-type]  # the test's own keywords
    return {(r["customer_id"], r["currency"], r["bucket"]): (r["item_count"], r["amount_outstanding"]) for r in table.to_pylist()}


def invoice(number: str, amount: str, due: date | None = DAY, **more: str) -> Row:
    return {"invoice_id": number, "issued_on": "2026-01-01", "due_on": due, "amount_total": amount, **more}


@pytest.mark.parametrize(
    ("late", "bucket"),
    [(-5, "current"), (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "91+")],
)
def test_every_edge_belongs_to_the_younger_bucket(tmp_path: Path, late: int, bucket: str) -> None:
    warehouse = world(tmp_path, customer_invoices=[invoice("I1", "10.00", DAY - timedelta(days=late))])
    assert buckets(warehouse) == {("C1", "EUR", bucket): (1, Decimal("10.00"))}


def test_edges_of_ones_own(tmp_path: Path) -> None:
    warehouse = world(tmp_path, customer_invoices=[invoice("I1", "10.00", DAY - timedelta(days=15))])
    assert buckets(warehouse, bucket_edges=(14,)) == {("C1", "EUR", "15+"): (1, Decimal("10.00"))}
    assert buckets(warehouse, bucket_edges=(15, 16)) == {("C1", "EUR", "1-15"): (1, Decimal("10.00"))}


def test_a_later_payment_changes_no_earlier_day(tmp_path: Path) -> None:
    paid = world(
        tmp_path,
        customer_invoices=[invoice("I1", "100.00", date(2026, 2, 1))],
        payments=[{"payment_id": "P1", "received_on": "2026-03-10", "amount_total": "100.00"}],
        allocations=[
            {"allocation_id": "A1", "applied_on": "2026-03-12", "source_id": "P1", "invoice_id": "I1", "amount_applied": "100.00"}
        ],
    )
    assert buckets(paid, date(2026, 3, 9)) == {("C1", "EUR", "31-60"): (1, Decimal(100))}
    assert buckets(paid, date(2026, 3, 11)) == {("C1", "EUR", "31-60"): (1, Decimal(100)), ("C1", "EUR", "unapplied"): (1, Decimal(-100))}
    assert buckets(paid, date(2026, 3, 12)) == {}


def test_void_counts_until_it_was_voided_and_gives_its_money_back(tmp_path: Path) -> None:
    voided = world(
        tmp_path,
        customer_invoices=[
            invoice("I1", "100.00", invoice_status="void", voided_on="2026-03-01"),
            invoice("I2", "7.00", invoice_status="draft"),
        ],
        payments=[{"payment_id": "P1", "received_on": "2026-02-01", "amount_total": "60.00"}],
        allocations=[{"allocation_id": "A1", "applied_on": "2026-02-01", "source_id": "P1", "invoice_id": "I1", "amount_applied": "60.00"}],
    )
    assert buckets(voided, date(2026, 2, 28)) == {("C1", "EUR", "current"): (1, Decimal(40))}
    assert buckets(voided, date(2026, 3, 1)) == {("C1", "EUR", "unapplied"): (1, Decimal(-60))}


def test_over_application_stays_with_its_source(tmp_path: Path) -> None:
    over = world(
        tmp_path,
        customer_invoices=[invoice("I1", "50.00")],
        credit_notes=[{"credit_note_id": "N1", "issued_on": "2026-02-01", "amount_total": "80.00"}],
        allocations=[
            {
                "allocation_id": "A1",
                "applied_on": "2026-02-02",
                "source_type": "credit_note",
                "source_id": "N1",
                "invoice_id": "I1",
                "amount_applied": "80.00",
            }
        ],
    )
    assert buckets(over) == {("C1", "EUR", "unapplied"): (1, Decimal(-30))}


def test_a_bounced_debit_opens_the_invoice_again(tmp_path: Path) -> None:
    bounced = world(
        tmp_path,
        customer_invoices=[invoice("I1", "50.00", date(2026, 2, 1))],
        payments=[
            {"payment_id": "P1", "received_on": "2026-02-01", "amount_total": "50.00"},
            {"payment_id": "P2", "received_on": "2026-02-20", "amount_total": "-50.00"},
        ],
        allocations=[
            {"allocation_id": "A1", "applied_on": "2026-02-01", "source_id": "P1", "invoice_id": "I1", "amount_applied": "50.00"},
            {"allocation_id": "A2", "applied_on": "2026-02-20", "source_id": "P2", "invoice_id": "I1", "amount_applied": "-50.00"},
        ],
    )
    assert buckets(bounced, date(2026, 2, 19)) == {}
    assert buckets(bounced, date(2026, 2, 20)) == {("C1", "EUR", "1-30"): (1, Decimal(50))}


def test_a_parent_pays_for_its_subsidiary_in_another_currency(tmp_path: Path) -> None:
    family = world(
        tmp_path,
        customers=[{"customer_id": "C1"}, {"customer_id": "C2"}],
        customer_invoices=[invoice("I1", "110.00", currency="USD")],
        payments=[{"payment_id": "P1", "customer_id": "C2", "received_on": "2026-02-01", "amount_total": "100.00"}],
        allocations=[
            {
                "allocation_id": "A1",
                "applied_on": "2026-02-01",
                "source_id": "P1",
                "invoice_id": "I1",
                "amount_applied": "100.00",
                "amount_from_source": "91.50",
            }
        ],
    )
    assert buckets(family) == {("C1", "USD", "current"): (1, Decimal(10)), ("C2", "EUR", "unapplied"): (1, Decimal("-8.50"))}
    rows = control_totals(family, ControlFilter(DAY), OPERATOR).to_pylist()
    assert {(r["customer_id"], r["currency"]): (r["amount_control"], r["amount_difference"]) for r in rows} == {
        ("C1", "USD"): (Decimal(10), Decimal(0)),
        ("C2", "EUR"): (Decimal("-8.50"), Decimal(0)),
    }


def test_company_currency_at_booked_rates_with_revaluation_apart(tmp_path: Path) -> None:
    foreign = world(
        tmp_path,
        customer_invoices=[
            invoice("I1", "100.00", currency="USD", exchange_rate="0.9"),
            invoice("I2", "50.00", currency="USD"),
            invoice("I3", "70.00"),
            invoice("I4", "5.00", currency="GBP"),
        ],
        exchange_rates=[
            {"rate_on": "2025-12-31", "currency": "USD", "rate_to_company": "0.95"},
            {"rate_on": "2026-06-29", "currency": "USD", "rate_to_company": "0.8"},
        ],
    )
    rows = ageing_company(foreign, CompanyFilter(DAY), OPERATOR).to_pylist()
    assert {r["bucket"]: (r["item_count"], r["amount_outstanding"]) for r in rows} == {
        # 100 x 0.9 + 50 x 0.95 + 70; the pound has no rate and stays out.
        "current": (3, Decimal("207.50")),
        # 100 x (0.8 - 0.9) + 50 x (0.8 - 0.95)
        "revaluation": (2, Decimal("-17.50")),
    }
    # For the bars every bucket has its place, empty or not.
    bars = company_buckets(foreign, CompanyFilter(DAY), OPERATOR).to_pylist()
    assert [(r["bucket"], r["amount_outstanding"]) for r in bars] == [
        ("current", Decimal("207.50")), ("1-30", Decimal(0)), ("31-60", Decimal(0)), ("61-90", Decimal(0)), ("91+", Decimal(0)),
        ("unapplied", Decimal(0)), ("revaluation", Decimal("-17.50")),
    ]
    assert company_buckets(foreign, CompanyFilter(date(2020, 1, 1)), OPERATOR).num_rows == 0
    apart = foreign.run("receivables/ageing_without_rate", {"as_of_on": DAY}, OPERATOR).to_pylist()
    assert apart == [{"currency": "GBP", "item_count": 1, "amount_open": Decimal(5)}]


def test_a_sales_agent_sees_their_own_customers_only(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path,
        customers=[
            {"customer_id": "C1", "sales_agent": "Ann@partner.example"},
            {"customer_id": "C2", "sales_agent": "bob@partner.example"},
        ],
        customer_invoices=[invoice("I1", "1.00"), invoice("I2", "2.00", customer_id="C2")],
    )
    ann = Viewer("ann", "Ann", Role.SALES_AGENT, "ann@PARTNER.example")
    rows = ageing(warehouse, AgeingFilter(DAY), ann).to_pylist()
    assert [(r["customer_id"], r["amount_outstanding"]) for r in rows] == [("C1", Decimal(1))]
