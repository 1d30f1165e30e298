"""Whatever the plans and the requests: what is assigned and what is not comes to the fees exactly, in every period.

The macro of the fees runs alone, on tables made here: an example costs milliseconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts.query_files import steps

FIRST = date(2026, 1, 1)
MINOR_UNITS = {"EUR": 2, "JPY": 0, "KWD": 3, "USD": 2, "GBP": 2}
Rows = list[tuple[str | None, Decimal | None]]
DAYS = st.integers(0, 364).map(lambda count: FIRST + timedelta(days=count))
CENTS = st.integers(1, 10**9).map(lambda count: Decimal(count) / 100)


@st.composite
def plans(draw: st.DrawFn, number: int) -> tuple[Any, ...]:
    """A plan: id, unit, first and last day, days of its term, fee and its currency; of GBP no rate is known."""
    starts_on, length = draw(DAYS), draw(st.integers(1, 400))
    return (
        f"P{number}", draw(st.sampled_from(["hours", "incidents", "unlimited"])), starts_on, starts_on + timedelta(days=length - 1), length,
        draw(CENTS), draw(st.sampled_from([None, "EUR", "USD", "GBP"])))


@st.composite
def requests(draw: st.DrawFn, number: int) -> tuple[Any, ...]:
    """A request: id, customer or none, plan or none, day and hours."""
    return (
        f"S{number}", draw(st.sampled_from([None, "C1", "C2"])), draw(st.sampled_from([None, "P0", "P1", "P2"])), draw(DAYS),
        draw(st.sampled_from([None, Decimal(0), Decimal("0.25"), Decimal(1), Decimal("3.3333"), Decimal(700)])))


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables that the macros read, and the macros as the build makes them."""
    with duckdb.connect() as made:
        made.execute("create table currencies (currency text, minor_units integer)")
        made.executemany("insert into currencies values (?, ?)", list(MINOR_UNITS.items()))
        made.execute("create table exchange_rates (currency text, rate_on date, rate_until_on date, rate_to_company decimal(24, 10))")
        made.execute("insert into exchange_rates values ('USD', '2025-01-01', null, 0.9137), ('EUR', '2025-01-01', null, 1.0513)")
        made.execute(
            "create table support_plans (support_plan_id text, entitlement_unit text, starts_on date, ends_on date, term_days bigint,"
            " amount_fee decimal(18, 4), currency text)")
        made.execute(
            "create table service_requests (service_request_id text, customer_id text, case_id text, used_support_plan_id text,"
            " opened_on date, hours_used decimal(18, 4), withdrawn_on date)")
        for name in ("service_requests_on", "plan_fee_shares"):
            macro = steps("macros")[name]
            made.execute(f"create macro {name}({', '.join(one.name for one in macro.parameters)}) as table {macro.sql}")
        yield made


def fees(connection: duckdb.DuckDBPyConnection, first: date, last: date, currency: str) -> dict[str, Rows]:
    """Each plan's rows: the request (None: unused) and its share."""
    found = defaultdict(list)
    for plan, request, share in connection.execute(
        "select support_plan_id, service_request_id, amount_share_company from plan_fee_shares(?, ?, ?)", [first, last, currency]
    ).fetchall():
        found[plan].append((request, share))
    return found


def total(rows: Rows) -> Decimal:
    return sum((share for _, share in rows if share is not None), Decimal(0))


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@settings(max_examples=12, deadline=None)
@given(
    given_plans=st.tuples(*(plans(number) for number in range(3))),
    given_requests=st.integers(0, 9).flatmap(lambda count: st.tuples(*(requests(number) for number in range(count)))),
    ends=st.tuples(DAYS, DAYS),
)
def test_assigned_and_not_assigned_come_to_the_fees(
    connection: duckdb.DuckDBPyConnection, currency: str, given_plans: Any, given_requests: Any, ends: tuple[date, date],
) -> None:
    connection.execute("delete from support_plans")
    connection.execute("delete from service_requests")
    connection.executemany("insert into support_plans values (?, ?, ?, ?, ?, ?, ?)", given_plans)
    if given_requests:
        connection.executemany("insert into service_requests values (?, ?, null, ?, ?, ?, null)", given_requests)
    first, last = min(ends), max(ends)
    smallest = Decimal(1).scaleb(-MINOR_UNITS[currency])
    middle = first + (last - first) // 2
    parts = (fees(connection, first, middle, currency), fees(connection, middle + timedelta(days=1), last, currency))
    found = fees(connection, first, last, currency)
    for plan, unit, starts_on, ends_on, length, fee, own in given_plans:
        rate = ({"USD": Decimal("0.9137"), "EUR": Decimal("1.0513")} | {currency: Decimal(1), None: Decimal(1)}).get(own)
        days = max(0, (min(last, ends_on) - max(first, starts_on)).days + 1)
        rows = found.get(plan, [])
        assert bool(rows) is (days > 0)
        used = {
            request: hours or Decimal(0) if unit == "hours" else Decimal(1)
            for request, _, its, opened_on, hours in given_requests if its == plan and first <= opened_on <= last}
        weight = sum(used.values(), Decimal(0))
        if rate is None:
            assert all(share is None for _, share in rows)
            continue
        if rows:
            # Every request has its share, to within a smallest unit, or the plan one row that nobody used.
            assert {request for request, _ in rows} == (set(used) if weight else {None})
            assert abs(total(rows) - fee * rate * days / length) <= smallest * 3 / 2
            for request, share in rows:
                assert share is not None and share % smallest == 0 and share >= 0
                if request is not None:
                    assert abs(share - total(rows) * used[request] / weight) < smallest
        # Two periods in a row come to the one that they make, and the whole term to the fee.
        assert sum((total(part.get(plan, [])) for part in parts), Decimal(0)) == total(rows)
        whole = total(fees(connection, starts_on, ends_on, currency)[plan])
        assert abs(whole - fee * rate) <= smallest / 2 and (rate != 1 or MINOR_UNITS[currency] < 2 or whole == fee)
