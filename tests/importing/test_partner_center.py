"""Partner Center's real files: every one is accounted for, and the CSV of an example lands what its JSON lands."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.settings import DataFolder
from tests.importing.desk import hand_in, landed, said
from tests.real_files import REAL_DATA, real_data

pytestmark = real_data

FOLDER = REAL_DATA / "partner_center"
KEPT = "partner_center_companions_"
NO_ROWS = "there are no rows after the header; export it again."
# A file without its ending (the CSV and the JSON of one example are the same) -> profile, rows, rejects.
SAMPLES: dict[str, tuple[str, int, list[tuple[str, str]]]] = {
    "get-a-collection-of-invoices.1": ("partner_center_invoices", 2, []),
    "get-a-customer-s-usage-records.1": (KEPT + "customer_usage_records", 4, []),
    "get-a-customer-s-utilization-record-for-azure.1": (KEPT + "azure_utilization_records", 2, []),
    "get-a-customer-subscription-meter-usage-records.1": (KEPT + "subscription_usage_records", 1, []),
    "get-a-customer-subscription-meter-usage-records.2": (KEPT + "meter_usage_records", 4, []),
    "get-a-customer-subscription-resource-usage-records.1": (KEPT + "resource_usage_records", 3, []),
    "get-a-customer-subscription-s-usage-records.1": (KEPT + "subscription_usage_records", 1, []),
    "get-a-customer-subscription-s-usage-records.2": (KEPT + "subscription_usage_records", 2, []),
    "get-a-customer-subscription-usage-summary.1": (KEPT + "usage_summary", 1, []),
    "get-a-customer-subscription-usage-summary.2": (KEPT + "usage_summary", 1, []),
    "get-a-customer-usage-summary.1": (KEPT + "usage_summary_of_a_customer", 1, []),
    "get-a-customer-usage-summary.2": (KEPT + "usage_summary", 1, []),
    "get-a-list-of-customers.1": ("partner_center_customers", 2, []),
    "get-a-partner-usage-summary.1": (KEPT + "usage_summary_of_the_partner", 1, []),
    "get-all-azure-usage-analytics.1": (KEPT + "azure_usage_analytics", 1, []),
    "get-all-monthly-usage-records-for-a-subscription.1": (KEPT + "monthly_usage_records", 2, []),
    "get-all-of-a-customer-s-subscriptions.1": ("partner_center_subscriptions", 1, []),
    "get-all-service-requests-for-a-customer.1": ("partner_center_service_requests", 1, []),
    "get-customer-licenses-usage-information.1": (KEPT + "customer_licences_usage", 5, []),
    "get-invoice-billed-consumption-lineitems.1": ("reconciliation_daily_usage", 2, []),
    "get-invoice-billed-consumption-lineitems.2": ("reconciliation_daily_usage", 1, []),
    "get-invoice-by-id.1": ("partner_center_invoices", 1, []),
    "get-invoice-estimate-links.1": (KEPT + "invoice_estimate_links", 4, []),
    "get-invoice-summaries.1": (KEPT + "invoice_summaries", 3, []),
    "get-invoice-unbilled-consumption-lineitems.1": ("reconciliation_daily_usage", 2, []),
    "get-invoice-unbilled-consumption-lineitems.2": ("reconciliation_daily_usage", 1, []),
    "get-invoice-unbilled-recon-lineitems.1": ("reconciliation_lines", 3, []),
    "get-invoice-unbilled-recon-lineitems.2": ("reconciliation_lines", 3, []),
    "get-invoice-unbilled-recon-lineitems.3": ("reconciliation_lines", 3, []),
    "get-invoiceline-items.1": ("reconciliation_licences", 2, []),
    "get-invoiceline-items.2": ("reconciliation_usage", 2, []),
    "get-invoiceline-items.3": (KEPT + "daily_usage_without_charges", 2, []),
    "get-invoiceline-items.4": ("reconciliation_lines", 3, []),
    "get-invoiceline-items.5": ("reconciliation_lines", 3, []),
    "get-partner-licenses-usage-information.1": (KEPT + "licences_usage_of_the_partner", 5, []),
    "get-service-request-details-by-id.1": ("partner_center_service_requests", 1, []),
    "get-support-profile.1": (KEPT + "support_profile", 1, []),
    "suspend-a-subscription.1": ("partner_center_subscriptions", 1, []),
    "suspend-a-subscription.2": ("partner_center_subscriptions", 1, []),
    # What is sent to change a service request: all but the note is null.
    "update-a-service-request.1": ("partner_center_service_requests", 1, [("Id", "a value is required")]),
    "update-a-service-request.2": ("partner_center_service_requests", 1, []),
    "recon_nce_quirks_9rows": ("reconciliation_lines", 9, []),
    "microsoft": (KEPT + "keys_to_compare_microsofts_lines", 2, []),
    "msphub_raw": (KEPT + "lines_of_a_distributor", 1, []),
    "sixdotone": (KEPT + "keys_to_compare_a_distributors", 2, []),
    "sixdotone_skuname": (KEPT + "keys_to_compare_a_distributors", 1, []),
}
REFUSED = {
    "MSPHubInvoiceTemplate": NO_ROWS,
    "MicrosoftInvoiceTemplate": NO_ROWS,
    # A tool's own settings, no export.
    "column-map": "the header is not one we know; name the columns as in the data guide, or choose a profile with --profile.",
}
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file()) if FOLDER.is_dir() else []


def stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".csv").removesuffix(".json")


def test_every_file_is_in_the_table() -> None:
    assert {stem(path) for path in FILES} == {*SAMPLES, *REFUSED}
    assert len(FILES) == 78


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_export_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    (path,) = (path for path in FILES if stem(path) == name)
    outcome = hand_in(DataFolder(tmp_path / "data"), path)
    assert outcome.landing is None
    assert str(outcome.refused).endswith(REFUSED[name])


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_row_is_accounted_for_and_each_form_of_an_example_lands_the_same(name: str, tmp_path: Path) -> None:
    profile, count, rejects = SAMPLES[name]
    found: list[list[Any]] = []
    for number, path in enumerate(path for path in FILES if stem(path) == name):
        data = DataFolder(tmp_path / str(number))
        outcome = hand_in(data, path)
        assert outcome.landing is not None, str(outcome.refused)
        landing = outcome.landing
        assert [(column, reason) for _, column, reason in said(outcome)] == rejects
        assert (landing.profile, landing.rows, landing.loaded, landing.rejected) == (profile, count, count - len(rejects), len(rejects))
        assert all(one.total == one.loaded + one.rejected for one in landing.sums)
        found.append([(one.kind, one.currency, one.total, one.loaded) for one in landing.sums])
        for kind in sorted(landing.things):
            found[-1] += sorted((plain(row) for row in landed(data, outcome, kind)), key=str)
    assert found
    assert all(one == found[0] for one in found)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what the form of the file decides: where it stood, the file's hash, the blanks within a list of JSON."""
    if row.get("product_qualifiers"):
        row["product_qualifiers"] = json.loads(row["product_qualifiers"])
    return {name: value for name, value in row.items() if name not in {"line", "line_id"}}


