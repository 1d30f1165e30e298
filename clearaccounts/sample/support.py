"""Support cases and their events: the row of a case is what its events say on the last day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from clearaccounts.sample.book import Book
from clearaccounts.sample.catalogue import ASSIGNEES, CATEGORIES, CHANNELS, Category
from clearaccounts.sample.customers import Profile
from clearaccounts.sample.days import LAST_ON, Term, later
from clearaccounts.sample.dice import Dice
from clearaccounts.sample.subscriptions import Subscription

# Nothing happens after this instant of the last day (UTC, like every instant here).
LAST_AT = datetime.combine(LAST_ON, time(18, 0))
# Cases of a hundred customer-months.
_RATE = {"small": 22, "mid-market": 55, "enterprise": 160}
_SEVERITIES = {True: (("A", 6), ("B", 34), ("C", 60)), False: (("A", 1), ("B", 24), ("C", 75))}
_FIRST_REPLY_MINUTES = {"A": (8, 90), "B": (25, 420), "C": (60, 1500)}
_WORK_HOURS = {"A": (2, 40), "B": (4, 160), "C": (4, 420)}
_STATUS_AFTER = {
    "opened": "new", "replied": "open", "waiting_on_customer": "waiting_on_customer", "resumed": "open", "escalated": "escalated",
    "resolved": "resolved", "closed": "closed", "reopened": "open",
}


@dataclass
class Case:
    """A case with its events (instant, type, actor, note), in order of time."""

    case_id: str
    category: Category
    subcategory: str
    title: str
    severity: str
    opened_at: datetime
    assignee: str
    channel: str
    product_name: str | None
    events: list[tuple[datetime, str, str, str | None]] = field(default_factory=list)

    def happens(self, after: timedelta, event_type: str, actor: str, note: str | None = None) -> datetime:
        """The next event, `after` the one before it."""
        at = self.events[-1][0] + max(after, timedelta(minutes=1)) if self.events else self.opened_at
        if actor == self.assignee and self.severity != "A":
            at = _at_work(at)
        self.events.append((at, event_type, actor, note))
        return at

    def row(self, customer_id: str) -> dict[str, Any]:
        """The row that the events up to LAST_AT make."""
        first_replied_at = resolved_at = closed_at = None
        status, reopened = "new", 0
        for at, event_type, _, _ in self.events:
            status = _STATUS_AFTER[event_type]
            if event_type == "replied" and first_replied_at is None:
                first_replied_at = at
            elif event_type == "resolved":
                resolved_at = at
            elif event_type == "closed":
                closed_at = at
            elif event_type == "reopened":
                resolved_at, closed_at, reopened = None, None, reopened + 1
        return {
            "case_id": self.case_id, "customer_id": customer_id, "case_category": self.category.name,
            "case_subcategory": self.subcategory, "support_type": self.category.support_type, "case_status": status,
            "severity": self.severity, "title": self.title, "product_name": self.product_name, "opened_at": self.opened_at,
            "first_replied_at": first_replied_at, "resolved_at": resolved_at, "closed_at": closed_at, "assignee": self.assignee,
            "channel": self.channel, "reopened_count": reopened,
        }


def _at_work(at: datetime) -> datetime:
    """`at`, or the same minute of the next working hour: nobody answers ordinary cases by night."""
    if at.hour >= 18:
        at = (at + timedelta(days=1)).replace(hour=7)
    at = at.replace(hour=max(at.hour, 7))
    return at + timedelta(days=max(0, 7 - at.weekday())) if at.weekday() > 4 else at


def open_case(book: Book, category: Category, dice: Dice, *, topic: int, severity: str, opened_at: datetime) -> Case:
    """A new case with its first event."""
    subcategory, title = category.topics[topic]
    case = Case(
        book.next_id("CASE"), category, subcategory, title, severity, opened_at, dice.pick(ASSIGNEES), dice.weighted(CHANNELS), None,
    )
    case.happens(timedelta(0), "opened", "customer")
    return case


def write_case(book: Book, case: Case) -> None:
    """Write a case as it stands at LAST_AT."""
    case.events = [event for event in case.events if event[0] <= LAST_AT]
    book.add("support_cases", **case.row(book.customer_id))
    for at, event_type, actor, note in case.events:
        book.add("case_events", case_id=case.case_id, occurred_at=at, event_type=event_type, actor=actor, note=note)


def support(
    book: Book, profile: Profile, subscriptions: list[Subscription], term: Term, dice: Dice, *, is_calm: bool = False,
) -> list[Case]:
    """Draw and write a customer's cases; gives them all, for what is escalated to Microsoft.

    A calm customer has none of severity A: a story must not be held for what it does not tell.
    """
    cases = []
    for month in term.month_starts():
        if month < profile.created_on:
            continue
        rate = _RATE[profile.segment]
        for _ in range(rate // 100 + dice.chance(rate % 100)):
            opened_at = _opening(datetime.combine(month, time(0)), dice)
            if opened_at >= LAST_AT:
                continue
            category = dice.weighted([(category, category.weight) for category in CATEGORIES])
            severity = dice.weighted(_SEVERITIES[category.support_type == "technical"])
            severity = "B" if is_calm and severity == "A" else severity
            case = open_case(
                book, category, dice, topic=dice.below(len(category.topics)), severity=severity, opened_at=opened_at,
            )
            case.product_name = dice.pick(subscriptions).product.name if dice.chance(70) else None
            _unfold(case, dice)
            write_case(book, case)
            cases.append(case)
    return cases


def _opening(month: datetime, dice: Dice) -> datetime:
    day = month + timedelta(days=dice.below(28))
    if month.date() == later(LAST_ON, -29) and dice.chance(20):
        day = month + timedelta(days=dice.between(27, 29))
    if day.weekday() > 4 and dice.chance(85):
        day += timedelta(days=-2)
    return day + timedelta(hours=dice.middling(6, 17), minutes=dice.below(60))


def _unfold(case: Case, dice: Dice) -> None:
    """Let the case run its course, also past the last day; what lies beyond is cut off when it is written."""
    low, high = _FIRST_REPLY_MINUTES[case.severity]
    case.happens(timedelta(minutes=dice.between(low, high)), "replied", case.assignee)
    if dice.chance(24):
        case.happens(_work(case, dice, 4), "waiting_on_customer", case.assignee)
        case.happens(timedelta(hours=dice.between(3, 150), minutes=dice.below(60)), "resumed", "customer")
    if dice.chance({"A": 60, "B": 24, "C": 7}[case.severity]):
        case.happens(_work(case, dice, 6), "escalated", case.assignee, "Handed to Microsoft")
        if dice.chance(50):
            case.happens(_work(case, dice, 2), "resumed", case.assignee)
    # A few drag on for weeks: the tail that a backlog by age must show.
    drag = timedelta(days=dice.between(12, 110)) if dice.chance(9) else timedelta(0)
    case.happens(_work(case, dice, 1) + drag, "resolved", case.assignee)
    if dice.chance(6):
        case.happens(timedelta(hours=dice.between(5, 90)), "reopened", "customer", "Not solved")
        case.happens(_work(case, dice, 1), "resolved", case.assignee)
    case.happens(timedelta(hours=dice.between(48, 130), minutes=dice.below(60)), "closed", "system")


def _work(case: Case, dice: Dice, share: int) -> timedelta:
    low, high = _WORK_HOURS[case.severity]
    return timedelta(hours=dice.between(low, high) // share, minutes=dice.between(1, 59))
