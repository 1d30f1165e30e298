"""What to say next to a customer: the state of the account as sentences for whoever picks up the phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clearaccounts.text import N_, Language

_CASE_FIRST = N_("A case of severity A is open: begin with that, and leave the money for another day.")
_SUSPENDED = N_("Their subscriptions are suspended: say what has to be paid for them to come back.")
_MARKED = N_("They are marked for suspension in {currency}: say that a payment stops it as soon as it is imported.")
_FLAGGED = N_("The policy flags them: {amount} is overdue, the oldest {days} days. Ask for a day on which it is paid.")
_DISPUTE = N_("Something is disputed: ask what is missing to settle it, and for the rest that is not disputed.")
_PROMISE = N_("They promised to pay: ask whether the promise stands.")
_COVERED = N_("Money on account covers the debt: ask what it is for before asking for more.")
_NO_NOTICE = N_("No final notice was sent in time: send one before anything else.")
_WINDOW = N_("A subscription can still be cancelled: ask whether they keep it.")
_OVERDUE = N_("{amount} is overdue, the oldest {days} days: remind them, and ask for a day on which it is paid.")
_UNAPPLIED = N_("{amount} of theirs is not applied to any invoice: ask what it is for.")
_NOTHING = N_("Nothing is overdue: no need to speak about money.")

# What stands in the way, in the order in which it is said.
_HOLDS = {
    "dispute": _DISPUTE, "promise_to_pay": _PROMISE, "unapplied_covers_debt": _COVERED,
    "no_final_notice": _NO_NOTICE, "cancellation_window": _WINDOW,
}

STATUS_WORDS = {
    "current": N_("Nothing is overdue: no need to speak about money."),
    "overdue": N_("The account is overdue: work on the case as usual, and pass questions about money to the sales agent."),
    "flagged": N_("The account may be suspended soon: pass every question about money to the sales agent today."),
    "suspended": N_("Subscriptions of this account are suspended: pass the customer to the sales agent."),
}


def next_words(stages: Sequence[Mapping[str, Any]], *, is_suspended: bool, severity_a_count: int, language: Language) -> list[str]:
    """Sentences in the reader's language, what to begin with first.

    Args:
        stages: the customer's rows of `collections/worklist`, one per currency.
        is_suspended: whether Microsoft has suspended a subscription of theirs.
        severity_a_count: open support cases of severity A.
        language: the reader's.
    """
    translate = language.gettext
    said = [translate(_CASE_FIRST)] if severity_a_count else []
    said += [translate(_SUSPENDED)] if is_suspended else []
    for row in stages:
        said += _of_currency(row, language)
    return said or [translate(_NOTHING)]


def _of_currency(row: Mapping[str, Any], language: Language) -> list[str]:
    translate = language.gettext
    overdue = {"amount": language.amount(row["amount_overdue"], row["currency"]), "days": language.number(row["overdue_days"])}
    said = []
    if row["mark_status"] in {"marked", "approved"}:
        said.append(translate(_MARKED).format(currency=row["currency"]))
    if row["is_flagged"]:
        said.append(translate(_FLAGGED).format(**overdue))
    elif row["amount_overdue"]:
        said.append(translate(_OVERDUE).format(**overdue))
    holds = (row["hold_reasons"] or "").split("; ")
    said += [translate(words) for hold, words in _HOLDS.items() if hold in holds]
    if row["amount_unapplied"] < 0 and "unapplied_covers_debt" not in holds:
        said.append(translate(_UNAPPLIED).format(amount=language.amount(-row["amount_unapplied"], row["currency"])))
    return said
