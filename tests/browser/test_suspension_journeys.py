"""The three journeys that matter most, by three people in three browsers: to a suspension, a dispute in between, a payment and back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

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

AGENT = "sofia.lindgren@partner.example"
TENANT = "11111111-2222-4333-8444-555555555555"
SUBSCRIPTIONS = {"Microsoft 365 E3": "aaaaaaaa-0000-4000-8000-000000000001", "Teams Phone": "aaaaaaaa-0000-4000-8000-000000000002"}


def days_ago(count: int) -> str:
    """A day counted back from today: an import makes today the day of the page."""
    return (datetime.now(UTC).date() - timedelta(days=count)).isoformat()


def write(folder: Path, name: str, rows: Sequence[Mapping[str, object]]) -> Path:
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def debtor(folder: Path) -> list[Path]:
    """One customer who owes 1,200.00 EUR for 60 days, was told so in time, and has two subscriptions."""
    return [
        write(folder, "customers", [{
            "customer_id": "C1", "customer_name": "Nordlicht GmbH", "currency": "EUR", "sales_agent": AGENT,
            "microsoft_tenant_id": TENANT, "country_code": "DE",
        }]),
        write(folder, "customer_invoices", [
            {"invoice_id": "INV-1", "customer_id": "C1", "issued_on": days_ago(90), "due_on": days_ago(60), "currency": "EUR",
             "amount_total": "1200.00"},
        ]),
        write(folder, "notices", [
            {"notice_id": "N1", "customer_id": "C1", "notice_type": "final_notice", "sent_on": days_ago(10), "currency": "EUR",
             "channel": "e-mail"},
        ]),
        write(folder, "subscriptions", [
            {"subscription_id": f"S{number}", "customer_id": "C1", "product_name": product, "quantity": 10, "subscription_status": "active",
             "commerce_model": "new_commerce", "microsoft_subscription_id": guid, "amount_unit_price": "20.00", "currency": "EUR",
             "billing_cycle": "monthly", "term_duration": "P1Y", "is_auto_renew": "true", "started_on": days_ago(200),
             "commitment_ends_on": days_ago(-165), "cancellable_until_on": days_ago(193)}
            for number, (product, guid) in enumerate(SUBSCRIPTIONS.items(), start=1)
        ]),
    ]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Dashboard]:
    """A fresh server over a partner with one debtor and the standard policy."""
    (tmp_path / "clearaccounts.toml").write_text('[collections]\npolicies = ["policy/standard.toml"]\n', encoding="utf-8")
    (tmp_path / "files").mkdir()
    with serving(tmp_path / "data") as dashboard:
        imported = dashboard.run("import", *map(str, debtor(tmp_path / "files")))
        assert imported.returncode == 0, imported.stdout + imported.stderr
        yield dashboard


@pytest.fixture
def people(desk: Dashboard, visit: Callable[..., Visitor]) -> dict[Role, Visitor]:
    """A billing administrator, a manager and a sales agent, each signed in at a browser of their own."""
    found = {}
    for role in (Role.BILLING_ADMIN, Role.MANAGER, Role.SALES_AGENT):
        found[role] = visit(desk)
        found[role].open("suspensions")
        found[role].sign_in(role)
    return found


def at(visitor: Visitor, name: str) -> Visitor:
    """Open one of the lists, and its first row."""
    visitor.open(f"suspensions?list={name}")
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


def counted(visitor: Visitor, name: str, count: int) -> None:
    """The selector of the page says how many stand on a list."""
    visitor.open("suspensions")
    expect(visitor.page.get_by_role("radio", name=f"{name} {count}")).to_be_visible()


def order_of(visitor: Visitor) -> list[dict[str, str]]:
    """The lines of the order in hand, from its table as it is downloaded."""
    with visitor.page.expect_download() as waiting:
        visitor.page.locator(".st-key-order_csv button").click()
    return list(csv.DictReader(waiting.value.path().read_text(encoding="ascii").splitlines()))


def suspended(desk: Dashboard) -> None:
    """The way to a suspension, taken by the services beside the running server; the first journey takes it in browsers."""
    settings = load(Path(desk.environment["CLEARACCOUNTS_CONFIG"]))
    folder, now = DataFolder(desk.data), datetime.now(UTC)
    store, newest = open_store(folder, settings), open_current(folder, settings)
    grounds = Grounds(lambda: newest, lambda day: policies.in_force(store.matching, folder, settings, day), settings.suspension)
    admin, manager = (person for person in DEMO_PEOPLE if person.role in {Role.BILLING_ADMIN, Role.MANAGER})
    seen, _ = grounds.evidence(admin, "C1", "EUR", store.matching)
    mark = suspensions.mark(
        store, grounds, admin, customer_id="C1", currency="EUR", reason="No answer", seen_evidence_hash=seen.hash, idempotency_key="1",
        now=now)
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
    decide(at(beatriz, "flagged"), "mark", "Marked. Another person must approve it.", "No answer to three calls")
    expect(at(sofia, "marked").page.get_by_text("No answer to three calls").first).to_be_visible()
    expect(sofia.page.locator("[class*=st-key-decide_]")).to_have_count(0)

    decide(at(martin, "marked"), "approve", "Approved.", "")
    decide(at(beatriz, "approved"), "export", "Exported.")
    lines = order_of(at(beatriz, "confirm"))
    assert {(line["microsoft_tenant_id"], line["microsoft_subscription_id"]) for line in lines} == {
        (TENANT, guid) for guid in SUBSCRIPTIONS.values()}
    assert {line["action"] for line in lines} == {"suspend"}
    report_all(beatriz)

    counted(martin, "Suspended", 1)
    expect(sofia.open("account?customer_id=C1").get_by_text("Suspended").first).to_be_visible()
    checked = desk.run("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_dispute_recorded_after_the_approval_stops_the_export(desk: Dashboard, people: dict[Role, Visitor]) -> None:
    beatriz, martin, sofia = people[Role.BILLING_ADMIN], people[Role.MANAGER], people[Role.SALES_AGENT]
    decide(at(beatriz, "flagged"), "mark", "Marked. Another person must approve it.", "No answer to three calls")
    decide(at(martin, "marked"), "approve", "Approved.", "")
    at(beatriz, "approved").page.locator(".st-key-decide_export button").click()
    expect(beatriz.page.get_by_role("dialog")).to_be_visible()

    page = sofia.open("account?customer_id=C1&section=holds")
    page.locator(".st-key-hold_dispute button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Billed for 40 seats, ordered 10")
    dialog.locator(".st-key-hold_send button").click()
    expect(page.get_by_text("The dispute is recorded.")).to_be_visible()

    beatriz.page.get_by_role("dialog").locator(".st-key-decision_send button").click()
    expect(beatriz.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("on hold")
    counted(beatriz, "To confirm", 0)
    decide(at(beatriz, "overtaken"), "withdraw", "Withdrawn.", "Disputed")
    counted(martin, "Held", 1)
    expect(martin.page.get_by_role("radio", name="Flagged 0")).to_be_visible()


def test_a_payment_brings_a_suspended_customer_back(desk: Dashboard, people: dict[Role, Visitor], tmp_path: Path) -> None:
    suspended(desk)
    beatriz, martin, sofia = people[Role.BILLING_ADMIN], people[Role.MANAGER], people[Role.SALES_AGENT]
    paid = [
        write(tmp_path / "files", "payments", [
            {"payment_id": "P1", "customer_id": "C1", "received_on": date.fromisoformat(days_ago(0)), "currency": "EUR",
             "amount_total": "1200.00"},
        ]),
        write(tmp_path / "files", "allocations", [
            {"allocation_id": "A1", "applied_on": days_ago(0), "source_type": "payment", "source_id": "P1", "invoice_id": "INV-1",
             "amount_applied": "1200.00"},
        ]),
    ]
    imported = desk.run("import", *map(str, paid))
    assert imported.returncode == 0, imported.stdout + imported.stderr

    counted(beatriz, "To reinstate", 1)
    decide(at(martin, "reinstate"), "approve_reinstatement", "Reinstatement approved.", "")
    decide(at(beatriz, "reinstate"), "export_reinstatement", "Exported.")
    lines = order_of(at(beatriz, "reinstate"))
    assert {line["action"] for line in lines} == {"reactivate"}
    expect(beatriz.page.get_by_text("auto-renew").first).to_be_visible()
    report_all(beatriz)
    counted(martin, "To reinstate", 0)
    counted(martin, "Suspended", 0)
    expect(sofia.open("account?customer_id=C1").get_by_text("Suspended", exact=True)).to_have_count(0)
    checked = desk.run("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr
