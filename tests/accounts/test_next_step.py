"""The next step, case by case: what leads to it, what it says, and which of two comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from clearaccounts.collections.conversation import STEPS, Facts, Step, next_steps
from clearaccounts.text import ENGLISH, SPANISH, Language

DAY = date(2026, 6, 30)
SERVICE: dict[str, Any] = {
    "severity_a_case_id": None, "cancellable_until_on": None, "cancellable_product_name": None, "left_of_commitment_days": None,
    "commitment_ends_on": None, "is_auto_renew": None, "product_name": None,
}
MONEY: dict[str, Any] = {
    "currency": "EUR", "oldest_invoice_id": None, "overdue_days": None, "unapplied_days": None, "amount_outstanding": Decimal(0),
    "amount_overdue": Decimal(0), "amount_unapplied": Decimal(0), "amount_credit_limit": None, "credit_use_rate": None,
}
OVERDUE = MONEY | {"oldest_invoice_id": "I1", "overdue_days": 40, "amount_outstanding": Decimal(900), "amount_overdue": Decimal("700.5")}
STAGE: dict[str, Any] = {"currency": "EUR", "mark_status": None, "is_flagged": False, "hold_reasons": ""}
DISPUTE: dict[str, Any] = {
    "hold_id": "H1", "hold_type": "dispute", "invoice_id": "I7", "currency": "EUR", "starts_on": date(2026, 6, 1), "ends_on": None}
PROMISE = DISPUTE | {"hold_id": "H2", "hold_type": "promise_to_pay", "invoice_id": None, "currency": None, "ends_on": date(2026, 7, 3)}
BROKEN: dict[str, Any] = {
    "hold_id": "H9", "currency": "EUR", "amount_promised": Decimal(300), "amount_received": Decimal(20), "ends_on": date(2026, 6, 29)}
CREDIT: dict[str, Any] = {"credit_use_rate": Decimal(2), "amount_credit_limit": Decimal(1)}
NOTHING = Facts(DAY, "current", SERVICE, [MONEY])


def steps(facts: Facts, language: Language = ENGLISH) -> list[Step]:
    return next_steps(facts, language)


# what leads to it -> kind, sentence, reason, list
CASES: dict[str, tuple[Facts, str, str, str]] = {
    "case": (
        replace(NOTHING, service=SERVICE | {"severity_a_case_id": "K4"}),
        "Begin with case K4.", "It is open with severity A: leave the money for another day.", "cases"),
    "suspended": (
        replace(NOTHING, receivables_status="suspended", money=[OVERDUE]),
        "Say what has to be paid for their subscriptions to come back: 700.50 EUR.", "Subscriptions of theirs are suspended.", "items"),
    "broken_promise": (
        replace(NOTHING, money=[OVERDUE], broken=[BROKEN]),
        "Ask for the payment promised for 29 Jun 2026.", "The promise is broken for 1 day: 20.00 EUR of 300.00 EUR had come by then.",
        "history"),
    "covered": (
        replace(NOTHING, money=[OVERDUE | {"amount_unapplied": Decimal("-700.5"), "unapplied_days": 3}]),
        "Offer to apply 700.50 EUR that lies on account.", "It covers everything overdue, 700.50 EUR.", "unapplied"),
    "dispute": (
        replace(NOTHING, holds=[DISPUTE]),
        "Settle the dispute of I7.", "It is open since 1 Jun 2026: ask what is missing, and for what is not disputed.", "timeline"),
    "marked": (
        replace(NOTHING, money=[OVERDUE], stages=[STAGE | {"mark_status": "approved", "is_flagged": True}]),
        "Ask for 700.50 EUR today.", "They are marked for suspension in EUR: a payment stops it as soon as it is imported.", "suspension"),
    "flagged": (
        replace(NOTHING, money=[OVERDUE], stages=[STAGE | {"is_flagged": True}]),
        "Ask for a day on which 700.50 EUR is paid.", "The policy flags them for suspension. The oldest, I1, is 40 days overdue.",
        "suspension"),
    "window": (
        replace(NOTHING, service=SERVICE | {"cancellable_until_on": date(2026, 7, 2), "cancellable_product_name": "Copilot"}),
        "Ask whether they keep Copilot.", "It can be cancelled until 2 Jul 2026.", "subscriptions"),
    "no_final_notice": (
        replace(NOTHING, stages=[STAGE | {"hold_reasons": "no_final_notice"}]),
        "Send a final notice.", "The policy asks for one, and none was sent in time.", "timeline"),
    "promise": (
        replace(NOTHING, holds=[PROMISE]),
        "Ask whether their promise to pay stands.", "They promised to pay by 3 Jul 2026.", "history"),
    "overdue": (
        replace(NOTHING, money=[OVERDUE]), "Remind them of 700.50 EUR.", "The oldest, I1, is 40 days overdue.", "items"),
    "status": (
        Facts(DAY, "flagged", SERVICE),
        "Pass every question about money to the sales agent today.", "The account may be suspended soon.", ""),
    "unapplied": (
        replace(NOTHING, money=[MONEY | {"amount_unapplied": Decimal(-5), "unapplied_days": 9}]),
        "Ask what 5.00 EUR is for.", "It lies on account for 9 days and settles nothing.", "unapplied"),
    "credit": (
        replace(NOTHING, money=[MONEY | {"credit_use_rate": Decimal("1.0000"), "amount_credit_limit": Decimal(500)}]),
        "Agree on a payment, or on another credit limit.", "100% of the limit of 500.00 EUR is used.", "items"),
    "renewal": (
        replace(NOTHING, service=SERVICE | {
            "left_of_commitment_days": 60, "commitment_ends_on": date(2026, 8, 29), "is_auto_renew": False, "product_name": "Teams"}),
        "Speak about the renewal of Teams.", "Its commitment ends on 29 Aug 2026, 60 days left, and does not renew by itself.",
        "subscriptions"),
    "nothing": (
        NOTHING, "Nothing has to be done.", "Nothing is overdue, disputed or unapplied, and no commitment ends soon.", ""),
}


def test_every_kind_of_step_has_its_case() -> None:
    assert tuple(CASES) == STEPS


@pytest.mark.parametrize("kind", STEPS)
def test_what_leads_to_a_step_and_what_it_says(kind: str) -> None:
    facts, to_do, reason, section = CASES[kind]
    first, *others = steps(facts)
    assert (first.kind, first.to_do, first.reason, first.section) == (kind, to_do, reason, section)
    # What was promised is overdue, and the reminder follows.
    assert [step.kind for step in others] == (["overdue"] if kind == "broken_promise" else [])


def test_a_broken_promise_of_what_is_no_longer_overdue_is_left_alone() -> None:
    paid = replace(NOTHING, broken=[BROKEN])
    elsewhere = replace(NOTHING, money=[OVERDUE | {"currency": "USD"}], broken=[BROKEN])
    assert [step.kind for step in steps(paid)] == ["nothing"] and [step.kind for step in steps(elsewhere)] == ["overdue"]
    both = replace(NOTHING, money=[OVERDUE], broken=[BROKEN | {"ends_on": date(2026, 5, 1)}, BROKEN])
    assert steps(both)[0].to_do.endswith("29 Jun 2026.")


@pytest.mark.parametrize("kind", STEPS)
def test_each_step_is_said_in_spanish(kind: str) -> None:
    english, spanish = steps(CASES[kind][0])[0], steps(CASES[kind][0], SPANISH)[0]
    assert spanish.kind == english.kind
    assert spanish.to_do != english.to_do and spanish.reason != english.reason


def test_of_everything_at_once_the_order_is_that_of_the_list() -> None:
    everything = Facts(
        DAY, "flagged", {**SERVICE, "severity_a_case_id": "K4",
            "cancellable_until_on": DAY, "cancellable_product_name": "Copilot", "left_of_commitment_days": 3, "commitment_ends_on": DAY,
            "is_auto_renew": True, "product_name": "Teams"},
        [OVERDUE | {"amount_unapplied": Decimal(-10), "unapplied_days": 2} | CREDIT],
        [STAGE | {"is_flagged": True, "hold_reasons": "no_final_notice"}], [DISPUTE, PROMISE], [BROKEN],
    )
    assert [step.kind for step in steps(everything)] == [
        "case", "broken_promise", "dispute", "flagged", "window", "no_final_notice", "promise", "unapplied", "credit", "renewal"]


@pytest.mark.parametrize("order", list(permutations(("USD", "EUR", "GBP"))))
def test_two_currencies_stand_in_the_order_of_their_codes(order: tuple[str, ...]) -> None:
    facts = replace(NOTHING, money=[OVERDUE | {"currency": code} for code in order])
    assert [step.currency for step in steps(facts)] == ["EUR", "GBP", "USD"]


def test_who_promised_is_not_reminded_and_neither_is_who_paid() -> None:
    promised = steps(replace(NOTHING, money=[OVERDUE], holds=[PROMISE]))
    assert [step.kind for step in promised] == ["promise"]
    elsewhere = steps(replace(NOTHING, money=[OVERDUE], holds=[PROMISE | {"currency": "USD"}]))
    assert [step.kind for step in elsewhere] == ["promise", "overdue"]
    covered = steps(replace(NOTHING, money=[OVERDUE | {"amount_unapplied": Decimal(-1000), "unapplied_days": 1}]))
    assert [step.kind for step in covered] == ["covered"]


def test_a_cent_short_does_not_cover() -> None:
    short = steps(replace(NOTHING, money=[OVERDUE | {"amount_unapplied": Decimal("-700.49"), "unapplied_days": 1}]))
    assert [(step.kind, step.to_do) for step in short] == [
        ("overdue", "Remind them of 700.50 EUR."), ("unapplied", "Offer to apply 700.49 EUR to an open invoice.")]


def test_a_refund_of_money_never_applied_is_no_money_on_account() -> None:
    assert [step.kind for step in steps(replace(NOTHING, money=[MONEY | {"amount_unapplied": Decimal(5)}]))] == ["nothing"]


def test_a_mark_of_who_has_paid_is_to_be_withdrawn() -> None:
    first = steps(replace(NOTHING, stages=[STAGE | {"mark_status": "marked"}]))[0]
    assert (first.kind, first.to_do) == ("marked", "Ask billing to withdraw the mark in EUR.")


def test_a_suspended_customer_who_owes_nothing_comes_back() -> None:
    first = steps(replace(NOTHING, receivables_status="suspended"))[0]
    assert first.to_do == "Ask billing to bring their subscriptions back: nothing is overdue any more."


def test_the_oldest_dispute_and_the_first_promise_are_named() -> None:
    later = DISPUTE | {"hold_id": "H3", "invoice_id": "I8", "starts_on": date(2026, 6, 2)}
    whole = DISPUTE | {"hold_id": "H0", "invoice_id": None}
    assert steps(replace(NOTHING, holds=[later, DISPUTE]))[0].to_do == "Settle the dispute of I7."
    assert steps(replace(NOTHING, holds=[later, DISPUTE, whole]))[0].to_do == "Settle their dispute."
    endless = PROMISE | {"hold_id": "H4", "ends_on": None}
    assert steps(replace(NOTHING, holds=[endless, PROMISE]))[0].reason == "They promised to pay by 3 Jul 2026."
    assert steps(replace(NOTHING, holds=[endless]))[0].reason == "They promised to pay, and no day was agreed: ask for one."


@pytest.mark.parametrize(("days", "is_said"), [(60, True), (61, False), (None, False)])
def test_a_renewal_is_spoken_about_from_sixty_days_on(days: int | None, is_said: bool) -> None:
    facts = replace(NOTHING, service=SERVICE | {
        "left_of_commitment_days": days, "commitment_ends_on": DAY, "is_auto_renew": True, "product_name": "Teams"})
    assert (steps(facts)[0].kind == "renewal") is is_said


@pytest.mark.parametrize("status", ["current", "overdue", "flagged", "suspended"])
def test_who_may_see_no_amounts_reads_none(status: str) -> None:
    found = steps(Facts(DAY, status, SERVICE | {"severity_a_case_id": "K4"}))
    assert found[0].kind == "case"
    assert not [step for step in found if "EUR" in step.to_do + step.reason]
    assert steps(Facts(DAY, "current", SERVICE))[0].reason == "The account is current, and no severe case is open."
