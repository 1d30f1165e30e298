"""One event, its canonical form, and the hash that ties it to the event before it.

The hash covers every column as it is stored, byte for byte, so that nothing of an event can change
unnoticed; the canonical form is one JSON text per content, so that equal contents are equal texts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from clearaccounts.access import Role, Viewer
from clearaccounts.text import N_, Language

# What stands before the first event.
GENESIS = "0" * 64


def canonical(content: object) -> str:
    """`content` as JSON with sorted keys and no spaces: the same content is always the same text.

    Decimals become plain text without an exponent, days and instants ISO 8601.

    Raises:
        TypeError: something has no exact form; a binary float is such a thing.
    """
    return json.dumps(_plain(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def storable(text: str) -> str:
    """`text` without what a database cannot hold: NUL, and halves of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def is_blank(text: str) -> bool:
    """Whether nothing of `text` is kept but spaces."""
    return not storable(text).strip()


def _plain(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case str():
            return storable(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {storable(str(key)): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no exact form in a decision")


def instant(moment: datetime) -> str:
    """A UTC instant as text of one width, so that text order is time order.

    Raises:
        ValueError: the instant has no offset.
    """
    if moment.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Actor:
    """Who acted, as they were known at that moment."""

    user_id: str
    name: str
    role: str
    email: str

    @classmethod
    def of(cls, viewer: Viewer) -> Actor:
        """The actor that `viewer` is."""
        return cls(viewer.user_id, viewer.name, viewer.role.value, viewer.email)

    @property
    def viewer(self) -> Viewer:
        """The same person as a viewer."""
        return Viewer(self.user_id, self.name, Role(self.role), self.email)


@dataclass(frozen=True)
class Event:
    """What somebody did, once and for all; the fields are the columns of table `event`, as stored.

    `sequence` counts all events without a gap and is their order; `version` counts those of one subject.
    `occurred_at` is what the clock said, and orders nothing.
    """

    sequence: int
    subject_type: str
    subject_id: str
    version: int
    event_type: str
    customer_id: str | None
    actor: str
    reason: str
    details_text: str
    occurred_text: str
    idempotency_key: str
    previous_hash: str
    hash: str

    @cached_property
    def details(self) -> Mapping[str, Any]:
        """`by` (the actor as they were known then), `asked` (what the form sent), and what the rules added."""
        content: Mapping[str, Any] = json.loads(self.details_text)
        return content

    @property
    def by(self) -> Actor:
        """Who acted, as they were known at that moment."""
        return Actor(**self.details["by"])

    @property
    def occurred_at(self) -> datetime:
        """What the clock said, UTC."""
        return datetime.fromisoformat(self.occurred_text)

    def computed_hash(self) -> str:
        """SHA-256 (hex) of all the other columns, the previous event's hash among them."""
        columns = astuple(replace(self, hash=""))
        return hashlib.sha256(json.dumps(columns, separators=(",", ":"), default=repr).encode("ascii")).hexdigest()

    def sealed(self) -> Event:
        """This event with its hash."""
        return replace(self, hash=self.computed_hash())


@dataclass(frozen=True)
class Finding:
    """One sentence of an audit: a failure, or something worth knowing; `template` is translatable."""

    is_failure: bool
    template: str
    values: Mapping[str, object]

    @classmethod
    def failure(cls, template: str, **values: object) -> Finding:
        """Something is not whole; acting stops."""
        return cls(True, template, values)

    @classmethod
    def note(cls, template: str, **values: object) -> Finding:
        """All is whole, and a person may want to know this."""
        return cls(False, template, values)

    def in_language(self, language: Language) -> str:
        """The sentence in the reader's language."""
        return language.gettext(self.template).format(**self.values)

    def __str__(self) -> str:
        return self.template.format(**self.values)


def first_break(events: Iterable[Event], before: tuple[int, str] = (0, GENESIS)) -> Finding | None:
    """The first event that does not follow from the one before it, or None when all do.

    Args:
        events: in order of sequence.
        before: sequence and hash of the event before the first one.
    """
    sequence, head = before
    for event in events:
        if event.sequence != sequence + 1:
            return Finding.failure(N_("Event {sequence} is missing."), sequence=sequence + 1)
        if event.previous_hash != head:
            return Finding.failure(N_("Event {sequence} does not follow from the event before it."), sequence=event.sequence)
        if event.hash != event.computed_hash():
            return Finding.failure(N_("Event {sequence} was changed after it was written."), sequence=event.sequence)
        sequence, head = event.sequence, event.hash
    return None
