"""A table of a profile's TOML, asked for one key at a time: what is not of the right type is refused by name."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts.errors import LandingError
from clearaccounts.text import N_

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_MISSING = N_("Profile {file}: {key} is missing.")
_UNKNOWN_KEY = N_("Profile {file}: there is no key {key}; the README of profiles has all that there are.")
_NOT_TEXT = N_("Profile {file}: {key} must be text.")
_NOT_TEXTS = N_("Profile {file}: {key} must be text, or a list of texts.")
_NOT_FLAG = N_("Profile {file}: {key} must be true or false.")
_NOT_WHOLE = N_("Profile {file}: {key} must be a whole number from 1 on.")
_NOT_TABLE = N_("Profile {file}: {key} must be a table.")
_NOT_TABLES = N_("Profile {file}: {key} must be a list of tables.")
_NOT_CHOICE = N_("Profile {file}: {key} is {value}, but must be one of {choices}.")


def is_name(text: str) -> bool:
    """Whether a text may be a name of ours: small letters, digits and _, safe in SQL and as a file."""
    return _NAME.fullmatch(text) is not None


def is_pattern(text: str) -> bool:
    """Whether a text is a regular expression of RE2, which takes no longer than the text it searches."""
    try:
        pc.match_substring_regex(pa.array([""], pa.string()), text, ignore_case=True)
    except pa.ArrowInvalid:
        return False
    return bool(text)


class Section:
    """One table of the file `file`; `where` is the way to it ("targets[2].columns")."""

    def __init__(self, file: str, where: str, content: dict[str, Any]) -> None:
        self._file = file
        self._where = where
        self._content = content

    def path(self, key: str) -> str:
        """The way to a key, as people write it."""
        return f"{self._where}.{key}" if self._where else key

    def refuse(self, template: str, **values: object) -> LandingError:
        """The error that says `template` of this file."""
        return LandingError(template, file=self._file, **values)

    def names(self) -> list[str]:
        """The keys, as they stand in the file."""
        return list(self._content)

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._content

    def is_text(self, key: str) -> bool:
        """Whether the key holds a text."""
        return isinstance(self._content.get(key), str)

    def is_table(self, key: str) -> bool:
        """Whether the key holds a table."""
        return isinstance(self._content.get(key), dict)

    def allow(self, allowed: Collection[str]) -> None:
        """Refuse any key but these."""
        for key in self._content:
            if key not in allowed:
                raise self.refuse(_UNKNOWN_KEY, key=self.path(key))

    def text(self, key: str, default: str | None = None) -> str:
        """The text of a key; `default` if it is not there."""
        value = self._content.get(key, default)
        if value is None:
            raise self.refuse(_MISSING, key=self.path(key))
        if not isinstance(value, str):
            raise self.refuse(_NOT_TEXT, key=self.path(key))
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """The text, or the texts, of a key; `default` if it is not there."""
        value = self._content.get(key, default)
        if value is None:
            raise self.refuse(_MISSING, key=self.path(key))
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
            raise self.refuse(_NOT_TEXTS, key=self.path(key))
        return tuple(listed)

    def flag(self, key: str, default: bool = False) -> bool:
        """The true or false of a key."""
        value = self._content.get(key, default)
        if not isinstance(value, bool):
            raise self.refuse(_NOT_FLAG, key=self.path(key))
        return value

    def whole(self, key: str, default: int) -> int:
        """The whole number, from 1 on, of a key."""
        value = self._content.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.refuse(_NOT_WHOLE, key=self.path(key))
        return value

    def table(self, key: str) -> Section:
        """The table of a key; an empty one if it is not there."""
        value = self._content.get(key, {})
        if not isinstance(value, dict):
            raise self.refuse(_NOT_TABLE, key=self.path(key))
        return Section(self._file, self.path(key), value)

    def tables(self, key: str) -> list[Section]:
        """The tables of a key, in order; none if it is not there."""
        value = self._content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.refuse(_NOT_TABLES, key=self.path(key))
        return [Section(self._file, f"{self.path(key)}[{number}]", one) for number, one in enumerate(value, start=1)]

    def choose(self, key: str, values: Collection[str], choices: Collection[str]) -> None:
        """Refuse `values`, given under `key`, that are not among `choices`."""
        for value in values:
            if value not in choices:
                raise self.refuse(_NOT_CHOICE, key=self.path(key), value=value, choices=", ".join(sorted(choices)) or "-")
