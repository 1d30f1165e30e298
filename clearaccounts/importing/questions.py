"""What an import asks a person before it does it, in the person's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from clearaccounts.errors import NotConfirmed
from clearaccounts.money import exact
from clearaccounts.text import N_

WITHDRAW = N_("{counts} that the files no longer hold would be withdrawn as of {day}.")
SHRINK = N_(
    "Of {count_before} open invoices {count_gone} would be open no longer although nobody has settled them; of what is open,"
    " this would be gone: {amounts}."
)
OLDER = N_(
    "{file} is the report of {day}, older than the one of {newest_on} that is in already; only what no report since has known"
    " would be added, as closed."
)


@dataclass(frozen=True)
class Shrinkage:
    """What would be open no longer in one currency, without having been settled."""

    currency: str
    count_before: int
    count_gone: int
    amount_before: Decimal
    amount_gone: Decimal

    def __str__(self) -> str:
        return f"{exact(self.amount_gone, self.currency)} / {exact(self.amount_before, self.currency)} {self.currency}"


@dataclass(frozen=True)
class Question:
    """What would happen; equal questions are about the same thing.

    Whoever has nobody to ask at once answers no, shows the question, and imports again with a `confirm` that says yes
    to exactly this question: nothing is kept of an import that was not confirmed.

    Attributes:
        kind: "withdraw" (a snapshot), "shrink" (open invoices would vanish) or "older" (a report older than the newest).
        template: the sentence, translatable; `values` fill it.
        counts: rows per canonical kind that it is about.
        shrinkage: of "shrink", the amounts by currency.
    """

    kind: str
    template: str
    values: Mapping[str, object]
    counts: Mapping[str, int] = field(default_factory=dict)
    shrinkage: tuple[Shrinkage, ...] = ()

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that `translate` speaks."""
        return translate(self.template).format(**self.values)

    def __str__(self) -> str:
        return self.in_language(str)


# Goes on with what the question says?
Confirm = Callable[[Question], bool]


def nobody(_question: Question) -> bool:
    """Nobody is there to say yes."""
    return False


class Unconfirmed(NotConfirmed):
    """The import of a file waits for a yes to `question`."""

    def __init__(self, file: str, question: Question) -> None:
        self.question = question
        super().__init__(N_("{file}: {question} Nothing was imported; it waits for a person to confirm."), file=file, question=question)

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that `translate` speaks."""
        return translate(self.template).format(**{**self.values, "question": self.question.in_language(translate)})
