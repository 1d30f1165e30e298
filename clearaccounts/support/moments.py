"""Days as instants: a company's day ends at midnight in its time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which `day` ends in `zone`, as UTC without a zone (the warehouse's form)."""
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    return midnight.astimezone(UTC).replace(tzinfo=None)
