"""What is refused for what the evidence says now, each in one sentence, the reason that matters most first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from clearaccounts.collections.evidence import Evidence
from clearaccounts.collections.marks import Mark
from clearaccounts.collections.orders import DONE, SUSPEND, UNKNOWN
from clearaccounts.decisions import canonical, is_blank
from clearaccounts.errors import Refused
from clearaccounts.money import exact
from clearaccounts.settings import Suspension
from clearaccounts.text import N_
from clearaccounts.warehouse import Build

APPROVAL_LASTS = timedelta(hours=24)
_LONGEST_REASON = 2000


def check_reason(reason: str, *, is_needed: bool = True) -> None:
    """Refuse a reason that is missing or too long."""
    if is_needed and is_blank(reason):
        raise Refused(N_("Give a reason."))
    if len(reason) > _LONGEST_REASON:
        raise Refused(N_("The reason is too long; {limit} characters are kept."), limit=_LONGEST_REASON)


def check_flag(evidence: Evidence) -> None:
    """Refuse what the policy does not flag, or what a hold keeps from being flagged."""
    if evidence.hold_reasons:
        raise Refused(
            N_("{customer} is on hold ({holds}); a hold always wins."), customer=evidence.customer_name,
            holds=_words(evidence.hold_reasons),
        )
    if not evidence.is_flagged:
        raise Refused(
            N_("The policy does not flag {customer} for suspension in {currency}."), customer=evidence.customer_name,
            currency=evidence.currency,
        )


def check_unchanged(marked: Mark, now: Evidence) -> None:
    """Refuse what no longer rests on what was marked, with the reason that matters most first.

    What the mark's own order has done to the subscriptions is no change.
    """
    paid = paid_since(marked.evidence, now)
    if paid > 0:
        raise Refused(
            N_("{customer} has paid or was credited since this was marked: {amount} {currency} less is open. Nothing was recorded."),
            customer=now.customer_name, amount=exact(paid, now.currency), currency=now.currency,
        )
    held_before = {hold["hold_id"] for hold in marked.evidence["holds"]}
    new_holds = tuple(hold["hold_type"] for hold in now.holds if hold["hold_id"] not in held_before)
    reasons = now.hold_reasons or new_holds
    if reasons:
        raise Refused(
            N_("{customer} is on hold since this was marked ({holds}); a hold always wins."), customer=now.customer_name,
            holds=_words(reasons),
        )
    if not now.is_flagged:
        raise Refused(
            N_("The policy no longer flags {customer} for suspension in {currency}; nothing was recorded."), customer=now.customer_name,
            currency=now.currency,
        )
    if now.hash != marked.evidence_hash and canonical(_without_own_doing(marked, now)) != canonical(marked.evidence):
        raise Refused(
            N_("What the mark of {customer} rests on has changed since; look at the customer again."), customer=now.customer_name,
        )


def check_age(build: Build, suspension: Suspension, at: datetime) -> None:
    """Refuse to act on receivables that were imported too long ago; the sample partner is never too old."""
    if build.is_sample:
        return
    imported_at = build.newest_receivables_import_at
    if imported_at is None:
        raise Refused(N_("No receivables have been imported, so nothing can be exported."))
    if at - imported_at.replace(tzinfo=UTC) > timedelta(hours=suspension.max_data_age_hours):
        raise Refused(
            N_("The newest receivables were imported on {when}, more than {hours} hours ago; import today's files first."),
            when=when(imported_at), hours=suspension.max_data_age_hours,
        )


def has_lapsed(mark: Mark, at: datetime) -> bool:
    """Whether the approval in force is older than it may be."""
    return mark.approved_at is not None and at - mark.approved_at > APPROVAL_LASTS


def paid_since(before: Mapping[str, Any], now: Evidence) -> Decimal:
    """By how much less is open on what was marked, money on account taken off; money that was only applied changes nothing."""
    open_now = {(item.invoice_id, item.instalment_number): item.amount_outstanding for item in now.items}
    then = sum((Decimal(item["amount_outstanding"]) for item in before["items"]), Decimal(before["amount_unapplied"]))
    keys = [(item["invoice_id"], item["instalment_number"]) for item in before["items"]]
    return then - sum((open_now.get(key, Decimal(0)) for key in keys), now.amount_unapplied)


def _without_own_doing(marked: Mark, now: Evidence) -> dict[str, Any]:
    """The evidence of now, as if the subscriptions that this mark's order suspended still stood as before."""
    if marked.order is None:
        return now.content
    ours = {
        line.subscription_id: line.status_before for line in marked.order.lines
        if marked.outcome_of(line.subscription_id) in {DONE[SUSPEND], UNKNOWN}
    }
    rows = [
        {**row, "subscription_status": ours[row["subscription_id"]]}
        if row["subscription_id"] in ours and row["subscription_status"] == DONE[SUSPEND] else row
        for row in now.content["subscriptions"]
    ]
    return {**now.content, "subscriptions": rows}


def when(moment: datetime) -> str:
    """An instant in a sentence."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _words(codes: tuple[str, ...]) -> str:
    return ", ".join(sorted({code.replace("_", " ") for code in codes}))
