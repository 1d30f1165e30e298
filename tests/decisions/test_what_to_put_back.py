"""What a suspension takes away is kept from before it, and listed when the subscription is brought back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from clearaccounts.collections import suspensions
from clearaccounts.collections.orders import Outcome, Report
from clearaccounts.exporting.partner_center_files import files
from tests.decisions.common import BEATRIZ, MARTIN, store_in
from tests.decisions.debtors import NOW, Town
from tests.exporting.orders import SEATS, TENANT

ACTIVE = {"status": "active", "autoRenewEnabled": True}


@pytest.mark.parametrize(("states", "expected"), [
    ([{**ACTIVE, "scheduledNextTermInstructions": {"quantity": 8}}], ("true", "true")),
    ([{**ACTIVE, "scheduledNextTermInstructions": None}], ("true", "false")),
    ([ACTIVE], ("true", "unknown")),
    ([{**ACTIVE, "autoRenewEnabled": False, "scheduledNextTermInstructions": {}}], ("false", "false")),
    ([None], ("unknown", "unknown")),
    # Not known at first, then found suspended: how it was before is known from the first report alone.
    ([{**ACTIVE, "scheduledNextTermInstructions": {"quantity": 8}}, None], ("true", "true")),
], ids=range(6))
def test_what_was_before_is_what_is_to_be_put_back(tmp_path: Path, states: list[Any], expected: tuple[str, str]) -> None:
    town = Town(
        store_in(tmp_path), customers=[{"customer_id": "C1", "customer_name": "Alder Bakery", "microsoft_tenant_id": TENANT}],
        subscriptions=[{"subscription_id": "S1", "microsoft_subscription_id": SEATS}],
    )
    mark = town.mark()
    mark = suspensions.approve(
        town.store, town.grounds, MARTIN, mark_id=mark.mark_id, seen_version=mark.version, seen_evidence_hash=mark.evidence_hash,
        idempotency_key="approve", now=NOW,
    )
    mark = suspensions.export(
        town.store, town.grounds, BEATRIZ, mark_id=mark.mark_id, seen_version=mark.version, idempotency_key="export", now=NOW,
    )
    assert mark.order is not None
    for number, state in enumerate(states, 1):
        outcome = "suspended" if number == len(states) else "unknown"
        said = Report(mark.order.export_id, (Outcome("S1", outcome, f"report {number}", state),), "api")
        mark = suspensions.report(
            town.store, town.grounds, BEATRIZ, mark_id=mark.mark_id, said=said, idempotency_key=f"report {number}", now=NOW,
        )
    mark = suspensions.approve_reinstatement(
        town.store, town.grounds, MARTIN, mark_id=mark.mark_id, seen_version=mark.version, idempotency_key="back", now=NOW, reason="Agreed",
    )
    mark = suspensions.export_reinstatement(
        town.store, town.grounds, BEATRIZ, mark_id=mark.mark_id, seen_version=mark.version, idempotency_key="export back", now=NOW,
    )
    assert mark.reinstatement is not None
    (content,) = [content for name, content in files(mark.reinstatement).items() if name.endswith(".csv")]
    (row,) = csv.DictReader(io.StringIO(content.decode("ascii"), newline=""))
    assert (row["put_back_auto_renew"], row["put_back_scheduled_changes"]) == expected
    assert (row["action"], row["status_after"]) == ("reactivate", "active")
