"""What narrow rows in order of time give: pages of open items that join to the whole list, and control totals on any day of any month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts import receivables
from clearaccounts.access import OPERATOR
from clearaccounts.receivables import ControlFilter, ItemListFilter
from clearaccounts.warehouse import Warehouse
from tests.worlds import world

DAY = date(2026, 6, 30)


@pytest.fixture
def items(tmp_path: Path) -> Warehouse:
    """Five items on three due days, issued in another order than they fall due; one is not due yet."""
    days = {"I1": ("2026-05-01", "2026-06-01"), "I2": ("2026-04-01", "2026-06-01"), "I3": ("2026-05-02", "2026-05-20"),
            "I4": ("2026-06-01", "2026-07-15"), "I5": ("2026-05-03", "2026-06-01")}
    return world(tmp_path, customer_invoices=[
        {"invoice_id": number, "issued_on": issued, "due_on": due, "amount_total": "10.00"} for number, (issued, due) in days.items()
    ])


def listed(warehouse: Warehouse, basis: str, bucket: str | None, limit: int | None, offset: int) -> list[tuple[str, int]]:
    wanted = ItemListFilter(DAY, basis=basis, bucket=bucket, row_limit=limit, row_offset=offset)
    return [(row["invoice_id"], row["row_count"]) for row in receivables.open_item_list(warehouse, wanted, OPERATOR).to_pylist()]


@pytest.mark.parametrize(("basis", "bucket", "expected"), [
    ("due_date", None, ["I3", "I1", "I2", "I5", "I4"]),
    ("invoice_date", None, ["I2", "I1", "I3", "I5", "I4"]),
    ("due_date", "1-30", ["I1", "I2", "I5"]),
    ("invoice_date", "overdue", ["I2", "I1", "I3", "I5"]),  # past its due date, whatever the basis
    ("due_date", "unapplied", []),
])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_of_items_join_to_the_whole_list(
    items: Warehouse, basis: str, bucket: str | None, expected: list[str], size: int,
) -> None:
    whole = [(number, len(expected)) for number in expected]
    assert listed(items, basis, bucket, None, 0) == whole
    assert [row for offset in range(0, 6, size) for row in listed(items, basis, bucket, size, offset)] == whole


def test_a_control_total_holds_on_any_day_of_any_month(tmp_path: Path) -> None:
    story = world(
        tmp_path,
        customer_invoices=[{
            "invoice_id": "I1", "issued_on": "2026-01-15", "due_on": "2026-02-15", "amount_total": "100.00",
            "invoice_status": "void", "voided_on": "2026-04-05",
        }],
        payments=[{"payment_id": "P1", "received_on": "2026-02-10", "amount_total": "40.00"}],
    )
    expected = {"2026-01-14": [], "2026-01-15": [100], "2026-01-31": [100], "2026-02-01": [100], "2026-02-10": [60], "2026-02-28": [60],
                "2026-03-31": [60], "2026-04-04": [60], "2026-04-05": [-40], "2026-05-01": [-40], "2031-01-01": [-40]}
    for day, amounts in expected.items():
        rows = receivables.control_by_currency(story, ControlFilter(date.fromisoformat(day)), OPERATOR).to_pylist()
        found = [(row["amount_control"], row["amount_outstanding"] + row["amount_unapplied"], row["wrong_count"]) for row in rows]
        assert found == [(Decimal(amount), Decimal(amount), 0) for amount in amounts], day
