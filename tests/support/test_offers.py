"""Support offers as of a day: whose they are, what they cost, who has none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.errors import NotPermitted
from clearaccounts.support import offers
from clearaccounts.warehouse import Warehouse
from tests.worlds import world

DAY = date(2026, 6, 30)
SOFIA = Viewer("test:sofia", "Sofía", Role.SALES_AGENT, "sofia@partner.example")
HENRY = Viewer("test:henry", "Henry", Role.HELPDESK_AGENT, "henry@partner.example")


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Alder has two offers, one of them gone in May; Birch one; Cedar and Dogwood none; Elm becomes a customer in July."""
    usual = {"service_hours": "Mon-Fri 09:00-17:00", "contact_method": "portal"}
    return world(
        tmp_path_factory.mktemp("offers"), DAY,
        customers=[
            {"customer_id": "C1", "customer_name": "Alder", "sales_agent": "Sofia@partner.example", "created_on": "2024-01-01"},
            {"customer_id": "C2", "customer_name": "Birch", "currency": "USD"},
            {"customer_id": "C3", "customer_name": "Cedar", "sales_agent": "sofia@partner.example", "created_on": "2025-03-01"},
            {"customer_id": "C4", "customer_name": "Dogwood"},
            {"customer_id": "C5", "customer_name": "Elm", "created_on": "2026-07-01"},
            {"customer_id": "C6", "customer_name": "Fir", "created_on": "2026-01-01", "withdrawn_on": "2026-02-01"},
        ],
        support_offers=[
            {**usual, "customer_id": "C1", "offer_name": "Premium", "delivery_model": "own", "amount_price": "690.00", "currency": "EUR",
             "response_minutes_a": 30, "response_minutes_b": 120},
            {**usual, "customer_id": "C1", "offer_name": "Old", "delivery_model": "mixed", "withdrawn_on": "2026-05-15"},
            {**usual, "customer_id": "C2", "offer_name": "Premium", "delivery_model": "resold", "amount_price": "99.50"},
            {**usual, "customer_id": "C5", "offer_name": "Essential", "delivery_model": "outsourced", "amount_price": "1"},
        ],
        support_cases=[
            {"case_id": "K1", "customer_id": "C4", "opened_at": "2026-06-01T08:00:00", "severity": "A"},
            {"case_id": "K2", "customer_id": "C4", "opened_at": "2026-06-30T23:59:00", "severity": "C"},
            {"case_id": "K3", "customer_id": "C4", "opened_at": "2026-07-01T00:00:00", "severity": "A"},
            {"case_id": "K4", "customer_id": "C3", "opened_at": "2026-06-02T08:00:00", "closed_at": "2026-06-03T08:00:00",
             "case_status": "closed", "severity": "A"},
            {"case_id": "K5", "customer_id": "C1", "opened_at": "2026-06-02T08:00:00", "severity": "B"},
        ],
    )


def test_the_offers_of_a_day(partner: Warehouse) -> None:
    def seen(day: date, **narrowed: str) -> list[tuple[str, str]]:
        rows = offers.offers(partner, offers.OffersFilter(day, **narrowed), OPERATOR).to_pylist()  # type: ignore[arg-type]
        return [(row["customer_name"], row["offer_name"]) for row in rows]

    assert seen(DAY) == [("Alder", "Premium"), ("Birch", "Premium")]
    assert seen(date(2026, 5, 14)) == [("Alder", "Old"), ("Alder", "Premium"), ("Birch", "Premium")]
    assert seen(date(2026, 5, 15)) == [("Alder", "Premium"), ("Birch", "Premium")]
    assert seen(date(2026, 7, 1))[-1] == ("Elm", "Essential")
    assert seen(DAY, delivery_model="resold") == seen(DAY, search="IRC") == seen(DAY, customer_id="C2") == [("Birch", "Premium")]
    assert seen(DAY, offer_name="Old") == []


def test_an_offer_says_everything_but_its_price(partner: Warehouse) -> None:
    row = offers.offers(partner, offers.OffersFilter(DAY, "C1"), HENRY).to_pylist()[0]
    assert row == {
        "customer_id": "C1", "customer_name": "Alder", "sales_agent": "sofia@partner.example", "offer_name": "Premium",
        "delivery_model": "own", "service_hours": "Mon-Fri 09:00-17:00", "contact_method": "portal",
        "response_minutes_a": 30, "response_minutes_b": 120, "response_minutes_c": None, "row_count": 1,
    }


