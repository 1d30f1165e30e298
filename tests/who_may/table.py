"""The table of who may do what, as `docs/who-may.csv` has it."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from clearaccounts.access import Permission, Role
from clearaccounts.settings import ROOT

FILE = ROOT / "docs" / "who-may.csv"
ROLES = tuple(role for role in Role if role is not Role.OPERATOR)
ANONYMOUS, DISABLED = "anonymous", "disabled"
PEOPLE = (*(role.value for role in ROLES), ANONYMOUS, DISABLED)
OWN, OTHER, MISSING = "own", "other", "missing"
ACCOUNTS = (OWN, OTHER, MISSING)

YES, NO, NOTHING, ANOTHERS, STATUS, PART = "yes", "no", "nothing", "another's", "status", "people's part"
WORDS = {YES, NO, NOTHING, ANOTHERS, STATUS, PART}
KINDS = ("page", "link", "read", "act", "numbers")


@dataclass(frozen=True)
class Row:
    """One action.

    Attributes:
        action: in words.
        kind: one of KINDS.
        where: the page's address, the link, the service function (a variant of it in brackets) or the queries' permission.
        permissions: which a role needs; `needs_all` says whether all of them, else any.
        cells: per person the answers for an own, another agent's and a missing account; one answer is for all three.
    """

    action: str
    kind: str
    where: str
    permissions: tuple[Permission, ...]
    needs_all: bool
    cells: dict[str, tuple[str, str, str]]
    is_about_accounts: bool

    @property
    def function(self) -> str:
        """The service function without its variant."""
        return self.where.partition(" (")[0]

    @property
    def page(self) -> str:
        """The page's address of a page or a link."""
        return self.where.partition("?")[0]

    def answer(self, person: str, account: str) -> str:
        """What this person is answered about that account."""
        return self.cells[person][ACCOUNTS.index(account)]


def _row(line: dict[str, str]) -> Row:
    joined = " and " if " and " in line["permission"] else " or "
    cells: dict[str, tuple[str, str, str]] = {}
    for person in PEOPLE:
        said = [word.strip() for word in line[person].split(" / ")]
        own, other, missing = said if len(said) == len(ACCOUNTS) else said * len(ACCOUNTS)
        cells[person] = (own, other, missing)
    return Row(
        line["action"], line["kind"], line["where"], tuple(Permission(one) for one in line["permission"].split(joined)),
        joined == " and ", cells, any(" / " in line[person] for person in PEOPLE),
    )


def rows(kind: str | None = None) -> list[Row]:
    """All rows, or those of one kind."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [row for row in map(_row, csv.DictReader(file)) if kind in {None, row.kind}]
