"""A partner whose ten sales agents have a hundred accounts each, interleaved, and whose every text says whose it is.

Each agent has a canary: letters by chance that stand in everything of their accounts (names, ids, titles, notes, reasons, products,
segments, files) and nowhere else. Where another agent's canary reaches somebody, something of another's accounts did.
"""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from clearaccounts.access import DEMO_PEOPLE, Role
from clearaccounts.collections import holding, notice_sending, stages, suspensions
from clearaccounts.collections.evidence import gather
from clearaccounts.collections.policy import load
from clearaccounts.collections.standing import with_decisions
from clearaccounts.decisions import open_store
from clearaccounts.importing import publish
from clearaccounts.settings import SAMPLE_POLICY, DataFolder, Settings
from clearaccounts.warehouse import Warehouse, current_path
from tests.identity_provider import Identity
from tests.worlds import LAST_DAY, without_decisions, world

AGENTS, ACCOUNTS = 10, 100
NOW = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 9, tzinfo=UTC)
# In clearaccounts.toml: the policy that flags who owes for long.
SETTINGS = f'[collections]\npolicies = ["{SAMPLE_POLICY}"]'
ROLES = {"Sales": "sales_agent"}
BEATRIZ, MARTIN = (next(one for one in DEMO_PEOPLE if one.role is role) for role in (Role.BILLING_ADMIN, Role.MANAGER))
_PRODUCTS = ("Microsoft 365 Business Premium", "Exchange Online", "Azure plan")


