"""The sample is the same bytes each time, keeps to the canonical files, and its parts agree with each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from clearaccounts.errors import BadParameter
from clearaccounts.sample import DEFAULT_SEED, LAST_ON, write_sample
from clearaccounts.sample.catalogue import CATEGORIES
from clearaccounts.sample.files import COLUMNS
from clearaccounts.sample.names import COUNTRIES
from clearaccounts.settings import ROOT, SAMPLE_SOURCE
from tests.sample.arithmetic import Row, read

KEYS = {
    "customers": ("customer_id",), "subscriptions": ("subscription_id",), "customer_invoices": ("invoice_id",),
    "instalments": ("invoice_id", "instalment_number"), "credit_notes": ("credit_note_id",), "payments": ("payment_id",),
    "allocations": ("allocation_id",), "support_cases": ("case_id",), "case_events": ("case_id", "occurred_at", "event_type"),
    "service_requests": ("service_request_id",), "support_plans": ("support_plan_id",), "support_offers": ("customer_id", "offer_name"),
    "supplier_invoices": ("supplier_invoice_id",), "holds": ("hold_id",), "notices": ("notice_id",),
    "exchange_rates": ("rate_on", "currency"),
}
AFTER = {
    "opened": "new", "replied": "open", "waiting_on_customer": "waiting_on_customer", "resumed": "open", "escalated": "escalated",
    "resolved": "resolved", "closed": "closed", "reopened": "open",
}


def digests(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*.csv"))}


def test_the_committed_sample_is_what_the_defaults_write(tmp_path: Path) -> None:
    write_sample(tmp_path)

    assert digests(tmp_path) == digests(SAMPLE_SOURCE)


def test_another_process_with_another_hash_seed_zone_and_locale_writes_the_same_bytes(tmp_path: Path) -> None:
    write_sample(tmp_path / "here", 45, 12, 3)
    code = "import sys, pathlib; from clearaccounts.sample import write_sample; write_sample(pathlib.Path(sys.argv[1]), 45, 12, 3)"
    surroundings = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo", "LC_ALL": "C"}

    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True, cwd=ROOT, env=surroundings)

    assert digests(tmp_path / "there") == digests(tmp_path / "here")


def test_another_seed_is_another_partner_and_a_customer_does_not_depend_on_how_many_there_are(tmp_path: Path) -> None:
    for name, customers, seed in (("few", 45, 3), ("many", 60, 3), ("other", 45, 4)):
        write_sample(tmp_path / name, customers, 12, seed)

    def invoices(name: str) -> list[Row]:
        return [row for row in read(tmp_path / name, "customer_invoices") if row["customer_id"] <= "C0045"]

    assert invoices("few") == invoices("many")
    assert invoices("few") != invoices("other")


@pytest.mark.parametrize(("customers", "months"), [(1, 1), (39, 60), (45, 12)])
def test_small_and_long_samples_are_written_too(tmp_path: Path, customers: int, months: int) -> None:
    write_sample(tmp_path, customers, months, 1)

    assert len(read(tmp_path, "customers")) == customers
    # An import refuses a file without rows, so there is none; nor one that an earlier, larger sample left.
    assert all(len(path.read_bytes().splitlines()) > 1 for path in tmp_path.glob("*.csv"))
    write_sample(tmp_path, 1, 1, 1)
    assert not (tmp_path / "payments.csv").exists()
    assert (tmp_path / "next_day").exists() == (customers == 45)


@pytest.mark.parametrize(("customers", "months"), [(0, 24), (150, 0), (150, 241)])
def test_a_number_out_of_range_is_a_sentence(tmp_path: Path, customers: int, months: int) -> None:
    with pytest.raises(BadParameter, match=r"it must be a whole number from 1 to"):
        write_sample(tmp_path, customers, months, 1)


def test_all_of_it_is_under_three_megabytes() -> None:
    assert sum(path.stat().st_size for path in SAMPLE_SOURCE.rglob("*") if path.is_file()) < 3_000_000


# Set by the build, or told by other systems' exports alone.
OTHER_SYSTEMS = {"withdrawn_on", "is_closed", "amount_outstanding_stated", "stated_on", "amount_unapplied_stated", "customer_name"}


@pytest.mark.parametrize("kind", COLUMNS)
def test_each_file_has_the_canonical_columns_and_no_id_twice(kind: str) -> None:
    schema = (ROOT / "queries" / "schema" / f"{kind}.sql").read_text(encoding="utf-8")
    canonical = set(re.findall(r"^    (\w+) (?:text|date|integer|decimal|boolean|timestamp)", schema, re.MULTILINE)) - OTHER_SYSTEMS
    rows = read(SAMPLE_SOURCE, kind)

    assert set(rows[0]) == set(COLUMNS[kind]) == canonical | ({"customer_name"} if kind == "customers" else set())
    ids = Counter(tuple(row[name] for name in KEYS[kind]) for row in rows)
    assert not [key for key, count in ids.items() if count > 1]


@pytest.mark.parametrize("kind", COLUMNS)
def test_amounts_and_days_are_in_their_form(kind: str) -> None:
    for row in read(SAMPLE_SOURCE, kind):
        for name, value in row.items():
            if not value:
                continue
            if name.startswith("amount_") or name.endswith("_amount"):
                assert re.fullmatch(r"-?\d{1,14}\.\d\d", value), (kind, name, value)
            elif name.endswith("_on"):
                assert date.fromisoformat(value).isoformat() == value
            elif name.endswith("_at"):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value), (kind, name, value)


def test_no_document_is_dated_after_the_last_day_but_the_planted_one() -> None:
    dated = {
        "customer_invoices": "issued_on", "credit_notes": "issued_on", "payments": "received_on", "allocations": "applied_on",
        "support_cases": "opened_at", "case_events": "occurred_at", "service_requests": "opened_at", "notices": "sent_on",
        "holds": "starts_on", "supplier_invoices": "issued_on", "exchange_rates": "rate_on", "subscriptions": "started_on",
        "customers": "created_on",
    }
    late = [row[KEYS[kind][0]] for kind, name in dated.items() for row in read(SAMPLE_SOURCE, kind) if row[name][:10] > LAST_ON.isoformat()]

    assert late == ["CN-0031-F11"]


def test_every_case_row_is_what_its_events_say() -> None:
    events: dict[str, list[Row]] = defaultdict(list)
    for row in read(SAMPLE_SOURCE, "case_events"):
        events[row["case_id"]].append(row)
    cases = read(SAMPLE_SOURCE, "support_cases")
    for case in cases:
        told = {"first_replied_at": "", "resolved_at": "", "closed_at": ""}
        status, reopened, instants = "", 0, [event["occurred_at"] for event in events[case["case_id"]]]
        for event in events[case["case_id"]]:
            kind, status = event["event_type"], AFTER[event["event_type"]]
            if kind == "replied":
                told["first_replied_at"] = told["first_replied_at"] or event["occurred_at"]
            elif kind in ("resolved", "closed"):
                told[f"{kind}_at"] = event["occurred_at"]
            elif kind == "reopened":
                told["resolved_at"], told["closed_at"], reopened = "", "", reopened + 1
        assert instants == sorted(set(instants)), case["case_id"]
        assert case["opened_at"] == instants[0]
        assert {name: case[name] for name in told} == told, case["case_id"]
        assert (case["case_status"], case["reopened_count"]) == (status, str(reopened)), case["case_id"]
    assert set(events) == {case["case_id"] for case in cases}


def test_a_monthly_invoice_is_seats_times_price_and_tax() -> None:
    vat = {country.code: country.vat_permille for country, _ in COUNTRIES}
    customers = {row["customer_id"]: row for row in read(SAMPLE_SOURCE, "customers")}
    lines: dict[str, list[Row]] = defaultdict(list)
    for row in read(SAMPLE_SOURCE, "subscriptions"):
        lines[row["customer_id"]].append(row)
    checked = 0
    for invoice in read(SAMPLE_SOURCE, "customer_invoices"):
        month, customer = invoice["issued_on"][:7], customers.get(invoice["customer_id"])
        if month != "2026-09" or invoice["invoice_status"] != "posted" or invoice["description"] != "Microsoft subscriptions, 2026-09":
            continue
        assert customer is not None
        subscriptions = lines[customer["customer_id"]]
        if any(row["commerce_model"] == "azure_plan" for row in subscriptions):
            continue
        total = Decimal(0)
        for row in subscriptions:
            is_billed = row["subscription_status"] in ("active", "suspended") and row["billing_cycle"] == "monthly"
            if is_billed and row["started_on"] <= invoice["issued_on"]:
                net = int(row["quantity"]) * int(Decimal(row["amount_unit_price"]) * 100)
                total += Decimal(net + (net * vat[customer["country_code"]] + 500) // 1000) / 100
        assert Decimal(invoice["amount_total"]) == total, invoice["invoice_id"]
        checked += 1
    assert checked > 80


def test_what_a_partner_meets_is_in_it() -> None:
    rows = {kind: read(SAMPLE_SOURCE, kind) for kind in COLUMNS}

    def values(kind: str, name: str) -> set[str]:
        return {row[name] for row in rows[kind]}

    assert len(rows["customers"]) == 150
    assert values("customers", "currency") == {"EUR", "USD", "GBP"}
    assert values("customers", "payment_terms_days") == {"14", "30", "45", "60"}
    assert values("subscriptions", "commerce_model") == {"new_commerce", "legacy", "azure_plan"}
    assert {"active", "suspended", "expired", "disabled", "deleted"} <= values("subscriptions", "subscription_status")
    assert values("subscriptions", "term_duration") == {"P1M", "P1Y", "P3Y"}
    assert values("customer_invoices", "invoice_status") == {"draft", "posted", "void"}
    assert values("allocations", "source_type") == {"payment", "credit_note", "write_off"}
    assert any(row["amount_from_source"] for row in rows["allocations"])
    assert any(row["amount_applied"].startswith("-") for row in rows["allocations"])
    assert any(row["amount_total"].startswith("-") and row["reference"].startswith("Refund") for row in rows["payments"])
    assert values("support_cases", "case_category") == {category.name for category in CATEGORIES}
    assert len(CATEGORIES) == 10
    assert {"new", "open", "waiting_on_customer", "escalated", "resolved", "closed"} == values("support_cases", "case_status")
    assert values("support_cases", "severity") == {"A", "B", "C"}
    assert values("service_requests", "support_vehicle") == {"commercial", "psfp", "asfp", "cloud", "on_premises"}
    assert values("support_plans", "entitlement_unit") == {"hours", "incidents", "unlimited"}
    assert {"reminder", "overdue", "final_notice"} == values("notices", "notice_type")
    assert {"dispute", "promise_to_pay", "exemption"} == values("holds", "hold_type")
    paid_by_another = {row["payment_id"]: row["customer_id"] for row in rows["payments"]}
    owed_by = {row["invoice_id"]: row["customer_id"] for row in rows["customer_invoices"]}
    crossing = {
        (paid_by_another[row["source_id"]], owed_by[row["invoice_id"]]) for row in rows["allocations"]
        if row["source_type"] == "payment" and row["source_id"] in paid_by_another and row["invoice_id"] in owed_by
    }
    assert ("C0010", "C0011") in crossing


def test_microsoft_bills_about_four_fifths_of_the_sales() -> None:
    rates = {(row["rate_on"], row["currency"]): Decimal(row["rate_to_company"]) for row in read(SAMPLE_SOURCE, "exchange_rates")}
    last = {currency: max((on, rate) for (on, name), rate in rates.items() if name == currency)[1] for currency in ("USD", "GBP")}
    cost = sum(Decimal(row["amount_total"]) for row in read(SAMPLE_SOURCE, "supplier_invoices"))
    sales = sum(
        Decimal(row["amount_total"]) * last.get(row["currency"], Decimal(1)) for row in read(SAMPLE_SOURCE, "customer_invoices")
        if row["invoice_status"] == "posted" and row["issued_on"] < "2026-09-01"
    )

    # Sales here are with tax, about a sixth of them; Microsoft's share is of what is left.
    assert Decimal("0.60") < cost / sales < Decimal("0.80")


def test_the_default_seed_is_the_one_that_the_readme_names() -> None:
    assert f"--seed {DEFAULT_SEED}" in (SAMPLE_SOURCE / "README.md").read_text(encoding="utf-8")
