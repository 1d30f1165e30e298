"""What the workflow of suspensions should do, in plain Python: no database, no query, nothing of the program.

Two customers with two subscriptions each, who owe in euros and, always, in dollars. The model knows the facts (what the world is), what
has been imported of them, and every mark; each method says whether an attempt is allowed, and remembers what it leads to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

ADMINS, MANAGERS = ("beatriz", "second"), ("martin",)
DECIDERS = (*ADMINS, *MANAGERS)
# From the second mark of a day on a second person approves: with more a day hardly a run would come that far.
APPROVALS_PER_DAY = 1
DAY = timedelta(hours=24)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LINES = ("1", "2")
UNTOUCHED = {"failed", "not_done"}
ACTIVE, SUSPENDED = "active", "suspended"
EUROS, DOLLARS = "EUR", "USD"


@dataclass(frozen=True)
class Facts:
    """One customer as the world is: what is owed in euros, whether the books hold a dispute, what Microsoft has suspended."""

    owed: int = 500
    is_disputed: bool = False
    suspended: tuple[str, ...] = ()


@dataclass
class Hold:
    """A promise that somebody recorded here."""

    customer: str
    starts_on: date
    ends_on: date
    released_on: date | None = None

    def is_in_force(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on and (self.released_on is None or day < self.released_on)


@dataclass
class Mark:
    """One mark; `seen` is what it rests on."""

    customer: str
    currency: str
    marked_by: str
    seen: tuple[object, ...]
    status: str = "marked"
    approvals: list[tuple[str, datetime]] = field(default_factory=list)
    latest: datetime = LONG_AGO
    order: tuple[str, ...] | None = None
    outcomes: dict[str, str] = field(default_factory=dict)
    is_cleared: bool = False
    way_back: tuple[str, ...] | None = None
    brought_back: dict[str, str] = field(default_factory=dict)

    @property
    def suspended(self) -> list[str]:
        done = [line for line in self.order or () if self.outcomes.get(line) == "suspended"]
        return [line for line in done if self.brought_back.get(line) != "reactivated"]

    @property
    def claimed(self) -> set[str]:
        """The lines that it has suspended, or may have: nobody else's order may name them."""
        lines = self.order if self.is_open and self.order else ()
        return {line for line in lines if self.outcomes.get(line) not in UNTOUCHED and self.brought_back.get(line) != "reactivated"}

    @property
    def is_open(self) -> bool:
        return self.status not in {"declined", "withdrawn", "not_suspended", "reinstated"}


