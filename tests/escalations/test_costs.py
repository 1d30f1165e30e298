"""What support plans cost, by hand, and what their incidents would have cost elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role
from clearaccounts.errors import NotPermitted
from clearaccounts.escalations.costs import alternative_costs, plan_costs
from clearaccounts.escalations.usage import PlansFilter
from clearaccounts.warehouse import Warehouse
from tests.escalations.plan_rows import plan, request, requests
from tests.worlds import Row, world

DAY = PlansFilter(date(2026, 6, 30))  # 181 of 365 days
FEE = {"amount_fee": "3650.00", "currency": "EUR"}
ASFP = {"support_vehicle": "asfp", "entitlement_unit": "unlimited"}
CLOUD, SERVER = "Microsoft 365 Business Premium", "Windows Server 2025"


def costs(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    return {row["support_plan_id"]: row for row in plan_costs(warehouse, DAY, OPERATOR).to_pylist()}


def test_fee_by_day_by_incident_and_by_hour(tmp_path: Path) -> None:
    found = costs(world(
        tmp_path,
        support_plans=[
            plan("HOURS", **FEE), plan("INCIDENTS", quantity="20", entitlement_unit="incidents", **FEE), plan("ZERO", quantity="0", **FEE),
            plan("NO-FEE", currency="EUR"), plan("NO-CURRENCY", amount_fee="10.00"), plan("GIVEN", amount_fee="0.00", currency="EUR"),
        ],
        service_requests=[*requests("HOURS", "2026-02-01", "2026-03-01", "2026-04-01", hours_used="2.5"),
                          *requests("INCIDENTS", "2026-02-01"), *requests("NO-FEE", "2026-02-01", hours_used="1"),
                          *requests("GIVEN", "2026-02-01", hours_used="1")]))

    def of(key: str) -> tuple[object, ...]:
        row = found[key]
        return tuple(row[f"amount_{name}"] for name in ("fee_elapsed", "per_incident", "per_hour", "per_incident_full", "per_hour_full"))
    # 10 EUR a day: 1810 so far.
    assert of("HOURS") == (1810, Decimal("603.33"), Decimal("241.33"), None, Decimal("36.5"))
    assert of("INCIDENTS") == (1810, 1810, None, Decimal("182.5"), None)
    assert of("ZERO") == (1810, None, None, None, None)
    assert of("NO-FEE") == of("NO-CURRENCY") == (None, None, None, None, None)
    assert of("GIVEN") == (0, 0, 0, None, 0)


def test_amounts_are_rounded_once_to_what_their_currency_has(tmp_path: Path) -> None:
    fees = {"CENTS": ("3.66", "EUR"), "YEN": ("1000", "JPY"), "DINARS": ("3.66", "KWD")}
    found = costs(world(
        tmp_path, support_plans=[plan(key, quantity="3", amount_fee=fee, currency=code) for key, (fee, code) in fees.items()],
        service_requests=[row for key in fees for row in requests(key, "2026-02-01", "2026-03-01", hours_used="1")]))
    # 3.66 x 181 / 365 = 1.81496; by way of four decimals it would come to 1.82.
    assert [tuple(found[key][f"amount_{name}"] for name in ("fee_elapsed", "per_incident", "per_hour_full")) for key in fees] == [
        (Decimal("1.81"), Decimal("0.91"), Decimal("1.22")), (496, 248, 333), (Decimal("1.815"), Decimal("0.908"), Decimal("1.22")),
    ]


def case(key: str, support_type: str | None, product: str | None) -> Row:
    return {"case_id": key, "customer_id": "C1", "opened_at": "2026-01-01 09:00:00", "support_type": support_type, "product_name": product}


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A PSfP plan used for one case of each kind, and plans of other vehicles in the same days."""
    return world(
        tmp_path_factory.mktemp("elsewhere"), customers=[{"customer_id": "C1"}],
        support_cases=[case("CLOUD", "technical", CLOUD), case("SERVER", "technical", SERVER), case("VAGUE", "technical", None),
                       case("MONEY", "billing", CLOUD)],
        support_plans=[
            plan("P", **FEE),
            # Half of its term lies in the other's: 100 a day, 90 days, two incidents of the three.
            plan("A1", "2025-10-03", "2026-03-31", None, **ASFP, amount_fee="18000.00", currency="EUR"),
            plan("A2", "2026-04-01", "2026-12-31", None, **ASFP, amount_fee="275.00", currency="USD"),
            plan("C", support_vehicle="cloud", entitlement_unit="unlimited", quantity=None),
        ],
        service_requests=[
            *(request(f"R-{key}", "2026-05-01", case_id=key, hours_used="1") for key in ("CLOUD", "SERVER", "VAGUE", "MONEY")),
            request("R-NONE", "2026-05-01", hours_used="1"),
            *requests("A1", "2025-12-01", "2026-01-15", "2026-03-01", support_vehicle="asfp"),
            *requests("A2", "2026-05-01", support_vehicle="asfp"),
            *requests("C", "2026-05-01", support_vehicle="cloud"),
        ],
    )


def test_elsewhere_at_what_was_paid_there_in_the_same_days(partner: Warehouse) -> None:
    found = {
        (row["alternative_vehicle"], row["currency"]): row
        for row in alternative_costs(partner, DAY, OPERATOR).to_pylist() if row["support_plan_id"] == "P"
    }
    # Five requests: asfp takes on the cloud one; of the vague one and the one without a case nobody can say.
    assert {key: (row["request_count"], row["covered_count"], row["unknown_count"]) for key, row in found.items()} == {
        ("asfp", "EUR"): (5, 1, 2), ("asfp", "USD"): (5, 1, 2), ("cloud", None): (5, 1, 2), ("on_premises", None): (5, 1, 2),
        ("commercial", "EUR"): (5, 1, 1),
    }
    amounts = {key: (row["amount_per_incident"], row["amount_alternative"], row["amount_own"]) for key, row in found.items()}
    assert amounts == {
        ("asfp", "EUR"): (4500, 4500, 362),  # 90 days at 100 / 2; here 1810 / 5
        ("asfp", "USD"): (91, 91, None),  # 91 days at 1 / 1, in dollars: nothing to compare it with
        ("cloud", None): (None, None, None),  # no fee is known
        ("on_premises", None): (None, None, None),  # no plan
        ("commercial", "EUR"): (0, 0, 362),
    }


def test_costs_are_for_those_who_may_see_them(partner: Warehouse) -> None:
    for person in DEMO_PEOPLE:
        if person.role in (Role.MANAGER, Role.BILLING_ADMIN):
            assert plan_costs(partner, DAY, person).num_rows
            continue
        for query in (plan_costs, alternative_costs):
            with pytest.raises(NotPermitted):
                query(partner, DAY, person)
