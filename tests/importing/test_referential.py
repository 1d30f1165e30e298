"""What does not fit together is kept as it came and listed by a check with its rows: never dropped, never mended in silence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.importing import publish
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import Warehouse, open_current
from tests.importing.desk import INVOICES, NOW, invoice, landed, write

PAYMENTS = "payment_id,customer_id,received_on,currency,amount_total"
ALLOCATIONS = "allocation_id,applied_on,source_type,source_id,invoice_id,amount_applied,amount_from_source"
CASES = "case_id,customer_id,case_category,case_status,opened_at"
REQUESTS = "service_request_id,support_vehicle,opened_at,customer_id"
SUBSCRIPTIONS = "subscription_id,customer_id,product_name,quantity,subscription_status,commerce_model"
CUSTOMERS = "customer_id,customer_name,currency"

Files = dict[str, list[str]]


def bring(tmp_path: Path, files: Files) -> tuple[publish.Report, Warehouse, DataFolder]:
    data = DataFolder(tmp_path / "data")
    paths = [write(tmp_path, f"{number}.csv", header, *lines) for number, (header, lines) in enumerate(files.items())]
    report = publish.import_files(data, Settings(), paths, NOW)
    assert report.build is not None, str(report.build_problem)
    return report, open_current(data, Settings()), data


def offenders(warehouse: Warehouse, check: str) -> list[str]:
    return [row["offender"] for row in warehouse.run("overview/check_offenders", {"check_name": check}, OPERATOR).to_pylist()]


@pytest.mark.parametrize(
    ("check", "files", "found"),
    [
        (
            "unknown_invoice", {PAYMENTS: ["P1,C1,2026-05-02,EUR,50"], ALLOCATIONS: ["A1,2026-05-02,payment,P1,I9,50,"]},
            ["allocation_id A1, invoice_id I9, amount_applied 50.0000"],
        ),
        (
            "unknown_source", {INVOICES: [invoice(1)], ALLOCATIONS: ["A1,2026-05-02,payment,P9,I1,50,"]},
            ["allocation_id A1, source_type payment, source_id P9, amount_applied 50.0000"],
        ),
        (
            "over_application",
            {
                INVOICES: [invoice(1)], PAYMENTS: ["P1,C1,2026-05-02,EUR,300"],
                ALLOCATIONS: ["A1,2026-05-02,payment,P1,I1,80,", "A2,2026-05-03,payment,P1,I1,70,"],
            },
            ["allocation_id A2, invoice_id I1, source_id P1, amount_applied 70.0000, amount_in_force 20.0000"],
        ),
        (
            "over_application",
            {
                INVOICES: [invoice(1), invoice(2)], PAYMENTS: ["P1,C1,2026-05-02,EUR,120"],
                ALLOCATIONS: ["A1,2026-05-02,payment,P1,I1,100,", "A2,2026-05-03,payment,P1,I2,100,"],
            },
            ["allocation_id A2, invoice_id I2, source_id P1, amount_applied 100.0000, amount_in_force 20.0000"],
        ),
        (
            "source_amount_missing",
            {INVOICES: [invoice(1)], PAYMENTS: ["P1,C1,2026-05-02,USD,110"], ALLOCATIONS: ["A1,2026-05-02,payment,P1,I1,100,"]},
            ["allocation_id A1, invoice_id I1, source_id P1, currency EUR, source_currency USD"],
        ),
        (
            "applied_across_currencies",
            {INVOICES: [invoice(1)], PAYMENTS: ["P1,C1,2026-05-02,USD,110"], ALLOCATIONS: ["A1,2026-05-02,payment,P1,I1,100,110"]},
            [
                "allocation_id A1, invoice_id I1, source_id P1, amount_applied 100.0000, currency EUR, amount_from_source 110.0000,"
                " source_currency USD",
            ],
        ),
        (
            "rows_of_unknown_customer",
            {
                CUSTOMERS: ["C1,Contoso,EUR"], CASES: ["K1,C1,Mail,open,2026-05-01T10:00Z", "K2,C9,Mail,open,2026-05-01T10:00Z"],
                REQUESTS: ["R1,commercial,2026-05-01T10:00Z,C1", "R2,commercial,2026-05-01T10:00Z,C8", "R3,commercial,2026-05-01T10:00Z,"],
                SUBSCRIPTIONS: ["S1,C1,Mail,1,active,legacy", "S2,C7,Mail,1,active,legacy"],
            },
            [
                "row_type service_request, row_id R2, customer_id C8", "row_type subscription, row_id S2, customer_id C7",
                "row_type support_case, row_id K2, customer_id C9",
            ],
        ),
        ("unknown_customer", {INVOICES: [invoice(1)], CUSTOMERS: ["C2,Contoso,EUR"]}, ["customer_id C1"]),
        ("event_of_unknown_case", {"case_id,occurred_at,event_type": ["K9,2026-05-01T10:00Z,replied"]}, ["case_id K9, event_count 1"]),
    ],
)
def test_what_does_not_fit_is_loaded_whole_and_listed_with_its_rows(tmp_path: Path, check: str, files: Files, found: list[str]) -> None:
    report, warehouse, data = bring(tmp_path, files)
    assert offenders(warehouse, check) == found
    for outcome, lines in zip(report.outcomes, files.values(), strict=True):
        assert outcome.landing is not None and (outcome.landing.loaded, outcome.landing.rejected) == (len(lines), 0)
        (kind,) = outcome.landing.things
        assert len(landed(data, outcome, kind)) == len(lines)


@pytest.mark.parametrize(
    "check",
    [
        "unknown_invoice", "unknown_source", "over_application", "source_amount_missing", "applied_across_currencies",
        "rows_of_unknown_customer", "unknown_customer", "event_of_unknown_case",
    ],
)
def test_what_fits_is_not_listed(tmp_path: Path, check: str) -> None:
    _, warehouse, _ = bring(tmp_path, {
        CUSTOMERS: ["C1,Contoso,EUR"], INVOICES: [invoice(1)], PAYMENTS: ["P1,C1,2026-05-02,EUR,100"],
        ALLOCATIONS: ["A1,2026-05-02,payment,P1,I1,100,"], CASES: ["K1,C1,Mail,open,2026-05-01T10:00Z"],
        REQUESTS: ["R1,commercial,2026-05-01T10:00Z,C1"], SUBSCRIPTIONS: ["S1,C1,Mail,1,active,legacy"],
        "case_id,occurred_at,event_type": ["K1,2026-05-01T10:00Z,replied"],
    })
    assert offenders(warehouse, check) == []


def test_money_in_another_currency_counts_only_when_both_amounts_are_told(tmp_path: Path) -> None:
    told = {INVOICES: [invoice(1)], PAYMENTS: ["P1,C1,2026-05-02,USD,110"], ALLOCATIONS: ["A1,2026-05-02,payment,P1,I1,100,110"]}
    _, warehouse, _ = bring(tmp_path / "told", told)
    assert ageing(warehouse) == {}
    _, warehouse, _ = bring(tmp_path / "untold", {**told, ALLOCATIONS: ["A1,2026-05-02,payment,P1,I1,100,"]})
    assert ageing(warehouse) == {("EUR", "1-30"): Decimal(100), ("USD", "unapplied"): Decimal(-110)}


def ageing(warehouse: Warehouse) -> dict[tuple[str, str], Decimal]:
    found = warehouse.run("receivables/ageing", {"as_of_on": NOW.date()}, OPERATOR).to_pylist()
    return {(row["currency"], row["bucket"]): row["amount_outstanding"] for row in found}
