"""The sample partner on a few days: the method once more in plain Python, written from its description and sharing no code."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any, TypeAlias

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.cash import DayFilter, ItemsFilter, backtest, expected_items
from clearaccounts.warehouse import Warehouse
from tests.receivables import ledger as plain
from tests.receivables.test_ageing_on_the_sample import FIRST_ON, KINDS, rows

Key: TypeAlias = tuple[str, int | None]
START_ON = FIRST_ON - timedelta(days=20)
LAST_SEEN_ON = date(2025, 5, 31)
TENTH, HALF, NINE_TENTHS = Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)
EIGHTHS = [Fraction(number, 8) for number in (1, 3, 5, 7)]


def point(values: list[int], share: Fraction) -> int:
    """The smallest of the values that this share of them does not exceed."""
    return sorted(values)[max(ceil(share * len(values)), 1) - 1]


class Past:
    """What was open at the end of each day, and when each item was closed, as known on any of these days."""

    def __init__(self, ledger: plain.Ledger, last: date) -> None:
        self.ledger = ledger
        self.open: dict[date, dict[Key, tuple[str, date]]] = {}
        day = START_ON
        while day <= last:
            self.open[day] = {
                (str(invoice["invoice_id"]), number): (str(invoice["customer_id"]), due or date.fromisoformat(str(invoice["issued_on"])))
                for invoice, number, due, amount in plain.items(ledger, day) if amount > 0
            }
            day += timedelta(days=1)

    def closed(self, seen_on: date) -> dict[Key, tuple[str, date, date]]:
        """Items that were open and are not: customer, due day, first day from which nothing was open, by a payment among others."""
        found: dict[Key, tuple[str, date, date]] = {}
        before: dict[Key, tuple[str, date]] = {}
        day = START_ON
        while day <= seen_on:
            now = self.open[day]
            for key in before.keys() - now.keys():
                found[key] = (*before[key], day)
            for key in now.keys() & found.keys():
                del found[key]
            before, day = now, day + timedelta(days=1)
        settled = plain.in_force(self.ledger, seen_on)
        paid = {str(invoice["invoice_id"]) for allocation, invoice, _, amount, _ in settled
                if allocation["source_type"] == "payment" and amount != 0}
        return {key: value for key, value in found.items() if key[0] in paid}


def expected(past: Past, segments: dict[str, str | None], seen_on: date) -> dict[Key, tuple[date | None, date | None, date | None]]:
    """Earliest, expected and latest day of every open item."""
    own: dict[str, list[tuple[date, date, str, int, int]]] = defaultdict(list)
    of_segment: dict[str | None, list[int]] = defaultdict(list)
    everybody: list[int] = []
    for (invoice_id, number), (customer_id, due, closed_on) in past.closed(seen_on).items():
        late = (closed_on - due).days
        own[customer_id].append((closed_on, due, invoice_id, number or 0, late))
        of_segment[segments.get(customer_id)].append(late)
        everybody.append(late)
    found: dict[Key, tuple[date | None, date | None, date | None]] = {}
    for key, (customer_id, due) in past.open[seen_on].items():
        segment = segments.get(customer_id)
        # The newest first: by the day of payment, then by due day; ties by the smaller id.
        mine = sorted(own[customer_id], key=lambda one: (-one[0].toordinal(), -one[1].toordinal(), one[2], one[3]))
        beside = of_segment[segment] if segment is not None and len(of_segment[segment]) >= 10 else everybody
        values = [late for *_, late in mine[:24]] + [point(beside, share) for share in EIGHTHS if beside]
        least = (seen_on - due).days + 1
        left = [late for late in values if late >= least]
        if not left:
            tail = [late for late in everybody if late >= least]
            left = tail if len(tail) >= 4 else []
        found[key] = (None, None, None)
        if left:
            first, middle, last = (due + timedelta(days=point(left, share)) for share in (TENTH, HALF, NINE_TENTHS))
            found[key] = (first, middle, last)
    return found


@pytest.fixture(scope="module")
def past() -> Past:
    """The first months of the sample, day by day."""
    return Past(plain.Ledger(**{kind: rows(kind) for kind in KINDS}), LAST_SEEN_ON)


@pytest.fixture(scope="module")
def segments() -> dict[str, str | None]:
    return {str(row["customer_id"]): row["segment"] for row in rows("customers")}


@pytest.mark.parametrize("day", [date(2024, 11, 5), date(2025, 2, 28), LAST_SEEN_ON])
def test_plain_python_expects_the_same_days(
    past: Past, segments: dict[str, str | None], sample_warehouse: Warehouse, day: date,
) -> None:
    shown = {
        (row["invoice_id"], row["instalment_number"]): (row["earliest_on"], row["expected_on"], row["latest_on"])
        for row in expected_items(sample_warehouse, ItemsFilter(day), OPERATOR).to_pylist()
    }
    assert shown == expected(past, segments, day)
    assert len(shown) > 100 and any(days != (None, None, None) for days in shown.values())


def test_plain_python_measures_the_same_errors(past: Past, segments: dict[str, str | None], sample_warehouse: Warehouse) -> None:
    cutoffs = [date(2024, 12, 31), date(2025, 1, 31), date(2025, 2, 28)]
    ended = past.closed(LAST_SEEN_ON)
    errors: list[int] = []
    inside: list[bool] = []
    for cutoff in cutoffs:
        for key, (early, middle, late) in expected(past, segments, cutoff).items():
            if middle is None or early is None or late is None:
                continue
            if key in ended:
                errors.append(abs((ended[key][2] - middle).days))
                inside.append(early <= ended[key][2] <= late)
            elif key in past.open[LAST_SEEN_ON] and late <= LAST_SEEN_ON:
                inside.append(False)
    row: dict[str, Any] = backtest(sample_warehouse, DayFilter(LAST_SEEN_ON), OPERATOR).to_pylist()[0]
    assert (row["cutoff_count"], row["item_count"]) == (len(cutoffs), len(errors))
    assert float(row["mean_absolute_error_days"]) == round(sum(errors) / len(errors), 4)
    assert float(row["in_range_rate"]) == round(sum(inside) / len(inside), 4)
