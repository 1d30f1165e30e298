"""Writes the sample's canonical CSV files: UTF-8, comma, LF, columns in a fixed order."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

Rows = dict[str, list[dict[str, Any]]]

COLUMNS: dict[str, tuple[str, ...]] = {
    "customers": (
        "customer_id", "customer_name", "currency", "domain_name", "country_code", "segment", "sales_agent", "payment_terms_days",
        "credit_limit_amount", "microsoft_tenant_id", "time_zone", "language", "contact_name", "contact_email", "created_on",
    ),
    "subscriptions": (
        "subscription_id", "customer_id", "product_name", "quantity", "subscription_status", "commerce_model",
        "microsoft_subscription_id", "sku_id", "amount_unit_price", "currency", "billing_cycle", "term_duration", "is_auto_renew",
        "started_on", "commitment_ends_on", "cancellable_until_on",
    ),
    "customer_invoices": (
        "invoice_id", "customer_id", "issued_on", "currency", "amount_total", "due_on", "invoice_number", "exchange_rate",
        "invoice_status", "voided_on", "description",
    ),
    "instalments": ("invoice_id", "instalment_number", "due_on", "amount_total"),
    "credit_notes": (
        "credit_note_id", "customer_id", "issued_on", "currency", "amount_total", "exchange_rate", "credit_note_status", "voided_on",
        "reason",
    ),
    "payments": (
        "payment_id", "customer_id", "received_on", "currency", "amount_total", "exchange_rate", "payment_method", "reference",
    ),
    "allocations": (
        "allocation_id", "applied_on", "source_type", "source_id", "invoice_id", "instalment_number", "amount_applied",
        "amount_from_source",
    ),
    "support_cases": (
        "case_id", "customer_id", "case_category", "case_subcategory", "support_type", "case_status", "severity", "title",
        "product_name", "opened_at", "first_replied_at", "resolved_at", "closed_at", "assignee", "channel", "reopened_count",
    ),
    "case_events": ("case_id", "occurred_at", "event_type", "actor", "note"),
    "service_requests": (
        "service_request_id", "support_vehicle", "opened_at", "case_id", "customer_id", "support_plan_id", "severity", "closed_at",
        "service_request_status", "hours_used", "title",
    ),
    "support_plans": (
        "support_plan_id", "support_vehicle", "starts_on", "ends_on", "entitlement_unit", "entitlement_quantity", "amount_fee",
        "currency", "contract_id", "access_id",
    ),
    "support_offers": (
        "customer_id", "offer_name", "delivery_model", "service_hours", "contact_method", "amount_price", "currency",
        "response_minutes_a", "response_minutes_b", "response_minutes_c",
    ),
    "supplier_invoices": (
        "supplier_invoice_id", "issued_on", "currency", "amount_total", "due_on", "amount_paid", "document_type", "invoice_type",
    ),
    "holds": (
        "hold_id", "customer_id", "hold_type", "starts_on", "ends_on", "invoice_id", "amount_held", "currency", "reason", "owner",
    ),
    "notices": ("notice_id", "customer_id", "notice_type", "sent_on", "currency", "channel"),
    "exchange_rates": ("rate_on", "currency", "rate_to_company"),
}


def money(cents: int) -> str:
    """Cents as a plain decimal with two places; every currency of the sample has two."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def rate(millionths: int) -> str:
    """An exchange rate kept in millionths as a plain decimal."""
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else str(value)


class Files:
    """The open files of one folder; rows are written as they come, so memory stays flat.

    A kind without a row has no file: an import refuses a file without rows.
    """

    def __init__(self, folder: Path, kinds: Iterable[str]) -> None:
        self._folder, self._kinds, self._stack = folder, tuple(kinds), ExitStack()
        self._writers: dict[str, csv.DictWriter[str]] = {}

    def __enter__(self) -> Files:
        self._folder.mkdir(parents=True, exist_ok=True)
        for kind in self._kinds:
            self._path(kind).unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def write(self, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        """Append rows, each kind to its file."""
        for kind, records in rows.items():
            if records:
                self._writer(kind).writerows({name: _plain(value) for name, value in record.items()} for record in records)

    def _path(self, kind: str) -> Path:
        return self._folder / f"{kind}.csv"

    def _writer(self, kind: str) -> csv.DictWriter[str]:
        if kind not in self._writers:
            file = self._stack.enter_context(self._path(kind).open("w", encoding="utf-8", newline=""))
            self._writers[kind] = csv.DictWriter(file, COLUMNS[kind], restval="", lineterminator="\n")
            self._writers[kind].writeheader()
        return self._writers[kind]
