"""Every language says everything: no message without a translation, none left over, the same placeholders."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message

from clearaccounts.text import LANGUAGES, Language
from tests import translations

PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([a-z_]*)[^}]*\}")


def forms(value: str | tuple[str, ...] | list[str] | None) -> list[str]:
    if value is None:
        return [""]
    return [value] if isinstance(value, str) else list(value)


def messages(language: str) -> list[Message]:
    return [message for message in translations.read(language) if message.id]


def placeholders(text: str) -> list[str]:
    return sorted(match[1] for match in PLACEHOLDER.finditer(text) if match[1] is not None)


def test_every_language_offered_has_its_catalogue() -> None:
    assert set(LANGUAGES) - {"en"} == set(translations.LANGUAGES)


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_the_catalogue_holds_exactly_what_the_product_says(language: str) -> None:
    """Run `python -m tests.translations` to bring it up to date, then translate what is empty."""
    wanted = {forms(message.id)[0] for message in translations.template() if message.id}
    found = {forms(message.id)[0] for message in messages(language)}
    assert sorted(wanted - found) == [] and sorted(found - wanted) == []
    assert not translations.read(language).obsolete


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_message_is_translated_and_none_is_a_guess(language: str) -> None:
    count = translations.read(language).num_plurals
    wrong = [
        message.id for message in messages(language)
        if message.fuzzy or not all(text.strip() for text in forms(message.string))
        or (isinstance(message.id, list | tuple) and len(forms(message.string)) != count)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_placeholders_and_closing_marks_are_the_same(language: str) -> None:
    wrong = []
    for message in messages(language):
        ids = forms(message.id)
        for number, text in enumerate(forms(message.string)):
            same = ids[min(number, len(ids) - 1)]
            if placeholders(text) != placeholders(same) or text.endswith(".") != (same.endswith(".") and not same.endswith("..")):
                # "Id." ends with the point of an abbreviation, which is no closing mark.
                if text.rstrip(".").casefold().endswith(("id", "utc")):
                    continue
                wrong.append((same, text))
    assert wrong == []


def test_a_plural_follows_its_language() -> None:
    spanish = Language("es", "es_ES")
    said = [spanish.ngettext("{count} subscription", "{count} subscriptions", count).format(count=count) for count in (0, 1, 2)]
    assert said == ["0 suscripciones", "1 suscripción", "2 suscripciones"]


def test_a_text_without_a_translation_is_said_in_english() -> None:
    assert Language("es", "es_ES").gettext("no such message") == "no such message"
