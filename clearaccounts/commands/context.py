"""What every command starts from: settings, folders, the moment; and how it speaks."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa

from clearaccounts.collections.clearing import catch_up, has_decisions
from clearaccounts.collections.standing import with_decisions
from clearaccounts.decisions import open_store
from clearaccounts.importing import publish
from clearaccounts.importing.profiles import BROKEN, broken
from clearaccounts.people import assignments
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.support import rules, rules_reader
from clearaccounts.warehouse import Warehouse, open_current


@dataclass(frozen=True)
class Context:
    """One run of the command line.

    `own` is the data folder itself; `served` the one that pages show: the sample beside it while it is empty; `config` the
    file of the settings, if it is there.
    """

    settings: Settings
    own: DataFolder
    served: DataFolder
    now: datetime
    config: Path = Path("clearaccounts.toml")

    @property
    def today(self) -> date:
        """Today in company time."""
        return self.now.astimezone(self.settings.company.zone).date()

    def warehouse(self) -> Warehouse:
        """The current warehouse of the served folder, built first if it is missing or of another version; what people decided beside it."""
        publish.ensure_served(self.served, self.settings, self.now)
        newest = open_current(self.served, self.settings)
        if has_decisions(self.served, self.settings):
            # An import that was killed before it could note whose debts are gone is made up for here.
            catch_up(self.served, self.settings, self.now, warehouse=lambda: newest)
        if has_decisions(self.own, self.settings):
            newest = newest.beside({"assignments_now": cache(self._assignments)})
        known = with_decisions(newest, lambda chosen: open_store(self.served, self.settings).matching(chosen))
        return rules.beside(known, rules_reader.in_use(self.settings))

    def _assignments(self) -> pa.Table:
        return assignments.table(open_store(self.own, self.settings).matching, self.settings.access)


def say(text: str) -> None:
    """A line of the answer."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """A sentence on standard error."""
    sys.stderr.write(" ".join(text.split()) + "\n")


def warn_of_broken_profiles(context: Context) -> None:
    """A sentence for each own profile that cannot be used; files of other formats are read all the same."""
    for problem in broken(context.own.path).values():
        warn(BROKEN.format(problem=problem))
