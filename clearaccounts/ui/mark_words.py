"""The life of a suspension mark in words: who did what when, until when an approval holds, what came of each subscription."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from clearaccounts.collections import desk
from clearaccounts.collections.changes import Change
from clearaccounts.collections.marks import Mark, Reported
from clearaccounts.collections.orders import OUTCOME_TITLES, Order
from clearaccounts.text import N_, Language
from clearaccounts.ui import labels

# (change_type) -> the sentence; {before} and {after} are in words already.
_CHANGES = {
    "item_settled": N_("{subject} is settled: {before} when it was marked."),
    "item_paid": N_("{subject} is paid in part: {before} when it was marked, {after} now."),
    "item_grown": N_("{subject} has more open: {before} when it was marked, {after} now."),
    "item_added": N_("{subject} is overdue as well now: {after}."),
    "money_on_account": N_("Money on account: {before} when it was marked, {after} now."),
    "hold_begun": N_("A hold stands that did not when it was marked, or is another now: {subject}, until {after}."),
    "hold_ended": N_("A hold is over: {subject}."),
    "notice_added": N_("The notice it rests on is another: {subject}, sent {after}."),
    "notice_gone": N_("A notice it rested on no longer counts: {subject}, sent {before}."),
    "policy": N_("The policy in force is another: {before} when it was marked, {after} now."),
    "stage": N_("The stage is another: {before} when it was marked, {after} now."),
    "subscription_added": N_("Subscription {subject} has come: {after}."),
    "subscription_gone": N_("Subscription {subject} is gone."),
    "subscription_status": N_("Subscription {subject} is {after}, and was {before} when it was marked."),
}
_LABELLED = {"stage", "subscription_added", "subscription_status"}
_AMOUNTS = {"item_settled", "item_paid", "item_grown", "item_added", "money_on_account"}
_DAYS = {"hold_begun", "notice_added", "notice_gone"}


def moment(value: datetime, language: Language) -> str:
    """An instant, in UTC."""
    return f"{language.moment(value.astimezone(UTC))} UTC"


def state(mark: Mark, language: Language, *, is_lapsed: bool) -> list[str]:
    """Where a mark stands and how it came there, a sentence for each step that counts now."""
    translate = language.gettext
    said = [translate(N_("{who} marked this on {when}: {reason}")).format(
        who=mark.marked_by.name, when=moment(mark.marked_at, language), reason=mark.reason)]
    if is_lapsed or desk.approval_status(mark, is_lapsed=is_lapsed) == "lapsed_approval":
        said.append(translate(N_("The approval has lapsed after 24 hours; it has to be approved again.")))
    else:
        said += _approvals(mark, language)
    if mark.order is not None:
        said.append(translate(N_("Exported on {when}: {outcomes}.")).format(
            when=moment(mark.order.exported_at, language), outcomes=outcomes(mark.order, mark.outcomes, language)))
    return said + _way_back(mark, language)


def standing(row: Mapping[str, Any], mark: Mark | None, language: Language) -> list[str]:
    """How far the suspension of a customer has come in one currency: the policy's view, then the mark's way, line by line.

    Args:
        row: of `desk.lists`.
        mark: the open mark that the row is about, or None.
        language: the reader's.
    """
    translate = language.gettext
    overdue = language.amount(row["amount_overdue"], row["currency"])
    said = [translate(N_("{currency}: stage {stage}, {amount} overdue.")).format(
        currency=row["currency"], stage=labels.title(row["stage"], language), amount=overdue)]
    if row["hold_reasons"]:
        said.append(translate(N_("Held back by: {reasons}.")).format(reasons=labels.titles(row["hold_reasons"], language, ", ")))
    if mark is None:
        return [*said, translate(N_("Flagged for suspension, and not marked."))] if row["is_flagged"] else said
    said += state(mark, language, is_lapsed=row["approval_status"] == "lapsed_approval")
    order, known = (mark.order, mark.outcomes) if mark.reinstatement is None else (mark.reinstatement, mark.reinstated)
    for line in () if order is None else order.lines:
        reported = known.get(line.subscription_id)
        said.append(f"{line.product_name}: {outcome(reported.outcome.outcome if reported else '', language)}")
    if row["turn"] in _TURNS:
        said.append(translate(_TURNS[row["turn"]]))
    return said


_TURNS = {
    "overtaken": N_("The mark no longer rests on a flag; it is to be withdrawn."),
    "stop": N_("They have paid, or been put on hold, since the export: what was not carried out yet has to be stopped."),
    "suspended": N_("They are suspended, and still owe."),
}


def _approvals(mark: Mark, language: Language) -> list[str]:
    translate = language.gettext
    said = [translate(N_("Approved by {who} on {when}")).format(who=one.by.name, when=moment(one.at, language)) for one in mark.approvals]
    until = desk.approved_until(mark)
    if said and mark.mark_status.value == "approved_once":
        said.append(translate(N_("The day's limit was reached: a second person approves it too.")))
    elif until is not None:
        said.append(translate(N_("The approval holds until {when}; then it has to be approved again.")).format(
            when=moment(until, language)))
    return said


def _way_back(mark: Mark, language: Language) -> list[str]:
    translate = language.gettext
    said = []
    if mark.cleared is not None:
        said.append(translate(N_("The debt is gone; to be given back since {when}.")).format(when=moment(mark.cleared.at, language)))
    if mark.reinstatement_approval is not None:
        said.append(translate(N_("Reinstatement approved by {who} on {when}")).format(
            who=mark.reinstatement_approval.by.name, when=moment(mark.reinstatement_approval.at, language)))
    if mark.reinstatement is not None:
        said.append(translate(N_("Reinstatement exported on {when}: {outcomes}.")).format(
            when=moment(mark.reinstatement.exported_at, language), outcomes=outcomes(mark.reinstatement, mark.reinstated, language)))
    return said


def outcomes(order: Order, known: Mapping[str, Reported], language: Language) -> str:
    """How many subscriptions an order asks for and what came of them: `3 subscriptions, Suspended 2, not reported 1`."""
    counts: dict[str, int] = {}
    for line in order.lines:
        reported = known.get(line.subscription_id)
        counts[reported.outcome.outcome if reported else ""] = counts.get(reported.outcome.outcome if reported else "", 0) + 1
    count = len(order.lines)
    said = [language.ngettext("{count} subscription", "{count} subscriptions", count).format(count=language.number(count))]
    said += [f"{outcome(code, language).lower()} {language.number(number)}" for code, number in counts.items()]
    return ", ".join(said)


def outcome(code: str, language: Language) -> str:
    """What came of one subscription, in a word or two."""
    return language.gettext(OUTCOME_TITLES[code]) if code else language.gettext(N_("Not reported"))


def change(one: Change, currency: str, language: Language) -> str:
    """A difference between the evidence that was marked and that of now, as a sentence."""
    before, after = _worded(one, one.before, currency, language), _worded(one, one.after, currency, language)
    subject = labels.title(one.subject, language) if one.change_type.startswith("hold") else one.subject
    if one.change_type.startswith("notice"):
        subject = labels.notice(one.subject, language)
    return language.gettext(_CHANGES[one.change_type]).format(subject=subject, before=before, after=after)


def _worded(one: Change, text: str, currency: str, language: Language) -> str:
    if not text:
        return language.gettext(N_("no end")) if one.change_type == "hold_begun" else ""
    if one.change_type in _AMOUNTS:
        return language.amount(Decimal(text), currency)
    if one.change_type in _DAYS:
        return language.day(date.fromisoformat(text))
    return labels.title(text, language) if one.change_type in _LABELLED else text