def test_figures_of_line_items_are_those_that_stand_there(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, FOLDER / "ms_docs_samples" / "get-invoiceline-items.4.json")
    trial, plan, waf = sorted(landed(data, outcome, "reconciliation_lines"), key=lambda row: row["line"])
    assert [(row["charge_type"], row["amount_subtotal"], row["amount_total"]) for row in (trial, plan, waf)] == [
        ("new", Decimal(0), Decimal(0)), ("new", Decimal(720), Decimal(793)), ("New", Decimal(820), Decimal(0)),
    ]
    assert (trial["sku_id"], waf["billable_quantity"]) == ("0002", Decimal("3.1618"))
    # 09:22:40 at eight hours behind UTC.
    assert str(waf["charge_starts_at"]) == "2019-02-04 17:22:40.176799"


def test_a_void_note_and_what_replaced_it_are_two_invoices(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, FOLDER / "ms_docs_samples" / "get-a-collection-of-invoices.1.json")
    found = {row["supplier_invoice_id"]: row for row in landed(data, outcome, "supplier_invoices")}
    assert {key: (row["amount_total"], row["amount_paid"], row["currency"], row["document_type"]) for key, row in found.items()} == {
        "D02005YFHI": (Decimal("24606.35"), Decimal(1000), "GBP", "invoice"),
        "G000024130": (Decimal(586366), Decimal(0), "CHF", "void_note"),
        "G000024131": (Decimal("107661.12"), Decimal(0), "CHF", "adjustment_note"),
    }
    assert [str(found[key]["issued_on"]) for key in sorted(found)] == ["2017-01-21", "2018-02-08", "2018-02-08"]


def test_the_reconciliation_files_quirks_keep_every_digit(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    plain, packed = (hand_in(data, FOLDER / "recon_format_sample" / f"recon_nce_quirks_9rows.csv{end}") for end in ("", ".gz"))
    for outcome in (plain, packed):
        rows = landed(data, outcome, "reconciliation_lines")
        assert sum(row["amount_total"] for row in rows) == Decimal("1965.193548387096774193")
        assert {row["charge_type"] for row in rows} >= {"cycleCharge", "cyclecharge", "CycleCharge"}
        assert {row["mpn_id"] for row in rows} == {"6001234"}
