"""A world with debtors, a policy that flags them, and people who act: for the tests of the workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clearaccounts.access import Role, Viewer
from clearaccounts.collections import suspensions
from clearaccounts.collections.evidence import Evidence, gather
from clearaccounts.collections.policy import Policy, Stage
from clearaccounts.collections.suspensions import Grounds, Mark
from clearaccounts.decisions import Store
from clearaccounts.errors import NotFound
from clearaccounts.warehouse import Warehouse
from tests.decisions.common import BEATRIZ, MARTIN
from tests.worlds import LAST_DAY, Row, world

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
POLICY = Policy(
    "Test policy", 1, date(2026, 1, 1), "due_date",
    (Stage("suspension", "suspend", min_overdue_days=30, min_overdue_invoices=1, min_overdue_amount=(("EUR", Decimal(100)),)),),
)
DEBT: Row = {"customer_id": "C1", "invoice_id": "I1", "issued_on": "2026-03-01", "due_on": "2026-03-31", "amount_total": "500.00"}
SMALL_DEBT: Row = {**DEBT, "customer_id": "C2", "invoice_id": "I2", "amount_total": "20.00"}
CUSTOMERS: Sequence[Row] = [
    {"customer_id": "C1", "customer_name": "Alder Bakery", "sales_agent": "sofia.lindgren@partner.example"},
    {"customer_id": "C2", "customer_name": "Birch Dental", "sales_agent": "somebody.else@partner.example"},
]


# Building a world takes most of a test's time, and many tests begin in the same one.
_WORLDS_FOLDER = TemporaryDirectory(prefix="clearaccounts-worlds-")
_WORLDS: dict[str, Warehouse] = {}
_EVIDENCE: dict[tuple[object, ...], Evidence] = {}


def _world(as_of_on: date, kinds: Mapping[str, Sequence[Row]]) -> Warehouse:
    rows = repr((as_of_on, sorted(kinds.items())))
    if rows not in _WORLDS:
        given: dict[str, Any] = dict(kinds)
        _WORLDS[rows] = world(Path(_WORLDS_FOLDER.name), as_of_on, **given)
    return _WORLDS[rows]


def forget_worlds() -> None:
    """Let the warehouses go before the interpreter does."""
    _WORLDS.clear()
    _EVIDENCE.clear()
    _WORLDS_FOLDER.cleanup()


class Town:
    """The newest warehouse and the decisions of one test; `then` brings the next import."""

    def __init__(self, store: Store, policy: Policy | None = POLICY, **kinds: Sequence[Row]) -> None:
        self.store = store
        self.policy = policy
        self.grounds = Grounds(lambda: self.newest, lambda _: self.policy)
        self._kinds: Mapping[str, Sequence[Row]] = {"customers": CUSTOMERS, "customer_invoices": [DEBT, SMALL_DEBT], **kinds}
        self.newest: Warehouse
        self.then()

    def then(self, as_of_on: date = LAST_DAY, **kinds: Sequence[Row]) -> None:
        """An import that brings `kinds` in place of what was known of them."""
        self._kinds = {**self._kinds, **kinds}
        self.newest = _world(as_of_on, self._kinds)

    def evidence(self, customer_id: str = "C1", currency: str = "EUR", viewer: Viewer = BEATRIZ) -> Evidence:
        newest = self.newest
        seen = (str(newest.path), self.policy, customer_id, currency, viewer)
        if seen not in _EVIDENCE:
            _EVIDENCE[seen] = gather(newest, viewer, customer_id, currency, as_of_on=newest.build.as_of_on, policy=self.policy)
        return _EVIDENCE[seen]

    def mark(self, viewer: Viewer = BEATRIZ, customer_id: str = "C1", key: str = "mark", reason: str = "no answer to three calls") -> Mark:
        """Mark with what is seen just now."""
        try:
            seen = self.evidence(customer_id).hash
        except NotFound:  # a customer that is not there: the form is forged, and says something
            seen = "0" * 64
        return suspensions.mark(
            self.store, self.grounds, viewer, customer_id=customer_id, currency="EUR", reason=reason, seen_evidence_hash=seen,
            idempotency_key=key, now=NOW,
        )

    def approve(self, mark: Mark, viewer: Viewer = MARTIN, key: str = "approve") -> Mark:
        return suspensions.approve(
            self.store, self.grounds, viewer, mark_id=mark.mark_id, seen_version=mark.version, seen_evidence_hash=mark.evidence_hash,
            idempotency_key=key, now=NOW,
        )

    def decline(self, mark: Mark, viewer: Viewer = MARTIN, key: str = "decline", reason: str = "they promised to pay") -> Mark:
        return suspensions.decline(
            self.store, self.grounds, viewer, mark_id=mark.mark_id, seen_version=mark.version, reason=reason, idempotency_key=key, now=NOW,
        )

    def withdraw(self, mark: Mark, viewer: Viewer = BEATRIZ, key: str = "withdraw", reason: str = "marked by mistake") -> Mark:
        return suspensions.withdraw(
            self.store, self.grounds, viewer, mark_id=mark.mark_id, seen_version=mark.version, reason=reason, idempotency_key=key, now=NOW,
        )


def manager(number: int) -> Viewer:
    """One of many managers."""
    return Viewer(f"test:manager-{number}", f"Manager {number}", Role.MANAGER, f"manager-{number}@partner.example")


def manager_of(user_id: str) -> Viewer | None:
    """The manager of that id, or the demo's people."""
    number = user_id.removeprefix("test:manager-")
    return manager(int(number)) if number.isdecimal() else {BEATRIZ.user_id: BEATRIZ, MARTIN.user_id: MARTIN}.get(user_id)
