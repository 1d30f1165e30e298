"""Words in the reader's language, and numbers, dates and money in the reader's locale.

English stands in the code; other languages are gettext catalogues under `locale/`. `N_` marks a
text that is translated later (an error's template, a table of titles); `Language.gettext` translates.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

LOCALE_FOLDER = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "es": "Español"}
_HOUR, _DAY = 60, 24 * 60


def N_(text: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a text for translation without translating it here."""
    return text


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    path = LOCALE_FOLDER / code / "LC_MESSAGES" / "clearaccounts.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@dataclass(frozen=True)
class Language:
    """A language for words and a locale for numbers; `Language("es", "es_ES")`."""

    code: str = "en"
    locale: str = "en_GB"

    def gettext(self, text: str) -> str:
        """`text` in this language; English if the catalogue lacks it."""
        return _catalogue(self.code).gettext(text) if text else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The singular or plural form of this language for `count`."""
        return _catalogue(self.code).ngettext(one, many, count)

    def amount(self, value: Decimal | None, currency: str) -> str:
        """An amount with its currency's minor units and the locale's signs; blank when None."""
        if value is None:
            return ""
        return format_currency(value, currency, "#,##0.00 ¤¤", locale=self.locale, currency_digits=True)

    def number(self, value: Decimal | int | float | None, digits: int | None = None) -> str:
        """A number in the locale; `digits` fixes the decimals shown."""
        if value is None:
            return ""
        if digits is None:
            return format_decimal(value, locale=self.locale)
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, format=pattern, locale=self.locale)

    def days(self, count: Decimal | int | None) -> str:
        """A number of days: `1 day`, `12 days`; blank when None."""
        if count is None:
            return ""
        return self.ngettext("{count} day", "{count} days", 1 if count == 1 else 2).format(count=self.number(count))

    def minutes(self, count: int, *, in_days: bool = True) -> str:
        """Minutes as people say them: `30 min`, `4 h`, `1.5 h`, `2 days`; whole days as hours unless `in_days`."""
        if count < _HOUR:
            return self.gettext(N_("{count} min")).format(count=self.number(count))
        if in_days and count >= 2 * _DAY and count % _DAY == 0:
            return self.gettext(N_("{days} days")).format(days=self.number(count // _DAY))
        whole, left = divmod(count, _HOUR)
        if left % 30 == 0:
            return self.gettext(N_("{count} h")).format(count=self.number(count / _HOUR))
        return self.gettext(N_("{hours} h {minutes} min")).format(hours=self.number(whole), minutes=self.number(left))

    def percent(self, value: Decimal | float | None, digits: int = 0) -> str:
        """A share (0 to 1) as a percentage with `digits` decimals."""
        if value is None:
            return ""
        usual = Locale.parse(self.locale).percent_formats[None].pattern
        return format_percent(value, format=usual.replace("0", f"0.{'0' * digits}", 1) if digits else None, locale=self.locale)

    def day(self, value: date | None) -> str:
        """A date, short and unambiguous (13 Feb 2026)."""
        return "" if value is None else format_date(value, format="medium", locale=self.locale)

    def short_day(self, value: date) -> str:
        """A day without its year, for an axis (13 Feb)."""
        return format_skeleton("MMMd", value, locale=self.locale)

    def moment(self, value: datetime | None) -> str:
        """A UTC instant, to the minute."""
        return "" if value is None else f"{self.day(value)}, {value:%H:%M}"


ENGLISH = Language("en", "en_GB")
SPANISH = Language("es", "es_ES")


def language_for(code: str | None) -> Language:
    """The language of a letter to who speaks `code` (`es`, `es-MX`): theirs if we speak it, else English."""
    spoken = (code or "").casefold().partition("-")[0].partition("_")[0]
    return {"en": ENGLISH, "es": SPANISH}.get(spoken, ENGLISH)
