"""The three journeys that matter most, by three people in three browsers: to a suspension, a dispute in between, a payment and back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from clearaccounts.access import DEMO_PEOPLE, Role
from clearaccounts.collections import policies, suspensions
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.orders import Outcome, Report
from clearaccounts.collections.transitions import Status
from clearaccounts.decisions import open_store
from clearaccounts.settings import DataFolder, load
from clearaccounts.warehouse import open_current
from tests.browser.server import Dashboard, serving
from tests.browser.visitor import Visitor
from tests.debtors import DISPUTED, MARKED, PAID, days_ago, debtors, guids, tenant, write


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A fresh server over a partner with three debtors and the standard policy."""
    place = tmp_path_factory.mktemp("desk")
    (place / "clearaccounts.toml").write_text('[collections]\npolicies = ["policy/standard.toml"]\n', encoding="utf-8")
    (place / "files").mkdir()
    with serving(place / "data") as dashboard:
        imported = dashboard.run("import", *map(str, debtors(place / "files")))
        assert imported.returncode == 0, imported.stdout + imported.stderr
        yield dashboard


@pytest.fixture(scope="module")
def people(desk: Dashboard, browser: Browser) -> Iterator[dict[Role, Visitor]]:
    """A billing administrator, a manager and a sales agent, each signed in at a browser of their own."""
    with ExitStack() as open_visitors:
        found = {}
        for role in (Role.BILLING_ADMIN, Role.MANAGER, Role.SALES_AGENT):
            found[role] = open_visitors.enter_context(Visitor(browser, desk))
            found[role].open("suspensions")
            found[role].sign_in(role)
        yield found


def at(visitor: Visitor, name: str, debtor: tuple[str, str]) -> Visitor:
    """Open one of the lists in the debtor's currency, and its first row."""
    visitor.open(f"suspensions?list={name}&currency={debtor[1]}")
    visitor.choose_row(0)
    return visitor


def decide(visitor: Visitor, action: str, said: str, reason: str | None = None) -> None:
    """Press the action's button, give the reason where one is asked for, send it, and read the answer."""
    page = visitor.page
    page.locator(f".st-key-decide_{action} button").click()
    dialog = page.get_by_role("dialog")
    if reason is not None:
        dialog.get_by_role("textbox").fill(reason)
    dialog.locator(".st-key-decision_send button").click()
    expect(page.get_by_text(said).first).to_be_visible()
    expect(dialog).to_have_count(0)
    visitor.settle()


def report_all(visitor: Visitor) -> None:
    """Say of every subscription of the order in hand that it was done."""
    page = visitor.page
    page.locator(".st-key-report_open button").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".st-key-report_all_done button").click()
    visitor.settle()
    dialog.locator(".st-key-report_send button").click()
    expect(page.get_by_text("Reported.").first).to_be_visible()
    expect(dialog).to_have_count(0)
    visitor.settle()


def counted(visitor: Visitor, name: str, debtor: tuple[str, str], count: int) -> None:
    """The selector of the page says how many stand on a list in the debtor's currency."""
    visitor.open(f"suspensions?currency={debtor[1]}")
    expect(visitor.page.get_by_role("radio", name=f"{name} {count}")).to_be_visible()


def order_of(visitor: Visitor) -> list[dict[str, str]]:
    """The lines of the order in hand, from its table as it is downloaded."""
    with visitor.page.expect_download() as waiting:
        visitor.page.locator(".st-key-order_csv button").click()
    return list(csv.DictReader(waiting.value.path().read_text(encoding="ascii").splitlines()))


def suspended(desk: Dashboard, debtor: tuple[str, str]) -> None:
    """A debtor's way to a suspension, taken by the services beside the running server; the first journey takes it in browsers."""
    customer_id, currency = debtor
    settings = load(Path(desk.environment["CLEARACCOUNTS_CONFIG"]))
    folder, now = DataFolder(desk.data), datetime.now(UTC)
    store, newest = open_store(folder, settings), open_current(folder, settings)
    grounds = Grounds(lambda: newest, lambda day: policies.in_force(store.matching, folder, settings, day), settings.suspension)
    admin, manager = (person for person in DEMO_PEOPLE if person.role in {Role.BILLING_ADMIN, Role.MANAGER})
    seen, _ = grounds.evidence(admin, customer_id, currency, store.matching)
    mark = suspensions.mark(
        store, grounds, admin, customer_id=customer_id, currency=currency, reason="No answer", seen_evidence_hash=seen.hash,
        idempotency_key="1", now=now)
    mark = suspensions.approve(
        store, grounds, manager, mark_id=mark.mark_id, seen_version=mark.version, seen_evidence_hash=seen.hash, idempotency_key="2",
        now=now)
    mark = suspensions.export(store, grounds, admin, mark_id=mark.mark_id, seen_version=mark.version, idempotency_key="3", now=now)
    assert mark.order is not None
    said = Report(mark.order.export_id, tuple(Outcome(line.subscription_id, "suspended") for line in mark.order.lines), "hand")
    mark = suspensions.report(store, grounds, admin, mark_id=mark.mark_id, said=said, idempotency_key="4", now=now)
    assert mark.mark_status is Status.SUSPENDED


