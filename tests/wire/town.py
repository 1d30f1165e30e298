"""A partner whose people sign in at the loopback provider: one person for each role, invited, and what an administrator does to them.

What an administrator does is put into the dashboard's own store from here, while the server runs: another process does the same.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.decisions import Action, Event, EventFilter, Store, open_store
from clearaccounts.people import register
from clearaccounts.people.model import Person
from clearaccounts.settings import DataFolder, Settings, load
from tests.browser.server import Dashboard
from tests.identity_provider import Identity, IdentityProvider
from tests.wire.client import Caller, Tab

# The same names and addresses as demo mode's people, so that the sample's customers have an agent here, too.
PEOPLE = {
    person.role: Identity(f"0b1ec700-0000-4000-8000-00000000000{number}", person.name, person.email)
    for number, person in enumerate(DEMO_PEOPLE, start=1)
}
ROLES = tuple(PEOPLE)
PERSON = ":material/account_circle:"
_ADMINISTRATOR = Viewer("person:first", "First administrator", Role.USER_ADMIN, "first@partner.example")


@dataclass
class Town:
    """A dashboard in oidc mode, its provider, and its store."""

    dashboard: Dashboard
    provider: IdentityProvider
    settings: Settings
    store: Store
    _signed_in: dict[str, Caller] = field(default_factory=dict)

    @classmethod
    def of(cls, dashboard: Dashboard, provider: IdentityProvider) -> Town:
        """The town of a running dashboard."""
        settings = load(Path(dashboard.environment["CLEARACCOUNTS_CONFIG"]))
        return cls(dashboard, provider, settings, open_store(DataFolder(dashboard.data), settings))

    # What an administrator does.

    def record(self, subject: tuple[str, str], event_type: str, details: Mapping[str, Any]) -> None:
        """Put one event on record."""
        self.store.append(_ADMINISTRATOR, Action(
            *subject, event_type, "as agreed", f"{event_type}:{uuid.uuid4()}", datetime.now(UTC), (), lambda _: details,
            entering=_ADMINISTRATOR,
        ))

    def invite(self, who: Identity, role: Role, days: int = 14) -> str:
        """Invite somebody; the id that they have from now on."""
        user_id = f"person:{uuid.uuid4().hex[:16]}"
        expires_at = datetime.now(UTC) + timedelta(days=days)
        self.record(("person", user_id), "invited", {"name": who.name, "email": who.email, "role": role.value, "expires_at": expires_at})
        return user_id

    def newcomer(self, role: Role, name: str = "Nora Quist") -> Identity:
        """Somebody nobody else uses: known to the provider and invited."""
        number = uuid.uuid4()
        who = Identity(str(number), f"{name} {number.hex[:4]}", f"nora.{number.hex[:8]}@partner.example")
        self.provider.add(who)
        self.invite(who, role)
        return who

    def person(self, who: Identity) -> Person:
        """Them, as the events tell."""
        return register.by_email(who.email, self.store.matching, self.settings.access)[0]

    def grant(self, who: Identity, role: Role) -> None:
        """Give them another role."""
        self.record(("person", self.person(who).user_id), "granted", {"role": role.value, "source": "person"})

    def disable(self, who: Identity) -> None:
        """Withdraw their access."""
        self.record(("person", self.person(who).user_id), "disabled", {})

    def enable(self, who: Identity) -> None:
        """Give it back."""
        self.record(("person", self.person(who).user_id), "enabled", {})

    def end_sessions(self, who: Identity) -> None:
        """End whatever they have open anywhere."""
        self.record(("person", self.person(who).user_id), "sessions_ended", {})

    def forget_activity(self, who: Identity, minutes: int) -> None:
        """As if nothing had been done in any session of theirs for so long."""
        then = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
        with sqlite3.connect(self.dashboard.data / "decisions.sqlite") as database:
            for session in self.sessions(who):
                database.execute("delete from session_seen where session_id = ?", (session,))
                database.execute("insert into session_seen values (?, ?)", (session, then))

    def sessions(self, who: Identity) -> list[str]:
        """The ids of all their sessions."""
        user_id = self.person(who).user_id
        return [
            event.subject_id for event in self.store.matching(EventFilter(subject_type="session"))
            if event.details.get("user_id") == user_id
        ]

    # Who they are outside.

    def sign_in(self, who: Identity) -> Caller:
        """Sign in anew, in a browser of its own; it is certain that it worked."""
        caller = Caller(self.dashboard.url)
        caller.sign_in(who.email)
        with caller.open() as tab:
            assert name_shown(tab) == who.name, tab.text()
        return caller

    def caller(self, who: Identity) -> Caller:
        """A copy of a browser in which they are signed in; signing in happens once for each."""
        if who.object_id not in self._signed_in:
            self._signed_in[who.object_id] = self.sign_in(who)
        return self._signed_in[who.object_id].twin()

    # What happened.

    def events(self) -> list[Event]:
        """Everything on record."""
        return list(self.store.matching(EventFilter()))

    def watch(self) -> Callable[[], list[Event]]:
        """Now, and later a call that tells what was recorded since; sessions that opened are not what is asked for."""
        before = len(self.events())
        return lambda: [event for event in self.events()[before:] if event.subject_type != "session"]


def name_shown(tab: Tab) -> str | None:
    """Whose name the bar shows, None if nobody is signed in."""
    if not tab.has("sign_out"):
        return None
    return next((str(node.proto.label) for node in tab.of_kind("popover") if node.proto.icon == PERSON), None)


def assert_nobody(tab: Tab, *words: str) -> None:
    """The tab shows the sign-in and nothing else, and none of `words` ever came over its connection."""
    assert tab.has("sign_in_directory") and not tab.has("sign_out"), tab.text()
    assert len(tab.keys()) <= 5, tab.keys()
    sent = [word for word in words if tab.was_sent(word)]
    assert not sent, f"sent to nobody: {sent}\n{tab.text()}"
