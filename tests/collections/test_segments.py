"""Stages by segment: which customer is judged by which stages, by hand and against plain Python."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearaccounts.access import OPERATOR
from clearaccounts.collections.evidence import gather
from clearaccounts.collections.policy import Policy, Stage, Variant, parse
from clearaccounts.collections.stages import StagesFilter, stages
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

DAY = date(2026, 6, 30)
TEXT = """
name = "By segment"
version = 1
effective_on = 2026-01-01

[[stages]]
name = "suspension"
action = "suspend"
min_overdue_days = 30
requires_notice = "final_notice"
notice_days = 5

[[segments]]
segment = "Public Sector"
[[segments.thresholds]]
stage = "suspension"
min_overdue_days = 60
min_overdue_amount = { EUR = "200.00" }
notice_days = 20

[[segments]]
segment = "friends"
stages = []
"""


def invoice(customer_id: str, due: str, amount: str = "100.00", **more: str) -> Row:
    return {"customer_id": customer_id, "invoice_id": f"I{customer_id}", "issued_on": "2026-03-01", "due_on": due, "amount_total": amount,
            **more}


def notice(customer_id: str, sent: str) -> Row:
    return {"notice_id": f"N{customer_id}", "customer_id": customer_id, "sent_on": sent}


def test_each_segment_is_judged_by_its_own_stages_and_the_others_by_the_policys(tmp_path: Path) -> None:
    segments = {"C1": None, "C2": "retail", "C3": " public sector ", "C4": "PUBLIC SECTOR", "C5": "Friends", "C6": "public sector"}
    found = stages(
        world(
            tmp_path,
            customers=[{"customer_id": name, "segment": segment} for name, segment in segments.items()],
            customer_invoices=[
                invoice("C1", "2026-05-31"), invoice("C2", "2026-05-31"), invoice("C3", "2026-05-02", "900.00"),
                invoice("C4", "2026-05-01", "200.00"), invoice("C5", "2026-04-01", "900.00"), invoice("C6", "2026-05-01", "199.99"),
            ],
            notices=[notice(name, "2026-06-10") for name in segments],
        ),
        StagesFilter(DAY), parse(TEXT, "policy"), OPERATOR,
    ).to_pylist()
    assert {row["customer_id"]: (row["stage"], row["is_flagged"], row["hold_reasons"]) for row in found} == {
        "C1": ("suspension", True, ""),
        "C2": ("suspension", True, ""),
        "C3": ("clear", False, ""),  # 59 days
        "C4": ("suspension", True, ""),  # 60 days, 200, and its final notice is 20 days old
        "C5": ("clear", False, ""),
        "C6": ("clear", False, ""),
    }


def test_the_waiting_days_of_a_segment_are_its_own_in_stage_and_evidence(tmp_path: Path) -> None:
    policy = parse(TEXT, "policy")
    built = world(
        tmp_path,
        customers=[{"customer_id": "C1"}, {"customer_id": "C2", "segment": "public sector"}],
        customer_invoices=[invoice("C1", "2026-04-01", "900.00"), invoice("C2", "2026-04-01", "900.00")],
        notices=[notice("C1", "2026-06-20"), notice("C2", "2026-06-20")],
    )
    one, other = (gather(built, OPERATOR, name, "EUR", as_of_on=DAY, policy=policy) for name in ("C1", "C2"))
    assert (one.is_flagged, [row["notice_id"] for row in one.notices]) == (True, ["NC1"])
    assert (other.is_flagged, other.hold_reasons, other.notices) == (False, ("no_final_notice",), ())


@pytest.mark.parametrize(("name", "world_part"), [
    ("severity_a_case", {"support_cases": [{"case_id": "K", "severity": "A", "opened_at": "2026-06-29 10:00:00"}]}),
    ("unapplied_covers_debt", {"payments": [{"payment_id": "P", "received_on": "2026-06-01", "amount_total": "100.00"}]}),
    ("cancellation_window", {"subscriptions": [{"subscription_id": "S", "cancellable_until_on": "2026-07-01"}]}),
])
def test_a_hold_that_is_switched_off_holds_nobody_and_the_others_still_do(tmp_path: Path, name: str, world_part: dict[str, Any]) -> None:
    text = TEXT.partition("[[segments]]")[0]
    off = f'{text}[holds]\n{name} = false\nswitched_off_because = "agreed"\n'
    promise = [{"hold_id": "H", "hold_type": "promise_to_pay", "starts_on": "2026-06-01", "ends_on": "2026-06-30"}]
    base: dict[str, Any] = {"customer_invoices": [invoice("C1", "2026-04-01")], "notices": [notice("C1", "2026-06-10")], **world_part}

    def row(built: Warehouse, policy: str) -> dict[str, Any]:
        only: dict[str, Any] = stages(built, StagesFilter(DAY), parse(policy, "p"), OPERATOR).to_pylist()[0]
        return only

    alone, promised = world(tmp_path, **base), world(tmp_path, **base, holds=promise)
    assert (row(alone, text)["hold_reasons"], row(alone, text)["is_flagged"]) == (name, False)
    assert (row(alone, off)["hold_reasons"], row(alone, off)["is_flagged"]) == ("", True)
    assert (row(promised, off)["hold_reasons"], row(promised, off)["is_flagged"]) == ("promise_to_pay", False)


# Against plain Python: one world of customers, any policy with any variants.

SEGMENTS = (None, "retail", "public sector", "Friends")
CURRENCIES = ("EUR", "USD")


def _items() -> list[Row]:
    """Two dozen customers with up to three invoices of various age, amount and currency."""
    rows: list[Row] = []
    for number in range(24):
        for part in range(1 + number % 3):
            days = (number * 7 + part * 23) % 90 - 10
            due = DAY - timedelta(days=days)
            rows.append({
                "customer_id": f"C{number:02d}", "invoice_id": f"I{number:02d}-{part}",
                "currency": CURRENCIES[(number + part) % 2],
                "issued_on": str(due - timedelta(days=15 + number % 20)), "due_on": str(due),
                "amount_total": f"{20 + number * 9 + part}.50",
            })
    return rows


ITEMS = _items()
SEGMENT_OF = {f"C{number:02d}": SEGMENTS[number % 4] for number in range(24)}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    customers = [{"customer_id": name, "segment": segment} for name, segment in SEGMENT_OF.items()]
    return world(tmp_path_factory.mktemp("segments"), customers=customers, customer_invoices=ITEMS)


def expected(policy: Policy) -> dict[tuple[str, str], str]:
    """The stage of each customer and currency by plain arithmetic, as the contract words it."""
    found = {}
    for customer_id, currency in {(str(item["customer_id"]), str(item["currency"])) for item in ITEMS}:
        own = [variant for variant in policy.variants if variant.segment.strip().lower() == (SEGMENT_OF[customer_id] or "").lower()]
        clock, ladder = (own[0].clock, own[0].stages) if own else (policy.clock, policy.stages)
        stage_name = "clear"
        for stage in ladder:
            met = []
            for item in ITEMS:
                if (item["customer_id"], item["currency"]) != (customer_id, currency):
                    continue
                overdue = (DAY - date.fromisoformat(str(item["due_on"]))).days
                counted = overdue if clock == "due_date" else (DAY - date.fromisoformat(str(item["issued_on"]))).days
                if overdue > 0 and counted >= (stage.min_overdue_days or 0):
                    met.append(Decimal(str(item["amount_total"])))
            wanted = None if stage.min_overdue_amount is None else dict(stage.min_overdue_amount)
            if not met or (wanted is not None and currency not in wanted):
                continue
            if len(met) >= (stage.min_overdue_invoices or 0) and sum(met) >= (wanted or {}).get(currency, Decimal(0)):
                stage_name = stage.name
        found[customer_id, currency] = stage_name
    return found


amounts = st.none() | st.dictionaries(
    st.sampled_from(CURRENCIES), st.decimals(0, 300, places=2), max_size=2,
).map(lambda pairs: tuple(pairs.items()))
ladders = st.lists(
    st.builds(
        Stage, st.sampled_from(["a", "b", "c"]), st.sampled_from(["notify", "suspend"]), st.none() | st.integers(0, 90),
        st.none() | st.integers(0, 3), amounts,
    ), max_size=3, unique_by=lambda stage: stage.name,
).map(tuple)
clocks = st.sampled_from(["due_date", "invoice_date"])
variants = st.lists(
    st.builds(Variant, st.sampled_from(["Retail", "public sector", "friends", "nobody"]), clocks, ladders), max_size=4,
    unique_by=lambda variant: variant.segment,
).map(tuple)
policies = st.builds(Policy, st.just("P"), st.just(1), st.just(DAY), clocks, ladders, variants=variants)


@settings(deadline=None, max_examples=50)
@given(policy=policies)
def test_any_policy_gives_the_stages_of_plain_python(policy: Policy, built: Warehouse) -> None:
    found = stages(built, StagesFilter(DAY), policy, OPERATOR)
    assert {(row["customer_id"], row["currency"]): row["stage"] for row in found.to_pylist()} == expected(policy)
    assert pc.sum(found["overdue_invoice_count"]).as_py() == sum(1 for item in ITEMS if str(item["due_on"]) < str(DAY))
