"""Which notices a policy calls for, and when: as a table for `collections/notices_due`.

What the policy does not say is made up for: without `[[notices]]` a reminder is due seven days before the due day and an
overdue notice seven days after it; a notice that a stage requires and the policy does not list is due so early that its waiting
days are over when the stage is reached, and asks for the same amounts and counts as the stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa

from clearaccounts.collections.policy import NoticeRule, Policy, Stage
from clearaccounts.handed_tables import EMPTY_TABLES

USUAL = (NoticeRule("reminder", days_before_due=7), NoticeRule("overdue", days_after_due=7))
FINAL = "final_notice"


def table(policy: Policy | None) -> pa.Table:
    """One row per segment (null: every other customer), rule and currency (null: every currency); none without a policy.

    `from_days`: days past the date of `clock` from which the notice is called for, below 0 for days before the due day.
    `since_days`: a notice counts as sent for this rule from so many days past the due day on (a second one of a type is another
    notice). `stage_days` and `notice_days` say from when access is affected: days past the date of `stage_clock`, but so many days
    after the notice. Shape: `handed_tables.EMPTY_TABLES["policy_notices"]`.
    """
    rows: list[dict[str, Any]] = []
    if policy is not None:
        rows += _rows(None, policy.clock, policy.stages, policy.notices or USUAL)
        for variant in policy.variants:
            rows += _rows(variant.segment, variant.clock, variant.stages, policy.notices or USUAL)
    return pa.Table.from_pylist(rows, schema=EMPTY_TABLES["policy_notices"].schema)


def _rows(segment: str | None, clock: str, stages: Iterable[Stage], rules: tuple[NoticeRule, ...]) -> Iterator[dict[str, Any]]:
    demanding: dict[str, Stage] = {}
    for stage in stages:
        if stage.action == "suspend" and stage.requires_notice is not None:
            demanding.setdefault(stage.requires_notice, stage)
    ordered = sorted(rules, key=_days)
    for order, rule in enumerate(ordered, start=1):
        stage_of = demanding.get(rule.notice_type)
        names_a_day = stage_of is not None or rule.notice_type == FINAL
        is_first = not any(one.notice_type == rule.notice_type and _days(one) >= 0 for one in ordered[: order - 1])
        yield from _by_currency(rule.min_amount, {
            "segment": segment, "rule_order": order, "notice_type": rule.notice_type, "clock": "due_date", "min_invoices": 1,
            "from_days": _days(rule), "since_days": 0 if _days(rule) >= 0 and is_first else _days(rule),
            "stage_clock": clock, "stage_days": None if stage_of is None else stage_of.min_overdue_days or 0,
            "notice_days": max(rule.waiting_days, 0 if stage_of is None else stage_of.notice_days or 0) if names_a_day else None,
        })
    for order, (notice_type, stage) in enumerate(demanding.items(), start=len(ordered) + 1):
        if any(rule.notice_type == notice_type for rule in rules):
            continue
        waiting, reached = stage.notice_days or 0, stage.min_overdue_days or 0
        yield from _by_currency(stage.min_overdue_amount, {
            "segment": segment, "rule_order": order, "notice_type": notice_type, "clock": clock,
            "min_invoices": stage.min_overdue_invoices or 1, "from_days": max(reached - waiting, 1), "since_days": 0,
            "stage_clock": clock, "stage_days": reached, "notice_days": waiting,
        })


def _days(rule: NoticeRule) -> int:
    """Days past the due day; what is sent after it is called for on the day after, at the earliest."""
    return -rule.days_before_due if rule.days_before_due is not None else max(rule.days_after_due or 0, 1)


def _by_currency(amounts: tuple[tuple[str, Decimal], ...] | None, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    pairs: Iterable[tuple[str | None, Decimal]] = [(None, Decimal(0))] if amounts is None else amounts
    for currency, amount in pairs:
        yield {**row, "currency": currency, "min_amount": amount}
