"""Ageing by group: every document in exactly one group, none left out, each group held by its own control total."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from clearaccounts import ageing, documents, receivables
from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.ageing import DIMENSIONS, ByCompanyFilter, ByFilter, ControlByFilter
from clearaccounts.documents import ApartFilter, UnappliedFilter
from clearaccounts.receivables import CustomersFilter, ItemListFilter
from clearaccounts.settings import Settings
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

DAY = date(2026, 6, 30)
ANN = Viewer("ann", "Ann", Role.SALES_AGENT, "ann@partner.example")
CUSTOMERS: Sequence[Row] = [
    {"customer_id": "C1", "segment": "small", "country_code": "DE", "sales_agent": "ann@partner.example"},
    {"customer_id": "C2", "segment": "small", "country_code": "FR", "sales_agent": "bob@partner.example"},
    {"customer_id": "C3"},
]


def invoice(number: str, customer: str, amount: str, due: str, **more: str) -> Row:
    return {"invoice_id": number, "customer_id": customer, "issued_on": "2026-01-01", "due_on": due, "amount_total": amount, **more}


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """C1 owes 100 EUR (40 days late) and 10 USD; C2 20 EUR, not due; C3, of whom little is known, 7 EUR. C2 paid 30 of C1's."""
    return world(
        tmp_path_factory.mktemp("family"),
        customers=CUSTOMERS,
        customer_invoices=[
            invoice("I1", "C1", "130.00", "2026-05-21", description="Seats of Microsoft 365 E5, May"),
            invoice("I2", "C1", "10.00", "2026-07-10", currency="USD", exchange_rate="0.9", description="Seats"),
            invoice("I3", "C2", "20.00", "2026-07-10", description="2026-06"),
            invoice("I4", "C3", "7.00", "2026-06-30"),
        ],
        payments=[{"payment_id": "P1", "customer_id": "C2", "received_on": "2026-05-01", "amount_total": "35.00"}],
        allocations=[
            {"allocation_id": "A1", "applied_on": "2026-05-01", "source_id": "P1", "invoice_id": "I1", "amount_applied": "30.00"},
        ],
        subscriptions=[
            {"subscription_id": "S1", "customer_id": "C1", "product_name": "Microsoft 365 E5"},
            {"subscription_id": "S2", "customer_id": "C1", "product_name": "Exchange Online"},
            {"subscription_id": "S3", "customer_id": "C2", "product_name": "Exchange Online", "subscription_status": "deleted"},
        ],
        exchange_rates=[{"rate_on": "2026-06-01", "currency": "USD", "rate_to_company": "0.8"}],
    )


def cells(warehouse: Warehouse, dimension: str, viewer: Viewer = OPERATOR, **given: Any) -> dict[tuple[str | None, str, str], Decimal]:
    rows = ageing.ageing_by(warehouse, ByFilter(DAY, dimension, **given), viewer).to_pylist()
    return {(row["dimension_value"], row["currency"], row["bucket"]): row["amount_outstanding"] for row in rows}


EXPECTED: dict[str, dict[tuple[str | None, str, str], str]] = {
    "customer": {("C1", "EUR", "31-60"): "100", ("C1", "USD", "current"): "10", ("C2", "EUR", "current"): "20",
                 ("C2", "EUR", "unapplied"): "-5", ("C3", "EUR", "current"): "7"},
    "segment": {("small", "EUR", "31-60"): "100", ("small", "EUR", "current"): "20", ("small", "EUR", "unapplied"): "-5",
                ("small", "USD", "current"): "10", (None, "EUR", "current"): "7"},
    "country": {("DE", "EUR", "31-60"): "100", ("DE", "USD", "current"): "10", ("FR", "EUR", "current"): "20",
                ("FR", "EUR", "unapplied"): "-5", (None, "EUR", "current"): "7"},
    "sales_agent": {("ann@partner.example", "EUR", "31-60"): "100", ("ann@partner.example", "USD", "current"): "10",
                    ("bob@partner.example", "EUR", "current"): "20", ("bob@partner.example", "EUR", "unapplied"): "-5",
                    (None, "EUR", "current"): "7"},
    "currency": {("EUR", "EUR", "31-60"): "100", ("EUR", "EUR", "current"): "27", ("EUR", "EUR", "unapplied"): "-5",
                 ("USD", "USD", "current"): "10"},
    # I1 names one of C1's two products, I2 none; C2 has one alone; nobody knows of C3. Money not applied has none.
    "product": {("Microsoft 365 E5", "EUR", "31-60"): "100", (None, "USD", "current"): "10", ("Exchange Online", "EUR", "current"): "20",
                (None, "EUR", "unapplied"): "-5", (None, "EUR", "current"): "7"},
}


@pytest.mark.parametrize("dimension", sorted(DIMENSIONS))
def test_each_document_is_in_one_group(family: Warehouse, dimension: str) -> None:
    assert cells(family, dimension) == {key: Decimal(amount) for key, amount in EXPECTED[dimension].items()}


