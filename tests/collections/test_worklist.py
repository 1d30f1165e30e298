"""The worklist's order: flagged first, then by money at risk, across currencies in the company's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from clearaccounts.access import OPERATOR, Role, Viewer
from clearaccounts.collections.policy import parse
from clearaccounts.collections.stages import StagesFilter, worklist
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.warehouse import Warehouse
from tests.worlds import world

DAY = date(2026, 6, 30)
POLICY = parse("""
name = "Test"
version = 1
effective_on = 2026-01-01
clock = "due_date"

[[stages]]
name = "suspension"
action = "suspend"
min_overdue_days = 30
""", "policy.toml")


def invoice(number: str, customer: str, amount: str, due_on: str, **more: object) -> dict[str, object]:
    return {"invoice_id": number, "customer_id": customer, "amount_total": amount, "issued_on": "2026-01-02", "due_on": due_on, **more}


def build(folder: Path) -> Warehouse:
    return world(
        folder, DAY,
        customers=[{"customer_id": name, "sales_agent": "ann@x.example" if name == "EURO" else "bob@x.example"}
                   for name in ("EURO", "DOLLAR", "YEN", "HELD", "PAID")],
        customer_invoices=[
            invoice("I1", "EURO", "100.00", "2026-05-01"),
            invoice("I2", "EURO", "900.00", "2026-07-31"),  # not due yet, and at risk all the same
            invoice("I3", "DOLLAR", "1500.00", "2026-05-01", currency="USD", exchange_rate="0.9"),
            invoice("I4", "YEN", "9999999", "2026-05-01", currency="JPY"),  # no rate is known
            invoice("I5", "HELD", "5000.00", "2026-05-01"),
            invoice("I6", "PAID", "50.00", "2026-05-01"),
        ],
        payments=[
            {"payment_id": "P1", "customer_id": "EURO", "received_on": "2026-06-01", "amount_total": "30.00"},
            {"payment_id": "P2", "customer_id": "PAID", "received_on": "2026-06-01", "amount_total": "70.00"},
        ],
        holds=[{"hold_id": "H1", "customer_id": "HELD", "starts_on": "2026-06-01"}],
    )


def listed(warehouse: Warehouse, viewer: Viewer = OPERATOR) -> list[tuple[str, Decimal, Decimal | None]]:
    marks = EMPTY_TABLES["marks_now"]
    found: pa.Table = worklist(warehouse, StagesFilter(DAY), POLICY, marks, viewer)
    return [(row["customer_id"], row["amount_at_risk"], row["amount_at_risk_company"]) for row in found.to_pylist()]


def test_flagged_first_then_by_money_at_risk(tmp_path: Path) -> None:
    assert listed(build(tmp_path)) == [
        ("DOLLAR", Decimal(1500), Decimal("1350.0000")),
        ("EURO", Decimal(970), Decimal(970)),
        ("YEN", Decimal(9999999), None),
        ("HELD", Decimal(5000), Decimal(5000)),
        ("PAID", Decimal(0), Decimal(0)),
    ]


def test_an_agent_sees_the_order_of_their_own(tmp_path: Path) -> None:
    agent = Viewer("ann", "Ann", Role.SALES_AGENT, "ann@x.example")
    assert listed(build(tmp_path), agent) == [("EURO", Decimal(970), Decimal(970))]