@dataclass(frozen=True)
class Agent:
    """One sales agent of the partner."""

    number: int
    canary: str

    @property
    def email(self) -> str:
        """Their address, in the directory and in the customer list."""
        return f"agent-{self.number}@partner.example"

    @property
    def identity(self) -> Identity:
        """Who they are in the directory."""
        return Identity(f"00000000-0000-4000-8000-{self.number:012}", f"Agent {self.number}", self.email, ("Sales",))

    @property
    def accounts(self) -> list[int]:
        """The numbers of their accounts."""
        return list(range(self.number, AGENTS * ACCOUNTS, AGENTS))

    def key(self, number: int) -> str:
        """What the ids of one of their accounts begin with: every other account has the canary in them."""
        return f"{number:04}{self.canary if number // AGENTS % 2 else ''}"

    @property
    def plain(self) -> list[str]:
        """The keys of accounts whose ids say nothing, which others may ask for."""
        return [self.key(number) for number in self.accounts if not number // AGENTS % 2]


def agents(seed: int = 7) -> list[Agent]:
    """The ten of them."""
    dice = random.Random(seed)
    return [Agent(number, "zq" + "".join(dice.choices("bcdfghjkmnpqrstvwxz", k=9))) for number in range(AGENTS)]


def rows(people: list[Agent]) -> dict[str, list[dict[str, object]]]:
    """The files of the partner."""
    found: dict[str, list[dict[str, object]]] = {kind: [] for kind in (
        "customers", "customer_invoices", "payments", "credit_notes", "allocations", "support_cases", "case_events", "subscriptions",
        "service_requests", "support_offers", "holds", "notices", "support_plans", "supplier_invoices")}
    for agent in people:
        for number in agent.accounts:
            _account(found, agent, number)
    found["exchange_rates"] = [{"rate_on": "2025-01-01", "currency": "USD", "rate_to_company": "0.9"}]
    found["support_plans"] += [
        {"support_plan_id": "PLAN-1", "support_vehicle": "psfp", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
         "entitlement_unit": "hours", "entitlement_quantity": "4000"},
    ]
    return found


def _account(found: dict[str, list[dict[str, object]]], agent: Agent, number: int) -> None:
    """One account with a bit of everything; what it is about differs by its number."""
    word, key = agent.canary, agent.key(number)
    customer = f"C{key}"
    later = timedelta(days=number % 28)

    def day(month: int) -> str:
        return (date(2026, month, 1) + later).isoformat()

    found["customers"].append({
        "customer_id": customer, "customer_name": f"{word} {number:04} Ltd", "currency": ("EUR", "USD")[number // AGENTS % 2],
        "domain_name": f"{word}-{number}.example", "country_code": ("DE", "ES", "FR")[number // AGENTS % 3], "segment": f"segment {word}",
        "sales_agent": agent.email, "payment_terms_days": 30, "credit_limit_amount": "500.00", "contact_name": f"Contact {word}",
        "contact_email": f"contact@{word}-{number}.example", "created_on": "2025-01-01", "language": "en",
    })
    of = {"customer_id": customer, "currency": found["customers"][-1]["currency"]}
    found["subscriptions"].append({
        "subscription_id": f"S{key}", "customer_id": customer, "product_name": f"{_PRODUCTS[number % 3]} {word}",
        "started_on": "2026-01-05", "commitment_ends_on": "2027-01-04", "currency": of["currency"], "amount_unit_price": "12.50",
        "billing_cycle": "monthly", "cancellable_until_on": "2026-07-03" if number % 7 == 0 else None,
    })
    for place, month in enumerate((2, 4, 6)):
        found["customer_invoices"].append({
            "invoice_id": f"I{key}-{place}", "invoice_number": f"{word}/{number}/{place}", "issued_on": day(month),
            "due_on": (date.fromisoformat(day(month)) + timedelta(days=14)).isoformat(), "amount_total": f"{200 + number + place}.00",
            "description": f"{_PRODUCTS[number % 3]} {word}", **of})
    if number % 3:
        found["payments"].append({
            "payment_id": f"P{key}", "received_on": day(3), "amount_total": f"{200 + number}.00", "reference": f"transfer {word}",
            "payment_method": "bank_transfer", **of})
        found["allocations"].append({
            "allocation_id": f"A{key}", "applied_on": day(3), "source_id": f"P{key}", "invoice_id": f"I{key}-0",
            "amount_applied": f"{200 + number}.00"})
    if number % 5 == 0:
        found["credit_notes"].append({
            "credit_note_id": f"N{key}", "issued_on": day(5), "amount_total": "10.00", "reason": f"credit {word}", **of})
        # Money of the next agent's account on an invoice of this one: the two share that fact, and no more of each other.
        payer = agents()[(agent.number + 1) % AGENTS]
        theirs = (number + 1) % (AGENTS * ACCOUNTS)
        found["payments"].append({
            "payment_id": f"X{payer.key(theirs)}", "customer_id": f"C{payer.key(theirs)}", "currency": of["currency"],
            "received_on": day(5), "amount_total": "30.00", "reference": f"for them {payer.canary}"})
        found["allocations"].append({
            "allocation_id": f"AX{number:04}", "applied_on": day(5), "source_id": f"X{payer.key(theirs)}", "invoice_id": f"I{key}-1",
            "amount_applied": "30.00"})
    case = f"K{key}"
    found["support_cases"].append({
        "case_id": case, "customer_id": customer, "case_category": f"category {word}" if number % 4 == 0 else "Mail",
        "case_subcategory": f"detail {word}", "case_status": ("open", "waiting_on_customer", "closed")[number % 3],
        "opened_at": f"{day(5)}T08:00:00", "closed_at": f"{day(6)}T08:00:00" if number % 3 == 2 else None, "title": f"Case of {word}",
        "product_name": f"{_PRODUCTS[number % 3]} {word}", "severity": "A" if number % 9 == 0 else "B", "assignee": f"Helper {word}",
        "channel": f"channel {word}", "first_replied_at": f"{day(5)}T10:00:00"})
    found["case_events"].append({
        "case_id": case, "occurred_at": f"{day(5)}T09:00:00", "event_type": "replied", "actor": f"Helper {word}", "note": f"note {word}"})
    if number % 2 == 0:
        found["service_requests"].append({
            "service_request_id": f"R{key}", "support_vehicle": ("psfp", "cloud")[number % 4 // 2], "opened_at": f"{day(5)}T11:00:00",
            "case_id": case, "customer_id": customer, "severity": "A", "hours_used": "2.5", "title": f"Request {word}"})
        found["support_offers"].append({
            "customer_id": customer, "offer_name": f"offer {word}", "delivery_model": "own", "service_hours": f"hours {word}",
            "contact_method": f"call {word}", "amount_price": "50.00", "currency": of["currency"], "response_minutes_a": "60"})
    if number % 11 == 0:
        found["holds"].append({
            "hold_id": f"H{key}", "customer_id": customer, "hold_type": "dispute", "starts_on": day(5), "invoice_id": f"I{key}-1",
            "reason": f"reason {word}", "owner": f"owner {word}"})
    if number % 3 == 0:
        found["notices"].append({
            "notice_id": f"O{key}", "customer_id": customer, "notice_type": "final_notice", "sent_on": day(5), "channel": f"way {word}"})


def install(data: Path, kinds: Mapping[str, Any]) -> Warehouse:
    """Make a data folder that serves these rows; returns the warehouse, to decide on.

    A file of one customer lands the usual way; then these rows stand in the place of what was built from it.
    """
    folder, scratch = DataFolder(data), data.parent / "scratch"
    scratch.mkdir(parents=True)
    landed = scratch / "customers.csv"
    landed.write_text("customer_id,customer_name,currency\nC1,Somebody,EUR\n", encoding="utf-8")
    publish.import_files(folder, Settings(), [landed], NOW)
    built = world(scratch, LAST_DAY, **kinds)
    served = current_path(folder)
    built._connection.close()
    built.path.replace(served)
    return without_decisions(Warehouse(served, Settings()))


def settle(data: Path, people: list[Agent]) -> None:
    """The partner's data folder, as an import and some days of decisions leave it."""
    built = install(data, rows(people))
    _decide(DataFolder(data), Settings(), built, people)
    built._connection.close()


def _decide(folder: DataFolder, settings: Settings, built: Warehouse, people: list[Agent]) -> None:
    """A mark, an exemption and a notice sent by hand for each agent, each with the canary in its words."""
    store = open_store(folder, settings, lambda viewer, _matching, _now: viewer)
    policy = load(SAMPLE_POLICY)
    grounds = suspensions.Grounds(lambda: built, lambda _: policy)
    known = with_decisions(built, store.matching)
    found = stages.stages(known, stages.StagesFilter(LAST_DAY), policy, MARTIN).to_pylist()
    flagged = {row["customer_id"]: row["currency"] for row in found if row["is_flagged"]}
    for agent in people:
        second, *own = (f"C{agent.key(number)}" for number in agent.accounts)
        first = next(customer_id for customer_id in own if customer_id in flagged)
        currency = flagged[first]
        seen = gather(known, BEATRIZ, first, currency, as_of_on=LAST_DAY, policy=policy)
        suspensions.mark(store, grounds, BEATRIZ, customer_id=first, currency=currency, reason=f"mark {agent.canary}",
                         seen_evidence_hash=seen.hash, idempotency_key=f"mark {agent.number}", now=NOW)
        wish = holding.Wish(second, "exemption", LAST_DAY + timedelta(days=20), f"owner {agent.canary}")
        holding.record(store, grounds, MARTIN, wish, reason=f"hold {agent.canary}", idempotency_key=f"hold {agent.number}", now=NOW)
        sent = notice_sending.ByHand(first, "reminder", LAST_DAY, "letter")
        notice_sending.record(store, grounds, MARTIN, sent, note=f"note {agent.canary}", idempotency_key=f"sent {agent.number}", now=NOW)


def bare(content: bytes) -> bytes:
    """A file's content as it can be read: what is packed in a workbook or a PDF unpacked, in lower case."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    elif content.startswith(b"%PDF"):
        content = content + b"\n".join(_streams(content))
    return content.lower()


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for part in pdf.split(b"stream")[1:]:
        try:
            found.append(zlib.decompressobj().decompress(part.lstrip(b"\r\n")))
        except zlib.error:
            continue
    return found


def foreign(content: bytes, agent: Agent, people: list[Agent]) -> list[Agent]:
    """Whose canaries, of the others', are in something that reached this agent."""
    plain = content.lower()
    return [other for other in people if other.number != agent.number and other.canary.encode() in plain]
