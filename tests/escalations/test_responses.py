"""Microsoft's first response: met, breached, running, unknown or without a target, each by a request of its own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.escalations import responses
from clearaccounts.escalations.responses import ResponseLevelsFilter, ResponseRequestsFilter
from clearaccounts.warehouse import Warehouse
from tests.worlds import Row, world

AT = datetime(2026, 6, 5, 12)
PERIOD = (date(2026, 6, 1), date(2026, 6, 30))
OPENED = "2026-06-01 08:00:00"


def request(name: str, severity: str | None = "A", opened_at: str = OPENED, **others: object) -> Row:
    usual = {"service_request_id": name, "case_id": f"CASE-{name}", "customer_id": "C1", "severity": severity, "opened_at": opened_at}
    return {**usual, **others}


def event(name: str, at: str, event_type: str, actor: str | None = "Microsoft") -> Row:
    return {"case_id": f"CASE-{name}", "occurred_at": f"2026-06-{at}", "event_type": event_type, "actor": actor}


# request -> its row, the events of its case, its state, the minutes taken (the first of answer and closing, or so far)
REQUESTS: dict[str, tuple[Row, list[Row], str, str]] = {
    "AT-TARGET": (request("AT-TARGET"), [event("AT-TARGET", "01 10:00:00", "resumed")], "met", "120"),
    "PAST-IT": (request("PAST-IT"), [event("PAST-IT", "01 10:00:01", "replied", " MICROSOFT ")], "breached", "120.0167"),
    # That somebody here went on with it by then does not say when Microsoft had written.
    "OURS-PAST-IT": (request("OURS-PAST-IT"), [event("OURS-PAST-IT", "01 10:00:01", "resolved", "desk")], "unknown", "120.0167"),
    "NOBODYS-PAST-IT": (request("NOBODYS-PAST-IT"), [event("NOBODYS-PAST-IT", "01 10:00:01", "replied", None)], "unknown", "120.0167"),
    "OURS-THEN-THEIRS": (
        request("OURS-THEN-THEIRS"),
        [event("OURS-THEN-THEIRS", "01 10:00:01", "resumed", "desk"), event("OURS-THEN-THEIRS", "01 11:00:00", "replied")],
        "unknown", "120.0167"),
    "OURS-IN-TIME": (request("OURS-IN-TIME"), [event("OURS-IN-TIME", "01 09:00:00", "resumed", "desk")], "met", "60"),
    "B-HAS-LONGER": (request("B-HAS-LONGER", "B"), [event("B-HAS-LONGER", "01 12:00:00", "replied")], "met", "240"),
    # Neither an escalation nor the customer answers; what was there before the request was opened does not either.
    "NOT-ANSWERS": (
        request("NOT-ANSWERS"),
        [event("NOT-ANSWERS", "01 07:50:00", "replied"), event("NOT-ANSWERS", "01 08:00:00", "escalated"),
         event("NOT-ANSWERS", "01 08:10:00", "escalated"), event("NOT-ANSWERS", "01 08:20:00", "resumed", " CUSTOMER"),
         event("NOT-ANSWERS", "01 11:00:00", "resumed")],
        "breached", "180"),
    "CLOSED-IN-TIME": (request("CLOSED-IN-TIME", closed_at="2026-06-01 09:00:00"), [], "met", "60"),
    "CLOSED-LATER": (request("CLOSED-LATER", closed_at="2026-06-01 10:00:01"), [], "unknown", "120.0167"),
    # Its first event came after the closing: whatever answered it left none.
    "TOLD-AFTERWARDS": (
        request("TOLD-AFTERWARDS", closed_at="2026-06-01 11:00:00"),
        [event("TOLD-AFTERWARDS", "01 12:00:00", "replied")], "unknown", "180"),
    "OPEN-IN-TIME": (request("OPEN-IN-TIME", "C", "2026-06-05 04:00:00"), [], "running", "480"),
    "OPEN-PAST-IT": (request("OPEN-PAST-IT", "C", "2026-06-05 03:59:00"), [], "unknown", "481"),
    "NO-CASE": (request("NO-CASE", case_id=None, closed_at="2026-06-01 09:00:00"), [], "met", "60"),
    "NO-SEVERITY": (request("NO-SEVERITY", None), [event("NO-SEVERITY", "01 09:00:00", "replied")], "none", "60"),
    "COMMERCIAL": (request("COMMERCIAL", support_vehicle="commercial"), [event("COMMERCIAL", "01 09:00:00", "replied")], "none", "60"),
    # Answered at the instant looked at: not known before it.
    "JUST-NOW": (request("JUST-NOW", "A", "2026-06-05 11:00:00"), [event("JUST-NOW", "05 12:00:00", "replied")], "running", "60"),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world(
        tmp_path_factory.mktemp("desk"), date(2026, 6, 5), customers=[{"customer_id": "C1"}],
        support_cases=[
            {"case_id": f"CASE-{name}", "opened_at": "2026-06-01 06:00:00", "resolved_at": "2026-06-01 08:05:00"} for name in REQUESTS
        ],
        case_events=[event for _, events, _, _ in REQUESTS.values() for event in events],
        service_requests=[row for row, _, _, _ in REQUESTS.values()],
    )


@pytest.mark.parametrize("name", REQUESTS)
def test_each_state(desk: Warehouse, name: str) -> None:
    rows = responses.response_requests(desk, ResponseRequestsFilter(AT, *PERIOD), OPERATOR).to_pylist()
    row = next(row for row in rows if row["service_request_id"] == name)
    assert (row["response_status"], row["elapsed_minutes"]) == (REQUESTS[name][2], Decimal(REQUESTS[name][3]))


def test_states_are_counted_apart_and_lead_to_their_requests(desk: Warehouse) -> None:
    rows = {row["severity"]: row for row in responses.response_levels(desk, ResponseLevelsFilter(AT, *PERIOD), OPERATOR).to_pylist()}
    a = rows["A"]
    assert [a[f"{state}_count"] for state in ("met", "breached", "running", "unknown", "none")] == [4, 2, 1, 5, 1]
    assert a["attainment_rate"] == Decimal("0.6667") and a["goal_minutes"] == 120
    assert rows["C"]["attainment_rate"] is None and rows["C"]["unknown_count"] == 1
    for severity in rows:
        for state in responses.RESPONSE_STATUSES:
            chosen = ResponseRequestsFilter(AT, *PERIOD, severity or "none", state)
            assert responses.response_requests(desk, chosen, OPERATOR).num_rows == rows[severity][f"{state}_count"]
