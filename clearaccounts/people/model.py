"""One person, as the events about them tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import TypeAlias

from clearaccounts.access import Role, Viewer
from clearaccounts.decisions import Event, EventFilter

SUBJECT = "person"
Matching: TypeAlias = Callable[[EventFilter], tuple[Event, ...]]


class Status(StrEnum):
    """Where somebody stands."""

    INVITED = "invited"
    WITHDRAWN = "withdrawn"
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Person:
    """One person of the dashboard.

    Attributes:
        user_id: ours, for ever; `demo:...` of a built-in person.
        email: where they were invited, or what their directory said when they joined; it finds an invitation and the accounts of a
            sales agent, and proves nothing.
        version: how many events there are about them.
        tenant_id, object_id: who they are in the directory, once they joined.
        expires_at: until when an invitation holds (UTC).
        ended_at_sequence: the event that ended all sessions begun before it, 0 if none did.
        ended_at: when that was (UTC): a sign-in from before it that nobody has used yet is over, too.
        last_sequence: the newest event about them, 0 if there is none.
    """

    user_id: str
    name: str
    email: str
    role: Role
    status: Status
    version: int = 0
    tenant_id: str = ""
    object_id: str = ""
    expires_at: datetime | None = None
    ended_at_sequence: int = 0
    ended_at: datetime | None = None
    last_sequence: int = 0

    @property
    def viewer(self) -> Viewer:
        """The person as the data layer knows them, without a session."""
        return Viewer(self.user_id, self.name, self.role, self.email)

    def is_invited(self, now: datetime) -> bool:
        """Whether an invitation of theirs still holds."""
        return self.status is Status.INVITED and (self.expires_at is None or now < self.expires_at)


def built_in(viewer: Viewer) -> Person:
    """A person of demo mode before anything happened to them."""
    return Person(viewer.user_id, viewer.name, viewer.email, viewer.role, Status.ACTIVE)


def fold(seed: Person | None, events: Iterable[Event]) -> Person | None:
    """The person after all events about them, in order; None if nobody ever invited or let in such a person."""
    return reduce(_after, events, seed)


def _after(person: Person | None, event: Event) -> Person | None:
    details = event.details
    if event.event_type in {"invited", "joined"}:
        begun = person or Person(event.subject_id, "", "", Role.SALES_AGENT, Status.INVITED)
        person = replace(
            begun, name=details.get("name", begun.name), email=details.get("email", begun.email),
            role=Role(details.get("role", begun.role.value)),
        )
    if person is None:
        return None
    match event.event_type:
        case "invited":
            expires_at = datetime.fromisoformat(details["expires_at"])
            person = replace(person, status=Status.INVITED, expires_at=expires_at, tenant_id="", object_id="")
        case "invitation_withdrawn":
            person = replace(person, status=Status.WITHDRAWN)
        case "joined":
            person = replace(
                person, status=Status.ACTIVE, tenant_id=details["tenant_id"], object_id=details["object_id"], expires_at=None)
        case "granted":
            person = replace(person, role=Role(details["role"]))
        case "disabled":
            person = replace(person, status=Status.DISABLED, ended_at_sequence=event.sequence, ended_at=event.occurred_at)
        case "enabled":
            person = replace(person, status=Status.ACTIVE)
        case "sessions_ended":
            person = replace(person, ended_at_sequence=event.sequence, ended_at=event.occurred_at)
    return replace(person, version=event.version, last_sequence=event.sequence)
