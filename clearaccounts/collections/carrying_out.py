"""Carrying an order out by the API, one subscription at a time, so that no crash can lose what may have happened.

Before each call it is put on record that its outcome is unknown, with the id of the request; the real outcome follows. Before
each suspension the evidence is gathered again: a payment between two subscriptions stops the rest.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from clearaccounts.access import Viewer
from clearaccounts.collections.checks import check_age, check_unchanged
from clearaccounts.collections.deciding import Form, decide, mark_of
from clearaccounts.collections.grounds import Grounds, latest
from clearaccounts.collections.marks import Mark, Reported
from clearaccounts.collections.ordering import asked_elsewhere
from clearaccounts.collections.orders import DONE, SUSPEND, UNKNOWN, Order, OrderLine, Outcome, Report
from clearaccounts.collections.reinstating import report_reinstatement
from clearaccounts.collections.reporting import as_details, is_untouched, report
from clearaccounts.decisions import Scene, Store
from clearaccounts.errors import DecisionError, NotFound, Refused
from clearaccounts.text import N_

# So long a call whose outcome is not known yet is left to whoever made it.
CALL_LASTS = timedelta(minutes=15)
_ASKED = "asked, and no answer is on record yet"
_NO_ORDER = N_("There is no such order.")


class Client(Protocol):
    """Whoever asks Microsoft; see `partner_center.PartnerCenter`."""

    @property
    def is_dry(self) -> bool:
        """Whether it only says what it would send."""

    def change(self, line: OrderLine, action: str, request_id: str) -> Outcome:
        """Look, change if that is called for, and read back; the same request id asks for the same change once."""


@dataclass(frozen=True)
class CarriedOut:
    """What became of carrying an order out: the mark then, what Microsoft said of each line asked, and what stopped the rest."""

    mark: Mark
    outcomes: tuple[Outcome, ...] = ()
    stopped_by: DecisionError | None = None


def carry_out(
    store: Store, grounds: Grounds, viewer: Viewer, client: Client, *,
    mark_id: str, action: str, idempotency_key: str, clock: Callable[[], datetime],
) -> CarriedOut:
    """Ask Microsoft for every line of a mark's order that is not done.

    A line whose outcome is unknown for a quarter of an hour is asked for again under the same request id; the client looks before
    it sends. A dry run is judged by the same rules, stops where a real one would, and records nothing but what is denied.

    Args:
        store: where it is recorded.
        grounds: the newest warehouse, decisions and policy.
        viewer: who carries it out.
        client: asks Microsoft.
        mark_id: whose order.
        action: SUSPEND, or REACTIVATE for the way back.
        idempotency_key: made when the form was drawn; sent again, nothing is asked twice.
        clock: the caller's clock, read before each line.

    Raises:
        NotFound: there is no such mark, or not for this viewer; or it has no such order.
        NotPermitted: the role does not allow it.
        StoreBroken: acting has stopped.
    """
    order = _order(store, mark_id, action)
    if order is None:
        # Asked as a step of the mark: whom it is not for hears that first, and it goes on record.
        step = "report" if action == SUSPEND else "report_reinstatement"
        decide(store, grounds, viewer, (step,), Form(mark_id, None, f"{idempotency_key}/order", clock()), before=_no_order)
        raise NotFound(_NO_ORDER)
    run = _Run(store, grounds, viewer, mark_id, order, is_dry=client.is_dry)
    outcomes: list[Outcome] = []
    for line in order.lines:
        try:
            request_id = run.ask(line, f"{idempotency_key}/{line.subscription_id}/ask", clock())
        except Refused as problem:
            return CarriedOut(mark_of(store, mark_id), tuple(outcomes), problem)
        if request_id is None:
            continue
        said = client.change(line, action, request_id)
        said = replace(said, request_id=said.request_id or request_id)
        outcomes.append(said)
        if not client.is_dry:
            run.answer(said, f"{idempotency_key}/{line.subscription_id}/answer", clock())
    return CarriedOut(mark_of(store, mark_id), tuple(outcomes))


def _order(store: Store, mark_id: str, action: str) -> Order | None:
    """The order of a mark, None if there is no such mark or it has none."""
    try:
        mark = mark_of(store, mark_id)
    except NotFound:
        return None
    return mark.order if action == SUSPEND else mark.reinstatement


def _no_order(_: Scene, __: Mark) -> None:
    raise NotFound(_NO_ORDER)


def _known(mark: Mark, action: str) -> Mapping[str, Reported]:
    return mark.outcomes if action == SUSPEND else mark.reinstated


def _request_id(order: Order, line: OrderLine, known: Reported | None, version: int) -> str:
    """The id of a call whose answer is missing, again; after an answer, or for the first call, another one."""
    if known is not None and known.outcome.outcome == UNKNOWN and known.outcome.request_id:
        return known.outcome.request_id
    return str(uuid.uuid5(uuid.UUID(order.export_id), f"{line.subscription_id}/{version}"))


@dataclass(frozen=True)
class _Run:
    """One person carrying out one order."""

    store: Store
    grounds: Grounds
    viewer: Viewer
    mark_id: str
    order: Order
    is_dry: bool

    def ask(self, line: OrderLine, key: str, now: datetime) -> str | None:
        """Put on record that Microsoft is about to be asked, and under which id.

        None: it is done, somebody asks just now, or has under this key. A dry run passes the same rules and puts nothing on record.

        Raises:
            NotFound, NotPermitted: see `carry_out`.
            Refused: the reason to suspend is gone, or the mark has ended.
        """
        begun: list[str] = []

        def rule(scene: Scene, marked: Mark) -> Mapping[str, Any]:
            known = _known(marked, self.order.action).get(line.subscription_id)
            if known is not None and _is_taken(known, self.order.action, now):
                raise _Busy
            if self.order.action == SUSPEND:
                if is_untouched(marked, line.subscription_id) and line.microsoft_subscription_id in asked_elsewhere(scene.matching, marked):
                    raise _Busy
                _check_grounds(scene, self.grounds, marked, now)
            request_id = _request_id(self.order, line, known, marked.version)
            begun.append(request_id)
            if self.is_dry:
                raise _Passed
            said = Report(self.order.export_id, (Outcome(line.subscription_id, UNKNOWN, _ASKED, None, request_id),), "api")
            return {**as_details(said, said.outcomes), "beyond": []}

        step = "report" if self.order.action == SUSPEND else "report_reinstatement"
        form = Form(self.mark_id, None, key, now, asked={"export_id": self.order.export_id, "subscription_id": line.subscription_id})
        try:
            decide(self.store, self.grounds, self.viewer, (step,), form, rule)
        except _Busy:
            return None
        except _Passed:
            pass
        return begun[-1] if begun else None

    def answer(self, said: Outcome, key: str, now: datetime) -> None:
        """Put on record what Microsoft said."""
        step = report if self.order.action == SUSPEND else report_reinstatement
        whole = Report(self.order.export_id, (said,), "api")
        step(self.store, self.grounds, self.viewer, mark_id=self.mark_id, said=whole, idempotency_key=key, now=now)


def _is_taken(known: Reported, action: str, now: datetime) -> bool:
    """Whether a line is done, or asked for just now."""
    is_asked = known.source == "api" and known.outcome.outcome == UNKNOWN and now - known.at < CALL_LASTS
    return is_asked or known.outcome.outcome == DONE[action]


class _Busy(Refused):
    """Somebody asks for this line just now, another order does, or it is done: it is left alone."""

    def __init__(self) -> None:
        super().__init__(N_("Somebody else carries this out just now."))


class _Passed(Exception):
    """Nothing speaks against the call; a dry run ends here, and nothing is recorded."""


def _check_grounds(scene: Scene, grounds: Grounds, marked: Mark, now: datetime) -> None:
    now_known = grounds.of_one_build()
    evidence, _ = now_known.evidence(scene.viewer, marked.customer_id, marked.currency, scene.matching)
    check_unchanged(marked, evidence)
    exported = next(event.sequence for event in scene.events if event.event_type == "export")
    check_age(now_known.warehouse().build, grounds.suspension, latest(scene.matching, now, exported))
