"""The sample partner on a hundred days: plain Python agrees on every customer, currency and bucket, and in company currency.

The days are drawn once, with a fixed seed: the same in every run. By group the sums are taken from the plain result and the
customers' rows, product apart, whose rule has its cases in test_ageing_by.py.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.sample import LAST_ON
from clearaccounts.settings import SAMPLE_SOURCE
from clearaccounts.warehouse import Warehouse
from tests.receivables import ledger as plain
from tests.worlds import world

KINDS = ("customer_invoices", "instalments", "credit_notes", "payments", "allocations")
FIRST_ON = date(2024, 10, 1)


def rows(kind: str) -> list[plain.Row]:
    with (SAMPLE_SOURCE / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def ledger() -> plain.Ledger:
    return plain.Ledger(**{kind: rows(kind) for kind in KINDS})


@pytest.fixture(scope="module")
def sample(ledger: plain.Ledger, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    others = {kind: rows(kind) for kind in ("customers", "exchange_rates", "subscriptions")}
    kinds: dict[str, Any] = {**vars(ledger), **others}
    return world(tmp_path_factory.mktemp("sample"), LAST_ON, **kinds)


def hundred_days() -> list[date]:
    span = (LAST_ON - FIRST_ON).days
    drawn = random.Random(20260930).sample(range(span), 98)
    return [FIRST_ON, *(FIRST_ON + timedelta(days=n) for n in drawn), LAST_ON]


def test_plain_python_agrees_and_the_control_total_holds(ledger: plain.Ledger, sample: Warehouse) -> None:
    for day in hundred_days():
        table = sample.run("receivables/ageing", {"as_of_on": day}, OPERATOR).to_pylist()
        shown = {(r["customer_id"], r["currency"], r["bucket"]): (r["item_count"], r["amount_outstanding"]) for r in table}
        assert shown == plain.ageing(ledger, day), day
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for (customer, currency, _), (_, amount) in shown.items():
            sums[customer, currency] += amount
        for row in sample.run("receivables/control_totals", {"as_of_on": day}, OPERATOR).to_pylist():
            assert row["amount_difference"] == 0, (day, row)
            assert row["amount_control"] == sums[row["customer_id"], row["currency"]], (day, row)


def test_plain_python_agrees_in_company_currency_with_revaluation(ledger: plain.Ledger, sample: Warehouse) -> None:
    rates = rows("exchange_rates")
    for day in hundred_days():
        table = sample.run("receivables/ageing_company", {"as_of_on": day}, OPERATOR).to_pylist()
        shown = {(r["customer_id"], r["bucket"]): (r["item_count"], r["amount_outstanding"]) for r in table}
        assert shown == plain.ageing_company(ledger, day, rates), day


def test_plain_python_agrees_by_group_and_every_group_is_held(ledger: plain.Ledger, sample: Warehouse) -> None:
    customers = {str(row["customer_id"]): row for row in rows("customers")}
    columns = {"segment": "segment", "country": "country_code", "sales_agent": "sales_agent"}
    for day in hundred_days()[::10]:
        by_customer = plain.ageing(ledger, day)
        for dimension, column in columns.items():
            wanted: dict[tuple[str | None, str, str], Decimal] = defaultdict(Decimal)
            for (customer, currency, bucket), (_, amount) in by_customer.items():
                value = customers.get(customer, {}).get(column)
                wanted[value.lower() if value and dimension == "sales_agent" else value, currency, bucket] += amount
            table = sample.run("receivables/ageing_by", {"as_of_on": day, "dimension": dimension}, OPERATOR).to_pylist()
            assert {(r["dimension_value"], r["currency"], r["bucket"]): r["amount_outstanding"] for r in table} == wanted, (day, dimension)
        for dimension in (*columns, "customer", "currency", "product"):
            held = sample.run("receivables/control_totals_by", {"as_of_on": day, "dimension": dimension}, OPERATOR).to_pylist()
            assert held and not [row for row in held if row["amount_difference"] != 0 or row["wrong_count"]], (day, dimension)
