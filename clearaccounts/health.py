"""The health of an account: reasons with their numbers, each against thresholds written down once. No score.

A reason is a number that somebody can check, the threshold from which it is worth a look (`watch`) and the one from which something
has to be done (`act`). The state of the account is that of its gravest reason, and nothing else. Where a number is not known the
reason says so and weighs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from clearaccounts.text import N_, Language

Unit = Literal["share", "count", "days", "status"]
Number = int | Decimal


class State(StrEnum):
    """How grave a reason is, the gravest first."""

    ACT = "act"
    WATCH = "watch"
    WELL = "well"
    UNKNOWN = "unknown"


STATE_TITLES = {
    State.ACT: N_("Act"), State.WATCH: N_("Watch"), State.WELL: N_("In order"), State.UNKNOWN: N_("Not known"),
}
_GRAVITY = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True)
class Rule:
    """One reason and its thresholds.

    Attributes:
        reason: its code.
        sentence: the number in words; `{value}` and the names of the row it comes from.
        absent: what is said when there is no number.
        unit: how numbers of it are written.
        watch_from: the first value that is worth a look; None = none is.
        act_from: the first value on which something has to be done; None = none is.
        section: the list of the account page on which it can be checked.
        is_falling: whether less is graver (days left); else more is.
        absent_state: what a missing number means.
    """

    reason: str
    sentence: str
    absent: str
    unit: Unit
    watch_from: Number | None
    act_from: Number | None
    section: str
    is_falling: bool = False
    absent_state: State = State.WELL

    def judge(self, value: Number | None) -> State:
        """How grave a value is."""
        if value is None:
            return self.absent_state
        for state, threshold in ((State.ACT, self.act_from), (State.WATCH, self.watch_from)):
            if threshold is not None and (value <= threshold if self.is_falling else value >= threshold):
                return state
        return State.WELL


# Gravest kinds first: of two reasons equally grave the one that stands higher is told first. docs/users say them in words.
RULES = (
    Rule("severity_a", N_("Open cases of severity A: {value}"), N_("No case of severity A is open"),
         "count", None, 1, "cases"),
    Rule("status", N_("The account is {status}"), N_("The account is current"),
         "status", 1, 2, "suspension"),
    Rule("overdue_rate", N_("{value} of {amount_outstanding} is overdue"), N_("Nothing is open"),
         "share", Decimal("0.10"), Decimal("0.50"), "items"),
    Rule("overdue_days", N_("{oldest_invoice_id} is {value} overdue"), N_("Nothing is overdue"),
         "days", 15, 45, "items"),
    Rule("trend", N_("Median lateness {quarter_late_days}, the quarter before {quarter_before_late_days}: {value} of change"),
         N_("Too few invoices for a trend"), "days", 5, 15, "history", absent_state=State.UNKNOWN),
    Rule("promises", N_("Broken promises in 12 months: {value}"), N_("No promise was broken in 12 months"),
         "count", 1, 2, "history"),
    Rule("disputes", N_("Open disputes: {value}, the oldest for {dispute_days}"), N_("Nothing is disputed"),
         "count", 1, 3, "timeline"),
    Rule("credit_use", N_("{value} of the credit limit of {amount_credit_limit} is used"),
         N_("No credit limit is on record"), "share", Decimal("0.80"), Decimal("1.00"), "items", absent_state=State.UNKNOWN),
    Rule("notices", N_("Notices in 90 days: {value}, the last on {last_notice_on}"), N_("No notice in 90 days"),
         "count", 1, 3, "timeline"),
    Rule("unapplied", N_("{amount_on_account} on account, not applied for {value}"), N_("Nothing is unapplied"),
         "days", 14, None, "unapplied"),
    Rule("severity_b", N_("Open cases of severity B: {value}"), N_("No case of severity B is open"),
         "count", 1, None, "cases"),
    Rule("case_age", N_("Oldest open case: {value}, of {open_case_count} open"), N_("No case is open"),
         "days", 14, 30, "cases"),
    Rule("requests", N_("Requests open at Microsoft: {value}"), N_("Nothing is open at Microsoft"),
         "count", 1, None, "requests"),
    Rule("cancellation", N_("A subscription can be cancelled until {cancellable_until_on}, {value} left"),
         N_("No cancellation window is open"), "days", 7, None, "subscriptions", is_falling=True),
    Rule("commitment", N_("The next commitment ends on {commitment_ends_on}, {value} left"),
         N_("No commitment of more than a month runs"), "days", 60, 14, "subscriptions", is_falling=True, absent_state=State.UNKNOWN),
)
RULE = {rule.reason: rule for rule in RULES}
_ORDER = {rule.reason: place for place, rule in enumerate(RULES)}
_STATUS = {"current": 0, "overdue": 1, "flagged": 2, "suspended": 3}
_STATUS_WORDS = {"current": N_("current"), "overdue": N_("overdue"), "flagged": N_("flagged"), "suspended": N_("suspended")}


@dataclass(frozen=True)
class Reason:
    """One reason of one account: the number, how grave it is, and the row it comes from."""

    rule: Rule
    state: State
    value: Number | None
    row: Mapping[str, Any]
    currency: str | None = None


def reasons(
    receivables_status: str, service: Mapping[str, Any], money: Sequence[Mapping[str, Any]] = (),
    behaviour: Sequence[Mapping[str, Any]] = (), broken_count: int = 0,
) -> tuple[Reason, ...]:
    """Every reason of one account, the gravest first.

    Args:
        receivables_status: current, overdue, flagged or suspended.
        service: its row of `accounts/health_service`.
        money: its rows of `accounts/health`, one per currency; none for who may see no amounts.
        behaviour: its rows of `payments/behaviour`, one per currency.
        broken_count: promises broken in the last twelve months.
    """
    found = [
        _reason("status", _STATUS[receivables_status] or None, {"status": receivables_status}),
        _reason("severity_a", service["severity_a_case_count"] or None, service),
        _reason("severity_b", service["severity_b_case_count"] or None, service),
        _reason("case_age", service["oldest_case_days"], service),
        _reason("requests", service["open_request_count"] or None, service),
        _reason("cancellation", service["left_to_cancel_days"], service),
        _reason("commitment", service["left_of_commitment_days"], service),
    ]
    for row in money:
        currency = row["currency"]
        found += [
            _reason("overdue_rate", row["overdue_rate"], row, currency),
            _reason("overdue_days", row["overdue_days"], row, currency),
            _reason("disputes", row["dispute_count"] or None, row, currency),
            _reason("notices", row["notice_count"] or None, row, currency),
            _reason("unapplied", row["unapplied_days"], row, currency),
            _reason("credit_use", row["credit_use_rate"], row, currency),
        ]
    if money:
        found.append(_reason("promises", broken_count or None, {}))
        found += [_reason("trend", row["changed_late_days"], row, row["currency"]) for row in behaviour]
    return tuple(sorted(found, key=lambda one: (_GRAVITY[one.state], _ORDER[one.rule.reason], one.currency or "")))


def _reason(name: str, value: Number | None, row: Mapping[str, Any], currency: str | None = None) -> Reason:
    rule = RULE[name]
    return Reason(rule, rule.judge(value), value, row, currency)


def overall(found: Sequence[Reason]) -> State:
    """The state of the account: that of its gravest reason; in order when nothing speaks against it."""
    return min((one.state for one in found if one.state is not State.UNKNOWN), key=_GRAVITY.__getitem__, default=State.WELL)


def in_words(one: Reason, language: Language) -> str:
    """The reason's number in one sentence."""
    translate = language.gettext
    if one.value is None:
        return translate(one.rule.absent)
    row = one.row
    amounts = {name: language.amount(value, row["currency"]) for name, value in row.items() if name.startswith("amount_")}
    if "amount_unapplied" in row:
        amounts["amount_on_account"] = language.amount(-row["amount_unapplied"], row["currency"])
    days = {name: language.day(value) for name, value in row.items() if name.endswith("_on")}
    counts = {name: language.number(value) for name, value in row.items() if name.endswith("_count")}
    counts |= {name: language.days(value) for name, value in row.items() if name.endswith("_days")}
    status = {"status": translate(_STATUS_WORDS[row["status"]])} if "status" in row else {}
    text = {name: value for name, value in row.items() if name.endswith("_id")}
    # Of a share a decimal more, so that 79.9% does not look like the 80% from which it would weigh.
    value = _number(one.rule, one.value, language, digits=1)
    return translate(one.rule.sentence).format(value=value, **amounts, **days, **counts, **status, **text)


def threshold_in_words(rule: Rule, language: Language) -> str:
    """From where a number of this kind is worth a look, and from where something has to be done: `watch from 10%, act from 50%`."""
    translate = language.gettext
    if rule.unit == "status":
        return translate(N_("watch when overdue, act when flagged"))
    watch = N_("watch at {value} or less") if rule.is_falling else N_("watch from {value}")
    act = N_("act at {value} or less") if rule.is_falling else N_("act from {value}")
    parts = [
        translate(text).format(value=_number(rule, threshold, language))
        for text, threshold in ((watch, rule.watch_from), (act, rule.act_from)) if threshold is not None
    ]
    return ", ".join(parts)


def _number(rule: Rule, value: Number, language: Language, digits: int = 0) -> str:
    match rule.unit:
        case "share":
            return language.percent(value, digits)
        case "days":
            return language.days(value)
        case _:
            return language.number(value)