@pytest.mark.parametrize("dimension", sorted(DIMENSIONS))
def test_each_group_is_held_by_the_documents(family: Warehouse, dimension: str) -> None:
    rows = ageing.control_totals_by(family, ControlByFilter(DAY, dimension), OPERATOR).to_pylist()
    sums: dict[tuple[str | None, str], Decimal] = {}
    for (value, currency, _), amount in EXPECTED[dimension].items():
        sums[value, currency] = sums.get((value, currency), Decimal(0)) + Decimal(amount)
    assert {(row["dimension_value"], row["currency"]): row["amount_control"] for row in rows} == sums
    assert all(row["amount_difference"] == 0 and row["wrong_count"] == 0 and row["row_count"] == len(rows) for row in rows)


@pytest.mark.parametrize("dimension", sorted(DIMENSIONS))
def test_an_agents_groups_are_of_their_own_customers_and_held_too(family: Warehouse, dimension: str) -> None:
    mine = cells(family, dimension, ANN)
    assert {(currency, bucket): amount for (_, currency, bucket), amount in mine.items()} == {
        ("EUR", "31-60"): Decimal(100), ("USD", "current"): Decimal(10)}
    rows = ageing.control_totals_by(family, ControlByFilter(DAY, dimension), ANN).to_pylist()
    # What Bob's customer paid for Ann's is off her invoice, and his payment is nowhere.
    assert {(row["currency"], row["amount_control"], row["amount_difference"]) for row in rows} == {
        ("EUR", Decimal(100), Decimal(0)), ("USD", Decimal(10), Decimal(0))}


def test_company_currency_by_group_with_revaluation_apart(family: Warehouse) -> None:
    rows = ageing.ageing_by_company(family, ByCompanyFilter(DAY, "segment"), OPERATOR).to_pylist()
    assert {(row["dimension_value"], row["bucket"]): row["amount_outstanding"] for row in rows} == {
        ("small", "31-60"): Decimal(100), ("small", "current"): Decimal(29), ("small", "unapplied"): Decimal(-5),
        ("small", "revaluation"): Decimal(-1), (None, "current"): Decimal(7)}
    assert {(row["dimension_value"], row["amount_overdue"], row["amount_open"], row["amount_net"]) for row in rows} == {
        ("small", Decimal(100), Decimal(129), Decimal(123)), (None, Decimal(0), Decimal(7), Decimal(7))}
    wide = ageing.company_groups(family, ByCompanyFilter(DAY, "segment", (45,)), OPERATOR).to_pylist()
    assert [(row["dimension_value"], row["current"], row["1-45"], row["46+"], row["revaluation"]) for row in wide] == [
        ("small", Decimal(29), Decimal(100), Decimal(0), Decimal(-1)), (None, Decimal(7), Decimal(0), Decimal(0), Decimal(0))]


def test_pages_of_groups_and_their_cells_belong_together(family: Warehouse) -> None:
    everything = ageing.groups(family, ByFilter(DAY, "country"), OPERATOR).to_pylist()
    assert [(row["dimension_value"], row["currency"]) for row in everything] == [
        ("DE", "EUR"), ("FR", "EUR"), ("DE", "USD"), (None, "EUR")]
    paged = [
        row for offset in range(0, 4, 3)
        for row in ageing.groups(family, ByFilter(DAY, "country", row_limit=3, row_offset=offset), OPERATOR).to_pylist()
    ]
    assert paged == everything and everything[0]["31-60"] == Decimal(100) and everything[1]["amount_unapplied"] == Decimal(-5)


