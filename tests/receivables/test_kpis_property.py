"""Random ledgers: plain Python agrees on the key figures of any period, in any currency, and documents add up to them."""

from __future__ import annotations

import os
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings

from clearaccounts import key_figures
from clearaccounts.access import OPERATOR
from clearaccounts.key_figures import INPUTS, CompanyPeriodFilter, DocumentsFilter
from clearaccounts.receivables import PeriodFilter, kpis
from clearaccounts.warehouse import Warehouse
from tests.receivables import kpi_ledger
from tests.receivables import ledger as plain
from tests.receivables.kpi_ledger import Books, same
from tests.receivables.test_ageing_property import CUSTOMERS, START, days, ledgers
from tests.worlds import world

RATES = [
    {"rate_on": "2025-12-31", "currency": "JPY", "rate_to_company": "0.0155"},
    {"rate_on": "2026-01-10", "currency": "JPY", "rate_to_company": "0.0145"},
    {"rate_on": "2025-12-31", "currency": "KWD", "rate_to_company": "3.1415"},
]


def documents_add_up(warehouse: Warehouse, span: tuple[date, date], currency: str | None) -> None:
    found = key_figures.key_figures(warehouse, PeriodFilter(*span, currency), OPERATOR)
    for name in ("opening", "closing", "current", "overdue", "sales", "written_off"):
        amounts = key_figures.documents(warehouse, DocumentsFilter(*span, name, currency), OPERATOR)["amount_input"].to_pylist()
        assert sum(amounts, Decimal(0)) == (found[INPUTS[name][0]] if found else 0), name
    weights = key_figures.payments(warehouse, DocumentsFilter(*span, "days_late", currency), OPERATOR)
    assert sum(weights["amount_weight"].to_pylist(), Decimal(0)) == (found["amount_weight"] if found else 0)


@settings(
    max_examples=int(os.environ.get("CLEARACCOUNTS_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(ledgers(), days(), days())
def test_warehouse_and_plain_python_agree_on_key_figures(rows: plain.Ledger, one: date, other: date) -> None:
    span = min(one, other), max(one, other)
    with tempfile.TemporaryDirectory() as folder:
        kinds: dict[str, Any] = dict(vars(rows))
        warehouse = world(
            Path(folder), START + timedelta(days=60), customers=[{"customer_id": c} for c in CUSTOMERS], exchange_rates=RATES, **kinds)
        shown = {row["currency"]: row for row in kpis(warehouse, PeriodFilter(*span), OPERATOR).to_pylist()}
        for currency in ("EUR", "JPY", "KWD"):
            worked_out = kpi_ledger.figures(Books(rows, currency), *span)
            if currency in shown:
                same(shown[currency], worked_out)
            else:
                assert not any(worked_out.amounts.values())
        company = key_figures.kpis_company(warehouse, CompanyPeriodFilter(*span), OPERATOR).to_pylist()
        convert = kpi_ledger.to_company([dict(row) for row in RATES], "EUR", 2)
        worked_out = kpi_ledger.figures(Books(rows, None, convert), *span)
        for row in company:
            same(row, worked_out)
        assert company or not any(worked_out.amounts.values())
        for asked in (None, "EUR", "KWD"):
            documents_add_up(warehouse, span, asked)
