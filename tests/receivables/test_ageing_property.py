"""Random ledgers: the warehouse agrees with plain Python on any day, and with the control total exactly."""

from __future__ import annotations

import os
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR
from tests.receivables import ledger as plain
from tests.worlds import world

START = date(2026, 1, 1)
CURRENCIES = ["EUR", "JPY", "KWD"]
CUSTOMERS = ["C1", "C2"]


def days() -> st.SearchStrategy[date]:
    return st.integers(0, 40).map(lambda n: START + timedelta(days=n))


@st.composite
def amounts(draw: st.DrawFn, currency: str, least: int = 0) -> str:
    units = draw(st.integers(least, 12))
    digits = plain.MINOR[currency]
    return format(Decimal(units * 25).scaleb(-digits) if digits else Decimal(units * 25), "f")


@st.composite
def ledgers(draw: st.DrawFn) -> plain.Ledger:
    found = plain.Ledger()
    for n in range(draw(st.integers(1, 4))):
        currency = draw(st.sampled_from(CURRENCIES[: draw(st.integers(1, 3))]))
        status = draw(st.sampled_from(["posted", "posted", "posted", "void", "draft"]))
        row: dict[str, str | None] = {
            "invoice_id": f"I{n}",
            "customer_id": draw(st.sampled_from(CUSTOMERS)),
            "issued_on": draw(days()).isoformat(),
            "currency": currency,
            "amount_total": draw(amounts(currency)),
            "due_on": draw(st.none() | days().map(date.isoformat)),
            "invoice_status": status,
            "voided_on": draw(days()).isoformat() if status == "void" and draw(st.booleans()) else None,
        }
        found.customer_invoices.append(row)
        for k in range((0, 0, 2, 3)[draw(st.integers(0, 3))]):
            found.instalments.append(
                {
                    "invoice_id": f"I{n}",
                    "instalment_number": str(k + 1),
                    "due_on": draw(days()).isoformat(),
                    "amount_total": draw(amounts(currency)),
                }
            )
        plan = [r for r in found.instalments if r["invoice_id"] == f"I{n}"]
        adds_up = draw(st.booleans())
        if plan and adds_up:
            row["amount_total"] = str(sum(Decimal(str(r["amount_total"])) for r in plan))
    for n in range(draw(st.integers(0, 4))):
        currency = draw(st.sampled_from(CURRENCIES))
        amount = draw(amounts(currency))
        found.payments.append(
            {
                "payment_id": f"P{n}",
                "customer_id": draw(st.sampled_from(CUSTOMERS)),
                "received_on": draw(days()).isoformat(),
                "currency": currency,
                "amount_total": f"-{amount}" if draw(st.integers(0, 3)) == 0 else amount,
            }
        )
    for n in range(draw(st.integers(0, 2))):
        currency = draw(st.sampled_from(CURRENCIES))
        status = draw(st.sampled_from(["posted", "posted", "void", "draft"]))
        found.credit_notes.append(
            {
                "credit_note_id": f"N{n}",
                "customer_id": draw(st.sampled_from(CUSTOMERS)),
                "issued_on": draw(days()).isoformat(),
                "currency": currency,
                "amount_total": draw(amounts(currency, 1)),
                "credit_note_status": status,
                "voided_on": draw(days()).isoformat() if status == "void" and draw(st.booleans()) else None,
            }
        )
    currency_of = {str(r["invoice_id"]): str(r["currency"]) for r in found.customer_invoices}
    sources = [("payment", str(r["payment_id"]), str(r["currency"])) for r in found.payments]
    sources += [("credit_note", str(r["credit_note_id"]), str(r["currency"])) for r in found.credit_notes]
    sources += [("write_off", "", ""), ("payment", "unknown", "EUR")]
    for n in range(draw(st.integers(0, 7))):
        kind, source, source_currency = draw(st.sampled_from(sources))
        invoice = draw(st.sampled_from(sorted(currency_of)))
        sign = draw(st.sampled_from(["", "", "", "-"]))
        found.allocations.append(
            {
                "allocation_id": f"A{n}",
                "applied_on": draw(days()).isoformat(),
                "source_type": kind,
                "source_id": source or None,
                "invoice_id": invoice,
                "instalment_number": draw(st.sampled_from([None, None, "1", "2", "9"])),
                "amount_applied": sign + draw(amounts(currency_of[invoice], 1)),
                "amount_from_source": sign + draw(amounts(source_currency, 1)) if kind != "write_off" and draw(st.integers(0, 4)) else None,
            }
        )
    return found


@settings(
    max_examples=int(os.environ.get("CLEARACCOUNTS_EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(ledgers(), st.lists(days(), min_size=3, max_size=3), st.sampled_from(["due_date", "invoice_date"]))
def test_warehouse_and_plain_python_agree(rows: plain.Ledger, some_days: list[date], basis: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kinds: dict[str, Any] = dict(vars(rows))
        warehouse = world(Path(folder), customers=[{"customer_id": c} for c in CUSTOMERS], **kinds)
        for day in [*some_days, START + timedelta(days=60)]:
            result = warehouse.run("receivables/ageing", {"as_of_on": day, "bucket_edges": [5, 20], "basis": basis}, OPERATOR)
            shown = {(r["customer_id"], r["currency"], r["bucket"]): (r["item_count"], r["amount_outstanding"]) for r in result.to_pylist()}
            assert shown == plain.ageing(rows, day, (5, 20), basis)
            totals = warehouse.run("receivables/control_totals", {"as_of_on": day}, OPERATOR).to_pylist()
            assert [row for row in totals if row["amount_difference"] != 0] == []
            by_pair: dict[tuple[str, str], Decimal] = {}
            for (customer, currency, _), (_, amount) in shown.items():
                by_pair[customer, currency] = by_pair.get((customer, currency), Decimal(0)) + amount
            assert {pair: amount for pair, amount in by_pair.items() if amount} == {
                (r["customer_id"], r["currency"]): r["amount_control"] for r in totals if r["amount_control"]
            }
