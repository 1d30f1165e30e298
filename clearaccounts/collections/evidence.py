"""Evidence: what a suspension mark rests on, as one text and its hash.

It holds nothing that changes by the mere passing of time (no ages, no as-of day, no build): the same
debt tomorrow is the same evidence, a payment or a hold makes it another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow.compute as pc

from clearaccounts.access import Viewer
from clearaccounts.accounts import account
from clearaccounts.collections.policy import Policy
from clearaccounts.collections.stages import StagesFilter, stages
from clearaccounts.decisions import canonical
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.money import exact
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class EvidenceFilter:
    """One customer's overdue items or holds on a day, in a currency or in all."""

    customer_id: str
    as_of_on: date
    currency: str | None = None


@dataclass(frozen=True)
class SubscriptionsNowFilter:
    """One customer's subscriptions on a day."""

    customer_id: str
    as_of_on: date


@dataclass(frozen=True)
class OverdueItem:
    """An item past its due day, and what is open on it."""

    invoice_id: str
    instalment_number: int | None
    due_on: date
    amount_outstanding: Decimal


@dataclass(frozen=True)
class Evidence:
    """What a suspension mark of one customer in one currency rests on.

    `customer_name`, `is_flagged` and `hold_reasons` (codes) are for showing and judging: they are no part of the content.
    `holds`, `notices` and `subscriptions` are rows of the queries `collections/evidence_*`.
    """

    customer_id: str
    customer_name: str
    currency: str
    policy_name: str | None
    policy_version: int | None
    stage: str
    is_flagged: bool
    hold_reasons: tuple[str, ...]
    items: tuple[OverdueItem, ...]
    amount_unapplied: Decimal
    holds: tuple[Mapping[str, Any], ...]
    notices: tuple[Mapping[str, Any], ...]
    subscriptions: tuple[Mapping[str, Any], ...]

    @cached_property
    def content(self) -> dict[str, Any]:
        """The evidence as it is kept; amounts are plain decimals with the currency's minor units."""
        return {
            "customer_id": self.customer_id,
            "currency": self.currency,
            "policy": {"name": self.policy_name, "version": self.policy_version},
            "stage": self.stage,
            "items": [
                {
                    "invoice_id": item.invoice_id, "instalment_number": item.instalment_number, "due_on": item.due_on,
                    "amount_outstanding": exact(item.amount_outstanding, self.currency),
                }
                for item in self.items
            ],
            "amount_unapplied": exact(self.amount_unapplied, self.currency),
            "holds": [
                {
                    "hold_id": hold["hold_id"], "hold_type": hold["hold_type"], "invoice_id": hold["invoice_id"],
                    "amount_held": None if hold["amount_held"] is None else exact(hold["amount_held"], hold["currency"] or self.currency),
                    "starts_on": hold["starts_on"], "ends_on": hold["ends_on"],
                }
                for hold in self.holds
            ],
            "notices": [{key: notice[key] for key in ("notice_id", "notice_type", "sent_on")} for notice in self.notices],
            "subscriptions": [{key: row[key] for key in ("subscription_id", "subscription_status")} for row in self.subscriptions],
        }

    @cached_property
    def text(self) -> str:
        """The content as canonical JSON."""
        return canonical(self.content)

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def amount_overdue(self) -> Decimal:
        """What is open on the overdue items together."""
        return sum((item.amount_outstanding for item in self.items), Decimal(0))


def gather(warehouse: Warehouse, viewer: Viewer, customer_id: str, currency: str, *, as_of_on: date, policy: Policy | None) -> Evidence:
    """The evidence as of the end of a day, within the viewer's scope.

    Raises:
        NotFound: there is no such customer, or not for this viewer; the words are the same.
        NotPermitted: the role may not see flags.
    """
    name = account(warehouse, customer_id, viewer)["customer_name"]
    everyone = stages(warehouse, StagesFilter(as_of_on), policy, viewer)
    mine = everyone.filter(pc.and_(pc.equal(everyone["customer_id"], customer_id), pc.equal(everyone["currency"], currency))).to_pylist()
    now: dict[str, Any] = mine[0] if mine else {"stage": "clear", "is_flagged": False, "hold_reasons": "", "amount_unapplied": Decimal(0)}
    chosen = EvidenceFilter(customer_id, as_of_on, currency)
    stage_rows = EMPTY_TABLES["policy_stages"] if policy is None else policy.table()
    stage_rows = stage_rows.filter(pc.equal(stage_rows["stage"], now["stage"]))
    items = warehouse.run("collections/evidence_items", chosen, viewer).to_pylist()
    return Evidence(
        customer_id=customer_id,
        customer_name=name,
        currency=currency,
        policy_name=None if policy is None else policy.name,
        policy_version=None if policy is None else policy.version,
        stage=now["stage"],
        is_flagged=now["is_flagged"],
        hold_reasons=tuple(reason for reason in now["hold_reasons"].split("; ") if reason),
        items=tuple(OverdueItem(row["invoice_id"], row["instalment_number"], row["due_on"], row["amount_outstanding"]) for row in items),
        amount_unapplied=now["amount_unapplied"],
        holds=tuple(warehouse.run("collections/evidence_holds", chosen, viewer).to_pylist()),
        notices=tuple(warehouse.run("collections/evidence_notices", chosen, viewer, {"policy_stages": stage_rows}).to_pylist()),
        subscriptions=tuple(
            warehouse.run("collections/evidence_subscriptions", SubscriptionsNowFilter(customer_id, as_of_on), viewer).to_pylist()
        ),
    )


def holds(warehouse: Warehouse, viewer: Viewer, customer_id: str, as_of_on: date) -> list[dict[str, Any]]:
    """The holds in force on one customer on a day, in every currency: rows of `collections/evidence_holds`."""
    return list(warehouse.run("collections/evidence_holds", EvidenceFilter(customer_id, as_of_on), viewer).to_pylist())
