"""Support cases as plain Python sees them: when each was open, from its row and its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

Events = Iterable[tuple[datetime, str]]


@dataclass(frozen=True)
class Open:
    """A span of time in which a case was open; `until` None is still."""

    begun: datetime
    until: datetime | None
    is_reopening: bool
    is_withdrawn: bool

    def counts_at(self, at: datetime) -> bool:
        """Opened before that instant, and not closed before it."""
        return self.begun < at and (self.until is None or self.until >= at)


def spans(row: Mapping[str, object], events: Events, withdrawn_at: datetime | None) -> list[Open]:
    """When a case was open, the first time first; none if it was withdrawn before it was opened."""
    opened = _moment(row["opened_at"])
    assert opened is not None
    if withdrawn_at is not None and withdrawn_at <= opened:
        return []
    story = [(max(at, opened), kind) for at, kind in events if kind not in ("replied", "opened")]
    kinds = {kind for _, kind in story}
    story.append((opened, "opened"))
    resolved, closed = _moment(row.get("resolved_at")), _moment(row.get("closed_at"))
    if resolved is not None and "resolved" not in kinds:
        story.append((max(resolved, opened), "resolved"))
    if "closed" not in kinds and (closed is not None or row["case_status"] == "closed"):
        known = [at for at, _ in events] + [resolved or opened]
        story.append((max(closed or max(known), opened), "closed"))
    if {"closed", "reopened"} <= kinds and row["case_status"] == "closed" and closed is not None:
        last_closed, last_reopened = (max(at for at, kind in story if kind == wanted) for wanted in ("closed", "reopened"))
        if last_closed < last_reopened < closed:
            story.append((closed, "closed"))
    found: list[Open] = []
    begun: datetime | None = None
    for at, together in groupby(sorted(story), key=lambda one: one[0]):
        turns = {kind for _, kind in together} & {"opened", "closed", "reopened"}
        if withdrawn_at is not None and at >= withdrawn_at:
            break
        # Closed and opened again in one instant: as it was before. Nothing but a reopening opens what is closed.
        is_both = {"closed", "reopened"} <= turns
        if begun is None and ("opened" in turns or ("reopened" in turns and not is_both)):
            begun = at
        if begun is not None and "closed" in turns and not is_both:
            found.append(Open(begun, at, bool(found), is_withdrawn=False))
            begun = None
    if begun is not None:
        found.append(Open(begun, withdrawn_at, bool(found), is_withdrawn=withdrawn_at is not None))
    return found


def _moment(text: object) -> datetime | None:
    return None if text is None else datetime.fromisoformat(str(text))


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins, as UTC without a zone."""
    return datetime.combine(day, time(), zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
