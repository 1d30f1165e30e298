"""Every message that the product can say, read from its source; `python -m tests.translations` brings the catalogue up to date.

Python code marks a message with `N_`, `_`, `gettext` or `ngettext`; a data check's message is the first line of its SQL.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from clearaccounts.query_files import steps
from clearaccounts.settings import ROOT

KEYWORDS: dict[str, tuple[int, ...] | None] = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
FOLDER = ROOT / "clearaccounts" / "locale"
LANGUAGES = {"es": "Spanish"}
FIRST_DAY = datetime(2026, 11, 22, tzinfo=UTC)


def catalogue_path(language: str) -> Path:
    """Where a language's catalogue stands."""
    return FOLDER / language / "LC_MESSAGES" / "clearaccounts.po"


def read(language: str) -> Catalog:
    """A language's catalogue."""
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def template() -> Catalog:
    """All messages, without translations; a plural message is one."""
    found = Catalog(project="Clear Accounts", version="", copyright_holder="", charset="utf-8")
    for path in [*sorted((ROOT / "clearaccounts").rglob("*.py")), *sorted((ROOT / "pages").glob("*.py"))]:
        place = path.relative_to(ROOT).as_posix()
        for _line, message, _comments, _context in extract_from_file("python", path, keywords=KEYWORDS):
            found.add(message, locations=[(place, 1)])
    for name, check in steps("checks").items():
        found.add(check.title, locations=[(f"queries/checks/{name}.sql", 1)])
    return found


def bring_up_to_date(language: str) -> int:
    """Add what is new, drop what is gone; returns how many messages have no translation."""
    catalogue = read(language) if catalogue_path(language).exists() else Catalog(locale=language, project="Clear Accounts", version="")
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    # Nothing in the file that changes with the day or the person: a difference is a difference of words.
    catalogue.header_comment = f"# {LANGUAGES[language]} for Clear Accounts; see tests/translations.py."
    catalogue.creation_date = catalogue.revision_date = FIRST_DAY
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "Clear Accounts"
    catalogue.fuzzy = False
    catalogue_path(language).parent.mkdir(parents=True, exist_ok=True)
    with catalogue_path(language).open("wb") as file:
        write_po(file, catalogue, width=130, sort_output=True, omit_header=False, ignore_obsolete=True, include_lineno=False)
    forms = [message.string if isinstance(message.string, tuple) else (message.string,) for message in catalogue if message.id]
    return sum(1 for texts in forms if not all(texts))


if __name__ == "__main__":
    for code in LANGUAGES:
        print(code, bring_up_to_date(code), "without a translation")
