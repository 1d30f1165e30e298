"""From which day something counts that a person does now: what protects a customer at once, what counts against them never too early."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from clearaccounts.warehouse import Build


def counts_from(build: Build, now: datetime) -> date:
    """The day from which a notice sent now counts: the company's today, never before the day that the build shows.

    Of the sample partner it is the build's own day: its clock stands still.
    """
    if build.is_sample:
        return build.as_of_on
    return max(build.as_of_on, now.astimezone(ZoneInfo(build.time_zone)).date())


def protects_from(build: Build) -> date:
    """The day from which what a person does now protects a customer: the day that the newest build shows."""
    return build.as_of_on
