"""Holds, notices and segments of a policy file: what each key means, and what is refused in one sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from clearaccounts.collections.policy import HoldRules, NoticeRule, Stage, Variant, load, parse
from clearaccounts.errors import PolicyError
from clearaccounts.handed_tables import EMPTY_TABLES
from clearaccounts.settings import SAMPLE_POLICY
from clearaccounts.text import ENGLISH, SPANISH

HEAD = 'name = "House rules"\nversion = 2\neffective_on = 2026-01-01\n'
STAGES = (
    '[[stages]]\nname = "reminder"\naction = "notify"\nmin_overdue_days = 7\n'
    '[[stages]]\nname = "suspension"\naction = "suspend"\nmin_overdue_days = 30\nmin_overdue_amount = { EUR = "100.00" }\n'
    'requires_notice = "final_notice"\n'
)
REMINDER, SUSPENSION = Stage("reminder", "notify", 7), Stage("suspension", "suspend", 30, None, (("EUR", Decimal(100)),), "final_notice")


def test_a_policy_that_says_nothing_of_holds_notices_and_segments_keeps_all_holds() -> None:
    policy = parse(HEAD + STAGES, "rules.toml")
    assert policy.holds == HoldRules() and policy.notices == () and policy.variants == ()
    assert policy.holds.longest_days("promise_to_pay") == 14 and policy.holds.longest_days("dispute") == 60
    assert policy.holds.longest_days("exemption") is None
    assert {row["is_held_by_case"] and row["is_held_by_unapplied"] and row["is_held_by_window"] for row in policy.table().to_pylist()} == {
        True}


def test_holds_may_be_shorter_and_one_that_is_switched_off_says_why_in_the_words() -> None:
    policy = parse(HEAD + STAGES + (
        '[holds]\npromise_to_pay_days = 7\ndispute_days = 30\ncancellation_window = false\nswitched_off_because = "we never cancel"\n'
    ), "rules.toml")
    assert policy.holds == HoldRules(7, 30, cancellation_window=False, switched_off_because="we never cancel")
    assert [row["is_held_by_window"] for row in policy.table().to_pylist()] == [False, False]
    words = "\n".join(policy.in_words(ENGLISH))
    assert "a dispute (up to 30 days), a promise to pay (up to 7 days)" in words
    assert "These hold nobody under this policy: a subscription that can still be cancelled. Reason: we never cancel" in words


def test_notices_are_sent_before_or_after_due_from_an_amount_and_wait() -> None:
    policy = parse(HEAD + STAGES + (
        '[[notices]]\nnotice_type = "reminder"\ndays_before_due = 3\n'
        '[[notices]]\nnotice_type = "final_notice"\ndays_after_due = 21\nmin_amount = { EUR = "50.00" }\nwaiting_days = 6\n'
    ), "rules.toml")
    assert policy.notices == (
        NoticeRule("reminder", days_before_due=3),
        NoticeRule("final_notice", days_after_due=21, min_amount=(("EUR", Decimal("50.00")),), waiting_days=6),
    )
    # The stage that needs this notice waits as long as the notice tells the customer.
    assert policy.stages[1].notice_days == 6
    assert "A reminder is sent 3 days before the due date." in policy.in_words(ENGLISH)
    assert "Se envía un recordatorio 3 días antes del vencimiento." in policy.in_words(SPANISH)


def test_a_segment_has_its_own_stages_or_other_thresholds() -> None:
    policy = parse(HEAD + STAGES + (
        '[[segments]]\nsegment = "Public sector"\nclock = "invoice_date"\n'
        '[[segments.stages]]\nname = "letter"\naction = "notify"\n'
        '[[segments]]\nsegment = "startup"\n'
        '[[segments.thresholds]]\nstage = "suspension"\nmin_overdue_days = 15\nmin_overdue_amount = { EUR = "50.00", USD = "60.00" }\n'
        '[[segments]]\nsegment = "friends"\nstages = []\n'
    ), "rules.toml")
    sooner = Stage("suspension", "suspend", 15, None, (("EUR", Decimal(50)), ("USD", Decimal(60))), "final_notice")
    assert policy.stages == (REMINDER, SUSPENSION)
    assert policy.variants == (
        Variant("Public sector", "invoice_date", (Stage("letter", "notify"),)),
        Variant("startup", "due_date", (REMINDER, sooner)),
        Variant("friends", "due_date", ()),
    )
    assert policy.stages_of(" public SECTOR ") == (Stage("letter", "notify"),)
    assert policy.stages_of("friends") == () and policy.stages_of("retail") == policy.stages_of(None) == policy.stages
    table = policy.table()
    assert table.schema == EMPTY_TABLES["policy_stages"].schema
    assert [(row["segment"], row["stage_order"], row["stage"], row["clock"], row["currency"]) for row in table.to_pylist()] == [
        (None, 1, "reminder", "due_date", None), (None, 2, "suspension", "due_date", "EUR"),
        ("Public sector", 1, "letter", "invoice_date", None),
        ("startup", 1, "reminder", "due_date", None), ("startup", 2, "suspension", "due_date", "EUR"),
        ("startup", 2, "suspension", "due_date", "USD"),
        ("friends", None, None, None, None),
    ]
    words = policy.in_words(ENGLISH)
    assert "Segment friends: no stages; its customers are clear." in words
    assert "Segment Public sector: letter: anything overdue; then notify the customer." in words


SEGMENT = '[[segments]]\nsegment = "x"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[holds]\ndispute_days = 61\n", "line 5: dispute_days must be a whole number from 1 to 60, without quotes."),
        ("[holds]\npromise_to_pay_days = 0\n", "line 5: promise_to_pay_days must be a whole number from 1 to 14, without quotes."),
        ("[holds]\npromise_to_pay_days = true\n", "line 5: promise_to_pay_days must be a whole number from 1 to 14, without quotes."),
        ("[holds]\nseverity_a_case = 0\n", "line 5: severity_a_case must be true or false, without quotes."),
        ("[holds]\n\nseverity_a_case = false\n",
         "line 6: a hold that is switched off needs its reason in switched_off_because."),
        ("[holds]\ncancellation_window = false\nswitched_off_because = ' '\n",
         "line 6: switched_off_because must be a text in quotes that is not empty."),
        ("[holds]\ndispute = 5\n", "line 5: there is no key dispute; use one of promise_to_pay_days, dispute_days, severity_a_case, "
         "unapplied_covers_debt, cancellation_window, switched_off_because."),
        ("holds = 3\n", "line 4: holds is written as one table, [holds]."),
        ("holds.dispute_days = 90\n", "line 4: dispute_days must be a whole number from 1 to 60, without quotes."),
        ("notices = 3\n", "line 4: notices are written as [[notices]], one after the other."),
        ("[[notices]]\ndays_after_due = 3\n", "line 4: notice_type is missing."),
        ("[[notices]]\nnotice_type = 'letter'\ndays_after_due = 3\n",
         "line 5: notice_type must be one of reminder, overdue, final_notice."),
        ("[[notices]]\nnotice_type = 'reminder'\n",
         "line 5: a notice is sent on one day; give it days_before_due or days_after_due, one of the two."),
        ("[[notices]]\nnotice_type = 'reminder'\ndays_before_due = 1\ndays_after_due = 2\n",
         "line 6: a notice is sent on one day; give it days_before_due or days_after_due, one of the two."),
        ("[[notices]]\nnotice_type = 'overdue'\ndays_before_due = 1\n", "line 6: only a reminder is sent before the due date."),
        ("[[notices]]\nnotice_type = 'overdue'\ndays_after_due = -1\n",
         "line 6: days_after_due must be a whole number, 0 or more, without quotes."),
        ("[[notices]]\nnotice_type = 'overdue'\ndays_after_due = 1\nwaiting_days = '2'\n",
         "line 7: waiting_days must be a whole number, 0 or more, without quotes."),
        ("[[notices]]\nnotice_type = 'overdue'\ndays_after_due = 1\nmin_amount = { EUR = 5 }\n",
         'line 7: min_amount for EUR must be a decimal in quotes, 0 or more, such as "100.00".'),
        ("[[notices]]\nnotice_type = 'overdue'\ndays_after_due = 1\n[notices.min_amount]\nEUR = '5.001'\n",
         "line 7: min_amount for EUR has more decimals than the currency's 2."),
        ("[[notices]]\nnotice_type = 'overdue'\ndays_after_due = 1\n" * 2,
         "line 8: this notice is sent on the same day as one above it."),
        (STAGES + "notice_days = 2\n[[notices]]\nnotice_type = 'final_notice'\ndays_after_due = 20\nwaiting_days = 5\n",
         "line 14: notice_days is 2, and the notice gives the customer 5 days; wait as long."),
        ("[[segments]]\nstages = []\n", "line 4: segment is missing."),
        (SEGMENT, "line 5: a segment has stages of its own or other thresholds for the policy's stages, one of the two."),
        (SEGMENT + "stages = []\nthresholds = []\n",
         "line 5: a segment has stages of its own or other thresholds for the policy's stages, one of the two."),
        (SEGMENT + "stages = []\n" + SEGMENT.upper().replace("SEGMENTS", "segments").replace("SEGMENT =", "segment =") + "stages = []\n",
         "line 8: this segment was given above; each is given once."),
        (SEGMENT + "clock = 'noon'\nstages = []\n", "line 6: clock must be one of due_date, invoice_date."),
        (SEGMENT + "[segments.stages]\nname = 'x'\n", "line 6: stages are written as [[segments.stages]], one after the other."),
        (SEGMENT + "[[segments.stages]]\nname = 'y'\naction = 'shout'\n", "line 8: action must be one of notify, restrict, suspend."),
        (STAGES + SEGMENT + "[[segments.thresholds]]\nstage = 'reminders'\n",
         "line 17: stage is reminders, and the policy has no such stage."),
        (STAGES + SEGMENT + "[[segments.thresholds]]\nstage = 'reminder'\n[[segments.thresholds]]\nstage = 'reminder'\n",
         "line 19: two stages have this name; each needs its own."),
        (STAGES + SEGMENT + "thresholds = [{ stage = 'reminder', notice_days = 3 }]\n",
         "line 16: notice_days needs requires_notice beside it."),
        (STAGES + SEGMENT + "[[segments.thresholds]]\nstage = 'reminder'\nname = 'z'\n",
         "line 18: there is no key name; use one of stage, min_overdue_days, min_overdue_invoices, min_overdue_amount, requires_notice, "
         "notice_days."),
        (STAGES + "[[segments]]\nsegment = 'y'\nstages = []\n" + SEGMENT
         + "[[segments.thresholds]]\nstage = 'suspension'\n[segments.thresholds.min_overdue_amount]\nEUX = '1'\n",
         "line 21: min_overdue_amount names EUX, which is not an ISO 4217 currency."),
    ],
)
def test_a_fault_names_file_line_and_key(text: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(HEAD + text, "rules.toml")
    assert str(caught.value) == f"rules.toml, {sentence}"


def test_the_standard_policy_waits_as_its_final_notice_says() -> None:
    policy = load(SAMPLE_POLICY)
    final = next(notice for notice in policy.notices if notice.notice_type == "final_notice")
    assert (policy.version, policy.effective_on, final.waiting_days, policy.stages[-1].notice_days) == (1, date(2024, 10, 1), 5, 5)
