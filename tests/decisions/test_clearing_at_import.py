"""The import that brings a payment notes whose debt it clears; what a crash left out, the next command makes up for."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from clearaccounts.__main__ import main
from clearaccounts.collections import clearing, suspensions
from clearaccounts.collections.evidence import gather
from clearaccounts.collections.standing import with_decisions
from clearaccounts.collections.suspensions import Grounds, Outcome, Report
from clearaccounts.decisions import EventFilter, open_store
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import open_current
from tests.decisions.common import BEATRIZ, MARTIN
from tests.decisions.debtors import POLICY
from tests.decisions.ordering_town import TENANT

FILES = {
    "customers.csv": f"customer_id,customer_name,currency,microsoft_tenant_id\nC1,Alder Bakery,EUR,{TENANT}\n",
    "invoices.csv": "invoice_id,customer_id,issued_on,due_on,currency,amount_total\nI1,C1,2020-03-01,2020-03-31,EUR,500.00\n",
    "subscriptions.csv": "subscription_id,customer_id,product_name,quantity,subscription_status,commerce_model,microsoft_subscription_id\n"
                         "S1,C1,Business Premium,1,active,new_commerce,aaaaaaaa-0000-4000-8000-000000000001\n",
}
PAYMENT = "payment_id,customer_id,received_on,currency,amount_total\nP1,C1,2020-06-30,EUR,500.00\n"


def suspend(folder: DataFolder) -> None:
    """Mark, approve, export and report C1 as suspended, by the warehouse that is there."""
    store, now = open_store(folder, Settings()), datetime.now(UTC)
    grounds = Grounds(partial(open_current, folder, Settings()), lambda _: POLICY)
    newest = with_decisions(grounds.warehouse(), store.matching)
    seen = gather(newest, BEATRIZ, "C1", "EUR", as_of_on=newest.build.as_of_on, policy=POLICY).hash
    made = suspensions.mark(store, grounds, BEATRIZ, customer_id="C1", currency="EUR", reason="r", seen_evidence_hash=seen,
                            idempotency_key="1", now=now)
    made = suspensions.approve(store, grounds, MARTIN, mark_id=made.mark_id, seen_version=1, seen_evidence_hash=seen, idempotency_key="2",
                               now=now)
    made = suspensions.export(store, grounds, BEATRIZ, mark_id=made.mark_id, seen_version=2, idempotency_key="3", now=now)
    assert made.order is not None
    said = Report(made.order.export_id, (Outcome("S1", "suspended"),))
    suspensions.report(store, grounds, BEATRIZ, mark_id=made.mark_id, said=said, idempotency_key="4", now=now)


@pytest.mark.parametrize("is_killed", [False, True], ids=["at once", "after a crash"])
def test_a_payment_that_is_imported_clears(tmp_path: Path, is_killed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for name, text in FILES.items():
        (files / name).write_text(text, encoding="utf-8")
    data = tmp_path / "data"
    assert main(["import", str(files), "--data", str(data)]) == 0
    folder = DataFolder(data)
    suspend(folder)
    (tmp_path / "payments.csv").write_text(PAYMENT, encoding="utf-8")
    with monkeypatch.context() as patched:
        if is_killed:
            patched.setattr("clearaccounts.commands.importing.catch_up", lambda *_: [])
        assert main(["import", str(tmp_path / "payments.csv"), "--data", str(data)]) == 0
    cleared = EventFilter(subject_type=suspensions.SUBJECT, event_type="clear")
    store = open_store(folder, Settings())
    assert len(store.matching(cleared)) == (0 if is_killed else 1)
    for _ in range(2):
        assert main(["query", "collections/reinstatements", "--at", "2030-01-01T00:00:00Z", "--data", str(data)]) == 0
    [event] = store.matching(cleared)
    assert event.details["build"]["build_id"] == open_current(folder, Settings()).build.build_id and event.by.name == "Operator"
    assert clearing.catch_up(folder, Settings(), datetime.now(UTC)) == []
