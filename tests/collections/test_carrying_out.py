"""An order carried out against a local Partner Center: each line reported before the next, nothing sent on what is not so any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.collections import suspensions
from clearaccounts.collections.carrying_out import CALL_LASTS, CarriedOut, carry_out
from clearaccounts.collections.orders import OrderLine, Outcome
from clearaccounts.collections.partner_center import PartnerCenter, Reading
from clearaccounts.collections.partner_center_wire import Credentials
from clearaccounts.collections.suspensions import Mark, Status
from clearaccounts.decisions import EventFilter
from clearaccounts.errors import NotPermitted
from clearaccounts.settings import PartnerCenterAccess
from tests.collections.partner_center_server import SECRET, Fault, PartnerCenterServer, running
from tests.decisions.common import BEATRIZ, MARTIN, store_in
from tests.decisions.debtors import NOW, Town
from tests.exporting.orders import SEATS, TENANT
from tests.worlds import Row

OTHER = "22222222-aaaa-4bbb-8ccc-000000000009"
CUSTOMERS: list[Row] = [{"customer_id": "C1", "customer_name": "Alder Bakery", "microsoft_tenant_id": TENANT}, {"customer_id": "C2"}]
SUBSCRIPTIONS: list[Row] = [{"subscription_id": "S1", "microsoft_subscription_id": SEATS},
                            {"subscription_id": "S2", "microsoft_subscription_id": OTHER}]
PAID: Row = {"payment_id": "P1", "customer_id": "C1", "received_on": "2026-06-29", "amount_total": "500.00"}


@pytest.fixture
def server() -> Iterator[PartnerCenterServer]:
    with running() as one:
        one.put()
        one.put(OTHER)
        yield one


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(store_in(tmp_path), customers=CUSTOMERS, subscriptions=SUBSCRIPTIONS)


def exported(town: Town) -> Mark:
    mark = town.mark()
    mark = suspensions.approve(
        town.store, town.grounds, MARTIN, mark_id=mark.mark_id, seen_version=mark.version, seen_evidence_hash=mark.evidence_hash,
        idempotency_key="approve", now=NOW)
    return suspensions.export(
        town.store, town.grounds, BEATRIZ, mark_id=mark.mark_id, seen_version=mark.version, idempotency_key="export", now=NOW)


def center(server: PartnerCenterServer, mode: str = "live") -> PartnerCenter:
    access = PartnerCenterAccess(mode=mode, base_url=server.address, login_url=server.address, timeout_seconds=5)
    return PartnerCenter(access, Credentials(tenant_id="contoso.example", client_id="app", client_secret=SECRET), sleep=lambda _: None)


def carry(
    town: Town, mark: Mark, asked: Any, key: str = "carry", *, viewer: Any = BEATRIZ, now: datetime = NOW,
) -> CarriedOut:
    return carry_out(
        town.store, town.grounds, viewer, asked, mark_id=mark.mark_id, action="suspend", idempotency_key=key, clock=lambda: now)


def said(carried: CarriedOut) -> list[tuple[str, str]]:
    return [(one.subscription_id, one.outcome) for one in carried.outcomes]


def test_every_line_is_asked_for_and_reported(town: Town, server: PartnerCenterServer) -> None:
    mark = exported(town)
    with center(server) as asked:
        assert said(carry(town, mark, asked)) == [("S1", "suspended"), ("S2", "suspended")]
    now = suspensions.mark_of(town.store, mark.mark_id)
    assert now.mark_status is Status.SUSPENDED and {one.source for one in now.outcomes.values()} == {"api"}
    first = now.outcomes["S1"].outcome
    assert first.state_before is not None and first.state_before["autoRenewEnabled"] is True, "kept for the way back"


def test_a_dry_run_sends_and_reports_nothing(town: Town, server: PartnerCenterServer) -> None:
    mark = exported(town)
    with center(server, "dry_run") as asked:
        assert said(carry(town, mark, asked)) == [("S1", "not_done"), ("S2", "not_done")]
    now = suspensions.mark_of(town.store, mark.mark_id)
    assert now.version == mark.version
    assert {request.method for request in server.requests} <= {"GET", "POST"}


class PaysInBetween:
    """A Partner Center while which works the customer pays."""

    is_dry = False

    def __init__(self, town: Town, inner: PartnerCenter) -> None:
        self.town, self.inner = town, inner

    def change(self, line: OrderLine, action: str, request_id: str) -> Outcome:
        done = self.inner.change(line, action, request_id)
        self.town.then(payments=[PAID])
        return done

    def look(self, line: OrderLine) -> Reading:
        return self.inner.look(line)


def test_who_pays_while_it_is_carried_out_loses_nothing_more(town: Town, server: PartnerCenterServer) -> None:
    mark = exported(town)
    with center(server) as asked:
        carried = carry(town, mark, PaysInBetween(town, asked))
    assert said(carried) == [("S1", "suspended")]
    assert carried.stopped_by is not None and "has paid" in str(carried.stopped_by)
    now = suspensions.mark_of(town.store, mark.mark_id)
    assert now.outcome_of("S2") is None and now.cleared is not None, "and what was suspended waits to be given back"


def test_who_has_paid_before_is_not_suspended(town: Town, server: PartnerCenterServer) -> None:
    mark = exported(town)
    town.then(payments=[PAID])
    with center(server) as asked:
        carried = carry(town, mark, asked)
    assert not carried.outcomes and "has paid" in str(carried.stopped_by)
    assert not server.requests


class Crashes:
    """A Partner Center at which the program stops before an answer is recorded."""

    is_dry = False

    def change(self, line: OrderLine, action: str, request_id: str) -> Outcome:
        raise KeyboardInterrupt

    def look(self, line: OrderLine) -> Reading:
        raise KeyboardInterrupt


def test_after_a_crash_the_line_is_unknown_and_asked_again_under_the_same_id(town: Town, server: PartnerCenterServer) -> None:
    mark = exported(town)
    with pytest.raises(KeyboardInterrupt):
        carry(town, mark, Crashes())
    left = suspensions.mark_of(town.store, mark.mark_id).outcomes["S1"].outcome
    assert left.outcome == "unknown"
    with center(server) as asked:
        assert said(carry(town, mark, asked, "soon")) == [("S2", "suspended")], "who asked for the first may still be waiting"
        later = NOW + CALL_LASTS + timedelta(minutes=1)
        assert said(carry(town, mark, asked, "again", now=later)) == [("S1", "suspended")]
    assert left.request_id in {request.headers.get("ms-requestid") for request in server.requests}


def test_only_what_is_not_done_is_asked_for_again(town: Town, server: PartnerCenterServer) -> None:
    mark = exported(town)
    server.faults["PATCH"].append(Fault("status", 403))
    with center(server) as asked:
        carry(town, mark, asked)
    before = suspensions.mark_of(town.store, mark.mark_id)
    waiting = [key for key, one in before.outcomes.items() if one.outcome.outcome != "suspended"]
    with center(server) as asked:
        assert [key for key, _ in said(carry(town, mark, asked, "again"))] == waiting
    assert suspensions.mark_of(town.store, mark.mark_id).mark_status is Status.SUSPENDED


@pytest.mark.parametrize("mode", ["live", "dry_run"])
def test_a_manager_sends_nothing_and_that_is_on_record(mode: str, town: Town, server: PartnerCenterServer) -> None:
    mark = exported(town)
    with center(server, mode) as asked, pytest.raises(NotPermitted):
        carry(town, mark, asked, viewer=MARTIN)
    assert not server.requests
    assert [event.by.user_id for event in town.store.matching(EventFilter(event_type="denied"))] == [MARTIN.user_id]


def test_a_manager_is_refused_when_everything_is_done_too(town: Town, server: PartnerCenterServer) -> None:
    mark = exported(town)
    with center(server) as asked:
        carry(town, mark, asked)
        with pytest.raises(NotPermitted):
            carry(town, mark, asked, "again", viewer=MARTIN)


def test_a_dry_run_stops_where_a_real_one_would(town: Town, server: PartnerCenterServer) -> None:
    mark = exported(town)
    town.then(payments=[PAID])
    with center(server, "dry_run") as asked:
        carried = carry(town, mark, asked)
    assert carried.stopped_by is not None and not carried.outcomes and not server.requests
