"""Whatever is dated after a day changes nothing that was forecast at its end, on the page or in the test against the past."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR
from clearaccounts.cash import CoverFilter, DayFilter, ItemsFilter, cover, expected_items, expected_weeks
from clearaccounts.settings import Settings
from clearaccounts.warehouse import Warehouse, open_read_only
from tests.cash.histories import open_invoice, paid, together
from tests.worlds import world

LAST = date(2026, 6, 30)
# The ends of months of which the back-test asks on the last day, and what it needs before them.
CUTOFFS = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))


@st.composite
def later_documents(draw: st.DrawFn, day: date) -> dict[str, Any]:
    """Documents of every kind, all after a day, many on what was open or paid before it."""
    after = st.dates(day + timedelta(days=1), LAST)
    old = st.sampled_from([*(f"X{number}" for number in range(6)), *(f"C1-{number:02}" for number in range(1, 9))])
    kinds = ("customer_invoices", "payments", "credit_notes", "allocations", "holds", "supplier_invoices")
    found: dict[str, Any] = {kind: [] for kind in kinds}
    for number in range(draw(st.integers(1, 6))):
        on, key = draw(after), f"L{number}"
        kind = draw(st.sampled_from([
            "invoice", "payment", "refund", "unapplied", "credit_note", "write_off", "written_back", "hold", "supplier"]))
        size = draw(st.integers(1, 60))
        step = {"allocation_id": key, "applied_on": on, "source_id": key, "invoice_id": draw(old), "amount_applied": size}
        if kind == "invoice":
            found["customer_invoices"].append(open_invoice(key, on + timedelta(days=draw(st.integers(30, 90))), issued_on=on))
        elif kind in ("payment", "refund", "unapplied"):
            amount = size * (-1 if kind == "refund" else 1)
            found["payments"].append({"payment_id": key, "received_on": on, "amount_total": amount})
            if kind != "unapplied":
                found["allocations"].append({**step, "amount_applied": amount})
        elif kind == "credit_note":
            found["credit_notes"].append({"credit_note_id": key, "issued_on": on, "amount_total": 60})
            found["allocations"].append({**step, "source_type": "credit_note"})
        elif kind in ("write_off", "written_back"):
            amount = size * (-1 if kind == "written_back" else 1)
            found["allocations"].append({**step, "source_type": "write_off", "source_id": None, "amount_applied": amount})
        elif kind == "hold":
            found["holds"].append({"hold_id": key, "starts_on": on, "hold_type": draw(st.sampled_from(["dispute", "promise_to_pay"]))})
        else:
            found["supplier_invoices"].append({"supplier_invoice_id": key, "issued_on": on, "amount_total": 500})
    return found


def told(warehouse: Warehouse, day: date) -> list[list[dict[str, Any]]]:
    """All that the page says on a day: items, weeks, and Microsoft's side."""
    return [
        expected_items(warehouse, ItemsFilter(day), OPERATOR).to_pylist(), expected_weeks(warehouse, DayFilter(day), OPERATOR).to_pylist(),
        cover(warehouse, CoverFilter(day), OPERATOR).to_pylist()]


def predicted(warehouse: Warehouse, day: date) -> set[tuple[Any, ...]]:
    """What the back-test says on the last day that each method would have said at the end of a day."""
    with open_read_only(warehouse.path, Settings()) as connection:
        return set(connection.execute(
            "select invoice_id, instalment_number, method, said_on, early_on, late_on, amount_outstanding "
            "from forecast_tests($last, null) where cutoff_on = $day", {"last": LAST, "day": day}).fetchall())


# A world takes a second to build: no shrinking.
@settings(
    max_examples=10, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), day=st.sampled_from(CUTOFFS), late=st.lists(st.integers(-3, 40), min_size=8, max_size=8), voided=st.booleans())
def test_later_documents_change_no_earlier_forecast(data: st.DataObject, day: date, late: list[int], voided: bool) -> None:
    due = [day + timedelta(days=days) for days in (-50, -20, -3, 0, 9, 29)]
    then = together(
        paid("C1", late, date(2025, 8, 1)), paid("C2", late, date(2025, 9, 1)),
        customers=[{"customer_id": "C1", "segment": "small"}, {"customer_id": "C2", "segment": "small"}],
        customer_invoices=[open_invoice(f"X{number}", on, f"C{number % 2 + 1}") for number, on in enumerate(due)],
        supplier_invoices=[{"supplier_invoice_id": "S", "issued_on": day - timedelta(days=9), "amount_total": 90}])
    later = data.draw(later_documents(day))
    since = together(then, **later)
    if voided:
        # An invoice that was open on the day, and one that was paid before it.
        since["customer_invoices"] = [
            {**row, "invoice_status": "void", "voided_on": day + timedelta(days=1)} if row["invoice_id"] in ("X4", "C2-08") else row
            for row in since["customer_invoices"]]
    with TemporaryDirectory() as folder:
        before, after = world(Path(folder), LAST, **then), world(Path(folder), LAST, **since)
        assert told(before, day) == told(after, day)
        said = predicted(before, day)
        assert said == predicted(after, day) and {row[2] for row in said} == {
            "own_history", "due_date", "customer_mean", "portfolio_median"}
        shown = {(row["invoice_id"], row["expected_on"], row["earliest_on"], row["latest_on"]) for row in told(after, day)[0]}
        assert shown == {(row[0], *row[3:6]) for row in said if row[2] == "own_history"}, "the test measures what the page says"
