"""A town whose debtor has subscriptions: for the tests of orders, their outcomes and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.collections import suspensions
from clearaccounts.collections.suspensions import Mark, Outcome, Report
from clearaccounts.decisions import EventFilter, known_by_id, open_store
from clearaccounts.settings import DataFolder, Settings
from tests.decisions.common import BEATRIZ, MARTIN
from tests.decisions.debtors import CUSTOMERS, NOW, Town
from tests.worlds import LAST_DAY, Row

TENANT = "11111111-1111-4111-8111-111111111111"
WITH_TENANT: list[Row] = [{**CUSTOMERS[0], "microsoft_tenant_id": TENANT}, CUSTOMERS[1]]
SUBSCRIPTIONS: list[Row] = [
    {"subscription_id": "S1", "microsoft_subscription_id": "AAAAAAAA-0000-4000-8000-000000000001", "is_auto_renew": "true",
     "commitment_ends_on": "2027-01-31"},
    {"subscription_id": "S2", "microsoft_subscription_id": "aaaaaaaa-0000-4000-8000-000000000002", "commerce_model": "legacy"},
]
SECOND_ADMIN = Viewer("test:second", "Second Admin", Role.BILLING_ADMIN, "second.admin@partner.example")
SECOND_MANAGER = Viewer("test:manager", "Second Manager", Role.MANAGER, "second.manager@partner.example")
EVERYBODY = (*DEMO_PEOPLE, OPERATOR, SECOND_ADMIN, SECOND_MANAGER)
PAID: dict[str, Any] = {
    "payments": [{"payment_id": "P1", "received_on": LAST_DAY, "amount_total": "500.00"}],
    "allocations": [{"allocation_id": "A1", "applied_on": LAST_DAY, "source_id": "P1", "invoice_id": "I1", "amount_applied": "500.00"}],
}
ON_ACCOUNT: dict[str, Any] = {"payments": PAID["payments"]}


class OrderTown(Town):
    """A town with everybody in it; C1 owes, and has two subscriptions that can be suspended."""

    def __init__(self, folder: Path, **kinds: Sequence[Row]) -> None:
        self.people = {person.user_id: person for person in EVERYBODY}
        given: dict[str, Any] = {"customers": WITH_TENANT, "subscriptions": SUBSCRIPTIONS, **kinds}
        super().__init__(open_store(DataFolder(folder), Settings(), known_by_id(self.people.get)), **given)

    def approved(self) -> Mark:
        return self.approve(self.mark())

    def export(self, mark: Mark, viewer: Viewer = BEATRIZ, key: str = "export", now: datetime = NOW) -> Mark:
        return suspensions.export(
            self.store, self.grounds, viewer, mark_id=mark.mark_id, seen_version=mark.version, idempotency_key=key, now=now,
        )

    def exported(self) -> Mark:
        return self.export(self.approved())

    def report(self, mark: Mark, viewer: Viewer = BEATRIZ, key: str = "", source: str = "hand", **outcomes: str) -> Mark:
        """Say what came of the order: `S1="suspended"`."""
        assert mark.order is not None
        said = Report(mark.order.export_id, tuple(Outcome(name, outcome) for name, outcome in outcomes.items()), source)
        return suspensions.report(
            self.store, self.grounds, viewer, mark_id=mark.mark_id, said=said, idempotency_key=key or f"report {sorted(outcomes.items())}",
            now=NOW,
        )

    def suspended(self) -> Mark:
        return self.report(self.exported(), S1="suspended", S2="suspended")

    def approve_reinstatement(self, mark: Mark, viewer: Viewer = MARTIN, key: str = "back", reason: str = "") -> Mark:
        return suspensions.approve_reinstatement(
            self.store, self.grounds, viewer, mark_id=mark.mark_id, seen_version=mark.version, idempotency_key=key, now=NOW, reason=reason,
        )

    def export_reinstatement(self, mark: Mark, viewer: Viewer = BEATRIZ, key: str = "export back") -> Mark:
        return suspensions.export_reinstatement(
            self.store, self.grounds, viewer, mark_id=mark.mark_id, seen_version=mark.version, idempotency_key=key, now=NOW,
        )

    def report_reinstatement(self, mark: Mark, key: str = "", **outcomes: str) -> Mark:
        assert mark.reinstatement is not None
        said = Report(mark.reinstatement.export_id, tuple(Outcome(name, outcome) for name, outcome in outcomes.items()))
        return suspensions.report_reinstatement(
            self.store, self.grounds, BEATRIZ, mark_id=mark.mark_id, said=said, idempotency_key=key or f"back {sorted(outcomes.items())}",
            now=NOW,
        )

    def mark_now(self, mark: Mark) -> Mark:
        return suspensions.mark_of(self.store, mark.mark_id)

    def note_cleared(self, viewer: Viewer = OPERATOR, now: datetime = NOW) -> list[Mark]:
        return suspensions.note_cleared(self.store, self.grounds, viewer, now)

    def events(self, event_type: str | None = None) -> list[Any]:
        chosen = EventFilter(subject_type=suspensions.SUBJECT, event_type=event_type)
        return list(self.store.matching(chosen))
