"""A partner with a directory: people who are invited, sign in with it, and do things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from clearaccounts.access import Role, Viewer
from clearaccounts.decisions import EventFilter, Store, open_store
from clearaccounts.people import administering, invitations, presence, register, signing
from clearaccounts.people.administering import Form
from clearaccounts.people.model import Person
from clearaccounts.people.signing import Claims
from clearaccounts.settings import Access, DataFolder
from tests.decisions.common import settings_in

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
TENANT = "00000000-1111-2222-3333-444444444444"
ACCESS = Access(mode="oidc", tenant=TENANT, client_id="clear", address="https://clear.partner.example")
BY_DIRECTORY = replace(ACCESS, roles={"Admins": "user_admin", "Sales": "sales_agent"})
DOMAIN = "@partner.example"


class House:
    """One store and its people, who are called by their first names: `ada` is ada@partner.example with object id `object-ada`."""

    def __init__(self, folder: Path, access: Access = ACCESS) -> None:
        self.folder, self.access = folder, access
        self.now = NOW
        self.store: Store = open_store(DataFolder(folder), settings_in(folder), presence.directory(access))
        self._keys = count(1)

    def key(self) -> str:
        return f"key-{next(self._keys)}"

    def signs_in(self, name: str, *, email: str | None = None, granted: tuple[str, ...] = ()) -> Viewer:
        """Somebody signs in with the directory; a session of their own each time."""
        claims = Claims(
            self.access.issuer, name, self.key(), self.now, TENANT, f"object-{name}", name.title(), email or name + DOMAIN, granted)
        return signing.enter(self.store, self.access, claims, self.now)

    def founder(self, name: str = "ada") -> Viewer:
        """The first user administrator: invited by the operator."""
        invitations.invite_administrator(
            self.store, self.access, email=name + DOMAIN, name=name.title(), idempotency_key=self.key(), now=self.now)
        return self.signs_in(name)

    def invited(self, by: Viewer, who: str, role: Role = Role.SALES_AGENT, **more: Any) -> Person:
        given: Mapping[str, Any] = {
            "email": who + DOMAIN, "name": who.title(), "reason": "new here", "idempotency_key": self.key(), "now": self.now, **more,
        }
        return administering.invite(self.store, self.access, by, role=role, **given)

    def joined(self, by: Viewer, name: str, role: Role = Role.SALES_AGENT) -> Viewer:
        self.invited(by, name, role)
        return self.signs_in(name)

    def form(self, of: Viewer | Person, reason: str = "as agreed", **more: Any) -> Form:
        """A form about somebody as they are seen now."""
        version = self.person(of.user_id).version
        return replace(Form(of.user_id, version, reason, self.key(), self.now), **more)

    def person(self, user_id: str) -> Person:
        return administering.person_of(self.store, self.access, user_id)

    def events(self, subject_type: str, **more: Any) -> list[str]:
        return [event.event_type for event in self.store.matching(EventFilter(subject_type=subject_type, **more))]

    def administrators(self) -> set[str]:
        everybody = register.everybody(self.store.matching, self.access)
        return {one.user_id for one in everybody if one.role is Role.USER_ADMIN and one.status.value == "active"}

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)
