"""What came of an order, per subscription: which report may follow which, and what is refused whole."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from clearaccounts.access import Role
from clearaccounts.collections import suspensions
from clearaccounts.collections.marks import Status
from clearaccounts.collections.stages import StagesFilter, account_status
from clearaccounts.collections.standing import with_decisions
from clearaccounts.collections.suspensions import Outcome, Report
from clearaccounts.errors import NotPermitted, Refused
from tests.decisions.common import BEATRIZ, MARTIN, PEOPLE
from tests.decisions.debtors import NOW
from tests.decisions.ordering_town import OrderTown
from tests.worlds import LAST_DAY

OUTCOMES = ("suspended", "failed", "not_done", "unknown")


@pytest.fixture
def town(tmp_path: Path) -> OrderTown:
    return OrderTown(tmp_path)


def after(one: str | None, other: str | None) -> Status:
    """Where a mark of two subscriptions stands by what is known of each."""
    known = {one, other}
    if known <= {"failed", "not_done"}:
        return Status.NOT_SUSPENDED
    return Status.EXPORTED if known & {None, "unknown"} else Status.SUSPENDED


@pytest.mark.parametrize("other", OUTCOMES)
@pytest.mark.parametrize("one", OUTCOMES)
def test_where_a_mark_stands_by_what_is_known(town: OrderTown, one: str, other: str) -> None:
    exported = town.exported()
    half = town.report(exported, S1=one)
    assert half.mark_status is Status.EXPORTED, "of one subscription nothing was said yet"
    whole = town.report(exported, S2=other)
    assert whole.mark_status is after(one, other)
    assert whole.is_open is (after(one, other) is not Status.NOT_SUSPENDED)


@pytest.mark.parametrize("source", ["hand", "api"])
@pytest.mark.parametrize(("before", "then"), list(product(OUTCOMES, OUTCOMES)))
def test_which_report_may_follow_which(town: OrderTown, before: str, then: str, source: str) -> None:
    exported = town.exported()
    town.report(exported, S1=before)
    may = before in {"unknown", then} or (before != "suspended" and (then == "suspended" or (then == "unknown" and source == "api")))
    if may:
        assert town.report(exported, key="then", source=source, S1=then).outcome_of("S1") == then
    else:
        with pytest.raises(Refused, match=f"S1 is {before} as Beatriz Romero reported on 2026-06-30 09:00 UTC; a report cannot make it"):
            town.report(exported, key="then", source=source, S1=then)
    assert len(town.events("report")) == 1 + (may and before != then), "what says nothing new is no event"


def test_each_outcome_names_its_source(town: OrderTown) -> None:
    exported = town.exported()
    assert exported.order is not None
    said = Report(exported.order.export_id, (Outcome("S1", "failed", "900115: not now"),), "file", "confirmation.csv 0a1b")
    town.report(exported, S2="suspended")
    reported = suspensions.report(town.store, town.grounds, BEATRIZ, mark_id=exported.mark_id, said=said, idempotency_key="f", now=NOW)
    assert [(one.source, one.source_name, one.outcome.detail, one.by.name) for one in reported.outcomes.values()] == [
        ("hand", "", "", "Beatriz Romero"), ("file", "confirmation.csv 0a1b", "900115: not now", "Beatriz Romero"),
    ]


def test_a_report_that_cannot_be_about_the_order_is_refused_whole(town: OrderTown) -> None:
    exported = town.exported()
    assert exported.order is not None
    here = exported.order.export_id
    good = Outcome("S1", "suspended")
    for number, (said, sentence) in enumerate((
        (Report("another", (good,)), "another order"),
        (Report(here, (good, Outcome("S9", "suspended"))), "asks nothing for subscription S9"),
        (Report(here, (good, Outcome("S2", "reactivated"))), "reactivated is nothing that can come of this order"),
        (Report(here, (good, Outcome("S1", "failed"))), "names subscription S1 twice"),
        (Report(here, ()), "says nothing"),
    )):
        with pytest.raises(Refused, match=sentence):
            suspensions.report(town.store, town.grounds, BEATRIZ, mark_id=exported.mark_id, said=said, idempotency_key=f"{number}", now=NOW)
    assert town.events("report") == [] and town.mark_now(exported).outcomes == {}


def test_only_an_exported_mark_can_be_reported_on_and_only_by_who_exports(town: OrderTown) -> None:
    approved = town.approved()
    with pytest.raises(Refused, match="Martin Weiss approved this mark"):
        suspensions.report(town.store, town.grounds, BEATRIZ, mark_id=approved.mark_id, said=Report("x", (Outcome("S1", "failed"),)),
                           idempotency_key="early", now=NOW)
    exported = town.export(approved)
    for viewer in (MARTIN, PEOPLE[Role.SALES_AGENT]):
        with pytest.raises(NotPermitted):
            town.report(exported, viewer, key=viewer.name, S1="suspended")


def test_an_ended_mark_takes_no_report_and_makes_room_for_another(town: OrderTown) -> None:
    exported = town.exported()
    ended = town.report(exported, S1="failed", S2="not_done")
    assert ended.mark_status is Status.NOT_SUSPENDED
    with pytest.raises(Refused, match="reported what came of this"):
        town.report(exported, S1="suspended")
    assert town.mark(key="once more").mark_id != ended.mark_id


def test_the_same_confirmation_twice_is_once(town: OrderTown) -> None:
    exported = town.exported()
    first = town.report(exported, key="upload", S1="suspended", S2="failed")
    assert town.report(exported, key="upload", S1="suspended", S2="failed") == first
    assert town.report(exported, key="uploaded by somebody else", S1="suspended", S2="failed") == first
    assert len(town.events("report")) == 1


def test_a_state_with_binary_numbers_is_kept(town: OrderTown) -> None:
    exported = town.exported()
    assert exported.order is not None
    said = Report(exported.order.export_id, (Outcome("S1", "suspended", "", {"autoRenewEnabled": True, "price": 1.1}, "r"),), "api")
    suspensions.report(town.store, town.grounds, BEATRIZ, mark_id=exported.mark_id, said=said, idempotency_key="a", now=NOW)
    kept = town.mark_now(replace(exported)).outcomes["S1"].outcome
    assert (kept.state_before, kept.request_id) == ({"autoRenewEnabled": True, "price": "1.1"}, "r")


def test_the_account_is_suspended_once_a_report_says_so(town: OrderTown) -> None:
    exported = town.exported()

    def status() -> str:
        marks = suspensions.table(suspensions.current(town.store))
        newest = with_decisions(town.newest, town.store.matching)
        found = account_status(newest, StagesFilter(LAST_DAY), town.policy, marks, MARTIN, customer_id="C1")
        return str(found["receivables_status"][0])

    assert status() == "flagged"
    town.report(exported, S1="suspended")
    assert status() == "suspended"