def test_prices_are_amounts_and_one_without_a_currency_is_in_the_customers(partner: Warehouse) -> None:
    found = offers.prices(partner, offers.PricesFilter(DAY), OPERATOR).to_pylist()
    assert [(row["customer_id"], row["currency"], row["amount_price"]) for row in found] == [
        ("C1", "EUR", Decimal(690)), ("C2", "USD", Decimal("99.50"))]
    with pytest.raises(NotPermitted):
        offers.prices(partner, offers.PricesFilter(DAY), HENRY)


def test_offers_with_their_prices(partner: Warehouse) -> None:
    day = date(2026, 5, 14)
    found = offers.with_prices(
        offers.offers(partner, offers.OffersFilter(day), OPERATOR), offers.prices(partner, offers.PricesFilter(day), OPERATOR))
    assert list(zip(found["offer_name"].to_pylist(), found["amount_price"].to_pylist(), found["currency"].to_pylist(), strict=True)) == [
        ("Old", None, None), ("Premium", Decimal(690), "EUR"), ("Premium", Decimal("99.50"), "USD")]


def test_customers_by_who_supports_them(partner: Warehouse) -> None:
    def counted(day: date) -> dict[str, tuple[int, int]]:
        rows = offers.models(partner, offers.DayFilter(day), OPERATOR).to_pylist()
        return {row["delivery_model"]: (row["customer_count"], row["offer_count"]) for row in rows}

    assert counted(DAY) == {"own": (1, 1), "resold": (1, 1), "outsourced": (0, 0), "mixed": (0, 0), "none": (2, 0)}
    # Alder counts with both of its offers.
    assert counted(date(2026, 5, 14)) == {"own": (1, 1), "resold": (1, 1), "outsourced": (0, 0), "mixed": (1, 1), "none": (2, 0)}
    names = offers.names(partner, offers.DayFilter(date(2026, 5, 14)), OPERATOR).to_pylist()
    assert names == [{"offer_name": "Premium", "customer_count": 2}, {"offer_name": "Old", "customer_count": 1}]


def test_customers_without_an_offer_and_their_open_cases(partner: Warehouse) -> None:
    rows = offers.customers_without(partner, offers.WithoutFilter(DAY), OPERATOR).to_pylist()
    assert [(row["customer_name"], row["created_on"], row["open_case_count"], row["severity_a_case_count"]) for row in rows] == [
        ("Dogwood", None, 2, 1), ("Cedar", date(2025, 3, 1), 0, 0)]
    assert {row["row_count"] for row in rows} == {2}
    found = offers.customers_without(partner, offers.WithoutFilter(DAY, "ced"), OPERATOR)
    assert found["customer_name"].to_pylist() == ["Cedar"]
    # Of the day on which Cedar's case was open.
    then = offers.customers_without(partner, offers.WithoutFilter(date(2026, 6, 2), "ced"), OPERATOR).to_pylist()[0]
    assert (then["open_case_count"], then["severity_a_case_count"]) == (1, 1)


def test_a_sales_agent_sees_their_own_customers_alone(partner: Warehouse) -> None:
    assert offers.offers(partner, offers.OffersFilter(DAY), SOFIA)["customer_id"].to_pylist() == ["C1"]
    assert offers.prices(partner, offers.PricesFilter(DAY), SOFIA)["customer_id"].to_pylist() == ["C1"]
    assert offers.customers_without(partner, offers.WithoutFilter(DAY), SOFIA)["customer_id"].to_pylist() == ["C3"]
    models = offers.models(partner, offers.DayFilter(DAY), SOFIA)
    assert models["customer_count"].to_pylist() == [1, 0, 0, 0, 1]
    assert offers.names(partner, offers.DayFilter(DAY), SOFIA).to_pylist() == [{"offer_name": "Premium", "customer_count": 1}]


def test_of_nobody_every_count_is_nought(tmp_path: Path) -> None:
    rows = offers.models(world(tmp_path), offers.DayFilter(DAY), OPERATOR)
    assert rows["customer_count"].to_pylist() == [0] * 5
