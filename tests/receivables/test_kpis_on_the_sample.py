"""The sample partner: plain Python agrees on every key figure, months are periods, and documents add up to the figures."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clearaccounts import key_figures
from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.key_figures import INPUTS, OF_PAYMENTS, CompanyPeriodFilter, DocumentsFilter, MonthlyCompanyFilter, MonthlyFilter
from clearaccounts.receivables import PeriodFilter, kpis
from clearaccounts.sample import LAST_ON
from clearaccounts.settings import SAMPLE_SOURCE
from clearaccounts.warehouse import Warehouse
from tests.receivables import kpi_ledger
from tests.receivables import ledger as plain
from tests.receivables.kpi_ledger import Books, same

KINDS = ("customer_invoices", "instalments", "credit_notes", "payments", "allocations")
FIRST_ON = date(2024, 10, 1)
SOFIA = next(person for person in DEMO_PEOPLE if person.role is Role.SALES_AGENT)


def rows(kind: str) -> list[plain.Row]:
    with (SAMPLE_SOURCE / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def ledger() -> plain.Ledger:
    return plain.Ledger(**{kind: rows(kind) for kind in KINDS})


def periods() -> list[tuple[date, date]]:
    """A month, the last days, and a few drawn ones of up to six weeks."""
    drawn = random.Random(20260930)
    found = [(date(2025, 2, 1), date(2025, 2, 28)), (LAST_ON - timedelta(days=9), LAST_ON)]
    for _ in range(3):
        start = FIRST_ON + timedelta(days=drawn.randrange((LAST_ON - FIRST_ON).days - 45))
        found.append((start, start + timedelta(days=drawn.randrange(45))))
    return found


@pytest.mark.parametrize("span", periods(), ids=lambda span: f"{span[0]}-{span[1]}")
def test_plain_python_agrees(ledger: plain.Ledger, sample_warehouse: Warehouse, span: tuple[date, date]) -> None:
    shown = {row["currency"]: row for row in kpis(sample_warehouse, PeriodFilter(*span), OPERATOR).to_pylist()}
    assert set(shown) == {"EUR", "GBP", "USD"}
    for currency, row in shown.items():
        same(row, kpi_ledger.figures(Books(ledger, currency), *span))
        # Unapplied money is the ageing's.
        ages = plain.ageing(ledger, span[1])
        assert row["amount_unapplied"] == sum((
            amount for (_, its, bucket), (_, amount) in ages.items() if its == currency and bucket == "unapplied"), Decimal(0))


def test_plain_python_agrees_in_company_currency(ledger: plain.Ledger, sample_warehouse: Warehouse) -> None:
    span = date(2025, 11, 10), date(2025, 12, 9)
    (shown,) = key_figures.kpis_company(sample_warehouse, CompanyPeriodFilter(*span), OPERATOR).to_pylist()
    same(shown, kpi_ledger.figures(Books(ledger, None, kpi_ledger.to_company(rows("exchange_rates"), "EUR", 2)), *span))


@pytest.mark.parametrize("as_of_on", [LAST_ON, date(2026, 2, 17)])
def test_each_month_is_the_period_of_its_days(sample_warehouse: Warehouse, as_of_on: date) -> None:
    months = key_figures.monthly(sample_warehouse, MonthlyFilter(as_of_on), OPERATOR).to_pylist()
    company = key_figures.monthly_company(sample_warehouse, MonthlyCompanyFilter(as_of_on), OPERATOR).to_pylist()
    ends = sorted({row["month_on"] for row in months})
    assert len(ends) == 24 and ends[-1] == as_of_on and all(end == kpi_ledger.month_end(end) for end in ends[:-1])
    assert [row["month_on"] for row in company] == ends
    for end in [*ends[::5], as_of_on]:
        own = kpis(sample_warehouse, PeriodFilter(end.replace(day=1), end), OPERATOR).to_pylist()
        assert known([row for row in months if row["month_on"] == end], own) == own
        whole = key_figures.kpis_company(sample_warehouse, CompanyPeriodFilter(end.replace(day=1), end), OPERATOR).to_pylist()
        assert known([row for row in company if row["month_on"] == end], whole) == whole


def known(months: list[dict[str, Any]], period: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one month in the currencies of `period`; in those that nobody was billed in yet, everything is 0 or blank."""
    currencies = {row["currency"] for row in period}
    for row in months:
        if row["currency"] not in currencies:
            assert not any(value for name, value in row.items() if name.startswith("amount_") or name.endswith(("_days", "_index")))
    names = [name for row in period[:1] for name in row]
    return [{name: row[name] for name in names} for row in months if row["currency"] in currencies]


@pytest.mark.parametrize("viewer", [OPERATOR, SOFIA], ids=["everybody", "sofia"])
@pytest.mark.parametrize("currency", [None, "USD"])
def test_the_documents_behind_a_figure_add_up_to_it(sample_warehouse: Warehouse, viewer: Any, currency: str | None) -> None:
    span = date(2025, 6, 11), date(2025, 9, 30)
    found = key_figures.key_figures(sample_warehouse, PeriodFilter(*span, currency), viewer)
    assert found is not None
    seen = {}
    for name, (column, _) in INPUTS.items():
        wanted = DocumentsFilter(*span, name, currency)
        if name in OF_PAYMENTS:
            table = key_figures.payments(sample_warehouse, wanted, viewer)
            assert table.num_rows > 0
            if name == "days_to_pay":
                assert (table.num_rows, sum(table["pay_days"].to_pylist())) == (found["paid_invoice_count"], found["total_pay_days"])
            else:
                assert sum(table["amount_weight"].to_pylist()) == found["amount_weight"]
                assert sum(table["amount_weight_by_days"].to_pylist()) == found["amount_weight_by_days"]
            continue
        table = key_figures.documents(sample_warehouse, wanted, viewer)
        seen[name] = table.num_rows
        assert sum(table["amount_input"].to_pylist(), Decimal(0)) == found[column], name
        pages = [key_figures.documents(sample_warehouse, DocumentsFilter(*span, name, currency, 7, at), viewer) for at in (0, 7)]
        assert [row for page in pages for row in page.to_pylist()] == table.slice(0, 14).to_pylist()
        assert all(page["amount_input_total"][0].as_py() == found[column] for page in pages if page.num_rows)
    assert seen["closing"] == seen["current"] + seen["overdue"] and seen["sales"] > seen["written_off"]
    kinds = set(key_figures.documents(sample_warehouse, DocumentsFilter(*span, "sales", None), OPERATOR)["document_type"].to_pylist())
    assert kinds == {"invoice", "credit_note"}