def test_a_difference_is_seen_whatever_the_page(family: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "wrong.duckdb"
    shutil.copy(family.path, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            update open_amounts set amount_open = 8
            from open_items, customer_order
            where open_items.invoice_id = 'I4' and customer_order.customer_id = open_items.customer_id
                and customer_order.name_order = open_amounts.name_order
                and open_items.open_from_on = open_amounts.open_from_on and open_items.amount_outstanding = open_amounts.amount_open
        """)
    rows = ageing.control_totals_by(Warehouse(path, Settings()), ControlByFilter(DAY, "country", row_limit=1), OPERATOR).to_pylist()
    assert [(row["dimension_value"], row["amount_difference"], row["wrong_count"]) for row in rows] == [("DE", Decimal(0), 1)]


@pytest.mark.parametrize(("description", "product"), [
    ("Microsoft 365 E3, June", "Microsoft 365 E3"),
    ("MICROSOFT 365 e3", "Microsoft 365 E3"),
    ("Microsoft 365 E3 Unattended, June", "Microsoft 365 E3 Unattended"),  # the shorter name is within the longer
    ("Microsoft 365 E3 and Visio Plan 2", None),  # several
    ("June", None),
    (None, None),
])
def test_the_product_is_the_one_that_is_named(tmp_path: Path, description: str | None, product: str | None) -> None:
    names = ("Microsoft 365 E3", "Microsoft 365 E3 Unattended", "Visio Plan 2")
    named = world(
        tmp_path,
        customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-06-01", "amount_total": "5.00", "description": description}],
        subscriptions=[{"subscription_id": f"S{n}", "product_name": name} for n, name in enumerate(names)],
    )
    assert cells(named, "product") == {(product, "EUR", "1-30"): Decimal(5)}


def test_a_group_leads_to_its_customers_and_items(family: Warehouse) -> None:
    def customers(dimension: str, value: str) -> list[tuple[str, Decimal, Decimal]]:
        wanted = CustomersFilter(DAY, dimension=dimension, dimension_value=value)
        rows = receivables.ageing_customers(family, wanted, OPERATOR).to_pylist()
        return [(row["customer_id"], row["amount_outstanding"], row["amount_unapplied"]) for row in rows]

    assert customers("segment", "small") == [
        ("C1", Decimal(100), Decimal(0)), ("C2", Decimal(20), Decimal(-5)), ("C1", Decimal(10), Decimal(0))]
    assert customers("segment", "") == [("C3", Decimal(7), Decimal(0))]
    assert customers("product", "Microsoft 365 E5") == [("C1", Decimal(100), Decimal(0))]
    items = receivables.open_item_list(family, ItemListFilter(DAY, dimension="country", dimension_value="DE"), OPERATOR).to_pylist()
    assert [(row["invoice_id"], row["amount_outstanding"], row["amount_outstanding_company"]) for row in items] == [
        ("I1", Decimal(100), Decimal(100)), ("I2", Decimal(10), Decimal(9))]
    for value, count in (("small", 1), ("", 0)):
        wanted = UnappliedFilter(DAY, dimension="segment", dimension_value=value)
        assert documents.unapplied_items(family, wanted, OPERATOR).num_rows == count


def test_what_stands_apart_can_be_seen_one_by_one(tmp_path: Path) -> None:
    apart = world(
        tmp_path,
        customers=CUSTOMERS,
        customer_invoices=[
            invoice("I1", "C1", "1.00", "2026-07-01", invoice_status="draft"),
            invoice("I2", "C1", "2.00", "2026-07-01", invoice_status="void", voided_on="2026-02-01"),
            invoice("I3", "C2", "3.00", "2026-07-01", currency="GBP"),
            {"invoice_id": "I4", "issued_on": "2026-06-01", "amount_total": "4.00", "customer_id": "C2"},
        ],
        payments=[{"payment_id": "P1", "customer_id": "C2", "received_on": "2026-05-01", "amount_total": "5.00", "currency": "GBP"}],
    )
    rows = documents.documents_apart(apart, ApartFilter(DAY), OPERATOR).to_pylist()
    assert {(row["reason"], row["document_type"], row["document_id"], row["amount_open"]) for row in rows} == {
        ("draft", "invoice", "I1", Decimal(0)), ("void", "invoice", "I2", Decimal(0)), ("no_due_date", "invoice", "I4", Decimal(4)),
        ("no_exchange_rate", "invoice", "I3", Decimal(3)), ("no_exchange_rate", "payment", "P1", Decimal(-5))}
    # As the counts beside the ageing say.
    counted = {(row["reason"], row["currency"]): row["document_count"]
               for row in receivables.documents_apart(apart, receivables.DayFilter(DAY), OPERATOR).to_pylist()}
    assert counted == {("draft", "EUR"): 1, ("void", "EUR"): 1, ("no_due_date", "EUR"): 1}
    assert receivables.ageing_without_rate(apart, receivables.DayFilter(DAY), OPERATOR).to_pylist() == [
        {"currency": "GBP", "item_count": 2, "amount_open": Decimal(-2)}]
    assert {row["customer_id"] for row in documents.documents_apart(apart, ApartFilter(DAY), ANN).to_pylist()} == {"C1"}


def test_customers_stand_in_the_order_of_company_currency(tmp_path: Path) -> None:
    warehouse = world(
        tmp_path, customers=[{"customer_id": name} for name in ("EURO", "YEN", "FRANC", "AHEAD")],
        customer_invoices=[
            invoice("I1", "EURO", "90.00", "2026-05-21"),
            invoice("I2", "YEN", "5000", "2026-05-21", currency="JPY", exchange_rate="0.006"),
            # Nobody knows its rate: after what can be compared, before what is not overdue.
            invoice("I3", "FRANC", "1000.00", "2026-05-21", currency="CHF"),
            invoice("I4", "AHEAD", "700.00", "2026-08-21"),
        ])
    found = receivables.ageing_customers(warehouse, CustomersFilter(DAY), OPERATOR)
    assert found["customer_id"].to_pylist() == ["EURO", "YEN", "FRANC", "AHEAD"]
    assert "amount_overdue_company" not in found.column_names