class Model:
    """The whole state; every question is answered as of `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.facts = {"C1": Facts(), "C2": Facts()}
        self.known = dict(self.facts)
        self.imported_at = now
        self.marks: dict[str, Mark] = {}
        self.holds: dict[str, Hold] = {}
        self.approved: dict[str, list[datetime]] = {}

    # ---- what is so

    @property
    def today(self) -> date:
        """The day that the newest data show."""
        return self.imported_at.date()

    def owed(self, customer: str, currency: str) -> int:
        return self.known[customer].owed if currency == EUROS else 500

    def seen(self, customer: str, currency: str) -> tuple[object, ...]:
        """What a mark of this customer in this currency would rest on."""
        known = self.known[customer]
        held = [name for name, hold in self.holds.items() if hold.customer == customer and hold.is_in_force(self.today)]
        return (self.owed(customer, currency), known.is_disputed, tuple(held), known.suspended)

    def is_flagged(self, customer: str, currency: str) -> bool:
        owed, is_disputed, held, _ = self.seen(customer, currency)
        return bool(owed) and not is_disputed and not held

    def has_open_mark(self, customer: str, currency: str) -> bool:
        return any((mark.customer, mark.currency) == (customer, currency) and mark.is_open for mark in self.marks.values())

    def claimed_elsewhere(self, mark: Mark) -> set[str]:
        """The customer's subscriptions that the mark in the other currency has suspended, or may have."""
        return {line for other in self.marks.values() if other is not mark and other.customer == mark.customer for line in other.claimed}

    def holds_still(self, mark: Mark) -> bool:
        """Whether what the mark rests on is what is so now."""
        return mark.seen == self.seen(mark.customer, mark.currency) and self.is_flagged(mark.customer, mark.currency)

    def recorded(self) -> None:
        """Something was put on record now: no clock set back later makes an older approval last longer."""
        for mark in self.marks.values():
            mark.latest = max(mark.latest, self.now)

    def has_lapsed(self, mark: Mark) -> bool:
        return mark.status in {"approved_once", "approved"} and max(self.now, mark.latest) - mark.approvals[-1][1] > DAY

    def lapse_first(self, name: str, person: str) -> None:
        mark = self.marks[name]
        if person in DECIDERS and self.has_lapsed(mark):
            mark.status, mark.approvals = "marked", []

    # ---- what people try; each says whether it is allowed

    def mark(self, name: str, customer: str, currency: str, person: str, seen: tuple[object, ...]) -> bool:
        is_allowed = (
            person in ADMINS and not self.has_open_mark(customer, currency) and self.is_flagged(customer, currency)
            and seen == self.seen(customer, currency)
        )
        if is_allowed:
            self.marks[name] = Mark(customer, currency, person, seen, latest=self.now)
        return is_allowed

    def approve(self, name: str, person: str, *, is_stale: bool) -> bool:
        self.lapse_first(name, person)
        mark = self.marks[name]
        is_second = mark.status == "approved_once"
        is_allowed = (
            person in DECIDERS and person != mark.marked_by and not is_stale and mark.status in {"marked", "approved_once"}
            and not (is_second and mark.approvals[0][0] == person)
            and self.holds_still(mark)
        )
        if is_allowed:
            midnight = self.now.replace(hour=0, minute=0, second=0)
            used = [other for other, times in self.approved.items() if other != name and any(at >= midnight for at in times)]
            is_first_of_two = not is_second and len(used) >= APPROVALS_PER_DAY
            mark.status = "approved_once" if is_first_of_two else "approved"
            mark.approvals.append((person, self.now))
            mark.latest = self.now
            if not is_first_of_two:
                self.approved.setdefault(name, []).append(self.now)
        return is_allowed

    def decline(self, name: str, person: str, *, is_stale: bool) -> bool:
        mark = self.marks[name]
        is_allowed = person in DECIDERS and person != mark.marked_by and not is_stale and mark.status in {"marked", "approved_once"}
        if is_allowed:
            mark.status = "declined"
        return is_allowed

    def withdraw(self, name: str, person: str, *, is_stale: bool) -> bool:
        mark = self.marks[name]
        is_allowed = person in DECIDERS and not is_stale and mark.status in {"marked", "approved_once", "approved"}
        if is_allowed:
            mark.status = "withdrawn"
        return is_allowed

    def export(self, name: str, person: str, *, is_stale: bool) -> bool:
        self.lapse_first(name, person)
        mark = self.marks[name]
        if person not in ADMINS:
            return False
        if mark.order is not None:
            return True
        taken = {*self.known[mark.customer].suspended, *self.claimed_elsewhere(mark)}
        lines = tuple(line for line in LINES if line not in taken)
        is_allowed = (
            not is_stale and mark.status == "approved" and self.holds_still(mark)
            and max(self.now, mark.latest) - self.imported_at <= DAY and bool(lines)
        )
        if is_allowed:
            mark.status, mark.order = "exported", lines
        return is_allowed

    def report(self, name: str, person: str, outcomes: dict[str, str]) -> bool:
        mark = self.marks[name]
        again = {line for line, new in outcomes.items() if mark.outcomes.get(line) in UNTOUCHED and new not in UNTOUCHED}
        is_allowed = (
            person in ADMINS and mark.status in {"exported", "suspended"} and not again & self.claimed_elsewhere(mark)
            and all(line in (mark.order or ()) and _may_follow(mark.outcomes.get(line), new, "suspended") for line, new in outcomes.items())
        )
        if is_allowed:
            mark.outcomes |= outcomes
            known = [mark.outcomes.get(line) for line in mark.order or ()]
            is_known = all(outcome not in {None, "unknown"} for outcome in known)
            none_done = all(outcome in UNTOUCHED for outcome in known)
            mark.status = "not_suspended" if none_done else "suspended" if is_known else "exported"
            self._at_microsoft(mark.customer, outcomes)
            self.note_cleared(name)
        return is_allowed

    def approve_reinstatement(self, name: str, person: str, *, is_stale: bool) -> bool:
        mark = self.marks[name]
        is_allowed = (
            person in DECIDERS and person != mark.marked_by and not is_stale and mark.status in {"exported", "suspended"}
            and any(outcome in {"suspended", "unknown"} for outcome in mark.outcomes.values())
        )
        if is_allowed:
            mark.status = "reinstatement_approved"
        return is_allowed

    def export_reinstatement(self, name: str, person: str, *, is_stale: bool) -> bool:
        mark = self.marks[name]
        if person not in ADMINS:
            return False
        if mark.way_back is not None:
            return True
        is_allowed = not is_stale and mark.status == "reinstatement_approved"
        if is_allowed:
            mark.status, mark.way_back = "reinstatement_exported", self._to_bring_back(mark)
        return is_allowed

    def report_reinstatement(self, name: str, person: str, outcomes: dict[str, str]) -> bool:
        mark = self.marks[name]
        is_allowed = person in ADMINS and mark.status == "reinstatement_exported" and all(
            line in (mark.way_back or ()) and _may_follow(mark.brought_back.get(line), new, "reactivated") for line, new in outcomes.items()
        )
        if is_allowed:
            mark.brought_back |= outcomes
            is_done = all(mark.brought_back.get(line) == "reactivated" for line in mark.way_back or ())
            mark.status = "reinstated" if is_done else "reinstatement_exported"
            self._at_microsoft(mark.customer, outcomes)
        return is_allowed

    def promise(self, name: str, customer: str, person: str, ends_on: date) -> bool:
        is_allowed = person in ADMINS and self.known[customer].owed > 0 and ends_on >= max(self.today, self.now.date())
        if is_allowed:
            self.holds[name] = Hold(customer, self.today, ends_on)
        return is_allowed

    def release(self, name: str, person: str) -> bool:
        hold = self.holds[name]
        is_allowed = person in DECIDERS and hold.released_on is None and hold.ends_on >= self.today
        if is_allowed:
            hold.released_on = max(self.today, hold.starts_on)
        return is_allowed

    # ---- what happens

    def bring_in(self) -> None:
        """An import: everything that is so is known from now on, and who has paid is noted."""
        self.known, self.imported_at = dict(self.facts), self.now
        for name in self.marks:
            self.note_cleared(name)

    def note_cleared(self, name: str) -> None:
        mark = self.marks[name]
        is_waiting = mark.status in {"exported", "suspended", "reinstatement_approved", "reinstatement_exported"} and mark.suspended
        if is_waiting and not self.owed(mark.customer, mark.currency):
            mark.is_cleared = True

    def _to_bring_back(self, mark: Mark) -> tuple[str, ...]:
        return tuple(line for line in mark.order or () if mark.outcomes.get(line) not in UNTOUCHED)

    def _at_microsoft(self, customer: str, outcomes: dict[str, str]) -> None:
        """Reports are true here: what they say is so at Microsoft, and the next import brings it."""
        now = self.facts[customer]
        lines = set(now.suspended) | {line for line, one in outcomes.items() if one == "suspended"}
        lines -= {line for line, one in outcomes.items() if one == "reactivated"}
        self.facts[customer] = Facts(now.owed, now.is_disputed, tuple(sorted(lines)))


def _may_follow(before: str | None, after: str, done: str) -> bool:
    return before in {None, "unknown", after} or (before != done and after == done)