def test_from_a_mark_to_a_suspension(desk: Dashboard, people: dict[Role, Visitor]) -> None:
    beatriz, martin, sofia = people[Role.BILLING_ADMIN], people[Role.MANAGER], people[Role.SALES_AGENT]
    decide(at(beatriz, "flagged", MARKED), "mark", "Marked. Another person must approve it.", "No answer to three calls")
    expect(at(sofia, "marked", MARKED).page.get_by_text("No answer to three calls").first).to_be_visible()
    expect(sofia.page.locator("[class*=st-key-decide_]")).to_have_count(0)

    decide(at(martin, "marked", MARKED), "approve", "Approved.", "")
    decide(at(beatriz, "approved", MARKED), "export", "Exported.")
    lines = order_of(at(beatriz, "confirm", MARKED))
    assert {(line["microsoft_tenant_id"], line["microsoft_subscription_id"]) for line in lines} == {
        (tenant("C1"), guid) for guid in guids("C1")}
    assert {line["action"] for line in lines} == {"suspend"}
    report_all(beatriz)

    counted(martin, "Suspended", MARKED, 1)
    expect(sofia.open("account?customer_id=C1").get_by_text("Suspended").first).to_be_visible()
    checked = desk.run("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_dispute_recorded_after_the_approval_stops_the_export(desk: Dashboard, people: dict[Role, Visitor]) -> None:
    beatriz, martin, sofia = people[Role.BILLING_ADMIN], people[Role.MANAGER], people[Role.SALES_AGENT]
    decide(at(beatriz, "flagged", DISPUTED), "mark", "Marked. Another person must approve it.", "No answer to three calls")
    decide(at(martin, "marked", DISPUTED), "approve", "Approved.", "")
    at(beatriz, "approved", DISPUTED).page.locator(".st-key-decide_export button").click()
    expect(beatriz.page.get_by_role("dialog")).to_be_visible()

    page = sofia.open("account?customer_id=C2&section=holds")
    page.locator(".st-key-hold_dispute button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Billed for 40 seats, ordered 10")
    dialog.locator(".st-key-hold_send button").click()
    expect(page.get_by_text("The dispute is recorded.")).to_be_visible()

    beatriz.page.get_by_role("dialog").locator(".st-key-decision_send button").click()
    expect(beatriz.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("on hold")
    counted(beatriz, "To confirm", DISPUTED, 0)
    decide(at(beatriz, "overtaken", DISPUTED), "withdraw", "Withdrawn.", "Disputed")
    counted(martin, "Held", DISPUTED, 1)
    expect(martin.page.get_by_role("radio", name="Flagged 0")).to_be_visible()


def test_a_payment_brings_a_suspended_customer_back(desk: Dashboard, people: dict[Role, Visitor], tmp_path: Path) -> None:
    suspended(desk, PAID)
    beatriz, martin, sofia = people[Role.BILLING_ADMIN], people[Role.MANAGER], people[Role.SALES_AGENT]
    paid = [
        write(tmp_path, "payments", [
            {"payment_id": "P1", "customer_id": "C3", "received_on": days_ago(0), "currency": "GBP", "amount_total": "1200.00"},
        ]),
        write(tmp_path, "allocations", [
            {"allocation_id": "A1", "applied_on": days_ago(0), "source_type": "payment", "source_id": "P1", "invoice_id": "INV-C3",
             "amount_applied": "1200.00"},
        ]),
    ]
    imported = desk.run("import", *map(str, paid))
    assert imported.returncode == 0, imported.stdout + imported.stderr

    counted(beatriz, "To reinstate", PAID, 1)
    decide(at(martin, "reinstate", PAID), "approve_reinstatement", "Reinstatement approved.", "")
    decide(at(beatriz, "reinstate", PAID), "export_reinstatement", "Exported.")
    lines = order_of(at(beatriz, "reinstate", PAID))
    assert {line["action"] for line in lines} == {"reactivate"}
    expect(beatriz.page.get_by_text("auto-renew").first).to_be_visible()
    report_all(beatriz)
    counted(martin, "To reinstate", PAID, 0)
    counted(martin, "Suspended", PAID, 0)
    expect(sofia.open("account?customer_id=C3").get_by_text("Suspended", exact=True)).to_have_count(0)
    checked = desk.run("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr
