"""A payment lands at any moment of a mark's way to its export: nothing is exported once the debt is gone.

Every look at the newest warehouse is a moment at which the next one may be there; `CLEARACCOUNTS_INTERLEAVINGS` says how many are tried.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from clearaccounts.access import OPERATOR
from clearaccounts.collections import suspensions
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.orders import Outcome, Report
from clearaccounts.decisions import EventFilter, Store
from clearaccounts.errors import Refused
from clearaccounts.warehouse import Warehouse
from tests.decisions.simulation.model import Facts
from tests.decisions.simulation.run import BEGINS_AT
from tests.decisions.simulation.service import PEOPLE, Servers, Worlds

INTERLEAVINGS = int(os.environ.get("CLEARACCOUNTS_INTERLEAVINGS", "50"))
PAID = {"C1": Facts(owed=0), "C2": Facts()}
BEATRIZ, SECOND, MARTIN = PEOPLE["beatriz"], PEOPLE["second"], PEOPLE["martin"]


class Looks:
    """The newest warehouse; before the look of the chosen number the payment lands."""

    def __init__(self, grounds: Grounds, land: Callable[[], None], at: int) -> None:
        self._real, self._land, self._at = grounds.warehouse, land, at
        self.count = 0
        self.grounds = replace(grounds, warehouse=self.look)

    def look(self) -> Warehouse:
        self.count += 1
        if self.count == self._at:
            self._land()
        return self._real()


def test_a_payment_between_any_two_steps_keeps_the_order_from_being_made(tmp_path: Path, worlds: Worlds) -> None:
    chance = random.Random(INTERLEAVINGS)
    servers = Servers(tmp_path, worlds)
    store = servers.stores[0]
    exported = 0
    for number in range(INTERLEAVINGS):
        servers.bring_in({"C1": Facts(), "C2": Facts()}, BEGINS_AT)
        looks = Looks(servers.grounds(store), lambda: servers.bring_in(PAID, BEGINS_AT), chance.randint(1, 9))
        before_export = 0
        with suppress(Refused):
            seen = looks.grounds.evidence(BEATRIZ, "C1", "EUR", store.matching)[0]
            made = suspensions.mark(
                store, looks.grounds, BEATRIZ, customer_id="C1", currency="EUR", reason="no answer", seen_evidence_hash=seen.hash,
                idempotency_key=f"mark {number}", now=BEGINS_AT,
            )
            approver = MARTIN if number % 2 else SECOND
            with suppress(Refused):
                made = suspensions.approve(
                    store, looks.grounds, approver, mark_id=made.mark_id, seen_version=1, seen_evidence_hash=made.evidence_hash,
                    idempotency_key=f"approve {number}", now=BEGINS_AT,
                )
                before_export = looks.count
                made = suspensions.export(
                    store, looks.grounds, BEATRIZ, mark_id=made.mark_id, seen_version=made.version, idempotency_key=f"export {number}",
                    now=BEGINS_AT,
                )
            exported += _ended(store, looks, made, before_export)
    assert 0 < exported < INTERLEAVINGS
    assert [finding for finding in store.verify() if finding.is_failure] == []


def _ended(store: Store, looks: Looks, made: suspensions.Mark, before_export: int) -> bool:
    """Whether the mark was exported, which a payment that was there before may not allow; ends it, so that the next can be made."""
    if made.order is None:
        suspensions.withdraw(
            store, looks.grounds, BEATRIZ, mark_id=made.mark_id, seen_version=made.version, reason="paid",
            idempotency_key=f"withdraw {made.mark_id}", now=BEGINS_AT,
        )
        return False
    has_landed = looks._at <= before_export + 1
    assert not has_landed, "exported although the payment was there"
    said = Report(made.order.export_id, tuple(Outcome(line.subscription_id, "suspended") for line in made.order.lines))
    suspensions.report(
        store, looks.grounds, BEATRIZ, mark_id=made.mark_id, said=said, idempotency_key=f"report {made.mark_id}", now=BEGINS_AT,
    )
    # What landed while the order was being made is seen by whoever looks next: the way back is open at once.
    looks._at = 0
    looks._land()
    suspensions.note_cleared(store, looks.grounds, OPERATOR, BEGINS_AT)
    now = suspensions.mark_of(store, made.mark_id)
    assert now.cleared is not None
    for event_type in ("approve_reinstatement", "export_reinstatement"):
        now = getattr(suspensions, event_type)(
            store, looks.grounds, SECOND, mark_id=now.mark_id, seen_version=now.version, idempotency_key=f"{event_type} {now.mark_id}",
            now=BEGINS_AT,
        )
    assert now.reinstatement is not None
    back = Report(now.reinstatement.export_id, tuple(Outcome(line.subscription_id, "reactivated") for line in now.reinstatement.lines))
    suspensions.report_reinstatement(
        store, looks.grounds, SECOND, mark_id=now.mark_id, said=back, idempotency_key=f"back {now.mark_id}", now=BEGINS_AT,
    )
    return len(store.matching(EventFilter(subject_id=now.mark_id, event_type="export"))) == 1
