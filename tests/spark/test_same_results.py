"""Marts made by Spark are the marts that DuckDB makes: every row, every type, to the last decimal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearaccounts.errors import BuildError
from clearaccounts.importing.spark import engine
from tests.spark.comparing import differences, firsts, on_both, rows, written
from tests.worlds import Row, tables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What is odd, each once: the last column says which engine would stumble, and where.
ODD: dict[str, list[Row]] = {
    "customers": [
        {"customer_id": "C1", "sales_agent": "\u0130\u03a3A@X.example", "customer_name": "Ünïcode ß"},
        {"customer_id": "c1", "sales_agent": "\ua7da\u10d5@X.example"},
    ],
    "customer_invoices": [
        # Half a cent of what the source gives, across currencies.
        {"invoice_id": "I1", "issued_on": "2026-01-01", "amount_total": "99999999999999.9900", "currency": "USD"},
        {"invoice_id": "I2", "issued_on": "2026-01-31", "amount_total": "0.05", "currency": "JPY"},
        {"invoice_id": "I3", "issued_on": "2026-02-01", "amount_total": "100", "invoice_status": "void", "voided_on": "2026-03-01"},
        {"invoice_id": "I4", "issued_on": "2026-02-01", "amount_total": "100", "invoice_status": "draft"},
        {"invoice_id": "I5", "issued_on": "2026-02-01", "amount_total": "90", "due_on": "2026-03-01"},
        {"invoice_id": "I6", "issued_on": "2026-02-01", "amount_total": "30", "amount_outstanding_stated": "10", "stated_on": "2026-04-01"},
        {"invoice_id": "I7", "issued_on": "2026-02-01", "amount_total": "7", "customer_id": "C9", "customer_name": "Nobody's"},
    ],
    "instalments": [
        {"invoice_id": "I5", "instalment_number": "1", "due_on": "2026-03-01", "amount_total": "30"},
        {"invoice_id": "I5", "instalment_number": "2", "due_on": "2026-04-01", "amount_total": "60"},
    ],
    "payments": [
        {"payment_id": "P1", "received_on": "2026-02-02", "amount_total": "33333333333333.33", "currency": "EUR"},
        {"payment_id": "P2", "received_on": "2026-02-03", "amount_total": "-20"},
        {"payment_id": "P3", "received_on": "2026-02-03", "amount_total": "50"},
    ],
    "credit_notes": [{"credit_note_id": "N1", "issued_on": "2026-02-10", "amount_total": "15", "credit_note_status": "posted"}],
    "allocations": [
        {"allocation_id": "A1", "applied_on": "2026-02-02", "invoice_id": "I1", "source_id": "P1", "amount_applied": "99999999999999.99",
         "amount_from_source": "44444444444444.44"},
        {"allocation_id": "A2", "applied_on": "2026-02-03", "invoice_id": "I3", "source_id": "P3", "amount_applied": "30"},
        {"allocation_id": "A3", "applied_on": "2026-02-04", "invoice_id": "I5", "source_id": "P3", "amount_applied": "40"},
        {"allocation_id": "A4", "applied_on": "2026-02-05", "invoice_id": "I5", "source_id": "P3", "amount_applied": "-5",
         "instalment_number": "2"},
        {"allocation_id": "A5", "applied_on": "2026-02-06", "invoice_id": "I5", "source_type": "write_off", "amount_applied": "1.25"},
        {"allocation_id": "A6", "applied_on": "2026-02-11", "invoice_id": "I6", "source_id": "N1", "source_type": "credit_note",
         "amount_applied": "3"},
    ],
    "exchange_rates": [{"rate_on": "2026-01-01", "currency": "USD", "rate_to_company": "0.9123456789"}],
    "support_cases": [
        # In the hour that comes twice, and in the one that is left out.
        {"case_id": "K1", "opened_at": "2024-11-03 04:30:00", "title": "twice", "case_status": "closed"},
        {"case_id": "K2", "opened_at": "2024-03-10 05:30:00", "case_status": "waiting_on_customer", "withdrawn_on": "2024-11-03"},
        {"case_id": "K3", "opened_at": "2026-11-03 04:30:00.123456", "case_status": "resolved", "resolved_at": "2026-11-04 00:00:00"},
    ],
    "case_events": [
        {"case_id": "K1", "occurred_at": "2024-11-03 05:00:00", "event_type": "replied", "actor": "\u2003Customer\u00a0"},
        {"case_id": "K1", "occurred_at": "2024-11-05 05:00:00", "event_type": "closed"},
    ],
    "service_requests": [
        {"service_request_id": "S1", "opened_at": "2024-11-03 04:30:00", "case_id": "K1"},
        {"service_request_id": "S2", "opened_at": "2024-11-03 05:30:00", "customer_id": "C1", "withdrawn_on": "2024-11-03"},
    ],
    "support_plans": [{"support_plan_id": "L1", "starts_on": "2024-11-03", "ends_on": "2025-11-02"}],
    "supplier_invoices": [{"supplier_invoice_id": "G1", "issued_on": "2024-12-31", "amount_total": "1.0000"}],
    "holds": [],
}


def test_what_is_odd(spark: SparkSession, tmp_path: Path) -> None:
    given = written(tmp_path, tables(**ODD))
    ours, theirs = on_both(spark, tmp_path, given, zone="America/Havana")
    assert differences(ours, theirs) == []
    assert firsts(ours, "support_plans", "term_days") == [(365,)]
    assert rows(ours, "allocations_in_force") > 4


@pytest.mark.parametrize(("made", "wanted", "is_alike"), [
    ("DECIMAL(28,4)", "DECIMAL(18,4)", True), ("DECIMAL(38,0)", "HUGEINT", True), ("INTEGER", "BIGINT", True),
    ("DECIMAL(38,6)", "DECIMAL(18,4)", False), ("DOUBLE", "DECIMAL(18,4)", False), ("DOUBLE", "BIGINT", False),
    ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP", False), ("VARCHAR", "VARCHAR", True), ("", "DATE", False),
])
def test_a_column_of_another_sort_is_not_taken_for_what_was_asked(made: str, wanted: str, is_alike: bool) -> None:
    assert engine.is_alike(made, wanted) is is_alike


def test_a_mart_of_another_sort_fails_the_build(tmp_path: Path) -> None:
    folder = tmp_path / "currencies"
    folder.mkdir()
    pq.write_table(pa.table({"currency": ["EUR"], "minor_units": [2.0]}), folder / "part-0.parquet")
    with duckdb.connect() as connection, pytest.raises(BuildError, match=r"currencies\.minor_units as DOUBLE"):
        engine.MadeMarts({"currencies": folder}, {"currencies": ""}).fill(connection)
