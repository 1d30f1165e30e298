"""What changed between the evidence that was marked and the evidence of now, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clearaccounts.collections.evidence import Evidence

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        change_type: item_settled, item_paid, item_grown, item_added, money_on_account, hold_begun, hold_ended, notice_added,
            notice_gone, policy, stage, subscription_added, subscription_gone or subscription_status.
        subject: which invoice (with `/` and the instalment), hold type, notice type or subscription; empty for the others.
        before: as it was marked; amounts are exact decimals as text, in the evidence's currency. Empty where there was nothing.
        after: as it is now; empty where there is nothing.
    """

    change_type: str
    subject: str = ""
    before: str = ""
    after: str = ""


def changes(before: Content, now: Evidence) -> list[Change]:
    """Every difference that makes another evidence of what was marked, money first; empty if it is the same.

    Args:
        before: the content that the mark keeps.
        now: the evidence of the newest data.
    """
    after: Content = json.loads(now.text)
    return [*_items(before, after), *_on_account(before, after), *_holds(before, after), *_notices(before, after),
            *_rules(before, after), *_subscriptions(before, after)]


def _items(before: Content, after: Content) -> Iterator[Change]:
    old, new = ({_item(item): item["amount_outstanding"] for item in content["items"]} for content in (before, after))
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            yield Change("item_settled", key, old[key])
        elif key not in old:
            yield Change("item_added", key, "", new[key])
        elif Decimal(old[key]) != Decimal(new[key]):
            yield Change("item_paid" if Decimal(new[key]) < Decimal(old[key]) else "item_grown", key, old[key], new[key])


def _item(item: Content) -> str:
    number = item["instalment_number"]
    return str(item["invoice_id"]) if number is None else f"{item['invoice_id']}/{number}"


def _on_account(before: Content, after: Content) -> Iterator[Change]:
    if Decimal(before["amount_unapplied"]) != Decimal(after["amount_unapplied"]):
        yield Change("money_on_account", "", before["amount_unapplied"], after["amount_unapplied"])


def _holds(before: Content, after: Content) -> Iterator[Change]:
    old, new = ({hold["hold_id"]: hold for hold in content["holds"]} for content in (before, after))
    for key, hold in new.items():
        if old.get(key) != hold:
            yield Change("hold_begun", hold["hold_type"], "", hold["ends_on"] or "")
    for key, hold in old.items():
        if key not in new:
            yield Change("hold_ended", hold["hold_type"], hold["ends_on"] or "")


def _notices(before: Content, after: Content) -> Iterator[Change]:
    old, new = ({notice["notice_id"]: notice for notice in content["notices"]} for content in (before, after))
    for key, notice in new.items():
        if key not in old:
            yield Change("notice_added", notice["notice_type"], "", notice["sent_on"])
    for key, notice in old.items():
        if key not in new:
            yield Change("notice_gone", notice["notice_type"], notice["sent_on"])


def _rules(before: Content, after: Content) -> Iterator[Change]:
    if before["policy"] != after["policy"]:
        yield Change("policy", "", _policy(before), _policy(after))
    if before["stage"] != after["stage"]:
        yield Change("stage", "", before["stage"], after["stage"])


def _policy(content: Content) -> str:
    name, version = content["policy"]["name"], content["policy"]["version"]
    return "" if name is None else f"{name}, {version}"


def _subscriptions(before: Content, after: Content) -> Iterator[Change]:
    old, new = ({row["subscription_id"]: row["subscription_status"] for row in content["subscriptions"]} for content in (before, after))
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            yield Change("subscription_gone", key, old[key])
        elif key not in old:
            yield Change("subscription_added", key, "", new[key])
        elif old[key] != new[key]:
            yield Change("subscription_status", key, old[key], new[key])
