"""Published rates become rates to the company currency in the build: exact quotients, whatever that currency is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from clearaccounts.importing.build import write_warehouse
from clearaccounts.warehouse import Build
from tests.worlds import tables

QUOTES = {"USD": "1.1172", "GBP": "0.8192", "JPY": "175.68", "IDR": "20275.17"}
PUBLISHED = [
    {"rate_on": "2026-06-01", "base_currency": "EUR", "currency": currency, "units_per_base": units} for currency, units in QUOTES.items()
]


def rates(folder: Path, company_currency: str = "EUR", **kinds: list[dict[str, str]]) -> dict[tuple[str, date], Decimal]:
    """Rate per currency and day, in a warehouse of these rows for a company of that currency."""
    moment = datetime(2026, 6, 30, 6)
    path = folder / f"{company_currency}.duckdb"
    made = Build("test", moment, moment.date(), moment, moment, company_currency, "UTC", is_sample=False)
    write_warehouse(path, dict(tables(**kinds)), made)
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute("select currency, rate_on, rate_to_company from exchange_rates").fetchall()
    return {(currency, day): rate for currency, day, rate in rows}


@pytest.mark.parametrize("company", ["EUR", "USD", "GBP", "IDR"])
def test_a_rate_is_the_exact_quotient_of_two_published_ones(tmp_path: Path, company: str) -> None:
    units = {"EUR": Decimal(1)} | {currency: Decimal(text) for currency, text in QUOTES.items()}
    wanted = {
        (currency, date(2026, 6, 1)): (units[company] / units[currency]).quantize(Decimal("1e-10"), ROUND_HALF_UP)
        for currency in units if currency != company
    }
    assert rates(tmp_path, company, reference_rates=PUBLISHED) == wanted


def test_a_quotient_that_ends_in_a_half_is_rounded_up(tmp_path: Path) -> None:
    # 1.1172 / 0.8192 is 1.36376953125.
    found = rates(tmp_path, "USD", reference_rates=PUBLISHED)
    assert found["GBP", date(2026, 6, 1)] == Decimal("1.3637695313")


def test_a_day_without_the_company_currency_tells_nothing(tmp_path: Path) -> None:
    later = [{"rate_on": "2026-06-02", "base_currency": "EUR", "currency": "USD", "units_per_base": "1.1"}]
    found = rates(tmp_path, "GBP", reference_rates=[*PUBLISHED, *later])
    assert {day for _, day in found} == {date(2026, 6, 1)}
    assert rates(tmp_path, "CHF", reference_rates=PUBLISHED) == {}


def test_a_rate_of_ones_own_counts_before_a_published_one(tmp_path: Path) -> None:
    own = [{"rate_on": "2026-06-01", "currency": "USD", "rate_to_company": "0.9"}]
    found = rates(tmp_path, exchange_rates=own, reference_rates=PUBLISHED)
    assert found["USD", date(2026, 6, 1)] == Decimal("0.9")
    assert found["GBP", date(2026, 6, 1)] == Decimal("1.2207031250")


def test_of_two_publishers_the_one_of_the_company_currency_counts(tmp_path: Path) -> None:
    other = [
        {"rate_on": "2026-06-01", "base_currency": "AUD", "currency": "EUR", "units_per_base": "0.6"},
        {"rate_on": "2026-06-01", "base_currency": "AUD", "currency": "USD", "units_per_base": "0.7"},
    ]
    found = rates(tmp_path, reference_rates=[*PUBLISHED, *other])
    assert found["USD", date(2026, 6, 1)] == Decimal("0.8950948801")
    assert found["AUD", date(2026, 6, 1)] == Decimal("0.6")


def test_a_rate_that_no_number_of_ours_can_hold_is_none(tmp_path: Path) -> None:
    absurd = [
        {"rate_on": "2026-06-01", "base_currency": "EUR", "currency": "USD", "units_per_base": "99999999999999"},
        {"rate_on": "2026-06-01", "base_currency": "EUR", "currency": "GBP", "units_per_base": "0.0000000001"},
    ]
    assert set(rates(tmp_path, reference_rates=absurd)) == {("GBP", date(2026, 6, 1))}
    assert rates(tmp_path, "USD", reference_rates=absurd) == {
        ("EUR", date(2026, 6, 1)): Decimal(99999999999999),
    }
