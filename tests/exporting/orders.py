"""Orders for the tests of Partner Center's files and client."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from clearaccounts.collections.orders import Order, OrderLine

TENANT = "11111111-aaaa-4bbb-8ccc-000000000001"
SEATS = "22222222-aaaa-4bbb-8ccc-000000000001"
MAIL = "22222222-aaaa-4bbb-8ccc-000000000002"
AZURE = "22222222-aaaa-4bbb-8ccc-000000000003"
EXPORT = "33333333-aaaa-4bbb-8ccc-000000000001"


def line(subscription: str = SEATS, **values: Any) -> OrderLine:
    """A line about one subscription; the partner's own key is S- and the last digit of Microsoft's."""
    return OrderLine(**{
        "subscription_id": f"S-{subscription[-1]}", "product_name": "Microsoft 365 Business Premium", "commerce_model": "new_commerce",
        "microsoft_tenant_id": TENANT, "microsoft_subscription_id": subscription, "status_before": "active", "is_auto_renew_before": True,
        "commitment_ends_on": date(2027, 3, 31), **values,
    })


def order(*lines: OrderLine, action: str = "suspend", export_id: str = EXPORT) -> Order:
    """An order of these lines; by default one seat subscription and one of the older kind."""
    return Order(
        export_id=export_id, mark_id="mark-0123456789abcdef", action=action, customer_id="C1", currency="EUR", evidence_hash="e" * 64,
        exported_at=datetime(2026, 10, 1, 9, tzinfo=UTC),
        lines=lines or (line(), line(MAIL, commerce_model="legacy", is_auto_renew_before=None, commitment_ends_on=None)),
    )
