"""A collections policy as frozen dataclasses: its stages, holds, notices and segments, its table for SQL, its words for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.text import N_, Language

CLOCKS = ("due_date", "invoice_date")
ACTIONS = ("notify", "restrict", "suspend")
CLEAR = "clear"  # what `collections/stages` says where no stage matches
NOTICES = ("reminder", "overdue", "final_notice")
LONGEST_PROMISE_DAYS, LONGEST_DISPUTE_DAYS = 14, 60
# Holds that the tool finds by itself, which a policy may switch off.
BUILT_IN_HOLDS = ("severity_a_case", "unapplied_covers_debt", "cancellation_window")
# A stage is called what the partner's file calls it; the standard policy's names are known in every language.
STANDARD_STAGES = (N_("reminder"), N_("overdue notice"), N_("new orders on hold"), N_("suspension"))

NOTICE_WORDS = {
    "reminder": N_("a reminder"), "overdue": N_("an overdue notice"), "final_notice": N_("a final notice"),
}
_ACTION_WORDS = {
    "notify": N_("notify the customer"), "restrict": N_("restrict new orders"), "suspend": N_("flag for suspension"),
}
_CLOCK_WORDS = {
    "due_date": N_("Days are counted from the due date."),
    "invoice_date": N_("Days are counted from the issue date; overdue still means past the due date."),
}
_HOLD_WORDS = {
    "severity_a_case": N_("an open case of severity A"), "unapplied_covers_debt": N_("unapplied money that covers the debt"),
    "cancellation_window": N_("a subscription that can still be cancelled"),
}

Amounts = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Stage:
    """One stage; a condition that is None is not asked for.

    `min_overdue_amount` holds (currency, amount) pairs in the file's order; None = every currency matches,
    and with pairs a currency that is not among them never does.
    """

    name: str
    action: str
    min_overdue_days: int | None = None
    min_overdue_invoices: int | None = None
    min_overdue_amount: Amounts | None = None
    requires_notice: str | None = None
    notice_days: int | None = None

    def in_words(self, language: Language) -> str:
        """What brings a customer into this stage and what then happens, as one sentence."""
        translate = language.gettext
        parts: list[str] = []
        if self.min_overdue_days is not None:
            parts.append(language.ngettext("overdue by {count} day or more", "overdue by {count} days or more",
                                           self.min_overdue_days).format(count=language.number(self.min_overdue_days)))
        if self.min_overdue_invoices is not None:
            parts.append(language.ngettext("at least {count} such invoice", "at least {count} such invoices",
                                           self.min_overdue_invoices).format(count=language.number(self.min_overdue_invoices)))
        if self.min_overdue_amount is not None:
            parts.append(translate(N_("at least {amounts}")).format(amounts=amounts_in_words(self.min_overdue_amount, language))
                         if self.min_overdue_amount else translate(N_("no currency")))
        if not parts:
            parts.append(translate(N_("anything overdue")))
        sentence = translate(N_("{stage}: {conditions}; then {action}")).format(
            stage=translate(self.name), conditions=", ".join(parts), action=translate(_ACTION_WORDS[self.action]),
        )
        if self.requires_notice is not None:
            notice = translate(NOTICE_WORDS[self.requires_notice])
            if self.notice_days:
                sentence += language.ngettext(
                    ", held until {notice} was sent since the oldest of them fell due, at least {count} day ago",
                    ", held until {notice} was sent since the oldest of them fell due, at least {count} days ago", self.notice_days,
                ).format(notice=notice, count=language.number(self.notice_days))
            else:
                sentence += translate(N_(", held until {notice} was sent since the oldest of them fell due")).format(notice=notice)
        return sentence + "."


@dataclass(frozen=True)
class HoldRules:
    """`[holds]`: how long people's own holds may last, and which of the holds that the tool finds by itself count.

    A hold that is switched off takes no flag away; `switched_off_because` says why and is never empty then.
    """

    promise_to_pay_days: int = LONGEST_PROMISE_DAYS
    dispute_days: int = LONGEST_DISPUTE_DAYS
    severity_a_case: bool = True
    unapplied_covers_debt: bool = True
    cancellation_window: bool = True
    switched_off_because: str = ""

    def longest_days(self, hold_type: str) -> int | None:
        """How long a hold of this type may last, or None if the policy sets no limit to it."""
        return {"promise_to_pay": self.promise_to_pay_days, "dispute": self.dispute_days}.get(hold_type)

    @property
    def switched_off(self) -> tuple[str, ...]:
        """Those of BUILT_IN_HOLDS that hold nobody."""
        return tuple(name for name in BUILT_IN_HOLDS if not getattr(self, name))

    def in_words(self, language: Language) -> tuple[str, ...]:
        """What takes a flag away, and what does not although it could."""
        translate = language.gettext
        said = [translate(N_(
            "A hold takes the flag away: a dispute (up to {dispute}), a promise to pay (up to {promise}), an exemption. Longer ones need a "
            "billing administrator.",
        )).format(dispute=language.days(self.dispute_days), promise=language.days(self.promise_to_pay_days))]
        on = [translate(_HOLD_WORDS[name]) for name in BUILT_IN_HOLDS if name not in self.switched_off]
        if on:
            said.append(translate(N_("These take it away by themselves: {holds}.")).format(holds=", ".join(on)))
        if self.switched_off:
            off = ", ".join(translate(_HOLD_WORDS[name]) for name in self.switched_off)
            said.append(translate(N_("These hold nobody under this policy: {holds}. Reason: {reason}")).format(
                holds=off, reason=self.switched_off_because))
        return tuple(said)


@dataclass(frozen=True)
class NoticeRule:
    """One of `[[notices]]`: what is sent, when, from which amount, and how long the customer has to answer.

    One of `days_before_due` and `days_after_due` is None. `min_amount`: as a stage's `min_overdue_amount`.
    """

    notice_type: str
    days_before_due: int | None = None
    days_after_due: int | None = None
    min_amount: Amounts | None = None
    waiting_days: int = 0

    def in_words(self, language: Language) -> str:
        """What is sent and when, as one sentence."""
        translate = language.gettext
        notice = translate(NOTICE_WORDS[self.notice_type])
        if self.days_before_due is not None:
            said = translate(N_("{notice} is sent {days} before the due date")).format(
                notice=notice, days=language.days(self.days_before_due))
        else:
            said = translate(N_("{notice} is sent {days} after the due date")).format(
                notice=notice, days=language.days(self.days_after_due))
        if self.min_amount is not None:
            said += translate(N_(", from {amounts}")).format(
                amounts=amounts_in_words(self.min_amount, language) or translate(N_("no currency")))
        if self.waiting_days:
            said += translate(N_(", and the customer has {days} to answer")).format(days=language.days(self.waiting_days))
        return said[:1].upper() + said[1:] + "."


@dataclass(frozen=True)
class Variant:
    """One of `[[segments]]`: the stages of the customers of a segment, in place of the policy's own."""

    segment: str
    clock: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Policy:
    """One version of a policy; `stages` run from the mildest to the most severe, none is valid."""

    name: str
    version: int
    effective_on: date
    clock: str
    stages: tuple[Stage, ...]
    holds: HoldRules = field(default_factory=HoldRules)
    notices: tuple[NoticeRule, ...] = ()
    variants: tuple[Variant, ...] = ()

    def table(self) -> pa.Table:
        """The stages as `collections/stages` reads them: one row per segment, stage and currency.

        `segment` null holds for every customer whose segment has no rows of its own. `stage_order` 1 is the mildest. A stage
        that names no amounts has one row, whose currency is null and matches every currency; a segment without stages has one
        row whose stage is null. Shape: `handed_tables.EMPTY_TABLES["policy_stages"]`.
        """
        rows = [*self._rows(None, self.clock, self.stages)]
        for variant in self.variants:
            rows += self._rows(variant.segment, variant.clock, variant.stages) or [{"segment": variant.segment}]
        return pa.Table.from_pylist(rows, schema=EMPTY_TABLES["policy_stages"].schema)

    def _rows(self, segment: str | None, clock: str, stages: tuple[Stage, ...]) -> list[dict[str, Any]]:
        rows = []
        for order, stage in enumerate(stages, start=1):
            amounts: Iterable[tuple[str | None, Decimal | None]] = (
                [(None, None)] if stage.min_overdue_amount is None else stage.min_overdue_amount
            )
            for currency, amount in amounts:
                rows.append({
                    "segment": segment, "stage_order": order, "stage": stage.name, "action": stage.action, "clock": clock,
                    "currency": currency, "min_overdue_days": stage.min_overdue_days, "min_overdue_invoices": stage.min_overdue_invoices,
                    "min_overdue_amount": amount, "requires_notice": stage.requires_notice, "notice_days": stage.notice_days,
                    "is_held_by_case": self.holds.severity_a_case, "is_held_by_unapplied": self.holds.unapplied_covers_debt,
                    "is_held_by_window": self.holds.cancellation_window,
                })
        return rows

    def stages_of(self, segment: str | None) -> tuple[Stage, ...]:
        """The stages of a customer of this segment; letter case and spaces around it make no difference."""
        wanted = (segment or "").strip().lower()
        own = [variant.stages for variant in self.variants if variant.segment.strip().lower() == wanted]
        return own[0] if own else self.stages

    def in_words(self, language: Language) -> tuple[str, ...]:
        """The policy for people: how days are counted, one sentence per stage, what the segments, notices and holds say."""
        return tuple(self._sentences(language))

    def _sentences(self, language: Language) -> Iterator[str]:
        translate = language.gettext
        if not self.stages:
            yield translate(N_("This policy has no stages: every customer is clear."))
        else:
            yield translate(_CLOCK_WORDS[self.clock])
            for stage in self.stages:
                yield stage.in_words(language)
        for variant in self.variants:
            said = translate(N_("Segment {segment}: {sentence}"))
            if not variant.stages:
                yield said.format(segment=variant.segment, sentence=translate(N_("no stages; its customers are clear.")))
            elif variant.clock != self.clock:
                yield said.format(segment=variant.segment, sentence=translate(_CLOCK_WORDS[variant.clock]))
            for stage in variant.stages:
                yield said.format(segment=variant.segment, sentence=stage.in_words(language))
        for notice in self.notices:
            yield notice.in_words(language)
        if any(stage.action == "suspend" for stages in (self.stages, *(one.stages for one in self.variants)) for stage in stages):
            yield from self.holds.in_words(language)


def amounts_in_words(amounts: Amounts, language: Language) -> str:
    """`50.00 EUR / 60.00 USD`."""
    return " / ".join(language.amount(amount, currency) for currency, amount in amounts)
