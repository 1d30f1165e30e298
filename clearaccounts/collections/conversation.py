"""What to do next about a customer: one concrete step with its reason, and what else is worth saying.

Each step is a rule of its own over the numbers of the account; STEPS says in which order they count. Of two currencies the
first by its code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clearaccounts.health import RULE, State
from clearaccounts.text import N_, Language

# The order in which steps count, the most pressing first.
STEPS = (
    "case", "suspended", "broken_promise", "covered", "dispute", "marked", "flagged", "window", "no_final_notice", "promise", "overdue",
    "status", "unapplied", "credit", "renewal", "nothing",
)
_ORDER = {kind: place for place, kind in enumerate(STEPS)}

# For who may see no amounts: what to do and why, by the receivables status.
_STATUS = {
    "overdue": (N_("Work as usual, and pass questions about money to the sales agent."), N_("The account is overdue.")),
    "flagged": (N_("Pass every question about money to the sales agent today."), N_("The account may be suspended soon.")),
    "suspended": (N_("Pass the customer to the sales agent."), N_("Subscriptions of this account are suspended.")),
}


@dataclass(frozen=True)
class Facts:
    """What steps are read from; the lists stay empty for who may see no amounts.

    Attributes:
        as_of_on: the day.
        receivables_status: current, overdue, flagged or suspended.
        service: the customer's row of `accounts/health_service`.
        money: rows of `accounts/health`, one per currency.
        stages: rows of `collections/worklist`, one per currency.
        holds: rows of `collections/evidence_holds`: in force on the day.
        broken: rows of `payments/promises` that are broken, the latest first.
    """

    as_of_on: date
    receivables_status: str
    service: Mapping[str, Any]
    money: Sequence[Mapping[str, Any]] = ()
    stages: Sequence[Mapping[str, Any]] = ()
    holds: Sequence[Mapping[str, Any]] = ()
    broken: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Step:
    """One thing to do: its kind (of STEPS), the sentence, why, and the list of the account page that shows it."""

    kind: str
    to_do: str
    reason: str
    section: str
    currency: str = ""


def next_steps(facts: Facts, language: Language) -> list[Step]:
    """What to do, the most pressing first; never empty.

    Args:
        facts: the numbers of the account.
        language: the reader's.
    """
    steps = [*_service(facts, language)]
    if facts.money:
        steps += _money(facts, language)
    elif facts.receivables_status in _STATUS:
        to_do, reason = (language.gettext(text) for text in _STATUS[facts.receivables_status])
        steps.append(Step("status", to_do, reason, ""))
    if not steps:
        steps.append(Step("nothing", language.gettext(N_("Nothing has to be done.")), language.gettext(
            N_("Nothing is overdue, disputed or unapplied, and no commitment ends soon.") if facts.money
            else N_("The account is current, and no severe case is open.")), ""))
    return sorted(steps, key=lambda step: (_ORDER[step.kind], step.currency))


def _service(facts: Facts, language: Language) -> Iterator[Step]:
    translate = language.gettext
    row = facts.service
    if row["severity_a_case_id"]:
        yield Step("case", translate(N_("Begin with case {case}.")).format(case=row["severity_a_case_id"]),
                   translate(N_("It is open with severity A: leave the money for another day.")), "cases")
    if row["cancellable_until_on"]:
        yield Step("window", translate(N_("Ask whether they keep {product}.")).format(product=row["cancellable_product_name"]),
                   translate(N_("It can be cancelled until {day}.")).format(day=language.day(row["cancellable_until_on"])), "subscriptions")
    if RULE["commitment"].judge(row["left_of_commitment_days"]) in {State.ACT, State.WATCH}:
        renews = (N_("Its commitment ends on {day}, {days} left, and renews by itself.") if row["is_auto_renew"]
                  else N_("Its commitment ends on {day}, {days} left, and does not renew by itself."))
        yield Step("renewal", translate(N_("Speak about the renewal of {product}.")).format(product=row["product_name"]),
                   translate(renews).format(
                       day=language.day(row["commitment_ends_on"]), days=language.days(row["left_of_commitment_days"])), "subscriptions")


def _money(facts: Facts, language: Language) -> Iterator[Step]:
    translate = language.gettext
    is_suspended = facts.receivables_status == "suspended"
    if is_suspended:
        owed = [language.amount(row["amount_overdue"], row["currency"]) for row in facts.money if row["amount_overdue"]]
        to_do = (translate(N_("Say what has to be paid for their subscriptions to come back: {amounts}.")).format(amounts=", ".join(owed))
                 if owed else translate(N_("Ask billing to bring their subscriptions back: nothing is overdue any more.")))
        yield Step("suspended", to_do, translate(N_("Subscriptions of theirs are suspended.")), "items" if owed else "suspension")
    yield from _broken(facts, language)
    yield from _holds(facts, language)
    stages = {row["currency"]: row for row in facts.stages}
    for row in facts.money:
        stage = stages.get(row["currency"], {"mark_status": None, "is_flagged": False, "hold_reasons": ""})
        yield from _of_currency(row, stage, facts, language)


def _broken(facts: Facts, language: Language) -> Iterator[Step]:
    """The latest promise that was broken, while something is overdue in its currency."""
    overdue = {row["currency"] for row in facts.money if row["amount_overdue"]}
    broken = [row for row in facts.broken if row["currency"] in overdue]
    for promise in sorted(broken, key=lambda row: (-row["ends_on"].toordinal(), row["hold_id"], row["currency"]))[:1]:
        received, promised = (language.amount(promise[name], promise["currency"]) for name in ("amount_received", "amount_promised"))
        yield Step(
            "broken_promise",
            language.gettext(N_("Ask for the payment promised for {day}.")).format(day=language.day(promise["ends_on"])),
            language.gettext(N_("The promise is broken for {days}: {received} of {promised} had come by then.")).format(
                days=language.days((facts.as_of_on - promise["ends_on"]).days), received=received, promised=promised),
            "history", promise["currency"])


def _holds(facts: Facts, language: Language) -> Iterator[Step]:
    """The oldest dispute that is open, and the promise that ends first."""
    translate = language.gettext
    disputes = [hold for hold in facts.holds if hold["hold_type"] == "dispute"]
    for hold in sorted(disputes, key=lambda hold: (hold["starts_on"], hold["hold_id"]))[:1]:
        to_do = (translate(N_("Settle the dispute of {invoice}.")).format(invoice=hold["invoice_id"]) if hold["invoice_id"]
                 else translate(N_("Settle their dispute.")))
        yield Step("dispute", to_do, translate(N_("It is open since {day}: ask what is missing, and for what is not disputed.")).format(
            day=language.day(hold["starts_on"])), "timeline", hold["currency"] or "")
    promises = [hold for hold in facts.holds if hold["hold_type"] == "promise_to_pay"]
    for hold in sorted(promises, key=lambda hold: (hold["ends_on"] or date.max, hold["hold_id"]))[:1]:
        reason = (translate(N_("They promised to pay by {day}.")).format(day=language.day(hold["ends_on"])) if hold["ends_on"]
                  else translate(N_("They promised to pay, and no day was agreed: ask for one.")))
        yield Step("promise", translate(N_("Ask whether their promise to pay stands.")), reason, "history", hold["currency"] or "")


def _of_currency(row: Mapping[str, Any], stage: Mapping[str, Any], facts: Facts, language: Language) -> Iterator[Step]:
    translate = language.gettext
    currency = row["currency"]
    overdue = language.amount(row["amount_overdue"], currency)
    on_account = language.amount(-row["amount_unapplied"], currency)
    oldest = translate(N_("The oldest, {invoice}, is {days} overdue.")).format(
        invoice=row["oldest_invoice_id"], days=language.days(row["overdue_days"]))
    has_money = row["amount_unapplied"] < 0
    is_covered = has_money and bool(row["amount_overdue"]) and -row["amount_unapplied"] >= row["amount_overdue"]
    is_promised = any(hold["hold_type"] == "promise_to_pay" and hold["currency"] in {None, currency} for hold in facts.holds)
    if is_covered:
        yield Step("covered", translate(N_("Offer to apply {amount} that lies on account.")).format(amount=on_account),
                   translate(N_("It covers everything overdue, {amount}.")).format(amount=overdue), "unapplied", currency)
    if stage["mark_status"] in {"marked", "approved_once", "approved"}:
        to_do = N_("Ask for {amount} today.") if row["amount_overdue"] else N_("Ask billing to withdraw the mark in {currency}.")
        why = (N_("They are marked for suspension in {currency}: a payment stops it as soon as it is imported.") if row["amount_overdue"]
               else N_("They are marked for suspension, and nothing is overdue any more."))
        yield Step("marked", translate(to_do).format(amount=overdue, currency=currency), translate(why).format(currency=currency),
                   "suspension", currency)
    elif stage["is_flagged"]:
        yield Step("flagged", translate(N_("Ask for a day on which {amount} is paid.")).format(amount=overdue),
                   translate(N_("The policy flags them for suspension.")) + " " + oldest, "suspension", currency)
    elif row["amount_overdue"] and not (is_covered or is_promised or facts.receivables_status == "suspended"):
        yield Step("overdue", translate(N_("Remind them of {amount}.")).format(amount=overdue), oldest, "items", currency)
    if "no_final_notice" in (stage["hold_reasons"] or "").split("; "):
        yield Step("no_final_notice", translate(N_("Send a final notice.")),
                   translate(N_("The policy asks for one, and none was sent in time.")), "timeline", currency)
    if has_money and not is_covered:
        to_do = N_("Offer to apply {amount} to an open invoice.") if row["amount_outstanding"] else N_("Ask what {amount} is for.")
        yield Step("unapplied", translate(to_do).format(amount=on_account), translate(
            N_("It lies on account for {days} and settles nothing.")).format(days=language.days(row["unapplied_days"])),
            "unapplied", currency)
    if RULE["credit_use"].judge(row["credit_use_rate"]) is State.ACT:
        yield Step("credit", translate(N_("Agree on a payment, or on another credit limit.")), translate(
            N_("{share} of the limit of {amount} is used.")).format(
                share=language.percent(row["credit_use_rate"]), amount=language.amount(row["amount_credit_limit"], currency)),
            "items", currency)
