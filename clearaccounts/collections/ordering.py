"""From an approved mark to an order: made once, from the newest data.

At export the evidence is gathered again from the newest data, under the store's lock: paid since, on hold since,
changed, or too old means no order. An order once made is the same for whoever asks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from clearaccounts.access import Viewer
from clearaccounts.collections.checks import check_age, check_unchanged
from clearaccounts.collections.deciding import AlreadyThere, Form, decide, is_lapse_due, lapse_first
from clearaccounts.collections.evidence import SubscriptionsNowFilter
from clearaccounts.collections.grounds import Grounds, Matching, latest
from clearaccounts.collections.marks import SUBJECT, Mark, folded
from clearaccounts.collections.orders import (
    DONE,
    FAILED,
    NOT_DONE,
    OBSTACLES,
    REACTIVATE,
    SUSPEND,
    LeftOut,
    Order,
    OrderLine,
    export_id,
)
from clearaccounts.decisions import EventFilter, Scene, Store
from clearaccounts.errors import ClearAccountsError, Refused
from clearaccounts.text import N_


def export(
    store: Store, grounds: Grounds, viewer: Viewer, *, mark_id: str, seen_version: int, idempotency_key: str, now: datetime,
) -> Mark:
    """Make the order of an approved mark; its files are made of `Mark.order`.

    A mark has one order: exported again, by whomever, it answers the same one.

    Raises:
        NotFound: there is no such mark, or not for this viewer.
        NotPermitted: the role does not allow it.
        Stale: somebody decided meanwhile; says who and when.
        Refused: not approved, lapsed, paid since, on hold since, not flagged any more, changed since, the newest receivables
            were imported too long ago, or there is nothing that could be suspended. Nothing is exported then.
    """
    def rule(scene: Scene, marked: Mark) -> Mapping[str, Any]:
        if is_lapse_due(scene.matching, marked, now):
            raise Refused(
                N_("The approval of {customer} is more than 24 hours old and has lapsed; it has to be approved again."),
                customer=marked.customer_name,
            )
        now_known = grounds.of_one_build()
        evidence, build = now_known.evidence(scene.viewer, marked.customer_id, marked.currency, scene.matching)
        check_unchanged(marked, evidence)
        check_age(now_known.warehouse().build, grounds.suspension, latest(scene.matching, now, marked.approvals[-1].sequence))
        lines, left_out = _lines(scene, now_known, marked)
        if not lines:
            raise _nothing_to_suspend(marked.customer_name, left_out)
        order = Order(
            export_id(mark_id, SUSPEND), mark_id, SUSPEND, marked.customer_id, marked.currency, marked.evidence_hash, now.astimezone(UTC),
            lines, left_out,
        )
        return {"order": order.content, "evidence_hash": evidence.hash, "build": build}

    def first(_: Scene, marked: Mark) -> None:
        if marked.order is not None:
            raise AlreadyThere

    lapse_first(store, grounds, viewer, mark_id, now)
    return decide(store, grounds, viewer, ("export",), Form(mark_id, seen_version, idempotency_key, now), rule, before=first)


def _lines(scene: Scene, grounds: Grounds, marked: Mark) -> tuple[tuple[OrderLine, ...], tuple[LeftOut, ...]]:
    """What can be asked for, and what cannot, each with its obstacle."""
    newest = grounds.warehouse()
    found = newest.run("collections/order_lines", SubscriptionsNowFilter(marked.customer_id, newest.build.as_of_on), scene.viewer)
    ordered = asked_elsewhere(scene.matching, marked)
    lines, left_out = [], []
    for row in found.to_pylist():
        guid = (row["microsoft_subscription_id"] or "").lower()
        obstacle = row["obstacle"] or ("ordered" if guid in ordered else None)
        if obstacle is not None:
            left_out.append(LeftOut(row["subscription_id"], row["product_name"], obstacle))
            continue
        lines.append(OrderLine(
            row["subscription_id"], row["product_name"], row["commerce_model"], row["microsoft_tenant_id"].lower(), guid,
            row["subscription_status"], row["is_auto_renew"], row["commitment_ends_on"],
        ))
        ordered.add(guid)
    return tuple(lines), tuple(left_out)


def asked_elsewhere(matching: Matching, marked: Mark) -> set[str]:
    """The Microsoft ids (GUIDs) of the subscriptions that another mark's order has suspended, or may have.

    By Microsoft's id and whosever the mark is: the debt in another currency is another mark of the same customer, and two customers that
    were merged may have one each.
    """
    return {
        line.microsoft_subscription_id
        for other in folded(matching(EventFilter(subject_type=SUBJECT)))
        if other.mark_id != marked.mark_id and other.order is not None and other.is_open
        for line in other.order.lines
        if other.outcome_of(line.subscription_id) not in {FAILED, NOT_DONE} and other.way_back_of(line.subscription_id) != DONE[REACTIVATE]
    }


def _nothing_to_suspend(customer_name: str, left_out: tuple[LeftOut, ...]) -> Refused:
    if not left_out:
        return Refused(N_("{customer} has no subscription, so nothing can be suspended."), customer=customer_name)
    named = [ClearAccountsError(N_("{product}: {why}"), product=one.product_name, why=ClearAccountsError(OBSTACLES[one.obstacle]))
             for one in left_out]
    return Refused(
        N_("{customer} has no subscription that can be suspended here: {reasons}."), customer=customer_name,
        reasons=reduce(lambda one, other: ClearAccountsError("{one}; {other}", one=one, other=other), named),
    )
