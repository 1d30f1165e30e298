"""What the accounting system itself says is open: right with and without the payments, and never counted twice."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR
from clearaccounts.accounts import with_names
from clearaccounts.overview import checks
from clearaccounts.receivables import AgeingFilter, ControlFilter, OpenItemsFilter, ageing, control_totals, open_items
from clearaccounts.warehouse import Warehouse
from tests.receivables import ledger as plain
from tests.receivables.test_ageing_property import CUSTOMERS, ledgers
from tests.worlds import Row, world

DAY = date(2026, 6, 30)


def open_amounts(warehouse: Warehouse, day: date = DAY) -> dict[str, Decimal]:
    """What is open and what is unapplied on `day`."""
    table = ageing(warehouse, AgeingFilter(day), OPERATOR)
    found: dict[str, Decimal] = {}
    for row in table.to_pylist():
        side = "unapplied" if row["bucket"] == "unapplied" else "open"
        found[side] = found.get(side, Decimal(0)) + row["amount_outstanding"]
    totals = control_totals(warehouse, ControlFilter(day), OPERATOR).to_pylist()
    assert [row for row in totals if row["amount_difference"] != 0] == []
    return found


def offenders(warehouse: Warehouse, check: str) -> int:
    found = {row["check_name"]: int(row["offender_count"]) for row in checks(warehouse, OPERATOR).to_pylist()}
    return found[check]


def invoice(open_: str, **more: str) -> Row:
    return {
        "invoice_id": "I1", "issued_on": "2026-01-01", "due_on": "2026-02-01", "amount_total": "100.00",
        "amount_outstanding_stated": open_, "stated_on": "2026-03-10", **more,
    }


def payment(amount: str, on: str = "2026-03-05", **more: str) -> Row:
    return {"payment_id": "P1", "received_on": on, "amount_total": amount, **more}


def applied(amount: str, invoice_id: str = "I1") -> Row:
    return {"allocation_id": "A1", "applied_on": "1970-01-01", "source_id": "P1", "invoice_id": invoice_id, "amount_applied": amount}


def test_a_list_of_invoices_alone_says_what_is_open(tmp_path: Path) -> None:
    partly = world(tmp_path, customer_invoices=[invoice("60.00")])
    assert open_amounts(partly, date(2026, 3, 9)) == {"open": Decimal(100)}
    assert open_amounts(partly, date(2026, 3, 10)) == {"open": Decimal(60)}
    assert open_amounts(world(tmp_path, customer_invoices=[invoice("0.00")])) == {}
    assert open_amounts(world(tmp_path, customer_invoices=[invoice("100.00")])) == {"open": Decimal(100)}
    assert offenders(partly, "stated_otherwise") == 0


def test_without_a_day_it_counts_from_the_issue_date(tmp_path: Path) -> None:
    undated = world(tmp_path, customer_invoices=[{**invoice("60.00"), "stated_on": None}])
    assert open_amounts(undated, date(2026, 1, 1)) == {"open": Decimal(60)}


def test_the_payments_themselves_take_its_place(tmp_path: Path) -> None:
    both = world(tmp_path, customer_invoices=[invoice("60.00")], payments=[payment("40.00")], allocations=[applied("40.00")])
    assert open_amounts(both, date(2026, 3, 4)) == {"open": Decimal(100)}
    assert open_amounts(both, date(2026, 3, 5)) == {"open": Decimal(60)}
    assert open_amounts(both) == {"open": Decimal(60)}
    # Of 40.00 that are settled 25.00 are known: the rest is settled on the stated day.
    part = world(tmp_path, customer_invoices=[invoice("60.00")], payments=[payment("25.00")], allocations=[applied("25.00")])
    assert open_amounts(part, date(2026, 3, 5)) == {"open": Decimal(75)}
    assert open_amounts(part, date(2026, 3, 10)) == {"open": Decimal(60)}


def test_a_payment_newer_than_the_list_counts_and_is_listed(tmp_path: Path) -> None:
    newer = world(
        tmp_path, customer_invoices=[invoice("60.00")], payments=[payment("60.00", "2026-04-01")], allocations=[applied("60.00")]
    )
    assert open_amounts(newer, date(2026, 3, 31)) == {"open": Decimal(60)}
    assert open_amounts(newer, date(2026, 4, 1)) == {}
    assert offenders(newer, "stated_otherwise") == 1


def test_a_payment_of_the_day_after_the_stated_one_is_the_same_money(tmp_path: Path) -> None:
    ahead = world(
        tmp_path, customer_invoices=[invoice("60.00")], payments=[payment("40.00", "2026-03-11")], allocations=[applied("40.00")]
    )
    assert open_amounts(ahead) == {"open": Decimal(60)}


def test_never_more_than_the_invoice_has_room_for(tmp_path: Path) -> None:
    newer = world(
        tmp_path, customer_invoices=[invoice("60.00")], payments=[payment("100.00", "2026-04-01")], allocations=[applied("100.00")]
    )
    assert open_amounts(newer, date(2026, 3, 31)) == {"open": Decimal(60)}
    assert open_amounts(newer, date(2026, 4, 1)) == {}


def test_a_void_invoice_and_a_draft_stay_out(tmp_path: Path) -> None:
    voided = world(tmp_path, customer_invoices=[invoice("0.00", invoice_status="void", voided_on="2026-04-01")])
    assert open_amounts(voided, date(2026, 3, 9)) == {"open": Decimal(100)}
    assert open_amounts(voided, date(2026, 3, 10)) == open_amounts(voided, date(2026, 4, 1)) == {}
    assert open_amounts(world(tmp_path, customer_invoices=[invoice("0.00", invoice_status="draft")])) == {}


def test_the_end_of_a_void_invoice_is_no_money_taken_back(tmp_path: Path) -> None:
    voided = {**invoice("60.00", invoice_status="void", voided_on="2026-03-11"), "stated_on": None}
    both = world(tmp_path, customer_invoices=[voided], payments=[payment("40.00")], allocations=[applied("40.00")])
    assert open_amounts(both, date(2026, 3, 10)) == {"open": Decimal(60)}


def test_what_a_payment_gave_elsewhere_is_not_on_account(tmp_path: Path) -> None:
    elsewhere = world(
        tmp_path, customers=[{"customer_id": "C1"}], payments=[payment("100.00", amount_unapplied_stated="30.00")],
        allocations=[applied("70.00", "of an earlier year")],
    )
    assert open_amounts(elsewhere) == {"unapplied": Decimal(-30)}
    # With the invoice here, its allocation takes what it takes, and the rest is as stated.
    here = world(
        tmp_path, customer_invoices=[invoice("30.00")], payments=[payment("100.00", amount_unapplied_stated="30.00")],
        allocations=[applied("70.00")],
    )
    assert open_amounts(here) == {"open": Decimal(30), "unapplied": Decimal(-30)}


def test_a_payment_without_its_allocations_and_the_invoice_it_paid(tmp_path: Path) -> None:
    apart = world(tmp_path, customer_invoices=[invoice("0.00")], payments=[payment("100.00", amount_unapplied_stated="0.00")])
    assert open_amounts(apart) == {}


def test_a_credit_note_has_what_remains_of_it(tmp_path: Path) -> None:
    credited = world(
        tmp_path, customer_invoices=[invoice("20.00")],
        credit_notes=[{"credit_note_id": "N1", "issued_on": "2026-02-01", "amount_total": "90.00", "amount_unapplied_stated": "10.00"}],
    )
    assert open_amounts(credited) == {"open": Decimal(20), "unapplied": Decimal(-10)}


def with_remains(ledger: plain.Ledger) -> plain.Ledger:
    """The ledger with each source as far as it counts: what is not applied of it, and what it gives to invoices that are here."""
    here = {
        row["invoice_id"] for row in ledger.customer_invoices
        if row["invoice_status"] != "draft" and not (
            row["invoice_status"] == "void" and str(row["voided_on"] or "") <= str(row["issued_on"])
        )
    }

    def remains(row: plain.Row, kind: str, key: str) -> plain.Row:
        if row.get("amount_unapplied_stated") is None:
            return row
        total, counts = Decimal(str(row["amount_total"])), Decimal(str(row["amount_unapplied_stated"]))
        for one in ledger.allocations:
            if (one["source_type"], one["source_id"]) == (kind, row[key]) and one["invoice_id"] in here:
                counts += Decimal(str(one["amount_from_source"] or one["amount_applied"]))
        counts = max(Decimal(0), min(total, counts)) if total >= 0 else min(Decimal(0), max(total, counts))
        return {**row, "amount_total": str(counts)}

    return replace(
        ledger, payments=[remains(row, "payment", "payment_id") for row in ledger.payments],
        credit_notes=[remains(row, "credit_note", "credit_note_id") for row in ledger.credit_notes],
    )


PLAIN_IN_FORCE = plain.in_force


def settled_by(ledger: plain.Ledger, invoice: plain.Row, day: date) -> Decimal:
    """What the allocations alone settle of an invoice by the end of `day`."""
    return sum((taken for _, of, _, taken, _ in PLAIN_IN_FORCE(ledger, day) if of is invoice), Decimal(0))


def stated_too(ledger: plain.Ledger, day: date) -> list[tuple[plain.Row, plain.Row, plain.Row | None, Decimal, Decimal]]:
    """What settles on `day`: the allocations in force, and per invoice what the list says is settled beyond them."""
    found = PLAIN_IN_FORCE(ledger, day)
    for row in ledger.customer_invoices:
        stated, total = row["stated_on"], Decimal(str(row["amount_total"]))
        if not plain._counts(row, "invoice_status", "issued_on", day):
            continue
        known = settled_by(ledger, row, day)
        more = Decimal(0)
        if row["withdrawn_on"] is not None and day >= date.fromisoformat(str(row["withdrawn_on"])):
            more = total - known
        elif row["amount_outstanding_stated"] is not None and (stated is None or day >= date.fromisoformat(str(stated))):
            until = date(2026, 12, 31) if stated is None else date.fromisoformat(str(stated)) + timedelta(days=1)
            if row["invoice_status"] == "void":
                voided = date.fromisoformat(str(row["voided_on"]))
                if stated is not None and voided <= date.fromisoformat(str(stated)):
                    continue
                until = min(until, voided - timedelta(days=1))
            explained = settled_by(ledger, row, until)
            settled = min(total, total - Decimal(str(row["amount_outstanding_stated"])))
            more = min(max(Decimal(0), settled - explained), total - known)
        if more > 0:
            found.append(({"instalment_number": None}, row, None, more, Decimal(0)))
    return found


@settings(max_examples=int(os.environ.get("CLEARACCOUNTS_EXAMPLES", "15")), deadline=None, suppress_health_check=list(HealthCheck))
@given(ledgers(), st.data())
def test_every_day_is_as_plain_python_says_whatever_is_stated(found: plain.Ledger, data: st.DataObject) -> None:
    shares = st.none() | st.sampled_from(["-25", "0", "25", "100", "300"])
    days = st.none() | st.dates(date(2026, 1, 1), date(2026, 2, 10)).map(date.isoformat)
    invoices: list[plain.Row] = [
        {
            **row, "amount_outstanding_stated": data.draw(shares), "stated_on": data.draw(days),
            "withdrawn_on": max(str(closed), str(row["issued_on"])) if (closed := data.draw(days)) else None,
            "is_closed": "true" if closed else None,
        }
        for row in found.customer_invoices
    ]
    rows = replace(
        found, customer_invoices=invoices,
        payments=[{**row, "amount_unapplied_stated": data.draw(shares)} for row in found.payments],
        credit_notes=[{**row, "amount_unapplied_stated": data.draw(shares)} for row in found.credit_notes],
    )
    counting = with_remains(rows)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(plain, "in_force", stated_too)
        # The build itself refuses when buckets and documents differ on any day, or an item leaves its invoice's bounds.
        warehouse = world(Path(folder), customers=[{"customer_id": c} for c in CUSTOMERS], **vars(rows))
        for day in (date(2025, 12, 31) + timedelta(days=n) for n in range(0, 45)):
            shown = ageing(warehouse, AgeingFilter(day), OPERATOR).to_pylist()
            assert {
                (r["customer_id"], r["currency"], r["bucket"]): (r["item_count"], r["amount_outstanding"]) for r in shown
            } == plain.ageing(counting, day), day
            items = open_items(warehouse, OpenItemsFilter(day), OPERATOR).to_pylist()
            assert {(r["invoice_id"], r["instalment_number"]): r["amount_outstanding"] for r in items} == {
                (str(invoice["invoice_id"]), number): amount for invoice, number, _, amount in plain.items(counting, day)
            }, day
            totals = control_totals(warehouse, ControlFilter(day), OPERATOR).to_pylist()
            assert [row for row in totals if row["amount_difference"] != 0] == []


def test_what_is_stated_of_an_invoice_ends_with_it_whatever_closes_it_later(tmp_path: Path) -> None:
    voided = world(tmp_path, customer_invoices=[
        {"invoice_id": "I1", "issued_on": "2026-01-01", "amount_total": "100.00", "amount_outstanding_stated": "0.00",
         "invoice_status": "void", "voided_on": "2026-01-12", "withdrawn_on": "2026-02-10", "is_closed": "true"},
        {"invoice_id": "I2", "issued_on": "2026-01-05", "amount_total": "7.00"},
    ])
    assert open_amounts(voided, date(2026, 1, 4)) == {}
    assert open_amounts(voided, date(2026, 1, 20)) == {"open": Decimal(7)} == open_amounts(voided)


def test_an_invoice_names_a_customer_of_whom_there_is_no_row(tmp_path: Path) -> None:
    named = world(
        tmp_path, customers=[{"customer_id": "C2", "customer_name": "Own name"}],
        customer_invoices=[
            invoice("0.00", customer_name="Harbour"), invoice("0.00", invoice_id="I2", customer_id="C2", customer_name="Other name"),
            invoice("0.00", invoice_id="I3", customer_id="C3"),
        ],
    )
    wanted = pa.table({"customer_id": pa.array(["C1", "C2", "C3"], pa.string())})
    assert with_names(named, wanted, OPERATOR)["customer_name"].to_pylist() == ["Harbour", "Own name", "C3"]
    assert offenders(named, "unknown_customer") == 1
