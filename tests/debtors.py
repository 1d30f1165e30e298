"""Three customers of a partner whom the standard policy flags today, one for each currency, as canonical files."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

AGENT = "sofia.lindgren@partner.example"
# Told apart on a page by the currency.
MARKED, DISPUTED, PAID = ("C1", "EUR"), ("C2", "USD"), ("C3", "GBP")
PRODUCTS = ("Microsoft 365 E3", "Teams Phone")


def tenant(customer_id: str) -> str:
    return f"11111111-2222-4333-8444-5555555555{customer_id.lower()}"


def guids(customer_id: str) -> list[str]:
    return [f"aaaaaaaa-0000-4000-8000-00000000{customer_id.lower()}0{number}" for number, _ in enumerate(PRODUCTS, start=1)]


def days_ago(count: int) -> str:
    """A day counted back from today: an import makes today the day of the page."""
    return (datetime.now(UTC).date() - timedelta(days=count)).isoformat()


def write(folder: Path, name: str, rows: Sequence[Mapping[str, object]]) -> Path:
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def debtors(folder: Path) -> list[Path]:
    """Three customers who owe 1,200.00 each for 60 days, were told so in time, and have two subscriptions."""
    three = (MARKED, DISPUTED, PAID)
    return [
        write(folder, "customers", [
            {"customer_id": customer_id, "customer_name": f"Nordlicht {customer_id} GmbH", "currency": currency, "sales_agent": AGENT,
             "microsoft_tenant_id": tenant(customer_id), "country_code": "DE"}
            for customer_id, currency in three
        ]),
        write(folder, "customer_invoices", [
            {"invoice_id": f"INV-{customer_id}", "customer_id": customer_id, "issued_on": days_ago(90), "due_on": days_ago(60),
             "currency": currency, "amount_total": "1200.00"}
            for customer_id, currency in three
        ]),
        write(folder, "notices", [
            {"notice_id": f"N-{customer_id}", "customer_id": customer_id, "notice_type": "final_notice", "sent_on": days_ago(10),
             "currency": currency, "channel": "e-mail"}
            for customer_id, currency in three
        ]),
        write(folder, "subscriptions", [
            {"subscription_id": f"S-{customer_id}-{product}", "customer_id": customer_id, "product_name": product, "quantity": 10,
             "subscription_status": "active", "commerce_model": "new_commerce", "microsoft_subscription_id": guid,
             "amount_unit_price": "20.00", "currency": currency, "billing_cycle": "monthly", "term_duration": "P1Y",
             "is_auto_renew": "true", "started_on": days_ago(200), "commitment_ends_on": days_ago(-165),
             "cancellable_until_on": days_ago(193)}
            for customer_id, currency in three for product, guid in zip(PRODUCTS, guids(customer_id), strict=True)
        ]),
    ]
