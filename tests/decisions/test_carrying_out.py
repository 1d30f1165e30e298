"""Carrying an order out line by line: what stands on record when, and what stops the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clearaccounts.access import Viewer
from clearaccounts.collections import suspensions
from clearaccounts.collections.marks import Status
from clearaccounts.collections.orders import OrderLine, Outcome
from clearaccounts.collections.suspensions import CarriedOut, Mark
from clearaccounts.errors import NotFound, NotPermitted
from clearaccounts.settings import Suspension
from tests.decisions.common import BEATRIZ, MARTIN
from tests.decisions.debtors import NOW
from tests.decisions.ordering_town import PAID, SECOND_ADMIN, SUBSCRIPTIONS, OrderTown


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Microsoft:
    """A Partner Center of two subscriptions: does as it is told, and remembers who asked for what under which id."""

    status: dict[str, str] = field(default_factory=lambda: {"S1": "active", "S2": "active"})
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    during: Callable[[str], None] = lambda _: None
    answers: dict[str, str] = field(default_factory=dict)
    is_dry: bool = False

    def change(self, line: OrderLine, action: str, request_id: str) -> Outcome:
        self.calls.append((line.subscription_id, action, request_id))
        self.during(line.subscription_id)
        done = {"suspend": "suspended", "reactivate": "reactivated"}[action]
        said = self.answers.get(line.subscription_id, done)
        if said == done and not self.is_dry:
            self.status[line.subscription_id] = "suspended" if action == "suspend" else "active"
        return Outcome(line.subscription_id, "not_done" if self.is_dry else said, "as told", {"autoRenewEnabled": True})


@pytest.fixture
def town(tmp_path: Path) -> OrderTown:
    return OrderTown(tmp_path)


def carry_out(
    town: OrderTown, mark: Mark, client: Microsoft, key: str = "go", viewer: Viewer = BEATRIZ, *, now: datetime = NOW,
    action: str = "suspend",
) -> CarriedOut:
    return suspensions.carry_out(
        town.store, town.grounds, viewer, client, mark_id=mark.mark_id, action=action, idempotency_key=key, clock=lambda: now,
    )


def test_each_line_is_unknown_before_it_is_asked_for(town: OrderTown) -> None:
    exported = town.exported()
    seen: list[str | None] = []
    client = Microsoft(during=lambda name: seen.append(town.mark_now(exported).outcome_of(name)))
    done = carry_out(town, exported, client)
    assert seen == ["unknown", "unknown"]
    assert (done.mark.mark_status, done.stopped_by, len(done.outcomes)) == (Status.SUSPENDED, None, 2)
    assert [one.outcome.request_id for one in done.mark.outcomes.values()] == [request_id for _, _, request_id in client.calls]
    assert {one.source for one in done.mark.outcomes.values()} == {"api"}
    assert [event.event_type for event in town.events()] == ["mark", "approve", "export", *["report"] * 4]


def test_sent_again_or_by_somebody_else_nothing_is_asked_twice(town: OrderTown) -> None:
    exported = town.exported()
    client = Microsoft()
    for key, viewer in (("go", BEATRIZ), ("go", BEATRIZ), ("other", SECOND_ADMIN)):
        carry_out(town, exported, client, key, viewer)
    assert [name for name, _, _ in client.calls] == ["S1", "S2"]


def test_while_one_asks_another_leaves_the_line_alone(town: OrderTown) -> None:
    exported = town.exported()
    other = Microsoft()

    def meanwhile(name: str) -> None:
        if name == "S1":
            carry_out(town, exported, other, "other", SECOND_ADMIN)

    client = Microsoft(during=meanwhile)
    done = carry_out(town, exported, client)
    assert ([name for name, _, _ in client.calls], [name for name, _, _ in other.calls]) == (["S1"], ["S2"])
    assert done.mark.mark_status is Status.SUSPENDED


def test_a_crash_in_a_call_is_known_as_unknown_and_asked_again_under_the_same_id(town: OrderTown) -> None:
    exported = town.exported()

    def dies(_: str) -> None:
        raise Killed

    client = Microsoft(during=dies)
    with pytest.raises(Killed):
        carry_out(town, exported, client)
    assert town.mark_now(exported).outcome_of("S1") == "unknown" and town.mark_now(exported).mark_status is Status.EXPORTED
    after = Microsoft()
    carry_out(town, exported, after, "soon", now=NOW + timedelta(minutes=1))
    assert [name for name, _, _ in after.calls] == ["S2"], "whoever asked for S1 may still be at it"
    done = carry_out(town, exported, after, "later", now=NOW + timedelta(minutes=16))
    assert after.calls[1][2] == client.calls[0][2] and done.mark.mark_status is Status.SUSPENDED


@pytest.mark.parametrize("lines", [0, 1], ids=["before the first", "between the two"])
def test_a_payment_stops_the_rest(town: OrderTown, lines: int) -> None:
    exported = town.exported()
    if not lines:
        town.then(**PAID)
    client = Microsoft(during=lambda _: town.then(**PAID))
    done = carry_out(town, exported, client)
    assert len(client.calls) == lines and "has paid" in str(done.stopped_by)
    assert done.mark.suspended == ("S1",)[:lines] and done.mark.outcome_of("S2") is None
    assert (done.mark.cleared is not None) is bool(lines), "what was suspended has to come back, and that is noted at once"


def test_what_our_own_order_did_is_no_change_but_a_new_invoice_is(town: OrderTown) -> None:
    exported = town.exported()
    imported = [{**SUBSCRIPTIONS[0], "subscription_status": "suspended"}, SUBSCRIPTIONS[1]]
    client = Microsoft(during=lambda name: town.then(subscriptions=imported) if name == "S1" else None)
    assert carry_out(town, exported, client).mark.mark_status is Status.SUSPENDED


def test_receivables_that_became_too_old_stop_it(town: OrderTown) -> None:
    exported = town.exported()
    town.grounds = replace(town.grounds, suspension=Suspension(max_data_age_hours=4))
    client = Microsoft()
    done = carry_out(town, exported, client, now=NOW + timedelta(hours=2))
    assert client.calls == [] and "more than 4 hours ago" in str(done.stopped_by)


def test_what_failed_may_be_tried_again_under_another_id(town: OrderTown) -> None:
    exported = town.exported()
    client = Microsoft(answers={"S1": "failed"})
    assert carry_out(town, exported, client).mark.mark_status is Status.SUSPENDED
    done = carry_out(town, exported, Microsoft(), "again", now=NOW + timedelta(hours=1))
    assert (done.mark.mark_status, done.mark.suspended) == (Status.SUSPENDED, ("S1", "S2"))
    assert done.outcomes[0].request_id != client.calls[0][2]


def test_a_dry_run_records_nothing(town: OrderTown) -> None:
    exported = town.exported()
    client = Microsoft(is_dry=True)
    done = carry_out(town, exported, client)
    assert ([one.outcome for one in done.outcomes], done.mark) == (["not_done", "not_done"], exported)
    assert town.events("report") == []


def test_only_who_exports_carries_out_and_only_what_is_ordered(town: OrderTown) -> None:
    approved = town.approved()
    client = Microsoft()
    with pytest.raises(NotFound, match="no such order"):
        carry_out(town, approved, client)
    exported = town.export(approved)
    with pytest.raises(NotPermitted):
        carry_out(town, exported, client, viewer=MARTIN)
    with pytest.raises(NotFound, match="no such order"):
        carry_out(town, exported, client, action="reactivate")
    assert client.calls == []


def test_the_way_back_is_carried_out_alike(town: OrderTown) -> None:
    client = Microsoft()
    suspended = carry_out(town, town.exported(), client).mark
    town.then(**PAID)
    back = town.export_reinstatement(town.approve_reinstatement(suspended))
    done = carry_out(town, back, client, "back", action="reactivate")
    assert (done.mark.mark_status, client.status) == (Status.REINSTATED, {"S1": "active", "S2": "active"})
    assert [(one.subscription_id, one.is_auto_renew) for one in suspensions.to_put_back(done.mark)] == [("S1", True), ("S2", True)]
