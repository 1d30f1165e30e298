"""A partner with two customers of different sales agents, everything that can be done to them ready to be done, and everybody there is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.collections.policy import parse
from clearaccounts.collections.policy_desk import Desk
from clearaccounts.decisions import Action, Event, EventFilter, open_store
from clearaccounts.people import presence
from clearaccounts.settings import Access, Company, DataFolder, Settings, Smtp
from tests.collections.mail_server import Post
from tests.collections.test_notices_due import HEAD, NOTICES, STAGES
from tests.decisions.common import MARTIN
from tests.decisions.debtors import DEBT, NOW, POLICY, Town
from tests.decisions.ordering_town import OrderTown
from tests.who_may.table import ANONYMOUS, DISABLED, MISSING, OTHER, OWN
from tests.worlds import LAST_DAY, Row

CUSTOMER_IDS = {OWN: "C1", OTHER: "C2", MISSING: "C9"}
INVOICES = {OWN: "I1", OTHER: "I2", MISSING: "I9"}
CASES = {OWN: "K1", OTHER: "K2", MISSING: "K9"}
SUBSCRIPTIONS = {OWN: "S1", OTHER: "S2", MISSING: "S9"}
NOTICE_POLICY = parse(HEAD + STAGES + NOTICES, "p.toml")

SECOND = Viewer("person:second", "Second Admin", Role.BILLING_ADMIN, "second@partner.example")
CHIEF = Viewer("person:chief", "Chief", Role.MANAGER, "chief@partner.example")
AGENTS = {
    account: Viewer(f"person:agent-{number}", f"Agent {number}", Role.SALES_AGENT, f"agent-{number}@partner.example")
    for number, account in enumerate((OWN, OTHER))
}
BOOKS = {OWN: "sofia.lindgren@partner.example", OTHER: "somebody.else@partner.example", MISSING: "nobody@partner.example"}
# The manager, in the days when they were a billing administrator: another account of one person.
MARTIN_BEFORE = Viewer("person:martin", "Martin Weiss", Role.BILLING_ADMIN, MARTIN.email)
GONE = Viewer("person:gone", "Gone Gil", Role.BILLING_ADMIN, "gone@partner.example")
STRANGER = Viewer("person:stranger", "Nobody", Role.BILLING_ADMIN, "")
VIEWERS: dict[str, Viewer] = {**{person.role.value: person for person in DEMO_PEOPLE}, ANONYMOUS: STRANGER, DISABLED: GONE}

ROWS: dict[str, list[Row]] = {
    "customers": [
        {"customer_id": "C1", "customer_name": "Alder Bakery", "sales_agent": "sofia.lindgren@partner.example",
         "contact_email": "ana@alder.test", "microsoft_tenant_id": "11111111-1111-4111-8111-111111111111"},
        {"customer_id": "C2", "customer_name": "Birch Dental", "sales_agent": "somebody.else@partner.example",
         "contact_email": "ben@birch.test", "microsoft_tenant_id": "22222222-2222-4222-8222-222222222222"},
    ],
    "customer_invoices": [DEBT, {**DEBT, "customer_id": "C2", "invoice_id": "I2"}],
    "subscriptions": [
        {"subscription_id": "S1", "microsoft_subscription_id": "aaaaaaaa-0000-4000-8000-000000000001", "commerce_model": "legacy"},
        {"subscription_id": "S2", "customer_id": "C2", "microsoft_subscription_id": "aaaaaaaa-0000-4000-8000-000000000002",
         "commerce_model": "legacy"},
    ],
    "support_offers": [
        {"customer_id": f"C{number}", "offer_name": "Premium", "delivery_model": "own", "service_hours": "always",
         "contact_method": "phone", "amount_price": "50.00", "currency": "EUR"} for number in (1, 2)
    ],
    "support_cases": [
        {"case_id": f"K{number}", "customer_id": f"C{number}", "opened_at": "2026-06-01T10:00:00Z", "severity": "B"} for number in (1, 2)
    ],
}
PAID: dict[str, Any] = {
    "payments": [
        {"payment_id": f"P{number}", "customer_id": f"C{number}", "received_on": LAST_DAY, "amount_total": "500.00"} for number in (1, 2)],
    "allocations": [
        {"allocation_id": f"A{number}", "applied_on": LAST_DAY, "source_id": f"P{number}", "invoice_id": f"I{number}",
         "amount_applied": "500.00"} for number in (1, 2)],
}


def policy_text(version: int = 1) -> str:
    """A policy that counts from the day after."""
    return (f'name = "House rules"\nversion = {version}\neffective_on = 2026-08-01\n'
            '[[stages]]\nname = "suspension"\naction = "suspend"\nmin_overdue_days = 30\n')


class Partner(OrderTown):
    """The partner with the decisions of one folder; people are those of the register, and are asked again inside every action."""

    def __init__(self, folder: Path, smtp: Smtp, post: Post) -> None:
        self.post = post
        self.folder = DataFolder(folder)
        self.settings = Settings(company=Company("Partner", payment_details="IBAN DE02 1203 0000 0000 2020 51"), smtp=smtp)
        store = open_store(self.folder, self.settings, presence.directory(Access()))
        Town.__init__(self, store, POLICY, **ROWS)
        self.desk = Desk(store, self.folder, self.settings, lambda: LAST_DAY)

    def settle_in(self) -> None:
        """Those join who are not of demo mode; one leaves."""
        for person in (SECOND, CHIEF, MARTIN_BEFORE, GONE, *AGENTS.values()):
            self.tell("joined", person, name=person.name, email=person.email, role=person.role.value, tenant_id="t",
                       object_id=person.user_id)
        self.tell("disabled", GONE)

    def tell(self, event_type: str, person: Viewer, **details: str) -> None:
        """What happened to somebody, by the machine's operator."""
        self.store.append(OPERATOR, Action(
            "person", person.user_id, event_type, "", f"{event_type}:{person.user_id}", NOW, (), lambda _: details, entering=OPERATOR))

    def all_events(self) -> tuple[Event, ...]:
        """Everything on record."""
        return self.store.matching(EventFilter())


@dataclass(frozen=True)
class Thing:
    """What an action is about: which account, and what was prepared of it (a mark, a hold, ...)."""

    account: str
    made: Any = None

    @property
    def customer_id(self) -> str:
        return CUSTOMER_IDS[self.account]


Prepare = Callable[[Partner, Thing, Viewer], Any]
Act = Callable[[Partner, Thing, Viewer], Any]


def later(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


class Stages:
    """Folders in which everything is ready for an action; whoever acts gets a copy."""

    def __init__(self, folder: Path, smtp: Smtp, post: Post) -> None:
        self._folder = folder
        self._mail = (smtp, post)
        self._ready: dict[tuple[str, str, str], tuple[Path, Thing]] = {}
        self._count = 0

    def copy(self, name: str, account: str, by: Viewer, prepare: Prepare) -> tuple[Partner, Thing]:
        """The partner in that stage, in a folder of its own."""
        key = (name, account, by.user_id)
        if key not in self._ready:
            folder = self._folder / f"stage-{len(self._ready)}"
            partner = Partner(folder, *self._mail)
            partner.settle_in()
            # What is not there is prepared of what is: the action is then told an id that nobody knows.
            real = Thing(OWN if account == MISSING else account)
            made = prepare(partner, real, by)
            self._ready[key] = folder, Thing(account, made)
        self._count += 1
        folder, thing = self._ready[key]
        place = self._folder / f"copy-{self._count}"
        shutil.copytree(folder, place)
        return Partner(place, *self._mail), thing
