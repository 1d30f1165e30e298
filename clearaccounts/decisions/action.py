"""What a person asks the store to record, and what the rule that judges it sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clearaccounts.access import Permission, Viewer
from clearaccounts.decisions.chain import Event
from clearaccounts.decisions.reading import EventFilter


@dataclass(frozen=True)
class Scene:
    """What a rule sees, under the store's lock: nothing of it changes before the event is written."""

    viewer: Viewer
    events: tuple[Event, ...]
    matching: Callable[[EventFilter], tuple[Event, ...]] = field(repr=False)


@dataclass(frozen=True)
class Action:
    """One thing that a person asks the store to record.

    Attributes:
        subject_type: the kind of thing it is about.
        subject_id: which of them; the versions of one subject count its events.
        event_type: what is done to it.
        reason: the person's own words; may be empty where the rules allow it.
        idempotency_key: made when the form was drawn; one key is one event, however often it is sent.
        now: the caller's clock; orders nothing.
        permissions: one of these is needed.
        guard: raises what the person must hear before anything else about the subject (that it is not for them).
        rule: looks at the scene, raises if the action is refused, and gives the details to keep.
        asked: what the form sent, kept in the details; the same key with other content is refused.
        customer_id: whom it is about, if anybody; None = as the subject's first event.
        expected_version: the version of the subject that the person saw (0 = none yet); None = whatever it is.
        meanwhile: per event type the sentence that tells who (`{who}`, `{when}`) came first.
        variants: other event types that it may turn out to be, and `choose` then says which, under the lock.
        entering: who is just signing in, and acts as themselves before the store's directory knows their session; the rule says
            whether they may, `permissions` is not asked.
    """

    subject_type: str
    subject_id: str
    event_type: str
    reason: str
    idempotency_key: str
    now: datetime
    permissions: tuple[Permission, ...]
    rule: Callable[[Scene], Mapping[str, Any]]
    asked: Mapping[str, Any] = field(default_factory=dict)
    customer_id: str | None = None
    expected_version: int | None = None
    guard: Callable[[Scene], None] = lambda _: None
    meanwhile: Mapping[str, str] = field(default_factory=dict)
    variants: tuple[str, ...] = ()
    choose: Callable[[Scene], str] | None = None
    entering: Viewer | None = None
