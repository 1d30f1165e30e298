"""The habits of a format, read from its profile: how it writes days, times, numbers, nothing, and letters."""

from __future__ import annotations

import codecs
import re
from dataclasses import fields
from zoneinfo import ZoneInfo, available_timezones

from clearaccounts.importing.profiles.language import ORDER_OPEN, Habits
from clearaccounts.importing.profiles.tables import Section
from clearaccounts.text import N_

_ORDERS = ("DMY", "MDY", "YMD", ORDER_OPEN)
_DECIMAL_SIGNS = (".", ",")
# A space, one that does not break, and a narrow one among them.
_THOUSANDS_SIGNS = ("", ",", ".", "'", " ", "\u00a0", "\u202f")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_habits(profile: Section) -> Habits:
    """The habits of a profile.

    Raises:
        LandingError: one of them cannot be meant; names it.
    """
    section, usual = profile.table("habits"), Habits()
    section.allow({field.name for field in fields(Habits)} - {"is_plain"})
    habits = Habits(
        date_order=section.text("date_order", usual.date_order),
        time_zone=section.text("time_zone", usual.time_zone),
        null=section.texts("null", usual.null),
        null_dates=section.texts("null_dates", usual.null_dates),
        decimal_sign=section.text("decimal_sign", usual.decimal_sign),
        thousands_sign=section.text("thousands_sign", usual.thousands_sign),
        leading_apostrophe=section.flag("leading_apostrophe"),
        exponent=section.flag("exponent"),
        currency_signs=section.flag("currency_signs"),
        month_names=section.flag("month_names"),
        encodings=section.texts("encodings", usual.encodings),
    )
    section.choose("date_order", (habits.date_order,), _ORDERS)
    section.choose("decimal_sign", (habits.decimal_sign,), _DECIMAL_SIGNS)
    if habits.thousands_sign not in _THOUSANDS_SIGNS:
        raise section.refuse(
            N_("Profile {file}: {key} must be a comma, a point, an apostrophe or a space."), key="habits.thousands_sign"
        )
    if habits.thousands_sign == habits.decimal_sign:
        raise section.refuse(N_("Profile {file}: {key} must differ from habits.decimal_sign."), key="habits.thousands_sign")
    if habits.time_zone and not _is_time_zone(habits.time_zone):
        raise section.refuse(N_("Profile {file}: {key} must be a time zone such as Europe/Madrid."), key="habits.time_zone")
    if not all(_DAY.fullmatch(day) for day in habits.null_dates):
        raise section.refuse(N_("Profile {file}: {key} must be days such as 0001-01-01."), key="habits.null_dates")
    if not habits.encodings or not all(map(_is_encoding, habits.encodings)):
        raise section.refuse(N_("Profile {file}: {key} must be encodings such as utf-8 or cp1252."), key="habits.encodings")
    return habits


def _is_time_zone(name: str) -> bool:
    return name == "UTC" or (name in available_timezones() and bool(ZoneInfo(name)))


def _is_encoding(name: str) -> bool:
    # Python's codecs also hold some that are no encodings of text, such as zip; those fail here.
    try:
        return codecs.lookup(name).name != "idna" and "a".encode(name).decode(name) == "a"
    except (LookupError, UnicodeError, TypeError, ValueError):
        return False
