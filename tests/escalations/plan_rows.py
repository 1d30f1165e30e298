"""Support plans and service requests as a test writes them."""

from __future__ import annotations

from tests.worlds import Row


def plan(key: str, starts: str = "2026-01-01", ends: str = "2026-12-31", quantity: object = "100", **more: object) -> Row:
    """A plan of the PSfP in hours, unless it says otherwise."""
    return {"support_plan_id": key, "starts_on": starts, "ends_on": ends, "entitlement_quantity": quantity, **more}


def request(key: str, opened: str, **more: object) -> Row:
    """A request of noon on that day, of the PSfP unless it says otherwise."""
    return {"service_request_id": key, "opened_at": f"{opened} 12:00:00", **more}


def requests(plan_id: str, *days: str, **more: object) -> list[Row]:
    """Requests that name the plan, one on each day."""
    return [request(f"{plan_id}-{number}", day, support_plan_id=plan_id, **more) for number, day in enumerate(days)]
