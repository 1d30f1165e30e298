"""The reader's language on a page: chosen in the header, kept in the URL, at first the browser's."""

from __future__ import annotations

import re

import streamlit as st
from babel import Locale, UnknownLocaleError

from clearaccounts.text import ENGLISH, LANGUAGES, SPANISH, Language

LANGUAGE_KEY = "lang"
_DEFAULT_LOCALES = {language.code: language.locale for language in (ENGLISH, SPANISH)}
# Everything that Streamlit's markdown gives a meaning to, its :colour[...] and $formula$ included.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&])")


def browser_language() -> Language:
    """The language of the visitor's browser if we speak it, else English."""
    tag = str(st.context.locale or "en")
    code = tag.partition("-")[0].casefold()
    return Language(code, _locale(code)) if code in LANGUAGES else ENGLISH


def language() -> Language:
    """The chosen language, with the browser's own locale for numbers and dates when it is of that language."""
    code = st.session_state.get(LANGUAGE_KEY)
    if code not in LANGUAGES:
        return browser_language()
    return Language(code, _locale(code))


def _locale(code: str) -> str:
    """`es_MX` for Spanish words in a Mexican browser; `es_ES` for Spanish words in a German one."""
    tag = str(st.context.locale or "").replace("-", "_")
    try:
        browser = Locale.parse(tag)
    except (UnknownLocaleError, ValueError, TypeError):
        return _DEFAULT_LOCALES[code]
    return str(browser) if browser.language == code and browser.territory else _DEFAULT_LOCALES[code]


def plain(text: str) -> str:
    """`text` escaped so that markdown shows it as it is: customers' words never become markup."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
